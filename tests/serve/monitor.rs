//! The program under test, its files, and how it is asked.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Longer than any healthy machine needs for what a test waits for.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Monitor {
    folder: tempfile::TempDir,
    child: Child,
    address: String,
    log: Arc<Mutex<String>>,
}

pub(crate) struct Answer {
    pub status: u16,
    pub body: String,
}

impl Monitor {
    pub(crate) fn start(files: &[(&str, &str)], flags: &[&str]) -> Self {
        Self::start_with(files, flags, &[])
    }

    pub(crate) fn start_with(files: &[(&str, &str)], flags: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::launch(Command::new(env!("CARGO_BIN_EXE_emc")), files, flags, environment)
    }

    /// Starts it by a program that sets limits and then becomes what it was told to start.
    pub(crate) fn start_under(launcher: &[&str], files: &[(&str, &str)]) -> Self {
        let mut command = Command::new(launcher[0]);
        command.args(&launcher[1..]).arg(env!("CARGO_BIN_EXE_emc"));
        Self::launch(command, files, &[], &[])
    }

    fn launch(
        mut command: Command,
        files: &[(&str, &str)],
        flags: &[&str],
        environment: &[(&str, &str)],
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let mut child = command
            .args(["serve", "--lang", "en", "--web.listen-address", "127.0.0.1:0", "--config.file"])
            .arg(folder.path())
            .args(flags)
            .envs(environment.iter().copied())
            .env("CREDENTIALS_DIRECTORY", folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (tell, told) = std::sync::mpsc::channel();
        let (words, kept) = (BufReader::new(child.stderr.take().unwrap()), log.clone());
        thread::spawn(move || {
            for line in words.lines().map_while(Result::ok) {
                if let Some(at) = line.find("url=") {
                    let _ = tell.send(line[at + 4..].trim_matches('"').to_owned());
                }
                kept.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        let address = told
            .recv_timeout(PATIENCE)
            .unwrap_or_else(|_| panic!("emc did not start:\n{}", log.lock().unwrap()))
            .trim_start_matches("http://")
            .trim_start_matches("https://")
            .split(['/', '"', ' '])
            .next()
            .unwrap()
            .to_owned();
        Self { folder, child, address, log }
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path)
    }

    pub(crate) fn post(&self, path: &str) -> Answer {
        self.ask("POST", path)
    }

    fn ask(&self, method: &str, path: &str) -> Answer {
        let mut connection = TcpStream::connect(&self.address).unwrap();
        connection.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(connection, "{method} {path} HTTP/1.0\r\nhost: {}\r\ncontent-length: 0\r\n\r\n", self.address)
            .unwrap();
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, body: body.to_owned() }
    }

    /// The first sample whose line begins so; NaN where there is none.
    pub(crate) fn value(&self, begins: &str) -> f64 {
        let text = self.get("/metrics").body;
        let line = text.lines().find(|line| line.starts_with(begins));
        line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or(f64::NAN)
    }

    pub(crate) fn wait_for(&self, begins: &str, wish: impl Fn(f64) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !wish(self.value(begins)) {
            assert!(Instant::now() < end, "{begins} never came to be; log:\n{}", self.log());
            thread::park_timeout(Duration::from_millis(20));
        }
    }

    /// The runs that the landing page links to.
    pub(crate) fn run_ids(&self) -> Vec<String> {
        let page = self.get("/").body;
        page.split("/runs/").skip(1).map(|rest| rest.chars().take(16).collect()).collect()
    }

    pub(crate) fn hang_up(&self) {
        self.signal(Signal::SIGHUP);
    }

    /// Takes the CPU from it for a while.
    pub(crate) fn stop_for(&self, span: Duration) {
        self.signal(Signal::SIGSTOP);
        let end = Instant::now() + span;
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            thread::park_timeout(left);
        }
        self.signal(Signal::SIGCONT);
    }

    pub(crate) fn terminate(&mut self) -> ExitStatus {
        self.signal(Signal::SIGTERM);
        self.child.wait().unwrap()
    }

    /// A connection to its web pages on which nothing is said yet.
    pub(crate) fn knock(&self) -> TcpStream {
        TcpStream::connect(&self.address).unwrap()
    }

    /// What `emc healthcheck` says of it, and its exit code.
    pub(crate) fn healthcheck(&self, scheme: &str, flags: &[&str]) -> (Option<i32>, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_emc"))
            .args(["healthcheck", "--lang", "en", "--url", &format!("{scheme}://{}", self.address)])
            .args(flags)
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// A figure of its `/proc/PID/status`, in KiB.
    pub(crate) fn memory_kib(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), signal).unwrap();
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        // A test that has ended it already has nothing left to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
