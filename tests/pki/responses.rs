//! The OCSP vectors of the wheel: each is read without a panic, and says what its name says.
