//! Twenty secrets, one in every place where one can stand, rightly or wrongly: none may come out again.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use emc_monitor::config::diagnostic::{Diagnostics, Styling};
use emc_monitor::model::text::Language;

use crate::bed::{Bed, authority};

/// Distinct, and not to be found by chance.
fn secret(number: usize) -> String {
    format!("s3cr3t-{number:02}-Qx7")
}

fn assert_hidden(text: &str, what: &str) {
    for number in 1..=40 {
        assert!(!text.contains(&secret(number)), "secret {number} in {what}:\n{text}");
    }
}

/// Everything that errors can be shown as.
fn every_form(wrong: &Diagnostics) -> String {
    let mut all = format!("{wrong}\n{wrong:?}\n{wrong:#?}\n");
    for language in [Language::Vi, Language::En] {
        all += &wrong.render(Styling::Coloured, language);
        all += &wrong.render(Styling::Plain, language);
    }
    all
}

#[test]
fn secrets_rightly_placed_are_used_and_never_shown() {
    let mut bed = Bed::new(&[
        (
            "emc.yaml",
            "proxy: {url: 'http://127.0.0.1:3128', username: emc, password_file: proxy.secret}\n\
             contact: ops@bo-vd.example\n",
        ),
        ("proxy.secret", &format!("{}\n", secret(1))),
        ("units/token", &secret(2)),
        ("cred/bearer", &secret(4)),
        (
            "bo-vd.yaml",
            &authority(
                "      - {name: a, http: {basic_auth: {username: u, password_file: units/token}}}\n\
                 \x20     - {name: b, http: {basic_auth: {username: u, password: {env: EMC_PW}}}}\n\
                 \x20     - {name: c, http: {bearer_token_credential: bearer}}\n\
                 \x20     - {name: d, http: {secret_headers: {X-Key_env: EMC_PW, Cookie: {file: units/token}}}}\n\
                 \x20     - {name: e, tcp: {steps: [{send_secret_env: EMC_PW}]}}\n",
            ),
        ),
    ]);
    bed.variables.0.insert("EMC_PW".to_owned(), secret(3));
    let folder = bed.path().join("cred").display().to_string();
    bed.variables.0.insert("CREDENTIALS_DIRECTORY".to_owned(), folder);
    let loaded = bed.right();
    assert_eq!(loaded.specs.len(), 5);
    assert_hidden(
        &format!("{loaded:?}\n{}\n{}", loaded.shown, every_form(&loaded.warnings)),
        "what was loaded",
    );
    for source in ["proxy.secret", "EMC_PW", "credential: bearer", "units/token"] {
        assert!(loaded.shown.contains(source), "the source {source} is not shown:\n{}", loaded.shown);
    }
    let other = {
        bed.variables.0.insert("EMC_PW".to_owned(), secret(5));
        bed.right()
    };
    let prints = |loaded: &emc_monitor::config::Loaded| {
        loaded.specs.iter().map(|spec| spec.fingerprint).collect::<Vec<_>>()
    };
    let changed: Vec<bool> = prints(&loaded).iter().zip(prints(&other)).map(|(a, b)| *a != b).collect();
    assert_eq!(changed, [false, true, false, true, true], "a changed secret renews the probes that use it");
}

#[test]
fn a_secret_file_that_all_can_read_is_warned_of() {
    let bed = Bed::new(&[
        ("token", "x"),
        ("bo-vd.yaml", &authority("      - {name: a, http: {bearer_token_file: token}}\n")),
    ]);
    let readable = || bed.right().warnings.to_string().contains("can be read by everybody");
    fs::set_permissions(bed.path().join("token"), fs::Permissions::from_mode(0o644)).unwrap();
    assert!(readable());
    fs::set_permissions(bed.path().join("token"), fs::Permissions::from_mode(0o600)).unwrap();
    assert!(!readable());
}

/// Wrong places: the secret itself in the file, with an error on the same line so that the line is shown.
fn misplaced() -> Vec<(String, String)> {
    let s = secret;
    let probe = |text: String| ("bo-vd.yaml".to_owned(), authority(&format!("      - {text}\n")));
    let global = |text: String| ("emc.yaml".to_owned(), text);
    vec![
        global(format!("proxy: {{url: 'http://proxy.example:3128', password: {}, oops: 1}}\n", s(1))),
        global(format!("proxy: {{url: 'http://emc:{}@proxy.example:3128', oops: 1}}\n", s(2))),
        global(format!("proxy: 'http://emc:{}@proxy.example:3128'\n", s(3))),
        global(format!("password: {}\n", s(4))),
        probe(format!("{{name: a, oops: 1, http: {{basic_auth: {{username: u, password: {}}}}}}}", s(5))),
        probe(format!("{{name: a, oops: 1, http: {{bearer_token: {}}}}}", s(6))),
        probe(format!("{{name: a, oops: 1, http: {{headers: {{Authorization: 'Bearer {}'}}}}}}", s(7))),
        probe(format!("{{name: a, oops: 1, http: {{headers: {{Cookie: 'sid={}'}}}}}}", s(8))),
        probe(format!("{{name: a, oops: 1, http: {{headers: {{X-Anything: {}}}}}}}", s(9))),
        probe(format!("{{name: a, oops: 1, http: {{path: '/x?token={}&a=1'}}}}", s(10))),
        probe(format!("{{name: a, oops: 1, http: {{url: 'https://u:{}@dvc.example/'}}}}", s(11))),
        probe(format!("{{name: a, oops: 1, http: {{body: 'user=a&pass={}'}}}}", s(12))),
        probe(format!("{{name: a, oops: 1, http: {{secret_headers: {{X-Key: {}}}}}}}", s(13))),
        probe(format!("{{name: a, oops: 1, tls: {{tls: {{client_key: '{}'}}}}}}", s(14))),
        probe(format!("{{name: a, oops: 1, tcp: {{steps: [{{send: 'AUTH {}'}}]}}}}", s(15))),
        probe(format!("{{name: a, oops: 1, http: {{pfx_password: {}}}}}", s(16))),
        probe(format!("{{name: a, oops: 1, http: {{basic_auth: 'u:{}'}}}}", s(17))),
        probe(format!("{{name: a, oops: 1, http: {{}}}} # the password is {}", s(18))),
        probe(format!("{{name: a, oops: 1, http: {{bearer_token: {{value: {}}}}}}}", s(19))),
        probe(format!("{{name: a, oops: 1, http: {{bearer_token: [{}, b]}}}}", s(20))),
        probe(format!("{{name: a, http: {{bearer_token: x, bearer_token: {}}}}}", s(21))),
        probe(format!("{{name: a, http: {{proxy: 'http://u:{}@p.example', oops: 1}}}}", s(22))),
        probe(format!("{{name: a, http: {{bearer_token: |\n          {}\n          , oops}}", s(23))),
        probe(format!("{{name: a, http: {{bearer_token: \"{}", s(24))),
        probe(format!("name: a\n        http:\n          bearer_token: {}\n         oops: 1", s(25))),
        probe(format!("{{name: a, http: {{password: {}: {}}}}}", s(26), s(27))),
        (
            "bo-vd.yaml".to_owned(),
            format!(
                "authority: {{id: a}}\nportals:\n  - {{id: b, url: 'https://u:{}@x.example', oops: 1}}\n",
                s(28)
            ),
        ),
        (
            "bo-vd.yaml".to_owned(),
            format!(
                "authority: {{id: a}}\nportals:\n  - {{id: b, url: 'ftp://u:{}@x.example/?key={}'}}\n",
                s(29),
                s(30)
            ),
        ),
    ]
}

#[test]
fn secrets_wrongly_placed_are_refused_without_being_repeated() {
    for (number, (file, text)) in misplaced().into_iter().enumerate() {
        let bed = Bed::new(&[(&file, &text)]);
        match bed.load() {
            Err(wrong) => assert_hidden(&every_form(&wrong), &format!("case {number}")),
            Ok(loaded) => panic!("case {number} was accepted: {}", loaded.shown),
        }
    }
}

#[test]
fn what_is_accepted_is_shown_without_userinfo_query_values_and_free_text() {
    let s = secret;
    let bed = Bed::new(&[(
        "bo-vd.yaml",
        &authority(&format!(
            "      - {{name: a, http: {{path: '/x?token={}&a={}', headers: {{X-Any: {}, Accept: text/html}}}}}} # {}\n\
             \x20     - {{name: b, tcp: {{steps: [{{send: 'LOGIN {}'}}]}}}}\n",
            s(1),
            s(2),
            s(3),
            s(4),
            s(5)
        )),
    )]);
    let loaded = bed.right();
    assert_hidden(&format!("{loaded:?}\n{}", loaded.shown), "/config");
    assert!(loaded.shown.contains("text/html"), "{}", loaded.shown);
}

#[test]
fn the_shown_configuration_is_yaml_that_means_the_same() {
    let bed = Bed::new(&[(
        "bo-vd.yaml",
        &authority("      - {name: a, every: 1m30s, http: {expect: {contains: [\"no\", \"đ: x\"]}}}\n"),
    )]);
    let shown = bed.right().shown;
    let again = Bed::new(&[("bo-vd.yaml", &shown)]);
    assert_eq!(again.right().specs[0].fingerprint, bed.right().specs[0].fingerprint, "{shown}");
}
