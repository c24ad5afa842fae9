"""What the benchmark scripts share: target servers, certificates, readings of a process. Loopback only.

Every script prints one JSON line per measurement and, last, the ratios of that run. Absolute times are noise on a shared
machine; quote the ratios.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE_BYTES = 60_000
TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port that the kernel has free now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def emc_binary() -> Path:
    """The release build, made if it is not there."""
    subprocess.run(["cargo", "build", "--release", "--bin", "emc"], cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / "release" / "emc"


class Scratch:
    """A folder and the processes started for one measurement; all gone at the end, whatever happened."""

    def __enter__(self):
        self.path = Path(tempfile.mkdtemp(prefix="emc-bench-"))
        self.processes = []
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
        shutil.rmtree(self.path, ignore_errors=True)

    def start(self, *command, **more):
        """Starts a process that ends with this scratch; its words go to a file named after it."""
        log = open(self.path / f"{Path(command[0]).name}-{len(self.processes)}.log", "wb")
        process = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log, **more)
        self.processes.append(process)
        return process


def make_chain(folder: Path) -> None:
    """An ECDSA P-256 chain for 127.0.0.1 and localhost: root -> intermediate -> leaf."""

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, stderr=subprocess.DEVNULL)

    def key(name):
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key")

    for name in ("root", "intermediate", "leaf"):
        key(name)
    (folder / "ca.ext").write_text("basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n")
    (folder / "leaf.ext").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n")
    openssl("req", "-x509", "-new", "-key", "root.key", "-subj", "/CN=bench root", "-days", "30", "-out", "root.pem",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    for name, issuer, extensions in (("intermediate", "root", "ca.ext"), ("leaf", "intermediate", "leaf.ext")):
        openssl("req", "-new", "-key", f"{name}.key", "-subj", f"/CN=bench {name}", "-out", f"{name}.csr")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key",
                "-CAcreateserial", "-days", "20", "-extfile", extensions, "-out", f"{name}.pem")
    (folder / "chain.pem").write_text((folder / "leaf.pem").read_text() + (folder / "intermediate.pem").read_text())


class Nginx:
    """nginx with one 60,000-byte page over HTTP and HTTPS."""

    def __init__(self, scratch: Scratch):
        folder = scratch.path
        make_chain(folder)
        (folder / "www").mkdir()
        line = "<p>Cổng dịch vụ công: nộp hồ sơ, tra cứu, thanh toán trực tuyến.</p>\n"
        head = "<!doctype html><html lang=vi><head><meta charset=utf-8><title>Cổng dịch vụ công</title></head><body>\n"
        page = (head + line * 2000).encode()[: PAGE_BYTES - 16] + b"\n</body></html>"
        (folder / "www" / "index.html").write_bytes(page.ljust(PAGE_BYTES, b"\n"))
        os.chmod(folder, 0o755)
        self.http, self.https, self.ca = free_port(), free_port(), folder / "root.pem"
        (folder / "nginx.conf").write_text(f"""
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1; worker_rlimit_nofile 20000;
events {{ worker_connections 15000; }}
http {{
  access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; types {{ text/html html; }}
  ssl_session_tickets off; ssl_session_cache off;
  server {{
    listen 127.0.0.1:{self.http} backlog=4096; listen 127.0.0.1:{self.https} ssl backlog=4096;
    ssl_certificate {folder}/chain.pem; ssl_certificate_key {folder}/leaf.key; root {folder}/www; charset utf-8;
    location = /changing {{ alias {folder}/www/index.html; default_type text/html; sub_filter '<title>' '<meta name="csrf" content="$request_id"><title>'; }}
  }}
}}""")
        scratch.start("nginx", "-c", folder / "nginx.conf", "-p", folder, "-e", folder / "error.log")
        wait_for_port(self.https)


def wait_for_port(port: int, seconds: float = 20.0) -> None:
    """Until something listens."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise SystemExit(f"nothing listens on port {port}")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_rss_mb(pid: int) -> float:
    """The most memory a process has held."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


def get(url: str, timeout: float = 30.0, headers: dict | None = None) -> str:
    """The body of an answer."""
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=timeout) as answer:
        return answer.read().decode()


def total(text: str, name: str, **labels: str) -> float:
    """The sum of all samples of a metric that carry these labels."""
    found = 0.0
    for line in text.splitlines():
        if line.startswith((name + "{", name + " ")) and all(f'{k}="{v}"' in line for k, v in labels.items()):
            found += float(line.rsplit(" ", 1)[1])
    return found


def quantile(text: str, name: str, q: float) -> float:
    """A quantile of a histogram, as Prometheus would interpolate it."""
    buckets = []
    for line in text.splitlines():
        if line.startswith(name + "_bucket{"):
            bound = re.search(r'le="([^"]+)"', line)[1]
            buckets.append((float(bound.replace("+Inf", "inf")), float(line.rsplit(" ", 1)[1])))
    buckets.sort()
    if not buckets or buckets[-1][1] == 0:
        return float("nan")
    rank, below, low = q * buckets[-1][1], 0.0, 0.0
    for bound, count in buckets:
        if count >= rank:
            return low if bound == float("inf") else low + (bound - low) * (rank - below) / max(count - below, 1e-9)
        below, low = count, bound
    return low


def write_config(folder: Path, targets: list[tuple[str, dict]], every: str, timeout: str, ca: Path, extra: str = "") -> Path:
    """A configuration that watches these (url, further http keys) without politeness, and where it lies."""
    config = folder / "config"
    config.mkdir()
    (config / "emc.yaml").write_text(
        f"ca_files: [{ca}]\ndefaults: {{every: {every}, timeout: {timeout}}}\n"
        f"politeness: {{per_second: 10000, burst: 10000, per_host_in_flight: 10000}}\n{extra}"
    )
    per_file, files = 1000, []
    for begin in range(0, len(targets), per_file):
        lines = [f"authority: {{id: bo-{begin}, name: {{vi: Bộ {begin}, en: Ministry {begin}}}}}", "portals:"]
        lines += ["  - id: dvc", "    url: https://127.0.0.1/", "    probes:"]
        for number, (url, keys) in enumerate(targets[begin : begin + per_file], begin):
            lines.append(f"      - {{name: p{number}, http: {json.dumps({'url': url, **keys})}}}")
        files.append(config / f"bo-{begin}.yaml")
        files[-1].write_text("\n".join(lines) + "\n")
    return config


def say(**figures) -> None:
    """One measurement, one line."""
    print(json.dumps(figures, ensure_ascii=False), flush=True)
