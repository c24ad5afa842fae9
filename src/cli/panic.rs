//! What is said when the program itself breaks: where, never with which value, for that may hold a secret.

use std::io::Write;
use std::panic::{self, Location, PanicHookInfo};

/// Replaces the standard hook, which would print the payload.
pub fn install() {
    panic::set_hook(Box::new(tell));
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
