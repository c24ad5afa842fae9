//! CMS, timestamps and OCSP of the practice authority, as OpenSSL judges them with its lists and its responder.

use crate::authority::{Entry, Parted, agree, authority};

/// Where `openssl cms -verify -crl_check_all` parts from us.
const CMS: &Parted = &[
    ("cms/can-bo-ed25519.p7s", "OpenSSL 3.0 cannot verify Ed25519 in CMS (RFC 8419)"),
    (
        "cms/danh-sach-gian-tiep.p7s",
        "`openssl cms` looks for lists by the issuer of the certificate alone, though CRLIssuer names another (RFC 5280 \
         §6.3.3); `openssl verify`, which is given the list, agrees with us",
    ),
    (
        "cms/ky-truoc-khi-thu-hoi.p7s",
        "its timestamp proves that it is older than the revocation; OpenSSL looks at no timestamp in CMS",
    ),
];

/// What OpenSSL says of a CMS: it is given the root and the lists of the signer's path.
fn openssl(entry: &Entry) -> bool {
    let authority = authority();
    let trusted = format!("{}.trusted", entry.file);
    let read = |name: &str| std::fs::read(authority.path(name)).unwrap();
    let lists = [read("anchors/goc.pem"), read(&format!("lists/{}.pem", entry.who)), read_other(entry)];
    std::fs::write(authority.path(&trusted), lists.concat()).unwrap();
    let content = entry.detached.as_ref().map(|name| format!("-content {name}")).unwrap_or_default();
    let done = authority.run(&format!(
        "openssl cms -verify -binary -inform DER -in {} {content} -CAfile {trusted} -crl_check_all -extended_crl \
         -purpose any -out /dev/null",
        entry.file
    ));
    done.status.success()
}

/// The lists of a second signer, who has the same issuer as everybody.
fn read_other(entry: &Entry) -> Vec<u8> {
    let is_alone = entry.who != "can-bo";
    if is_alone { Vec::new() } else { std::fs::read(authority().path("lists/con-dau.pem")).unwrap() }
}

#[test]
fn openssl_says_the_same_of_cms_or_it_is_written_why_not() {
    let authority = authority();
    let judged: Vec<(&Entry, bool)> = authority.of("cms").map(|entry| (entry, openssl(entry))).collect();
    let parting = judged.iter().filter(|(entry, sound)| authority.trusts(entry) != *sound);
    let found: Vec<&str> = parting.map(|(entry, _)| entry.file.as_str()).collect();
    agree("openssl cms", &found, CMS);
    let sound = judged.iter().filter(|(_, sound)| *sound).count();
    assert!(sound >= 10 && judged.len() - sound >= 12, "{sound} of {}", judged.len());
    let indirect = authority.run(
        "openssl verify -extended_crl -crl_check_all -CAfile anchors/goc.pem -CRLfile lists/danh-sach-gian-tiep.pem \
         -untrusted certs/cap.pem -untrusted certs/danh-sach.pem certs/danh-sach-gian-tiep.pem",
    );
    assert!(indirect.status.success(), "{}", String::from_utf8_lossy(&indirect.stderr));
}

#[test]
fn openssl_ocsp_hears_from_the_responders_what_we_hear() {
    let authority = authority();
    let service = |name: &str| format!("{}/{name}", authority.address);
    let cases = [
        ("can-bo", service("bo-vi-du/ocsp/cap"), "valid"),
        ("con-dau", service("bo-vi-du/ocsp/cap"), "valid"),
        ("bi-thu-hoi", service("bo-vi-du/ocsp/cap"), "invalid"),
        ("hoi-nham-noi", service("bo-vi-du/ocsp/khong-quyen"), "undetermined"),
        ("hoi-noi-cua-goc", service("bo-vi-du/ocsp/cua-goc"), "undetermined"),
        ("tra-loi-cu", service("2024/bo-vi-du/ocsp/cu"), "undetermined"),
    ];
    for (who, url, ours) in cases {
        let done = authority.run(&format!(
            "openssl ocsp -issuer certs/cap.pem -cert certs/{who}.pem -url {url} -CAfile anchors/goc.pem"
        ));
        let told = [done.stdout, done.stderr].concat();
        let told = String::from_utf8_lossy(&told);
        let is_vouched = told.contains("Response verify OK") && !told.contains("Status times invalid");
        let theirs = match is_vouched {
            true if told.contains(&format!("{who}.pem: good")) => "valid",
            true if told.contains(&format!("{who}.pem: revoked")) => "invalid",
            _ => "undetermined",
        };
        assert_eq!(theirs, ours, "{who}: {told}");
        let signed = authority.of("pdf").find(|entry| entry.who == who && entry.online == ours).unwrap();
        assert_eq!(authority.judge(signed, true).1["verdict"], ours, "{who}");
    }
}

/// Whether OpenSSL finds a timestamp sound over what it stamps.
pub(crate) fn openssl_ts(token: &str, stamped: &str) -> bool {
    let done = authority().run(&format!(
        "openssl ts -verify -token_in -in {token} -data {stamped} -CAfile anchors/goc.pem -untrusted certs/cap.pem"
    ));
    done.status.success()
}

#[test]
fn openssl_ts_says_the_same_of_timestamps() {
    let authority = authority();
    let mut verdicts = Vec::new();
    for name in ["b-t", "con-dau", "ky-truoc-khi-thu-hoi", "dau-khong-quyen"] {
        let file = format!("pdf/{name}.pdf");
        let entry = authority.of("pdf").find(|entry| entry.file == file).unwrap();
        let (_, told) = authority.judge(entry, true);
        let ours = told["signatures"][0]["timestamps"][0]["verdict"] == "valid";
        let theirs = openssl_ts(&format!("stamps/{name}.tst"), &format!("stamps/{name}.stamped"));
        assert_eq!(ours, theirs, "{name}: {told:#}");
        verdicts.push(ours);
    }
    assert_eq!(verdicts, [true, true, true, false]);
    assert!(!openssl_ts("stamps/b-t.tst", "stamps/con-dau.stamped"), "another's timestamp");
}
