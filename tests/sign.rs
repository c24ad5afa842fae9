//! What the room `sign` writes, judged by software that knows nothing of it: OpenSSL, pyHanko, poppler; and keys out of
//! files that OpenSSL wrote and out of `SoftHSM`'s tokens.

#[path = "sign/authority.rs"]
mod authority;
#[path = "sign/cades.rs"]
mod cades;
#[path = "sign/keys.rs"]
mod keys;
#[path = "sign/pades.rs"]
mod pades;
#[path = "sign/token.rs"]
mod token;
