//! What became of the file after a signature.

use crate::model::told::Told;

/// One thing that a later revision did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The object that was written anew; 0 where it is none.
    pub object: u32,
    /// Whether the signature and the rules of the format let it.
    pub permitted: bool,
    /// What it is, in words.
    pub told: Told,
}
