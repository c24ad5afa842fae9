//! Signed files, made once for the run, and the program that judges them.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::thread;

use serde_json::Value;

use crate::soak;

/// What `tests/python/make_signed.py` made, and a server for the addresses that its certificates name.
pub(crate) struct Material {
    folder: PathBuf,
    port: u16,
    /// What must be said of each file.
    pub(crate) files: Vec<Value>,
}

static MATERIAL: LazyLock<Material> = LazyLock::new(Material::make);

/// The files, made when they are first asked for.
pub(crate) fn material() -> &'static Material {
    &MATERIAL
}

/// The Python environment of the tests.
pub(crate) fn python() -> PathBuf {
    let made = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/python/bin/python");
    std::env::var_os("EMC_PYTHON").map_or_else(made, PathBuf::from)
}

impl Material {
    fn make() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("signed");
        let _not_there_yet = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let served = folder.join("served");
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let _gone = serve(&connection, &served);
            }
        });
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/make_signed.py");
        let made = Command::new(python())
            .arg(script)
            .arg(&folder)
            .arg(port.to_string())
            .arg(soak::pick(45, 320).to_string())
            .output();
        let made = made.expect("tests/setup/python.sh makes the environment");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let manifest: Value =
            serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
        Self { folder, port, files: manifest["files"].as_array().unwrap().clone() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }
}

/// Answers one request with a file of the folder.
fn serve(connection: &TcpStream, folder: &Path) -> std::io::Result<()> {
    let mut lines = BufReader::new(connection).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let name = first.split([' ', '/']).nth(2).unwrap_or_default().to_owned();
    let (status, body) = match fs::read(folder.join(name)) {
        Ok(body) => ("200 OK", body),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    let mut connection = connection;
    write!(connection, "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len())?;
    connection.write_all(&body)
}

/// Runs `emc verify`: exit code, standard output, standard error.
pub(crate) fn emc(arguments: &[&str]) -> (i32, String, String) {
    let nowhere = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_emc"))
        .current_dir(nowhere.path())
        .env("LC_ALL", "en_US.UTF-8")
        .arg("verify")
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// The report on one file, and the exit code.
pub(crate) fn report(arguments: &[&str]) -> (i32, Value) {
    let (code, text, wrong) = emc(&[&["--output", "json"], arguments].concat());
    (code, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}{wrong}")))
}

/// The report on a file of the material, by what it carries alone.
pub(crate) fn offline(name: &str) -> (i32, Value) {
    let material = material();
    let (anchors, file) = (material.path("anchors"), material.path(name));
    report(&["--offline", "--anchors", anchors.to_str().unwrap(), file.to_str().unwrap()])
}
