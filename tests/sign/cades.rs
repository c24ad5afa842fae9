//! CAdES, held against `openssl cms` and `openssl ts`.

use chrono::{TimeZone, Utc};
use emc_monitor::pki::verdict::Verdict;
use emc_monitor::sign::cms::{CmsSignature, Content, sign};
use emc_monitor::sign::fault::Obstacle;
use emc_monitor::sign::scheme::{Choice, Digest, Padding};

use crate::authority::{Authority, Sort};

const CONTENT: &[u8] = "Kết quả giải quyết thủ tục hành chính\n".as_bytes();

/// Every way of signing that OpenSSL 3.0 verifies in CMS: Ed25519 is none of them; pyHanko judges that one in PDF.
fn ways() -> Vec<(Sort, Choice)> {
    let mut ways = Vec::new();
    for padding in [Padding::Pkcs1, Padding::Pss] {
        for digest in [Digest::Sha256, Digest::Sha384, Digest::Sha512] {
            ways.push((Sort::Rsa, Choice { padding, digest }));
        }
    }
    ways.extend([Sort::P256, Sort::P384, Sort::P521].map(|sort| (sort, Choice::default())));
    ways
}

fn verify(authority: &Authority, signature: &CmsSignature, detached: bool) -> (bool, String) {
    authority.write("signature.p7s", signature.to_der());
    authority.write("content", CONTENT);
    let mut words = vec!["openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER"];
    words.extend(["-in", "signature.p7s", "-CAfile", "root.pem", "-purpose", "any", "-out", "seen"]);
    words.extend(if detached { &["-content", "content"][..] } else { &[] });
    let said = authority.run(&words);
    (said.good && authority.read("seen") == CONTENT, said.text)
}

#[test]
fn openssl_accepts_every_way_of_signing_attached_and_detached() {
    for (sort, choice) in ways() {
        let authority = Authority::new();
        let signer = authority.signer("signer", sort, choice);
        let claimed = Utc.with_ymd_and_hms(2026, 11, 24, 2, 0, 0).unwrap();
        for (content, detached) in
            [(Content::Attached(CONTENT), false), (Content::Detached(&[&CONTENT[..5], &CONTENT[5..]]), true)]
        {
            let signature = sign(&signer, content, Some(claimed)).unwrap();
            let (good, said) = verify(&authority, &signature, detached);
            assert!(good, "{sort:?} {choice:?} detached: {detached}\n{said}");
            authority.good_for_us(&signature.to_der(), detached.then_some(CONTENT), 1);
        }
    }
}

#[test]
fn openssl_refuses_what_we_signed_once_the_content_is_changed() {
    let authority = Authority::new();
    let signer = authority.signer("signer", Sort::P256, Choice::default());
    let signature = sign(&signer, Content::Detached(&[b"other"]), None).unwrap();
    let (good, said) = verify(&authority, &signature, true);
    assert!(!good, "{said}");
}

#[test]
fn openssl_finds_the_timestamp_over_the_signature_value() {
    let authority = Authority::new();
    let signer = authority.signer("signer", Sort::P256, Choice::default());
    let signature = sign(&signer, Content::Attached(CONTENT), None).unwrap();
    let request = signature.request(0xfeed_beef_0000_0001);
    let answer = authority.timestamp(&request.to_der());
    let told = authority.must("openssl ts -verify -in answer.tsr -queryfile question.tsq -CAfile root.pem");
    assert!(told.contains("Verification: OK"), "{told}");

    let token = request.read(&answer).unwrap();
    let signature = signature.with_timestamp(token);
    let (good, said) = verify(&authority, &signature, false);
    assert!(good, "{said}");
    let report = authority.judged_by_us(&signature.to_der(), None);
    let proven = report.signatures[0].time.proven;
    assert!(report.verdict == Verdict::Valid && proven.is_some(), "{report:#?}");
    let shown = authority.must("openssl cms -cmsout -print -inform DER -in signature.p7s");
    assert!(shown.contains("id-smime-aa-timeStampToken"), "{shown}");
}

#[test]
fn a_token_that_answers_another_question_is_refused() {
    let authority = Authority::new();
    let signer = authority.signer("signer", Sort::P256, Choice::default());
    let signature = sign(&signer, Content::Attached(CONTENT), None).unwrap();
    let answer = authority.timestamp(&signature.request(1).to_der());
    let nonce = signature.request(2).read(&answer).unwrap_err();
    assert_eq!(nonce.obstacle, Obstacle::Timestamp);
    assert!(nonce.to_string().contains("nonce"), "{nonce}");

    let other = sign(&signer, Content::Attached(b"other"), None).unwrap();
    let data = other.request(1).read(&answer).unwrap_err();
    assert!(data.to_string().contains("other data"), "{data}");
    for place in 0..answer.len() {
        let mut bad = answer.clone();
        bad[place] ^= 0x85;
        let _ = signature.request(1).read(&bad);
        assert!(signature.request(1).read(&answer[..place]).is_err());
    }
    assert!(other.request(1).read(b"<html>").unwrap_err().to_string().contains("RFC 3161"));
}

#[test]
fn what_a_timestamp_authority_refuses_with_is_told() {
    let authority = Authority::new();
    let signer = authority.signer("signer", Sort::P256, Choice::default());
    let request = sign(&signer, Content::Attached(CONTENT), None).unwrap().request(1);
    let mut unknown = request.to_der();
    let place =
        unknown.windows(9).position(|bytes| bytes == [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1]).unwrap();
    unknown[place + 8] = 4;
    let refused = request.read(&authority.timestamp(&unknown)).unwrap_err();
    assert_eq!(refused.obstacle, Obstacle::Timestamp);
    assert!(refused.to_string().contains("refused") && refused.to_string().contains("badAlg"), "{refused}");
}
