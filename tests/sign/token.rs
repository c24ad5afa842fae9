//! Keys on tokens of `SoftHSM`. Its configuration is found by the environment, which a process has once: one test makes
//! the tokens and walks all cases.

use std::path::{Path, PathBuf};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::object::{Attribute, CertificateType, ObjectClass};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use emc_monitor::model::secret::Secret;
use emc_monitor::sign::cms::{Content, sign};
use emc_monitor::sign::fault::Obstacle;
use emc_monitor::sign::key::Signer;
use emc_monitor::sign::scheme::{Choice, Digest, Padding};
use emc_monitor::sign::token::{TokenPlace, TokenSettings};

use crate::authority::{Authority, Sort};

/// Says that this process is the one with the configuration.
const INNER: &str = "EMC_TEST_TOKEN_FOLDER";

fn module() -> PathBuf {
    let places = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"];
    places.into_iter().map(PathBuf::from).find(|place| place.exists()).expect("the Debian package softhsm2")
}

fn settings(label: &str) -> TokenSettings {
    TokenSettings {
        module: module(),
        place: TokenPlace::Label("ví dụ".to_owned()),
        pin: Secret::new("1234".to_owned()),
        label: Some(label.to_owned()),
        id: None,
    }
}

/// A token with a key of each sort that `SoftHSM` imports. The certificates lie beside it in files.
fn token(authority: &Authority) {
    let softhsm = |arguments: &str| {
        authority.must(&format!("softhsm2-util --module {} {arguments}", module().display()))
    };
    let made = authority.run(&[
        "softhsm2-util",
        "--module",
        module().to_str().unwrap(),
        "--init-token",
        "--free",
        "--label",
        "ví dụ",
        "--pin",
        "1234",
        "--so-pin",
        "4321",
    ]);
    assert!(made.good, "{}", made.text);
    for (number, (name, sort)) in SORTS.iter().enumerate() {
        authority.issue(name, *sort, "signer");
        authority.must(&format!("openssl pkcs8 -topk8 -nocrypt -in {name}.key -out {name}.p8"));
        let said = authority.run(&[
            "softhsm2-util",
            "--module",
            module().to_str().unwrap(),
            "--import",
            &format!("{name}.p8"),
            "--token",
            "ví dụ",
            "--label",
            name,
            "--id",
            &format!("0{number}"),
            "--pin",
            "1234",
        ]);
        assert!(said.good, "{name}: {}", said.text);
    }
    softhsm("--show-slots");
}

const SORTS: &[(&str, Sort)] =
    &[("rsa", Sort::Rsa), ("p256", Sort::P256), ("p384", Sort::P384), ("ed25519", Sort::Ed25519)];

/// Runs the walk below in a process of its own, with a configuration of its own.
#[test]
fn keys_on_a_token_sign_and_never_leave_it() {
    let authority = Authority::new();
    std::fs::create_dir(authority.path("tokens")).unwrap();
    let tokens = authority.path("tokens");
    authority
        .write("softhsm2.conf", format!("directories.tokendir = {}\nlog.level = ERROR\n", tokens.display()));
    let said = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "token::walk", "--ignored", "--nocapture"])
        .env("SOFTHSM2_CONF", authority.path("softhsm2.conf"))
        .env(INNER, authority.folder())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&[said.stdout, said.stderr].concat()).into_owned();
    assert!(said.status.success() && text.contains("1 passed"), "{text}");
    assert!(!text.contains("1234"), "the PIN was printed: {text}");
}

#[test]
#[ignore = "the inner half of keys_on_a_token_sign_and_never_leave_it"]
fn walk() {
    if std::env::var_os(INNER).is_none_or(|folder| !Path::new(&folder).is_dir()) {
        return;
    }
    let authority = Authority::new();
    token(&authority);
    for (name, sort) in SORTS {
        for choice in [
            Choice { padding: Padding::Pkcs1, digest: Digest::Sha256 },
            Choice { padding: Padding::Pss, digest: Digest::Sha512 },
        ] {
            let chain = [authority.read("root.pem"), authority.read(&format!("{name}.pem"))].concat();
            let signer = Signer::from_token(&settings(name), &chain, choice);
            let signer = signer.unwrap_or_else(|fault| panic!("{name}: {fault}"));
            let signature = sign(&signer, Content::Attached(b"content"), None).unwrap();
            authority.write("signature.p7s", signature.to_der());
            // OpenSSL 3.0 does not know Ed25519 in CMS; we verified the signature ourselves when it was made.
            if *sort != Sort::Ed25519 {
                authority.must(
                    "openssl cms -verify -cades -inform DER -in signature.p7s -CAfile root.pem -purpose any -out seen",
                );
            }
            println!("{name} {choice:?} {:?}", signer.scheme());
        }
    }
    refusals(&authority);
    certificates_on_the_token(&authority);
}

/// Puts certificates on the token: from then on none need be given.
fn certificates_on_the_token(authority: &Authority) {
    let session = session();
    for (name, id) in [("root", 9), ("rsa", 0), ("p384", 2)] {
        authority.must(&format!("openssl x509 -in {name}.pem -outform DER -out {name}.der"));
        let object = [
            Attribute::Class(ObjectClass::CERTIFICATE),
            Attribute::CertificateType(CertificateType::X_509),
            Attribute::Token(true),
            Attribute::Id(vec![id]),
            Attribute::Subject(name.as_bytes().to_vec()),
            Attribute::Value(authority.read(&format!("{name}.der"))),
        ];
        session.create_object(&object).unwrap();
    }
    for name in ["rsa", "p384"] {
        let signer = Signer::from_token(&settings(name), &[], Choice::default()).unwrap();
        assert_eq!(signer.certificate(), authority.read(&format!("{name}.der")), "{name}");
        assert_eq!(signer.certificates().len(), 3);
        sign(&signer, Content::Attached(b"content"), None).unwrap();
    }
    let none = Signer::from_token(&settings("p256"), &[], Choice::default()).unwrap_err();
    assert_eq!(none.obstacle, Obstacle::Certificate, "{none}");
}

/// A session that may write to the token.
fn session() -> Session {
    let token = Pkcs11::new(module()).unwrap();
    let _ = token.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK));
    let slots = token.get_slots_with_token().unwrap();
    let label = |slot: &Slot| token.get_token_info(*slot).unwrap().label().to_owned();
    let slot = slots.into_iter().find(|slot| label(slot) == "ví dụ").unwrap();
    let session = token.open_rw_session(slot).unwrap();
    session.login(UserType::User, Some(&AuthPin::from("1234".to_owned()))).unwrap();
    session
}

/// What is said where something does not fit.
fn refusals(authority: &Authority) {
    let chain = authority.read("p256.pem");
    let refused = |settings: &TokenSettings, chain: &[u8]| {
        let fault = Signer::from_token(settings, chain, Choice::default()).unwrap_err();
        println!("{}\n{}", fault.told.vi, fault.told.en);
        fault
    };
    let good = settings("p256");
    let pin = TokenSettings { pin: Secret::new("9999".to_owned()), ..good.clone() };
    assert_eq!(refused(&pin, &chain).obstacle, Obstacle::Pin);
    let label = TokenSettings { label: Some("nothing".to_owned()), ..good.clone() };
    assert!(refused(&label, &chain).to_string().contains("not found"));
    let several = TokenSettings { label: None, ..good.clone() };
    assert!(refused(&several, &chain).to_string().contains("4 keys"));
    let other = TokenSettings { label: None, id: Some(vec![1]), ..good.clone() };
    assert!(Signer::from_token(&other, &chain, Choice::default()).is_ok());
    let place = TokenSettings { place: TokenPlace::Label("nowhere".to_owned()), ..good.clone() };
    assert!(refused(&place, &chain).to_string().contains("ví dụ"));
    let module = TokenSettings { module: "/nonexistent.so".into(), ..good.clone() };
    assert_eq!(refused(&module, &chain).obstacle, Obstacle::Token);
    assert_eq!(refused(&good, &authority.read("root.pem")).obstacle, Obstacle::Certificate);
    assert_eq!(refused(&good, &[]).obstacle, Obstacle::Certificate);
}
