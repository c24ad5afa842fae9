//! A monitor that keeps history, and `emc history` on its configuration.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// A portal that is measured several times a second, by one probe whose name is given.
pub(crate) fn authority(url: &str, keys: &str) -> String {
    format!(
        "authority: {{id: bo-vd, name: {{vi: Bộ Ví dụ, en: Ministry of Examples}}}}\n\
         portals:\n  - id: dvc\n    url: {url}\n    probes:\n      \
         - {{name: trang-chu, every: 1s, timeout: 900ms, confirm: 0, http: {{path: /, {keys}}}}}\n"
    )
}

pub(crate) const POLITE_ENOUGH: &str = "politeness: {per_second: 1000, burst: 1000}\n";

/// Runs `emc` on a configuration: exit code, standard output, standard error.
pub(crate) fn emc(config: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_emc"))
        .env("LC_ALL", "en_US.UTF-8")
        .arg("--config.file")
        .arg(config)
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// What `emc history` lists.
pub(crate) fn listed(config: &Path, filters: &[&str]) -> Vec<Value> {
    let mut arguments = vec!["history", "--output", "json", "-n", "1000000"];
    arguments.extend(filters);
    let (code, text, wrong) = emc(config, &arguments);
    assert_eq!(code, 0, "{wrong}");
    serde_json::from_str(&text).unwrap()
}
