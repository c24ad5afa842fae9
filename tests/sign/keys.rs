//! Keys out of files that OpenSSL wrote, and what is said of those that do not fit.

use emc_monitor::model::secret::Secret;
use emc_monitor::sign::cms::{Content, sign};
use emc_monitor::sign::fault::{Obstacle, SignFault};
use emc_monitor::sign::key::Signer;
use emc_monitor::sign::scheme::{Choice, Scheme};

use crate::authority::{Authority, Sort};

const PASSWORD: &str = "mật khẩu 123";

fn password(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

/// A PKCS#12 file of the signer's key and chain.
fn bundle(authority: &Authority, options: &str) -> Vec<u8> {
    let mut words = vec!["openssl", "pkcs12", "-export", "-inkey", "signer.key", "-in", "signer.pem"];
    words.extend(["-certfile", "root.pem", "-out", "signer.p12", "-passout"]);
    let secret = format!("pass:{PASSWORD}");
    words.push(&secret);
    words.extend(options.split_whitespace());
    let said = authority.run(&words);
    assert!(said.good, "{}", said.text);
    authority.read("signer.p12")
}

fn told(fault: &SignFault, obstacle: Obstacle, vietnamese: &str, english: &str) {
    assert_eq!(fault.obstacle, obstacle, "{fault:?}");
    assert!(fault.told.vi.contains(vietnamese) && fault.told.en.contains(english), "{fault:?}");
    assert!(!fault.told.en.ends_with('.') && !fault.told.vi.ends_with('.'), "{fault:?}");
}

#[test]
fn pkcs12_files_of_every_age_are_read() {
    for sort in [Sort::Rsa, Sort::P256, Sort::Ed25519] {
        let authority = Authority::new();
        authority.issue("signer", sort, "signer");
        for options in [
            "",
            "-legacy",
            "-legacy -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg SHA1",
            "-legacy -keypbe PBE-SHA1-RC2-128 -certpbe PBE-SHA1-RC2-40",
            "-keypbe AES-128-CBC -certpbe AES-192-CBC -macalg SHA512 -iter 5000",
            "-keypbe DES-EDE3-CBC -certpbe NONE -macalg SHA384",
            "-keypbe NONE -certpbe NONE -nomac",
        ] {
            let file = bundle(&authority, options);
            let signer = Signer::from_pkcs12(&file, &password(PASSWORD), Choice::default());
            let signer = signer.unwrap_or_else(|fault| panic!("{sort:?} {options}: {fault}"));
            assert_eq!(signer.certificates().len(), 2, "{sort:?} {options}");
            sign(&signer, Content::Attached(b"content"), None).unwrap();
            if !options.contains("-nomac") {
                let wrong = Signer::from_pkcs12(&file, &password("other"), Choice::default()).unwrap_err();
                told(&wrong, Obstacle::Password, "mật khẩu", "password");
            }
        }
    }
}

#[test]
fn keys_are_read_from_every_usual_file() {
    for sort in Sort::ALL {
        let authority = Authority::new();
        authority.issue("signer", sort, "signer");
        authority.must("openssl pkcs8 -topk8 -nocrypt -in signer.key -outform DER -out key.der");
        authority.must("openssl x509 -in signer.pem -outform DER -out signer.der");
        let mut files = vec![authority.read("signer.key"), authority.read("key.der")];
        for options in ["", "-outform DER -v1 PBE-SHA1-3DES", "-v2 aes-128-cbc -v2prf hmacWithSHA512"] {
            authority.must(&format!(
                "openssl pkcs8 -provider default -provider legacy -topk8 -in signer.key -passout pass:x -out hidden.key {options}"
            ));
            let (hidden, chain) = (authority.read("hidden.key"), authority.read("signer.pem"));
            Signer::from_encrypted_pkcs8(&hidden, &password("x"), &chain, Choice::default()).unwrap();
        }
        if sort != Sort::Ed25519 {
            authority.must("openssl pkey -traditional -in signer.key -out old.key");
            files.push(authority.read("old.key"));
        }
        for file in files {
            let signer = Signer::from_pkcs8(&file, &authority.read("signer.der"), Choice::default()).unwrap();
            assert_eq!(signer.certificate(), authority.read("signer.der"));
            sign(&signer, Content::Attached(b"content"), None).unwrap();
        }
    }
}

#[test]
fn keys_that_do_not_fit_are_told_apart() {
    let authority = Authority::new();
    authority.issue("signer", Sort::P256, "signer");
    authority.issue("other", Sort::P256, "signer");
    let (key, chain) = (authority.read("signer.key"), authority.read("signer.pem"));
    let refused = |key: &[u8], chain: &[u8]| Signer::from_pkcs8(key, chain, Choice::default()).unwrap_err();

    let other = refused(&key, &authority.read("other.pem"));
    told(&other, Obstacle::Certificate, "không chứng thư nào", "none of the 1 certificates");
    told(&refused(&key, b"nothing"), Obstacle::Certificate, "không đọc được", "BEGIN CERTIFICATE");
    told(&refused(b"nothing", &chain), Obstacle::Key, "không đọc được", "BEGIN PRIVATE KEY");
    authority.must("openssl pkcs8 -topk8 -in signer.key -passout pass:secret -out hidden.key");
    told(
        &refused(&authority.read("hidden.key"), &chain),
        Obstacle::Key,
        "mật khẩu",
        "protected by a password",
    );
    authority.must("openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out weak.key");
    told(&refused(&authority.read("weak.key"), &chain), Obstacle::Key, "2048", "2048");
    authority.must("openssl genpkey -algorithm ED448 -out odd.key");
    told(&refused(&authority.read("odd.key"), &chain), Obstacle::Key, "không được hỗ trợ", "not supported");
    let nothing = Signer::from_pkcs12(b"nothing", &password(""), Choice::default()).unwrap_err();
    told(&nothing, Obstacle::Key, "không đọc được", "cannot be read");
    authority.must("openssl pkcs12 -export -nokeys -in signer.pem -out empty.p12 -passout pass:");
    let empty =
        Signer::from_pkcs12(&authority.read("empty.p12"), &password(""), Choice::default()).unwrap_err();
    told(&empty, Obstacle::Key, "không chứa khóa", "holds no key");
}

/// The same element with its length left open and, where it is one, its octet string in pieces, as Firefox writes them.
fn opened(der: &[u8], levels: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = der;
    while let [tag, first, ..] = *rest {
        let count = if first < 0x80 { 0 } else { usize::from(first & 0x7f) };
        let length = rest[2..2 + count]
            .iter()
            .fold(usize::from(first) * usize::from(count == 0), |sum, octet| sum << 8 | usize::from(*octet));
        let (whole, behind) = rest.split_at(2 + count + length);
        let content = &whole[2 + count..];
        match tag {
            0x30 | 0xa0 => out.extend([&[tag, 0x80][..], &opened(content, levels), &[0, 0]].concat()),
            0x04 | 0x80 if length > 100 => {
                // Safe and bags lie in octet strings, one within the other; certificates in the next stay as signed.
                let inner = if content[0] == 0x30 && tag == 0x04 && levels > 0 {
                    opened(content, levels - 1)
                } else {
                    content.to_vec()
                };
                let outer = if tag == 0x04 { 0x24 } else { 0xa0 };
                out.extend([outer, 0x80]);
                for piece in inner.chunks(120) {
                    out.extend([0x04, u8::try_from(piece.len()).unwrap()]);
                    out.extend(piece);
                }
                out.extend([0, 0]);
            }
            _ => out.extend(whole),
        }
        rest = behind;
    }
    out
}

/// Nothing at hand writes such files: one of OpenSSL's is rewritten, without its integrity check, which is over the bytes.
#[test]
fn bundles_with_lengths_left_open_are_read() {
    let authority = Authority::new();
    authority.issue("signer", Sort::P256, "signer");
    for options in ["-nomac -certpbe NONE", "-nomac"] {
        let file = opened(&bundle(&authority, options), 2);
        assert_eq!(file[..2], [0x30, 0x80]);
        let signer = Signer::from_pkcs12(&file, &password(PASSWORD), Choice::default()).unwrap();
        assert_eq!(signer.certificates().len(), 2, "{options}");
    }
}

#[test]
fn damaged_bundles_are_refused_without_a_panic() {
    let authority = Authority::new();
    authority.issue("signer", Sort::P256, "signer");
    let file = bundle(&authority, "-iter 1 -maciter");
    for place in 0..file.len() {
        let mut bad = file.clone();
        bad[place] ^= 0x41;
        let _ = Signer::from_pkcs12(&bad, &password(PASSWORD), Choice::default());
        let _ = Signer::from_pkcs12(&file[..place], &password(PASSWORD), Choice::default());
    }
}

#[test]
fn nothing_secret_is_printed() {
    let authority = Authority::new();
    let signer = authority.signer("signer", Sort::Ed25519, Choice::default());
    assert_eq!(signer.scheme(), Scheme::Ed25519);
    assert_eq!(format!("{signer:?}"), "Signer { scheme: Ed25519, certificates: 2, .. }");
}
