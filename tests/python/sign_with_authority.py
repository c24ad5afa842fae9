"""Signs by the practice authority of authority.py: sign_with_authority.py FOLDER ADDRESS

pyHanko signs PDFs, and fetches what it embeds; OpenSSL signs CMS, xmlsec1 XML. FOLDER gets `pdf/`, `cms/`, `xml/`,
`lists/` (per signer the revocation lists of his path, for OpenSSL), `stamps/` (timestamps of PDFs and what they stamp) and
`manifest.json`: per file who signed, and what must be said of it by those who may ask the authority (`online`) and by
those who may not (`offline`).
"""

import asyncio
import io
import json
import logging
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from asn1crypto import pem
from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter, copy_into_new_writer
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

logging.disable(logging.CRITICAL)
FOLDER, ADDRESS = Path(sys.argv[1]), sys.argv[2]
PDF_NAME = generic.pdf_name
# Who holds which key, where it is not the one most hold.
KEYS = {
    "can-bo": "rsa.rsa", "bi-thu-hoi": "rsa-khac.rsa", "can-bo-p384": "p384.p384", "can-bo-ed25519": "ed25519.ed25519",
    "hoi-nham-noi": "p256-khac.p256",
}
GOOD = ["can-bo", "con-dau", "can-bo-p384", "can-bo-ed25519", "chi-danh-sach", "danh-sach-gian-tiep"]
# What those who ask must find, and why.
BAD = {
    "bi-thu-hoi": "invalid revoked",
    "bi-thu-hoi-danh-sach": "invalid revoked",
    "duoi-cap-bi-thu-hoi": "invalid revoked",
    "het-han": "invalid expired",
    "chua-hieu-luc": "invalid not_yet_valid",
    "hoi-nham-noi": "undetermined revocation_unknown",
    "hoi-noi-cua-goc": "undetermined revocation_unknown",
    "tra-loi-cu": "undetermined revocation_unknown",
    "danh-sach-cu": "undetermined revocation_unknown",
    "danh-sach-gia": "undetermined revocation_unknown",
    "khong-hoi-duoc": "undetermined revocation_unknown",
    "nguoi-la": "undetermined untrusted",
}
# What is known without asking.
OFFLINE = {"het-han": "invalid", "chua-hieu-luc": "invalid"}
# Certificates that no address leads to.
BESIDE = {"danh-sach-gian-tiep": ["danh-sach"]}
manifest = []


def put(kind, name, data, who, online, offline, **more):
    (FOLDER / kind / name).write_bytes(data)
    online, reason = [*online.split(), None][:2]
    told = {"file": f"{kind}/{name}", "kind": kind, "who": who, "online": online, "reason": reason, "offline": offline, **more}
    manifest.append({key: value for key, value in told.items() if value is not None})


def certificate(name):
    return load_cert_from_pemder(FOLDER / f"certs/{name}.pem")


def key_file(who):
    return FOLDER / f"keys/{KEYS.get(who, 'p256.p256')}.pem"


def issuer(who):
    return {"duoi-cap-bi-thu-hoi": "cap-bi-thu-hoi", "nguoi-la": "goc-la"}.get(who, "cap")


def page():
    """A PDF of one page with a form of two fields."""
    writer = PdfFileWriter(stream_xrefs=False)
    font = writer.add_object(generic.DictionaryObject({
        PDF_NAME("/Type"): PDF_NAME("/Font"),
        PDF_NAME("/Subtype"): PDF_NAME("/Type1"),
        PDF_NAME("/BaseFont"): PDF_NAME("/Helvetica"),
    }))
    fonts = generic.DictionaryObject({PDF_NAME("/F1"): font})
    content = writer.add_object(generic.StreamObject(stream_data=b"BT /F1 12 Tf 72 720 Td (Don de nghi) Tj ET"))
    box = generic.ArrayObject([generic.NumberObject(side) for side in (0, 0, 595, 842)])
    leaf = writer.insert_page(PageObject(content, box, resources=generic.DictionaryObject({PDF_NAME("/Font"): fonts})))
    widgets = [writer.add_object(widget(leaf, title, place)) for place, title in enumerate(("HoTen", "GhiChu"))]
    leaf.get_object()[PDF_NAME("/Annots")] = generic.ArrayObject(widgets)
    writer.root[PDF_NAME("/AcroForm")] = generic.DictionaryObject({
        PDF_NAME("/Fields"): generic.ArrayObject(widgets),
        PDF_NAME("/DA"): generic.TextStringObject("/F1 12 Tf 0 g"),
        PDF_NAME("/DR"): generic.DictionaryObject({PDF_NAME("/Font"): fonts}),
    })
    return written(writer.write)


def widget(leaf, title, place):
    top = 680 - 30 * place
    return generic.DictionaryObject({
        PDF_NAME("/Type"): PDF_NAME("/Annot"),
        PDF_NAME("/Subtype"): PDF_NAME("/Widget"),
        PDF_NAME("/FT"): PDF_NAME("/Tx"),
        PDF_NAME("/T"): generic.TextStringObject(title),
        # Empty, in UTF-16; pyHanko saves it in another encoding.
        PDF_NAME("/DV"): generic.ByteStringObject(b"\xfe\xff"),
        PDF_NAME("/F"): generic.NumberObject(4),
        PDF_NAME("/P"): leaf,
        PDF_NAME("/Rect"): generic.ArrayObject([generic.NumberObject(side) for side in (72, top, 300, top + 20)]),
    })


def written(write):
    to = io.BytesIO()
    write(to)
    return to.getvalue()


def pdf_signer(who, pss=False):
    store = SimpleCertificateStore()
    for name in (issuer(who), *BESIDE.get(who, ())):
        store.register(certificate(name))
    key = load_private_key_from_pemder(key_file(who), passphrase=None)
    return signers.SimpleSigner(certificate(who), key, store, prefer_pss=pss)


def stamp_by(place):
    return HTTPTimeStamper(f"{ADDRESS}/{place}", timeout=60) if place else None


def sign(data, who, *, field="ChuKy", stamp="tsa", vouched=False, archive=False, password=None, pss=False, **more):
    """Signs a PDF by PAdES; `vouched` fetches from the authority what it embeds."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    if password:
        writer.encrypt(password)
    if vouched or archive:
        more["validation_context"] = ValidationContext(
            trust_roots=[certificate("goc")], other_certs=[certificate(name) for name in BESIDE.get(who, ())],
            allow_fetching=True, revocation_mode="hard-fail",
        )
    settings = signers.PdfSignatureMetadata(
        field_name=field, md_algorithm="sha512" if who == "can-bo-ed25519" else "sha256",
        subfilter=fields.SigSeedSubFilter.PADES, embed_validation_info=vouched or archive, use_pades_lta=archive, **more,
    )
    signer = signers.PdfSigner(settings, pdf_signer(who, pss), timestamper=stamp_by(stamp))
    return written(lambda to: signer.sign_pdf(writer, output=to))


def saved_again(data, change):
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    change(writer)
    return written(writer.write)


def fill(writer):
    field = writer.root["/AcroForm"]["/Fields"][0]
    field[PDF_NAME("/V")] = generic.TextStringObject("Nguyen Van An")
    writer.update_container(field)


def reset_to(writer):
    """Another default, to which whoever resets the form falls back."""
    field = writer.root["/AcroForm"]["/Fields"][0]
    field[PDF_NAME("/DV")] = generic.TextStringObject("Nguoi Khac")
    writer.update_container(field)


def annotate(writer):
    leaf = writer.root["/Pages"]["/Kids"][0]
    note = generic.DictionaryObject({
        PDF_NAME("/Type"): PDF_NAME("/Annot"),
        PDF_NAME("/Subtype"): PDF_NAME("/Text"),
        PDF_NAME("/Rect"): generic.ArrayObject([generic.NumberObject(side) for side in (400, 700, 420, 720)]),
        PDF_NAME("/Contents"): generic.TextStringObject("Da xem"),
    })
    leaf["/Annots"].append(writer.add_object(note))
    writer.update_container(leaf["/Annots"])


def retitle(writer):
    writer.root["/Pages"]["/Kids"][0][PDF_NAME("/Contents")] = writer.add_object(
        generic.StreamObject(stream_data=b"BT /F1 12 Tf 72 720 Td (Noi dung khac) Tj ET")
    )
    writer.update_container(writer.root["/Pages"]["/Kids"][0])


STAMP = "bo-vi-du/tsa/tsa"


def pdf_levels(plain):
    unknown = "undetermined"
    put("pdf", "b-b.pdf", sign(plain, "can-bo", stamp=None), "can-bo", "valid", unknown, level="B-B")
    put("pdf", "b-t.pdf", sign(plain, "can-bo", stamp=STAMP), "can-bo", "valid", unknown, level="B-T")
    whole = sign(plain, "can-bo", stamp=STAMP, vouched=True)
    put("pdf", "b-lt.pdf", whole, "can-bo", "valid", "valid", level="B-LT")
    put("pdf", "b-lta.pdf", sign(plain, "can-bo", stamp=STAMP, archive=True), "can-bo", "valid", "valid", level="B-LTA")
    for who in GOOD[1:]:
        signed = sign(plain, who, stamp=STAMP, vouched=True)
        put("pdf", f"{who}.pdf", signed, who, "valid", "valid", level="B-LT")
    signed = sign(plain, "can-bo", stamp=STAMP, vouched=True, pss=True)
    put("pdf", "pss.pdf", signed, "can-bo", "valid", "valid", level="B-LT")
    sealed = sign(whole, "con-dau", field="Dau", stamp=STAMP, vouched=True)
    put("pdf", "lanh-dao-va-dau.pdf", sealed, "con-dau", "valid", "valid", level="B-LT")
    put("pdf", "ba-chu-ky.pdf", sign(sealed, "can-bo-p384", field="Ba", stamp=STAMP, archive=True), "can-bo-p384", "valid", "valid")
    copy = copy_into_new_writer(PdfFileReader(io.BytesIO(plain)))
    copy.encrypt(owner_pass="mat-khau", user_pass="mat-khau")
    locked = sign(written(copy.write), "can-bo", stamp=STAMP, vouched=True, password="mat-khau")
    put("pdf", "ma-hoa.pdf", locked, "can-bo", "valid", "valid", password="mat-khau")
    return whole


def pdf_changes(plain, whole):
    """What may be done after signing, by each level of DocMDP."""
    put("pdf", "dien-don.pdf", saved_again(whole, fill), "can-bo", "valid", "valid")
    put("pdf", "doi-mac-dinh.pdf", saved_again(whole, reset_to), "can-bo", "invalid modified_after_signing", "invalid")
    put("pdf", "doi-trang.pdf", saved_again(whole, retitle), "can-bo", "invalid modified_after_signing", "invalid")
    for level, permitted in enumerate((fields.MDPPerm.NO_CHANGES, fields.MDPPerm.FILL_FORMS, fields.MDPPerm.ANNOTATE), 1):
        certified = sign(plain, "can-bo", stamp=STAMP, vouched=True, certify=True, docmdp_permissions=permitted)
        changes = {"": None, "-dien-don": fill, "-chu-thich": annotate, "-doi-trang": retitle}
        for word, change in changes.items():
            kept = change is None or (change is fill and level > 1) or (change is annotate and level > 2)
            verdict = "valid" if kept else "invalid modified_after_signing"
            data = saved_again(certified, change) if change else certified
            put("pdf", f"docmdp-{level}{word}.pdf", data, "can-bo", verdict, verdict.split()[0])


def pdf_bad(plain, whole):
    for who, verdict in BAD.items():
        signed = sign(plain, who, stamp=STAMP)
        put("pdf", f"{who}.pdf", signed, who, verdict, OFFLINE.get(who, "undetermined"))
    early = sign(plain, "bi-thu-hoi", stamp=f"2024/{STAMP}")
    put("pdf", "ky-truoc-khi-thu-hoi.pdf", early, "bi-thu-hoi", "valid", "undetermined")
    early = sign(plain, "het-han", stamp="2024/bo-vi-du/tsa/tsa")
    put("pdf", "dau-sau-khi-het-han.pdf", early, "het-han", "invalid expired", "invalid")
    stamped = sign(plain, "can-bo", stamp="bo-vi-du/tsa/khong-quyen")
    put("pdf", "dau-khong-quyen.pdf", stamped, "can-bo", "invalid timestamp_wrong", "invalid")
    flipped = bytearray(whole)
    flipped[flipped.index(b"Don de nghi")] ^= 1
    put("pdf", "doi-mot-bit.pdf", bytes(flipped), "can-bo", "invalid digest_mismatch", "invalid")


def run(*arguments):
    done = subprocess.run(arguments, cwd=FOLDER, capture_output=True)
    if done.returncode:
        raise SystemExit(f"{arguments}\n{done.stderr.decode()}")
    return done.stdout


def openssl_signed(who, *flags):
    beside = "".join((FOLDER / f"certs/{name}.pem").read_text() for name in (issuer(who), *BESIDE.get(who, ())))
    (FOLDER / "cms/beside.pem").write_text(beside)
    return run(
        "openssl", "cms", "-sign", "-binary", "-in", "content.txt", "-signer", f"certs/{who}.pem",
        "-inkey", key_file(who), "-certfile", "cms/beside.pem", "-outform", "DER", *flags,
    )


def pyhanko_signed(who, stamp):
    content = (FOLDER / "content.txt").read_bytes()
    digest, stamper = ("sha512" if who == "can-bo-ed25519" else "sha256"), stamp_by(stamp)
    signed = pdf_signer(who).async_sign_general_data(content, digest, use_cades=True, timestamper=stamper)
    return asyncio.run(signed).dump()


def cms():
    (FOLDER / "content.txt").write_text("Kết quả giải quyết thủ tục hành chính\n" * 40)
    detached, inside = {"detached": "content.txt"}, ["-nodetach"]
    pss = ["-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:digest"]
    shapes = {
        "tach-rieng": ([], detached), "dinh-kem": (inside, {}), "dong-chay-ber": ([*inside, "-stream"], {}),
        "cades": (["-cades"], detached), "pss": (pss, detached), "theo-khoa": (["-keyid"], detached),
        "sha512": (["-md", "sha512"], detached), "khong-thuoc-tinh": (["-noattr"], detached),
    }
    for name, (flags, more) in shapes.items():
        put("cms", f"{name}.p7s", openssl_signed("can-bo", *flags), "can-bo", "valid", "undetermined", **more)
    for who in [*GOOD[1:], *BAD]:
        if who == "can-bo-ed25519":
            continue  # Debian's OpenSSL does not sign with such keys; pyHanko does, below.
        verdict, offline = BAD.get(who, "valid"), OFFLINE.get(who, "undetermined")
        put("cms", f"{who}.p7s", openssl_signed(who, "-cades"), who, verdict, offline, **detached)
    for name, who, stamp, level in (
        ("can-bo-ed25519", "can-bo-ed25519", None, "B-B"), ("dong-dau", "con-dau", STAMP, "B-T"),
        ("ky-truoc-khi-thu-hoi", "bi-thu-hoi", f"2024/{STAMP}", "B-T"),
    ):
        put("cms", f"{name}.p7s", pyhanko_signed(who, stamp), who, "valid", "undetermined", level=level, **detached)
    both = openssl_signed("can-bo", "-signer", "certs/con-dau.pem", "-inkey", key_file("con-dau"))
    put("cms", "hai-nguoi-ky.p7s", both, "can-bo", "valid", "undetermined", **detached)
    both = openssl_signed("can-bo", "-signer", "certs/bi-thu-hoi.pem", "-inkey", key_file("bi-thu-hoi"))
    put("cms", "mot-nguoi-bi-thu-hoi.p7s", both, "can-bo", "invalid revoked", "undetermined", **detached)
    broken = bytearray(openssl_signed("can-bo", *inside))
    broken[broken.index("thủ tục".encode())] ^= 1
    put("cms", "doi-mot-bit.p7s", bytes(broken), "can-bo", "invalid digest_mismatch", "invalid")


DSIG = "http://www.w3.org/2000/09/xmldsig#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
METHODS = {"can-bo": "rsa-sha256", "con-dau": "ecdsa-sha256", "can-bo-p384": "ecdsa-sha384"}
RESULT = '<ketQua Id="ket-qua"><hoTen>Nguyễn Văn An</hoTen><soHoSo>000.00.00.G01-240601-0001</soHoSo></ketQua>'


def template(who, reference, transforms, within=""):
    methods = "".join(f'<Transform Algorithm="{one}"/>' for one in transforms)
    return (
        f'<Signature xmlns="{DSIG}"><SignedInfo>'
        '<CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
        f'<SignatureMethod Algorithm="{MORE}{METHODS.get(who, "ecdsa-sha256")}"/><Reference URI="{reference}">'
        f'{methods and f"<Transforms>{methods}</Transforms>"}<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        "<DigestValue/></Reference></SignedInfo><SignatureValue/><KeyInfo><X509Data/></KeyInfo>"
        f"{within}</Signature>"
    )


def xmlsec_signed(who, document):
    (FOLDER / f"xml/{who}.tmp").write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n{document}')
    carried = [f"certs/{name}.pem" for name in (who, issuer(who), *BESIDE.get(who, ()))]
    keys = ",".join([str(key_file(who)), *carried])
    signed = run("xmlsec1", "--sign", "--privkey-pem", keys, "--id-attr:Id", "ketQua", f"xml/{who}.tmp")
    (FOLDER / f"xml/{who}.tmp").unlink()
    return signed


# XMLDSig tells no time: it may have been before the revocation, or the end.
NO_TIME = {
    "invalid revoked": ("undetermined revoked_without_proof_of_time", "undetermined"),
    "invalid expired": ("undetermined revocation_unknown", "undetermined"),
}


def xml():
    exclusive, enveloped = "http://www.w3.org/2001/10/xml-exc-c14n#", f"{DSIG}enveloped-signature"
    signers = [*METHODS, *(who for who in [*GOOD, *BAD] if who not in METHODS and who not in ("can-bo-ed25519", "bi-thu-hoi"))]
    for who in signers:
        verdict, offline = BAD.get(who, "valid"), OFFLINE.get(who, "undetermined")
        verdict, offline = NO_TIME.get(verdict, (verdict, offline))
        inside = RESULT.replace("</ketQua>", template(who, "", [enveloped, exclusive]) + "</ketQua>")
        put("xml", f"{who}-ben-trong.xml", xmlsec_signed(who, inside), who, verdict, offline)
        if who not in METHODS:
            continue
        around = template(who, "#vat", [exclusive], f'<Object Id="vat">{RESULT.replace(" Id=", " Ma=")}</Object>')
        put("xml", f"{who}-bao-ngoai.xml", xmlsec_signed(who, around), who, verdict, offline)
    beside = f"<hoSo>{RESULT}{template('can-bo', '#ket-qua', [exclusive])}</hoSo>"
    put("xml", "can-bo-ben-canh.xml", xmlsec_signed("can-bo", beside), "can-bo", "invalid reference_wrong", "invalid")
    changed = (FOLDER / "xml/can-bo-ben-trong.xml").read_text().replace("Văn An", "Văn Ân")
    put("xml", "doi-noi-dung.xml", changed.encode(), "can-bo", "invalid digest_mismatch", "invalid")
    apart = template("can-bo", "content.txt", [])
    detached = {"detached": "content.txt"}
    put("xml", "can-bo-tach-rieng.xml", xmlsec_signed("can-bo", apart), "can-bo", "valid", "undetermined", **detached)


def keep_stamp(name):
    """The timestamp of a signature, with what it stamps."""
    with (FOLDER / f"pdf/{name}.pdf").open("rb") as file:
        info = PdfFileReader(file).embedded_regular_signatures[0].signer_info
    stamps = [one["values"][0] for one in info["unsigned_attrs"] if one["type"].native == "signature_time_stamp_token"]
    (FOLDER / f"stamps/{name}.tst").write_bytes(stamps[0].dump())
    (FOLDER / f"stamps/{name}.stamped").write_bytes(info["signature"].native)


def keep_lists(who):
    points = [
        point.url for name in (issuer(who), who, *BESIDE.get(who, ()))
        for point in certificate(name).crl_distribution_points
    ]
    with (FOLDER / f"lists/{who}.pem").open("wb") as file:
        for url in dict.fromkeys(points):
            with urllib.request.urlopen(url) as answer:
                file.write(pem.armor("X509 CRL", answer.read()))


def main():
    for kind in ("pdf", "cms", "xml", "lists", "stamps"):
        (FOLDER / kind).mkdir()
    for who in [*GOOD, *BAD]:
        keep_lists(who)
    plain = page()
    with ThreadPoolExecutor(2) as pool:
        beside = pool.submit(lambda: (cms(), xml()))
        whole = pdf_levels(plain)
        pdf_changes(plain, whole)
        pdf_bad(plain, whole)
        beside.result()
    for name in ("b-t", "con-dau", "ky-truoc-khi-thu-hoi", "dau-khong-quyen"):
        keep_stamp(name)
    (FOLDER / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1))


main()
