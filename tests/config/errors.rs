//! What is said about files that are wrong: everything at once, each with its place.

use crate::bed::Bed;

#[test]
fn everything_wrong_is_told_at_once() {
    let bed = Bed::new(&[
        ("emc.yaml", include_str!("wrong/emc.yaml")),
        ("bo-vd.yaml", include_str!("wrong/bo-vd.yaml")),
    ]);
    insta::assert_snapshot!(bed.wrong());
}
