//! The network room against small servers of our own on loopback: every reason it can give, and every deadline.

#[path = "net/bed.rs"]
mod bed;
#[path = "net/exchanges.rs"]
mod exchanges;
