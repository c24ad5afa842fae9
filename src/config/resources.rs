//! What settings may ask for while probes are built: files, secrets, TLS policies. The environment is handed in.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use xxhash_rust::xxh3::Xxh3;

use crate::model::foreign;
use crate::model::secret::Secret;
use crate::model::text::Text;
use crate::model::told::{Told, told};
use crate::net::tls::{TlsPolicy, TlsSettings};
use crate::probe::settings::{Resources, SecretSource};

/// The largest file that settings may name, in bytes.
const FILE_MAX: u64 = 1 << 20;
const FILE: Text = Text { vi: "tệp", en: "file" };
const SECRET_FILE: Text = Text { vi: "tệp chứa thông tin mật", en: "secret file" };
const CREDENTIAL: Text = Text { vi: "credential", en: "credential" };
/// Where systemd puts the credentials of a service.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// The environment, as far as configuration may ask for it.
pub trait Environment {
    /// A variable's value.
    fn variable(&self, name: &str) -> Option<String>;
}

/// No variables at all.
#[derive(Clone, Copy, Debug)]
pub struct NoEnvironment;

impl Environment for NoEnvironment {
    fn variable(&self, _: &str) -> Option<String> {
        None
    }
}

/// Files and secrets, read once each however many probes name them; TLS policies, one for equal settings.
pub struct Store<'a> {
    environment: &'a dyn Environment,
    files: RefCell<HashMap<PathBuf, Result<Vec<u8>, Told>>>,
    policies: RefCell<HashMap<u64, Vec<Arc<TlsPolicy>>>>,
    /// Secret files that others may read.
    exposed: RefCell<Vec<PathBuf>>,
}

impl std::fmt::Debug for Store<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("files", &self.files.borrow().len()).finish_non_exhaustive()
    }
}

impl<'a> Store<'a> {
    /// Nothing read yet.
    #[must_use]
    pub fn new(environment: &'a dyn Environment) -> Self {
        Self {
            environment,
            files: RefCell::default(),
            policies: RefCell::default(),
            exposed: RefCell::default(),
        }
    }

    /// What one probe may ask for. `folder` is that of the file which names it.
    #[must_use]
    pub fn within<'s>(&'s self, folder: &'s Path) -> Files<'s> {
        Files { store: self, folder, seen: Cell::new(0), failed: Cell::new(false) }
    }

    /// Secret files that anybody on the machine may read, so far.
    pub(super) fn take_exposed(&self) -> Vec<PathBuf> {
        self.exposed.take()
    }

    fn file(&self, path: &Path) -> Result<Vec<u8>, Told> {
        if let Some(known) = self.files.borrow().get(path) {
            return known.clone();
        }
        let read = read_file(path);
        self.files.borrow_mut().insert(path.to_owned(), read.clone());
        read
    }

    fn note_exposed(&self, path: &Path) {
        use std::os::unix::fs::PermissionsExt;
        let open_to_all = fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o004 != 0);
        let mut exposed = self.exposed.borrow_mut();
        if open_to_all && !exposed.iter().any(|known| known == path) {
            exposed.push(path.to_owned());
        }
    }
}

/// What one probe may ask for while it is built.
#[derive(Debug)]
pub struct Files<'s> {
    store: &'s Store<'s>,
    folder: &'s Path,
    /// Hash of everything that was handed out.
    seen: Cell<u64>,
    /// Whether anything could not be handed out.
    failed: Cell<bool>,
}

impl Files<'_> {
    /// Changes whenever a file or secret that was handed out changes.
    pub(super) const fn seen(&self) -> u64 {
        self.seen.get()
    }

    /// Whether a file or secret was missing.
    pub(super) const fn failed(&self) -> bool {
        self.failed.get()
    }

    fn note<T: AsRef<[u8]>>(&self, outcome: Result<T, Told>) -> Result<T, Told> {
        match &outcome {
            Ok(content) => {
                let mut hasher = Xxh3::with_seed(self.seen.get());
                content.as_ref().hash(&mut hasher);
                self.seen.set(hasher.finish());
            }
            Err(_) => self.failed.set(true),
        }
        outcome
    }

    fn secret_text(&self, source: &SecretSource) -> Result<String, Told> {
        match source {
            SecretSource::File(path) => self.secret_file(&self.folder.join(path), SECRET_FILE),
            SecretSource::Env(name) => {
                let value = self.store.environment.variable(name);
                value.filter(|value| !value.is_empty()).ok_or_else(|| {
                    told!(
                        "biến môi trường \"{name}\" chưa được đặt",
                        "the environment variable \"{name}\" is not set"
                    )
                })
            }
            SecretSource::Credential(name) => {
                if name.contains('/') || name.starts_with('.') {
                    return Err(told!(
                        "\"{name}\" không phải là tên của một credential",
                        "\"{name}\" is not the name of a credential"
                    ));
                }
                let folder = self.store.environment.variable(CREDENTIALS).ok_or_else(|| {
                    told!(
                        "không có credential \"{name}\": biến {CREDENTIALS} chưa được đặt (LoadCredential= của systemd)",
                        "there is no credential \"{name}\": {CREDENTIALS} is not set (LoadCredential= of systemd)"
                    )
                })?;
                self.secret_file(&Path::new(&folder).join(name), CREDENTIAL)
            }
        }
    }

    fn secret_file(&self, path: &Path, what: Text) -> Result<String, Told> {
        let of = |reason: Told| Told::joined(&[what.into(), reason], " ");
        let bytes = self.store.file(path).map_err(of)?;
        self.store.note_exposed(path);
        let path = path.display();
        let text = String::from_utf8(bytes)
            .map_err(|_| of(told!("\"{path}\" không phải là UTF-8", "\"{path}\" is not UTF-8")))?;
        let value = text.strip_suffix('\n').unwrap_or(&text);
        let value = value.strip_suffix('\r').unwrap_or(value);
        if value.is_empty() {
            return Err(of(told!("\"{path}\" không có gì bên trong", "\"{path}\" is empty")));
        }
        Ok(value.to_owned())
    }
}

impl Resources for Files<'_> {
    fn file(&self, path: &Path) -> Result<Vec<u8>, Told> {
        let outcome = self.store.file(&self.folder.join(path));
        self.note(outcome.map_err(|reason| Told::joined(&[FILE.into(), reason], " ")))
    }

    fn secret(&self, source: &SecretSource) -> Result<Secret, Told> {
        self.note(self.secret_text(source)).map(Secret::new)
    }

    fn tls(&self, settings: TlsSettings) -> Result<Arc<TlsPolicy>, Told> {
        let mut hasher = Xxh3::new();
        settings.roots_pem.hash(&mut hasher);
        settings.only_these_roots.hash(&mut hasher);
        settings.server_name.hash(&mut hasher);
        settings.client_pem.is_some().hash(&mut hasher);
        let mut policies = self.store.policies.borrow_mut();
        let alike = policies.entry(hasher.finish()).or_default();
        if let Some(policy) = alike.iter().find(|policy| policy.settings == settings) {
            return Ok(Arc::clone(policy));
        }
        let policy = Arc::new(TlsPolicy::new(settings)?);
        alike.push(Arc::clone(&policy));
        Ok(policy)
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, Told> {
    let named = |reason: Told| reason.map(|reason| format!("\"{}\": {reason}", path.display()));
    let refused = |error: std::io::Error| named(foreign::io(&error));
    // Asked first: opening a named pipe would wait for somebody to write into it.
    if !fs::metadata(path).map_err(refused)?.is_file() {
        return Err(named(told!("không phải là tệp thường", "not a regular file")));
    }
    let file = fs::File::open(path).map_err(refused)?;
    let mut bytes = Vec::new();
    file.take(FILE_MAX + 1).read_to_end(&mut bytes).map_err(refused)?;
    if bytes.len() as u64 > FILE_MAX {
        return Err(named(told!("lớn hơn 1 MiB", "larger than 1 MiB")));
    }
    Ok(bytes)
}
