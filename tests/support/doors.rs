//! The formats that hostile bytes come in, and everything of the library that reads each: what is fuzzed.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use emc_monitor::pki::anchors::{Anchors, certificates_in};
use emc_monitor::pki::certificate;
use emc_monitor::pki::claim::StampedMessage;
use emc_monitor::pki::cms::{self, Content};
use emc_monitor::pki::evidence::{Evidence, Source, Statement};
use emc_monitor::pki::judge::file::verify;
use emc_monitor::pki::judge::question::{self, Revocation};
use emc_monitor::pki::path::PolicyInputs;
use emc_monitor::pki::path::purpose::Purpose;
use emc_monitor::pki::revocation::ocsp_answers;
use emc_monitor::pki::trust::{Question, RevocationRule, Trust};
use emc_monitor::pki::xml::Coverage;
use emc_monitor::pki::{ocsp, pdf, stamp, xml};

/// What the bytes are given out for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// A signed PDF.
    Pdf,
    /// A signature in CMS.
    Cms,
    /// A certificate.
    X509,
    /// An OCSP response.
    Ocsp,
    /// A revocation list.
    Crl,
    /// A timestamp, or an authority's answer with one.
    Tsp,
    /// A signed XML file.
    Xml,
}

impl Format {
    /// All of them.
    pub(crate) const ALL: &[Self] =
        &[Self::Pdf, Self::Cms, Self::X509, Self::Ocsp, Self::Crl, Self::Tsp, Self::Xml];

    /// The name of its folder and of its target.
    pub(crate) fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

/// Whom the bytes could be about: roots, an authority below one of them, a certificate of that authority, and what
/// detached signatures sign.
#[derive(Default)]
pub(crate) struct Doors {
    anchors: Anchors,
    authority: Vec<u8>,
    leaf: Vec<u8>,
    content: Vec<u8>,
}

impl Doors {
    /// Reads `roots.pem`, `authority.der`, `leaf.der` and `content` of a folder; what is not there is empty.
    pub(crate) fn of(folder: &Path) -> Self {
        let read = |name: &str| std::fs::read(folder.join(name)).unwrap_or_default();
        let mut anchors = Anchors::default();
        let set: Arc<str> = "given".into();
        for root in certificates_in(&read("roots.pem")).unwrap_or_default() {
            anchors.add(&set, root);
        }
        Self { anchors, authority: read("authority.der"), leaf: read("leaf.der"), content: read("content") }
    }

    /// Hands the bytes to everything that reads this format.
    pub(crate) fn open(&self, format: Format, bytes: &[u8]) {
        match format {
            Format::Pdf => drop(pdf::read(bytes, None)),
            Format::Cms => self.cms(bytes),
            Format::X509 => self.certificate(bytes),
            Format::Ocsp => self.response(bytes),
            Format::Crl => self.list(bytes),
            Format::Tsp => self.stamp(bytes),
            Format::Xml => drop(xml::claims(bytes, Some(&self.content))),
        }
        if matches!(format, Format::Pdf | Format::Cms | Format::Xml) {
            self.file(bytes, None);
            self.file(bytes, Some(&self.content));
        }
    }

    fn cms(&self, bytes: &[u8]) {
        drop(cms::claims(bytes, Content::Attached));
        drop(cms::claims(bytes, Content::Detached(&self.content)));
        drop(cms::certificates(bytes));
    }

    /// As the certificate in question, as one of an issuer, and as the one that an observer of TLS is shown.
    fn certificate(&self, bytes: &[u8]) {
        self.asked(bytes, &Evidence::default());
        let certificates = vec![bytes.to_vec(), self.leaf.clone()];
        self.asked(&self.leaf, &Evidence { certificates, ..Evidence::default() });
        drop(certificate::read(bytes));
        drop(certificates_in(bytes));
    }

    fn response(&self, bytes: &[u8]) {
        drop(ocsp_answers(&statement(bytes).remove(0)));
        drop(ocsp::judge(bytes, std::slice::from_ref(&self.authority), &[], now()));
        self.asked(&self.authority, &Evidence { ocsps: statement(bytes), ..Evidence::default() });
    }

    fn list(&self, bytes: &[u8]) {
        self.asked(&self.authority, &Evidence { crls: statement(bytes), ..Evidence::default() });
    }

    fn stamp(&self, bytes: &[u8]) {
        let message = StampedMessage::Bytes(self.content.clone());
        drop(stamp::open(bytes, &message, &[]));
        drop(stamp::of_answer(bytes).map(|token| stamp::open(token, &message, &[])));
    }

    fn asked(&self, certificate: &[u8], evidence: &Evidence) {
        let question = Question {
            certificate,
            purpose: Purpose::Any,
            at: now(),
            now: now(),
            revocation: RevocationRule::Look,
            policies: PolicyInputs::default(),
        };
        drop(Trust::new(&self.anchors, evidence).judge(&question));
    }

    fn file(&self, bytes: &[u8], detached: Option<&[u8]>) {
        drop(verify(&question::Question {
            file: "fuzzed",
            bytes,
            detached,
            password: None,
            anchors: &self.anchors,
            evidence: &Evidence::default(),
            at: now(),
            revocation: Revocation::Require,
            coverage: Coverage::Whole,
        }));
    }
}

fn now() -> DateTime<Utc> {
    Utc::now()
}

fn statement(bytes: &[u8]) -> Vec<Statement> {
    vec![Statement { bytes: bytes.to_vec(), source: Source::Embedded, nonce: None }]
}
