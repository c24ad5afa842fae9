//! Signatures that xmlsec1 makes are good.

use emc_monitor::pki::claim::Format;
use emc_monitor::pki::xml::Coverage;

use crate::xml_bed::{
    BASE64, C14N, C14N_COMMENTS, C14N11, C14N11_COMMENTS, EC_SHA256, EC_SHA384, EC_SHA512, ENVELOPED, EXC,
    EXC_COMMENTS, RSA_SHA256, RSA_SHA384, RSA_SHA512, SHA1, SHA256, SHA384, SHA512, certificate, good,
    reasons, reference, sign, sign_beside, template, xmlsec_accepts,
};

/// A document with namespaces, a default one among them, Vietnamese text and line breaks of Windows.
pub(crate) fn rich(inside: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<!-- hồ sơ -->\r\n<doc xmlns=\"urn:bo-vd:ho-so\" \
         xmlns:a=\"urn:a\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" Id=\"goc\" xml:lang=\"vi\">\r\n  \
         <a:ten b='2' a:b=\"1\">Nguyễn Văn &amp; Cộng sự\r\n</a:ten><item xmlns=\"\" xmlns:a=\"urn:a2\" Id=\"i\">\
         <![CDATA[<Số 5/2026>]]><a:x/></item>{inside}\r\n</doc>\r\n"
    )
}

#[test]
fn enveloped_signatures_are_good_in_every_form() {
    for form in [C14N, C14N_COMMENTS, C14N11, C14N11_COMMENTS, EXC, EXC_COMMENTS] {
        for uri in ["", "#goc", "#xpointer(/)", "#xpointer(id('goc'))"] {
            let list = reference(Some(uri), &[ENVELOPED, form], SHA256);
            let signed = sign(&rich(&template(form, RSA_SHA256, &list, "")), "rsa");
            assert!(xmlsec_accepts(&signed, &[]));
            let claim = good(&signed, None, Coverage::Whole);
            assert_eq!((claim.format, claim.name.as_str()), (Format::Xmldsig, "sig"));
            assert_eq!(claim.signer.as_deref(), Some(certificate("rsa").as_slice()));
            assert!(!claim.names_signer && claim.stamps.is_empty());
        }
    }
}

#[test]
fn every_algorithm_is_checked() {
    for (key, algorithm, digest) in [
        ("rsa", "http://www.w3.org/2000/09/xmldsig#rsa-sha1", SHA1),
        ("rsa", RSA_SHA256, SHA256),
        ("p256", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1", SHA256),
        ("rsa", RSA_SHA384, SHA384),
        ("rsa", RSA_SHA512, SHA512),
        ("p256", EC_SHA256, SHA256),
        ("p256", EC_SHA384, SHA1),
        ("p384", EC_SHA256, SHA256),
        ("p384", EC_SHA384, SHA384),
        ("p384", EC_SHA512, SHA512),
        ("p521", EC_SHA512, SHA512),
    ] {
        let list = reference(Some(""), &[ENVELOPED], digest);
        let signed = sign(&rich(&template(C14N, algorithm, &list, "")), key);
        let claim = good(&signed, None, Coverage::Whole);
        assert_eq!(claim.signer.as_deref(), Some(certificate(key).as_slice()));
        assert_eq!(claim.algorithms.len(), 2, "{:?}", claim.algorithms);
    }
}

#[test]
fn enveloping_and_detached_signatures_are_good() {
    let object = "<ds:Object Id=\"o\"><x xmlns=\"urn:x\" y=\"1\">Quyết định<!-- số --> </x></ds:Object>";
    let list = reference(Some("#o"), &[C14N_COMMENTS], SHA256);
    let with_comments = reference(Some("#xpointer(id('o'))"), &[C14N_COMMENTS], SHA256);
    let plain = object.replace("<!-- số -->", "");
    for (list, object) in [(&list, plain.as_str()), (&with_comments, object)] {
        good(&sign(&template(C14N11, EC_SHA256, list, object), "p256"), None, Coverage::Whole);
    }
    let coded = "<ds:Object Id=\"o\" Encoding=\"http://www.w3.org/2000/09/xmldsig#base64\">Qm8g\nVmkgZHU=</ds:Object>";
    let list = reference(Some("#o"), &[BASE64], SHA256);
    good(&sign(&template(EXC, RSA_SHA256, &list, coded), "rsa"), None, Coverage::Whole);

    let content = "<a>nội\r\ndung</a>".as_bytes();
    for transforms in [&[][..], &[EXC], &[C14N]] {
        let list = reference(Some("noi-dung.xml"), transforms, SHA256);
        let beside = [("noi-dung.xml", content)];
        let signed = sign_beside(template(C14N, RSA_SHA256, &list, "").as_bytes(), "rsa", &beside);
        good(&signed, Some(content), Coverage::Whole);
        assert_eq!(reasons(&signed, None, Coverage::Whole)[0].as_str(), "content_missing");
        assert_eq!(reasons(&signed, Some(b"<a/>"), Coverage::Whole)[0].as_str(), "digest_mismatch");
    }
}

#[test]
fn parts_are_good_where_the_caller_asks_for_parts() {
    let list = reference(Some("#data"), &[ENVELOPED, EXC], SHA256) + &reference(Some("#t"), &[], SHA256);
    let time = "<ds:Object><ds:SignatureProperties Id=\"t\"><ds:SignatureProperty Target=\"#sig\">\
                <SigningTime>2026-03-04T05:06:07</SigningTime></ds:SignatureProperty></ds:SignatureProperties></ds:Object>";
    let signature = template(C14N, RSA_SHA256, &list, time);
    let invoice =
        format!("<HDon><DLHDon Id=\"data\"><TTChung>1</TTChung></DLHDon><DSCKS>{signature}</DSCKS></HDon>");
    let signed = sign(&invoice, "rsa");
    let claim = good(&signed, None, Coverage::Parts);
    assert_eq!(claim.covers.as_deref(), Some("/HDon/DLHDon[@Id=\"data\"]"));
    assert_eq!(claim.claimed_time.unwrap().to_rfc3339(), "2026-03-03T22:06:07+00:00");
    assert_eq!(reasons(&signed, None, Coverage::Whole)[0].as_str(), "reference_wrong");
}

#[test]
fn other_encodings_are_read_as_they_are_declared() {
    let list = reference(Some(""), &[ENVELOPED], SHA256);
    let text = rich(&template(C14N, RSA_SHA256, &list, "")).replace("UTF-8", "UTF-16");
    let wide: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let signed = sign_beside(&wide, "rsa", &[]);
    good(&signed, None, Coverage::Whole);
}

#[test]
fn a_key_without_a_certificate_names_no_signer() {
    let list = reference(Some(""), &[ENVELOPED], SHA256);
    let bare = template(C14N, RSA_SHA256, &list, "").replace("<ds:X509Data/>", "<ds:KeyValue/>");
    let against = reasons(&sign(&rich(&bare), "rsa"), None, Coverage::Whole);
    assert_eq!(against.iter().map(|reason| reason.as_str()).collect::<Vec<_>>(), ["signer_missing"]);
}
