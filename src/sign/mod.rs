//! How signatures are written: keys out of files and tokens, and the forms that signatures take (CAdES, PAdES,
//! XAdES).
//!
//! For the signing probe and for tests. The room touches no network and no clock: a timestamp is a request to be sent
//! and a response to be read ([`timestamp`]), and the time of signing is handed in. Start with [`key`], then [`cms`],
//! [`pades`] and [`xades`].

pub mod cms;
pub mod fault;
pub mod key;
pub mod pades;
pub mod scheme;
pub mod timestamp;
pub mod token;
pub mod xades;

mod certificate;
mod der;
mod pkcs12;
