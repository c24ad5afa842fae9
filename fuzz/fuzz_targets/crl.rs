//! Bytes given out for Crl: see `tests/support/doors.rs` for what reads them.
#![no_main]

mod shared;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shared::open(shared::Format::Crl, bytes));
