"""What pyHanko says of what sign_with_authority.py made: judge_with_authority.py FOLDER MANIFEST prints, as JSON, per PDF
and CMS whether all its signatures are trusted, `online` where it may ask the authority and `offline` where it may not.
Revocation fails hard; what it cannot read is not trusted."""

import asyncio
import json
import logging
import sys
from pathlib import Path

from asn1crypto import cms
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import async_validate_detached_cms, validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.generic_cms import async_validate_cms_signature
from pyhanko_certvalidator import ValidationContext

logging.disable(logging.CRITICAL)
FOLDER = Path(sys.argv[1])
ROOTS = [load_cert_from_pemder(FOLDER / "anchors/goc.pem")]


def settings(asks):
    return {"trust_roots": ROOTS, "allow_fetching": asks, "revocation_mode": "hard-fail"}


def pdf(entry, asks):
    with (FOLDER / entry["file"]).open("rb") as file:
        reader = PdfFileReader(file)
        if "password" in entry:
            reader.decrypt(entry["password"])
        signatures = reader.embedded_regular_signatures
        if "/DSS" in reader.root:
            context = DocumentSecurityStore.read_dss(reader).as_validation_context(settings(asks))
        else:
            context = ValidationContext(**settings(asks))
        statuses = [validate_pdf_signature(one, context, ts_validation_context=context) for one in signatures]
    kept = [status.bottom_line and status.modification_level != ModificationLevel.OTHER for status in statuses]
    return bool(kept) and all(kept)


def signed(entry, asks):
    data = cms.ContentInfo.load((FOLDER / entry["file"]).read_bytes())["content"]
    context = ValidationContext(**settings(asks))
    if "detached" in entry:
        content = (FOLDER / entry["detached"]).read_bytes()
        told = async_validate_detached_cms(content, data, signer_validation_context=context, ts_validation_context=context)
    else:
        told = async_validate_cms_signature(data, validation_context=context)
    status = asyncio.run(told)
    return status.intact and status.valid and status.trusted


def trusted(entry, asks):
    try:
        return {"pdf": pdf, "cms": signed}[entry["kind"]](entry, asks)
    except Exception:
        return False


def main():
    entries = [entry for entry in json.loads((FOLDER / sys.argv[2]).read_text()) if entry["kind"] in ("pdf", "cms")]
    told = {
        entry["file"]: {"online": trusted(entry, True), "offline": trusted(entry, False)} for entry in entries
    }
    print(json.dumps(told))


main()
