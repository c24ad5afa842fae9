//! PDFs that `LibreOffice` signed as it exported them, with keys of the practice authority.

use std::process::{Command, Stdio};

use crate::authority::{Entry, Parted, agree, authority, entries, script, succeed};
use crate::authority_pdf::pdfsig;
use crate::material::python;

/// Where pdfsig parts from us. pyHanko and `openssl ts` say of that timestamp what we say: `LibreOffice` 7.4 has
/// another signature stamped than the one that it writes.
const PDFSIG: &Parted = &[
    ("office/dau-thoi-gian.pdf", "pdfsig looks at no timestamp"),
    ("office/doi-trang.pdf", "pdfsig looks at nothing behind the bytes that a signature covers"),
];

/// What is done to the signed form.
const LATER: &str = r#"
import sys, pathlib, shutil
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
form, filled, changed = map(pathlib.Path, sys.argv[1:])
def saved(to, change):
    shutil.copy(form, to)
    with to.open("rb+") as file:
        writer = IncrementalPdfFileWriter(file)
        change(writer)
        writer.write_in_place()
def fill(writer):
    fields = [one.get_object() for one in writer.root["/AcroForm"]["/Fields"]]
    field = next(one for one in fields if one["/FT"] == "/Tx")
    field[generic.pdf_name("/V")] = generic.TextStringObject("Nguyen Van An")
    writer.update_container(field)
def change(writer):
    page = writer.root["/Pages"]["/Kids"][0]
    page[generic.pdf_name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=b"0 0 100 100 re f"))
    writer.update_container(page)
saved(filled, fill)
saved(changed, change)
"#;

#[test]
fn what_libreoffice_signs_is_judged_as_pyhanko_and_pdfsig_judge_it() {
    let authority = authority();
    // LibreOffice's bridge belongs to Debian's Python.
    let mut office = Command::new("/usr/bin/python3");
    succeed(
        office.arg(script("office.py")).arg(authority.path("")).arg(&authority.address).stdin(Stdio::null()),
    );
    let mut signed = entries(&authority.path("office.json"));
    signed.extend(later());
    std::fs::write(authority.path("office-all.json"), serde_json::to_vec(&signed).unwrap()).unwrap();
    authority.hold(&signed);
    let told = authority.pyhanko("office-all.json");
    assert_eq!(told.len(), signed.len());
    for entry in &signed {
        for (mode, ours) in [("online", &entry.online), ("offline", &entry.offline)] {
            assert_eq!(told[&entry.file][mode], ours == "valid", "pyHanko {mode}: {}", entry.file);
        }
    }
    let parting = signed.iter().filter(|entry| pdfsig(&entry.file) != (entry.online == "valid"));
    let found: Vec<&str> = parting.map(|entry| entry.file.as_str()).collect();
    agree("pdfsig", &found, PDFSIG);
}

/// The signed form once filled in, once with another page.
fn later() -> [Entry; 2] {
    let authority = authority();
    let names = ["office/bieu-mau.pdf", "office/da-dien.pdf", "office/doi-trang.pdf"];
    succeed(Command::new(python()).args(["-c", LATER]).args(names.map(|name| authority.path(name))));
    let entry = |file: &str, online: &str, reason: Option<&str>, offline: &str| Entry {
        file: file.to_owned(),
        kind: "pdf".to_owned(),
        who: "can-bo".to_owned(),
        online: online.to_owned(),
        reason: reason.map(str::to_owned),
        offline: offline.to_owned(),
        level: None,
        detached: None,
        password: None,
    };
    [
        entry(names[1], "valid", None, "undetermined"),
        entry(names[2], "invalid", Some("modified_after_signing"), "invalid"),
    ]
}
