//! Timestamps as OpenSSL's authority gives them.

use emc_monitor::pki::claim::StampedMessage;
use emc_monitor::pki::stamp::{Stamp, of_answer, open};
use emc_monitor::pki::verdict::Flaw;

use crate::openssl::{CONTENT, Workshop};

const CONFIG: &str = "\
[tsa]
default_tsa = here
[here]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha1, sha256, sha384, sha512
accuracy = secs:1, millisecs:500, microsecs:100
ordering = yes
ess_cert_id_alg = DIGEST
";

/// An authority whose tokens name its certificate by this digest.
fn authority(digest: &str) -> Workshop {
    let workshop = Workshop::new();
    workshop.openssl(
        "req -x509 -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.pem -days 30 -subj /C=VN/O=Bo/CN=tsa \
         -addext extendedKeyUsage=critical,timeStamping",
    );
    workshop.write("config", CONFIG.replace("DIGEST", digest).as_bytes());
    workshop.write("serial", b"01");
    workshop
}

/// What the authority answers to a question about the content.
fn answer(workshop: &Workshop, question: &str, options: &str) -> Vec<u8> {
    workshop.openssl(&format!("ts -query -data content -cert -out question {question}"));
    workshop.openssl(&format!(
        "ts -reply -config config -section here -queryfile question -signer tsa.pem -inkey tsa.key -out answer {options}"
    ));
    workshop.read("answer")
}

fn over(bytes: &[u8]) -> StampedMessage {
    StampedMessage::Bytes(bytes.to_vec())
}

fn word(opened: Result<Stamp, Flaw>) -> &'static str {
    opened.map_or_else(|flaw| flaw.reason.as_str(), |_| "fine")
}

#[test]
fn a_token_says_when_by_whom_and_over_what() {
    for (named_by, hash, shown) in
        [("sha1", "-sha256", "SHA-256"), ("sha256", "-sha1", "SHA-1"), ("sha512", "-sha512", "SHA-512")]
    {
        let workshop = authority(named_by);
        let answer = answer(&workshop, hash, "");
        let stamp = open(of_answer(&answer).unwrap(), &over(CONTENT), &[]).unwrap();
        assert_eq!(stamp.imprint, shown);
        assert_eq!((stamp.policy.as_str(), stamp.serial.as_str()), ("1.2.3.4.1", "02"));
        assert_eq!(stamp.accuracy.unwrap().num_microseconds(), Some(1_500_100));
        assert!(stamp.ordering && stamp.nonce.is_some());
        assert_eq!(stamp.authority, workshop.der("tsa"));
        let age = chrono::Utc::now() - stamp.gen_time;
        assert!(age.num_seconds() >= -1 && age.num_minutes() < 30, "{age}");
        let names: Vec<&str> = stamp.claim.algorithms.iter().map(|used| used.name.as_str()).collect();
        assert!(names.contains(&shown) && names.contains(&"sha256WithRSAEncryption"), "{names:?}");
    }
}

#[test]
fn a_token_over_something_else_is_wrong() {
    let workshop = authority("sha256");
    let answer = answer(&workshop, "-sha256", "");
    let token = of_answer(&answer).unwrap();
    assert_eq!(word(open(token, &over(b"other"), &[])), "timestamp_wrong");
    let ranges = |ranges| StampedMessage::Ranges(ranges);
    let end = CONTENT.len();
    assert_eq!(word(open(token, &ranges(vec![0..5, 5..end]), CONTENT)), "fine");
    assert_eq!(word(open(token, &ranges(vec![0..5, 6..end]), CONTENT)), "timestamp_wrong");
    assert_eq!(word(open(token, &ranges(vec![0..5, 5..end + 1]), CONTENT)), "timestamp_wrong");
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, CONTENT).as_ref().to_vec();
    let message = StampedMessage::Digest { algorithm: "SHA-256".to_owned(), value: digest };
    assert_eq!(word(open(token, &message, &[])), "fine");
}

#[test]
fn a_bare_token_is_read_with_the_zeros_that_fill_its_place_in_a_pdf() {
    let workshop = authority("sha256");
    workshop.openssl("ts -query -data content -cert -out question -sha256");
    workshop.openssl(
        "ts -reply -config config -section here -queryfile question -signer tsa.pem -inkey tsa.key -token_out -out token",
    );
    let token = workshop.read("token");
    assert_eq!(word(open(&token, &over(CONTENT), &[])), "fine");
    assert_eq!(word(open(&[&token[..], &[0; 99]].concat(), &over(CONTENT), &[])), "fine");
    assert_eq!(word(open(&token[..token.len() - 1], &over(CONTENT), &[])), "timestamp_wrong");
}

#[test]
fn no_changed_bit_leaves_a_token_another_time() {
    let workshop = authority("sha256");
    let answer = answer(&workshop, "-sha256", "");
    let token = of_answer(&answer).unwrap();
    let good = open(token, &over(CONTENT), &[]).unwrap();
    for at in (0..token.len()).step_by(3) {
        let mut bad = token.to_vec();
        bad[at] ^= 1 << (at % 8);
        match open(&bad, &over(CONTENT), &[]) {
            Ok(stamp) => assert_eq!(
                (stamp.gen_time, stamp.authority, stamp.serial, stamp.accuracy),
                (good.gen_time, good.authority.clone(), good.serial.clone(), good.accuracy),
                "byte {at}"
            ),
            Err(flaw) => assert!(flaw.reason.as_str().starts_with("timestamp_"), "{flaw:?}"),
        }
    }
}

#[test]
fn without_its_authority_a_token_cannot_be_checked_and_without_a_token_there_is_none() {
    let workshop = authority("sha256");
    workshop.openssl("ts -query -data content -out question -sha256");
    workshop.openssl("ts -reply -config config -section here -queryfile question -signer tsa.pem -inkey tsa.key -out answer");
    let bare = workshop.read("answer");
    assert_eq!(word(open(of_answer(&bare).unwrap(), &over(CONTENT), &[])), "timestamp_unverified");
    let refused = answer(&workshop, "-md5", "");
    assert_eq!(of_answer(&refused).unwrap_err().en, "the authority refused (status 02)");
    workshop.signer("a", "rsa:2048");
    let signature = workshop.sign("a", "-outform DER -cades -nodetach");
    assert_eq!(word(open(&signature, &over(CONTENT), &[])), "timestamp_wrong");
}
