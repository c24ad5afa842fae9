//! What is wrong with an operator's settings is said all at once, each with its key and how to mend it.

use serde_json::{Value, json};

use crate::build::{Operator, build};

/// Keys and messages of all errors.
fn errors(http: &Value, operator: &Operator) -> Vec<(String, String)> {
    let own = "127.0.0.1:9".parse().unwrap();
    match build(http, operator, own, b"") {
        Ok(_) => Vec::new(),
        Err(errors) => errors
            .0
            .into_iter()
            .map(|error| (error.path, format!("{}; {}", error.message, error.help)))
            .collect(),
    }
}

fn paths(http: &Value) -> Vec<String> {
    errors(http, &Operator::default()).into_iter().map(|(path, _)| path).collect()
}

#[test]
fn all_errors_are_told_at_once() {
    let http = json!({
        "path": "/", "url": "ftp://x.example/", "method": "POST", "body": "a", "body_file": "khong-co",
        "headers": {"Authorization": "Basic x", "Bad Name": "x", "Content-Length": "1", "X-A": "a\nb"},
        "secret_headers": {"X-B": {"file": "khong-co"}},
        "tls": {"ca_files": ["khong-co.pem"]},
        "proxy": "socks5://x", "max_body": 0, "slow_after": "10s",
        "redirects": {"schemes": []},
        "expect": {
            "status": [], "headers": {"x y": "a", "x-y": "("}, "contains": [" "], "regex": ["(", "a{1,9999999}"],
            "forbidden": ["/(/", ""], "selector": ["form[", "p"], "json": {"a": 1}, "min_size": 2, "max_size": 1,
        },
    });
    let found = paths(&http);
    for path in [
        "path",
        "method",
        "body_file",
        "headers.Authorization",
        "headers.Bad Name",
        "headers.Content-Length",
        "headers.X-A",
        "secret_headers.X-B",
        "tls.ca_files.0",
        "proxy",
        "max_body",
        "slow_after",
        "redirects.schemes",
        "expect.status",
        "expect.headers.x y",
        "expect.headers.x-y",
        "expect.contains.0",
        "expect.regex.0",
        "expect.regex.1",
        "expect.forbidden.0",
        "expect.forbidden.1",
        "expect.selector.0",
        "expect.json.a",
        "expect.max_size",
    ] {
        assert!(found.iter().any(|found| found == path), "{path} is not among {found:?}");
    }
}

#[test]
fn messages_say_how_to_mend_and_hold_no_value_of_a_header() {
    let found =
        errors(&json!({"headers": {"Cookie": "phien=BIMAT", "X-A": "BIMAT\u{1}"}}), &Operator::default());
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().all(|(_, message)| !message.contains("BIMAT")), "{found:?}");
    assert!(found[0].1.contains("secret_headers"), "{found:?}");
}

#[test]
fn a_changing_method_needs_two_words_of_the_operator() {
    let form = json!({"path": "/nop", "method": "POST", "body": "a=1"});
    let operator = |mutates, host: &str| Operator {
        mutates,
        allow_mutations: vec![host.to_owned()],
        ..Operator::default()
    };
    let told = |operator| {
        errors(&form, &operator)
            .into_iter()
            .map(|(path, message)| format!("{path}: {message}"))
            .collect::<Vec<_>>()
    };
    assert!(told(operator(false, "127.0.0.1"))[0].contains("mutates: true"));
    assert!(told(operator(true, "khac.example"))[0].contains("add \"127.0.0.1\" to allow_mutations"));
    assert!(told(operator(true, "127.0.0.1")).is_empty());
    assert!(told(operator(true, "127.0.0.1:9")).is_empty());
    assert_eq!(told(operator(true, "127.0.0.1:10")).len(), 1);
}

#[test]
fn addresses_with_a_password_or_without_sense_are_refused() {
    for url in ["https://u:p@dvc.example/", "dvc.example", "file:///etc/passwd", "https://"] {
        assert_eq!(paths(&json!({ "url": url })), ["url"], "{url}");
    }
    assert_eq!(
        paths(
            &json!({"basic_auth": {"username": "a", "password": {"env": "b"}}, "bearer_token": {"env": "c"}})
        ),
        ["bearer_token"]
    );
    assert_eq!(paths(&json!({"body": "a"})), ["method"]);
}

#[test]
fn misspelt_keys_are_refused() {
    use emc_monitor::probe::kind::KindSettings;
    for wrong in [
        json!({"pth": "/"}),
        json!({"expect": {"contain": ["x"]}}),
        json!({"redirects": {"max": 1}}),
        json!({"method": 1}),
    ] {
        assert!(serde_json::from_value::<KindSettings>(json!({ "http": wrong })).is_err(), "{wrong}");
    }
}
