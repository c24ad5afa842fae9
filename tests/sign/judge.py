# pyHanko's judgement: each signature of a PDF, traced to the root that the test made.
import sys

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko.keys import load_cert_from_pemder

pdf, root = sys.argv[1:3]
context = ValidationContext(trust_roots=[load_cert_from_pemder(root)], allow_fetching=False)
with open(pdf, "rb") as file:
    for signature in PdfFileReader(file).embedded_signatures:
        status = validate_pdf_signature(signature, context, ts_validation_context=context)
        print(
            signature.field_name,
            "bottom_line=%s" % status.bottom_line,
            "coverage=%s" % status.coverage.name,
            "modification=%s" % (status.modification_level and status.modification_level.name),
            "docmdp_ok=%s" % status.docmdp_ok,
            "timestamp=%s" % (status.timestamp_validity and status.timestamp_validity.valid),

        )
