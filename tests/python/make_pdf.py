"""Makes a folder of signed PDF files with a throwaway PKI: good ones by pyHanko, and attacks on them.

usage: make_pdf.py FOLDER [SEED] [ROUNDS]

FOLDER/anchors/*.pem      the root
FOLDER/keys/*.pem         certificates and keys of everybody (signer, seal, tsa, responder, revoked)
FOLDER/evidence/*         a CRL and OCSP responses, DER
FOLDER/good/*.pdf         files that must be found whole
FOLDER/bad/FAMILY-N.pdf   attacks
FOLDER/manifest.json      per file: expected verdict (`not_valid` where it depends on what a flipped bit hits), reason,
                          evaluation time, whether evidence is embedded; `password`, `signatures` (how many at least) and
                          `needs` (evidence that must be given beside the file) where they matter
"""

import datetime
import io
import json
import pathlib
import random
import re
import sys
import zlib

from asn1crypto import crl as asn1_crl, keys as asn1_keys, ocsp as asn1_ocsp, x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID as Usage, NameOID
from pyhanko.pdf_utils import generic, writer
from pyhanko.pdf_utils.crypt import StandardSecurityHandler
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

import tagged

NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
YEAR = datetime.timedelta(days=365)
OUT = pathlib.Path(sys.argv[1])
RANDOM = random.Random(sys.argv[2] if len(sys.argv) > 2 else "1")
ROUNDS = int(sys.argv[3]) if len(sys.argv) > 3 else 3
MANIFEST = []


# --- the throwaway PKI

def name(common, organisation="Uỷ ban thử nghiệm"):
    return x509.Name([
        x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
        x509.NameAttribute(NameOID.COMMON_NAME, common),
    ])


class Party:
    def __init__(self, label, common, issuer=None, ca=False, usage=None, curve=False, no_check=False):
        self.key = (
            ec.generate_private_key(ec.SECP256R1()) if curve
            else rsa.generate_private_key(public_exponent=65537, key_size=2048)
        )
        self.name = name(common)
        signing = issuer or self
        builder = (
            x509.CertificateBuilder().subject_name(self.name).issuer_name(signing.name)
            .public_key(self.key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(NOW - YEAR).not_valid_after(NOW + 20 * YEAR)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.key.public_key()), critical=False)
            .add_extension(x509.KeyUsage(
                digital_signature=not ca, content_commitment=not ca and usage is None, key_encipherment=False,
                data_encipherment=False, key_agreement=False, key_cert_sign=ca, crl_sign=ca,
                encipher_only=False, decipher_only=False), critical=True)
        )
        if usage is not None:
            builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
        if no_check:
            builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
        self.cert = builder.sign(signing.key, hashes.SHA256())
        self.der = self.cert.public_bytes(serialization.Encoding.DER)
        self.asn1 = asn1_x509.Certificate.load(self.der)
        pkcs8 = self.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        self.asn1_key = asn1_keys.PrivateKeyInfo.load(pkcs8)
        folder = OUT / "keys"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{label}.pem").write_bytes(self.cert.public_bytes(serialization.Encoding.PEM))
        (folder / f"{label}-key.pem").write_bytes(self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


ROOT = Party("root", "Goc thu nghiem", ca=True)
CA = Party("ca", "CA thu nghiem", issuer=ROOT, ca=True)
SIGNER = Party("signer", "Nguyễn Văn An", issuer=CA)
SEAL = Party("seal", "Ủy ban nhân dân thử nghiệm", issuer=CA, curve=True)
REVOKED = Party("revoked", "Trần Thị Bị Thu Hồi", issuer=CA)
TSA = Party("tsa", "TSA thu nghiem", issuer=CA, usage=Usage.TIME_STAMPING)
RESPONDER = Party("responder", "OCSP thu nghiem", issuer=CA, usage=Usage.OCSP_SIGNING, no_check=True)


def crl_of(issuer, revoked, days=3650):
    builder = (
        x509.CertificateRevocationListBuilder().issuer_name(issuer.name).last_update(NOW - datetime.timedelta(hours=1))
        .next_update(NOW + datetime.timedelta(days=days))
        .add_extension(x509.CRLNumber(7), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
    )
    for party in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder().serial_number(party.cert.serial_number)
            .revocation_date(NOW - datetime.timedelta(days=30))
            .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False).build())
    crl = builder.sign(issuer.key, hashes.SHA256())
    return crl.public_bytes(serialization.Encoding.DER)


def ocsp_of(party, revoked=False):
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=party.cert, issuer=CA.cert, algorithm=hashes.SHA1(),
        cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
        this_update=NOW - datetime.timedelta(hours=1), next_update=NOW + datetime.timedelta(days=3650),
        revocation_time=NOW - datetime.timedelta(days=30) if revoked else None,
        revocation_reason=x509.ReasonFlags.key_compromise if revoked else None,
    ).responder_id(ocsp.OCSPResponderEncoding.HASH, RESPONDER.cert).certificates([RESPONDER.cert])
    return builder.sign(RESPONDER.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


EVIDENCE = {
    "root.crl": crl_of(ROOT, []), "ca.crl": crl_of(CA, [REVOKED]),
    **{f"{label}.ocsp": ocsp_of(party, party is REVOKED)
       for label, party in [("signer", SIGNER), ("seal", SEAL), ("tsa", TSA), ("revoked", REVOKED)]},
}


def context():
    return ValidationContext(
        trust_roots=[ROOT.asn1], other_certs=[CA.asn1, RESPONDER.asn1], allow_fetching=False,
        crls=[asn1_crl.CertificateList.load(EVIDENCE[name]) for name in ("root.crl", "ca.crl")],
        ocsps=[asn1_ocsp.OCSPResponse.load(EVIDENCE[f"{name}.ocsp"]) for name in ("signer", "seal", "tsa")],
        revocation_mode="require")


def store(*parties):
    certificates = SimpleCertificateStore()
    certificates.register_multiple([party.asn1 for party in parties])
    return certificates


def signer_of(party):
    return signers.SimpleSigner(party.asn1, party.asn1_key, store(CA, ROOT))


STAMPER = DummyTimeStamper(TSA.asn1, TSA.asn1_key, certs_to_embed=store(CA, ROOT))


# --- files to sign

def plain(stream_xrefs=False, form=True):
    """A document of two pages with a font and, if asked, a form of two text fields."""
    out = writer.PdfFileWriter(stream_xrefs=stream_xrefs)
    resources = generic.DictionaryObject({pdf_name("/Font"): generic.DictionaryObject({
        pdf_name("/F1"): out.add_object(generic.DictionaryObject({
            pdf_name("/Type"): pdf_name("/Font"), pdf_name("/Subtype"): pdf_name("/Type1"),
            pdf_name("/BaseFont"): pdf_name("/Helvetica")}))})})
    pages = []
    for text in (b"QUYET DINH so 12/QD-UBND: cap 100 trieu dong", b"Noi nhan: luu VT"):
        content = generic.StreamObject(stream_data=b"BT /F1 14 Tf 60 700 Td (" + text + b") Tj ET")
        page = generic.DictionaryObject({
            pdf_name("/Type"): pdf_name("/Page"), pdf_name("/Resources"): resources,
            pdf_name("/MediaBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842))),
            pdf_name("/Contents"): out.add_object(content)})
        pages.append(out.insert_page(page))
    if form:
        boxes = []
        for index, label in enumerate(("ho_ten", "so_tien")):
            boxes.append(out.add_object(generic.DictionaryObject({
                pdf_name("/Type"): pdf_name("/Annot"), pdf_name("/Subtype"): pdf_name("/Widget"),
                pdf_name("/FT"): pdf_name("/Tx"), pdf_name("/T"): pdf_string(label), pdf_name("/P"): pages[0],
                pdf_name("/DA"): pdf_string("/F1 12 Tf 0 g"),
                pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (60, 600 - 40 * index, 300, 620 - 40 * index)))})))
        pages[0].get_object()["/Annots"] = generic.ArrayObject(boxes)
        out.root["/AcroForm"] = out.add_object(generic.DictionaryObject({
            pdf_name("/Fields"): generic.ArrayObject(boxes), pdf_name("/DR"): generic.DictionaryObject(resources)}))
    buffer = io.BytesIO()
    out.write(buffer)
    return buffer.getvalue()


def sign(data, field, party=None, stamper=None, box=None, lock=None, password=None, **meta):
    out = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
    if password is not None:
        out.encrypt(password)
    spec = SigFieldSpec(field, box=box, field_mdp_spec=lock)
    meta = signers.PdfSignatureMetadata(
        field_name=field, subfilter=meta.pop("subfilter", SigSeedSubFilter.PADES), md_algorithm="sha256",
        reason="Phê duyệt", location="Hà Nội", **meta)
    pdf = signers.PdfSigner(meta, signer_of(party or SIGNER), timestamper=stamper, new_field_spec=spec)
    return pdf.sign_pdf(out).getvalue()


def sign_again(data, change):
    """A second signature, whose field is tagged or whatever else in the same revision."""
    out = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
    fields.append_signature_field(out, SigFieldSpec("Con_dau", box=(400, 700, 560, 800)))
    change(out, out.root["/AcroForm"]["/Fields"].raw_get(-1))
    meta = signers.PdfSignatureMetadata(field_name="Con_dau", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
    return signers.PdfSigner(meta, signer_of(SEAL)).sign_pdf(out).getvalue()


def update(data, change, password=None):
    """One more revision, whatever it does."""
    out = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
    if password is not None:
        out.encrypt(password)
    change(out)
    buffer = io.BytesIO()
    out.write(buffer)
    return buffer.getvalue()


def fill(text, index=0, locked=None):
    def change(out):
        field = out.root["/AcroForm"]["/Fields"][index]
        field[pdf_name("/V")] = pdf_string(text)
        look = generic.StreamObject(
            dict_data={pdf_name("/Type"): pdf_name("/XObject"), pdf_name("/Subtype"): pdf_name("/Form"),
                       pdf_name("/BBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 240, 20)))},
            stream_data=b"/Tx BMC BT (" + text.encode() + b") Tj ET EMC")
        field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): out.add_object(look)})
        out.update_container(field)
    return change


def annotate(subtype="/Text"):
    def change(out):
        page = out.find_page_for_modification(0)[0].get_object()
        note = out.add_object(generic.DictionaryObject({
            pdf_name("/Type"): pdf_name("/Annot"), pdf_name("/Subtype"): pdf_name(subtype),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (60, 690, 400, 720))),
            pdf_name("/Contents"): pdf_string("1 ty dong")}))
        if "/Annots" in page:
            page["/Annots"].append(note)
            out.update_container(page["/Annots"])
        else:
            page[pdf_name("/Annots")] = generic.ArrayObject([note])
        out.update_container(page)
    return change


# --- keeping

def keep(folder, label, data, verdict, reason=None, evidence=False, **more):
    path = OUT / folder / f"{label}.pdf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    MANIFEST.append({
        "file": f"{folder}/{label}.pdf", "verdict": verdict, "reason": reason,
        "at": NOW.isoformat(), "evidence": evidence, **more})


def good(label, data, evidence=False, **more):
    verdict, reason = ("valid", None) if evidence else ("undetermined", "revocation_unknown")
    keep("good", label, data, verdict, reason, evidence, **more)


def bad(family, number, data, reason, **more):
    keep("bad", f"{family}-{number}", data, "invalid", reason, **more)


def make_good():
    signed = {}
    base = {False: plain(), True: plain(stream_xrefs=True)}
    for streams, tag in ((False, ""), (True, "-xref-streams")):
        data = base[streams]
        signed["b" + tag] = sign(data, "Lanh_dao")
        good("b-b" + tag, signed["b" + tag])
        good("b-t" + tag, sign(data, "Lanh_dao", stamper=STAMPER))
        long_term = dict(embed_validation_info=True, stamper=STAMPER)
        signed["lt" + tag] = sign(data, "Lanh_dao", validation_context=context(), **long_term)
        good("b-lt" + tag, signed["lt" + tag], evidence=True)
        good("b-lta" + tag, sign(data, "Lanh_dao", validation_context=context(), use_pades_lta=True, **long_term),
             evidence=True, signatures=2)
        two = sign(signed["b" + tag], "Con_dau", party=SEAL, box=(400, 700, 560, 800))
        signed["two" + tag] = two
        good("two" + tag, two, signatures=2)
        good("two-lt" + tag, sign(signed["lt" + tag], "Con_dau", party=SEAL, validation_context=context(), **long_term),
             evidence=True, signatures=2)
        good("filled" + tag, update(signed["b" + tag], fill("Le Van B")))
        good("metadata" + tag, update(signed["b" + tag], lambda out: out.set_info(generic.DictionaryObject(
            {pdf_name("/Title"): pdf_string("sau khi ky")}))))
    data = base[False]
    good("adbe", sign(data, "Lanh_dao", subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED))
    for level in (1, 2, 3):
        certified = sign(data, "Tac_gia", certify=True, docmdp_permissions=MDPPerm(level))
        signed[f"mdp{level}"] = certified
        good(f"docmdp{level}", certified)
        if level > 1:
            good(f"docmdp{level}-filled", update(certified, fill("Le Van C")))
            good(f"docmdp{level}-signed", sign(certified, "Con_dau", party=SEAL), signatures=2)
    good("docmdp3-annotated", update(signed["mdp3"], annotate()))
    lock = FieldMDPSpec(FieldMDPAction.INCLUDE, fields=["so_tien"])
    signed["lock"] = sign(data, "Lanh_dao", lock=lock)
    good("fieldmdp-free-filled", update(signed["lock"], fill("Le Van D")))
    for password, tag in (("bí mật", "password"), ("", "empty")):
        out = writer.PdfFileWriter()
        reader = PdfFileReader(io.BytesIO(plain(form=False)))
        out = writer.copy_into_new_writer(reader)
        out.security_handler = StandardSecurityHandler.build_from_pw("owner", password, encrypt_metadata=True)
        out._encrypt = out.add_object(out.security_handler.as_pdf_object())
        buffer = io.BytesIO()
        out.write(buffer)
        first = sign(buffer.getvalue(), "Lanh_dao", password=password)
        good(f"encrypted-{tag}", first, password=password)
        good(f"encrypted-two-{tag}", sign(first, "Con_dau", party=SEAL, password=password), password=password, signatures=2)
    for kids, parents in (("array", "nums"), ("indirect", "kids"), ("single", "nums")):
        name = f"tagged-{kids}"
        signed[name] = sign(update(plain(), tagged.tree(kids=kids, parents=parents)), "Lanh_dao")
        good(name, sign_again(signed[name], tagged.tag), signatures=2)
    keep("good", "unsigned", plain(), "undetermined", "no_signature")
    return signed


def replaced(data, old, new):
    assert data.count(old) >= 1, old
    return data.replace(old, new, 1)


def ranges(data):
    found = re.search(rb"/ByteRange\s*\[\s*(\d+) (\d+) (\d+) (\d+)[^\]]*\]", data)
    return found, [int(found.group(index)) for index in range(1, 5)]


def set_range(data, numbers):
    found, _ = ranges(data)
    text = b"/ByteRange [" + b" ".join(str(number).encode() for number in numbers)
    width = found.end() - found.start()
    assert len(text) + 1 <= width, (text, width)
    return data[:found.start()] + text.ljust(width - 1) + b"]" + data[found.end():]


def change_content(out):
    page = out.root["/Pages"]["/Kids"][0]
    content = generic.StreamObject(stream_data=b"BT /F1 14 Tf 60 700 Td (cap 900 ty dong) Tj ET")
    page[pdf_name("/Contents")] = out.add_object(content)
    out.update_container(page)


def override_content(out):
    reference = out.root["/Pages"]["/Kids"][0].raw_get("/Contents")
    stream = reference.get_object()
    stream._data = b"BT /F1 14 Tf 60 700 Td (cap 900 ty dong) Tj ET"
    stream._encoded_data = None
    out.mark_update(reference)


def override_font(out):
    font = out.root["/Pages"]["/Kids"][0]["/Resources"]["/Font"].raw_get("/F1")
    font.get_object()[pdf_name("/BaseFont")] = pdf_name("/ZapfDingbats")
    out.mark_update(font)


def drop_page(out):
    pages = out.root["/Pages"]
    del pages["/Kids"][1]
    pages[pdf_name("/Count")] = generic.NumberObject(1)
    out.update_container(pages)


def new_page_tree(out):
    fake = out.add_object(generic.DictionaryObject({
        pdf_name("/Type"): pdf_name("/Pages"), pdf_name("/Count"): generic.NumberObject(0),
        pdf_name("/Kids"): generic.ArrayObject([])}))
    out.root[pdf_name("/Pages")] = fake
    out.update_root()


def open_action(out):
    out.root[pdf_name("/OpenAction")] = generic.DictionaryObject({
        pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string("app.alert(1)")})
    out.update_root()


def names_script(out):
    out.root[pdf_name("/Names")] = generic.DictionaryObject({pdf_name("/JavaScript"): generic.DictionaryObject(
        {pdf_name("/Names"): generic.ArrayObject([])})})
    out.update_root()


def form_entry(entry, value):
    def change(out):
        form = out.root["/AcroForm"]
        form[pdf_name(entry)] = value
        out.update_container(form)
    return change


def signed_look(out):
    for field in (reference.get_object() for reference in out.root["/AcroForm"]["/Fields"]):
        if field.get("/FT") == "/Sig":
            field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): out.add_object(
                generic.StreamObject(dict_data={pdf_name("/Subtype"): pdf_name("/Form")}, stream_data=b"q Q"))})
            out.update_container(field)


def remove_signature(out):
    form = out.root["/AcroForm"]
    form[pdf_name("/Fields")] = generic.ArrayObject(
        [form["/Fields"].raw_get(index) for index in range(len(form["/Fields"]))
         if form["/Fields"].raw_get(index).get_object().get("/FT") != "/Sig"])
    out.update_container(form)


def unsigned_box(out):
    fields.append_signature_field(out, SigFieldSpec("gia", box=(0, 0, 595, 842)))


def form_text_added(out):
    form = out.root["/AcroForm"]
    field = out.add_object(generic.DictionaryObject({
        pdf_name("/FT"): pdf_name("/Tx"), pdf_name("/T"): pdf_string("moi"), pdf_name("/V"): pdf_string("1 ty")}))
    form["/Fields"].append(field)
    out.update_container(form["/Fields"])
    out.update_container(form)


REVISIONS = {
    "page-content-replaced": change_content, "page-content-overridden": override_content,
    "font-overridden": override_font, "page-dropped": drop_page, "page-tree-replaced": new_page_tree,
    "open-action": open_action, "names-script": names_script,
    "need-appearances": form_entry("/NeedAppearances", generic.BooleanObject(True)),
    "xfa": form_entry("/XFA", pdf_string("<xdp/>")), "signed-appearance": signed_look,
    "signature-removed": remove_signature, "unsigned-box": unsigned_box, "field-added": form_text_added,
    "annotation": annotate("/FreeText"), "annotation-remark": annotate("/Text"),
}


def make_bad(signed):
    bases = ["b", "b-xref-streams", "lt", "two", "mdp1", "mdp2", "lock"]
    for family, change in REVISIONS.items():
        for number, base in enumerate(bases):
            bad(family, number, update(signed[base], change), "modified_after_signing")
    for number, subtype in enumerate(("/FreeText", "/Stamp", "/Redact", "/Widget", "/Link")):
        bad("annotation-docmdp3", number, update(signed["mdp3"], annotate(subtype)), "modified_after_signing")
    for family, change in tagged.ATTACKS.items():
        for number, base in enumerate(("tagged-array", "tagged-indirect", "tagged-single")):
            bad(family, number, sign_again(signed[base], change), "modified_after_signing")
    bad("docmdp1-filled", 0, update(signed["mdp1"], fill("x")), "modified_after_signing")
    # pyHanko refuses to sign there; an attacker would not.
    signers.PdfSigner._enforce_certification_constraints = lambda *_: None
    bad("docmdp1-signed", 0, sign(signed["mdp1"], "Con_dau", party=SEAL), "modified_after_signing")
    bad("fieldmdp-locked", 0, update(signed["lock"], fill("9 ty", index=1)), "modified_after_signing")
    for number in range(ROUNDS):
        data = signed[RANDOM.choice(["b", "lt", "two", "b-xref-streams"])]
        found, (zero, before, after, length) = ranges(data)
        junk = b"\n% " + bytes(RANDOM.choice(b"abcdef") for _ in range(RANDOM.randrange(8, 60))) + b"\n"
        bad("appended", number, data + junk, "modified_after_signing")
        bad("range-nulled", number, set_range(data, [0, 0, 0, 0]), "byte_range_wrong")
        step = RANDOM.randrange(1, 40)
        bad("range-wider-gap", number, set_range(data, [0, before - step, after, length]), "byte_range_wrong")
        bad("range-later", number, set_range(data, [0, before, after + step, length - step]), "byte_range_wrong")
        bad("range-shorter", number, set_range(data, [0, before, after, length - step - 8]), "byte_range_wrong")
        bad("range-begins-later", number, set_range(data, [step % 9 + 1, before - 10, after, length]), "byte_range_wrong")
        bad("range-beyond", number, set_range(data, [0, before, after, int("9" * len(str(length)))]), "byte_range_wrong")
        gap = bytearray(data)
        gap[after - RANDOM.randrange(2, 400)] = RANDOM.choice(b" \n/(zG")
        bad("bytes-in-gap", number, bytes(gap), None)
        token = data[before:after]
        bad("contents-closed-early", number, data[:before] + token[:-60] + b">/X(" + b"a" * 55 + b")" + data[after:], "byte_range_wrong")
        bad("contents-escaped-name", number, replaced(data, b"/ByteRange [", b"/Byte#52ange["), "byte_range_wrong")
        # A second signature dictionary, hidden in front of the end.
        def hide(out):
            out.add_object(generic.DictionaryObject({
                pdf_name("/Type"): pdf_name("/Sig"), pdf_name("/ByteRange"): generic.ArrayObject(
                    map(generic.NumberObject, (0, before, after, length))),
                pdf_name("/Contents"): generic.ByteStringObject(b"\x30\x00")}))
        bad("hidden-signature", number, update(data, hide), None)
        flipped = bytearray(data)
        flipped[RANDOM.randrange(20, before)] ^= 1 << RANDOM.randrange(8)
        keep("bad", f"flipped-{number}", bytes(flipped), "not_valid", None)
    # Shadow attacks: prepared before signing, brought to light afterwards.
    shadows(signed)


def shadows(signed):
    def prepared(change):
        out = IncrementalPdfFileWriter(io.BytesIO(plain()))
        change(out)
        buffer = io.BytesIO()
        out.write(buffer)
        return sign(buffer.getvalue(), "Lanh_dao")

    # Hide: a page refers to an object that does not exist yet.
    number = 900

    def dangling(out):
        page = out.root["/Pages"]["/Kids"][0]
        page[pdf_name("/Contents")] = generic.ArrayObject(
            [page.raw_get("/Contents"), generic.IndirectObject(number, 0, out)])
        out.update_container(page)

    body = b"BT /F1 30 Tf 60 500 Td (cap 900 ty dong) Tj ET"
    data = raw_update(prepared(dangling), number, b"<</Length %d>>\nstream\n%s\nendstream" % (len(body), body))
    bad("shadow-hide", 0, data, "modified_after_signing")

    # Replace: what shows a field is the page's content as well, and filling in replaces it.
    def double(out):
        page = out.root["/Pages"]["/Kids"][0]
        field = out.root["/AcroForm"]["/Fields"][0]
        field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): page.raw_get("/Contents")})
        out.update_container(field)

    data = prepared(double)
    shared = PdfFileReader(io.BytesIO(data)).root["/Pages"]["/Kids"][0].raw_get("/Contents").idnum
    data = raw_update(data, shared, b"<</Subtype/Form/Length %d>>\nstream\n%s\nendstream" % (len(body), body))
    bad("shadow-appearance", 0, data, "modified_after_signing")

    # Hide and replace: the old objects lie in the file twice, and the last cross-reference leads past a revision.
    two = signed["two"]
    starts = [int(found) for found in re.findall(rb"startxref\s+(\d+)", two)]
    skipping = two + b"\nxref\n0 0\ntrailer\n<</Size 100/Prev %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (starts[0], len(two) + 1)
    bad("revision-skipped", 0, skipping, None)


def raw_update(data, number, body):
    """A revision by hand: one object, over whatever was there."""
    reader = PdfFileReader(io.BytesIO(data))
    root = reader.trailer.raw_get("/Root").idnum
    start = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    if not data.endswith(b"\n"):
        data += b"\n"
    at = len(data)
    data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    xref = len(data)
    data += b"xref\n%d 1\n%010d 00000 n \n" % (number, at)
    return data + b"trailer\n<</Size %d/Prev %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        max(number + 1, 200), start, root, xref)


def make_bombs():
    inflated = zlib.compress(zlib.compress(b"\0" * (200 << 20), 9), 9)
    keep("bad", "bomb-0", plain()[:0] + bomb(inflated), "undetermined", "too_complex")
    keep("bad", "truncated-0", plain()[:-40], "undetermined", "malformed")
    keep("bad", "no-pdf-0", b"PK\x03\x04" + bytes(RANDOM.randrange(256) for _ in range(400)), "undetermined", "malformed")


def bomb(packed):
    data = b"%PDF-1.7\n"
    at = len(data)
    data += (b"1 0 obj\n<</Type/XRef/W[1 4 2]/Size 3/Root 2 0 R/Filter[/FlateDecode/FlateDecode]/Length %d>>\nstream\n%s\nendstream\nendobj\n"
             % (len(packed), packed))
    return data + b"startxref\n%d\n%%%%EOF\n" % at


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "anchors").mkdir(exist_ok=True)
    (OUT / "anchors" / "root.pem").write_bytes(ROOT.cert.public_bytes(serialization.Encoding.PEM))
    (OUT / "evidence").mkdir(exist_ok=True)
    for label, data in EVIDENCE.items():
        (OUT / "evidence" / label).write_bytes(data)
    signed = make_good()
    keep("good-by-structure", "revoked", sign(plain(), "Lanh_dao", party=REVOKED, stamper=STAMPER), "invalid", "revoked",
         needs="evidence/ca.crl")
    make_bad(signed)
    make_bombs()
    (OUT / "manifest.json").write_text(json.dumps(MANIFEST, indent=1))


main()
