//! Runs the scenario files: what a server does, the probe, and what must come of it.
//!
//! `$OWN`, `$OTHER`, `$TLS` stand for the servers' `host:port`, `$REFUSED` for a port nobody listens on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::Utc;
use emc_monitor::model::reason::Reason;
use emc_monitor::net::run::Run;
use emc_monitor::net::{Net, NetSettings};
use emc_monitor::probe::{Measured, Tools};
use serde::Deserialize;
use serde_json::Value;

use crate::build::{Operator, build};
use crate::server::{Answer, Certificate, Servers};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    name: String,
    #[serde(default)]
    certificate: Certificate,
    #[serde(default)]
    server: BTreeMap<String, Value>,
    probe: Value,
    #[serde(default)]
    operator: Operator,
    #[serde(default)]
    timeout_ms: Option<u64>,
    #[serde(default)]
    deny: Vec<ipnet::IpNet>,
    expect: Expected,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    status: String,
    #[serde(default)]
    reason: String,
    /// JSON pointers into the facts, and the values there.
    #[serde(default)]
    facts: BTreeMap<String, Value>,
    /// Rules that must have failed.
    #[serde(default)]
    failed: Vec<String>,
    /// Paths that were asked, in order.
    #[serde(default)]
    asked: Option<Vec<String>>,
}

fn files() -> Vec<std::path::PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/http/scenarios");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn texts() -> Vec<String> {
    let all = files().iter().map(|file| fs::read_to_string(file).unwrap()).collect::<Vec<_>>();
    all.iter().flat_map(|text| text.split("\n---\n")).map(str::to_owned).collect()
}

fn read(text: &str) -> Scenario {
    serde_saphyr::from_str(text).unwrap_or_else(|why| panic!("{why}\n{text}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_scenario_ends_as_it_says() {
    let mut wrong = Vec::new();
    let texts = texts();
    for text in &texts {
        if let Err(why) = play(text).await {
            wrong.push(why);
        }
    }
    println!("{} scenarios", texts.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), texts.len(), wrong.join("\n"));
}

async fn play(text: &str) -> Result<(), String> {
    let servers = Servers::start(read(text).certificate).await;
    let refused = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().to_string()
    };
    let text = text
        .replace("$OWN", &servers.own.to_string())
        .replace("$OTHER", &servers.other.to_string())
        .replace("$TLS", &servers.tls.to_string())
        .replace("$REFUSED", &refused);
    let scenario = read(&text);
    servers.serve(scenario.server.iter().map(|(path, value)| (path.clone(), answers(value))).collect());
    let probe = build(&scenario.probe, &scenario.operator, servers.own, &servers.ca_pem)
        .map_err(|errors| format!("{}: {errors:?}", scenario.name))?;
    let settings = NetSettings { deny_networks: scenario.deny.clone(), ..NetSettings::default() };
    let tools = Tools { net: Net::new(&settings).unwrap() };
    let timeout = Duration::from_millis(scenario.timeout_ms.unwrap_or(10_000));
    let mut run = Run::begin(timeout);
    let begun = Instant::now();
    let measured = probe.run(&tools, &mut run, Utc::now).await;
    let spent = begun.elapsed();
    if spent > timeout + Duration::from_millis(500) {
        return Err(format!("{}: lasted {spent:?}", scenario.name));
    }
    let asked: Vec<String> = servers.seen.lock().unwrap().iter().map(|seen| path_of(&seen.head)).collect();
    compare(&scenario, &measured, &asked)
}

fn path_of(head: &str) -> String {
    head.split(' ').nth(1).unwrap_or_default().to_owned()
}

fn answers(value: &Value) -> Vec<Answer> {
    let list = if value.is_array() { value.clone() } else { Value::Array(vec![value.clone()]) };
    serde_json::from_value(list).unwrap_or_else(|why| panic!("{why}: {value}"))
}

fn compare(scenario: &Scenario, measured: &Measured, asked: &[String]) -> Result<(), String> {
    let assessment = &measured.assessment;
    let reason = assessment.reason.map_or("", Reason::as_str);
    let wanted = (scenario.expect.status.as_str(), scenario.expect.reason.as_str());
    let told = format!("{:#?}\n{:#?}", assessment.findings, measured.facts);
    if (assessment.status.as_str(), reason) != wanted {
        return Err(format!("{}: {} {reason:?}, not {wanted:?}\n{told}", scenario.name, assessment.status));
    }
    let facts = serde_json::json!({
        "http": measured.facts.http, "tls": measured.facts.tls, "addresses": measured.facts.addresses,
    });
    for (pointer, wanted) in &scenario.expect.facts {
        let found = facts.pointer(pointer).unwrap_or(&Value::Null);
        if found != wanted {
            return Err(format!("{}: {pointer} is {found}, not {wanted}", scenario.name));
        }
    }
    for rule in &scenario.expect.failed {
        let failed =
            assessment.findings.iter().any(|finding| finding.rule == rule && finding.reason.is_some());
        if !failed {
            return Err(format!("{}: {rule} did not fail\n{told}", scenario.name));
        }
    }
    match &scenario.expect.asked {
        Some(wanted) if wanted != asked => Err(format!("{}: asked {asked:?}, not {wanted:?}", scenario.name)),
        _ => Ok(()),
    }
}

/// The reasons that this kind's own rules give, and those of the network that a page can bring about on loopback.
const REASONS: &[Reason] = &[
    Reason::ConnectRefused,
    Reason::ConnectionClosed,
    Reason::TlsUntrusted,
    Reason::TlsExpired,
    Reason::TlsWrongHost,
    Reason::TimeoutHeaders,
    Reason::TimeoutBody,
    Reason::MalformedResponse,
    Reason::BodyTooLarge,
    Reason::Truncated,
    Reason::DecodeError,
    Reason::Status,
    Reason::BadRedirect,
    Reason::RedirectDenied,
    Reason::RedirectLoop,
    Reason::TooManyRedirects,
    Reason::WrongFinalHost,
    Reason::WrongProtocol,
    Reason::ContentMissing,
    Reason::ContentForbidden,
    Reason::MalformedContent,
    Reason::ResponseMismatch,
    Reason::TooSmall,
    Reason::MaintenancePage,
    Reason::Soft404,
    Reason::LoginLoop,
    Reason::AddressDenied,
    Reason::Slow,
    Reason::TlsExpiresSoon,
    Reason::InsecureRedirect,
    Reason::RateLimited,
    Reason::Blocked,
    Reason::Captcha,
];

#[test]
fn every_reason_of_the_kind_has_a_scenario() {
    let played: BTreeSet<String> = texts().iter().map(|text| read(text).expect.reason).collect();
    let missing: Vec<_> = REASONS.iter().filter(|reason| !played.contains(reason.as_str())).collect();
    assert!(missing.is_empty(), "no scenario for {missing:?}");
}
