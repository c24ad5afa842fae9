//! CMS built piece by piece: each rule broken by itself, and forms that no OpenSSL writes.

use emc_monitor::pki::claim::Claim;
use emc_monitor::pki::cms::{Content, PdfProfile, SignedFile, certificates, claims, pdf};
use emc_monitor::pki::policy;

use crate::openssl::{CONTENT, Workshop};
use crate::pyhanko::run;

const DETACHED: Content<'_> = Content::Detached(CONTENT);

fn words(found: Result<Claim, emc_monitor::pki::verdict::Flaw>) -> Vec<&'static str> {
    match found {
        Ok(claim) => claim.flaws.iter().map(|flaw| flaw.reason.as_str()).collect(),
        Err(flaw) => vec![flaw.reason.as_str()],
    }
}

fn first(bytes: &[u8], content: Content<'_>) -> Result<Claim, emc_monitor::pki::verdict::Flaw> {
    claims(bytes, content).map(|mut found| found.remove(0))
}

#[test]
fn each_broken_rule_has_its_word() {
    let workshop = Workshop::new();
    workshop.signer("rsa", "rsa:2048");
    run("odd_cms.py", &workshop);
    let expected: [(&str, &[&str]); 20] = [
        ("good", &[]),
        ("no_type", &["structure_wrong"]),
        ("no_digest", &["structure_wrong"]),
        ("two_digests", &["structure_wrong"]),
        ("two_values", &["structure_wrong"]),
        ("two_ess", &["structure_wrong"]),
        ("wrong_digest", &["digest_mismatch"]),
        ("wrong_type", &["structure_wrong"]),
        ("wrong_serial", &["signer_mismatch"]),
        ("wrong_ess", &["signer_mismatch"]),
        ("wrong_protection", &["structure_wrong"]),
        ("wrong_signature", &["signature_wrong"]),
        ("other_inside", &["structure_wrong"]),
        ("same_inside", &[]),
        ("archive", &[]),
        ("carrying", &[]),
        ("unsorted", &[]),
        ("sorted_for_signing", &[]),
        ("indefinite", &[]),
        ("bad_algorithm", &["unsupported_algorithm"]),
    ];
    for (name, flaws) in expected {
        assert_eq!(words(first(&workshop.read(&format!("{name}.p7s")), DETACHED)), flaws, "{name}");
    }
    let claim = first(&workshop.read("carrying.p7s"), DETACHED).unwrap();
    let (crls, ocsps) = (&claim.carried.crls, &claim.carried.ocsps);
    assert_eq!(claim.carried.certificates, [workshop.der("rsa")]);
    // The response stands there three times, once bare: each is kept once.
    assert!(crls.len() == 1 && crls[0].bytes == workshop.read("crl"));
    assert!(ocsps.len() == 1 && ocsps[0].bytes == workshop.read("response"));
    assert_eq!(claim.notes[0].en, "1 counter-signatures were not checked");
}

#[test]
fn a_pdf_has_one_signer_and_no_content_but_the_old_digest() {
    let workshop = Workshop::new();
    workshop.signer("a", "rsa:2048");
    workshop.signer("b", "rsa:2048");
    let file = [&CONTENT[..7], b"<gap>", &CONTENT[7..]].concat();
    let signed = SignedFile::new(&file);
    let ranges = [0..7, 12..file.len()];
    let judged = |bytes: &[u8], profile| words(pdf(&[bytes, &[0; 99]].concat(), profile, &signed, &ranges));
    let detached = workshop.sign("a", "-md sha256 -outform DER");
    assert_eq!(judged(&detached, PdfProfile::Detached), [""; 0]);
    assert_eq!(judged(&detached, PdfProfile::Sha1), ["structure_wrong"]);
    let two = workshop.sign("a", "-md sha256 -outform DER -signer b.pem -inkey b.key");
    assert_eq!(judged(&two, PdfProfile::Detached), ["structure_wrong"]);
    let attached = workshop.sign("a", "-md sha256 -outform DER -nodetach");
    assert_eq!(judged(&attached, PdfProfile::Detached), ["structure_wrong"]);
    assert_eq!(judged(&attached, PdfProfile::Sha1), ["digest_mismatch"]);
    let sha1 = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, CONTENT);
    workshop.write("content", sha1.as_ref());
    let legacy = workshop.sign("a", "-md sha256 -outform DER -nodetach");
    assert_eq!(judged(&legacy, PdfProfile::Sha1), [""; 0]);
    let claim = pdf(&legacy, PdfProfile::Sha1, &signed, &ranges).unwrap();
    let weak = policy::judge(&claim.algorithms, chrono::Utc::now(), claim.claimed_time);
    assert_eq!(weak.flaws[0].reason.as_str(), "weak_algorithm");
    assert_eq!(words(pdf(&legacy, PdfProfile::Sha1, &signed, &[0..6, 12..file.len()])), ["digest_mismatch"]);
}

#[test]
fn weak_algorithms_are_checked_and_those_beyond_us_are_not_called_wrong() {
    let workshop = Workshop::new();
    workshop.signer("a", "rsa:2048");
    workshop.signer("small", "rsa:1024");
    workshop.signer("tiny", "rsa:768");
    workshop.signer("brainpool", "ec -pkeyopt ec_paramgen_curve:brainpoolP256r1");
    let pss = |salt: &str, md: &str| {
        format!(
            "-md {md} -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:{salt} -keyopt rsa_mgf1_md:{md}"
        )
    };
    let cases = [
        ("a", "-md sha1".to_owned(), "", "weak_algorithm"),
        ("a", "-md sha224".to_owned(), "unsupported_algorithm", "weak_algorithm"),
        ("a", "-md md5".to_owned(), "unsupported_algorithm", "weak_algorithm"),
        ("small", "-md sha256".to_owned(), "", "weak_algorithm"),
        ("tiny", "-md sha256".to_owned(), "unsupported_algorithm", "weak_algorithm"),
        ("brainpool", "-md sha256".to_owned(), "unsupported_algorithm", ""),
        ("a", pss("-1", "sha256"), "", ""),
        ("a", pss("0", "sha256"), "", ""),
        ("a", pss("20", "sha512"), "", ""),
        ("a", pss("222", "sha256"), "", ""),
        ("a", pss("17", "sha256"), "unsupported_algorithm", ""),
        ("a", pss("20", "sha1"), "unsupported_algorithm", "weak_algorithm"),
        (
            "a",
            "-md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_mgf1_md:sha512".to_owned(),
            "unsupported_algorithm",
            "",
        ),
    ];
    for (name, options, word, policed) in cases {
        let signature = workshop.sign(name, &format!("{options} -outform DER"));
        let claim = first(&signature, DETACHED).unwrap();
        let weak = policy::judge(&claim.algorithms, chrono::Utc::now(), claim.claimed_time);
        let first_of =
            |flaws: &[emc_monitor::pki::verdict::Flaw]| flaws.first().map_or("", |flaw| flaw.reason.as_str());
        assert_eq!((first_of(&claim.flaws), first_of(&weak.flaws)), (word, policed), "{name} {options}");
    }
}

#[test]
fn a_bag_of_certificates_is_emptied_and_is_no_signature() {
    let workshop = Workshop::new();
    workshop.signer("a", "rsa:2048");
    workshop.signer("b", "rsa:2048");
    for form in ["DER", "PEM"] {
        workshop
            .openssl(&format!("crl2pkcs7 -nocrl -certfile a.pem -certfile b.pem -outform {form} -out bag"));
        let mut found = certificates(&workshop.read("bag")).unwrap();
        found.sort();
        let mut expected = [workshop.der("a"), workshop.der("b")];
        expected.sort();
        assert_eq!(found, expected);
        assert_eq!(words(first(&workshop.read("bag"), DETACHED)), ["no_signature"]);
    }
    workshop.openssl("cms -encrypt -in content -outform DER -out sealed a.pem");
    assert_eq!(words(first(&workshop.read("sealed"), DETACHED)), ["malformed"]);
    let signature = workshop.sign("a", "-outform DER");
    assert_eq!(words(first(&signature, Content::Attached)), ["content_missing"]);
    let nobody = workshop.sign("a", "-outform DER -nocerts");
    assert_eq!(words(first(&nobody, DETACHED)), ["signer_missing"]);
}
