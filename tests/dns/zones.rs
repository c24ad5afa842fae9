//! What the probe finds at a real bind9: records of all types, signatures of all sorts, name servers that differ.

use std::time::Duration;

use emc_monitor::model::status::Status;
use serde_json::{Value, json};

use crate::bind::{Bind, Signed, sign};
use crate::kind::{Files, build, run, verdict};

const UP: (Status, &str) = (Status::Up, "");
const BOGUS: (Status, &str) = (Status::Down, "dnssec_bogus");
const DIFFERENT: (Status, &str) = (Status::Degraded, "dns_inconsistent");

/// A zone file with this serial number and these records.
fn zone(serial: u32, records: &str) -> String {
    format!("$TTL 300\n@ IN SOA ns1 host {serial} 3600 600 86400 60\n@ NS ns1\nns1 A 192.0.2.53\n{records}\n")
}

/// Two servers and everything signed below `ky.example`.
struct Bed {
    first: Bind,
    second: Bind,
    anchor: Signed,
}

impl Bed {
    fn new() -> Self {
        let good = sign(
            "tot.ky.example",
            &zone(1, "www A 192.0.2.80\nten CNAME www\n* A 192.0.2.8\n*.bi CNAME www\nx.y.sau A 192.0.2.9"),
            &[],
        );
        let hashed = sign(
            "bam.ky.example",
            &zone(1, "www A 192.0.2.80\n*.moi A 192.0.2.7\n* A 192.0.2.8\nx.y.sau A 192.0.2.9"),
            &["-3", "-"],
        );
        let expired = sign(
            "het.ky.example",
            &zone(1, "www A 192.0.2.80"),
            &["-s", "20200101000000", "-e", "20200201000000"],
        );
        let tampered = sign("sua.ky.example", &zone(1, "www A 192.0.2.80"), &[]);
        let stripped = sign("mat.ky.example", &zone(1, "www A 192.0.2.80"), &[]);
        let delegations: String = [&good, &hashed, &expired, &tampered, &stripped]
            .map(|child| child.ds.clone())
            .concat()
            + &["tot", "bam", "het", "sua", "mat", "tran"].map(|child| format!("{child} NS ns1\n")).concat();
        let anchor =
            sign("ky.example", &zone(1, &format!("www A 192.0.2.80\n*.moi A 192.0.2.7\n{delegations}")), &[]);
        let first = Bind::start(&[
            ("bo-vd.example", zone(7, &format!("@ NS ns2\n{}", records()))),
            ("lech.example", zone(7, "@ NS ns2\nns2 A 192.0.2.54\nwww A 192.0.2.80")),
            ("khac.example", zone(7, "@ NS ns2\nns2 A 192.0.2.54\nwww A 192.0.2.80")),
            ("que.example", zone(7, "@ NS ns2\nns2 A 192.0.2.54\nwww A 192.0.2.80")),
            ("ky.example", anchor.text.clone()),
            ("tot.ky.example", good.text),
            ("bam.ky.example", hashed.text),
            ("het.ky.example", expired.text),
            ("sua.ky.example", tampered.text.replace("192.0.2.80", "192.0.2.81")),
            ("mat.ky.example", zone(1, "www A 192.0.2.80")),
            ("tran.ky.example", zone(1, "www A 192.0.2.80")),
        ]);
        let second = Bind::start(&[
            ("bo-vd.example", zone(7, &format!("@ NS ns2\n{}", records()))),
            ("lech.example", zone(8, "@ NS ns2\nns2 A 192.0.2.54\nwww A 192.0.2.80")),
            ("khac.example", zone(7, "@ NS ns2\nns2 A 192.0.2.54\nwww A 192.0.2.81")),
        ]);
        Self { first, second, anchor }
    }
}

fn records() -> String {
    format!(
        "ns2 A 192.0.2.54\nwww A 192.0.2.80\nwww A 192.0.2.81\nwww AAAA 2001:db8::80\n\
         @ CAA 0 issue \"ca.example\"\n@ MX 10 mail\n@ TXT \"v=spf1 \" \"-all\"\n\
         dvc CNAME www\ndai TXT {}\n",
        format!("\"{}\" ", "x".repeat(250)).repeat(8)
    )
}

/// What is asked and what must be found.
type Scenario = (&'static str, Value, (Status, &'static str));

fn plain_scenarios() -> Vec<Scenario> {
    let expects = |name: &str, record: &str, answers: &[&str]| json!({"name": name, "record": record, "expect": {"answers": answers}});
    vec![
        ("a", expects("www.bo-vd.example", "A", &["192.0.2.81", "192.0.2.80"]), UP),
        ("aaaa", expects("www.bo-vd.example", "AAAA", &["2001:0db8::80"]), UP),
        ("caa", expects("bo-vd.example", "CAA", &["0 issue ca.example"]), UP),
        ("mx", expects("bo-vd.example", "MX", &["10 mail.bo-vd.example."]), UP),
        ("ns", expects("bo-vd.example", "NS", &["NS1.bo-vd.example", "ns2.bo-vd.example"]), UP),
        ("txt", expects("bo-vd.example", "TXT", &["v=spf1 -all"]), UP),
        ("alias followed", expects("dvc.bo-vd.example", "A", &["192.0.2.80", "192.0.2.81"]), UP),
        ("alias itself", expects("dvc.bo-vd.example", "CNAME", &["www.bo-vd.example"]), UP),
        (
            "soa",
            expects("bo-vd.example", "SOA", &["ns1.bo-vd.example host.bo-vd.example 7 3600 600 86400 60"]),
            UP,
        ),
        (
            "too long for udp",
            json!({"name": "dai.bo-vd.example", "record": "TXT", "expect": {"matches": ["^x{2000}$"]}}),
            UP,
        ),
        ("portal's own host", json!({}), UP),
        ("no such name", json!({"name": "kia.bo-vd.example"}), (Status::Down, "dns_nxdomain")),
        (
            "no such record",
            json!({"name": "mail.mat.ky.example", "record": "A"}),
            (Status::Down, "dns_nxdomain"),
        ),
        ("name without address", json!({"name": "bo-vd.example"}), (Status::Down, "dns_no_address")),
        ("zone of others", json!({"name": "www.nguoi-khac.example"}), (Status::Down, "dns_refused")),
        ("wrong answer", expects("www.bo-vd.example", "A", &["192.0.2.80"]), (Status::Down, "dns_mismatch")),
    ]
}

fn signed_scenarios(anchor: &str, key: &str) -> Vec<Scenario> {
    let asks = |name: &str, required: bool| json!({"name": name, "dnssec": {"required": required, "trust_anchor": anchor}});
    let absent = |name: &str, rcode: &str, record: &str| {
        let mut settings = asks(name, true);
        settings["record"] = json!(record);
        settings["expect"] = json!({"rcode": rcode, "min_answers": 0});
        settings
    };
    vec![
        ("anchored zone", asks("www.ky.example", true), UP),
        (
            "anchor given as key",
            json!({"name": "www.ky.example", "dnssec": {"required": true, "trust_anchor": key}}),
            UP,
        ),
        ("child zone", asks("www.tot.ky.example", true), UP),
        ("child zone with hashed denial", asks("www.bam.ky.example", true), UP),
        ("wildcard", asks("abc.moi.ky.example", true), UP),
        ("wildcard at the top", asks("abc.tot.ky.example", true), UP),
        ("wildcard below another name", asks("a.b.c.tot.ky.example", true), UP),
        ("wildcard that is an alias", asks("abc.bi.tot.ky.example", true), UP),
        ("alias", asks("ten.tot.ky.example", true), UP),
        ("wildcard, hashed", asks("abc.moi.bam.ky.example", true), UP),
        ("wildcard at the top, hashed", asks("abc.bam.ky.example", true), UP),
        ("wildcard far below, hashed", asks("a.b.c.bam.ky.example", true), UP),
        ("no such name", absent("kia.ky.example", "nxdomain", "A"), UP),
        ("no such name below another", absent("kia.www.tot.ky.example", "nxdomain", "A"), UP),
        ("no such record", absent("www.tot.ky.example", "noerror", "AAAA"), UP),
        ("no such record by wildcard", absent("abc.tot.ky.example", "noerror", "AAAA"), UP),
        ("nothing between names", absent("y.sau.tot.ky.example", "noerror", "A"), UP),
        ("no such name below another, hashed", absent("kia.www.bam.ky.example", "nxdomain", "A"), UP),
        ("no such record, hashed", absent("www.bam.ky.example", "noerror", "AAAA"), UP),
        ("no such record by wildcard, hashed", absent("abc.bam.ky.example", "noerror", "AAAA"), UP),
        ("nothing between names, hashed", absent("y.sau.bam.ky.example", "noerror", "A"), UP),
        ("expired", asks("www.het.ky.example", false), BOGUS),
        ("tampered", asks("www.sua.ky.example", false), BOGUS),
        ("stripped", asks("www.mat.ky.example", false), BOGUS),
        ("unsigned", asks("www.tran.ky.example", false), UP),
        ("unsigned where required", asks("www.tran.ky.example", true), (Status::Down, "dns_mismatch")),
        (
            "another key than the anchor",
            json!({"name": "www.tot.ky.example", "dnssec": {"trust_anchor": format!("tot.ky.example. IN DS 1 13 2 {}", "ab".repeat(32))}}),
            BOGUS,
        ),
    ]
}

fn name_server_scenarios(bed: &Bed) -> Vec<Scenario> {
    let asks = |zone: &str| {
        let names = [format!("ns1.{zone}"), format!("ns2.{zone}")];
        let mut settings = json!({"name": format!("www.{zone}"), "consistent": true, "name_servers": {}});
        settings["name_servers"][&names[0]] = json!([bed.first.address]);
        settings["name_servers"][&names[1]] = json!([bed.second.address]);
        settings
    };
    let mut dead = asks("bo-vd.example");
    dead["name_servers"]["ns2.bo-vd.example"] = json!(["127.0.0.1:1"]);
    let mut unreachable = dead.clone();
    unreachable["name_servers"]["ns1.bo-vd.example"] = json!(["127.0.0.1:1"]);
    let private = json!({"name": "www.bo-vd.example", "consistent": true});
    vec![
        ("all agree", asks("bo-vd.example"), UP),
        ("serials differ", asks("lech.example"), DIFFERENT),
        ("answers differ", asks("khac.example"), DIFFERENT),
        ("one does not hold the zone", asks("que.example"), DIFFERENT),
        ("one is dead", dead, DIFFERENT),
        ("none can be asked from here", unreachable, UP),
        ("name servers at addresses that DNS may not send us to", private, UP),
    ]
}

/// What a resolver that checks signatures itself hides behind servfail is found out all the same.
fn resolver_scenarios(anchor: &str) -> Vec<Scenario> {
    let asks = |name: &str| json!({"name": name, "dnssec": {"trust_anchor": anchor}});
    let mut required = asks("www.bam.ky.example");
    required["dnssec"]["required"] = json!(true);
    vec![
        ("secure by a resolver", required, UP),
        ("unsigned by a resolver", asks("www.tran.ky.example"), UP),
        ("expired by a resolver", asks("www.het.ky.example"), BOGUS),
        ("tampered by a resolver", asks("www.sua.ky.example"), BOGUS),
        ("stripped by a resolver", asks("www.mat.ky.example"), BOGUS),
        ("bogus, unasked", json!({"name": "www.sua.ky.example"}), (Status::Down, "dns_servfail")),
        ("no such name by a resolver", json!({"name": "kia.ky.example"}), (Status::Down, "dns_nxdomain")),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn bind9_is_judged_rightly() {
    let bed = Bed::new();
    let resolver = Bind::resolver(bed.first.address, "ky.example", &bed.anchor.ds);
    let mut scenarios = plain_scenarios();
    scenarios.extend(signed_scenarios(&bed.anchor.ds, &bed.anchor.key));
    scenarios.extend(name_server_scenarios(&bed));
    let direct = scenarios.into_iter().map(|scenario| (bed.first.address, scenario));
    let resolved =
        resolver_scenarios(&bed.anchor.ds).into_iter().map(|scenario| (resolver.address, scenario));
    let mut wrong = Vec::new();
    for (server, (what, mut settings, found)) in direct.chain(resolved) {
        settings["server"] = json!(server);
        let probe = build(json!({"dns": settings}), &Files::default()).unwrap();
        let measured = run(&probe, &[], Duration::from_secs(10)).await;
        let (status, reason, told) = verdict(&measured);
        if (status, reason) != found {
            let facts = measured.facts.more.get("dns");
            wrong.push(format!("{what}: {status} {reason:?} instead of {found:?}\n{told}\n{facts:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
