//! Whose a certificate is, as the report says it.

use crate::pki::certificate::{Certificate, read};
use crate::pki::judge::report::Party;
use crate::pki::names::values;

impl Party {
    /// Reads a certificate; what cannot be read stays empty.
    #[must_use]
    pub fn of(der: &[u8]) -> Self {
        let facts = read(der);
        let (mut name, mut organisation) = (String::new(), String::new());
        let (mut not_before, mut not_after) = (None, None);
        if let Some(certificate) = Certificate::parse(der) {
            let first = |key| values(certificate.subject, key).into_iter().next();
            name = first("CN").unwrap_or_default();
            // An agency's certificate may name its parts, the innermost last: a person's ministry says more.
            organisation = first("O").or_else(|| first("OU")).unwrap_or_default();
            (not_before, not_after) = (certificate.not_before, certificate.not_after);
        }
        Self {
            name: if name.is_empty() { facts.subject.clone() } else { name },
            organisation,
            subject: facts.subject,
            issuer: facts.issuer,
            serial: facts.serial,
            not_before,
            not_after,
            sha256: facts.fingerprint,
        }
    }
}
