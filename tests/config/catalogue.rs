//! The shipped `probes/`: it loads, it explains every key, and by default it contacts nothing but loopback.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use emc_monitor::config::diagnostic::Styling;
use emc_monitor::config::resources::NoEnvironment;
use emc_monitor::config::{Loaded, load, schema};
use emc_monitor::model::text::Language;
use emc_monitor::probe::kind::KINDS;
use serde_json::Value;

fn probes() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("probes")
}

fn shipped() -> Loaded {
    load(&probes(), &NoEnvironment)
        .unwrap_or_else(|wrong| panic!("{}", wrong.render(Styling::Plain, Language::En)))
}

#[test]
fn what_is_shipped_loads_and_contacts_only_loopback() {
    let loaded = shipped();
    assert!(!loaded.specs.is_empty());
    for spec in &loaded.specs {
        assert_eq!(spec.id.authority.as_str(), "thuc-hanh", "{} runs by default", spec.id);
        for host in spec.probe.hosts() {
            assert!(host.starts_with("127.0.0.1:"), "{} contacts {host}", spec.id);
        }
    }
    assert!(loaded.summary().crowded.is_empty(), "{:?}", loaded.summary().crowded);
    assert!(loaded.summary().hosts.keys().all(|host| host.starts_with("127.0.0.1:")));
    assert!(loaded.disabled.len() > 60, "{} probes are switched off", loaded.disabled.len());
}

#[test]
fn the_ministries_of_both_years_are_there_and_merged_ones_name_their_heirs() {
    let texts: Vec<(PathBuf, String)> = fs::read_dir(probes())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect();
    let others = ["emc.yaml", "thuc-hanh.yaml", "vi-du.yaml", "dung-chung.yaml"];
    let ministries = texts.iter().filter(|(path, _)| !others.iter().any(|other| path.ends_with(other)));
    let (merged, standing): (Vec<_>, Vec<_>) =
        ministries.partition(|(_, text)| text.contains("\n  succeeded_by: "));
    // 14 ministries, 3 ministerial-level and 5 government agencies stand since 1 March 2025; of the 30 of 2023, ten
    // were merged; two are new.
    assert_eq!((standing.len(), merged.len()), (22, 10));
    for (path, text) in standing.iter().chain(&merged) {
        assert!(text.contains("verified: no") && text.contains("enabled: false"), "{}", path.display());
    }
    for (path, text) in &texts {
        let first = text.lines().next().unwrap();
        assert_eq!(first, "# yaml-language-server: $schema=schema/emc.json", "{}", path.display());
    }
}

#[test]
fn the_schema_in_the_repository_is_the_one_of_the_code() {
    let path = probes().join("schema/emc.json");
    let made = format!("{:#}\n", schema());
    if std::env::var_os("EMC_UPDATE").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "probes/schema/emc.json has drifted: run EMC_UPDATE=1 cargo test --test config");
}

#[test]
fn what_is_shipped_fits_its_schema() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for file in shipped().files {
        let text = fs::read_to_string(&file).unwrap();
        let value: Value = serde_saphyr::from_str(&text).unwrap();
        let wrong: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{}: {}", file.display(), wrong.join("\n"));
    }
}

/// Every key of a definition that the example does not mention.
fn unexplained(definition: &str, example: &str) -> BTreeSet<String> {
    let schema = schema();
    let properties = schema["$defs"][definition]["properties"].as_object().unwrap();
    let sources = ["_file", "_env", "_credential"];
    let short = |key: &&String| sources.iter().any(|end| key.ends_with(end) && *key != "body_file");
    let mentioned = |key: &&String| {
        let stem = example.contains(&format!("{key}_"));
        stem || [format!("{key}:"), format!("`{key}`")].iter().any(|word| example.contains(word.as_str()))
    };
    properties.keys().filter(|key| !short(key) && !mentioned(key)).cloned().collect()
}

#[test]
fn the_examples_explain_every_key() {
    let global = fs::read_to_string(probes().join("emc.yaml")).unwrap();
    let example = fs::read_to_string(probes().join("vi-du.yaml")).unwrap();
    let none = BTreeSet::new();
    for definition in
        ["GlobalFile", "PolitenessKeys", "LimitKeys", "ProxyKeys", "UplinkKeys", "DependencyKeys"]
    {
        assert_eq!(unexplained(definition, &global), none, "{definition} in emc.yaml");
    }
    let kinds = KINDS.iter().map(|kind| format!("kind_{}", kind.name));
    let others = ["AuthorityFile", "AuthorityKeys", "PortalKeys", "Probe", "SloKeys"].map(str::to_owned);
    for definition in others.into_iter().chain(kinds) {
        assert_eq!(unexplained(&definition, &example), none, "{definition} in vi-du.yaml");
    }
}
