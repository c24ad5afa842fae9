//! What is said about files that are wrong: everything at once, each with its place.

use emc_monitor::model::text::Language;

use crate::bed::Bed;
use crate::languages::english_words;

#[test]
fn everything_wrong_is_told_at_once() {
    let bed = Bed::new(&[
        ("emc.yaml", include_str!("wrong/emc.yaml")),
        ("bo-vd.yaml", include_str!("wrong/bo-vd.yaml")),
    ]);
    insta::assert_snapshot!(bed.wrong());
    let vietnamese = bed.wrong_in(Language::Vi);
    // The lines of the files hold whatever the operator wrote; all else is ours.
    for line in vietnamese.lines().filter(|line| line.contains("lỗi:") || line.contains("cách sửa:")) {
        assert_eq!(english_words(line), [""; 0], "{line}");
    }
    insta::assert_snapshot!("everything_wrong_is_told_at_once_in_vietnamese", vietnamese);
}

/// Files that are each wrong in a way which ends the reading, and what cannot stand beside other errors.
#[test]
fn what_cannot_be_read_at_all_is_told_in_both_languages() {
    let mut told = String::new();
    for wrong in [
        "a: [1\n",
        "a: \"x\n",
        "a: 1\n---\nb: 2\n",
        "a: !gi x\n",
        "a: &x [*x]\n",
        "{[a]: b}\n",
        "<<: 3\n",
        "portals:\n\t- id: x\n",
        "authority: {id: a}\nportals: []\nportals: []\n",
        "include: nowhere/*.yaml\n",
        "dependencies: [{id: a, watched_by: b}, {id: a, watched_by: c/d}]\n",
        "metrics: {buckets: [1, 1]}\nca_files: [missing.pem]\n",
        "proxy: {url: http://p.example, password_env: UNSET, username: u}\n",
    ] {
        let bed = Bed::new(&[("emc.yaml", wrong)]);
        let (vi, en) = (bed.wrong_in(Language::Vi), bed.wrong_in(Language::En));
        for line in vi.lines().filter(|line| line.contains("lỗi:") || line.contains("cách sửa:")) {
            assert_eq!(english_words(line), [""; 0], "{line}");
        }
        told += &format!("{vi}\n{en}\n\n");
    }
    insta::assert_snapshot!(told);
}
