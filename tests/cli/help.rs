//! What a person reads, as snapshots in both languages.

use super::run::{command, emc, finish};

fn help(language: &str, arguments: &[&str]) -> String {
    emc(&[&["--lang", language], arguments].concat()).stdout
}

#[test]
fn help_reads_well_in_both_languages() {
    for language in ["vi", "en"] {
        for (name, arguments) in [
            ("emc", &["--help"][..]),
            ("probe", &["probe", "--help"]),
            ("serve", &["serve", "--help"]),
            ("fault_on", &["sandbox", "fault", "on", "--help"]),
        ] {
            insta::assert_snapshot!(format!("help_{name}_{language}"), help(language, arguments));
        }
    }
}

#[test]
fn misuse_is_explained_in_both_languages() {
    for language in ["vi", "en"] {
        let told: Vec<String> = [
            &["prob"][..],
            &["probe", "--contain", "x", "http://a.example"],
            &["probe", "--output", "xml", "http://a.example"],
            &["probe"],
            &["probe", "http://127.0.0.1:1", "--record", "NS", "--timeout", "5s", "--max-body", "much"],
            &["probe", "http://127.0.0.1:1", "--method", "POST"],
        ]
        .iter()
        .map(|arguments| emc(&[&["--lang", language], *arguments].concat()).stderr)
        .collect();
        insta::assert_snapshot!(format!("misuse_{language}"), told.join("----\n"));
    }
}

#[test]
fn the_locale_chooses_the_language_and_a_flag_overrules_it() {
    let said = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = command(arguments);
        command.envs(variables.iter().copied());
        finish(command).stdout
    };
    assert!(said(&[("LANG", "vi_VN.UTF-8")], &["--help"]).contains("Cách dùng:"));
    assert!(said(&[("LANG", "en_GB.UTF-8")], &["--help"]).contains("Usage:"));
    assert!(said(&[("LANG", "en_GB.UTF-8"), ("LC_ALL", "vi_VN.UTF-8")], &["--help"]).contains("Cách dùng:"));
    assert!(said(&[("LANG", "vi_VN.UTF-8")], &["--help", "--lang", "en"]).contains("Usage:"));
}

#[test]
fn shells_accept_their_completions() {
    for shell in ["bash", "zsh", "fish"] {
        let script = emc(&["completions", shell]).stdout;
        assert!(script.contains("healthcheck"), "{shell}");
        if shell == "bash" {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("emc");
            std::fs::write(&path, script).unwrap();
            let checked = std::process::Command::new("bash").arg("-n").arg(&path).status().unwrap();
            assert!(checked.success());
        }
    }
}

#[test]
fn man_pages_are_troff_for_every_command() {
    for page in [&["man"][..], &["man", "probe"], &["man", "serve"], &["man", "sandbox"]] {
        let text = emc(page).stdout;
        assert!(text.contains(".TH emc"), "{page:?}: {text}");
    }
}
