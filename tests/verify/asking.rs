//! What bad input, missing anchors and each flag get.

use std::fs;

use crate::material::{emc, material, report};

fn told(flags: &[&str], file: &str) -> (i32, serde_json::Value) {
    let material = material();
    let anchors = material.path("anchors");
    let fixed = ["--offline", "--anchors", anchors.to_str().unwrap()];
    let file = material.path(file);
    report(&[&fixed[..], flags, &[file.to_str().unwrap()]].concat())
}

#[test]
fn without_a_trusted_root_nothing_is_ever_valid() {
    let material = material();
    let file = material.path("b-lta.pdf");
    let file = file.to_str().unwrap();
    let empty = tempfile::tempdir().unwrap();
    for flags in [&["--anchors", empty.path().to_str().unwrap()][..], &[]] {
        let (code, told) = report(&[&["--offline"], flags, &[file]].concat());
        assert_eq!(
            (code, &told["verdict"], &told["reason"]),
            (3, &"undetermined".into(), &"no_anchors".into())
        );
    }
    let strange = empty.path().join("ghi-chu.pem");
    fs::write(&strange, "không phải chứng thư").unwrap();
    let (code, _, wrong) = emc(&["--offline", "--anchors", empty.path().to_str().unwrap(), file]);
    assert_eq!(code, 3);
    assert!(wrong.contains("ghi-chu.pem") && wrong.contains("no certificate in PEM or DER"), "{wrong}");
}

#[test]
fn the_configured_sets_are_trusted_where_no_other_is_named() {
    let material = material();
    let folder = tempfile::tempdir().unwrap();
    let root = material.path("anchors/goc.pem");
    let config = format!("anchors: {{government: [{}]}}\n", root.display());
    fs::write(folder.path().join("emc.yaml"), config).unwrap();
    let file = material.path("b-lt.pdf");
    let flags = ["--offline", "--config.file", folder.path().to_str().unwrap(), file.to_str().unwrap()];
    let (code, told) = report(&flags);
    assert_eq!((code, &told["signatures"][0]["anchor_set"]), (0, &"government".into()), "{told:#}");
    fs::write(folder.path().join("emc.yaml"), "anchors: {government: [khong-co.pem]}\n").unwrap();
    let (code, _, wrong) = emc(&flags);
    assert_eq!(code, 3);
    assert!(wrong.contains("emc.yaml") && wrong.contains("khong-co.pem"), "{wrong}");
}

#[test]
fn what_cannot_be_judged_gets_one_clear_sentence_and_is_never_valid() {
    let material = material();
    let folder = tempfile::tempdir().unwrap();
    let whole = material.read("b-lt.pdf");
    let cases: &[(&str, Vec<u8>, &str)] = &[
        ("rong.pdf", Vec::new(), "malformed"),
        ("van-ban.txt", b"khong phai tep ky".to_vec(), "malformed"),
        ("dau-tep.pdf", b"%PDF-1.7\n".to_vec(), "malformed"),
        ("cat.p7s", b"\x30\x82\x10\x00\x06".to_vec(), "malformed"),
        ("trong.xml", b"<ho-so/>".to_vec(), "no_signature"),
        ("hong.xml", b"<ho-so>".to_vec(), "malformed"),
    ];
    for (name, bytes, reason) in cases {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let (code, told) = report(&["--offline", path.to_str().unwrap()]);
        assert_eq!((code, &told["reason"]), (3, &(*reason).into()), "{name}: {told:#}");
        assert!(!told["detail"].as_str().unwrap().is_empty(), "{name}");
    }
    for kept in [whole.len() / 4, whole.len() / 2, whole.len() - 600] {
        let path = folder.path().join("cut.pdf");
        fs::write(&path, &whole[..kept]).unwrap();
        let (code, told) = report(&["--offline", path.to_str().unwrap()]);
        assert!(matches!(code, 2 | 3), "{kept}: {told:#}");
    }
    for (missing, told_en) in [("khong-co.pdf", "there is no such file"), ("", "a folder, not a file")] {
        let (code, told) = report(&["--offline", folder.path().join(missing).to_str().unwrap()]);
        assert_eq!((code, &told["reason"]), (3, &"unreadable".into()), "{told:#}");
        assert!(told["detail"].as_str().unwrap().contains(told_en), "{told:#}");
    }
    let large = folder.path().join("lon.pdf");
    fs::File::create(&large).unwrap().set_len(33 << 20).unwrap();
    assert_eq!(report(&["--offline", large.to_str().unwrap()]).1["reason"], "too_complex");
}

#[test]
fn revocation_that_was_not_asked_is_said_and_never_valid() {
    let (code, none) = told(&["--revocation", "none"], "b-lt.pdf");
    assert_eq!((code, &none["reason"]), (3, &"revocation_not_asked".into()));
    let (code, prefer) = told(&["--revocation", "prefer"], "b-lt.pdf");
    assert_eq!((code, &prefer["verdict"]), (0, &"valid".into()), "what the file carries suffices");
    let (code, prefer) = told(&["--revocation", "prefer"], "b-t.pdf");
    assert_eq!((code, &prefer["reason"]), (3, &"revocation_unknown".into()));
}

fn flaws(told: &serde_json::Value) -> Vec<&str> {
    let all = told["signatures"][0]["flaws"].as_array().unwrap();
    all.iter().filter_map(|flaw| flaw["reason"].as_str()).collect()
}

#[test]
fn the_time_asked_for_decides_where_nothing_proves_another() {
    let late = ["--at", "2199-01-01T00:00:00Z"];
    let (code, told_late) = told(&late, "b-b.pdf");
    let reasons: Vec<&str> = flaws(&told_late);
    assert!(code == 3 && reasons.contains(&"expired_without_proof_of_time"), "{reasons:?}");
    let early = ["--at", "2001-01-01T00:00:00+07:00"];
    let (code, told_early) = told(&early, "b-b.pdf");
    assert_eq!((code, &told_early["reason"]), (2, &"not_yet_valid".into()), "{:?}", flaws(&told_early));
    let (code, _, wrong) = emc(&["--at", "hôm qua", "x.pdf"]);
    assert_eq!(code, 3);
    assert!(wrong.contains("hôm qua") && wrong.contains("2026-11-24T09:00:00+07:00"), "{wrong}");
}

#[test]
fn a_signer_who_is_a_trusted_root_is_not_said_to_have_been_looked_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("noi-dung.txt"), "nội dung").unwrap();
    fs::create_dir(path("goc")).unwrap();
    let openssl = |arguments: &[&str]| {
        let done = std::process::Command::new("openssl").args(arguments).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    let (key, root, signed, content) =
        (path("k.pem"), path("goc/r.pem"), path("nd.p7s"), path("noi-dung.txt"));
    let fixed = ["-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=Goc"];
    openssl(&[&["req", "-x509", "-keyout", &key, "-out", &root][..], &fixed].concat());
    let form = ["-outform", "DER", "-binary"];
    openssl(
        &[&["cms", "-sign", "-in", &content, "-signer", &root, "-inkey", &key, "-out", &signed][..], &form]
            .concat(),
    );
    let flags = ["--offline", "--anchors", &path("goc"), "--detached", &content, &signed];
    let (code, told) = report(&flags);
    assert_eq!(code, 0, "{told:#}");
    let outcome = |id: &str| {
        let checks = told["checks"].as_array().unwrap();
        checks.iter().find(|check| check["id"] == id).unwrap()["outcome"].clone()
    };
    assert_eq!(
        (outcome("not_revoked"), outcome("revocation_information")),
        ("inapplicable".into(), "inapplicable".into())
    );
}
