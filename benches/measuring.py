"""What measuring costs and how true it is, beside Debian's blackbox_exporter. Called by throughput.sh and ttfb.sh.

Only ratios within one run mean anything: every figure is of CPU time of the prober itself, or of clocks on one machine.
"""

import concurrent.futures
import json
import os
import re
import ssl
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

from bench import PAGE_BYTES, ROOT, Nginx, Scratch, cpu_seconds, free_port, wait_for_port

EXAMPLES = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / os.environ.get("BENCH_PROFILE", "release") / "examples"
CONCURRENCY = 16
# Matches at the very end only, and has candidates all the way.
REGEX = r"</[a-z]{4}></html>\s*$"


def start_blackbox(scratch, ca):
    """Its process id and the address of /probe."""
    page = {"prober": "http", "timeout": "10s",
            "http": {"preferred_ip_protocol": "ip4", "tls_config": {"ca_file": str(ca)}}}
    regex = json.loads(json.dumps(page))
    regex["http"]["fail_if_body_not_matches_regexp"] = [REGEX]
    # JSON is YAML.
    config = scratch.path / "blackbox.yml"
    config.write_text(json.dumps({"modules": {"page": page, "regex": regex}}))
    port = free_port()
    process = scratch.start("prometheus-blackbox-exporter", f"--config.file={config}",
                            f"--web.listen-address=127.0.0.1:{port}", "--log.level=error")
    wait_for_port(port)
    return process.pid, f"http://127.0.0.1:{port}/probe"


def ask_blackbox(base, module, target):
    query = urllib.parse.urlencode({"module": module, "target": target})
    with urllib.request.urlopen(f"{base}?{query}") as answer:
        text = answer.read().decode()
    return dict(re.findall(r"^(probe_\S+) (\S+)$", text, re.M))


def drive_blackbox(pid, base, module, target, seconds):
    ask_blackbox(base, module, target)
    until = time.monotonic() + seconds
    before = cpu_seconds(pid)

    def keep_asking():
        up = down = 0
        while time.monotonic() < until:
            if ask_blackbox(base, module, target)["probe_success"] == "1":
                up += 1
            else:
                down += 1
        return up, down

    with concurrent.futures.ThreadPoolExecutor(CONCURRENCY) as pool:
        counts = [each.result() for each in [pool.submit(keep_asking) for _ in range(CONCURRENCY)]]
    probes = sum(up + down for up, down in counts)
    return {"probes": probes, "failed": sum(down for _, down in counts),
            "per_cpu_s": probes / (cpu_seconds(pid) - before)}


def example(name, *arguments):
    answer = subprocess.run([EXAMPLES / name, *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(answer.stdout)


def throughput(seconds, rounds):
    figures = {}
    with Scratch() as scratch:
        nginx = Nginx(scratch)
        plain, secure = f"http://127.0.0.1:{nginx.http}/", f"https://127.0.0.1:{nginx.https}/"
        root = ["--ca-file", nginx.ca]
        pid, base = start_blackbox(scratch, nginx.ca)
        for _ in range(rounds):
            taken = {
                "https blackbox": drive_blackbox(pid, base, "page", secure, seconds),
                "https raw": example("raw_loop", secure, seconds, *root),
                "https emc": example("throughput", secure, seconds, *root),
                "https emc, no memo": example("throughput", secure, seconds, *root, "--no-memo"),
                "http blackbox": drive_blackbox(pid, base, "page", plain, seconds),
                "http emc": example("throughput", plain, seconds),
                "regex blackbox": drive_blackbox(pid, base, "regex", plain, seconds),
                "regex emc": example("throughput", plain, seconds, "--regex", REGEX),
                "changing blackbox": drive_blackbox(pid, base, "regex", plain + "changing", seconds),
                "changing emc": example("throughput", plain + "changing", seconds, "--regex", REGEX),
                # Last: it leaves tens of thousands of ports in TIME_WAIT, and whoever comes next looks long for a free one.
                "http raw": example("raw_loop", plain, seconds),
            }
            for name, figure in taken.items():
                figures.setdefault(name, []).append(figure)
    median = {name: statistics.median(figure["per_cpu_s"] for figure in all_of) for name, all_of in figures.items()}
    print(f"{'':22}{'probes/CPU-s':>13}{'us':>8}{'x blackbox':>12}{'of raw':>8}{'failed':>8}")
    for name, value in median.items():
        family = name.split()[0]
        other = median[f"{family} blackbox"]
        raw = median.get(f"{family} raw")
        failed = sum(figure["failed"] for figure in figures[name])
        of_raw = f"{value / raw:8.2f}" if raw else " " * 8
        print(f"{name:22}{value:13.0f}{1e6 / value:8.0f}{value / other:12.2f}{of_raw}{failed:8}")


def start_target(scratch, delay_us, size, secure):
    """The address of a server that answers late and says how late."""
    command = [EXAMPLES / "ttfb_target", "--delay-us", delay_us, "--bytes", size]
    if secure:
        command += ["--cert", scratch.path / "chain.pem", "--key", scratch.path / "leaf.key"]
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)
    scratch.processes.append(process)
    return f"{'https' if secure else 'http'}://127.0.0.1:{int(process.stdout.readline())}/"


def quantiles(errors):
    errors = sorted(errors)
    return {f"p{share}_us": errors[min(len(errors) - 1, len(errors) * share // 100)] for share in (50, 90, 99)}


def blackbox_ttfb(base, url, seconds, concurrency, context):
    until = time.monotonic() + seconds
    reported = {}

    def keep_asking(lane):
        count = 0
        while time.monotonic() < until:
            path = f"{lane}-{count}"
            answer = ask_blackbox(base, "page", url + path)
            if answer["probe_success"] == "1":
                reported["/" + path] = float(answer['probe_http_duration_seconds{phase="processing"}']) * 1e6
            count += 1

    with concurrent.futures.ThreadPoolExecutor(concurrency) as pool:
        for each in [pool.submit(keep_asking, lane) for lane in range(concurrency)]:
            each.result()
    with urllib.request.urlopen(url + "log", context=context) as answer:
        truth = dict(line.split() for line in answer.read().decode().splitlines())
    errors = [round(took - int(truth[path])) for path, took in reported.items() if path in truth]
    return {"probes": len(reported), **quantiles(errors)}


def ttfb(seconds):
    with Scratch() as scratch:
        ca = Nginx(scratch).ca
        context = ssl.create_default_context(cafile=str(ca))
        _, base = start_blackbox(scratch, ca)
        for secure in (False, True):
            for name, concurrency, size in [("idle", 1, 2000), ("load", CONCURRENCY, PAGE_BYTES)]:
                url = start_target(scratch, 5000, size, secure)
                root = ["--ca-file", ca] if secure else []
                ours = example("ttfb", url, seconds, "--concurrency", concurrency, *root)
                theirs = blackbox_ttfb(base, url, seconds, concurrency, context if secure else None)
                print(f"{'https' if secure else 'http'} {name}\n  emc      {ours}\n  blackbox {theirs}")
                for share in ("p50_us", "p99_us"):
                    nearer = abs(theirs[share]) / max(1, abs(ours[share]))
                    print(f"  at {share[:3]} emc is {nearer:.1f} times nearer", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "throughput":
        throughput(float(sys.argv[2]), int(sys.argv[3]))
    else:
        ttfb(float(sys.argv[2]))
