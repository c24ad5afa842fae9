//! The roots that signatures are traced to, in named sets (`national`, `government`, or one of the operator's own).

use std::sync::Arc;

/// A trusted root: what it says of itself is believed, its own signature is not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The set that it belongs to.
    pub set: Arc<str>,
    /// Its certificate, DER.
    pub certificate: Vec<u8>,
}

/// All roots that are trusted for one verification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchors(Vec<Anchor>);

impl Anchors {
    /// Trusts one root more.
    pub fn add(&mut self, set: &Arc<str>, certificate: Vec<u8>) {
        let anchor = Anchor { set: Arc::clone(set), certificate };
        if !self.0.contains(&anchor) {
            self.0.push(anchor);
        }
    }

    /// Whether nothing is trusted; then nothing can be valid.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each root.
    pub fn iter(&self) -> impl Iterator<Item = &Anchor> {
        self.0.iter()
    }
}
