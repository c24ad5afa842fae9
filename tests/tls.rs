//! The `tls` kind against chains made on the spot, OpenSSL's old protocols and responder, and a real nginx.

#[path = "tls/authority.rs"]
mod authority;
#[path = "tls/chains.rs"]
mod chains;
#[path = "support/kind.rs"]
mod kind;
#[path = "tls/nginx.rs"]
mod nginx;
#[path = "tls/old.rs"]
mod old;
#[path = "tls/openssl.rs"]
mod openssl;
#[path = "tls/staples.rs"]
mod staples;
