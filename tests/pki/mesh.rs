//! Pools of certificates made to cost: authorities that all certify one another, and names without end.

use std::sync::Arc;
use std::time::Instant;

use chrono::Utc;
use emc_monitor::pki::anchors::Anchors;
use emc_monitor::pki::evidence::{Evidence, Source, Statement, Wanted};
use emc_monitor::pki::path::PolicyInputs;
use emc_monitor::pki::path::purpose::Purpose;
use emc_monitor::pki::trust::{Answer, Question, RevocationRule, Trust};
use emc_monitor::pki::verdict::SignatureReason;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CidrSubnet, CustomExtension,
    DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    NameConstraints, RevocationReason, RevokedCertParams, SanType, SerialNumber, date_time_ymd,
};

use crate::material::moment;

/// An authority of the tests: its name and key.
struct Authority {
    params: CertificateParams,
    key: KeyPair,
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = params(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Self { params, key: KeyPair::generate().unwrap() }
    }

    fn itself(&self) -> Vec<u8> {
        self.params.self_signed(&self.key).unwrap().der().to_vec()
    }

    fn certify(&self, other: &Self) -> Vec<u8> {
        self.issue(&other.params, &other.key)
    }

    fn issue(&self, params: &CertificateParams, key: &KeyPair) -> Vec<u8> {
        let issuer = Issuer::from_params(&self.params, &self.key);
        params.signed_by(key, &issuer).unwrap().der().to_vec()
    }
}

fn judge(root: Option<&[u8]>, certificates: Vec<Vec<u8>>, leaf: &[u8], purpose: Purpose) -> Answer {
    let mut anchors = Anchors::default();
    if let Some(root) = root {
        anchors.add(&Arc::from("test"), root.to_vec());
    }
    let evidence = Evidence { certificates, ..Evidence::default() };
    let now = Utc::now();
    Trust::new(&anchors, &evidence).judge(&Question {
        certificate: leaf,
        purpose,
        at: now,
        now,
        revocation: RevocationRule::Look,
        policies: PolicyInputs::default(),
    })
}

fn reasons(answer: &Answer) -> Vec<SignatureReason> {
    answer.flaws().map(|flaw| flaw.reason).collect()
}

#[test]
fn authorities_that_all_certify_one_another_cost_a_bounded_time() {
    let mesh: Vec<Authority> = (0..24).map(|number| Authority::new(&format!("mesh {number}"))).collect();
    let pool = mesh.iter().flat_map(|one| mesh.iter().map(|other| one.certify(other))).collect();
    let leaf = mesh[0].issue(&params("leaf"), &KeyPair::generate().unwrap());
    let stranger = Authority::new("stranger").itself();
    let begin = Instant::now();
    let answer = judge(Some(&stranger), pool, &leaf, Purpose::Any);
    // Generous: what counts is that it does not try 24^8 paths.
    assert!(begin.elapsed().as_secs() < 20);
    assert_eq!(reasons(&answer), [SignatureReason::TooComplex]);
}

#[test]
fn a_cross_certificate_leads_to_the_root_that_is_trusted() {
    let (old, new, middle) = (Authority::new("old"), Authority::new("new"), Authority::new("middle"));
    let leaf = middle.issue(&params("leaf"), &KeyPair::generate().unwrap());
    let pool = vec![new.itself(), new.certify(&middle), old.certify(&new), middle.itself()];
    let answer = judge(Some(&old.itself()), pool, &leaf, Purpose::Any);
    assert_eq!((answer.path.len(), answer.anchor.as_deref()), (4, Some("test")));
    assert!(reasons(&answer).iter().all(|reason| *reason == SignatureReason::RevocationUnknown));
}

#[test]
fn without_anchors_or_a_way_up_nothing_is_trusted_and_the_issuer_is_wanted() {
    let root = Authority::new("root");
    let mut params = params("leaf");
    // AuthorityInfoAccess: caIssuers at http://a.example/
    let access =
        [&[0x30, 29, 0x30, 27, 6, 8, 0x2b, 6, 1, 5, 5, 7, 0x30, 2, 0x86, 15][..], b"http://a.examp/"]
            .concat();
    params.custom_extensions.push(CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], access));
    let leaf = root.issue(&params, &KeyPair::generate().unwrap());
    let answer = judge(Some(&Authority::new("stranger").itself()), Vec::new(), &leaf, Purpose::Any);
    assert_eq!(reasons(&answer), [SignatureReason::Untrusted]);
    assert_eq!(answer.wanted, [Wanted::Certificate { url: "http://a.examp/".to_owned() }]);
    assert_eq!(reasons(&judge(None, vec![root.itself()], &leaf, Purpose::Any)), [SignatureReason::NoAnchors]);
    // A root that only bears the name of the trusted one.
    let answer = judge(Some(&Authority::new("root").itself()), vec![root.itself()], &leaf, Purpose::Any);
    assert!(!answer.is_trusted() && answer.anchor.is_none());
}

#[test]
fn names_and_subtrees_without_end_are_refused_and_addresses_are_held_to_their_networks() {
    let constrained = |permitted: Vec<GeneralSubtree>| {
        let mut root = Authority::new("root");
        let mut middle = Authority::new("middle");
        middle.params.name_constraints =
            Some(NameConstraints { permitted_subtrees: permitted, excluded_subtrees: Vec::new() });
        root.params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        (root, middle)
    };
    let ask = |(root, middle): &(Authority, Authority), names: Vec<SanType>| {
        let mut params = params("leaf");
        params.subject_alt_names = names;
        let leaf = middle.issue(&params, &KeyPair::generate().unwrap());
        reasons(&judge(Some(&root.itself()), vec![root.certify(middle)], &leaf, Purpose::Any))
    };
    let network = CidrSubnet::from_v4_prefix([10, 0, 0, 0], 8);
    let network = constrained(vec![GeneralSubtree::IpAddress(network)]);
    for (address, broken) in [("10.1.2.3", false), ("11.1.2.3", true), ("::1", true)] {
        let found = ask(&network, vec![SanType::IpAddress(address.parse().unwrap())]);
        assert_eq!(found.contains(&SignatureReason::ChainWrong), broken, "{address}: {found:?}");
    }
    let host = |number: usize| format!("h{number}.bo-vd.example");
    let many = constrained((0..900).map(|number| GeneralSubtree::DnsName(host(number))).collect());
    let names = (0..900).map(|number| SanType::DnsName(host(number).try_into().unwrap())).collect();
    assert!(ask(&many, names).contains(&SignatureReason::TooComplex));
}

#[test]
fn a_certificate_must_be_fit_for_its_purpose() {
    let root = Authority::new("root");
    let issue = |usages: &[ExtendedKeyUsagePurpose], keys: &[KeyUsagePurpose]| {
        let mut params = params("leaf");
        params.extended_key_usages = usages.to_vec();
        params.key_usages = keys.to_vec();
        root.issue(&params, &KeyPair::generate().unwrap())
    };
    let fits = |leaf: &[u8], purpose| {
        !reasons(&judge(Some(&root.itself()), Vec::new(), leaf, purpose))
            .contains(&SignatureReason::KeyUsageWrong)
    };
    let signer = issue(&[], &[KeyUsagePurpose::ContentCommitment]);
    assert!(fits(&signer, Purpose::DocumentSigning) && !fits(&signer, Purpose::TimeStamping));
    let encrypter = issue(&[], &[KeyUsagePurpose::KeyEncipherment]);
    assert!(!fits(&encrypter, Purpose::DocumentSigning) && fits(&encrypter, Purpose::Any));
    let server = issue(&[ExtendedKeyUsagePurpose::ServerAuth], &[KeyUsagePurpose::DigitalSignature]);
    assert!(!fits(&server, Purpose::DocumentSigning));
    let mail = issue(&[ExtendedKeyUsagePurpose::EmailProtection], &[KeyUsagePurpose::DigitalSignature]);
    assert!(fits(&mail, Purpose::DocumentSigning) && !fits(&mail, Purpose::OcspSigning));
    // Not marked critical: RFC 3161 wants it so.
    let stamps = issue(&[ExtendedKeyUsagePurpose::TimeStamping], &[KeyUsagePurpose::DigitalSignature]);
    assert!(!fits(&stamps, Purpose::TimeStamping) && !fits(&stamps, Purpose::DocumentSigning));
    assert!(!fits(&signer, Purpose::OcspSigning) && !fits(&encrypter, Purpose::CrlSigning));
}

#[test]
fn a_long_list_is_walked_to_its_end_and_counts_for_its_issuer_only() {
    let root = Authority::new("root");
    let mut params = params("leaf");
    params.serial_number = Some(SerialNumber::from(19_999_u64));
    let leaf = root.issue(&params, &KeyPair::generate().unwrap());
    let day = |day| date_time_ymd(2026, 5, day);
    let list = |count: u64, issuer: &Authority| {
        let revoked = (0..count).map(|number| RevokedCertParams {
            serial_number: SerialNumber::from(number),
            revocation_time: day(1),
            reason_code: Some(RevocationReason::KeyCompromise),
            invalidity_date: None,
        });
        let params = CertificateRevocationListParams {
            this_update: day(10),
            next_update: day(20),
            crl_number: SerialNumber::from(1_u64),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&Issuer::from_params(&issuer.params, &issuer.key)).unwrap().der().to_vec()
    };
    let ask = |bytes: Vec<u8>| {
        let mut anchors = Anchors::default();
        anchors.add(&Arc::from("test"), root.itself());
        let statement = Statement { bytes, source: Source::Embedded, nonce: None };
        let evidence = Evidence { crls: vec![statement], ..Evidence::default() };
        let now = moment("2026-05-15T00:00:00Z");
        let trust = Trust::new(&anchors, &evidence);
        let question = Question {
            certificate: &leaf,
            purpose: Purpose::Any,
            at: now,
            now,
            revocation: RevocationRule::Look,
            policies: PolicyInputs::default(),
        };
        let found = reasons(&trust.judge(&question));
        // Who is asked again looks into an index.
        (0..2).for_each(|_| assert_eq!(reasons(&trust.judge(&question)), found));
        found
    };
    assert_eq!(ask(list(20_000, &root)), [SignatureReason::Revoked]);
    assert_eq!(ask(list(19_999, &root)), []);
    // Of the same name, but not the authority.
    assert_eq!(ask(list(10, &Authority::new("root"))), [SignatureReason::RevocationUnknown]);
}

#[test]
fn a_signer_that_is_itself_declared_trusted_needs_nobody() {
    let alone = Authority::new("alone").itself();
    let answer = judge(Some(&alone), Vec::new(), &alone, Purpose::Any);
    assert!(answer.is_trusted() && answer.path.len() == 1);
}
