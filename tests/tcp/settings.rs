//! Settings that cannot work are all told at once, each with its key.

use serde_json::{Value, json};

use crate::kind::{Files, build};

fn paths(settings: &Value) -> Vec<String> {
    match build(json!({"tcp": settings}), &Files::default()) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.0.into_iter().map(|error| error.path).collect(),
    }
}

#[test]
fn every_error_is_told_with_its_key() {
    let wrong = json!({
        "host": "a b",
        "steps": [
            {"expect": "("},
            {"expect_bytes": "0"},
            {"send_hex": "+1"},
            {"starttls": false},
            {"starttls": true},
            {"starttls": true},
        ],
    });
    assert_eq!(
        paths(&wrong),
        [
            "port",
            "host",
            "steps.0.expect",
            "steps.1.expect_bytes",
            "steps.2.send_hex",
            "steps.3.starttls",
            "steps.5.starttls",
        ]
    );
}

#[test]
fn what_people_write_is_taken() {
    for settings in [
        json!({}),
        json!({"port": 25}),
        json!({"host": "mail.bo-vd.example", "port": 465, "secure": true}),
        json!({"host": "[2001:db8::25]", "port": 25}),
        json!({"host": "2001:db8::25", "port": 25, "steps": [{"expect": "^220"}, {"send": "QUIT"}]}),
    ] {
        assert_eq!(paths(&settings), Vec::<String>::new(), "{settings}");
    }
}
