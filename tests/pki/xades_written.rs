//! XAdES as the room `sign` writes it: xmlsec1 accepts it, and so do we.

use chrono::{DateTime, Utc};
use emc_monitor::pki::claim::Format;
use emc_monitor::pki::xml::Coverage;
use emc_monitor::sign::key::Signer;
use emc_monitor::sign::scheme::{Choice, Digest, Padding};
use emc_monitor::sign::xades;

use crate::xml::rich;
use crate::xml_bed::{Dice, certificate, good, key_file, reasons, xmlsec_accepts};
use crate::xml_documents::Generator;

pub(crate) fn signer(key: &str, choice: Choice) -> Signer {
    let file = |end: &str| std::fs::read(key_file(&format!("{key}.{end}"))).unwrap();
    Signer::from_pkcs8(&file("key"), &file("pem"), choice).unwrap()
}

pub(crate) fn time() -> DateTime<Utc> {
    "2026-11-20T08:30:00+07:00".parse().unwrap()
}

const PKCS1: Choice = Choice { padding: Padding::Pkcs1, digest: Digest::Sha256 };

#[test]
fn what_is_signed_is_good_here_and_for_xmlsec1() {
    let pss = |digest| Choice { padding: Padding::Pss, digest };
    for (key, choice, known) in [
        ("rsa", PKCS1, true),
        ("rsa", Choice { digest: Digest::Sha512, ..PKCS1 }, true),
        ("p256", PKCS1, true),
        ("p384", PKCS1, true),
        ("p521", PKCS1, true),
        // The xmlsec1 of Debian 12 knows neither.
        ("rsa", pss(Digest::Sha256), false),
        ("rsa", pss(Digest::Sha384), false),
        ("rsa", pss(Digest::Sha512), false),
        ("ed", PKCS1, false),
    ] {
        let signed = xades::sign(&signer(key, choice), rich("").as_bytes(), time()).unwrap();
        let claim = good(&signed, None, Coverage::Whole);
        assert_eq!(
            (claim.format, claim.names_signer, claim.claimed_time),
            (Format::Xades, true, Some(time()))
        );
        assert_eq!(claim.signer, Some(certificate(key)));
        assert!(!known || xmlsec_accepts(&signed, &[]), "{key}: {}", String::from_utf8_lossy(&signed));
        let text = String::from_utf8(signed).unwrap();
        assert!(text.contains("Cộng sự\r\n"), "the file is left as it is");
        let changed = text.replace("Nguyễn", "Trần");
        assert_eq!(reasons(changed.as_bytes(), None, Coverage::Whole)[0].as_str(), "digest_mismatch");
    }
}

#[test]
fn documents_of_every_shape_are_signed() {
    let signer = signer("p256", PKCS1);
    for seed in 2_000..2_300 {
        let mut dice = Dice::new(seed);
        let mut generator = Generator::new(&mut dice, false);
        generator.calm = true;
        let document = generator.document("");
        let signed = xades::sign(&signer, document.as_bytes(), time()).unwrap();
        good(&signed, None, Coverage::Whole);
        assert!(
            seed % 10 != 0 || xmlsec_accepts(&signed, &[]),
            "{seed}: {}",
            String::from_utf8_lossy(&signed)
        );
    }
    for document in
        ["<a/>", "\u{feff}<a />\r\n<!-- </a> -->", "<?xml version='1.0'?><a:b xmlns:a='urn:a'>x</a:b >"]
    {
        let signed = xades::sign(&signer, document.as_bytes(), time()).unwrap();
        good(&signed, None, Coverage::Whole);
        assert!(xmlsec_accepts(&signed, &[]), "{document}");
    }
}

#[test]
fn what_cannot_be_signed_is_told() {
    let signer = signer("p256", PKCS1);
    let signed = xades::sign(&signer, b"<a/>", time()).unwrap();
    for bad in [&signed[..], b"", b"<a>", b"<!DOCTYPE a><a/>", b"\xff\xfe<\0a\0/\0>\0"] {
        let fault = xades::sign(&signer, bad, time()).unwrap_err();
        assert!(!fault.told.vi.is_empty() && fault.told.vi != fault.told.en, "{fault}");
    }
}
