//! Every `--output`, read by a program that was not written here.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::page::{configuration, serve};
use super::run::{Ended, emc, emc_in};

/// Runs both probes of the configuration.
fn all(language: &str, output: &str) -> Ended {
    let folder = configuration(serve());
    emc_in(folder.path(), &["--lang", language, "probe", "--all", "-o", output])
}

/// Feeds text to a program; answers whether it was content, and what it said.
fn fed(program: &str, arguments: &[&str], text: &str) -> (bool, String) {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// Ports, times and durations differ from run to run.
fn still(text: &str) -> String {
    let mut text = text.to_owned();
    for (pattern, word) in [
        (r"127\.0\.0\.1:\d+", "[address]"),
        (r"\d+([.,]\d+)? (µs|ms|s)\b", "[time]"),
        (r" +\[time\]", " [time]"),
        (r"[▏▎▍▌▋▊▉█]+", "[bar]"),
        (r"\b[0-9a-f]{16}\b", "[run]"),
        (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\d\d/\d\d/\d{4} \d\d:\d\d:\d\d", "[moment]"),
        (r"\d+\.\d{6}", "[seconds]"),
    ] {
        text = regex::Regex::new(pattern).unwrap().replace_all(&text, word).into_owned();
    }
    text
}

#[test]
fn people_read_the_verdict_first_then_why_and_what_to_do() {
    let address = serve();
    for language in ["vi", "en"] {
        let one = emc(&["--lang", language, "probe", &format!("http://{address}/khong-co")]);
        insta::assert_snapshot!(format!("human_one_{language}"), still(&one.stdout));
        insta::assert_snapshot!(format!("human_all_{language}"), still(&all(language, "human").stdout));
        insta::assert_snapshot!(format!("nagios_{language}"), still(&all(language, "nagios").stdout));
        insta::assert_snapshot!(format!("tap_{language}"), still(&all(language, "tap").stdout));
    }
}

#[test]
fn json_keeps_to_its_published_schema() {
    let schema: Value = serde_json::from_str(&emc(&["schema", "result"]).stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let address = serve();
    let mut results = Vec::new();
    for path in ["", "khong-co", "evil"] {
        let ended = emc(&["probe", "-o", "json", &format!("http://{address}/{path}")]);
        results.push(serde_json::from_str::<Value>(&ended.stdout).unwrap());
    }
    let refused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for target in [format!("https://{address}"), format!("http://{refused}"), format!("tcp://{address}")] {
        results.push(serde_json::from_str(&emc(&["probe", "-o", "json", &target]).stdout).unwrap());
    }
    for result in &results {
        let wrong: Vec<String> = validator.iter_errors(result).map(|error| format!("{error}")).collect();
        assert!(wrong.is_empty(), "{wrong:?} in {result:#}");
    }
    assert_eq!((&results[0]["reason"], &results[1]["reason"]), (&"".into(), &"status".into()));
}

#[test]
fn one_result_is_an_object_and_several_are_an_array() {
    let folder = configuration(serve());
    let parsed = |arguments: &[&str]| {
        let ended = emc_in(folder.path(), &[&["probe", "-o", "json"], arguments].concat());
        serde_json::from_str::<Value>(&ended.stdout).unwrap()
    };
    assert!(parsed(&["trang-chu"]).is_object());
    assert_eq!(parsed(&["--all"]).as_array().unwrap().len(), 2);
    assert_eq!(parsed(&["trang*"]).as_array().unwrap().len(), 1, "a pattern asks for a list");
    for line in all("en", "ndjson").stdout.lines() {
        assert!(serde_json::from_str::<Value>(line).unwrap().is_object());
    }
}

#[test]
fn junit_is_xml_with_true_counts() {
    let xml = all("vi", "junit").stdout;
    let script = "import sys, xml.etree.ElementTree as tree\n\
        root = tree.fromstring(sys.stdin.buffer.read())\n\
        cases = root.findall('.//testcase')\n\
        assert (len(cases), len(root.findall('.//failure'))) == (2, 1), cases\n\
        assert root.get('tests') == '2' and root.get('failures') == '1'";
    let (content, said) = fed("python3", &["-c", script], &xml);
    assert!(content, "{said}\n{xml}");
}

#[test]
fn prometheus_text_is_clean() {
    let text = all("en", "prom").stdout;
    let (content, said) = fed("promtool", &["check", "metrics"], &text);
    assert!(content && said.is_empty(), "{said}\n{text}");
    assert!(text.contains("probe=\"tra-cuu\",kind=\"http\",location=\"local\",status=\"down\"} 1"), "{text}");
}

#[test]
fn what_a_server_says_cannot_harm_a_terminal_or_a_parser() {
    let target = format!("http://{}/evil", serve());
    for output in ["human", "json", "ndjson", "nagios", "junit", "tap", "prom"] {
        let ended = emc(&["probe", "-v", "-o", output, &target]);
        let harmful = |c: char| c != '\n' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
        assert!(!ended.stdout.chars().any(harmful), "{output}: {:?}", ended.stdout);
        match output {
            "junit" => {
                let script =
                    "import sys, xml.etree.ElementTree as tree; tree.fromstring(sys.stdin.buffer.read())";
                assert!(fed("python3", &["-c", script], &ended.stdout).0, "{}", ended.stdout);
            }
            "nagios" => assert_eq!(ended.stdout.lines().next().unwrap().matches('|').count(), 1),
            "tap" => assert!(!ended.stdout.contains(" # ")),
            _ => {}
        }
    }
}

#[test]
fn there_are_no_colours_where_nobody_sees_them() {
    let address = serve();
    for target in ["", "khong-co"] {
        let ended = emc(&["probe", &format!("http://{address}/{target}")]);
        assert!(!ended.stdout.contains('\u{1b}') && !ended.stderr.contains('\u{1b}'));
    }
    assert!(!emc(&["--nonsense"]).stderr.contains('\u{1b}'));
}
