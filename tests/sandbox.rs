//! The practice ministry as its visitors see it: real HTTP clients, a real browser, a real HTML validator.

#[path = "support/judges.rs"]
mod judges;

mod sandbox {
    mod demo;
    mod faults;
    mod ministry;
    mod portal;
    mod quality;
    mod verdicts;
}
