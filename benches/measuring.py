"""What measuring costs and how true it is, beside Debian's blackbox_exporter. Called by throughput.sh and ttfb.sh.

Only ratios within one run mean anything: every figure is of CPU time of the prober itself, or of clocks on one machine.
"""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

RELEASE = pathlib.Path("target/release/examples")
CONCURRENCY = 16
PAGE_BYTES = 60_000
REGEX = "dich-vu-[0-9]+-cuoi"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def make_chain(folder):
    """Root, intermediate and leaf on P-256; the server shows leaf and intermediate."""
    ca = "basicConstraints=critical,CA:TRUE"
    leaf = "subjectAltName=IP:127.0.0.1,DNS:localhost"
    issuer = None
    for name, extension in [("root", ca), ("middle", ca), ("leaf", leaf)]:
        (folder / f"{name}.ext").write_text(extension)
        key, request, cert = (str(folder / f"{name}.{kind}") for kind in ("key", "csr", "pem"))
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)
        openssl("req", "-new", "-key", key, "-subj", f"/CN=bench {name}", "-out", request)
        signer = ["-signkey", key] if issuer is None else [
            "-CA", str(folder / f"{issuer}.pem"), "-CAkey", str(folder / f"{issuer}.key"), "-CAcreateserial"]
        openssl("x509", "-req", "-in", request, *signer, "-days", "30", "-sha256",
                "-extfile", str(folder / f"{name}.ext"), "-out", cert)
        issuer = name
    (folder / "chain.pem").write_text((folder / "leaf.pem").read_text() + (folder / "middle.pem").read_text())
    return {"root": folder / "root.pem", "chain": folder / "chain.pem", "key": folder / "leaf.key"}


@contextlib.contextmanager
def running(command, **options):
    process = subprocess.Popen(command, **options)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def wait_for(port):
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on {port}")


@contextlib.contextmanager
def nginx(folder, chain):
    """The same page over HTTP and HTTPS."""
    row = "<tr><td>Thu tuc hanh chinh</td><td>Co quan giai quyet</td></tr>\n"
    body = "<html><head><title>Cong dich vu cong</title></head><body><table>\n"
    body += row * ((PAGE_BYTES - 200) // len(row)) + "</table><p>dich-vu-2026-cuoi</p></body></html>"
    (folder / "www").mkdir()
    (folder / "www" / "index.html").write_text(body.ljust(PAGE_BYTES))
    plain, secure = free_port(), free_port()
    (folder / "nginx.conf").write_text(f"""
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
{"user root;" if os.getuid() == 0 else ""}
events {{ worker_connections 4096; }}
http {{
  access_log off; types {{ text/html html; }}
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  ssl_session_tickets off; ssl_session_cache off;
  server {{ listen 127.0.0.1:{plain} backlog=1024; root {folder}/www; }}
  server {{ listen 127.0.0.1:{secure} ssl backlog=1024; root {folder}/www;
            ssl_certificate {chain["chain"]}; ssl_certificate_key {chain["key"]}; }}
}}
""")
    with running(["nginx", "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL):
        wait_for(plain)
        wait_for(secure)
        yield f"http://127.0.0.1:{plain}/", f"https://127.0.0.1:{secure}/"


@contextlib.contextmanager
def blackbox(folder, chain):
    modules = {
        "page": {"prober": "http", "timeout": "10s", "http": {
            "preferred_ip_protocol": "ip4", "tls_config": {"ca_file": str(chain["root"])}}},
    }
    modules["regex"] = json.loads(json.dumps(modules["page"]))
    modules["regex"]["http"]["fail_if_body_not_matches_regexp"] = [REGEX]
    # JSON is YAML.
    (folder / "blackbox.yml").write_text(json.dumps({"modules": modules}))
    port = free_port()
    command = ["prometheus-blackbox-exporter", f"--config.file={folder}/blackbox.yml",
               f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
    with running(command, stderr=subprocess.DEVNULL) as process:
        wait_for(port)
        yield process.pid, f"http://127.0.0.1:{port}/probe"


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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
    answer = subprocess.run([RELEASE / name, *map(str, arguments)], check=True, capture_output=True, text=True)
    return json.loads(answer.stdout)


def throughput(folder, seconds, rounds):
    chain = make_chain(folder)
    root = ["--ca-file", chain["root"]]
    figures = {}
    with nginx(folder, chain) as (plain, secure), blackbox(folder, chain) as (pid, base):
        for _ in range(rounds):
            taken = {
                "https blackbox": drive_blackbox(pid, base, "page", secure, seconds),
                "https raw": example("raw_loop", secure, seconds, *root),
                "https emc": example("throughput", secure, seconds, *root),
                "https emc, no memo": example("throughput", secure, seconds, *root, "--no-memo"),
                "http blackbox": drive_blackbox(pid, base, "page", plain, seconds),
                "http raw": example("raw_loop", plain, seconds),
                "http emc": example("throughput", plain, seconds),
                "regex blackbox": drive_blackbox(pid, base, "regex", plain, seconds),
                "regex emc": example("throughput", plain, seconds, "--regex", REGEX),
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


@contextlib.contextmanager
def ttfb_target(delay_us, size, chain):
    command = [RELEASE / "ttfb_target", "--delay-us", str(delay_us), "--bytes", str(size)]
    if chain:
        command += ["--cert", chain["chain"], "--key", chain["key"]]
    with running(command, stdout=subprocess.PIPE, text=True) as process:
        port = int(process.stdout.readline())
        yield f"{'https' if chain else 'http'}://127.0.0.1:{port}/"


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


def ttfb(folder, seconds):
    import ssl
    chain = make_chain(folder)
    context = ssl.create_default_context(cafile=str(chain["root"]))
    with blackbox(folder, chain) as (_, base):
        for secure in (False, True):
            for name, concurrency, size in [("idle", 1, 2000), ("load", CONCURRENCY, PAGE_BYTES)]:
                with ttfb_target(5000, size, chain if secure else None) as url:
                    root = ["--ca-file", chain["root"]] if secure else []
                    ours = example("ttfb", url, seconds, "--concurrency", concurrency, *root)
                    theirs = blackbox_ttfb(base, url, seconds, concurrency, context if secure else None)
                scheme = "https" if secure else "http"
                print(f"{scheme} {name}\n  emc      {ours}\n  blackbox {theirs}")
                for share in ("p50_us", "p99_us"):
                    print(f"  {share[:3]} of blackbox is {abs(theirs[share]) / max(1, abs(ours[share])):.1f} times emc's")


def main():
    what, seconds = sys.argv[1], float(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        if what == "throughput":
            throughput(pathlib.Path(folder), seconds, int(sys.argv[3]))
        else:
            ttfb(pathlib.Path(folder), seconds)


if __name__ == "__main__":
    main()
