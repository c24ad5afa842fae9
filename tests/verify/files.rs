//! Each file gets the verdict that it deserves, in the published shape.

use std::process::Command;

use serde_json::Value;

use crate::material::{emc, material, offline, report};

fn exit_code(verdict: &str) -> i32 {
    match verdict {
        "valid" => 0,
        "invalid" => 2,
        _ => 3,
    }
}

#[test]
fn each_file_gets_its_verdict_for_its_reason_in_the_published_shape() {
    let schema = Command::new(env!("CARGO_BIN_EXE_emc")).args(["schema", "verification"]).output().unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_slice(&schema.stdout).unwrap()).unwrap();
    for expected in &material().files {
        let name = expected["file"].as_str().unwrap();
        let (code, told) = match expected["password"].as_str() {
            None => offline(name),
            Some(password) => with_password(name, password),
        };
        let verdict = expected["verdict"].as_str().unwrap();
        assert_eq!((&told["verdict"], code), (&expected["verdict"], exit_code(verdict)), "{name}: {told:#}");
        if !expected["reason"].is_null() {
            assert_eq!(told["reason"], expected["reason"], "{name}: {told:#}");
        }
        if let Some(level) = expected["level"].as_str() {
            assert_eq!(told["signatures"][0]["level"], level, "{name}");
        }
        let wrong: Vec<String> = schema.iter_errors(&told).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
        never_passed_unseen(name, &told);
    }
}

fn with_password(name: &str, password: &str) -> (i32, Value) {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("mat-khau.txt");
    std::fs::write(&secret, format!("{password}\n")).unwrap();
    let material = material();
    let (anchors, file) = (material.path("anchors"), material.path(name));
    let flags =
        ["--offline", "--anchors", anchors.to_str().unwrap(), "--password-file", secret.to_str().unwrap()];
    report(&[&flags[..], &[file.to_str().unwrap()]].concat())
}

/// A check that did not pass stands behind every verdict that is not valid, and none behind one that is.
fn never_passed_unseen(name: &str, told: &Value) {
    let checks = told["checks"].as_array().unwrap();
    let outcomes: Vec<&str> = checks.iter().filter_map(|check| check["outcome"].as_str()).collect();
    let all_passed = outcomes.iter().all(|outcome| matches!(*outcome, "passed" | "inapplicable"));
    assert_eq!(all_passed, told["verdict"] == "valid", "{name}: {outcomes:?}");
    let failed = outcomes.contains(&"failed");
    assert_eq!(failed, told["verdict"] == "invalid", "{name}: {outcomes:?}");
}

#[test]
fn who_signed_for_which_body_and_when_is_told_in_the_readers_language() {
    let material = material();
    let (anchors, file) = (material.path("anchors"), material.path("lanh-dao-va-dau.pdf"));
    let flags = ["--offline", "--anchors", anchors.to_str().unwrap(), file.to_str().unwrap()];
    let (code, told, _) = emc(&[&["--lang", "vi"], &flags[..]].concat());
    assert_eq!(code, 0, "{told}");
    for words in [
        "HỢP LỆ",
        "Nguyễn Văn A",
        "đơn vị          Bộ Ví dụ",
        "có dấu thời gian",
        "TT 15/2025/TT-BKHCN, Điều 6, Phụ lục II",
        "✓ 2.4 nội dung toàn vẹn sau khi ký",
        "chữ ký 2 \"Dau\" · PAdES B-LT",
    ] {
        assert!(told.contains(words), "{words} in\n{told}");
    }
    let (_, told, _) = emc(&[&["--lang", "en"], &flags[..]].concat());
    assert!(told.starts_with("VALID"), "{told}");
    let (code, several, _) =
        emc(&[&["--lang", "vi"], &flags[..], &[material.path("doi-trang.pdf").to_str().unwrap()]].concat());
    assert_eq!(code, 2);
    assert!(several.contains("2 tệp: 1 HỢP LỆ, 1 KHÔNG HỢP LỆ"), "{several}");
    let (code, junit, _) = emc(&[&["--output", "junit"], &flags[..]].concat());
    assert_eq!(code, 0);
    assert!(junit.contains("<testsuite name=") && !junit.contains("<failure"), "{junit}");
}
