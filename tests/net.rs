//! The network room against small servers of our own on loopback: every reason it can give, and every deadline.

#[path = "net/addresses.rs"]
mod addresses;
#[path = "net/bed.rs"]
mod bed;
#[path = "net/exchanges.rs"]
mod exchanges;
#[path = "net/faults.rs"]
mod faults;
#[path = "net/names.rs"]
mod names;
#[path = "net/proxies.rs"]
mod proxies;
#[path = "net/secured.rs"]
mod secured;
