//! Signatures as others make them, and as attackers change them.

#[path = "pki/cms.rs"]
mod cms;
#[path = "pki/cms_attacks.rs"]
mod cms_attacks;
#[path = "pki/cms_odd.rs"]
mod cms_odd;
#[path = "pki/openssl.rs"]
mod openssl;
#[path = "pki/pyhanko.rs"]
mod pyhanko;
#[path = "pki/stamps.rs"]
mod stamps;
