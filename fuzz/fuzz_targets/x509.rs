//! Bytes given out for X509: see `tests/support/doors.rs` for what reads them.
#![no_main]

mod shared;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shared::open(shared::Format::X509, bytes));
