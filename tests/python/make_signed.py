"""Makes signed files for the tests of `emc verify`: make_signed.py FOLDER PORT COUNT [grown]

pyHanko signs; a throwaway authority issues, with `cryptography`. Certificates name revocation lists and issuers on the
given port of loopback, which nobody needs to serve where the file carries its own evidence. FOLDER gets `anchors/`,
`crl/`, the files, and `manifest.json`: per file what `emc verify --offline` must say of it;
COUNT of them are good ones of every shape, by a seeded generator. With `grown` there are files in steps up to the limits
as well: signatures, revisions, megabytes, and all three.
"""

import datetime
import io
import json
import logging
import random
import sys
from pathlib import Path

from asn1crypto import crl as asn1_crl
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter, copy_into_new_writer
from pyhanko.sign import fields, signers, timestamps
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

logging.disable(logging.CRITICAL)
FOLDER, PORT, COUNT = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
DAY = datetime.timedelta(days=1)
PDF_NAME = generic.pdf_name


class Party:
    """A key with its certificate."""

    def __init__(self, name, issuer=None, key=None, is_authority=False, usage=None, begins=-30, ends=3650, online=True):
        self.key = key or rsa.generate_private_key(65537, 2048)
        self.issuer = issuer or self
        subject = x509.Name([
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Bộ Ví dụ"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificate.subject if issuer else subject)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW + begins * DAY)
            .not_valid_after(NOW + ends * DAY)
            .add_extension(x509.BasicConstraints(is_authority, None), True)
            .add_extension(
                x509.KeyUsage(not is_authority, not is_authority, False, False, False, is_authority, is_authority, False, False),
                True,
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.issuer.key.public_key()), False)
        )
        if usage:
            builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), True)
        if issuer and online:
            place = x509.UniformResourceIdentifier(f"http://127.0.0.1:{PORT}/{issuer.word}.crl")
            builder = builder.add_extension(
                x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)]), False
            )
            place = x509.UniformResourceIdentifier(f"http://127.0.0.1:{PORT}/{issuer.word}.cer")
            access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, place)
            builder = builder.add_extension(x509.AuthorityInformationAccess([access]), False)
        self.word = name.lower().replace(" ", "-")
        algorithm = None if isinstance(self.issuer.key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
        self.certificate = builder.sign(self.issuer.key, algorithm)

    def revocation_list(self, revoked=(), until=3000):
        """What this authority says of those that it issued, `(party, when)` being revoked."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(NOW - datetime.timedelta(hours=1))
            .next_update(NOW + until * DAY)
            .add_extension(x509.CRLNumber(1), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False)
        )
        for party, when in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(party.certificate.serial_number).revocation_date(when)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def der(self):
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def loaded(self):
        return asn1_x509.Certificate.load(self.der())

    def signer(self, *, pss=False):
        key = self.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return signers.SimpleSigner(
            signing_cert=self.loaded(), signing_key=asn1_keys.PrivateKeyInfo.load(key), cert_registry=POOL, prefer_pss=pss
        )


def stamper(party):
    return timestamps.DummyTimeStamper(party.loaded(), party.signer().signing_key, certs_to_embed=POOL)


def page():
    """A PDF of one page."""
    writer = PdfFileWriter(stream_xrefs=False)
    font = writer.add_object(generic.DictionaryObject({
        PDF_NAME("/Type"): PDF_NAME("/Font"),
        PDF_NAME("/Subtype"): PDF_NAME("/Type1"),
        PDF_NAME("/BaseFont"): PDF_NAME("/Helvetica"),
    }))
    content = writer.add_object(generic.StreamObject(stream_data=b"BT /F1 12 Tf 72 720 Td (Ket qua giai quyet) Tj ET"))
    box = generic.ArrayObject([generic.NumberObject(side) for side in (0, 0, 595, 842)])
    fonts = generic.DictionaryObject({PDF_NAME("/F1"): font})
    writer.insert_page(PageObject(content, box, resources=generic.DictionaryObject({PDF_NAME("/Font"): fonts})))
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def sign(data, who, *, field="ChuKy", stamp=True, vouched=True, archive=False, password=None, pss=False, **more):
    """Signs a PDF by PAdES."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    if password:
        writer.encrypt(password)
    if vouched:
        more["validation_context"] = ValidationContext(
            trust_roots=[ROOT.loaded()], other_certs=[CA.loaded()], allow_fetching=False, revocation_mode="soft-fail",
            crls=[asn1_crl.CertificateList.load(one) for one in LISTS],
        )
    digest = "sha512" if isinstance(who.key, ed25519.Ed25519PrivateKey) else "sha256"
    settings = signers.PdfSignatureMetadata(
        field_name=field, md_algorithm=digest, subfilter=fields.SigSeedSubFilter.PADES,
        embed_validation_info=vouched, use_pades_lta=archive, **more,
    )
    written = io.BytesIO()
    stamper = STAMPER if stamp else None
    signers.PdfSigner(settings, who.signer(pss=pss), timestamper=stamper).sign_pdf(writer, output=written)
    return written.getvalue()


def saved_again(data, change):
    """A further revision, in which `change` did something."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    change(writer)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def replace_page(writer):
    stream = generic.StreamObject(stream_data=b"BT /F1 12 Tf 72 720 Td (Noi dung khac) Tj ET")
    writer.root["/Pages"]["/Kids"][0][PDF_NAME("/Contents")] = writer.add_object(stream)
    writer.update_container(writer.root["/Pages"]["/Kids"][0])


def annotate(writer):
    note = generic.DictionaryObject({
        PDF_NAME("/Type"): PDF_NAME("/Annot"),
        PDF_NAME("/Subtype"): PDF_NAME("/FreeText"),
        PDF_NAME("/Rect"): generic.ArrayObject([generic.NumberObject(side) for side in (70, 700, 300, 740)]),
        PDF_NAME("/Contents"): generic.TextStringObject("da sua"),
    })
    kid = writer.root["/Pages"]["/Kids"][0]
    kid[PDF_NAME("/Annots")] = generic.ArrayObject([writer.add_object(note)])
    writer.update_container(kid)


def open_action(writer):
    writer.root[PDF_NAME("/OpenAction")] = generic.DictionaryObject({
        PDF_NAME("/S"): PDF_NAME("/JavaScript"),
        PDF_NAME("/JS"): generic.TextStringObject("app.alert(1)"),
    })
    writer.update_root()


ROOT = Party("Goc", is_authority=True)
CA = Party("Co quan cap", ROOT, is_authority=True)
TSA = Party("Dau thoi gian", CA, usage=ExtendedKeyUsageOID.TIME_STAMPING)
PERSON = Party("Nguyễn Văn A", CA)
SEAL = Party("Bộ Ví dụ", CA)
WITHDRAWN = Party("Trần Thị B", CA)
OFF_TSA = Party("Khong phai TSA", CA)
STRANGER_ROOT = Party("Goc la", is_authority=True)
STRANGER = Party("Người Lạ", STRANGER_ROOT)
OLD = Party("Hết Hạn", CA, begins=-400, ends=-20)
P256 = Party("Khoa P256", CA, key=ec.generate_private_key(ec.SECP256R1()))
P384 = Party("Khoa P384", CA, key=ec.generate_private_key(ec.SECP384R1()))
EDWARDS = Party("Khoa Ed25519", CA, key=ed25519.Ed25519PrivateKey.generate())
SMALL = Party("Khoa RSA 1024", CA, key=rsa.generate_private_key(65537, 1024))
POOL = SimpleCertificateStore()
for authority in (ROOT, CA, STRANGER_ROOT):
    POOL.register(authority.loaded())
STAMPER = stamper(TSA)
LISTS = [ROOT.revocation_list(), CA.revocation_list()]
AFTER = [ROOT.revocation_list(), CA.revocation_list([(WITHDRAWN, NOW - 2 * DAY)])]

manifest = []


def put(name, data, verdict, reason=None, **more):
    (FOLDER / name).write_bytes(data)
    manifest.append({"file": name, "verdict": verdict, "reason": reason, **more})


def good(plain):
    whole = sign(plain, PERSON)
    put("b-lt.pdf", whole, "valid", level="B-LT")
    put("b-lta.pdf", sign(plain, PERSON, archive=True), "valid", level="B-LTA")
    put("lanh-dao-va-dau.pdf", sign(whole, SEAL, field="Dau"), "valid", level="B-LT")
    for name, party in (("p256", P256), ("p384", P384), ("ed25519", EDWARDS)):
        put(f"{name}.pdf", sign(plain, party), "valid", level="B-LT")
    put("pss.pdf", sign(plain, PERSON, pss=True), "valid", level="B-LT")
    certified = sign(plain, PERSON, certify=True, docmdp_permissions=fields.MDPPerm.FILL_FORMS)
    put("chung-nhan.pdf", certified, "valid", level="B-LT")
    put("chung-nhan-roi-ky.pdf", sign(certified, SEAL, field="Dau"), "valid", level="B-LT")
    locked = sign(plain, PERSON, certify=True, docmdp_permissions=fields.MDPPerm.NO_CHANGES)
    put("khoa.pdf", locked, "valid", level="B-LT")
    locked_copy = io.BytesIO()
    closed = copy_into_new_writer(PdfFileReader(io.BytesIO(plain)))
    closed.encrypt(owner_pass="mat-khau", user_pass="mat-khau")
    closed.write(locked_copy)
    encrypted = sign(locked_copy.getvalue(), PERSON, password="mat-khau")
    put("ma-hoa.pdf", encrypted, "valid", level="B-LT", password="mat-khau")
    put("ma-hoa-khong-mat-khau.pdf", encrypted, "undetermined", "password_needed")
    return whole, locked


def not_enough(plain):
    put("b-b.pdf", sign(plain, PERSON, stamp=False, vouched=False), "undetermined", "revocation_unknown", level="B-B", fetched="valid")
    put("b-t.pdf", sign(plain, PERSON, vouched=False), "undetermined", "revocation_unknown", level="B-T", fetched="valid")
    put("nguoi-la.pdf", sign(plain, STRANGER, vouched=False), "undetermined", "untrusted")
    put("chua-ky.pdf", plain, "undetermined", "no_signature")
    put("da-thu-hoi.pdf", sign(plain, WITHDRAWN, vouched=False), "undetermined", "revocation_unknown", fetched="invalid")


def bad(plain, whole, locked):
    flipped = bytearray(whole)
    flipped[flipped.index(b"Ket qua")] ^= 1
    put("doi-mot-bit.pdf", bytes(flipped), "invalid", "digest_mismatch")
    put("doi-trang.pdf", saved_again(whole, replace_page), "invalid", "modified_after_signing")
    put("them-chu-thich.pdf", saved_again(whole, annotate), "invalid", "modified_after_signing")
    put("them-hanh-dong.pdf", saved_again(whole, open_action), "invalid", "modified_after_signing")
    put("noi-them.pdf", whole + b"% them vao sau\n", "invalid", "modified_after_signing")
    put("khoa-roi-doi.pdf", saved_again(locked, annotate), "invalid", "modified_after_signing")
    put("khoa-1024.pdf", sign(plain, SMALL), "invalid", "weak_algorithm")
    put("het-han.pdf", sign(plain, OLD, vouched=False), "invalid", "expired")
    global STAMPER
    honest, STAMPER = STAMPER, stamper(OFF_TSA)
    put("dau-sai-muc-dich.pdf", sign(plain, PERSON, vouched=False), "invalid", "timestamp_wrong")
    STAMPER = honest
    hole = whole.index(b"/ByteRange")
    begin, end = whole.index(b"[", hole), whole.index(b"]", hole)
    numbers = [int(part) for part in whole[begin + 1 : end].split()]
    for name, moved in (
        ("byterange-khong.pdf", [0, 0, 0, 0]),
        ("byterange-ngan.pdf", [numbers[0], numbers[1], numbers[2], numbers[3] - 40]),
        ("byterange-lech.pdf", [numbers[0] + 8, numbers[1] - 8, numbers[2], numbers[3]]),
    ):
        text = " ".join(str(number) for number in moved).encode().ljust(end - begin - 1)
        put(name, whole[: begin + 1] + text + whole[end:], "invalid", None)


def variety(plain):
    """Good files of every shape."""
    chance = random.Random(20261124)
    people = [PERSON, SEAL, P256, P384, EDWARDS]
    for number in range(COUNT):
        data, certified = plain, False
        for place in range(chance.randint(1, 3)):
            more = {}
            if place == 0 and chance.random() < 0.3:
                allowed = chance.choice([fields.MDPPerm.FILL_FORMS, fields.MDPPerm.ANNOTATE])
                more, certified = {"certify": True, "docmdp_permissions": allowed}, True
            if chance.random() < 0.3:
                more["reason"], more["location"] = "Phê duyệt", "Hà Nội"
            who = chance.choice(people)
            data = sign(
                data, who, field=f"ChuKy{place}", archive=chance.random() < 0.2,
                pss=who in (PERSON, SEAL) and chance.random() < 0.3, **more,
            )
        put(f"tot-{number:03}.pdf", data, "valid", variety=True, certified=certified)


def heavier(plain, megabytes):
    """The same page beside so much data that no filter shortens."""
    noise = random.Random(megabytes).randbytes(megabytes << 20)
    return saved_again(plain, lambda writer: writer.root.__setitem__(
        PDF_NAME("/PieceInfo"), writer.add_object(generic.StreamObject(stream_data=noise))) or writer.update_root())


def signed_often(data, count):
    """The first signature brings the evidence for all: one authority issued everybody's certificate."""
    for number in range(count):
        data = sign(data, PERSON, field=f"ChuKy{number}", vouched=number == 0)
    return data


def saved_often(data, revisions):
    """Saved until it has so many revisions; each save gives it another title, which every signature permits."""
    reader = PdfFileReader(io.BytesIO(data))
    root = reader.trailer.raw_get("/Root").idnum
    number = int(reader.trailer["/Size"])
    previous = int(data[data.rindex(b"startxref") + 9 :].split()[0])
    pieces, length = [data], len(data)
    for title in range(reader.xrefs.total_revisions, revisions):
        body = f"{number} 0 obj\n<</Title({title})>>\nendobj\n"
        table = f"xref\n{number} 1\n{length:010} 00000 n \ntrailer\n<</Size {number + 1}/Root {root} 0 R/Info {number} 0 R"
        previous, table = length + len(body), f"{table}/Prev {previous}>>\nstartxref\n{length + len(body)}\n%%EOF\n"
        pieces.append((body + table).encode())
        length += len(pieces[-1])
    return b"".join(pieces)


def grown(plain):
    for count in (1, 4, 16, 64):
        put(f"ky-{count}.pdf", signed_often(plain, count), "valid", grown="signatures", steps=count)
    for count in (10, 100, 1000):
        put(f"luu-{count}.pdf", saved_often(signed_often(plain, 1), count), "valid", grown="revisions", steps=count)
    for count in (1, 8, 31):
        put(f"nang-{count}.pdf", signed_often(heavier(plain, count), 1), "valid", grown="megabytes", steps=count)
    most = saved_often(signed_often(heavier(plain, 29), 64), 1000)
    put("toi-da.pdf", most, "valid", grown="all", steps=1)


def main():
    (FOLDER / "anchors").mkdir(parents=True)
    (FOLDER / "served").mkdir()
    (FOLDER / "anchors/goc.pem").write_bytes(ROOT.certificate.public_bytes(serialization.Encoding.PEM))
    for authority, current in ((ROOT, AFTER[0]), (CA, AFTER[1])):
        (FOLDER / f"served/{authority.word}.crl").write_bytes(current)
        (FOLDER / f"served/{authority.word}.cer").write_bytes(authority.der())
    plain = page()
    whole, locked = good(plain)
    not_enough(plain)
    bad(plain, whole, locked)
    variety(plain)
    if "grown" in sys.argv[4:]:
        grown(plain)
    (FOLDER / "manifest.json").write_text(json.dumps({"files": manifest}, ensure_ascii=False, indent=1))


main()
