//! A second implementation beside xmlsec1: signxml, which knows RSASSA-PSS and holds XAdES against its schema.

use std::process::Command;

use emc_monitor::pki::claim::Format;
use emc_monitor::pki::xml::Coverage;
use emc_monitor::sign::scheme::{Choice, Digest, Padding};
use emc_monitor::sign::xades;

use crate::xades_written::{signer, time};
use crate::xml::rich;
use crate::xml_bed::{certificate, good, key_file, reasons};
use crate::xml_canonical::python;

/// Not in the exclusive form: there signxml 5.2 writes digests that it, xmlsec1 and we find wrong.
const SIGN: &str = r#"
import sys, pathlib
from lxml import etree
import signxml
from signxml import CanonicalizationMethod as C, SignatureMethod as S, DigestAlgorithm as D
from signxml.xades import XAdESSigner, XAdESDataObjectFormat
keys, out = map(pathlib.Path, sys.argv[1:3])
document = (out / "in.xml").read_bytes()
for key, algorithms in {
    "rsa": [S.RSA_SHA256, S.SHA256_RSA_MGF1, S.SHA384_RSA_MGF1, S.SHA512_RSA_MGF1],
    "p256": [S.ECDSA_SHA256], "p384": [S.ECDSA_SHA384], "p521": [S.ECDSA_SHA512],
}.items():
    files = [(keys / (key + end)).read_bytes() for end in (".key", ".pem")]
    for algorithm in algorithms:
        for form in [C.CANONICAL_XML_1_0, C.CANONICAL_XML_1_0_WITH_COMMENTS, C.CANONICAL_XML_1_1]:
            for kind in ["enveloped", "enveloping"]:
                signer = XAdESSigner(
                    method=getattr(signxml.methods, kind), signature_algorithm=algorithm,
                    digest_algorithm=D.SHA256, c14n_algorithm=form, data_object_format=XAdESDataObjectFormat(),
                )
                signed = signer.sign(etree.fromstring(document), key=files[0], cert=files[1].decode())
                name = "%s-%s-%s-%s.signed" % (key, algorithm.name, form.name, kind)
                (out / name).write_bytes(etree.tostring(signed))
"#;

const VERIFY: &str = r#"
import sys, pathlib
from signxml.xades import XAdESVerifier, XAdESSignatureConfiguration
keys, out = map(pathlib.Path, sys.argv[1:3])
for path in sorted(out.glob("*.signed")):
    cert = (keys / (path.name.split("-")[0] + ".pem")).read_text()
    XAdESVerifier().verify(
        path.read_bytes(), x509_cert=cert, expect_config=XAdESSignatureConfiguration(expect_references=2)
    )
"#;

fn run(script: &str, folder: &std::path::Path) {
    let keys = key_file("");
    let made = Command::new(python()).args(["-c", script]).arg(keys).arg(folder).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

#[test]
fn what_signxml_signs_is_good() {
    let folder = tempfile::tempdir().unwrap();
    // Nor does it take xml:lang along into what it signs of a document in an inclusive form.
    std::fs::write(folder.path().join("in.xml"), rich("").replace(" xml:lang=\"vi\"", "")).unwrap();
    run(SIGN, folder.path());
    let mut count = 0;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.ends_with(".signed") {
            continue;
        }
        let signed = std::fs::read_to_string(&path).unwrap();
        let claim = good(signed.as_bytes(), None, Coverage::Whole);
        assert_eq!((claim.format, claim.names_signer), (Format::Xades, true), "{name}");
        assert_eq!(claim.signer, Some(certificate(name.split('-').next().unwrap())), "{name}");
        let changed = signed.replace("item", "ltem");
        assert_ne!(changed, signed);
        assert_eq!(
            reasons(changed.as_bytes(), None, Coverage::Whole)[0].as_str(),
            "digest_mismatch",
            "{name}"
        );
        count += 1;
    }
    assert_eq!(count, 42);
}

#[test]
fn what_we_sign_signxml_and_the_schema_accept() {
    let folder = tempfile::tempdir().unwrap();
    let pkcs1 = Choice { padding: Padding::Pkcs1, digest: Digest::Sha256 };
    let pss = |digest| Choice { padding: Padding::Pss, digest };
    for (place, (key, choice)) in [
        ("rsa", pkcs1),
        ("rsa", pss(Digest::Sha256)),
        ("rsa", pss(Digest::Sha384)),
        ("rsa", pss(Digest::Sha512)),
        ("p256", pkcs1),
        ("p384", pkcs1),
        ("p521", pkcs1),
    ]
    .into_iter()
    .enumerate()
    {
        let signed = xades::sign(&signer(key, choice), rich("").as_bytes(), time()).unwrap();
        std::fs::write(folder.path().join(format!("{key}-{place}.signed")), signed).unwrap();
    }
    run(VERIFY, folder.path());
}
