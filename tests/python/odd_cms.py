"""Builds CMS that no well-behaved signer makes, in a folder with content, rsa.pem and rsa.key: one file per oddity."""

import hashlib
import pathlib
import sys
from datetime import datetime, timedelta, timezone

from asn1crypto import algos, cms, core, tsp, x509, ocsp as responses
from cryptography import x509 as pyca
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509 import ocsp

place = pathlib.Path(sys.argv[1])
content = (place / "content").read_bytes()
key = serialization.load_pem_private_key((place / "rsa.key").read_bytes(), None)
authority = pyca.load_pem_x509_certificate((place / "rsa.pem").read_bytes())
der = authority.public_bytes(serialization.Encoding.DER)
certificate = x509.Certificate.load(der)
now = datetime.now(timezone.utc)
sha256 = {"algorithm": "sha256"}
rsa = {"algorithm": "sha256_rsa"}


def attribute(kind, *values):
    return cms.CMSAttribute({"type": kind, "values": values})


def basic():
    digest = hashlib.sha256(content).digest()
    return [attribute("content_type", "data"), attribute("message_digest", digest)]


def ess(serial=None, digest=None):
    serial = serial or certificate.serial_number
    named = {
        "cert_hash": digest or hashlib.sha256(der).digest(),
        "issuer_serial": {
            "issuer": [x509.GeneralName("directory_name", certificate.issuer)],
            "serial_number": serial,
        },
    }
    return attribute("signing_certificate_v2", tsp.SigningCertificateV2({"certs": [named]}))


def protection(digest="sha256"):
    told = {"digest_algorithm": {"algorithm": digest}, "signature_algorithm": rsa}
    return attribute("cms_algorithm_protection", cms.CMSAlgorithmProtection(told))


def sign(data):
    return key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def build(attributes, unsigned=(), crls=(), to_sign=None, signature=None, kind="data", inside=None):
    attributes = cms.CMSAttributes(attributes)
    info = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            "issuer_and_serial_number",
            {"issuer": certificate.issuer, "serial_number": certificate.serial_number},
        ),
        "digest_algorithm": sha256,
        "signed_attrs": attributes,
        "signature_algorithm": rsa,
        "signature": signature or sign(to_sign or attributes.dump()),
    }
    if unsigned:
        info["unsigned_attrs"] = list(unsigned)
    data = {
        "version": "v1",
        "digest_algorithms": [sha256],
        "encap_content_info": {"content_type": kind, **({"content": inside} if inside else {})},
        "certificates": [certificate],
        "signer_infos": [info],
    }
    if crls:
        data["crls"] = list(crls)
    return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(data)}).dump()


def crl():
    made = pyca.CertificateRevocationListBuilder().issuer_name(authority.subject).last_update(now)
    made = made.next_update(now + timedelta(days=1)).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.DER)


def response():
    made = ocsp.OCSPResponseBuilder().add_response(
        authority, authority, hashes.SHA256(), ocsp.OCSPCertStatus.GOOD, now, now + timedelta(days=1), None, None
    )
    made = made.responder_id(ocsp.OCSPResponderEncoding.NAME, authority).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.DER)


def tlv(tag, inside):
    length = len(inside)
    size = length.to_bytes((length.bit_length() + 7) // 8 or 1, "big")
    return bytes([tag]) + (bytes([length]) if length < 128 else bytes([0x80 | len(size)]) + size) + inside


def bare(kind, value):
    """An attribute that asn1crypto does not know."""
    return tlv(0x30, core.ObjectIdentifier(kind).dump() + tlv(0x31, value))


crl, response = crl(), response()
basic_response = bytes(responses.OCSPResponse.load(response)["response_bytes"]["response"])
adobe = tlv(0x30, tlv(0xA0, tlv(0x30, crl)) + tlv(0xA1, tlv(0x30, response)))
values = tlv(0x30, tlv(0xA0, tlv(0x30, crl)) + tlv(0xA1, tlv(0x30, basic_response)))
other = bytes(32)


made = {
    "good": build(basic() + [ess(), protection()]),
    "no_type": build(basic()[1:]),
    "no_digest": build(basic()[:1]),
    "two_digests": build(basic() + basic()[1:]),
    "two_values": build(basic()[:1] + [attribute("message_digest", hashlib.sha256(content).digest(), other)]),
    "two_ess": build(basic() + [ess(), ess()]),
    "wrong_digest": build(basic()[:1] + [attribute("message_digest", other)]),
    "wrong_type": build(basic(), kind="signed_data"),
    "wrong_serial": build(basic() + [ess(serial=certificate.serial_number + 1)]),
    "wrong_ess": build(basic() + [ess(digest=other)]),
    "wrong_protection": build(basic() + [protection("sha512")]),
    "wrong_signature": build(basic(), signature=sign(b"other")),
    "other_inside": build(basic(), inside=b"other"),
    "same_inside": build(basic(), inside=content),
    "archive": build(basic(), crls=[cms.RevocationInfoChoice("crl", cms.CertificateList.load(crl))]),
}
(place / "crl").write_bytes(crl)
(place / "response").write_bytes(response)
# asn1crypto does not write these.
attributes = b"".join(sorted([item.dump() for item in basic()] + [bare("1.2.840.113583.1.1.8", adobe)]))
unsigned = [bare("1.2.840.113549.1.9.16.2.23", tlv(0x30, der)), bare("1.2.840.113549.1.9.16.2.24", values)]
unsigned.append(bare("1.2.840.113549.1.9.6", tlv(0x30, b"")))


def raw(signed, signature, unsigned=b"", crls=b""):
    name = tlv(0x30, certificate.issuer.dump() + core.Integer(certificate.serial_number).dump())
    signer = b"\x02\x01\x01" + name + algos.DigestAlgorithm(sha256).dump() + signed
    signer += algos.SignedDigestAlgorithm(rsa).dump() + tlv(0x04, signature) + unsigned
    data = b"\x02\x01\x01" + tlv(0x31, algos.DigestAlgorithm(sha256).dump())
    data += tlv(0x30, core.ObjectIdentifier("1.2.840.113549.1.7.1").dump()) + tlv(0xA0, der) + crls
    data = tlv(0x30, data + tlv(0x31, tlv(0x30, signer)))
    return tlv(0x30, core.ObjectIdentifier("1.2.840.113549.1.7.2").dump() + tlv(0xA0, data))


made["carrying"] = raw(
    tlv(0xA0, attributes),
    sign(tlv(0x31, attributes)),
    tlv(0xA1, b"".join(unsigned)),
    tlv(0xA1, tlv(0xA1, core.ObjectIdentifier("1.3.6.1.5.5.7.16.2").dump() + response)),
)
plain = b"".join(sorted(item.dump() for item in basic()))
unsorted = b"".join(sorted((item.dump() for item in basic()), reverse=True))
indefinite = b"\xa0\x80" + unsorted + b"\x00\x00"
made["unsorted"] = raw(tlv(0xA0, unsorted), sign(tlv(0x31, unsorted)))
made["sorted_for_signing"] = raw(tlv(0xA0, unsorted), sign(tlv(0x31, plain)))
made["indefinite"] = raw(indefinite, sign(tlv(0x31, plain)))
made["bad_algorithm"] = build(basic()).replace(bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d01017f"))

for name, signed in made.items():
    (place / f"{name}.p7s").write_bytes(signed)
