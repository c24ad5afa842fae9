#!/usr/bin/env python3
"""`emc verify` beside pyHanko (in process) and pdfsig (as a whole process), on the same files in the same run.

    benches/verify.py [--rounds 30]

The files are made for the run by tests/pki/make_pdf.py: pyHanko signs them, with a throwaway authority. Prints medians,
ratios and peak memory; then how the cost grows with the size of a file, its signatures and its revisions. Needs the
Python environment that `make test` makes, and poppler-utils.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import ROOT, emc_binary, say

PYTHON = os.environ.get("EMC_PYTHON", str(ROOT / "target/python/bin/python"))
PEER = """
import datetime, statistics, sys, time, warnings, logging
logging.disable(logging.CRITICAL)
from pathlib import Path
from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
rounds, at, anchors, files = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4:]
def certificate(path):
    data = path.read_bytes()
    return x509.Certificate.load(pem.unarmor(data)[2] if pem.detect(data) else data)
roots = [certificate(path) for path in sorted(anchors.iterdir())]
moment = datetime.datetime.fromisoformat(at.replace("Z", "+00:00"))
for name in files:
    spent = []
    for _ in range(rounds):
        begun = time.perf_counter()
        with open(name, "rb") as file:
            context = ValidationContext(trust_roots=roots, moment=moment, allow_fetching=False)
            for signature in PdfFileReader(file).embedded_regular_signatures:
                validate_pdf_signature(signature, context, ts_validation_context=context)
        spent.append(time.perf_counter() - begun)
    print(round(1e6 * statistics.median(spent)), name)
"""


def medians(output):
    """Median microseconds by file."""
    return {line.split(" ", 1)[1].rsplit(" ", 1)[-1]: int(line.split(" ", 1)[0]) for line in output.splitlines() if line}


def run(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def whole_process(command):
    """Seconds and peak kilobytes of one process, whatever its exit code."""
    begun = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return time.perf_counter() - begun, usage.ru_maxrss


def beside_pyhanko(ours, at, anchors, files, rounds):
    emc = medians(run(ours, rounds, at, anchors, *files))
    peer = medians(run(PYTHON, "-c", PEER, max(rounds // 5, 3), at, anchors, *files))
    ratios = []
    for file in files:
        name = str(file)
        ratios.append(peer[name] / emc[name])
        say(what="in process", file=file.name, emc_us=emc[name], pyhanko_us=peer[name], times_faster=round(ratios[-1], 1))
    say(what="in process, median over the set", times_faster=round(statistics.median(ratios), 1))


def beside_pdfsig(binary, at, anchors, files, rounds):
    for file in files:
        emc, pdfsig, memory = [], [], 0
        for _ in range(rounds):
            seconds, kilobytes = whole_process([binary, "verify", "--offline", "--at", at, "--anchors", anchors, file])
            emc.append(seconds)
            memory = max(memory, kilobytes)
            pdfsig.append(whole_process(["pdfsig", "-nocert", file])[0])
        emc, pdfsig = statistics.median(emc), statistics.median(pdfsig)
        most = 32_000 + 3 * file.stat().st_size / 1000
        say(what="whole process", file=file.name, emc_ms=round(1e3 * emc, 1), pdfsig_ms=round(1e3 * pdfsig, 1),
            times_faster=round(pdfsig / emc, 2), peak_rss_mb=round(memory / 1000, 1), allowed_mb=round(most / 1000, 1))


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=30)
    rounds = arguments.parse_args().rounds
    binary = emc_binary()
    subprocess.run(["cargo", "build", "--release", "--quiet", "--example", "verify_time"], check=True, cwd=ROOT)
    ours = ROOT / "target/release/examples/verify_time"
    with tempfile.TemporaryDirectory() as folder:
        run(PYTHON, ROOT / "tests/pki/make_pdf.py", folder)
        manifest = json.loads((Path(folder) / "manifest.json").read_text())
        good = [entry for entry in manifest["files"] if entry["verdict"] == "valid" and "password" not in entry]
        at, anchors = good[0]["at"], Path(folder) / "anchors"
        files = [Path(folder) / entry["file"] for entry in good]
        beside_pyhanko(ours, at, anchors, files, rounds)
        beside_pdfsig(binary, at, anchors, files[:6], rounds)


if __name__ == "__main__":
    sys.exit(main())
