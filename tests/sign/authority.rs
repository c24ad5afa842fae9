//! A certification authority for one test, made by OpenSSL: a root, signers' keys and a timestamp authority.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use chrono::Utc;
use emc_monitor::pki::anchors::{Anchors, certificates_in};
use emc_monitor::pki::evidence::{Evidence, Source, Statement};
use emc_monitor::pki::judge::file::verify;
use emc_monitor::pki::judge::question::{Question, Revocation};
use emc_monitor::pki::judge::report::FileReport;
use emc_monitor::pki::verdict::Verdict;
use emc_monitor::pki::xml::Coverage;
use emc_monitor::sign::key::Signer;
use emc_monitor::sign::scheme::Choice;

/// Extensions of what is issued, and the timestamp authority's settings.
const SETTINGS: &str = "
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[signer]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature, nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa_service]
serial = tsa-serial
signer_cert = tsa.pem
signer_key = tsa.key
certs = root.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
[ca]
default_ca = records
[records]
database = records
default_md = sha256
default_crl_days = 10
crl_extensions = list
[list]
authorityKeyIdentifier = keyid
";

/// What kind of key a signer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Rsa,
    P256,
    P384,
    P521,
    Ed25519,
}

impl Sort {
    pub(crate) const ALL: [Self; 5] = [Self::Rsa, Self::P256, Self::P384, Self::P521, Self::Ed25519];

    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Rsa => &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
            Self::P256 => &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
            Self::P384 => &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
            Self::P521 => &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
            Self::Ed25519 => &["-algorithm", "ED25519"],
        }
    }
}

/// What a program said, and whether it was content.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) good: bool,
    pub(crate) text: String,
}

/// A folder with a root and whatever was issued below it.
pub(crate) struct Authority {
    folder: tempfile::TempDir,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let made = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::write(made.path("settings"), SETTINGS).unwrap();
        made.key("root", Sort::P256);
        made.must(
            "openssl req -new -x509 -config settings -extensions root -key root.key -out root.pem -days 30 -subj /CN=Root",
        );
        made
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    fn key(&self, name: &str, sort: Sort) {
        let mut words = vec!["openssl", "genpkey", "-out"];
        let file = format!("{name}.key");
        words.push(&file);
        words.extend(sort.arguments());
        let said = self.run(&words);
        assert!(said.good, "{}", said.text);
    }

    /// Issues a certificate for a new key: NAME.key, NAME.pem.
    pub(crate) fn issue(&self, name: &str, sort: Sort, extensions: &str) {
        self.key(name, sort);
        self.certify(name, name, extensions);
    }

    /// Issues a certificate for a key that is there already.
    pub(crate) fn certify(&self, name: &str, subject: &str, extensions: &str) {
        let subject = format!("/C=VN/O=Bộ Ví dụ/CN={subject}");
        let (key, request, certificate) =
            (format!("{name}.key"), format!("{name}.csr"), format!("{name}.pem"));
        let words =
            ["openssl", "req", "-new", "-utf8", "-config", "settings", "-key", &key, "-subj", &subject];
        let said = self.run(&[&words[..], &["-out", &request]].concat());
        assert!(said.good, "{}", said.text);
        self.must(&format!(
            "openssl x509 -req -in {request} -CA root.pem -CAkey root.key -CAcreateserial -days 20 -extfile settings -extensions {extensions} -out {certificate}"
        ));
    }

    /// A signer with a key of its own, the root beside it in the chain.
    pub(crate) fn signer(&self, name: &str, sort: Sort, choice: Choice) -> Signer {
        self.issue(name, sort, "signer");
        let chain = [self.read("root.pem"), self.read(&format!("{name}.pem"))].concat();
        Signer::from_pkcs8(&self.read(&format!("{name}.key")), &chain, choice).unwrap()
    }

    /// The answer of a timestamp authority made for the purpose.
    pub(crate) fn timestamp(&self, request: &[u8]) -> Vec<u8> {
        if !self.path("tsa.pem").exists() {
            self.issue("tsa", Sort::Rsa, "tsa");
            self.write("tsa-serial", "01\n");
        }
        self.write("question.tsq", request);
        self.must(
            "openssl ts -reply -config settings -section tsa_service -queryfile question.tsq -out answer.tsr",
        );
        self.read("answer.tsr")
    }

    /// Whatever is signed by this one is no longer to be trusted.
    pub(crate) fn revoke(&self, name: &str) {
        self.records(&format!("-revoke {name}.pem -crl_reason keyCompromise"));
    }

    /// Runs the authority's book-keeping.
    fn records(&self, arguments: &str) {
        if !self.path("records").exists() {
            self.write("records", "");
        }
        self.must(&format!("openssl ca -config settings -keyfile root.key -cert root.pem {arguments}"));
    }

    /// What this house itself says of a file, with the authority's newest revocation list.
    pub(crate) fn judged_by_us(&self, signed: &[u8], content: Option<&[u8]>) -> FileReport {
        self.records("-gencrl -out root.crl.pem");
        self.must("openssl crl -in root.crl.pem -outform DER -out root.crl");
        let mut anchors = Anchors::default();
        for root in certificates_in(&self.read("root.pem")).unwrap() {
            anchors.add(&Arc::from("test"), root);
        }
        let source = Source::Fetched { url: "http://ca.example/root.crl".to_owned() };
        let list = Statement { bytes: self.read("root.crl"), source, nonce: None };
        verify(&Question {
            file: "judged",
            bytes: signed,
            detached: content,
            password: None,
            anchors: &anchors,
            evidence: &Evidence { crls: vec![list], ..Evidence::default() },
            at: Utc::now(),
            revocation: Revocation::Require,
            coverage: Coverage::Whole,
        })
        .report
    }

    /// That all signatures of a file, so many, are good by our own judgement.
    #[track_caller]
    pub(crate) fn good_for_us(&self, signed: &[u8], content: Option<&[u8]>, signatures: usize) {
        let report = self.judged_by_us(signed, content);
        assert_eq!(report.signatures.len(), signatures, "{report:#?}");
        let mut verdicts = report.signatures.iter().map(|one| (one.verdict, one.reason));
        assert!(verdicts.all(|verdict| verdict == (Verdict::Valid, None)), "{report:#?}");
        assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    }

    /// Runs a program in the folder.
    pub(crate) fn run(&self, words: &[&str]) -> Said {
        let output = Command::new(words[0]).args(&words[1..]).current_dir(self.folder()).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        Said { good: output.status.success(), text: String::from_utf8_lossy(&text).into_owned() }
    }

    /// Runs a program that must succeed; words are parted by spaces.
    pub(crate) fn must(&self, command: &str) -> String {
        let said = self.run(&command.split_whitespace().collect::<Vec<_>>());
        assert!(said.good, "{command}\n{}", said.text);
        said.text
    }
}
