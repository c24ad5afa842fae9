//! `emc doctor`, `emc check`, `emc kinds`: what they say of this machine, these files, this program.

use std::fs;
use std::net::UdpSocket;
use std::thread;

use super::page::{configuration, serve};
use super::run::{emc, emc_in};

/// A resolver that knows no name: it gives each question back as an answer with code 3 (NXDOMAIN).
fn resolver() -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    thread::spawn(move || {
        let mut packet = [0; 512];
        while let Ok((length, peer)) = socket.recv_from(&mut packet) {
            (packet[2], packet[3]) = (0x81, 0x83);
            // No additional records: what stands behind the question is left out of the counts.
            packet[10..12].fill(0);
            let _ = socket.send_to(&packet[..length.min(12 + question(&packet[12..length]))], peer);
        }
    });
    address.to_string()
}

/// The length of the question section: a name, its type and its class.
fn question(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| *byte == 0).map_or(bytes.len(), |end| end + 5)
}

#[test]
fn doctor_looks_at_every_organ_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let anchor = serve();
    let text = format!("resolver: [\"{}\"]\nuplink: {{anchors: [\"{anchor}\"]}}\n", resolver());
    fs::write(folder.path().join("emc.yaml"), text).unwrap();
    let ended = emc_in(folder.path(), &["--lang", "en", "doctor"]);
    for subject in [
        "file descriptors",
        "clock",
        "trusted roots",
        "configuration files",
        "resolver",
        "kernel timestamps",
        "IPv6 route",
        "uplink anchors",
    ] {
        let lines: Vec<&str> = ended.stdout.lines().filter(|line| line.contains(subject)).collect();
        assert!(
            lines.iter().any(|line| line.starts_with(['o', 'n', 'w', 'f'])),
            "{subject}:\n{}",
            ended.stdout
        );
    }
    let line = |subject: &str| ended.stdout.lines().find(|line| line.contains(subject)).unwrap().to_owned();
    assert!(line("resolver").starts_with("ok"), "{}", ended.stdout);
    assert!(line("uplink anchors").starts_with("ok"), "{}", ended.stdout);
    assert!([0, 1, 3].contains(&ended.code), "{}", ended.code);
}

#[test]
fn check_ends_with_0_or_1() {
    let folder = configuration(serve());
    let ended = emc_in(folder.path(), &["check", "."]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    fs::write(folder.path().join("bo-sai.yaml"), "authority: {id: X}\nportale: []\n").unwrap();
    let ended = emc_in(folder.path(), &["check", "."]);
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.contains("bo-sai.yaml:2:1") && ended.stderr.contains("portals"), "{}", ended.stderr);
}

#[test]
fn every_kind_is_listed_with_its_schema() {
    let kinds: serde_json::Value = serde_json::from_str(&emc(&["kinds", "-o", "json"]).stdout).unwrap();
    let listed = emc(&["kinds"]).stdout;
    for kind in kinds.as_array().unwrap() {
        jsonschema::validator_for(&kind["schema"]).unwrap();
        assert!(listed.contains(kind["name"].as_str().unwrap()));
    }
    let schema: serde_json::Value = serde_json::from_str(&emc(&["config", "schema"]).stdout).unwrap();
    jsonschema::validator_for(&schema).unwrap();
}
