//! CMS as OpenSSL signs it, in every form that it writes.

use emc_monitor::pki::claim::{Claim, Format};
use emc_monitor::pki::cms::{Content, claims};

use crate::openssl::{CONTENT, Workshop};

/// The one claim of a signature.
fn only(bytes: &[u8], content: Content<'_>) -> Claim {
    let mut found = claims(bytes, content).unwrap();
    assert_eq!(found.len(), 1);
    found.remove(0)
}

fn words(claim: &Claim) -> Vec<&'static str> {
    claim.flaws.iter().map(|flaw| flaw.reason.as_str()).collect()
}

const DETACHED: Content<'_> = Content::Detached(CONTENT);

#[test]
fn every_key_and_form_that_openssl_writes_is_checked() {
    let workshop = Workshop::new();
    let keys = [
        ("rsa", "rsa:2048", "sha256WithRSAEncryption"),
        ("p256", "ec -pkeyopt ec_paramgen_curve:P-256", "ecdsa-with-SHA256"),
        ("p384", "ec -pkeyopt ec_paramgen_curve:P-384", "ecdsa-with-SHA256"),
        ("p521", "ec -pkeyopt ec_paramgen_curve:P-521", "ecdsa-with-SHA256"),
    ];
    let forms = [
        ("-outform DER", DETACHED, Format::Cms),
        ("-outform PEM", DETACHED, Format::Cms),
        ("-outform DER -nodetach", Content::Attached, Format::Cms),
        ("-outform PEM -nodetach -stream", Content::Attached, Format::Cms),
        ("-outform DER -nodetach -stream", Content::Attached, Format::Cms),
        ("-outform DER -indef", DETACHED, Format::Cms),
        ("-outform DER -keyid -nosmimecap", DETACHED, Format::Cms),
        ("-outform DER -noattr", DETACHED, Format::Cms),
        ("-outform DER -noattr -nodetach -stream", Content::Attached, Format::Cms),
        ("-outform DER -cades", DETACHED, Format::Cades),
    ];
    for (name, key, algorithm) in keys {
        workshop.signer(name, key);
        for (form, content, format) in forms {
            let claim = only(&workshop.sign(name, &format!("-md sha256 {form}")), content);
            assert_eq!(claim.flaws, [], "{name} {form}");
            assert_eq!((claim.format, claim.names_signer), (format, format == Format::Cades), "{form}");
            assert_eq!(claim.signer, Some(workshop.der(name)), "{name} {form}");
            assert_eq!(claim.algorithms[0].name, "SHA-256");
            assert_eq!(claim.algorithms[1].name, algorithm);
            assert_eq!(claim.claimed_time.is_none(), form.contains("-noattr"), "{form}");
        }
    }
}

#[test]
fn base64_is_read_with_and_without_its_frame() {
    let workshop = Workshop::new();
    workshop.signer("a", "rsa:2048");
    let framed = String::from_utf8(workshop.sign("a", "-outform PEM")).unwrap();
    let bare: Vec<&str> = framed.lines().filter(|line| !line.starts_with('-')).collect();
    let old = framed.replace(" CMS-", " PKCS7-");
    let within = format!("Tệp ký số\n{framed}\nhết\n");
    for text in [bare.join("\r\n"), bare.concat(), old, within] {
        assert_eq!(only(text.as_bytes(), DETACHED).flaws, [], "{text}");
    }
}

#[test]
fn other_content_does_not_fit() {
    let workshop = Workshop::new();
    workshop.signer("a", "rsa:2048");
    for (form, word) in [("", "digest_mismatch"), ("-noattr", "signature_wrong")] {
        let bytes = workshop.sign("a", &format!("-outform DER {form}"));
        assert_eq!(words(&only(&bytes, Content::Detached(b"other"))), [word]);
    }
}
