//! Exit codes: what could be misread as "down" never is.

use std::process::Stdio;

use super::page::{configuration, serve};
use super::run::{command, emc, emc_in};

#[test]
fn misuse_ends_with_3_and_never_with_the_2_that_means_down() {
    for arguments in [
        &["--nonsense"][..],
        &["prob"],
        &["probe"],
        &["probe", "--output", "xml", "http://a.example"],
        &["probe", "--all", "dvc"],
        &["probe", "gopher://a.example"],
        &["probe", "http://a.example", "dvc"],
        &["probe", "http://127.0.0.1:1", "--timeout", "soon"],
        &["probe", "http://127.0.0.1:1", "--warn-before", "later"],
        &["probe", "http://127.0.0.1:1", "--record", "NS"],
        &["probe", "http://127.0.0.1:1", "--method", "DELETE"],
        &["probe", "http://127.0.0.1:1", "--regex", "("],
        &["probe", "http://127.0.0.1:1", "--selector", ":::"],
        &["probe", "http://127.0.0.1:1", "--ca-file", "/nowhere.pem"],
        &["probe", "http://127.0.0.1:1", "--deny-network", "ten"],
        &["probe", "http://127.0.0.1:1", "--resolver", "dns"],
        &["probe", "http://127.0.0.1:1", "--insecure"],
        &["--config.file", "/nowhere", "probe", "--all"],
        &["serve", "--web.listen-address", "nowhere"],
        &["healthcheck", "--url", "127.0.0.1"],
        &["man", "nothing"],
        &["config"],
        &[],
    ] {
        for language in ["vi", "en"] {
            let ended = emc(&[&["--lang", language], arguments].concat());
            assert_eq!(ended.code, 3, "{arguments:?}: {}{}", ended.stdout, ended.stderr);
            assert!(ended.stdout.is_empty() && !ended.stderr.is_empty(), "{arguments:?}");
            assert!(!ended.stderr.contains("panicked"), "{arguments:?}: {}", ended.stderr);
        }
    }
}

#[test]
fn help_and_version_are_answers() {
    for arguments in [&["--help"][..], &["-h"], &["--version"], &["-V"], &["probe", "--help"]] {
        let ended = emc(arguments);
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{arguments:?}");
        assert!(!ended.stdout.is_empty());
    }
}

#[test]
fn the_verdict_is_the_exit_code() {
    let address = serve();
    let up = format!("http://{address}/");
    let down = format!("http://{address}/khong-co");
    assert_eq!(emc(&["probe", &up]).code, 0);
    assert_eq!(emc(&["probe", &up, "--slow-after", "0.001ms", "--max-body", "1MiB"]).code, 1);
    assert_eq!(emc(&["probe", &down]).code, 2);
    assert_eq!(emc(&["probe", &down, "--status", "404"]).code, 0);
    assert_eq!(emc(&["probe", &up, &down]).code, 2);
    assert_eq!(emc(&["probe", &up, "--contains", "Tạm biệt"]).code, 2);
    assert_eq!(emc(&["probe", &up, "--deny-network", "127.0.0.0/8"]).code, 2);
    assert_eq!(emc(&["probe", &up, "--method", "POST", "--mutates"]).code, 0);
}

#[test]
fn an_unknown_name_suggests_the_nearest() {
    let folder = configuration(serve());
    let ended = emc_in(folder.path(), &["--lang", "en", "probe", "trang-chuu"]);
    assert_eq!(ended.code, 3);
    assert!(ended.stderr.contains("did you mean \"trang-chu\"?"), "{}", ended.stderr);
    let ended = emc_in(folder.path(), &["--lang", "vi", "probe", "dvc/trang-chủ"]);
    assert!(ended.stderr.contains("có phải ý bạn là \"dvc/trang-chu\"?"), "{}", ended.stderr);
}

#[test]
fn names_and_patterns_choose_probes_and_a_disabled_one_runs_by_name_only() {
    let folder = configuration(serve());
    let names = |arguments: &[&str]| {
        let ended = emc_in(folder.path(), &[&["probe", "-o", "ndjson"], arguments].concat());
        let mut names: Vec<String> = ended
            .stdout
            .lines()
            .map(|line| {
                serde_json::from_str::<serde_json::Value>(line).unwrap()["probe"].as_str().unwrap().to_owned()
            })
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(&["--all"]), ["tra-cuu", "trang-chu"]);
    assert_eq!(names(&["bo-*/dvc/tra*"]), ["tra-cuu", "trang-chu"]);
    assert_eq!(names(&["bo-vd/dvc/trang-chu"]), ["trang-chu"]);
    assert_eq!(names(&["dvc/ta?"]), [""; 0]);
    assert_eq!(names(&["tat"]), ["tat"]);
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    for arguments in [&["config", "schema"][..], &["completions", "bash"], &["kinds", "-o", "json"]] {
        let mut child = command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_full_disk_is_told() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = command(&["kinds"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(!output.stderr.is_empty());
}

#[test]
fn a_monitor_that_is_not_there_is_not_healthy() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ended = emc(&["healthcheck", "--url", &format!("http://{free}")]);
    assert_eq!((ended.code, ended.stdout.as_str()), (1, ""));
    let url = format!("http://{}", serve());
    assert_eq!(
        emc(&["healthcheck", "--url", &url]).code,
        1,
        "a stranger who answers 404 passed for a monitor"
    );
}
