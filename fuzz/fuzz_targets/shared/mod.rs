//! What all targets do: hand the bytes to everything that reads their format. Roots and certificates that they could be
//! about lie where the seeded test left them; without them less is reached.

#[expect(dead_code, reason = "the seeded test needs a part more of what it offers")]
#[path = "../../../tests/support/doors.rs"]
mod doors;

use std::path::Path;
use std::sync::LazyLock;

pub(crate) use doors::Format;

static DOORS: LazyLock<doors::Doors> = LazyLock::new(|| {
    doors::Doors::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tmp/fuzzing"))
});

/// Reads the bytes as this format.
pub(crate) fn open(format: Format, bytes: &[u8]) {
    DOORS.open(format, bytes);
}
