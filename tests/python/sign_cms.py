"""Signs "content" with pyHanko in a folder that holds NAME.pem and NAME.key for rsa, p256, ed and tsa."""

import asyncio
import pathlib
import sys
from datetime import datetime, timezone

from pyhanko.sign.ades.api import CAdESSignedAttrSpec
from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, SimpleSigner
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

place = pathlib.Path(sys.argv[1])
content = (place / "content").read_bytes()


def certificate(name):
    return load_cert_from_pemder(place / f"{name}.pem")


def key(name):
    return load_private_key_from_pemder(place / f"{name}.key", passphrase=None)


def signer(name, pss=False):
    return SimpleSigner(certificate(name), key(name), SimpleCertificateStore(), prefer_pss=pss)


authority = SimpleCertificateStore()
authority.register(certificate("tsa"))
stamper = DummyTimeStamper(certificate("tsa"), key("tsa"), authority)


async def main():
    when = PdfCMSSignedAttributes(signing_time=datetime(2026, 5, 4, 3, 2, 1, tzinfo=timezone.utc))
    stamped = PdfCMSSignedAttributes(cades_signed_attrs=CAdESSignedAttrSpec(timestamp_content=True))
    wanted = {
        "rsa": (signer("rsa"), "sha256", {"use_cades": True}),
        "rsa512": (signer("rsa"), "sha512", {"use_cades": False, "signed_attr_settings": when}),
        "pss": (signer("rsa", True), "sha256", {"use_cades": True}),
        "pss384": (signer("rsa", True), "sha384", {"use_cades": True, "detached": False}),
        "p256": (signer("p256"), "sha256", {"use_cades": True, "timestamper": stamper}),
        "ed": (signer("ed"), "sha512", {"use_cades": True, "timestamper": stamper}),
        "stamped": (
            signer("rsa"),
            "sha256",
            {"use_cades": True, "timestamper": stamper, "signed_attr_settings": stamped},
        ),
    }
    for name, (by, digest, options) in wanted.items():
        signed = await by.async_sign_general_data(content, digest, **options)
        (place / f"{name}.p7s").write_bytes(signed.dump())


asyncio.run(main())
