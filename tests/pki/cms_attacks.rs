//! What attackers do to a CMS: nothing that changes what is signed may pass, and nothing may make the reader fall over.

use emc_monitor::pki::claim::Claim;
use emc_monitor::pki::cms::{Content, SIGNERS_MAX, claims, read};
use emc_monitor::pki::stamp;
use emc_monitor::pki::verdict::Flaw;
use proptest::prelude::{ProptestConfig, any, proptest};

use crate::openssl::{CONTENT, Workshop};
use crate::seeded::Seeded;

const DETACHED: Content<'_> = Content::Detached(CONTENT);

/// What a change must not touch without being seen: how and when it was signed, and by whom, where the signature says
/// so. A certificate that nothing names is vouched for by its issuer alone.
fn essence(claim: &Claim) -> impl PartialEq + std::fmt::Debug + use<> {
    let signer = claim.signer.clone().filter(|_| claim.names_signer);
    (signer, claim.algorithms.clone(), claim.claimed_time)
}

fn fine(found: &Result<Vec<Claim>, Flaw>) -> bool {
    found.as_ref().is_ok_and(|found| found.iter().all(|claim| claim.flaws.is_empty()))
}

/// Where `part` stands in `bytes`.
fn place(bytes: &[u8], part: &[u8]) -> usize {
    bytes.windows(part.len()).position(|window| window == part).unwrap()
}

#[test]
fn flipped_bits_never_pass_for_another_signature() {
    let workshop = Workshop::new();
    workshop.signer("a", "rsa:2048");
    workshop.signer("b", "ec -pkeyopt ec_paramgen_curve:P-256");
    let mut seeded = Seeded(0x5EED);
    for (name, form) in [("a", ""), ("b", "-cades"), ("a", "-nodetach -stream"), ("b", "-noattr")] {
        let good = workshop.sign(name, &format!("-md sha256 -outform DER {form}"));
        let content = if form.contains("nodetach") { Content::Attached } else { DETACHED };
        let essence_of_good = claims(&good, content).map(|found| essence(&found[0])).unwrap();
        for _ in 0..1500 {
            let mut bad = good.clone();
            let (at, bit) = (seeded.below(bad.len()), seeded.below(8));
            bad[at] ^= 1 << bit;
            let found = claims(&bad, content);
            if fine(&found) {
                assert_eq!(essence(&found.unwrap()[0]), essence_of_good, "{name} {form} byte {at} bit {bit}");
            }
        }
    }
}

#[test]
fn pieces_moved_left_out_or_repeated_never_pass_for_another_signature() {
    let workshop = Workshop::new();
    workshop.signer("a", "ec -pkeyopt ec_paramgen_curve:P-256");
    let mut seeded = Seeded(0xC45E);
    for form in ["-cades", "-cades -nodetach -stream"] {
        let good = workshop.sign("a", &format!("-md sha256 -outform DER {form}"));
        let content = if form.contains("nodetach") { Content::Attached } else { DETACHED };
        let essence_of_good = claims(&good, content).map(|found| essence(&found[0])).unwrap();
        for _ in 0..1500 {
            let mut bad = good.clone();
            let begin = seeded.below(good.len());
            let end = (begin + seeded.below(40)).min(good.len());
            let to = seeded.below(good.len());
            match seeded.below(3) {
                0 => drop(bad.drain(begin..end)),
                1 => drop(bad.splice(to..to, good[begin..end].to_vec())),
                _ => bad[begin..end].fill(u8::try_from(seeded.below(256)).unwrap()),
            }
            let found = claims(&bad, content);
            if fine(&found) {
                assert_eq!(essence(&found.unwrap()[0]), essence_of_good, "{form} {begin}..{end} {to}");
            }
        }
    }
}

#[test]
fn every_bit_of_what_is_signed_counts() {
    let workshop = Workshop::new();
    workshop.signer("a", "ec -pkeyopt ec_paramgen_curve:P-256");
    let good = workshop.sign("a", "-md sha256 -outform DER -cades -nodetach");
    let certificate = workshop.der("a");
    let data = read(&good).unwrap();
    assert!(data.signers.len() == 1 && data.carried.certificates == [certificate.clone()]);
    // Content and certificate are covered, the certificate by its digest in signing-certificate-v2.
    for (part, what) in [(CONTENT, "content"), (&certificate[..], "certificate")] {
        let begin = place(&good, part);
        for at in begin..begin + part.len() {
            let mut bad = good.clone();
            bad[at] ^= 1 << (at % 8);
            assert!(!fine(&claims(&bad, Content::Attached)), "{what} at {at}");
        }
    }
}

#[test]
fn an_exchanged_certificate_is_seen() {
    let workshop = Workshop::new();
    workshop.signer("a", "rsa:2048");
    workshop.openssl("req -x509 -key a.key -out twin.pem -days 300 -subj /C=VN/O=Bo/CN=a -set_serial 7");
    workshop.openssl("req -x509 -key a.key -out a.pem -days 30 -subj /C=VN/O=Bo/CN=a -set_serial 7");
    let signed = |options: &str| workshop.sign("a", &format!("-md sha256 -outform DER {options}"));
    let (ours, twin) = (workshop.der("a"), workshop.der("twin"));
    assert_eq!(ours.len(), twin.len());
    for (options, word) in [("-cades", Some("signer_mismatch")), ("", None)] {
        let mut bytes = signed(options);
        let begin = place(&bytes, &ours);
        bytes[begin..begin + twin.len()].copy_from_slice(&twin);
        let claim = claims(&bytes, DETACHED).unwrap().remove(0);
        // Without the attribute nothing tells the two apart, and the claim says that nothing does.
        assert_eq!(claim.flaws.first().map(|flaw| flaw.reason.as_str()), word, "{options}");
        assert!(!claim.names_signer);
    }
    // A second certificate of the same name and number beside the right one does no harm.
    let bytes = signed("-cades -certfile twin.pem");
    let claim = claims(&bytes, DETACHED).unwrap().remove(0);
    assert!(claim.flaws.is_empty() && claim.signer == Some(ours));
}

#[test]
fn attributes_do_not_pass_for_content() {
    let workshop = Workshop::new();
    workshop.signer("a", "rsa:2048");
    let good = workshop.sign("a", "-md sha256 -outform DER -nosmimecap");
    // The attributes that were signed, with the tag that was hashed, signed once more as bare content.
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, CONTENT);
    let end = place(&good, digest.as_ref()) + 32;
    let begin =
        (0..end).rev().find(|at| good[*at] == 0xa0 && usize::from(good[at + 1]) + at + 2 == end).unwrap();
    let disguised = [&[0x31], &good[begin + 1..end]].concat();
    workshop.write("content", &disguised);
    let bare = workshop.sign("a", "-md sha256 -outform DER -noattr");
    let claim = claims(&bare, Content::Detached(&disguised)).unwrap().remove(0);
    assert_eq!(claim.flaws[0].reason.as_str(), "structure_wrong");
}

#[test]
fn what_is_cut_short_is_never_fine() {
    let workshop = Workshop::new();
    workshop.signer("a", "ec -pkeyopt ec_paramgen_curve:P-256");
    for form in ["", "-nodetach -stream", "-outform PEM"] {
        let good = workshop.sign("a", &format!("-md sha256 -outform DER {form}"));
        let content = if form.contains("nodetach") { Content::Attached } else { DETACHED };
        let last = good.iter().rposition(|byte| !byte.is_ascii_whitespace()).unwrap();
        for end in 0..last {
            let found = claims(&good[..end], content);
            assert!(found.is_err(), "{form} cut at {end}");
        }
        let behind = [&good[..], b"more"].concat();
        assert_eq!(claims(&behind, content).is_err(), !form.contains("PEM"), "{form}");
        let filled = [&good[..], &[0; 500]].concat();
        assert!(fine(&claims(&filled, content)), "{form}");
    }
}

#[test]
fn of_two_certificates_with_one_key_identifier_the_one_that_signed_is_found() {
    let workshop = Workshop::new();
    workshop.signer("a", "rsa:2048");
    workshop.openssl(
        "req -x509 -newkey rsa:2048 -nodes -keyout a.key -out b.pem -days 30 -subj /CN=b -addext subjectKeyIdentifier=0707",
    );
    workshop.openssl(
        "req -x509 -newkey rsa:2048 -nodes -keyout a.key -out a.pem -days 30 -subj /CN=a -addext subjectKeyIdentifier=0707",
    );
    let signature = workshop.sign("a", "-md sha256 -outform DER -keyid -certfile b.pem");
    let found = claims(&signature, DETACHED).unwrap().remove(0);
    assert!(found.flaws.is_empty() && found.signer == Some(workshop.der("a")), "{found:?}");
}

#[test]
fn as_many_signers_as_are_allowed_and_no_more() {
    let workshop = Workshop::new();
    workshop.signer("a", "ec -pkeyopt ec_paramgen_curve:P-256");
    workshop.sign("a", "-md sha256 -outform DER");
    let mut reached = 1;
    while reached < SIGNERS_MAX {
        let more = (SIGNERS_MAX - reached).min(32);
        workshop.openssl(&format!(
            "cms -resign -nocerts -md sha256 -in signed -inform DER -outform DER -out next {}",
            "-signer a.pem -inkey a.key ".repeat(more)
        ));
        workshop.write("signed", &workshop.read("next"));
        reached += more;
    }
    let found = claims(&workshop.read("signed"), DETACHED);
    assert!(fine(&found) && found.as_ref().is_ok_and(|found| found.len() == SIGNERS_MAX), "{found:?}");
    workshop.openssl(
        "cms -resign -nocerts -md sha256 -in signed -inform DER -outform DER -out next -signer a.pem -inkey a.key",
    );
    assert_eq!(claims(&workshop.read("next"), DETACHED).unwrap_err().reason.as_str(), "too_complex");
}

#[test]
fn bombs_are_put_down() {
    let deep = [0x30, 0x80].repeat(4_000_000);
    let pieces = [0x24, 0x80].repeat(4_000_000);
    let header = [0x30, 0x80, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2, 0xa0, 0x80, 0x30, 0x80];
    for bomb in [deep.clone(), pieces.clone(), [&header[..], &deep].concat(), [&header[..], &pieces].concat()]
    {
        assert_eq!(claims(&bomb, Content::Attached).unwrap_err().reason.as_str(), "malformed");
    }
}

/// An element in DER.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x84], &length[..], content].concat()
}

/// A CMS with one signer, of these parts.
fn assembled(certificates: &[u8], signature: &[u8], unsigned: &[u8]) -> Vec<u8> {
    let sha256 = [0x30, 11, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
    let rsa = [0x30, 11, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
    let key = [0x80, 1, 7];
    let signer =
        [&[2, 1, 3][..], &key, &sha256, &rsa, &element(4, signature), &element(0xa1, unsigned)].concat();
    let data = [0x30, 11, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
    let signers = element(0x31, &element(0x30, &signer));
    let data = [&[2, 1, 3, 0x31, 0][..], &data, &element(0xa0, certificates), &signers].concat();
    let kind = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
    element(0x30, &[&kind[..], &element(0xa0, &element(0x30, &data))].concat())
}

#[test]
fn what_multiplies_is_refused() {
    let word = |bytes: &[u8]| claims(bytes, DETACHED).map_or_else(|flaw| flaw.reason.as_str(), |_| "read");
    let stamp = [6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 14];
    let stamps =
        |count: usize| element(0x30, &[&stamp[..], &element(0x31, &[0x30, 0].repeat(count))].concat());
    assert_eq!(word(&assembled(&[], &[1; 512], &stamps(32))), "read");
    assert_eq!(word(&assembled(&[], &[1; 512], &stamps(33))), "too_complex");
    assert_eq!(word(&assembled(&[], &[1; 512], &stamps(4_000_000))), "too_complex");
    assert_eq!(word(&assembled(&[], &vec![1; 20_000_000], &[])), "too_complex");
    let many =
        |count: u32| (0..count).flat_map(|number| element(0x30, &number.to_be_bytes())).collect::<Vec<u8>>();
    assert_eq!(word(&assembled(&many(256), &[1; 512], &[])), "read");
    assert_eq!(word(&assembled(&many(257), &[1; 512], &[])), "too_complex");
    let same = element(0x30, &vec![7; 100_000]).repeat(300);
    assert_eq!(word(&assembled(&same, &[1; 512], &[])), "read");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_bytes_are_judged_without_a_panic(bytes in any::<Vec<u8>>()) {
        let _ = claims(&bytes, DETACHED);
        let _ = stamp::of_answer(&bytes);
    }
}
