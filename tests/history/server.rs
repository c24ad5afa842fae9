//! A PostgreSQL server of the test's own, on a free port of loopback, run by an unprivileged user.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::unistd::{Uid, User, chown};

pub(crate) const PASSWORD: &str = "mat-khau-cua-kho";

pub(crate) struct Server {
    folder: tempfile::TempDir,
    programs: PathBuf,
    pub(crate) port: u16,
}

/// Debian keeps each version's programs in a folder of its own.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").expect("tests/packages.txt names postgresql");
    versions.map(|entry| entry.unwrap().path().join("bin")).max().unwrap()
}

impl Server {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mat-khau"), PASSWORD).unwrap();
        if Uid::effective().is_root() {
            let postgres = User::from_name("postgres").unwrap().unwrap();
            for path in [folder.path().to_owned(), folder.path().join("mat-khau")] {
                chown(&path, Some(postgres.uid), Some(postgres.gid)).unwrap();
            }
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Self { folder, programs: programs(), port };
        let (data, secret) = (server.data(), server.folder.path().join("mat-khau"));
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        server.run(
            "initdb",
            &[
                "-D",
                &text(&data),
                "-U",
                "emc",
                "-A",
                "scram-sha-256",
                "--pwfile",
                &text(&secret),
                "-N",
                "-E",
                "UTF8",
                "--locale=C",
            ],
        );
        server.up();
        server
    }

    /// From now on it takes encrypted connections only.
    pub(crate) fn encrypt(&self, certificate: &str, key: &str) {
        self.down();
        let data = self.data();
        let put = |name: &str, text: &str| {
            let path = data.join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            if Uid::effective().is_root() {
                let postgres = User::from_name("postgres").unwrap().unwrap();
                chown(&path, Some(postgres.uid), Some(postgres.gid)).unwrap();
            }
        };
        put("server.crt", certificate);
        put("server.key", key);
        put("postgresql.auto.conf", "ssl = on\n");
        put("pg_hba.conf", "hostssl all all 127.0.0.1/32 scram-sha-256\n");
        self.up();
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("du-lieu")
    }

    /// Starts it, also again.
    pub(crate) fn up(&self) {
        let socket = self.folder.path().to_str().unwrap().to_owned();
        let flags = format!("-p {} -h 127.0.0.1 -k {socket} -F", self.port);
        let (data, log) = (self.data(), self.folder.path().join("log"));
        self.run(
            "pg_ctl",
            &["-D", data.to_str().unwrap(), "-l", log.to_str().unwrap(), "-o", &flags, "-w", "start"],
        );
    }

    /// Ends it as a crash would.
    pub(crate) fn down(&self) {
        self.run("pg_ctl", &["-D", self.data().to_str().unwrap(), "-m", "immediate", "-w", "stop"]);
    }

    /// A number that the server answers.
    pub(crate) fn number(&self, question: &str) -> i64 {
        let address = format!("postgres://emc:{PASSWORD}@127.0.0.1:{}/postgres", self.port);
        let output =
            Command::new(self.programs.join("psql")).args([&address, "-Atc", question]).output().unwrap();
        let answer = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        answer.parse().unwrap_or_else(|_| panic!("{question}: {answer} {output:?}"))
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let path = self.programs.join(program);
        let mut command = if Uid::effective().is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        // Its output goes to no pipe: the server inherits it and would keep the pipe open.
        let status = command.args(arguments).current_dir("/").stdout(std::process::Stdio::null()).status();
        assert!(status.unwrap().success(), "{program} {arguments:?}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.data();
        if data.join("postmaster.pid").exists() && !std::thread::panicking() {
            self.down();
        } else if data.join("postmaster.pid").exists() {
            // A panic in a panic would hide the first.
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.down()));
        }
    }
}
