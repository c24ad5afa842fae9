//! Signatures as others make them, and as attackers change them; certificates and revocation on suites of others.

#[path = "pki/cms.rs"]
mod cms;
#[path = "pki/cms_attacks.rs"]
mod cms_attacks;
#[path = "pki/cms_odd.rs"]
mod cms_odd;
#[path = "support/doors.rs"]
mod doors;
#[path = "pki/fuzzed_der.rs"]
mod fuzzed_der;
#[path = "pki/fuzzed_text.rs"]
mod fuzzed_text;
#[path = "pki/fuzzing.rs"]
mod fuzzing;
#[path = "pki/material.rs"]
mod material;
#[path = "pki/mesh.rs"]
mod mesh;
#[path = "pki/mutations.rs"]
mod mutations;
#[path = "pki/openssl.rs"]
mod openssl;
#[path = "pki/pdf.rs"]
mod pdf;
#[path = "pki/pdf_cost.rs"]
mod pdf_cost;
#[path = "pki/pkits.rs"]
mod pkits;
#[path = "pki/pyhanko.rs"]
mod pyhanko;
#[path = "pki/responses.rs"]
mod responses;
#[expect(dead_code, reason = "this test needs a part of what it offers")]
#[path = "support/seeded.rs"]
mod seeded;
#[path = "pki/signxml.rs"]
mod signxml;
#[path = "support/soak.rs"]
mod soak;
#[path = "pki/stamps.rs"]
mod stamps;
#[path = "pki/xades.rs"]
mod xades;
#[path = "pki/xades_written.rs"]
mod xades_written;
#[path = "pki/xml.rs"]
mod xml;
#[path = "pki/xml_attacks.rs"]
mod xml_attacks;
#[path = "pki/xml_bed.rs"]
mod xml_bed;
#[path = "pki/xml_canonical.rs"]
mod xml_canonical;
#[path = "pki/xml_documents.rs"]
mod xml_documents;
