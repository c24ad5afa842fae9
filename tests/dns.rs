//! The `dns` kind against a real bind9 and against servers that misbehave on purpose.

#[path = "dns/bind.rs"]
mod bind;
#[path = "dns/hostile.rs"]
mod hostile;
#[path = "support/kind.rs"]
mod kind;
#[path = "dns/settings.rs"]
mod settings;
#[path = "dns/zones.rs"]
mod zones;
