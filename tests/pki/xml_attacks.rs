//! What attackers do to signatures in XML: none of it is accepted.

use std::fmt::Write as _;

use emc_monitor::pki::xml::{Coverage, claims};
use emc_monitor::sign::scheme::{Choice, Digest, Padding};
use emc_monitor::sign::xades;

use crate::xades_written::{signer, time};
use crate::xml::rich;
use crate::xml_bed::{
    C14N, DS, Dice, ENVELOPED, EXC, RSA_SHA256, SHA256, certificate, good, reasons, reference, sign,
    template, xmlsec_accepts,
};

fn enveloped(uri: &str) -> String {
    let list = reference(Some(uri), &[ENVELOPED, EXC], SHA256);
    String::from_utf8(sign(&rich(&template(EXC, RSA_SHA256, &list, "")), "rsa")).unwrap()
}

/// What speaks first against a file, in both ways of asking.
fn against(text: &str) -> [String; 2] {
    [Coverage::Whole, Coverage::Parts].map(|coverage| {
        let found = reasons(text.as_bytes(), None, coverage);
        found.first().map_or_else(|| "nothing".to_owned(), |reason| reason.as_str().to_owned())
    })
}

fn refused(text: &str, reason: &str) {
    assert_eq!(against(text), [reason, reason], "{text}");
}

/// The signature of a file, cut out of it: what stands before, it, what stands behind.
fn cut(signed: &str) -> (&str, &str, &str) {
    let begin = signed.find("<ds:Signature ").unwrap();
    let end = signed.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    (&signed[..begin], &signed[begin..end], &signed[end..])
}

#[test]
fn a_changed_file_is_refused() {
    let signed = enveloped("");
    good(signed.as_bytes(), None, Coverage::Whole);
    for (from, to, reason) in [
        ("Nguyễn", "Nguyen", "digest_mismatch"),
        ("b=\"2\"", "b=\"3\"", "digest_mismatch"),
        ("a:b=\"1\"", "a:b=\"1\" c=\"\"", "digest_mismatch"),
        ("\"urn:a\"", "\"urn:z\"", "digest_mismatch"),
        ("xmlns=\"\" xmlns:a=\"urn:a2\"", "xmlns:a=\"urn:a2\"", "digest_mismatch"),
        ("<![CDATA[<Số 5/2026>]]>", "<Số/>", "digest_mismatch"),
        ("URI=\"\"", "URI=\"#i\"", "digest_mismatch"),
        ("URI=\"\"", "URI=\"#khong-co\"", "reference_wrong"),
        ("xmlenc#sha256", "xmlenc#sha512", "digest_mismatch"),
        ("rsa-sha256", "rsa-sha512", "signature_wrong"),
        ("rsa-sha256", "ecdsa-sha256", "signature_wrong"),
        ("rsa-sha256", "hmac-sha256", "unsupported_algorithm"),
        ("rsa-sha256", "rsa-md5", "unsupported_algorithm"),
        ("</doc>", "<them/></doc>", "digest_mismatch"),
        ("Cộng sự", "Cộng <!-- x --> sự", "reference_wrong"),
        ("<doc ", "<?chi-thi?><doc ", "digest_mismatch"),
    ] {
        let changed = signed.replacen(from, to, 1);
        assert_ne!(changed, signed, "{from}");
        refused(&changed, reason);
    }
}

#[test]
fn every_bit_of_the_signature_counts() {
    let signed = enveloped("#goc");
    let (before, signature, behind) = cut(&signed);
    // A certificate that is changed is found out when its path is judged.
    let checked = signature.find("<ds:KeyInfo>").unwrap();
    let mut dice = Dice::new(7);
    for _ in 0..400 {
        let mut bytes = signature.as_bytes().to_vec();
        let place = dice.roll(checked);
        bytes[place] ^= 1 << dice.roll(7);
        let file = [before.as_bytes(), &bytes, behind.as_bytes()].concat();
        let ours = reasons(&file, None, Coverage::Whole);
        // Spare bits of base64, white space and the like may change without a change of meaning: what is accepted here,
        // xmlsec1 must accept as well.
        assert!(
            !ours.is_empty() || xmlsec_accepts(&file, &[]),
            "only we accept {}",
            String::from_utf8_lossy(&file)
        );
    }
}

#[test]
fn wrapped_signatures_are_refused() {
    let list = reference(Some("#goc"), &[ENVELOPED, EXC], SHA256);
    let signed = String::from_utf8(sign(&rich(&template(EXC, RSA_SHA256, &list, "")), "rsa")).unwrap();
    let body = &signed[signed.find("<doc").unwrap()..];
    let evil = |id: &str, inside: &str| {
        format!("<doc xmlns=\"urn:bo-vd:ho-so\" Id=\"{id}\"><a>giả</a>{inside}</doc>")
    };
    // The signed document is moved into another, under the same and under another identifier.
    refused(&evil("goc", body), "reference_wrong");
    assert_eq!(against(&evil("khac", body))[0], "reference_wrong");
    // It is moved into the signature, into an object that is not signed.
    let (before, signature, behind) = cut(body);
    let original = format!("{before}{behind}");
    let moved =
        signature.replace("</ds:Signature>", &format!("<ds:Object>{original}</ds:Object></ds:Signature>"));
    refused(&evil("goc", &moved), "reference_wrong");
    assert_eq!(against(&evil("khac", &moved))[0], "reference_wrong");
    // A second element takes its identifier, by any of the attributes that identifiers go by.
    for attribute in ["Id", "ID", "id", "xml:id"] {
        refused(
            &body.replace("<ds:KeyInfo>", &format!("<ds:KeyInfo {attribute}=\"goc\">")),
            "reference_wrong",
        );
    }
    // The whole stands beside a processing instruction that nobody signed.
    let styled = signed.replace("<doc ", "<?xml-stylesheet href=\"gia.xsl\"?><doc ");
    assert_eq!(against(&styled)[0], "reference_wrong");
    // An object that is not signed rides along.
    refused(
        &signed.replace("</ds:Signature>", "<ds:Object><doc>giả</doc></ds:Object></ds:Signature>"),
        "reference_wrong",
    );
}

#[test]
fn what_selects_rewrites_or_fetches_is_refused() {
    let with = |uri: Option<&str>, transform: &str| {
        let list = reference(uri, &[ENVELOPED], SHA256).replace(ENVELOPED, transform);
        rich(&template(EXC, RSA_SHA256, &list, ""))
            .replace("<ds:DigestValue/>", "<ds:DigestValue>AAAA</ds:DigestValue>")
    };
    for transform in [
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2002/06/xmldsig-filter2",
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://schemas.openxmlformats.org/package/2006/RelationshipTransform",
        "",
    ] {
        refused(&with(Some(""), transform), "reference_wrong");
    }
    for uri in [
        "http://bo-vd.example/a.xml",
        "file:///etc/passwd",
        "/etc/passwd",
        "..\\a.xml",
        "a.xml#b",
        "#xpointer(//doc)",
        "#xpointer(id('goc')/item)",
        "#element(/1)",
        "#",
        "#xmlns(a=b)xpointer(/)",
        "#g%6fc",
    ] {
        refused(&with(Some(uri), ENVELOPED), "reference_wrong");
    }
    let list = reference(Some(""), &[ENVELOPED], SHA256);
    let xslt = template("http://www.w3.org/TR/1999/REC-xslt-19991116", RSA_SHA256, &list, "");
    let signed = rich(&xslt).replace("<ds:DigestValue/>", "<ds:DigestValue>AAAA</ds:DigestValue>");
    assert_ne!(against(&signed)[0], "nothing");
}

#[test]
fn a_signature_over_nothing_is_refused() {
    // URI="" of a file that is nothing but the signature: the signature taken out, nothing is left.
    let list = reference(Some(""), &[ENVELOPED, EXC], SHA256);
    let empty = template(EXC, RSA_SHA256, &list, "").replace(
        "<ds:DigestValue/>",
        "<ds:DigestValue>47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=</ds:DigestValue>",
    );
    assert_eq!(against(&empty)[0], "reference_wrong", "the digest of nothing fits");
    // Only its own properties are signed, no content.
    let own = reference(Some("#t"), &[EXC], SHA256);
    let object = "<ds:Object><ds:SignatureProperties Id=\"t\"><a/></ds:SignatureProperties></ds:Object>";
    let signed = sign(&rich(&template(EXC, RSA_SHA256, &own, object)), "rsa");
    refused(std::str::from_utf8(&signed).unwrap(), "reference_wrong");
    let none = template(EXC, RSA_SHA256, "", "")
        .replace("<ds:SignatureValue/>", "<ds:SignatureValue>AA==</ds:SignatureValue>");
    refused(&rich(&none), "structure_wrong");
}

#[test]
fn a_key_or_part_that_is_exchanged_is_refused() {
    use base64::Engine as _;

    let signed = enveloped("");
    let other = base64::engine::general_purpose::STANDARD.encode(certificate("other"));
    let begin = signed.find("<ds:X509Certificate>").unwrap() + "<ds:X509Certificate>".len();
    let end = signed.find("</ds:X509Certificate>").unwrap();
    let swapped = format!("{}{other}{}", &signed[..begin], &signed[end..]);
    refused(&swapped, "signature_wrong");
    let none = format!("{}{}", &signed[..begin], &signed[end..]);
    assert_ne!(against(&none)[0], "nothing");
    let info = &signed[signed.find("<ds:SignedInfo>").unwrap()..signed.find("<ds:SignatureValue>").unwrap()];
    for (from, to) in [
        ("<ds:SignatureValue>", format!("{info}<ds:SignatureValue>")),
        ("<ds:KeyInfo>", "<ds:SignatureValue>AAAA</ds:SignatureValue><ds:KeyInfo>".to_owned()),
        ("</ds:DigestValue>", "<!-- x --></ds:DigestValue>".to_owned()),
        ("<ds:DigestMethod", "<ds:DigestMethod Algorithm=\"x\"/><ds:DigestMethod".to_owned()),
        ("</ds:SignatureValue>", "<x/></ds:SignatureValue>".to_owned()),
        ("</ds:KeyInfo>", "<doc>giả</doc></ds:KeyInfo>".to_owned()),
    ] {
        refused(&signed.replacen(from, &to, 1), "structure_wrong");
    }
}

#[test]
fn no_document_type_no_depth_and_no_bomb_is_read() {
    let signed = enveloped("");
    for kind in [
        "<!DOCTYPE doc>",
        "<!DOCTYPE doc [<!ATTLIST item Id ID #IMPLIED>]>",
        "<!DOCTYPE doc SYSTEM \"http://bo-vd.example/a.dtd\">",
        "<!DOCTYPE doc [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE doc [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;\">]>",
    ] {
        refused(&signed.replacen("<doc ", &format!("{kind}<doc "), 1), "malformed");
    }
    for odd in ["<?xml<!-- x --> version='1.0'?>", "<?a<b?>", "<?a??>", "<?XML x?>"] {
        let body = &signed[signed.find("<doc ").unwrap()..];
        refused(&format!("{odd}{body}"), "malformed");
    }
    for space in ["xmlns:xsi=''", "xmlns:xsi='a'", "xmlns:xsi='urn:a '", "xmlns:xsi='urn:ộ'"] {
        refused(
            &signed.replace("xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"", space),
            "malformed",
        );
    }
    let mut deep = String::new();
    for level in 0..100_000 {
        let _ = write!(deep, "<a xmlns:p{level}='urn:u'>");
    }
    assert_eq!(claims(deep.as_bytes(), None).unwrap_err().reason.as_str(), "too_complex");
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    assert_eq!(claims(deep.as_bytes(), None).unwrap_err().reason.as_str(), "too_complex");
    assert_eq!(claims(b"<a/>", None).unwrap_err().reason.as_str(), "no_signature");
    assert_eq!(claims(b"", None).unwrap_err().reason.as_str(), "malformed");
    let many = format!("<a>{}</a>", format!("<Signature xmlns=\"{DS}\"/>").repeat(65));
    assert_eq!(claims(many.as_bytes(), None).unwrap_err().reason.as_str(), "too_complex");
}

/// Good files: enveloped in two forms, enveloping, and with the properties of XAdES.
fn of_all_kinds() -> Vec<String> {
    let enveloped = |form: &str| {
        let list = reference(Some("#goc"), &[ENVELOPED, form], SHA256);
        sign(&rich(&template(form, RSA_SHA256, &list, "")), "rsa")
    };
    let object = "<ds:Object Id=\"o\"><x xmlns=\"urn:x\" y=\"1\">Quyết định</x></ds:Object>";
    let list = reference(Some("#o"), &[C14N], SHA256);
    let enveloping = sign(&template(EXC, RSA_SHA256, &list, object), "rsa");
    let choice = Choice { padding: Padding::Pkcs1, digest: Digest::Sha256 };
    let xades = xades::sign(&signer("rsa", choice), rich("").as_bytes(), time()).unwrap();
    let files = [enveloped(C14N), enveloped(EXC), enveloping, xades];
    files.map(|file| String::from_utf8(file).unwrap()).into()
}

/// Elements and texts are exchanged, moved, doubled and taken away at random: what we accept, xmlsec1 accepts.
#[test]
fn mutated_files_get_no_better_verdict_than_from_xmlsec1() {
    let (mut accepted, mut refused, mut stricter) = (0, 0, 0);
    for (seed, signed) in of_all_kinds().into_iter().enumerate() {
        let mut dice = Dice::new(40 + seed as u64);
        for _ in 0..150 {
            let marks: Vec<usize> =
                signed.match_indices(['<', ' ', '"', '>']).map(|(place, _)| place).collect();
            let mut places: Vec<usize> = (0..3).map(|_| marks[dice.roll(marks.len())]).collect();
            places.sort_unstable();
            let (head, one, two, tail) = (
                &signed[..places[0]],
                &signed[places[0]..places[1]],
                &signed[places[1]..places[2]],
                &signed[places[2]..],
            );
            let file = match dice.roll(5) {
                0 => format!("{head}{two}{one}{tail}"),
                1 => format!("{head}{one}{one}{two}{tail}"),
                2 => format!("{head}{two}{tail}"),
                3 => format!("{head}<!-- x -->{one}{two}{tail}"),
                _ => format!("{head}  {one}\n{two}{tail}"),
            };
            let ours = reasons(file.as_bytes(), None, Coverage::Whole);
            match (ours.is_empty(), xmlsec_accepts(file.as_bytes(), &[])) {
                (true, true) => accepted += 1,
                (false, false) => refused += 1,
                (true, false) => panic!("only we accept {file}"),
                // Comments beside signed text and in the signature's own values, instructions beside the document.
                (false, true) => {
                    let reason = ours[0].as_str();
                    assert!(matches!(reason, "reference_wrong" | "structure_wrong"), "{reason}: {file}");
                    stricter += 1;
                }
            }
        }
    }
    println!("{accepted} accepted and {refused} refused by both, {stricter} refused by us alone");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_file_makes_the_reader_panic(
        parts in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..40),
        tail in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..20),
    ) {
        let file = [parts.concat().as_bytes(), &tail].concat();
        let _ = claims(&file, None);
        let _ = claims(parts.concat().as_bytes(), Some(&tail));
    }
}

/// What files are put together from at random.
const PIECES: [&str; 38] = [
    "<?xml version='1.0'?>",
    "<a>",
    "</a>",
    "<a ",
    "/>",
    ">",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?p ",
    "?>",
    "&amp;",
    "&#0;",
    "&#13;",
    "&x;",
    "xmlns='u'",
    " xmlns:p=''",
    " p:a='1'",
    " Id='x'",
    "\r\n",
    "ộ",
    "\u{feff}",
    "=",
    "'",
    "\"",
    "<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'>",
    "</Signature>",
    "<SignedInfo>",
    "</SignedInfo>",
    "<Reference URI='#x'>",
    "</Reference>",
    "<DigestMethod Algorithm='http://www.w3.org/2001/04/xmlenc#sha256'/>",
    "<DigestValue>AA==</DigestValue>",
    "<SignatureValue>AA==</SignatureValue>",
    "<SignatureValue/>",
    "<CanonicalizationMethod Algorithm='http://www.w3.org/2001/10/xml-exc-c14n#'/>",
    "<SignatureMethod Algorithm='http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'/>",
];

/// A good file with a stretch of it overwritten, taken away or doubled.
#[test]
fn no_broken_file_makes_the_reader_panic() {
    let signed = enveloped("#goc");
    let mut dice = Dice::new(99);
    for _ in 0..2_000 {
        let mut bytes = signed.as_bytes().to_vec();
        let begin = dice.roll(bytes.len());
        let end = (begin + dice.roll(60)).min(bytes.len());
        match dice.roll(3) {
            0 => bytes[begin..end].fill(u8::try_from(dice.roll(256)).unwrap()),
            1 => drop(bytes.drain(begin..end)),
            _ => {
                let doubled = bytes[begin..end].to_vec();
                bytes.splice(begin..begin, doubled);
            }
        }
        let _ = claims(&bytes, None);
        let _ = claims(&bytes[..begin], Some(&bytes));
    }
}

/// The largest files are read in time that grows with their size.
#[test]
fn large_files_end_in_time() {
    let list = reference(Some(""), &[ENVELOPED, EXC], SHA256);
    let signature = template(EXC, RSA_SHA256, &list, "")
        .replace("<ds:DigestValue/>", "<ds:DigestValue>AAAA</ds:DigestValue>")
        .replace("<ds:SignatureValue/>", "<ds:SignatureValue>AAAA</ds:SignatureValue>");
    let begun = std::time::Instant::now();
    for piece in [
        "<a/>",
        "<b xmlns='urn:x' xmlns:p='urn:y' p:q='1'>ộ</b>",
        "<![CDATA[x]]>y",
        "<!-- -->",
        "<a b='&amp;' c=\"\n\"/>\r\n",
        "&#13;",
    ] {
        let most = (30_000_000 / piece.len()).min(450_000);
        let file = format!("<doc>{}{signature}</doc>", piece.repeat(most));
        let found = reasons(file.as_bytes(), None, Coverage::Whole);
        assert!(!found.is_empty());
        println!(
            "{piece:?}: {} bytes, {:?} since the beginning, {:?}",
            file.len(),
            begun.elapsed(),
            found[0]
        );
    }
    let text = format!("<doc>{}{signature}</doc>", "nội dung ".repeat(2_900_000));
    assert_eq!(reasons(text.as_bytes(), None, Coverage::Whole)[0].as_str(), "digest_mismatch");
    assert!(begun.elapsed() < std::time::Duration::from_secs(120));
}
