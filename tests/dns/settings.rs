//! Settings that cannot work are all told at once, each with its key.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::kind::{Files, build};

fn paths(settings: &Value) -> Vec<String> {
    let files = Files([(PathBuf::from("empty.key"), b"; nothing\n".to_vec())].into());
    match build(json!({"dns": settings}), &files) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.0.into_iter().map(|error| error.path).collect(),
    }
}

#[test]
fn every_error_is_told_with_its_key() {
    let wrong = json!({
        "name": "a..b",
        "server": "resolver.example",
        "record": "A",
        "expect": {"answers": ["192.0.2.1", "2001:db8::1"], "matches": ["("]},
        "consistent": true,
        "name_servers": {"ns1.bo-vd.example": ["192.0.2.1:0"]},
        "dnssec": {"trust_anchor": "nonsense", "trust_anchor_file": "empty.key"},
    });
    assert_eq!(
        paths(&wrong),
        [
            "name",
            "server",
            "expect.answers.1",
            "expect.matches.0",
            "name_servers.ns1.bo-vd.example",
            "dnssec.trust_anchor",
            "dnssec.trust_anchor_file",
        ]
    );
}

#[test]
fn settings_that_contradict_each_other_are_told() {
    for (settings, path) in [
        (json!({"name_servers": {"ns1.bo-vd.example": ["192.0.2.1"]}}), "name_servers"),
        (json!({"expect": {"rcode": "nxdomain", "contains": ["192.0.2.1"]}}), "expect.rcode"),
        (json!({"dnssec": {"trust_anchor": "bo-khac.example. IN DS 1 13 2 abcd"}}), "dnssec"),
        (json!({"dnssec": {"trust_anchor_file": "missing.key"}}), "dnssec.trust_anchor_file"),
    ] {
        assert_eq!(paths(&settings), [path], "{settings}");
    }
}

#[test]
fn what_people_write_is_taken() {
    for settings in [
        json!({}),
        json!({"name": "dịchvụcông.bo-vd.example"}),
        json!({"name": "_dmarc.bo-vd.example", "record": "TXT"}),
        json!({"server": "192.0.2.53"}),
        json!({"server": "2001:db8::53", "port": 5353}),
        json!({"server": "[2001:db8::53]:5353"}),
        json!({"dnssec": {"required": true}}),
        json!({"dnssec": {"trust_anchor": "bo-vd.example. 3600 IN DS 1 13 2 ab cd"}}),
    ] {
        assert_eq!(paths(&settings), Vec::<String>::new(), "{settings}");
    }
}
