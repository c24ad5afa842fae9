//! This very test program once more, asked for one ignored test, which reads its orders from its standard input and prints
//! a report: memory and CPU are then those of what was ordered and of nothing else.

use std::future::Future;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// What stands before the report in the child's output.
const MARK: &str = "REPORT ";

/// Runs an ignored test in a child, and takes its report.
pub(crate) fn in_child<O: Serialize, R: DeserializeOwned>(test: &str, orders: &O) -> R {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&serde_json::to_vec(orders).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let report = text.lines().find_map(|line| line.split_once(MARK)).map(|(_, report)| report);
    let report =
        report.unwrap_or_else(|| panic!("no report:\n{text}\n{}", String::from_utf8_lossy(&output.stderr)));
    serde_json::from_str(report).unwrap()
}

/// In the child: does what is ordered, reports, and ends the process. Returns at once where nothing is ordered, as when
/// somebody runs all ignored tests.
pub(crate) fn as_child<O: DeserializeOwned, R: Serialize, F: Future<Output = R>>(work: impl FnOnce(O) -> F) {
    let mut orders = String::new();
    std::io::stdin().read_to_string(&mut orders).unwrap();
    let Ok(orders) = serde_json::from_str(&orders) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    println!("{MARK}{}", serde_json::to_string(&runtime.block_on(work(orders))).unwrap());
    // A runtime waits for its blocking threads; the report is out, so nobody else needs to.
    std::process::exit(0);
}
