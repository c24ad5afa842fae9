//! The Debian package, made of this build by the script that makes the released one.

use std::process::Command;

use crate::compose::sources;
use crate::{deploy, output_of};

/// What somebody who installs the package looks for.
const WANTED: &[&str] = &[
    "./usr/bin/emc",
    "./lib/systemd/system/emc.service",
    "./etc/emc/emc.yaml",
    "./etc/default/emc",
    "./usr/share/man/man1/emc.1.gz",
    "./usr/share/man/man1/emc-serve.1.gz",
    "./usr/share/man/vi/man1/emc-serve.1.gz",
    "./usr/share/bash-completion/completions/emc",
    "./usr/share/zsh/vendor-completions/_emc",
    "./usr/share/fish/vendor_completions.d/emc.fish",
    "./usr/share/emc/probes/vi-du.yaml",
    "./usr/share/emc/grafana/dashboards/vi/overview.json",
    "./usr/share/emc/prometheus/emc.rules.yml",
    "./usr/share/doc/emc-monitor/examples/kubernetes/emc.dashboards.yml",
    "./usr/share/doc/emc-monitor/README.md",
    "./usr/share/doc/emc-monitor/docs/vi/README.md",
    "./usr/share/doc/emc-monitor/docs/en/reference/metrics.md",
    "./usr/share/doc/emc-monitor/copyright",
    "./usr/share/doc/emc-monitor/changelog.gz",
    "./usr/share/doc/emc-monitor/changelog.Debian.gz",
];

#[test]
fn the_package_holds_all_and_lintian_has_nothing_to_say() {
    let folder = tempfile::tempdir().unwrap();
    // The lowest compression: this package is looked at, not sent.
    let mut build = Command::new(deploy("debian/build.sh"));
    let said = output_of(build.arg(env!("CARGO_BIN_EXE_emc")).arg(folder.path()).env("EMC_DEB_LEVEL", "0"));
    let package = said.trim();
    let listed = output_of(Command::new("dpkg-deb").arg("--contents").arg(package));
    for path in WANTED {
        assert!(listed.lines().any(|line| line.ends_with(&format!(" {path}"))), "no {path} in:\n{listed}");
    }
    for line in listed.lines() {
        assert!(line.contains(" root/root "), "not root's: {line}");
    }
    let conffiles = output_of(Command::new("dpkg-deb").args(["--info", package, "conffiles"]));
    assert_eq!(conffiles, "/etc/default/emc\n/etc/emc/emc.yaml\n");
    let depends = output_of(Command::new("dpkg-deb").args(["--field", package, "Depends"]));
    assert!(depends.starts_with("libc6 (>="), "{depends}");
    unpacked(package);
    let judged = output_of(Command::new("lintian").args(["--fail-on", "error,warning", package]));
    assert_eq!(judged, "");
}

/// What was packed works where it was unpacked: the program, its manual, the unit, the paths of the examples.
fn unpacked(package: &str) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    output_of(Command::new("dpkg-deb").arg("-x").arg(package).arg(root));
    let said = output_of(Command::new(root.join("usr/bin/emc")).arg("--version"));
    assert!(said.starts_with(concat!("emc ", env!("CARGO_PKG_VERSION"))), "{said}");
    output_of(Command::new(root.join("usr/bin/emc")).arg("check").arg(root.join("etc/emc")));
    let unit = "lib/systemd/system/emc.service";
    let (there, here) =
        [root.join(unit), deploy("systemd/emc.service")].map(|at| std::fs::read(at).unwrap()).into();
    assert!(there == here, "{unit}");
    let examples = root.join("usr/share/doc/emc-monitor/examples/compose");
    for service in ["emc", "prometheus", "alertmanager", "grafana"] {
        for from in sources(service) {
            assert!(examples.join(&from).exists(), "{service}: {from} is not in the package");
        }
    }
}

#[test]
fn the_package_has_the_programs_version() {
    let changelog = std::fs::read_to_string(deploy("debian/changelog")).unwrap();
    assert!(changelog.starts_with(concat!("emc-monitor (", env!("CARGO_PKG_VERSION"), "-")), "{changelog}");
}

#[test]
fn the_default_configuration_is_accepted() {
    let said = output_of(Command::new(env!("CARGO_BIN_EXE_emc")).arg("check").arg(deploy("etc")));
    assert!(!said.is_empty());
}
