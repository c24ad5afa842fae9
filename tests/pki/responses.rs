//! The OCSP vectors of the wheel: each is read without a panic and says what its name says; and responses of OpenSSL's
//! responder, judged.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use emc_monitor::pki::anchors::Anchors;
use emc_monitor::pki::evidence::{Evidence, Source, Statement, Wanted};
use emc_monitor::pki::path::PolicyInputs;
use emc_monitor::pki::path::purpose::Purpose;
use emc_monitor::pki::revocation::{OcspStatus, RevocationReason, Standing, ocsp_answers, ocsp_request};
use emc_monitor::pki::trust::{Answer, Question, RevocationRule, Trust};
use emc_monitor::pki::verdict::SignatureReason;

use crate::material::{embedded, files, moment, vectors};
use crate::openssl::Workshop;

/// What each response of the wheel says.
fn said(response: Vec<u8>) -> String {
    match ocsp_answers(&embedded(response)) {
        Err(told) => told.en,
        Ok(answers) => {
            let words = answers.iter().map(|answer| match answer.status {
                OcspStatus::Good => "good".to_owned(),
                OcspStatus::Unknown => "unknown".to_owned(),
                OcspStatus::Revoked(revocation) => format!("revoked, {}", revocation.reason.text().en),
            });
            shortened(&words.collect::<Vec<_>>())
        }
    }
}

/// Words of which many stand in a row, with their number.
fn shortened(words: &[String]) -> String {
    let runs = words.chunk_by(|left, right| left == right);
    let shown = runs.map(|run| match run {
        [only] => only.clone(),
        [first, ..] => format!("{}x {first}", run.len()),
        [] => String::new(),
    });
    shown.collect::<Vec<_>>().join("; ")
}

#[test]
fn the_ocsp_vectors_say_what_their_names_say() {
    let no_type = "the OCSP response is of a type that is not known here";
    let expected = [
        (
            "ocsp-army.deps.mil-resp",
            "3x revoked, no reason given; 12x good; revoked, no longer in use; 4x good",
        ),
        ("resp-delegate-unknown-cert", "unknown"),
        ("resp-invalid-signature-oid", "good"),
        ("resp-invalid-version", "the OCSP response cannot be read"),
        ("resp-responder-key-hash", "revoked, no reason given"),
        ("resp-response-type-unknown-oid", no_type),
        ("resp-revoked", "revoked, no reason given"),
        ("resp-revoked-no-next-update", "revoked, no reason given"),
        ("resp-revoked-reason", "revoked, superseded"),
        ("resp-sct-extension", "good"),
        ("resp-sha256", "good"),
        ("resp-single-extension-reason", "good"),
        ("resp-successful-no-response-bytes", "the OCSP response cannot be read"),
        ("resp-unauthorized", "the OCSP responder answered \"unauthorized\""),
        ("resp-unknown-extension", "revoked, superseded"),
        ("resp-unknown-hash-alg", "revoked, no reason given"),
        ("resp-unknown-response-status", "the OCSP responder answered \"an unknown status\""),
    ];
    let all: Vec<(String, Vec<u8>)> = files("ocsp")
        .into_iter()
        .filter(|(name, _)| name.contains("resp-") || name.ends_with("-resp"))
        .collect();
    let found: Vec<(String, String)> = all.into_iter().map(|(name, bytes)| (name, said(bytes))).collect();
    let expected: Vec<(String, String)> =
        expected.iter().map(|(name, said)| ((*name).to_owned(), (*said).to_owned())).collect();
    assert_eq!(found, expected);
    // Requests are no responses, and read without harm.
    files("ocsp").into_iter().filter(|(name, _)| name.contains("req")).for_each(|(_, bytes)| {
        assert!(ocsp_answers(&embedded(bytes)).is_err());
    });
}

/// The certificates in a PEM file.
fn pem(text: &str) -> Vec<Vec<u8>> {
    let blocks = text.split("-----BEGIN CERTIFICATE-----").skip(1);
    blocks
        .map(|block| {
            let block = block.split("-----END").next().unwrap();
            let joined: String = block.split_whitespace().collect();
            base64::Engine::decode(&base64::engine::general_purpose::STANDARD, joined).unwrap()
        })
        .collect()
}

#[test]
fn a_response_of_a_public_authority_counts_in_its_days_and_no_longer() {
    let read = |name: &str| std::fs::read_to_string(vectors().join(name)).unwrap();
    let mut anchors = Anchors::default();
    anchors.add(&Arc::from("public"), pem(&read("letsencryptx3.pem")).remove(0));
    let leaf = pem(&read("cryptography.io.precert.pem")).remove(0);
    for (name, time, good) in [
        ("resp-sha256", "2018-09-01T00:00:00Z", true),
        ("resp-sha256", "2018-09-07T00:00:00Z", false),
        ("resp-invalid-signature-oid", "2018-09-01T00:00:00Z", false),
        ("resp-invalid-version", "2018-09-01T00:00:00Z", false),
    ] {
        let (_, response) = files("ocsp").into_iter().find(|(own, _)| own == name).unwrap();
        let evidence = Evidence { ocsps: vec![embedded(response)], ..Evidence::default() };
        let at = moment(time);
        let answer = Trust::new(&anchors, &evidence).judge(&question(&leaf, at, at));
        let standing = &answer.path.first().unwrap().standing;
        assert_eq!(matches!(standing, Standing::Good { .. }), good, "{name} at {time}: {standing:?}");
    }
}

fn question(certificate: &[u8], at: DateTime<Utc>, now: DateTime<Utc>) -> Question<'_> {
    Question {
        certificate,
        purpose: Purpose::Any,
        at,
        now,
        revocation: RevocationRule::Look,
        policies: PolicyInputs::default(),
    }
}

/// An authority, certificates that it issued, and responders: one that it appointed and one that it did not.
struct Authority {
    workshop: Workshop,
    anchors: Anchors,
}

/// How OpenSSL's index of an authority tells of certificates: status, serial number, whose.
const INDEX: &str = "V\t491231235959Z\t\t01\tunknown\t/CN=good\n\
    R\t491231235959Z\t240101000000Z,keyCompromise\t02\tunknown\t/CN=revoked\n\
    R\t491231235959Z\t240101000000Z,certificateHold\t03\tunknown\t/CN=held\n";

impl Authority {
    fn new() -> Self {
        let workshop = Workshop::new();
        workshop.openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 30 \
             -subj /C=VN/CN=ca -addext keyUsage=critical,keyCertSign,cRLSign",
        );
        let authority = Self { anchors: Anchors::default(), workshop };
        for (serial, name, extensions) in [
            (1, "good", "authorityInfoAccess=OCSP;URI:http://ocsp.bo-vd.example/"),
            (2, "revoked", "keyUsage=critical,digitalSignature"),
            (3, "held", "keyUsage=critical,digitalSignature"),
            (4, "strange", "keyUsage=critical,digitalSignature"),
            (5, "appointed", "extendedKeyUsage=OCSPSigning\nnoCheck=ignored"),
            (6, "checked", "extendedKeyUsage=OCSPSigning"),
            (7, "usurper", "keyUsage=critical,digitalSignature"),
        ] {
            authority.issue(serial, name, extensions);
        }
        authority.workshop.signer("other", "ec -pkeyopt ec_paramgen_curve:P-256");
        authority.workshop.write("index.txt", INDEX.as_bytes());
        let mut authority = authority;
        let root = authority.workshop.der("ca");
        authority.anchors.add(&Arc::from("test"), root);
        authority
    }

    fn issue(&self, serial: u8, name: &str, extensions: &str) {
        let it = &self.workshop;
        it.write(&format!("{name}.ext"), extensions.as_bytes());
        it.openssl(&format!(
            "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {name}.key -out {name}.csr -subj /CN={name}"
        ));
        it.openssl(&format!(
            "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -set_serial {serial} -days 20 -extfile {name}.ext \
             -out {name}.pem"
        ));
    }

    /// What OpenSSL's responder answers to our request.
    fn answer(&self, name: &str, responder: &str, nonce: Option<&[u8]>, options: &str) -> Statement {
        let leaf = self.workshop.der(name);
        let evidence = Evidence::default();
        let trust = Trust::new(&self.anchors, &evidence);
        let now = Utc::now();
        // Only "good" tells where to ask; the identity of the question is the same in form for all.
        let id = match trust.judge(&question(&leaf, now, now)).wanted.as_slice() {
            [Wanted::Ocsp { certificate, .. }] => certificate.clone(),
            _ => self.id_like_good(name),
        };
        self.workshop.write("request", &ocsp_request(&id, nonce));
        self.workshop.openssl(&format!(
            "ocsp -index index.txt -CA ca.pem -rsigner {responder}.pem -rkey {responder}.key -reqin request \
             -respout response -ndays 1 {options}"
        ));
        let bytes = self.workshop.read("response");
        let url = "http://ocsp.bo-vd.example/".to_owned();
        Statement { bytes, source: Source::Fetched { url }, nonce: nonce.map(<[u8]>::to_vec) }
    }

    /// The identity of the question about "good", with another serial number: they have the same issuer.
    fn id_like_good(&self, name: &str) -> Vec<u8> {
        let leaf = self.workshop.der("good");
        let now = Utc::now();
        let evidence = Evidence::default();
        let answer = Trust::new(&self.anchors, &evidence).judge(&question(&leaf, now, now));
        let [Wanted::Ocsp { certificate, .. }] = answer.wanted.as_slice() else { panic!("{answer:?}") };
        let mut id = certificate.clone();
        *id.last_mut().unwrap() = match name {
            "revoked" => 2,
            "held" => 3,
            "strange" => 4,
            "checked" => 6,
            _ => 1,
        };
        id
    }

    fn judge(&self, name: &str, statements: Vec<Statement>, at: DateTime<Utc>) -> Answer {
        let leaf = self.workshop.der(name);
        let evidence = Evidence { ocsps: statements, ..Evidence::default() };
        Trust::new(&self.anchors, &evidence).judge(&question(&leaf, at, Utc::now()))
    }

    fn reasons(&self, name: &str, statements: Vec<Statement>) -> Vec<SignatureReason> {
        self.judge(name, statements, Utc::now()).flaws().map(|flaw| flaw.reason).collect()
    }
}

#[test]
fn responses_of_openssl_are_judged() {
    let it = Authority::new();
    let unknown = vec![SignatureReason::RevocationUnknown];
    assert_eq!(it.reasons("good", Vec::new()), unknown);
    for responder in ["ca", "appointed"] {
        for options in ["", "-resp_key_id"] {
            let answer = it.answer("good", responder, None, options);
            assert_eq!(it.reasons("good", vec![answer]), [], "{responder} {options}");
        }
        let answer = it.answer("revoked", responder, None, "");
        assert_eq!(it.reasons("revoked", vec![answer]), [SignatureReason::Revoked]);
        let answer = it.answer("strange", responder, None, "");
        assert_eq!(it.reasons("strange", vec![answer]), unknown);
    }
    // One whom nobody appointed, and one whose certificate is not for this.
    for responder in ["usurper", "other"] {
        let answer = it.answer("good", responder, None, "");
        assert_eq!(it.reasons("good", vec![answer]), unknown, "{responder}");
    }
    // One whose own standing must be known first.
    let answer = it.answer("good", "checked", None, "");
    assert_eq!(it.reasons("good", vec![answer.clone()]), unknown);
    it.workshop
        .write("index.txt", format!("{INDEX}V\t491231235959Z\t\t06\tunknown\t/CN=checked\n").as_bytes());
    let own = it.answer("checked", "appointed", None, "");
    assert_eq!(it.reasons("good", vec![answer.clone(), own]), []);
    let own = it.answer("checked", "checked", None, "");
    assert_eq!(it.reasons("good", vec![answer, own]), unknown);
}

#[test]
fn a_stale_nonce_is_refused_and_a_missing_one_leaves_it_to_the_times() {
    let it = Authority::new();
    let mut answer = it.answer("good", "ca", Some(b"0123456789abcdef"), "");
    assert_eq!(it.reasons("good", vec![answer.clone()]), []);
    answer.nonce = Some(b"another nonce".to_vec());
    assert_eq!(it.reasons("good", vec![answer]), [SignatureReason::RevocationUnknown]);
    let mut silent = it.answer("good", "ca", None, "");
    silent.nonce = Some(b"0123456789abcdef".to_vec());
    assert_eq!(it.reasons("good", vec![silent]), []);
}

#[test]
fn revocation_hangs_on_the_moment_and_a_suspension_has_its_word() {
    let it = Authority::new();
    let held = it.answer("held", "ca", None, "");
    let answer = it.judge("held", vec![held.clone()], Utc::now());
    let Standing::Revoked { revocation, .. } = &answer.path[0].standing else { panic!("{answer:?}") };
    assert_eq!(revocation.reason, RevocationReason::CertificateHold);
    assert_eq!(revocation.reason.text().vi, "tạm dừng");
    assert_eq!(answer.faults[0].flaw.reason, SignatureReason::Revoked);
    // Before the moment it was no fault; the standing still tells.
    let before = moment("2023-12-31T00:00:00Z");
    let answer = it.judge("held", vec![held], before);
    assert!(answer.flaws().all(|flaw| flaw.reason == SignatureReason::NotYetValid), "{answer:?}");
    assert!(matches!(answer.path[0].standing, Standing::Revoked { .. }));
}

#[test]
fn what_was_fetched_decides_only_against_a_certificate_where_the_file_is_preferred() {
    let it = Authority::new();
    let reasons = |name: &str, statement: Statement| {
        let leaf = it.workshop.der(name);
        let evidence = Evidence { ocsps: vec![statement], ..Evidence::default() };
        let now = Utc::now();
        let question = Question { revocation: RevocationRule::Prefer, ..question(&leaf, now, now) };
        let answer = Trust::new(&it.anchors, &evidence).judge(&question);
        answer.flaws().map(|flaw| flaw.reason).collect::<Vec<_>>()
    };
    let good = it.answer("good", "ca", None, "");
    assert_eq!(reasons("good", good.clone()), [SignatureReason::RevocationUnknown]);
    assert_eq!(reasons("good", Statement { source: Source::Embedded, ..good }), []);
    assert_eq!(reasons("revoked", it.answer("revoked", "ca", None, "")), [SignatureReason::Revoked]);
}

#[test]
fn a_response_speaks_for_its_time_but_not_for_one_when_it_is_stale() {
    let it = Authority::new();
    let answer = it.answer("good", "ca", None, "");
    let trusted = |at| it.judge("good", vec![answer.clone()], at).is_trusted();
    // The certificate is some moments old: an earlier time would be before it.
    assert!(trusted(Utc::now()));
    assert!(!trusted(Utc::now() + TimeDelta::days(2)));
}
