//! PAdES, held against pyHanko, poppler's `pdfsig` and `pdftoppm`.

use std::path::PathBuf;
use std::process::Command;

use chrono::{DateTime, FixedOffset};
use emc_monitor::pki::verdict::SignatureReason;
use emc_monitor::sign::fault::Obstacle;
use emc_monitor::sign::key::Signer;
use emc_monitor::sign::pades::{Page, Permission, Rectangle, Stamp, Wish, prepare, usual_lines};
use emc_monitor::sign::scheme::{Choice, Digest, Padding};

use crate::authority::{Authority, Said, Sort};

fn time() -> DateTime<FixedOffset> {
    "2026-11-24T09:15:30+07:00".parse().unwrap()
}

/// A PDF of two pages, the second shown turned by 90 degrees, with a cross-reference table. `extra` are entries of the
/// catalog, `annotations` stand on the second page, `objects` are further ones from number 8 on.
fn plain_with(extra: &str, annotations: &str, objects: &[&str]) -> Vec<u8> {
    let text = "BT /F1 18 Tf 60 760 Td (Result of a procedure) Tj ET";
    let content = format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len());
    let mut all = vec![
        format!("<< /Type /Catalog /Pages 2 0 R {extra} >>"),
        "<< /Type /Pages /Kids [3 0 R 6 0 R] /Count 2 /MediaBox [0 0 595.2755905 841.8897638] >>".to_owned(),
        "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>/UserUnit 1.0000000001>>".to_owned(),
        content,
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /Rotate 90 /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> /Annots 7 0 R >>"
            .to_owned(),
        format!("[{annotations}]"),
    ];
    all.extend(objects.iter().map(|object| (*object).to_owned()));
    let mut out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut places = Vec::new();
    for (index, object) in all.iter().enumerate() {
        places.push(out.len());
        out.extend_from_slice(format!("{} 0 obj\n{object}\nendobj\n", index + 1).as_bytes());
    }
    let begin = out.len();
    let count = all.len() + 1;
    out.extend_from_slice(format!("xref\n0 {count}\n0000000000 65535 f\r\n").as_bytes());
    places.iter().for_each(|place| out.extend_from_slice(format!("{place:010} 00000 n\r\n").as_bytes()));
    out.extend_from_slice(
        format!("trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{begin}\n%%EOF").as_bytes(),
    );
    out
}

fn plain() -> Vec<u8> {
    plain_with("", "", &[])
}

/// The same with object streams and a cross-reference stream.
fn streamed() -> Vec<u8> {
    let mut out = Vec::new();
    lopdf::Document::load_mem(&plain()).unwrap().save_modern(&mut out).unwrap();
    assert!(String::from_utf8_lossy(&out).contains("/ObjStm"));
    out
}

fn stamp(page: Page, left: f32) -> Stamp {
    let lines = usual_lines("Nguyễn Thị Hường Đặng Ẵỡ", Some("Ủy ban nhân dân phường Ví Dụ"), time());
    Stamp { page, place: Rectangle { left, bottom: 40.0, width: 200.0, height: 60.0 }, lines }
}

fn signed(document: &[u8], wish: &Wish, signer: &Signer, stamps: Option<&Authority>) -> Vec<u8> {
    let prepared = prepare(document, wish).unwrap();
    let mut signature = prepared.sign(signer).unwrap();
    if let Some(authority) = stamps {
        let request = signature.request(7);
        let token = request.read(&authority.timestamp(&request.to_der())).unwrap();
        signature = signature.with_timestamp(token);
    }
    let whole = prepared.finish(&signature).unwrap();
    assert!(whole.starts_with(document), "what was there before stays as it was");
    whole
}

/// A Python with pyHanko: the tests' own, unless the environment names another.
fn python() -> String {
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/target/python/bin/python");
    std::env::var_os("EMC_PYTHON")
        .map_or_else(|| own.to_owned(), |named| named.to_string_lossy().into_owned())
}

/// pyHanko's judgement, a line for each signature.
fn pyhanko(authority: &Authority, document: &[u8]) -> Vec<String> {
    authority.write("judged.pdf", document);
    let python = python();
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/sign/judge.py");
    let script = script.to_str().unwrap();
    let Said { good, text } = authority.run(&[&python, script, "judged.pdf", "root.pem"]);
    assert!(good, "{text}");
    text.lines().filter(|line| line.contains("bottom_line")).map(str::to_owned).collect()
}

/// What `pdfsig` says.
fn pdfsig(authority: &Authority, document: &[u8]) -> String {
    authority.write("judged.pdf", document);
    authority.must("pdfsig -nocert judged.pdf")
}

/// A page as poppler draws it, and its text. With `EMC_PICTURES` in the environment the picture is kept there.
fn drawn(authority: &Authority, document: &[u8], page: u32, name: &str) -> String {
    authority.write("judged.pdf", document);
    authority.must(&format!("pdftoppm -r 110 -png -singlefile -f {page} judged.pdf {name}"));
    if let Some(folder) = std::env::var_os("EMC_PICTURES") {
        std::fs::copy(
            authority.path(&format!("{name}.png")),
            PathBuf::from(folder).join(format!("{name}.png")),
        )
        .unwrap();
    }
    authority.must(&format!("pdftotext -f {page} -l {page} -layout judged.pdf -"))
}

#[test]
fn others_accept_every_way_of_signing() {
    let pss = Choice { padding: Padding::Pss, digest: Digest::Sha384 };
    let pkcs1 = Choice { padding: Padding::Pkcs1, digest: Digest::Sha256 };
    for (sort, choice) in [
        (Sort::Rsa, pkcs1),
        (Sort::Rsa, pss),
        (Sort::P256, pss),
        (Sort::P384, pss),
        (Sort::P521, pss),
        (Sort::Ed25519, pss),
    ] {
        let authority = Authority::new();
        let signer = authority.signer("signer", sort, choice);
        let document = signed(&plain(), &Wish::at(time()), &signer, None);
        let judged = pyhanko(&authority, &document);
        assert_eq!(judged.len(), 1, "{judged:?}");
        assert!(
            judged[0].starts_with("Signature1 bottom_line=True coverage=ENTIRE_FILE"),
            "{sort:?} {judged:?}"
        );
        authority.good_for_us(&document, None, 1);
        // The library under poppler does not know Ed25519.
        if sort != Sort::Ed25519 {
            let said = pdfsig(&authority, &document);
            assert!(
                said.contains("Signature is Valid") && said.contains("Total document signed"),
                "{sort:?} {said}"
            );
        }
    }
}

#[test]
fn leader_and_seal_sign_one_after_the_other_with_stamps_and_timestamps() {
    let authority = Authority::new();
    let leader = authority.signer("leader", Sort::P256, Choice::default());
    let seal =
        authority.signer("seal", Sort::Rsa, Choice { padding: Padding::Pkcs1, digest: Digest::Sha256 });
    for (name, document) in [("table", plain()), ("stream", streamed())] {
        let mut wish = Wish {
            name: Some("Nguyễn Thị Hường".to_owned()),
            reason: Some("Phê duyệt".to_owned()),
            stamp: Some(stamp(Page::Number(1), 60.0)),
            ..Wish::at(time())
        };
        let once = signed(&document, &wish, &leader, Some(&authority));
        wish.stamp = Some(stamp(Page::Number(1), 320.0));
        wish.name = Some("Con dấu".to_owned());
        let twice = signed(&once, &wish, &seal, Some(&authority));
        wish.stamp = Some(stamp(Page::Last, 60.0));
        let thrice = signed(&twice, &wish, &seal, None);

        let judged = pyhanko(&authority, &thrice);
        let wanted = [
            ("Signature1", "ENTIRE_REVISION", "timestamp=True"),
            ("Signature2", "ENTIRE_REVISION", "timestamp=True"),
            ("Signature3", "ENTIRE_FILE", "timestamp=None"),
        ];
        assert_eq!(judged.len(), wanted.len(), "{name} {judged:?}");
        for (line, (field, coverage, timestamp)) in judged.iter().zip(wanted) {
            let good = line.starts_with(&format!("{field} bottom_line=True coverage={coverage}"));
            assert!(good && line.contains(timestamp), "{name} {judged:#?}");
        }
        assert_eq!(pdfsig(&authority, &thrice).matches("Signature is Valid").count(), 3, "{name}");
        authority.good_for_us(&thrice, None, 3);

        let text = drawn(&authority, &thrice, 1, &format!("{name}-first"));
        for word in ["Ký bởi:", "Nguyễn Thị Hường Đặng Ẵỡ", "Ủy ban nhân dân", "24-11-2026 09:15:30 +07:00"]
        {
            assert_eq!(text.matches(word).count(), 2, "{name} {word}: {text}");
        }
        let text = drawn(&authority, &thrice, 2, &format!("{name}-turned"));
        assert!(text.contains("Thời gian ký: 24-11-2026 09:15:30 +07:00"), "{name} {text}");
    }
}

#[test]
fn a_document_printed_by_a_browser_is_signed() {
    let authority = Authority::new();
    let signer = authority.signer("signer", Sort::P256, Choice::default());
    authority.write("page.html", "<meta charset=utf-8><h1>Kết quả giải quyết</h1>");
    let folder = authority.folder().to_str().unwrap();
    let printed = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"])
        .args([&format!("--user-data-dir={folder}/profile"), &format!("--print-to-pdf={folder}/printed.pdf")])
        .arg(format!("file://{folder}/page.html"))
        .output()
        .unwrap();
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    let wish = Wish { stamp: Some(stamp(Page::Last, 60.0)), ..Wish::at(time()) };
    let document = signed(&authority.read("printed.pdf"), &wish, &signer, None);
    let judged = pyhanko(&authority, &document);
    assert!(judged[0].contains("bottom_line=True coverage=ENTIRE_FILE"), "{judged:?}");
    assert!(pdfsig(&authority, &document).contains("Signature is Valid"));
    authority.good_for_us(&document, None, 1);
    drawn(&authority, &document, 1, "printed");
}

#[test]
fn fields_that_are_there_are_kept_and_an_empty_one_is_filled() {
    let authority = Authority::new();
    let signer = authority.signer("signer", Sort::P256, Choice::default());
    let form = plain_with(
        "/AcroForm << /Fields [8 0 R 9 0 R] /DA (/Helv 0 Tf 0 g) >>",
        "9 0 R",
        &[
            "<< /Type /Annot /Subtype /Widget /FT /Tx /T (hoten) /V (An) /Rect [0 0 0 0] /P 3 0 R >>",
            "<< /Type /Annot /Subtype /Widget /FT /Sig /T (lanhdao) /F 4 /Rect [100 600 160 800] /P 6 0 R >>",
        ],
    );
    let wish = Wish {
        field: Some("lanhdao".to_owned()),
        stamp: Some(stamp(Page::Number(1), 0.0)),
        ..Wish::at(time())
    };
    let document = signed(&form, &wish, &signer, None);
    let judged = pyhanko(&authority, &document);
    assert!(judged[0].starts_with("lanhdao bottom_line=True coverage=ENTIRE_FILE"), "{judged:?}");
    authority.good_for_us(&document, None, 1);
    let text = drawn(&authority, &document, 2, "filled");
    assert!(text.contains("Ký bởi:"), "{text}");
    let view = lopdf::Document::load_mem(&document).unwrap();
    let form = view.catalog().unwrap().get(b"AcroForm").unwrap().as_dict().unwrap();
    assert_eq!(form.get(b"Fields").unwrap().as_array().unwrap().len(), 2);
    assert!(form.has(b"DA") && form.get(b"SigFlags").unwrap().as_i64().unwrap() == 3);

    let again = prepare(&document, &wish).unwrap_err();
    assert!(again.to_string().contains("signed already"), "{again}");
    let text = prepare(&document, &Wish { field: Some("hoten".to_owned()), ..wish.clone() }).unwrap_err();
    assert!(text.to_string().contains("no signature field"), "{text}");
    let late = Wish { field: None, certify: Some(Permission::FillingIn), ..wish };
    assert!(prepare(&document, &late).unwrap_err().to_string().contains("only the first"));
}

#[test]
fn certification_permits_what_it_says() {
    let authority = Authority::new();
    let signer = authority.signer("signer", Sort::P256, Choice::default());
    let wish = Wish { certify: Some(Permission::FillingIn), ..Wish::at(time()) };
    let certified = signed(&plain(), &wish, &signer, None);
    let both = signed(&certified, &Wish::at(time()), &signer, None);
    let judged = pyhanko(&authority, &both);
    assert!(judged.iter().all(|line| line.contains("bottom_line=True")), "{judged:?}");
    assert!(judged[0].contains("docmdp_ok=True"), "{judged:?}");
    authority.good_for_us(&both, None, 2);

    let closed = Wish { certify: Some(Permission::Nothing), ..Wish::at(time()) };
    let closed = signed(&plain(), &closed, &signer, None);
    let refused = prepare(&closed, &Wish::at(time())).unwrap_err();
    assert_eq!(refused.obstacle, Obstacle::Document);
    assert!(refused.to_string().contains("certified"), "{refused}");
}

#[test]
fn pyhanko_signs_on_top_of_ours_and_we_on_top_of_pyhankos() {
    let authority = Authority::new();
    let signer = authority.signer("signer", Sort::P256, Choice::default());
    let ours = signed(&plain(), &Wish::at(time()), &signer, None);
    authority.write("ours.pdf", &ours);
    authority.write(
        "on_top.py",
        "
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
signer = signers.SimpleSigner.load('signer.key', 'signer.pem', ca_chain_files=['root.pem'])
with open('ours.pdf', 'rb') as file, open('theirs.pdf', 'wb') as out:
    meta = signers.PdfSignatureMetadata(field_name='Theirs', subfilter=SigSeedSubFilter.PADES)
    signers.sign_pdf(IncrementalPdfFileWriter(file), meta, signer=signer, output=out)
",
    );
    authority.must(&format!("{} on_top.py", python()));
    let three = signed(&authority.read("theirs.pdf"), &Wish::at(time()), &signer, None);
    let judged = pyhanko(&authority, &three);
    assert_eq!(judged.len(), 3, "{judged:?}");
    assert!(judged.iter().all(|line| line.contains("bottom_line=True")), "{judged:?}");
    authority.good_for_us(&three, None, 3);
    // What it is called depends on whether the time that pyHanko claims is that of the revocation.
    authority.revoke("signer");
    let reason = authority.judged_by_us(&three, None).reason;
    let revoked = [SignatureReason::Revoked, SignatureReason::RevokedWithoutProofOfTime];
    assert!(reason.is_some_and(|reason| revoked.contains(&reason)), "{reason:?}");
}

#[test]
fn what_cannot_be_signed_is_told_in_both_languages() {
    let beside = Wish { stamp: Some(stamp(Page::Number(1), 500.0)), ..Wish::at(time()) };
    let missing = Wish { stamp: Some(stamp(Page::Number(9), 0.0)), ..Wish::at(time()) };
    for (document, wish, vietnamese, english) in [
        (b"<html>".to_vec(), Wish::at(time()), "không phải PDF", "no PDF"),
        (plain()[..200].to_vec(), Wish::at(time()), "hỏng", "damaged"),
        (plain(), beside, "nằm ngoài trang", "beside the page"),
        (plain(), missing, "có 2 trang", "has 2 pages"),
    ] {
        let fault = prepare(&document, &wish).unwrap_err();
        assert_eq!(fault.obstacle, Obstacle::Document);
        assert!(fault.told.vi.contains(vietnamese) && fault.told.en.contains(english), "{fault:?}");
        assert!(!fault.told.en.ends_with('.') && !fault.told.vi.ends_with('.'), "{fault:?}");
    }
}

/// With a password for the owner only, so that everybody may read it, and with one for readers.
#[test]
fn encrypted_documents_are_refused() {
    let authority = Authority::new();
    authority.write("plain.pdf", plain());
    authority.write(
        "encrypt.py",
        "
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
for name, reader in (('owner', ''), ('both', 'secret')):
    with open('plain.pdf', 'rb') as file, open(name + '.pdf', 'wb') as out:
        writer = copy_into_new_writer(PdfFileReader(file))
        writer.encrypt('owner', reader)
        writer.write(out)
",
    );
    authority.must(&format!("{} encrypt.py", python()));
    for name in ["owner.pdf", "both.pdf"] {
        let fault = prepare(&authority.read(name), &Wish::at(time())).unwrap_err();
        assert!(fault.told.vi.contains("mã hóa") && fault.told.en.contains("encrypted"), "{name} {fault:?}");
    }
}

/// Whatever becomes of a document, signing it is refused or appends to it, without a panic.
#[test]
fn damaged_documents_never_make_it_panic() {
    let authority = Authority::new();
    let signer = authority.signer("signer", Sort::P256, Choice::default());
    let wish = Wish { stamp: Some(stamp(Page::Last, 60.0)), ..Wish::at(time()) };
    for document in
        [plain(), streamed(), signed(&plain(), &Wish { room: 1300, ..Wish::at(time()) }, &signer, None)]
    {
        for place in (0..document.len()).step_by(7) {
            let mut bad = document.clone();
            bad[place] = [0, b'<', b'9', b'[', 0xff][place % 5];
            if let Ok(prepared) = prepare(&bad, &wish) {
                assert!(prepared.sign(&signer).is_ok());
            }
            let _ = prepare(&document[..place], &wish);
        }
    }
}

#[test]
fn a_signature_that_does_not_fit_is_refused() {
    let authority = Authority::new();
    let signer = authority.signer("signer", Sort::P256, Choice::default());
    let prepared = prepare(&plain(), &Wish { room: 100, ..Wish::at(time()) }).unwrap();
    let refused = prepared.clone().finish(&prepared.sign(&signer).unwrap()).unwrap_err();
    assert!(refused.to_string().contains("only 100"), "{refused}");
}
