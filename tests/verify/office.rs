//! PDFs that `LibreOffice` signed as it exported them, with keys of the practice authority.

use std::process::{Command, Stdio};

use crate::authority::{Parted, agree, authority, entries, script, succeed};
use crate::authority_pdf::pdfsig;

/// Where pdfsig parts from us. pyHanko and `openssl ts` say of that timestamp what we say: `LibreOffice` 7.4 has
/// another signature stamped than the one that it writes.
const PDFSIG: &Parted = &[("office/dau-thoi-gian.pdf", "pdfsig looks at no timestamp")];

#[test]
fn what_libreoffice_signs_is_judged_as_pyhanko_and_pdfsig_judge_it() {
    let authority = authority();
    // LibreOffice's bridge belongs to Debian's Python.
    let mut office = Command::new("/usr/bin/python3");
    succeed(
        office.arg(script("office.py")).arg(authority.path("")).arg(&authority.address).stdin(Stdio::null()),
    );
    let signed = entries(&authority.path("office.json"));
    authority.hold(&signed);
    let told = authority.pyhanko("office.json");
    assert_eq!(told.len(), signed.len());
    for entry in &signed {
        for (mode, ours) in [("online", &entry.online), ("offline", &entry.offline)] {
            assert_eq!(told[&entry.file][mode], ours == "valid", "pyHanko {mode}: {}", entry.file);
        }
    }
    let parting = signed.iter().filter(|entry| pdfsig(&entry.file) != (entry.online == "valid"));
    let found: Vec<&str> = parting.map(|entry| entry.file.as_str()).collect();
    agree("pdfsig", &found, PDFSIG);
    let form = std::fs::read(authority.path("office/bieu-mau.pdf")).unwrap();
    let has = |word: &[u8]| form.windows(word.len()).any(|window| window == word);
    assert!(has(b"/FT/Tx") && has(b"/FT/Sig"), "a form with a field beside the signature");
}
