//! OpenSSL's own programs, driven in a folder of their own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Runs `openssl` to its end.
pub(crate) fn openssl(folder: &Path, arguments: &str) {
    let output = Command::new("openssl").args(words(arguments)).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "openssl {arguments}:\n{}", String::from_utf8_lossy(&output.stderr));
}

/// Words between blanks; `~` within a word stands for a blank.
fn words(line: &str) -> impl Iterator<Item = String> {
    line.split_whitespace().map(|word| word.replace('~', " "))
}

/// A server that is ended when the test is.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts `openssl s_server` on a port that the kernel gives.
pub(crate) fn s_server(folder: &Path, arguments: &str) -> Server {
    let mut child = Command::new("openssl")
        .args(["s_server", "-accept", "127.0.0.1:0"])
        .args(words(arguments))
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let line = lines.find(|line| line.starts_with("ACCEPT ")).expect("s_server says where it listens");
    let address = line["ACCEPT ".len()..].trim().parse().unwrap();
    // It dies of what it prints once nobody reads that.
    std::thread::spawn(move || lines.for_each(drop));
    Server { child, address }
}
