//! Canonical forms, byte for byte as libxml2 writes them (through lxml, and through the digests of xmlsec1).

use std::process::Command;

use emc_monitor::pki::xml::{Coverage, canonical};

use crate::xml_bed::{
    C14N, C14N_COMMENTS, C14N11, C14N11_COMMENTS, Dice, EXC, EXC_COMMENTS, RSA_SHA256, SHA256, reasons,
    reference, sign, template,
};
use crate::xml_documents::Generator;

/// How many documents are compared.
const DOCUMENTS: u64 = 400;

const SCRIPT: &str = r#"
import sys, pathlib
from lxml import etree
folder = pathlib.Path(sys.argv[1])
parser = etree.XMLParser(resolve_entities=False, huge_tree=False)
for path in sorted(folder.glob("*.xml")):
    tree = etree.parse(str(path), parser)
    for name, options in {
        "c14n": dict(exclusive=False, with_comments=False),
        "c14n-comments": dict(exclusive=False, with_comments=True),
        "exc": dict(exclusive=True, with_comments=False),
        "exc-comments": dict(exclusive=True, with_comments=True),
        "exc-prefixes": dict(exclusive=True, with_comments=False, inclusive_ns_prefixes=["a", "xs"]),
    }.items():
        tree.write_c14n(str(path.with_suffix("." + name)), **options)
"#;

pub(crate) fn python() -> std::ffi::OsString {
    std::env::var_os("EMC_PYTHON").unwrap_or_else(|| {
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/python/bin/python").into_os_string()
    })
}

#[test]
fn canonical_forms_are_those_of_libxml2() {
    let folder = tempfile::tempdir().unwrap();
    let file = |seed: u64, end: &str| folder.path().join(format!("{seed}.{end}"));
    for seed in 0..DOCUMENTS {
        let mut dice = Dice::new(seed);
        let document = Generator::new(&mut dice, false).document("");
        std::fs::write(file(seed, "xml"), document).unwrap();
    }
    let made = Command::new(python()).args(["-c", SCRIPT]).arg(folder.path()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut compared = 0;
    for seed in 0..DOCUMENTS {
        let document = std::fs::read(file(seed, "xml")).unwrap();
        for (end, form, prefixes) in [
            ("c14n", C14N, &[][..]),
            ("c14n", C14N11, &[]),
            ("c14n-comments", C14N_COMMENTS, &[]),
            ("c14n-comments", C14N11_COMMENTS, &[]),
            ("exc", EXC, &[]),
            ("exc-comments", EXC_COMMENTS, &[]),
            ("exc-prefixes", EXC, &["a", "xs"]),
        ] {
            let theirs = std::fs::read(file(seed, end)).unwrap();
            let ours = canonical(&document, form, prefixes, None).unwrap_or_else(|flaw| {
                panic!("{seed}: {}\n{}", flaw.told, String::from_utf8_lossy(&document))
            });
            assert_eq!(
                String::from_utf8_lossy(&ours),
                String::from_utf8_lossy(&theirs),
                "{seed} {end}: {}",
                String::from_utf8_lossy(&document)
            );
            compared += 1;
        }
    }
    println!("{compared} canonical forms of {DOCUMENTS} documents are equal");
}

#[test]
fn parts_of_documents_have_the_digests_of_xmlsec1() {
    let (mut documents, mut references) = (0, 0);
    for seed in 1_000..1_400 {
        let mut dice = Dice::new(seed);
        let mut generator = Generator::new(&mut dice, true);
        generator.calm = seed % 2 == 0;
        let document = generator.document("@");
        let parts = generator.parts;
        if parts == 0 {
            continue;
        }
        let mut list = String::new();
        for part in 0..parts.min(8) {
            for form in [C14N, C14N_COMMENTS, C14N11, EXC, EXC_COMMENTS] {
                list.push_str(&reference(Some(&format!("#p{part}")), &[form], SHA256));
                let pointer = format!("#xpointer(id('p{part}'))");
                list.push_str(&reference(Some(&pointer), &[form], SHA256));
                references += 2;
            }
        }
        let signed = sign(&document.replace('@', &template(EXC, RSA_SHA256, &list, "")), "rsa");
        let against = reasons(&signed, None, Coverage::Parts);
        // The generator puts comments into texts, which are refused where the form leaves them out.
        let wrong =
            against.iter().filter(|reason| !matches!(reason.as_str(), "reference_wrong")).collect::<Vec<_>>();
        references -= against.len();
        assert!(wrong.is_empty(), "{seed}: {against:?}\n{}", String::from_utf8_lossy(&signed));
        documents += 1;
    }
    println!("{references} references in {documents} documents have the digests of xmlsec1");
    assert!(documents >= 40);
}
