"""What pyHanko says of the files that make_signed.py made: judge_signed.py FOLDER prints, as JSON, per file whether all
its signatures are trusted. Revocation fails hard and nothing is fetched; files that it cannot read are not trusted."""

import json
import logging
import sys
from pathlib import Path

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext

logging.disable(logging.CRITICAL)
FOLDER = Path(sys.argv[1])
ROOTS = [x509.Certificate.load(pem.unarmor(path.read_bytes())[2]) for path in (FOLDER / "anchors").iterdir()]


def trusted(path, password):
    with path.open("rb") as file:
        reader = PdfFileReader(file)
        if password:
            reader.decrypt(password)
        signatures = reader.embedded_regular_signatures
        if not signatures:
            return False
        try:
            settings = DocumentSecurityStore.read_dss(reader).as_validation_context(
                {"trust_roots": ROOTS, "allow_fetching": False, "revocation_mode": "hard-fail"}
            )
        except Exception:
            settings = ValidationContext(trust_roots=ROOTS, allow_fetching=False, revocation_mode="hard-fail")
        for signature in signatures:
            status = validate_pdf_signature(signature, settings, ts_validation_context=settings)
            if not status.bottom_line or status.modification_level == ModificationLevel.OTHER:
                return False
    return True


def main():
    told = {}
    for entry in json.loads((FOLDER / "manifest.json").read_text())["files"]:
        if "password" in entry:
            continue
        try:
            told[entry["file"]] = trusted(FOLDER / entry["file"], entry.get("password"))
        except Exception:
            told[entry["file"]] = False
    print(json.dumps(told))


main()
