//! `emc verify` as its users run it, on files that pyHanko signed, beside what pyHanko and pdfsig say of them.

#[path = "verify/asking.rs"]
mod asking;
#[path = "verify/attacks.rs"]
mod attacks;
#[path = "verify/families.rs"]
mod families;
#[path = "verify/fetching.rs"]
mod fetching;
#[path = "verify/files.rs"]
mod files;
#[path = "verify/material.rs"]
mod material;
#[path = "verify/peers.rs"]
mod peers;
#[path = "support/seeded.rs"]
mod seeded;
#[path = "support/soak.rs"]
mod soak;
