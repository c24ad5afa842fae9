//! Phrases by which a page that answers 200 gives itself away: maintenance, not found, kept out, captcha, login.

/// Compiled phrase lists.
#[derive(Debug, Default)]
pub struct Phrases {}
