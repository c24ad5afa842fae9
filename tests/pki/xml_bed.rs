//! Keys, templates and xmlsec1 for the tests of signatures in XML.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use emc_monitor::pki::claim::Claim;
use emc_monitor::pki::verdict::SignatureReason;
use emc_monitor::pki::xml::{Coverage, claims_covering};

pub(crate) const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
pub(crate) const C14N: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
pub(crate) const C14N_COMMENTS: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments";
pub(crate) const C14N11: &str = "http://www.w3.org/2006/12/xml-c14n11";
pub(crate) const C14N11_COMMENTS: &str = "http://www.w3.org/2006/12/xml-c14n11#WithComments";
pub(crate) const EXC: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub(crate) const EXC_COMMENTS: &str = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments";
pub(crate) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
pub(crate) const BASE64: &str = "http://www.w3.org/2000/09/xmldsig#base64";
pub(crate) const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";
pub(crate) const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
pub(crate) const SHA384: &str = "http://www.w3.org/2001/04/xmldsig-more#sha384";
pub(crate) const SHA512: &str = "http://www.w3.org/2001/04/xmlenc#sha512";
pub(crate) const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
pub(crate) const RSA_SHA384: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384";
pub(crate) const RSA_SHA512: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512";
pub(crate) const EC_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
pub(crate) const EC_SHA384: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384";
pub(crate) const EC_SHA512: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512";

/// The names of elements whose `Id` xmlsec1 is told to take for an identifier.
const WITH_ID: [&str; 12] = [
    "doc",
    "part",
    "item",
    "Object",
    "Signature",
    "SignedProperties",
    "KeyInfo",
    "SignatureValue",
    "HDon",
    "DLHDon",
    "SignatureProperties",
    "evil",
];

static KEYS: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    for (name, kind) in [
        ("rsa", &["rsa:2048"][..]),
        ("other", &["rsa:2048"]),
        ("p256", &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]),
        ("p384", &["ec", "-pkeyopt", "ec_paramgen_curve:P-384"]),
        ("p521", &["ec", "-pkeyopt", "ec_paramgen_curve:P-521"]),
        ("ed", &["ed25519"]),
    ] {
        let file = |end: &str| folder.path().join(format!("{name}.{end}"));
        let made = Command::new("openssl")
            .args(["req", "-x509", "-nodes", "-days", "30", "-sha256", "-newkey"])
            .args(kind)
            .args(["-subj", &format!("/C=VN/O=Bộ Ví dụ/CN={name}"), "-utf8"])
            .arg("-keyout")
            .arg(file("key"))
            .arg("-out")
            .arg(file("pem"))
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
    folder
});

/// A file of the keys' folder: `rsa.key`, `rsa.pem`.
pub(crate) fn key_file(name: &str) -> PathBuf {
    KEYS.path().join(name)
}

/// A certificate, DER.
pub(crate) fn certificate(key: &str) -> Vec<u8> {
    let made = Command::new("openssl")
        .args(["x509", "-outform", "DER", "-in"])
        .arg(key_file(&format!("{key}.pem")))
        .output()
        .unwrap();
    made.stdout
}

/// One reference of a template.
pub(crate) fn reference(uri: Option<&str>, transforms: &[&str], digest: &str) -> String {
    let uri = uri.map(|uri| format!(" URI=\"{}\"", uri.replace('"', "&quot;"))).unwrap_or_default();
    let steps: Vec<_> =
        transforms.iter().map(|step| format!("<ds:Transform Algorithm=\"{step}\"/>")).collect();
    let steps = steps.concat();
    let steps = if steps.is_empty() { steps } else { format!("<ds:Transforms>{steps}</ds:Transforms>") };
    format!(
        "<ds:Reference{uri}>{steps}<ds:DigestMethod Algorithm=\"{digest}\"/><ds:DigestValue/></ds:Reference>"
    )
}

/// A signature to be filled in; `more` follows the key.
pub(crate) fn template(form: &str, algorithm: &str, references: &str, more: &str) -> String {
    format!(
        "<ds:Signature xmlns:ds=\"{DS}\" Id=\"sig\"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{form}\"/>\
         <ds:SignatureMethod Algorithm=\"{algorithm}\"/>{references}</ds:SignedInfo><ds:SignatureValue/>\
         <ds:KeyInfo><ds:X509Data/></ds:KeyInfo>{more}</ds:Signature>"
    )
}

fn xmlsec(mode: &str, folder: &Path) -> Command {
    let mut command = Command::new("xmlsec1");
    command.current_dir(folder).arg(mode);
    for name in WITH_ID {
        command.arg("--id-attr:Id").arg(name);
    }
    command
}

/// Lets xmlsec1 fill a template in.
pub(crate) fn sign(template: &str, key: &str) -> Vec<u8> {
    sign_beside(template.as_bytes(), key, &[])
}

/// As [`sign`], with files beside it.
pub(crate) fn sign_beside(template: &[u8], key: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.xml"), template).unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    let pair = [key_file(&format!("{key}.key")), key_file(&format!("{key}.pem"))];
    let made = xmlsec("--sign", folder.path())
        .arg("--privkey-pem")
        .arg(pair.map(|path| path.display().to_string()).join(","))
        .args(["--output", "out.xml", "in.xml"])
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&made.stderr),
        String::from_utf8_lossy(template)
    );
    std::fs::read(folder.path().join("out.xml")).unwrap()
}

/// Whether xmlsec1 takes a signature for good, trusting all keys of these tests.
pub(crate) fn xmlsec_accepts(signed: &[u8], files: &[(&str, &[u8])]) -> bool {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.xml"), signed).unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    let mut command = xmlsec("--verify", folder.path());
    for key in ["rsa", "other", "p256", "p384", "p521"] {
        command.arg("--trusted-pem").arg(key_file(&format!("{key}.pem")));
    }
    command.arg("in.xml").output().unwrap().status.success()
}

/// The reasons that speak against the first signature; empty where it is good.
pub(crate) fn reasons(signed: &[u8], detached: Option<&[u8]>, coverage: Coverage) -> Vec<SignatureReason> {
    match claims_covering(signed, detached, coverage) {
        Ok(claims) => claims.iter().flat_map(|claim| claim.flaws.iter()).map(|flaw| flaw.reason).collect(),
        Err(flaw) => vec![flaw.reason],
    }
}

/// The only claim of a file that must be good.
pub(crate) fn good(signed: &[u8], detached: Option<&[u8]>, coverage: Coverage) -> Claim {
    let mut claims = claims_covering(signed, detached, coverage)
        .unwrap_or_else(|flaw| panic!("{}\n{}", flaw.told, String::from_utf8_lossy(signed)));
    let claim = claims.remove(0);
    assert!(claims.is_empty(), "one signature");
    assert!(
        claim.flaws.is_empty(),
        "{}\n{}",
        claim.flaws.iter().map(|flaw| flaw.told.en.as_str()).collect::<Vec<_>>().join("; "),
        String::from_utf8_lossy(signed)
    );
    claim
}

/// Numbers that look random and are the same each time.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Below `sides`.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % sides
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.roll(all.len())]
    }
}
