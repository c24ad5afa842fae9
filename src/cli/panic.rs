//! What is said when the program itself breaks: where, never with which value, for that may hold a secret.

use std::io::Write;
use std::panic::{self, AssertUnwindSafe, Location, PanicHookInfo};

/// Replaces the standard hook, which would print the payload.
pub fn install() {
    panic::set_hook(Box::new(tell));
}

/// Runs a command; `None` if it panicked, which the hook has told. Nothing it touched is used afterwards but the
/// streams, which are whole after every write.
pub fn contain<T>(work: impl FnOnce() -> T) -> Option<T> {
    panic::catch_unwind(AssertUnwindSafe(work)).ok()
}

fn tell(info: &PanicHookInfo<'_>) {
    let place = info.location().map_or_else(String::new, Location::to_string);
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("unnamed").to_owned();
    let _ = writeln!(
        std::io::stderr(),
        "emc: internal fault at {place} in thread \"{name}\"; please report it with the version of emc"
    );
}
