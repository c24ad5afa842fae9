//! The text that a scrape gets: names, labels, bounds, both formats.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use emc_monitor::metrics::Format;
use emc_monitor::metrics::catalogue::{CATALOGUE, MetricType, Scope};
use emc_monitor::metrics::settings::{SERIES_PER_PROBE_MAX, StoreSettings};
use emc_monitor::metrics::store::Store;
use emc_monitor::model::reason::Reason;
use emc_monitor::model::status::Status;

use crate::fixture::{id, portal, result, spec};

fn store(probes: &[&str]) -> Arc<Store> {
    let specs: Vec<_> = probes.iter().map(|probe| spec(probe)).collect();
    Arc::new(Store::new(&StoreSettings::default(), &[portal()], &specs))
}

fn page(store: &Arc<Store>, format: Format) -> String {
    String::from_utf8(store.render(format, Instant::now())).unwrap()
}

fn record(store: &Store, probe: &str, reason: Option<Reason>) {
    store.record(&result(probe, reason), reason.map_or(Status::Up, Reason::status), reason);
}

fn promtool_check_metrics(text: &str) -> (bool, String) {
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool comes with the Debian package prometheus");
    promtool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = promtool.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// Series of a page that carry a probe's name, without their values.
fn series_of<'a>(page: &'a str, probe: &str) -> BTreeSet<&'a str> {
    let label = format!("probe=\"{probe}\"");
    let lines = page.lines().filter(|line| !line.starts_with('#') && line.contains(&label));
    lines.map(|line| line.split_once("} ").unwrap().0).collect()
}

#[test]
fn promtool_finds_nothing_to_say() {
    let store = store(&["trang-chu", "tra-cuu", "chua-chay"]);
    record(&store, "trang-chu", None);
    record(&store, "tra-cuu", Some(Reason::TlsExpired));
    store.set_dependencies([("sso".to_owned(), Status::Up)]);
    let (good, said) = promtool_check_metrics(&page(&store, Format::Text));
    assert!(good && said.is_empty(), "{said}");
}

#[test]
fn a_probe_has_at_most_30_series_in_any_state() {
    for reason in Reason::ALL.iter().copied().map(Some).chain([None]) {
        let store = store(&["trang-chu"]);
        record(&store, "trang-chu", reason);
        let page = page(&store, Format::Text);
        let series = series_of(&page, "trang-chu");
        assert!(series.len() <= SERIES_PER_PROBE_MAX, "{reason:?}: {series:#?}");
    }
    assert_eq!(StoreSettings::default().series_per_probe(), SERIES_PER_PROBE_MAX);
}

#[test]
fn every_metric_of_the_catalogue_occurs_with_its_labels() {
    let store = store(&["trang-chu", "tra-cuu"]);
    record(&store, "trang-chu", None);
    record(&store, "tra-cuu", Some(Reason::TlsExpired));
    store.set_dependencies([("sso".to_owned(), Status::Up)]);
    let page = page(&store, Format::Text);
    for family in CATALOGUE {
        let sample = match family.metric_type {
            MetricType::Histogram => format!("{}_bucket", family.name),
            _ => family.name.to_owned(),
        };
        let line = page.lines().find(|line| line.split(['{', ' ']).next() == Some(&sample));
        let line = line.unwrap_or_else(|| panic!("{sample} does not occur"));
        for label in family.labels() {
            assert!(line.contains(&format!("{label}=\"")), "{label} is missing: {line}");
        }
        assert!(page.contains(&format!("# HELP {} {}", family.name, family.help.en)), "{}", family.name);
    }
}

#[test]
fn a_scrape_names_no_family_twice_and_no_label_beside_those_listed() {
    let store = store(&["trang-chu"]);
    record(&store, "trang-chu", Some(Reason::Status));
    let page = page(&store, Format::Text);
    let mut seen = BTreeSet::new();
    for name in page.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()) {
        assert!(seen.insert(name), "{name} occurs twice");
    }
    let listed: BTreeSet<_> = CATALOGUE.iter().flat_map(|family| family.labels()).chain(["le"]).collect();
    for line in page.lines().filter(|line| line.starts_with("emc_")) {
        let Some((_, labels)) = line.split_once('{') else { continue };
        for label in labels.split("=\"").filter_map(|piece| piece.rsplit([',', '{', '"']).next()) {
            let is_name = !label.is_empty() && !label.starts_with('}');
            assert!(!is_name || listed.contains(label), "{label} in {line}");
        }
    }
}

#[test]
fn a_probe_without_results_turns_stale_and_is_never_up() {
    let store = store(&["trang-chu"]);
    record(&store, "trang-chu", None);
    let after = |seconds| {
        String::from_utf8(store.render(Format::Text, Instant::now() + Duration::from_secs(seconds))).unwrap()
    };
    let labels = r#"{authority="bo-vd",portal="dvc",probe="trang-chu",kind="http",location="local""#;
    let (fresh, stale) = (after(60), after(71));
    assert!(fresh.contains(&format!("emc_probe_stale{labels}}} 0\n")));
    assert!(fresh.contains(&format!("emc_probe_status{labels},status=\"up\"}} 1\n")));
    assert!(stale.contains(&format!("emc_probe_stale{labels}}} 1\n")));
    assert!(stale.contains(&format!("emc_probe_status{labels},status=\"up\"}} 0\n")));
    assert!(stale.contains(&format!("emc_probe_status{labels},status=\"unknown\"}} 1\n")));
    assert!(!stale.contains("emc_probe_phase_seconds"), "an old latency passes for a present one");
}

#[test]
fn counters_survive_a_reload_that_changes_the_probe() {
    let store = store(&["trang-chu"]);
    record(&store, "trang-chu", None);
    let mut changed = spec("trang-chu");
    changed.fingerprint = 2;
    store.rebuild(&[portal()], &[changed]);
    let page = page(&store, Format::Text);
    let value = |metric: &str| {
        let line = page.lines().find(|line| line.starts_with(&format!("{metric}{{"))).unwrap();
        line.rsplit(' ').next().unwrap().to_owned()
    };
    assert_eq!(value("emc_probe_success_total"), "1");
    assert_eq!(value("emc_probe_duration_seconds_count"), "1");
    assert!(page.contains("status=\"unknown\"} 1"), "a verdict on other settings was kept");
    store.rebuild(&[portal()], &[]);
    assert!(!self::page(&store, Format::Text).contains("emc_probe_success_total"));
    record(&store, "trang-chu", None);
    store.missed(&id("trang-chu"), 1);
}

#[test]
fn openmetrics_ends_with_eof_and_carries_the_run_as_exemplar() {
    let store = store(&["trang-chu"]);
    record(&store, "trang-chu", None);
    let page = page(&store, Format::OpenMetrics);
    assert!(page.ends_with("# EOF\n"));
    assert!(page.contains("le=\"0.25\"} 1 # {run_id=\"0123456789abcdef\"} 0.1205 1790000000.37\n"), "{page}");
    assert!(page.contains("# TYPE emc_probe_success counter\n# HELP"));
    assert!(page.contains("# TYPE emc_tls info\n"));
    assert!(page.contains(
        "# TYPE emc_probe_duration_seconds histogram\n# UNIT emc_probe_duration_seconds seconds\n"
    ));
}

#[test]
fn nothing_secret_of_a_portal_address_is_exported() {
    let page = page(&store(&["trang-chu"]), Format::Text);
    assert!(page.contains("url=\"https://dichvucong.bo-vd.example/\""));
    assert!(!page.contains("secret"));
}

#[test]
fn names_follow_the_conventions_of_their_type_and_unit() {
    for family in CATALOGUE {
        let name = family.openmetrics_name();
        assert!(name.ends_with(family.unit.as_str()), "{name} does not end in its unit");
        assert_eq!(family.metric_type == MetricType::Counter, family.name.ends_with("_total"), "{name}");
        assert_eq!(family.metric_type == MetricType::Info, family.name.ends_with("_info"), "{name}");
        assert!(!family.help.vi.is_empty() && !family.help.en.is_empty());
        assert!(family.scope != Scope::Probe || family.labels().any(|label| label == "probe"));
    }
}

/// The labels of a line, unescaped as Prometheus reads them.
fn labels_of(line: &str) -> Vec<(String, String)> {
    let mut characters = line.split_once('{').unwrap().1.chars();
    let mut labels = Vec::new();
    loop {
        let name: String = characters.by_ref().take_while(|c| *c != '=').collect();
        assert_eq!(characters.next(), Some('"'));
        let mut value = String::new();
        loop {
            match characters.next().unwrap() {
                '"' => break,
                '\\' => value.push(match characters.next().unwrap() {
                    'n' => '\n',
                    other => other,
                }),
                other => value.push(other),
            }
        }
        labels.push((name, value));
        if characters.next() == Some('}') {
            return labels;
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_an_operator_writes_comes_back_as_it_was(given in "\\PC{0,20}[\"\\\\\n]{0,4}\\PC{0,20}") {
        let mut named = portal();
        named.portal_name.vi.clone_from(&given);
        let mut labelled = spec("trang-chu");
        labelled.labels = Arc::new([("owner".to_owned(), given.clone()), ("le".to_owned(), "stolen".to_owned())].into());
        let store = Arc::new(Store::new(&StoreSettings::default(), &[named], &[labelled]));
        for format in [Format::Text, Format::OpenMetrics] {
            let page = page(&store, format);
            let line = page.lines().find(|line| line.starts_with("emc_probe_info{")).unwrap();
            let labels = labels_of(line);
            for name in ["portal_vi", "owner"] {
                proptest::prop_assert!(labels.contains(&(name.to_owned(), given.clone())), "{}", line);
            }
            proptest::prop_assert!(!labels.iter().any(|(name, _)| name == "le"));
        }
        let (good, said) = promtool_check_metrics(&page(&store, Format::Text));
        proptest::prop_assert!(good, "{}", said);
    }

    #[test]
    fn durations_come_back_to_the_microsecond(micros in 0_u64..100_000_000_000) {
        let store = store(&["trang-chu"]);
        let mut run = result("trang-chu", None);
        run.duration = Duration::from_micros(micros);
        store.record(&run, Status::Up, None);
        let page = page(&store, Format::Text);
        let line = page.lines().find(|line| line.starts_with("emc_probe_duration_seconds_sum")).unwrap();
        let seconds: f64 = line.rsplit(' ').next().unwrap().parse().unwrap();
        proptest::prop_assert_eq!(Duration::from_secs_f64(seconds).as_micros(), u128::from(micros));
    }
}

#[test]
fn a_probe_up_and_a_probe_down_read_like_this() {
    let store = store(&["tra-cuu", "trang-chu"]);
    record(&store, "trang-chu", None);
    record(&store, "tra-cuu", Some(Reason::TlsExpired));
    store.missed(&id("tra-cuu"), 2);
    for (name, format) in [("text", Format::Text), ("openmetrics", Format::OpenMetrics)] {
        let whole = page(&store, format);
        let of_probes = whole.split("# TYPE emc_portal").next().unwrap();
        insta::assert_snapshot!(name, of_probes);
    }
}
