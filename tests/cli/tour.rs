//! The README's five-minute tour, run as it is written, on ports that are free.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::run::path_with;

/// The ports of the README: the monitor's, then HTTP, HTTPS and admin of the practice ministry.
const PORTS: [u16; 4] = [9715, 9716, 9717, 9718];

/// The commands between ```` ```sh ```` and ```` ``` ````.
fn commands() -> String {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let blocks = readme.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.collect::<Vec<_>>().join("\n")
}

/// Four ports that nobody holds, all held at once while they are chosen.
fn free_ports() -> [u16; 4] {
    let held = PORTS.map(|_| TcpListener::bind("127.0.0.1:0").unwrap());
    held.map(|listener| listener.local_addr().unwrap().port())
}

/// `emc` as the tour calls it, with the ports that are its defaults exchanged.
fn shim(ports: [u16; 4]) -> String {
    let [monitor, http, https, admin] = ports;
    format!(
        "#!/bin/sh\nemc={}\ncase \"$1 $2\" in\n\
         'sandbox ') exec $emc sandbox --http 127.0.0.1:{http} --https 127.0.0.1:{https} --admin 127.0.0.1:{admin} ;;\n\
         'sandbox fault') exec $emc \"$@\" --admin 127.0.0.1:{admin} ;;\n\
         'healthcheck ') exec $emc healthcheck --url http://127.0.0.1:{monitor} ;;\n\
         esac\nexec $emc \"$@\"\n",
        env!("CARGO_BIN_EXE_emc")
    )
}

#[test]
fn the_tour_of_the_readme_leads_to_an_alertable_metric() {
    let (folder, tools) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let ports = free_ports();
    let emc = tools.path().join("emc");
    fs::write(&emc, shim(ports)).unwrap();
    fs::set_permissions(&emc, fs::Permissions::from_mode(0o755)).unwrap();
    let mut script = commands();
    for (written, free) in PORTS.iter().zip(ports) {
        script = script.replace(&format!("127.0.0.1:{written}"), &format!("127.0.0.1:{free}"));
    }
    let whole = format!("set -eu\ntrap 'kill $(jobs -p)' EXIT\n{script}");
    // The tour waits for what it says; should that never come, it must not wait forever.
    let output = Command::new("timeout")
        .args(["--kill-after=5", "120", "bash", "-c", &whole])
        .current_dir(folder.path())
        .env("PATH", path_with(tools.path()))
        .output()
        .unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let log = fs::read_to_string(folder.path().join("serve.log")).unwrap_or_default();
    assert!(output.status.success(), "{said}\nlog of serve:\n{log}");
    assert!(
        said.contains("reason=\"maintenance_page\"} 1") && said.contains("SUCCESS: 1 rules found"),
        "{said}"
    );
}
