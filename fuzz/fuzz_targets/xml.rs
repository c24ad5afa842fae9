//! Bytes given out for Xml: see `tests/support/doors.rs` for what reads them.
#![no_main]

mod shared;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shared::open(shared::Format::Xml, bytes));
