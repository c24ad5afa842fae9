//! OpenSSL as the signer: keys, certificates and signatures made in a folder of the test's own.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// A folder in which OpenSSL works.
pub(crate) struct Workshop(TempDir);

/// What most tests sign.
pub(crate) const CONTENT: &[u8] = "Kết quả giải quyết thủ tục hành chính\n".as_bytes();

impl Workshop {
    /// A folder with the content in `content`.
    pub(crate) fn new() -> Self {
        let workshop = Self(tempfile::tempdir().unwrap());
        workshop.write("content", CONTENT);
        workshop
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// Runs OpenSSL with words that stand between blanks.
    pub(crate) fn openssl(&self, words: &str) {
        let done = Command::new("openssl")
            .args(words.split_whitespace())
            .current_dir(self.0.path())
            .output()
            .expect("OpenSSL is in tests/packages.txt");
        assert!(done.status.success(), "openssl {words}\n{}", String::from_utf8_lossy(&done.stderr));
    }

    /// A key and its self-signed certificate: `name.key`, `name.pem`.
    pub(crate) fn signer(&self, name: &str, key: &str) {
        self.openssl(&format!(
            "req -x509 -newkey {key} -nodes -keyout {name}.key -out {name}.pem -days 30 -subj /C=VN/O=Bo/CN={name} \
             -addext keyUsage=critical,digitalSignature"
        ));
    }

    /// Signs `content` as this signer; the signature's bytes.
    pub(crate) fn sign(&self, name: &str, options: &str) -> Vec<u8> {
        self.openssl(&format!(
            "cms -sign -in content -binary -signer {name}.pem -inkey {name}.key -out signed {options}"
        ));
        self.read("signed")
    }

    /// A certificate in DER.
    pub(crate) fn der(&self, name: &str) -> Vec<u8> {
        self.openssl(&format!("x509 -in {name}.pem -outform DER -out {name}.der"));
        self.read(&format!("{name}.der"))
    }
}
