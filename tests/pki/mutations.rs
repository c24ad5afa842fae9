//! Bytes of certificates, lists and responses changed at random: never a panic, never trusted where a signed byte
//! changed.
