//! XML that xmlsec1 signed by the practice authority, as xmlsec1 judges it with our root.

use crate::authority::{Parted, agree, authority};

const REVOCATION: &str = "xmlsec1 asks nobody whether a certificate was revoked";
/// Where xmlsec1 parts from us.
const XMLSEC: &Parted = &[
    ("xml/bi-thu-hoi-danh-sach-ben-trong.xml", REVOCATION),
    (
        "xml/can-bo-ben-canh.xml",
        "only an element beside the signature is signed, and the rest of the document may say anything; xmlsec1 leaves it to \
         its caller to look at what is signed",
    ),
    ("xml/danh-sach-cu-ben-trong.xml", REVOCATION),
    ("xml/danh-sach-gia-ben-trong.xml", REVOCATION),
    ("xml/duoi-cap-bi-thu-hoi-ben-trong.xml", REVOCATION),
    ("xml/hoi-nham-noi-ben-trong.xml", REVOCATION),
    ("xml/hoi-noi-cua-goc-ben-trong.xml", REVOCATION),
    ("xml/khong-hoi-duoc-ben-trong.xml", REVOCATION),
    ("xml/tra-loi-cu-ben-trong.xml", REVOCATION),
];

#[test]
fn xmlsec1_says_the_same_or_it_is_written_why_not() {
    let authority = authority();
    let sound = |file: &str| {
        let fixed =
            "xmlsec1 --verify --trusted-pem anchors/goc.pem --enabled-key-data x509 --id-attr:Id ketQua";
        authority.run(&format!("{fixed} {file}")).status.success()
    };
    let parting = authority.of("xml").filter(|entry| sound(&entry.file) != authority.trusts(entry));
    let found: Vec<&str> = parting.map(|entry| entry.file.as_str()).collect();
    agree("xmlsec1", &found, XMLSEC);
    // What it does look at, it sees.
    for name in ["doi-noi-dung", "nguoi-la-ben-trong", "het-han-ben-trong", "chua-hieu-luc-ben-trong"] {
        assert!(!sound(&format!("xml/{name}.xml")), "{name}");
    }
    for entry in authority.of("xml").filter(|entry| XMLSEC.contains(&(entry.file.as_str(), REVOCATION))) {
        let (_, told) = authority.judge(entry, true);
        let reason = told["reason"].as_str().unwrap();
        assert!(reason.starts_with("revo"), "{}: {told:#}", entry.file);
    }
}
