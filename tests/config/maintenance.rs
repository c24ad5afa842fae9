//! Announced maintenance: what is read, and what is said of a window that cannot be.

use chrono::{DateTime, Utc};
use emc_monitor::model::text::Language;
use emc_monitor::slo::interval::Interval;
use emc_monitor::slo::maintenance::announced;

use crate::bed::Bed;
use crate::languages::english_words;

fn file(of_all: &str, of_one: &str) -> String {
    format!(
        "authority: {{id: bo-vd}}\nmaintenance: [{of_all}]\nportals:\n- id: dvc\n  probes: [{{name: a, http: {{url: 'http://127.0.0.1:1/'}}}}]\n  \
         maintenance:\n{of_one}- id: tat\n  enabled: false\n  probes: [{{name: a, http: {{url: 'http://127.0.0.1:1/'}}}}]\n"
    )
}

fn interval(from: &str, until: &str) -> Interval {
    let at = |text: &str| -> DateTime<Utc> { text.parse().unwrap() };
    Interval::new(at(from), at(until)).unwrap()
}

#[test]
fn windows_of_a_portal_and_of_its_authority_are_read_in_viet_nams_time() {
    let own = "  - {begins: 2026-12-05T22:00, ends: '2026-12-05T17:00:00Z', what: {vi: Nâng cấp}}\n  \
               - {begins: 2026-12-07 22:00, ends: 2026-12-07T23:00:30+07:00}\n  \
               - {calendar: hanh-chinh, days: [mon, tue, wed, thu, fri], hours: 05:00-06:00}\n";
    let bed =
        Bed::new(&[("emc.yaml", ""), ("bo-vd.yaml", &file("{days: [1st sun], hours: 23:00-01:00}", own))]);
    let loaded = bed.right();
    assert_eq!(loaded.maintenance.len(), 4, "none for the portal that is switched off");
    assert!(loaded.maintenance.iter().all(|one| one.portal.1.as_str() == "dvc"));
    assert_eq!(loaded.maintenance[1].what.en, "Nâng cấp", "one language stands for both");
    let times = || loaded.maintenance.iter().map(|one| &one.times);
    assert_eq!(
        announced(times(), &interval("2026-12-01T00:00:00Z", "2027-01-02T00:00:00Z")),
        [
            interval("2026-12-05T15:00:00Z", "2026-12-05T17:00:00Z"),
            interval("2026-12-06T16:00:00Z", "2026-12-06T18:00:00Z"),
            interval("2026-12-07T15:00:00Z", "2026-12-07T16:00:30Z"),
            interval("2026-12-31T22:00:00Z", "2026-12-31T23:00:00Z"),
        ],
        "the last is New Year's day"
    );
}

#[test]
fn every_window_that_cannot_be_is_told_with_its_place_in_both_languages() {
    let wrong = "  - {begins: 2026-12-06T02:00, ends: 2026-12-05T22:00}\n  \
                 - {begins: 2026-12-06T02:00, ends: 2026-12-06T02:00}\n  \
                 - {begins: 2026-12-06T02:00, ends: 2027-12-06T02:00}\n  \
                 - {begins: tomorrow, ends: 2026-02-30T10:00}\n  \
                 - {begins: 2026-12-06T02:00}\n  \
                 - {what: {vi: Nâng cấp}}\n  \
                 - {begins: 2026-12-06T02:00, ends: 2026-12-06T03:00, hours: 22:00-02:00}\n  \
                 - {hours: 22:00-02:00}\n  \
                 - {days: [sat]}\n  \
                 - {days: [sat, 6th sun], hours: 25:00-26:00}\n  \
                 - {days: [sat], hours: 22:00-22:00}\n  \
                 - {days: [sat], hours: 22:00-23:00, from: 2026-12-31, until: 2026-12-01}\n  \
                 - {days: [sat], hours: 22:00-23:00, from: 31/12/2026, calendar: hanh-chin}\n  \
                 - {day: [sat], hours: 22:00-23:00}\n  - 22:00-23:00\n";
    let bed =
        Bed::new(&[("emc.yaml", ""), ("bo-vd.yaml", &file("{begins: 1, ends: 2026-12-06T02:00}", wrong))]);
    let (vi, en) = (bed.wrong_in(Language::Vi), bed.wrong());
    for line in vi.lines().filter(|line| line.contains("lỗi:") || line.contains("cách sửa:")) {
        assert_eq!(english_words(line), [""; 0], "{line}");
    }
    insta::assert_snapshot!(format!("{vi}\n{en}"));
}

#[test]
fn windows_that_overlap_are_a_warning() {
    for (one, other, overlaps) in [
        ("{days: [sat], hours: 22:00-02:00}", "{begins: 2026-11-29T01:00, ends: 2026-11-29T03:00}", true),
        ("{days: [sat], hours: 22:00-02:00}", "{begins: 2026-11-29T02:00, ends: 2026-11-29T03:00}", false),
        ("{days: [sat], hours: 22:00-02:00}", "{days: [2nd sun], hours: 01:00-03:00}", true),
        ("{days: [sat], hours: 22:00-02:00}", "{days: [mon], hours: 22:00-02:00}", false),
    ] {
        let bed = Bed::new(&[("emc.yaml", ""), ("bo-vd.yaml", &file(one, &format!("  - {other}\n")))]);
        let warnings = bed.right().warnings.to_string();
        assert_eq!(
            warnings.contains("overlaps another one of the same portal"),
            overlaps,
            "{one} {other}: {warnings}"
        );
    }
}
