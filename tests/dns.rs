//! The `dns` kind against a real bind9 and against servers that misbehave on purpose.

#[path = "dns/hostile.rs"]
mod hostile;
#[path = "support/kind.rs"]
mod kind;
#[path = "dns/settings.rs"]
mod settings;
