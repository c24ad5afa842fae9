//! The systemd unit is hardened, and a service manager is told when `emc` is ready, reloads and stops.

use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::{deploy, output_of};

/// The most that `systemd-analyze security` may find to say, of 10.
const EXPOSURE_MAX: f64 = 2.0;

#[test]
fn the_unit_gives_away_little() {
    let unit = deploy("systemd/emc.service");
    let said = output_of(Command::new("systemd-analyze").args(["security", "--offline=true"]).arg(&unit));
    let verdict = said.lines().rev().find(|line| line.contains("Overall exposure level")).unwrap();
    let level: f64 = verdict.split(": ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!(level <= EXPOSURE_MAX, "{verdict}");
}

#[test]
fn the_unit_is_understood_by_systemd_of_debian_12() {
    // Verified where the program and its manual are installed as the package has them.
    let root = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(deploy("systemd/emc.service")).unwrap();
    let here = text.replace("/usr/bin/emc", env!("CARGO_BIN_EXE_emc")).replace("man:emc(1) ", "");
    let unit = root.path().join("emc.service");
    std::fs::write(&unit, here).unwrap();
    let output = Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&unit).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let ours: Vec<_> = said.lines().filter(|line| line.contains("emc.service")).collect();
    assert!(ours.is_empty(), "{ours:#?}");
}

#[test]
fn a_service_manager_is_told_ready_reloading_and_stopping() {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().join("notify");
    let socket = UnixDatagram::bind(&name).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut emc = Command::new(env!("CARGO_BIN_EXE_emc"))
        .args(["serve", "--web.listen-address", "127.0.0.1:0", "--config.file"])
        .arg(deploy("etc"))
        .env("NOTIFY_SOCKET", &name)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let hear = || {
        let mut said = [0; 64];
        let length = socket.recv(&mut said).unwrap();
        String::from_utf8_lossy(&said[..length]).into_owned()
    };
    let signal = |signal: &str| output_of(Command::new("kill").args([signal, &emc.id().to_string()]));
    assert_eq!(hear(), "READY=1");
    signal("-HUP");
    assert_eq!([hear(), hear()], ["RELOADING=1", "READY=1"]);
    signal("-TERM");
    assert_eq!(hear(), "STOPPING=1");
    assert!(emc.wait().unwrap().success());
}
