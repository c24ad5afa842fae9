//! `emc verify` as its users run it, on files that pyHanko, OpenSSL, xmlsec1 and `LibreOffice` signed, beside what they
//! and pdfsig say of them.

#[path = "verify/asking.rs"]
mod asking;
#[path = "verify/attacks.rs"]
mod attacks;
#[path = "verify/authority.rs"]
mod authority;
#[path = "verify/authority_cms.rs"]
mod authority_cms;
#[path = "verify/authority_pdf.rs"]
mod authority_pdf;
#[path = "verify/authority_xml.rs"]
mod authority_xml;
#[path = "verify/families.rs"]
mod families;
#[path = "verify/fetching.rs"]
mod fetching;
#[path = "verify/files.rs"]
mod files;
#[path = "verify/invoices.rs"]
mod invoices;
#[path = "verify/material.rs"]
mod material;
#[path = "verify/office.rs"]
mod office;
#[path = "verify/peers.rs"]
mod peers;
#[path = "support/seeded.rs"]
mod seeded;
#[path = "support/soak.rs"]
mod soak;
