//! A practice authority by certomancer that really answers on loopback, and what pyHanko, OpenSSL and xmlsec1 signed by it.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::{LazyLock, Mutex};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::material::{python, report};

/// One signed file: what `sign_with_authority.py` and `office.py` note of it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Entry {
    pub(crate) file: String,
    /// `pdf`, `cms` or `xml`.
    pub(crate) kind: String,
    pub(crate) who: String,
    /// The verdict of those who may ask the authority.
    pub(crate) online: String,
    /// Why they find it so, where it is not valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// The verdict of those who may not.
    pub(crate) offline: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) level: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detached: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) password: Option<String>,
}

/// Where a judge and we part, and why ours is right: file, reason.
pub(crate) type Parted = [(&'static str, &'static str)];

/// The authority. It ends when our end of its standard input closes, with this process.
pub(crate) struct Authority {
    folder: PathBuf,
    pub(crate) address: String,
    pub(crate) entries: Vec<Entry>,
    /// What we said of a file, asking or not: several judges stand beside one run.
    told: Mutex<HashMap<(String, bool), (i32, Value)>>,
    _service: (Child, BufReader<ChildStdout>),
}

static AUTHORITY: LazyLock<Authority> = LazyLock::new(Authority::make);

/// The authority with all files, made when it is first asked for.
pub(crate) fn authority() -> &'static Authority {
    &AUTHORITY
}

/// A script of `tests/python`.
pub(crate) fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python").join(name)
}

/// What a command that must succeed printed.
pub(crate) fn succeed(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

impl Authority {
    fn make() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("authority");
        let _not_there_yet = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let mut command = Command::new(python());
        command.arg(script("authority.py")).arg(&folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut service = command.spawn().expect("tests/setup/python.sh makes the environment");
        let mut said = BufReader::new(service.stdout.take().unwrap());
        let mut address = String::new();
        said.read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        assert!(address.starts_with("http://127.0.0.1:"), "the authority did not start: {address:?}");
        succeed(Command::new(python()).arg(script("sign_with_authority.py")).arg(&folder).arg(&address));
        let entries = entries(&folder.join("manifest.json"));
        Self { folder, address, entries, told: Mutex::default(), _service: (service, said) }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The files of a kind.
    pub(crate) fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(move |entry| entry.kind == kind)
    }

    /// A command that runs in the folder.
    pub(crate) fn run(&self, words: &str) -> Output {
        let mut words = words.split_whitespace();
        let mut command = Command::new(words.next().unwrap());
        command.args(words).current_dir(&self.folder).stdin(Stdio::null());
        command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
    }

    /// What `emc verify` says of a file, with its exit code: asking the authority, or nobody.
    pub(crate) fn judge(&self, entry: &Entry, asks: bool) -> (i32, Value) {
        let which = (entry.file.clone(), asks);
        if let Some(told) = self.told.lock().unwrap().get(&which) {
            return told.clone();
        }
        let told = self.judge_anew(entry, asks);
        self.told.lock().unwrap().insert(which, told.clone());
        told
    }

    fn judge_anew(&self, entry: &Entry, asks: bool) -> (i32, Value) {
        let path = |name: &str| self.path(name).to_str().unwrap().to_owned();
        let mut flags = vec!["--anchors".to_owned(), path("anchors")];
        flags.extend(if asks { vec!["--fetch-host".to_owned(), "127.0.0.1".to_owned()] } else { vec![] });
        flags.extend((!asks).then(|| "--offline".to_owned()));
        if let Some(content) = &entry.detached {
            flags.extend(["--detached".to_owned(), path(content)]);
        }
        if let Some(password) = &entry.password {
            let secret = format!("{}.password", entry.file);
            fs::write(self.path(&secret), format!("{password}\n")).unwrap();
            flags.extend(["--password-file".to_owned(), path(&secret)]);
        }
        flags.push(path(&entry.file));
        report(&flags.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Whether we call a file valid when we may ask.
    pub(crate) fn trusts(&self, entry: &Entry) -> bool {
        self.judge(entry, true).1["verdict"] == "valid"
    }

    /// What pyHanko says of the files of a manifest: file, whether it trusts it online, and offline.
    pub(crate) fn pyhanko(&self, manifest: &str) -> BTreeMap<String, BTreeMap<String, bool>> {
        let mut command = Command::new(python());
        let told = succeed(command.arg(script("judge_with_authority.py")).arg(&self.folder).arg(manifest));
        serde_json::from_slice(&told).unwrap()
    }

    /// Every file gets the verdict that was noted for it, both ways, and its level.
    pub(crate) fn hold(&self, entries: &[Entry]) {
        for entry in entries {
            for (asks, expected) in [(true, &entry.online), (false, &entry.offline)] {
                let (code, told) = self.judge(entry, asks);
                let name = &entry.file;
                let exit = match expected.as_str() {
                    "valid" => 0,
                    "invalid" => 2,
                    _ => 3,
                };
                assert_eq!((&told["verdict"], code), (&expected.as_str().into(), exit), "{name}: {told:#}");
                if asks {
                    assert_eq!(told["reason"].as_str(), entry.reason.as_deref(), "{name}: {told:#}");
                }
                if let Some(level) = &entry.level {
                    assert_eq!(told["signatures"][0]["level"], level.as_str(), "{name}");
                }
            }
        }
    }
}

/// The entries of a manifest.
pub(crate) fn entries(manifest: &Path) -> Vec<Entry> {
    serde_json::from_slice(&fs::read(manifest).unwrap()).unwrap()
}

/// The judge parts from us on the files that are written down, and on no other.
pub(crate) fn agree(judge: &str, found: &[&str], parted: &Parted) {
    let known: Vec<&str> = parted.iter().map(|(name, _)| *name).collect();
    let news: Vec<_> = found.iter().filter(|name| !known.contains(name)).collect();
    let gone: Vec<_> = known.iter().filter(|name| !found.contains(name)).collect();
    assert!(news.is_empty() && gone.is_empty(), "{judge} parts from us on {news:?}, no longer on {gone:?}");
    assert!(parted.iter().all(|(_, reason)| !reason.is_empty()));
}

#[test]
fn each_file_gets_its_verdict_by_asking_the_authority_and_by_what_it_carries() {
    let authority = authority();
    authority.hold(&authority.entries);
    for kind in ["pdf", "cms", "xml"] {
        let verdicts = |wanted: &str| authority.of(kind).filter(|entry| entry.online == wanted).count();
        assert!(
            verdicts("valid") >= 5 && verdicts("invalid") >= 1 && verdicts("undetermined") >= 5,
            "{kind}"
        );
    }
}
