//! When two distinguished names are the same.

use crate::pki::path::name::Name;

/// The longest name that is compared by what it says, in bytes; longer ones only as they came.
const NAME_MAX: usize = 4096;

/// Whether two names are the same: as they came, or by what they say, because some signers write them anew.
pub(super) fn same(one: &[u8], other: &[u8]) -> bool {
    let short = one.len().max(other.len()) <= NAME_MAX;
    one == other || (short && Name::read(one).is_some_and(|one| Some(one) == Name::read(other)))
}
