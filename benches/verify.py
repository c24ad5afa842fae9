#!/usr/bin/env python3
"""`emc verify` beside pyHanko (in process) and pdfsig (as a whole process), on the same files in the same run.

    benches/verify.py [--rounds 30] [--only in-process,whole-process,growth,xml]

The files are made for the run by tests/python/make_signed.py: pyHanko signs them, with a throwaway authority. Prints one
JSON line per measurement and the median ratios: how many times faster, peak memory beside what is allowed (32 MB and three
times the file), and by what factor the time grows where signatures, revisions or megabytes double (2 is linear). Nothing
is fetched by anybody; neither peer looks at revocation, which emc does. Needs the Python environment that `make test`
makes, and poppler-utils.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

from bench import ROOT, emc_binary, say

PYTHON = os.environ.get("EMC_PYTHON", str(ROOT / "target/python/bin/python"))
ALLOWED_MB = 32
PASSES = 3
PEER = """
import logging, statistics, sys, time
logging.disable(logging.CRITICAL)
from pathlib import Path
from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
rounds, anchors, files = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
roots = [x509.Certificate.load(pem.unarmor(path.read_bytes())[2]) for path in sorted(anchors.iterdir())]
for name in files:
    spent = []
    for _ in range(rounds):
        begun = time.perf_counter()
        with open(name, "rb") as file:
            context = ValidationContext(trust_roots=roots, allow_fetching=False)
            for signature in PdfFileReader(file).embedded_regular_signatures:
                validate_pdf_signature(signature, context, ts_validation_context=context)
        spent.append(time.perf_counter() - begun)
    print(round(1e6 * statistics.median(spent)), "-", name)
"""
XML_SIGNER = """
import subprocess, sys
from pathlib import Path
from lxml import etree
from signxml import XMLSigner
folder, sizes = Path(sys.argv[1]), [int(size) for size in sys.argv[2:]]
key, certificate = folder / "key.pem", folder / "certificate.pem"
subprocess.run(["openssl", "req", "-x509", "-nodes", "-days", "30", "-newkey", "rsa:2048", "-subj", "/CN=bench",
                "-keyout", key, "-out", certificate], check=True, stderr=subprocess.DEVNULL)
for megabytes in sizes:
    line = "<d " + " ".join(f'a{n}="value {n}"' for n in range(80)) + "/>"
    many = "<r>" + line * ((megabytes << 20) // len(line)) + "</r>"
    signer = XMLSigner(c14n_algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315")
    signed = signer.sign(etree.fromstring(many.encode()), key=key.read_bytes(), cert=certificate.read_bytes())
    (folder / f"attributes-{megabytes}.xml").write_bytes(etree.tostring(signed))
"""


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return done.stdout


def medians(output):
    """Median microseconds and verdict by file."""
    lines = (line.split(" ", 2) for line in output.splitlines())
    return {name: (int(spent), verdict) for spent, verdict, name in lines}


class Ours:
    """The judging alone, in a process of its own."""

    def __init__(self, anchors):
        subprocess.run(["cargo", "build", "--release", "--quiet", "--example", "verify_time"], check=True, cwd=ROOT)
        target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
        self.program, self.anchors = target / "release/examples/verify_time", anchors

    def medians(self, rounds, files):
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        return medians(run(self.program, rounds, now, self.anchors, *files))


def in_process(ours, anchors, entries, rounds):
    """By turns, so that what else the machine does falls on both."""
    files = [str(entry["path"]) for entry in entries]
    turns = []
    for _ in range(PASSES):
        peer = medians(run(PYTHON, "-c", PEER, max(rounds // 10, 3), anchors, *files))
        turns.append((ours.medians(max(rounds // PASSES, 3), files), peer))
    ratios, stamped = [], []
    for entry, name in zip(entries, files):
        emc, peer = (statistics.median(turn[side][name][0] for turn in turns) for side in (0, 1))
        ratios.append(peer / emc)
        stamped += [peer / emc] if entry.get("level") == "B-T" else []
        say(what="in process", file=entry["file"], level=entry.get("level"), verdict=turns[0][0][name][1],
            emc_us=emc, pyhanko_us=peer, times_faster=round(ratios[-1], 1))
    say(what="in process: medians", files=len(ratios), times_faster=round(statistics.median(ratios), 1),
        least=round(min(ratios), 1), times_faster_b_t=round(statistics.median(stamped), 1), asked=30)


def whole_process(command):
    """Seconds, seconds of processor and peak kilobytes of one process, whatever its exit code. The memory is at least that of this script,
    about 15 MB, which the kernel counts before it loads the program."""
    begun = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def beside_pdfsig(binary, anchors, entries, rounds):
    ratios, worst = [], 0
    for entry in entries:
        file, emc, pdfsig = entry["path"], [], []
        for _ in range(rounds if file.stat().st_size < 1 << 20 else 3):
            emc.append(whole_process([binary, "verify", "--offline", "--anchors", anchors, file]))
            pdfsig.append(whole_process(["pdfsig", "-nocert", file]))
        wall, processor = ([statistics.median(one[part] for one in side) for side in (emc, pdfsig)] for part in (0, 1))
        memory = max(one[2] for one in emc) / 1000
        allowed = ALLOWED_MB + 3 * file.stat().st_size / 1e6
        ratios.append(wall[1] / wall[0])
        worst = max(worst, memory / allowed)
        say(what="whole process", file=entry["file"], emc_ms=round(1e3 * wall[0], 1), pdfsig_ms=round(1e3 * wall[1], 1),
            times_faster=round(ratios[-1], 2), emc_cpu_ms=round(1e3 * processor[0], 1),
            pdfsig_cpu_ms=round(1e3 * processor[1], 1), peak_rss_mb=round(memory, 1), allowed_mb=round(allowed, 1))
    say(what="whole process: medians", files=len(ratios), times_faster=round(statistics.median(ratios), 2),
        memory_of_allowed=round(worst, 2), asked=1)


def growth(ours, entries, word, rounds):
    found = ours.medians(rounds, [entry["path"] for entry in entries])
    before = None
    for entry in entries:
        spent, verdict = found[str(entry["path"])]
        figures = {word: entry["steps"], "verdict": verdict, "ms": round(spent / 1e3, 2)}
        if before:
            doublings = math.log2(entry["steps"] / before[0])
            figures["per_doubling"] = round((spent / before[1]) ** (1 / doublings), 2)
        before = (entry["steps"], spent)
        say(what="growth", file=entry["file"], file_mb=round(entry["path"].stat().st_size / 1e6, 1), **figures)


def many_attributes(ours, folder):
    run(PYTHON, "-c", XML_SIGNER, folder, 1, 4, 10)
    entries = [{"file": f"attributes-{n}.xml", "path": folder / f"attributes-{n}.xml", "steps": n} for n in (1, 4, 10)]
    growth(ours, entries, "xml_megabytes", 7)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=30)
    arguments.add_argument("--only", default="in-process,whole-process,growth,xml")
    arguments.add_argument("--folder", type=Path, help="files that make_signed.py made before")
    arguments = arguments.parse_args()
    rounds, only = arguments.rounds, arguments.only.split(",")
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.folder or Path(scratch) / "signed"
        if not folder.exists():
            run(PYTHON, ROOT / "tests/python/make_signed.py", folder, 9, 12, "grown")
        files = json.loads((folder / "manifest.json").read_text())["files"]
        files = [entry | {"path": folder / entry["file"]} for entry in files if "password" not in entry]
        mixed = [entry for entry in files if "grown" not in entry and (entry["verdict"] == "valid" or "fetched" in entry)]
        grown = {word: [entry for entry in files if entry.get("grown") == word]
                 for word in ("signatures", "revisions", "megabytes", "all")}
        anchors = folder / "anchors"
        ours = Ours(anchors)
        if "in-process" in only:
            in_process(ours, anchors, mixed, rounds)
        if "whole-process" in only:
            heavy = [entries[-1] for entries in grown.values() if entries]
            beside_pdfsig(emc_binary(), anchors, mixed[:8] + heavy, rounds)
        if "growth" in only:
            for word, entries in grown.items():
                growth(ours, entries, word, 7)
        if "xml" in only:
            many_attributes(ours, Path(scratch))


if __name__ == "__main__":
    sys.exit(main())
