//! The properties of XAdES: what is read of them, and what is refused.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use emc_monitor::pki::claim::{Format, StampKind, StampedMessage};
use emc_monitor::pki::xml::{Coverage, canonical};

use crate::xml::rich;
use crate::xml_bed::{
    C14N, ENVELOPED, EXC, RSA_SHA256, SHA256, certificate, good, reasons, reference, sign, template,
};

const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";

fn cert(digest_of: &[u8], issuer: &str) -> String {
    let value = STANDARD.encode(digest::digest(&digest::SHA256, digest_of));
    format!(
        "<xades:Cert><xades:CertDigest><ds:DigestMethod Algorithm=\"{SHA256}\"/><ds:DigestValue>{value}</ds:DigestValue>\
         </xades:CertDigest>{issuer}</xades:Cert>"
    )
}

/// Issuer and serial number in words, as openssl writes them.
fn issuer_in_words(key: &str, name: &str) -> String {
    let made = std::process::Command::new("openssl")
        .args(["x509", "-noout", "-serial", "-in"])
        .arg(crate::xml_bed::key_file(&format!("{key}.pem")))
        .output()
        .unwrap();
    let hexadecimal = String::from_utf8(made.stdout).unwrap();
    let hexadecimal = hexadecimal.trim().trim_start_matches("serial=").to_owned();
    let script = format!("print(int('{hexadecimal}', 16))");
    let made = std::process::Command::new("python3").args(["-c", &script]).output().unwrap();
    let serial = String::from_utf8(made.stdout).unwrap();
    format!(
        "<xades:IssuerSerial><ds:X509IssuerName>{name}</ds:X509IssuerName>\
         <ds:X509SerialNumber>{}</ds:X509SerialNumber></xades:IssuerSerial>",
        serial.trim()
    )
}

fn properties(certificates: &str, unsigned: &str) -> String {
    format!(
        "<ds:Object><xades:QualifyingProperties xmlns:xades=\"{XADES}\" Target=\"#sig\"><xades:SignedProperties \
         Id=\"sp\"><xades:SignedSignatureProperties><xades:SigningTime>2026-11-20T08:30:00+07:00</xades:SigningTime>\
         {certificates}<xades:SignaturePolicyIdentifier><xades:SignaturePolicyId><xades:SigPolicyId><xades:Identifier>\
         urn:oid:1.2.3</xades:Identifier></xades:SigPolicyId></xades:SignaturePolicyId></xades:SignaturePolicyIdentifier>\
         </xades:SignedSignatureProperties></xades:SignedProperties>{unsigned}</xades:QualifyingProperties></ds:Object>"
    )
}

fn references() -> String {
    let own = reference(Some("#sp"), &[EXC], SHA256)
        .replace("<ds:Reference ", "<ds:Reference Type=\"http://uri.etsi.org/01903#SignedProperties\" ");
    reference(Some(""), &[ENVELOPED, EXC], SHA256) + &own
}

fn signed(references: &str, properties: &str) -> String {
    String::from_utf8(sign(&rich(&template(C14N, RSA_SHA256, references, properties)), "rsa")).unwrap()
}

fn first_reason(text: &str) -> &'static str {
    reasons(text.as_bytes(), None, Coverage::Whole).first().map_or("nothing", |reason| reason.as_str())
}

fn version_1(inside: &str) -> String {
    format!("<xades:SigningCertificate>{inside}</xades:SigningCertificate>")
}

fn version_2(inside: &str) -> String {
    format!("<xades:SigningCertificateV2>{inside}</xades:SigningCertificateV2>")
}

#[test]
fn signed_properties_are_read() {
    let der = certificate("rsa");
    for certificates in [
        version_2(&cert(&der, "")),
        version_1(&cert(&der, &issuer_in_words("rsa", "CN=rsa, O=Bộ Ví dụ, C=VN"))),
    ] {
        let claim =
            good(signed(&references(), &properties(&certificates, "")).as_bytes(), None, Coverage::Whole);
        assert_eq!(claim.format, Format::Xades);
        assert!(claim.names_signer);
        assert_eq!(claim.claimed_time.unwrap().to_rfc3339(), "2026-11-20T01:30:00+00:00");
        assert_eq!(claim.signer, Some(der.clone()));
        assert!(claim.notes[0].en.contains("urn:oid:1.2.3"), "{:?}", claim.notes);
    }
}

#[test]
fn what_was_added_later_is_carried() {
    let values = |inside: &str| {
        format!(
            "<xades:UnsignedProperties><xades:UnsignedSignatureProperties>{inside}\
             </xades:UnsignedSignatureProperties></xades:UnsignedProperties>"
        )
    };
    let later = values(&format!(
        "<xades:SignatureTimeStamp><ds:CanonicalizationMethod Algorithm=\"{EXC}\"/><xades:EncapsulatedTimeStamp>\
         MAA=</xades:EncapsulatedTimeStamp></xades:SignatureTimeStamp><xades:CertificateValues>\
         <xades:EncapsulatedX509Certificate>MAE=</xades:EncapsulatedX509Certificate></xades:CertificateValues>\
         <xades:RevocationValues><xades:CRLValues><xades:EncapsulatedCRLValue>MAI=</xades:EncapsulatedCRLValue>\
         </xades:CRLValues><xades:OCSPValues><xades:EncapsulatedOCSPValue>MAM=</xades:EncapsulatedOCSPValue>\
         </xades:OCSPValues></xades:RevocationValues><x141:ArchiveTimeStamp \
         xmlns:x141=\"http://uri.etsi.org/01903/v1.4.1#\"/>"
    ));
    let certificates = version_2(&cert(&certificate("rsa"), ""));
    let text = signed(&references(), &properties(&certificates, &later))
        .replace("<ds:SignatureValue>", "<ds:SignatureValue Id=\"v\">");
    let claim = good(text.as_bytes(), None, Coverage::Whole);
    assert_eq!(claim.stamps.len(), 1);
    assert_eq!(
        (claim.stamps[0].kind, claim.stamps[0].token.as_slice()),
        (StampKind::Signature, &[0x30, 0][..])
    );
    let message = canonical(text.as_bytes(), EXC, &[], Some("v")).unwrap();
    assert!(message.starts_with(b"<ds:SignatureValue xmlns:ds="));
    assert_eq!(claim.stamps[0].message, StampedMessage::Bytes(message));
    assert_eq!(claim.carried.certificates.len(), 2);
    assert_eq!(
        (claim.carried.crls[0].bytes.as_slice(), claim.carried.ocsps[0].bytes.as_slice()),
        (&[0x30, 2][..], &[0x30, 3][..])
    );
    assert!(claim.notes.iter().any(|note| note.en.contains("ArchiveTimeStamp")));
}

#[test]
fn a_certificate_that_is_not_the_named_one_is_refused() {
    let (own, other) = (certificate("rsa"), certificate("other"));
    let words = |name: &str| issuer_in_words("rsa", name);
    for certificates in [
        version_2(&cert(&other, "")),
        version_2(&cert(b"", "")),
        version_1(&cert(&own, &words("CN=khác, O=Bộ Ví dụ, C=VN"))),
        version_1(&cert(&own, &issuer_in_words("other", "CN=rsa, O=Bộ Ví dụ, C=VN"))),
        version_2(&cert(&own, "<xades:IssuerSerialV2>MAA=</xades:IssuerSerialV2>")),
        // The right one, but only in the second place.
        version_2(&(cert(&other, "") + &cert(&own, ""))),
    ] {
        assert_eq!(first_reason(&signed(&references(), &properties(&certificates, ""))), "signer_mismatch");
    }
    assert_eq!(
        first_reason(&signed(&references(), &properties(&version_2("<xades:Cert/>"), ""))),
        "structure_wrong"
    );
}

#[test]
fn signed_properties_must_be_signed() {
    let certificates = version_2(&cert(&certificate("rsa"), ""));
    let all = properties(&certificates, "");
    let text = signed(&references(), &all);
    // Taken away.
    let begin = text.find("<ds:Object>").unwrap();
    let end = text.find("</ds:Object>").unwrap() + "</ds:Object>".len();
    assert_eq!(first_reason(&format!("{}{}", &text[..begin], &text[end..])), "reference_wrong");
    // Changed.
    assert_eq!(first_reason(&text.replace("08:30:00", "09:30:00")), "digest_mismatch");
    // Never signed.
    let list = reference(Some(""), &[ENVELOPED, EXC], SHA256);
    assert_eq!(first_reason(&signed(&list, &all)), "reference_wrong");
    // The reference that should lead to them leads elsewhere.
    let elsewhere = references().replace("#sp", "#i");
    assert_eq!(first_reason(&signed(&elsewhere, &all)), "reference_wrong");
    assert_eq!(first_reason(&signed(&elsewhere, "")), "reference_wrong");
    // For another signature, twice, or with a stranger among them.
    assert_eq!(
        first_reason(&signed(&references(), &all.replace("\"#sig\"", "\"#khac\""))),
        "reference_wrong"
    );
    let twice = text.replace("<ds:Object>", "<ds:Object><xades:QualifyingProperties xmlns:xades=\"http://uri.etsi.org/01903/v1.3.2#\" Target=\"#sig\"/></ds:Object><ds:Object>");
    assert_eq!(first_reason(&twice), "structure_wrong");
    let stranger =
        text.replace("</xades:QualifyingProperties>", "<doc>giả</doc></xades:QualifyingProperties>");
    assert_eq!(first_reason(&stranger), "structure_wrong");
    let hidden = text.replace(
        "</xades:QualifyingProperties>",
        "<xades:UnsignedProperties><doc>giả</doc></xades:UnsignedProperties></xades:QualifyingProperties>",
    );
    assert_eq!(first_reason(&hidden), "structure_wrong");
    let unsigned =
        text.replace("</xades:QualifyingProperties>", "</xades:QualifyingProperties><doc>giả</doc>");
    assert_eq!(first_reason(&unsigned), "reference_wrong");
}
