//! PDFs that pyHanko signed by the practice authority, as pyHanko and pdfsig judge them: they may ask it, as we may.

use crate::authority::{Parted, agree, authority};

/// Where pyHanko parts from us when it asks, revocation failing hard.
const PYHANKO: &Parted = &[
    (
        "pdf/docmdp-3-chu-thich.pdf",
        "annotations are what level 3 permits (ISO 32000-1 §12.8.2.2); pyHanko says itself that it does not know the level",
    ),
    (
        "pdf/khong-hoi-duoc.pdf",
        "the certificate names nobody who tells of revocation: pyHanko then lets it pass, and we do not know",
    ),
    (
        "pdf/ky-truoc-khi-thu-hoi.pdf",
        "its timestamp proves that it is older than the revocation; pyHanko judges the certificate as of now",
    ),
    ("cms/hai-nguoi-ky.p7s", "pyHanko reads CMS with one signer only"),
    (
        "cms/khong-hoi-duoc.p7s",
        "the certificate names nobody who tells of revocation: pyHanko then lets it pass, and we do not know",
    ),
    (
        "cms/ky-truoc-khi-thu-hoi.p7s",
        "its timestamp proves that it is older than the revocation; pyHanko judges the certificate as of now",
    ),
];
/// Where it parts from us when neither asks anybody.
const PYHANKO_OFFLINE: &Parted = &[(
    "pdf/docmdp-3-chu-thich.pdf",
    "annotations are what level 3 permits (ISO 32000-1 §12.8.2.2); pyHanko says itself that it does not know the level",
)];

const LATER: &str = "pdfsig looks at nothing behind the bytes that a signature covers";
const LISTS: &str = "pdfsig asks OCSP alone: of whom only lists tell, or nobody, it trusts";
/// Where pdfsig parts from us.
const PDFSIG: &Parted = &[
    ("pdf/bi-thu-hoi-danh-sach.pdf", LISTS),
    ("pdf/can-bo-ed25519.pdf", "Debian's NSS does not know Ed25519"),
    ("pdf/danh-sach-cu.pdf", LISTS),
    ("pdf/danh-sach-gia.pdf", LISTS),
    ("pdf/dau-khong-quyen.pdf", "pdfsig looks at no timestamp"),
    ("pdf/docmdp-1-chu-thich.pdf", LATER),
    ("pdf/docmdp-1-dien-don.pdf", LATER),
    ("pdf/docmdp-1-doi-trang.pdf", LATER),
    ("pdf/docmdp-2-chu-thich.pdf", LATER),
    ("pdf/docmdp-2-doi-trang.pdf", LATER),
    ("pdf/docmdp-3-doi-trang.pdf", LATER),
    ("pdf/doi-mac-dinh.pdf", LATER),
    ("pdf/doi-trang.pdf", LATER),
    ("pdf/duoi-cap-bi-thu-hoi.pdf", LISTS),
    ("pdf/khong-hoi-duoc.pdf", LISTS),
    (
        "pdf/ky-truoc-khi-thu-hoi.pdf",
        "its timestamp proves that it is older than the revocation; pdfsig judges the certificate as of now",
    ),
];

#[test]
fn pyhanko_says_the_same_of_pdf_and_cms_or_it_is_written_why_not() {
    let authority = authority();
    let told = authority.pyhanko("manifest.json");
    for (mode, asks, parted) in [("online", true, PYHANKO), ("offline", false, PYHANKO_OFFLINE)] {
        let judged = authority.entries.iter().filter(|entry| told.contains_key(&entry.file));
        let parting = judged.filter(|entry| {
            let ours = authority.judge(entry, asks).1["verdict"] == "valid";
            told[&entry.file][mode] != ours
        });
        let found: Vec<&str> = parting.map(|entry| entry.file.as_str()).collect();
        agree(&format!("pyHanko {mode}"), &found, parted);
        let trusted = told.values().filter(|told| told[mode]).count();
        assert!(trusted >= 15 && told.len() - trusted >= 15, "{mode}: {told:?}");
    }
}

/// Whether pdfsig finds every signature sound and its signer trusted, by NSS's OCSP. Timestamps over documents it leaves
/// out.
pub(crate) fn pdfsig(name: &str) -> bool {
    let output = authority().run(&format!("pdfsig -nssdir {} {name}", nss()));
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let signatures = told.split("Signature #").skip(1).filter(|one| !one.contains("Type: unknown"));
    let sound = |one: &str| one.contains("Signature is Valid.") && one.contains("Certificate is Trusted.");
    let judged: Vec<bool> = signatures.map(sound).collect();
    !judged.is_empty() && judged.iter().all(|sound| *sound)
}

/// A database of certificates that trusts our root alone.
fn nss() -> &'static str {
    static MADE: std::sync::Once = std::sync::Once::new();
    MADE.call_once(|| {
        let authority = authority();
        std::fs::create_dir(authority.path("nss")).unwrap();
        for words in [
            "certutil -N -d sql:nss --empty-password",
            "certutil -A -d sql:nss -n goc -t C,C,C -i anchors/goc.pem",
        ] {
            let done = authority.run(words);
            assert!(done.status.success(), "{words}: {}", String::from_utf8_lossy(&done.stderr));
        }
    });
    "nss"
}

#[test]
fn pdfsig_says_the_same_or_it_is_written_why_not() {
    let authority = authority();
    let judged = authority.of("pdf").filter(|entry| entry.password.is_none());
    let parting = judged.filter(|entry| pdfsig(&entry.file) != authority.trusts(entry));
    let found: Vec<&str> = parting.map(|entry| entry.file.as_str()).collect();
    agree("pdfsig", &found, PDFSIG);
    assert!(pdfsig("pdf/b-lt.pdf") && !pdfsig("pdf/bi-thu-hoi.pdf") && !pdfsig("pdf/hoi-nham-noi.pdf"));
}
