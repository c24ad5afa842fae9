//! What is fetched, from whom, and what is never asked.

use crate::material::{emc, material, report};

fn online(flags: &[&str], file: &str) -> (i32, serde_json::Value) {
    let material = material();
    let (anchors, file) = (material.path("anchors"), material.path(file));
    report(&[&["--anchors", anchors.to_str().unwrap()], flags, &[file.to_str().unwrap()]].concat())
}

#[test]
fn revocation_lists_come_from_allowed_hosts_and_decide() {
    let allowed = ["--fetch-host", "127.0.0.1"];
    for expected in material().files.iter().filter(|file| file["fetched"].is_string()) {
        let name = expected["file"].as_str().unwrap();
        let (_, told) = online(&allowed, name);
        assert_eq!(told["verdict"], expected["fetched"], "{name}: {told:#}");
        let fetched = told["fetches"].as_array().unwrap();
        let url = format!("http://127.0.0.1:{}/co-quan-cap.crl", material().port());
        assert!(fetched.iter().any(|one| one["url"] == url && one["fetched"] == true), "{name}: {fetched:?}");
    }
    let (_, withdrawn) = online(&allowed, "da-thu-hoi.pdf");
    assert_eq!(withdrawn["reason"], "revoked");
}

#[test]
fn a_private_address_that_a_certificate_names_is_not_asked_unless_the_operator_lists_it() {
    let (code, told) = online(&[], "b-t.pdf");
    assert_eq!((code, &told["reason"]), (3, &"revocation_unknown".into()));
    let fetches = told["fetches"].as_array().unwrap();
    assert!(!fetches.is_empty() && fetches.iter().all(|one| one["fetched"] == false), "{fetches:?}");
    assert!(fetches.iter().all(|one| !one["detail"].as_str().unwrap().is_empty()), "{fetches:?}");
}

#[test]
fn what_was_fetched_makes_nothing_valid_where_it_is_only_preferred() {
    let flags = ["--fetch-host", "127.0.0.1", "--revocation", "prefer"];
    let (code, told) = online(&flags, "b-t.pdf");
    assert_eq!((code, &told["verdict"]), (3, &"undetermined".into()), "{told:#}");
    let (code, told) = online(&flags, "da-thu-hoi.pdf");
    assert_eq!((code, &told["reason"]), (2, &"revoked".into()), "{told:#}");
}

#[test]
fn what_one_file_wanted_helps_the_next() {
    let material = material();
    let (anchors, first, second) =
        (material.path("anchors"), material.path("b-t.pdf"), material.path("b-b.pdf"));
    let text = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    let (anchors, first, second) = (text(&anchors), text(&first), text(&second));
    let (code, told, _) = emc(&[
        "--anchors",
        &anchors,
        "--fetch-host",
        "127.0.0.1",
        "--output",
        "json",
        &first,
        &second,
        &first,
    ]);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    let verdicts: Vec<&serde_json::Value> =
        told.as_array().unwrap().iter().map(|one| &one["verdict"]).collect();
    assert_eq!((code, verdicts), (0, vec![&"valid".into(); 3]), "{told:#}");
}
