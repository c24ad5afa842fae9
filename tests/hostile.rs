//! The bed of hostile servers: each case is a server that misbehaves in one way and the verdict that it must get.
//!
//! Every case runs the real probe in a process of its own, so that its memory and CPU time are its own too; the servers
//! stand in this process. A failure names its case and shows the findings.

#[path = "bed/bodies.rs"]
mod bodies;
#[path = "bed/case.rs"]
mod case;
#[path = "bed/child.rs"]
mod child;
#[path = "bed/frames.rs"]
mod frames;
#[path = "bed/heads.rs"]
mod heads;
#[path = "support/kind.rs"]
#[expect(dead_code, reason = "a child runs its probe itself, to measure what it takes")]
mod kind;
#[path = "bed/names.rs"]
mod names;
#[path = "bed/pages.rs"]
mod pages;
#[path = "bed/process.rs"]
mod process;
#[path = "bed/reasons.rs"]
mod reasons;
#[path = "bed/redirects.rs"]
mod redirects;
#[path = "bed/server.rs"]
mod server;
#[path = "bed/shakes.rs"]
mod shakes;
#[path = "support/soak.rs"]
mod soak;
#[path = "bed/together.rs"]
mod together;

use case::{Case, check};

#[test]
fn broken_handshakes_have_their_reason() {
    check(&shakes::cases());
}

#[test]
fn broken_heads_have_their_reason() {
    check(&heads::cases());
}

#[test]
fn bad_redirects_have_their_reason() {
    check(&redirects::cases());
}

#[test]
fn no_server_sends_us_to_a_private_address() {
    redirects::assert_no_hit_on_the_canary();
}

#[test]
fn broken_bodies_and_bombs_have_their_reason() {
    check(&bodies::cases());
}

#[test]
fn broken_frames_have_their_reason() {
    check(&frames::cases());
}

#[test]
fn names_that_do_not_resolve_have_their_reason() {
    check(&names::cases());
}

#[test]
fn strange_pages_are_read_as_a_reader_sees_them() {
    check(&pages::cases());
}

/// Every case of the bed.
fn all() -> Vec<Case> {
    [
        shakes::cases(),
        heads::cases(),
        redirects::cases(),
        bodies::cases(),
        frames::cases(),
        names::cases(),
        pages::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn cases_beside_each_other_keep_their_verdicts_and_the_process_its_size() {
    let _turn = case::turn();
    let each = soak::pick(16, 1);
    together::check(&all().into_iter().step_by(each).collect::<Vec<_>>());
}

#[test]
fn no_two_cases_have_one_name() {
    let mut names: Vec<_> = all().iter().map(|case| case.name).collect();
    names.sort_unstable();
    let before = names.len();
    names.dedup();
    assert_eq!(names.len(), before);
}
