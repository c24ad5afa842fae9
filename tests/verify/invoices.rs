//! XML files that are signed in parts, as Vietnamese electronic invoices are: `xmlsec1` signs one element.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::material::{emc, report};

/// An invoice whose signature stands outside the element that it covers.
const INVOICE: &str = r##"<?xml version="1.0" encoding="UTF-8"?>
<HDon><DLHDon Id="data"><TTChung><THDon>Hóa đơn</THDon><TgTTTBSo>1000000</TgTTTBSo></TTChung></DLHDon><DSCKS><NBan>
<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>
<CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>
<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>
<Reference URI="#data"><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue/></Reference>
</SignedInfo><SignatureValue/><KeyInfo><X509Data><X509Certificate/></X509Data></KeyInfo></Signature>
</NBan></DSCKS></HDon>"##;

/// A folder with the seller's certificate as a trusted root, and the signed invoice.
struct Bed(tempfile::TempDir);

impl Bed {
    fn new() -> Self {
        let bed = Self(tempfile::tempdir().unwrap());
        fs::create_dir(bed.path("goc")).unwrap();
        fs::write(bed.path("mau.xml"), INVOICE).unwrap();
        bed.run("openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=NguoiBan -keyout k.pem -out goc/r.pem");
        bed.run(
            "xmlsec1 --sign --id-attr:Id DLHDon --privkey-pem k.pem,goc/r.pem --output hoa-don.xml mau.xml",
        );
        bed
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, command: &str) {
        let mut words = command.split_whitespace();
        let done =
            Command::new(words.next().unwrap()).args(words).current_dir(self.0.path()).output().unwrap();
        assert!(done.status.success(), "{command}: {}", String::from_utf8_lossy(&done.stderr));
    }

    fn judge(&self, name: &str, more: &[&str]) -> (i32, Value) {
        let (goc, file) = (self.path("goc"), self.path(name));
        report(&flags(goc.to_str().unwrap(), more, file.to_str().unwrap()))
    }

    /// A copy of the invoice, changed.
    fn change(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path("hoa-don.xml")).unwrap();
        assert!(text.contains(from));
        fs::write(self.path(name), text.replacen(from, to, 1)).unwrap();
    }
}

fn flags<'a>(goc: &'a str, more: &[&'a str], file: &'a str) -> Vec<&'a str> {
    [&["--offline", "--anchors", goc][..], more, &[file]].concat()
}

const PARTS: &[&str] = &["--coverage", "parts"];

#[test]
fn an_invoice_is_valid_for_the_part_that_is_signed_where_parts_are_asked_for() {
    let bed = Bed::new();
    let (code, told) = bed.judge("hoa-don.xml", &[]);
    assert_eq!((code, &told["reason"]), (2, &"reference_wrong".into()), "{told:#}");
    assert!(told["detail"].as_str().unwrap().contains("--coverage parts"), "{told:#}");

    let (code, told) = bed.judge("hoa-don.xml", PARTS);
    assert_eq!((code, &told["verdict"]), (0, &"valid".into()), "{told:#}");
    assert_eq!(told["signatures"][0]["covers"], "/HDon/DLHDon[@Id=\"data\"]");
    let coverage = told["checks"].as_array().unwrap().iter().find(|check| check["id"] == "coverage").unwrap();
    assert_eq!(coverage["outcome"], "inapplicable", "the whole is not covered, and not said to be");

    let (goc, file) = (bed.path("goc"), bed.path("hoa-don.xml"));
    let flags = flags(goc.to_str().unwrap(), PARTS, file.to_str().unwrap());
    let (_, shown, _) = emc(&[&["--lang", "vi"], &flags[..]].concat());
    assert!(shown.contains("chỉ với những phần đã ký"), "{shown}");
}

#[test]
fn a_part_that_was_changed_moved_or_doubled_does_not_pass_for_what_was_signed() {
    let bed = Bed::new();
    bed.change("gia.xml", "1000000", "9000000");
    assert_eq!(bed.judge("gia.xml", PARTS).1["reason"], "digest_mismatch");

    bed.change("doi.xml", "<DSCKS>", "<DLHDon Id=\"data\"><TgTTTBSo>9</TgTTTBSo></DLHDon><DSCKS>");
    let (code, told) = bed.judge("doi.xml", PARTS);
    assert_eq!((code, &told["verdict"]), (2, &"invalid".into()), "{told:#}");

    // What was signed is still in the file, but something else is in its place.
    let text = fs::read_to_string(bed.path("hoa-don.xml")).unwrap();
    let end = "</DLHDon>";
    let (begin, stop) = (text.find("<DLHDon").unwrap(), text.find(end).unwrap() + end.len());
    let (before, signed, after) = (&text[..begin], &text[begin..stop], &text[stop..]);
    let forged = "<DLHDon Id=\"khac\"><TgTTTBSo>9</TgTTTBSo></DLHDon>";
    for wrapped in [
        format!("{before}{forged}<Cu>{signed}</Cu>{after}"),
        format!("{before}{forged}{signed}{after}"),
        format!("{before}{signed}{forged}{after}"),
        format!("{before}<Cu>{signed}</Cu>{}", after.replace("</HDon>", &format!("{forged}</HDon>"))),
    ] {
        fs::write(bed.path("boc.xml"), &wrapped).unwrap();
        let (code, told) = bed.judge("boc.xml", PARTS);
        assert_eq!((code, &told["reason"]), (2, &"reference_wrong".into()), "{wrapped}");
    }
}

#[test]
fn a_bundle_of_invoices_each_signed_by_itself_is_valid_for_each() {
    let bed = Bed::new();
    let text = fs::read_to_string(bed.path("hoa-don.xml")).unwrap();
    let (head, invoice) = text.split_at(text.find("<HDon>").unwrap());
    let second = invoice.trim_end().replace("\"data\"", "\"data2\"").replace("#data\"", "#data2\"");
    let empty = |tag: &str, text: &str| {
        let (begin, end) = (format!("<{tag}>"), format!("</{tag}>"));
        let (from, to) = (text.find(&begin).unwrap() + begin.len(), text.find(&end).unwrap());
        format!("{}{}", &text[..from], &text[to..])
    };
    let second = ["DigestValue", "SignatureValue", "X509Certificate"]
        .iter()
        .fold(second, |text, tag| empty(tag, &text));
    fs::write(bed.path("hai.xml"), format!("{head}<DLieu>{}{second}</DLieu>", invoice.trim_end())).unwrap();
    // The node is named so that xmlsec1 fills the second signature in.
    bed.run("xmlsec1 --sign --id-attr:Id DLHDon --node-xpath (//*[local-name()='Signature'])[2] --privkey-pem k.pem,goc/r.pem --output bo.xml hai.xml");
    let (code, told) = bed.judge("bo.xml", PARTS);
    assert_eq!((code, told["signatures"].as_array().unwrap().len()), (0, 2), "{told:#}");
    assert_eq!(told["signatures"][1]["covers"], "/DLieu/HDon/DLHDon[@Id=\"data2\"]");
}
