#!/usr/bin/env python3
"""The daemon at scale, beside blackbox_exporter and Prometheus in the same run.

    benches/daemon.py [--probes 10000] [--every 30] [--rounds 2]

Prints peak memory, CPU per probe and lateness of `emc serve`, the same CPU per probe of blackbox_exporter on the same
page, and how long after its start each sends its first probe. Needs nginx, prometheus and prometheus-blackbox-exporter.
"""

import argparse
import json
import socket
import threading
import time
import urllib.parse

from bench import Nginx, Scratch, cpu_seconds, emc_binary, free_port, get, peak_rss_mb, quantile, say, total
from bench import wait_for_port, write_config

BLACKBOX = """modules:
  page: {prober: http, timeout: 10s, http: {valid_status_codes: [200], preferred_ip_protocol: ip4, tls_config: {ca_file: CA}}}
"""


def run_emc(scratch, nginx, probes, every, rounds):
    """`emc serve` over some rounds; its figures."""
    url = f"https://127.0.0.1:{nginx.https}/"
    config = write_config(scratch.path, [(url, {})] * probes, f"{every}s", "10s", nginx.ca)
    port = free_port()
    process = scratch.start(emc_binary(), "serve", "--config.file", config, "--web.listen-address", f"127.0.0.1:{port}")
    wait_for_port(port)
    metrics = f"http://127.0.0.1:{port}/metrics"
    time.sleep(every + 2)
    before, cpu = get(metrics), cpu_seconds(process.pid)
    time.sleep(every * rounds)
    after, spent = get(metrics), cpu_seconds(process.pid) - cpu
    ran = sum(total(after, n) - total(before, n) for n in ("emc_probe_success_total", "emc_probe_failure_total", "emc_probe_unknown_total"))
    figures = dict(
        probes=probes, every=every, ran=ran, failed=total(after, "emc_probe_failure_total"),
        unknown=total(after, "emc_probe_unknown_total"), missed=total(after, "emc_probe_missed_total"),
        cpu_us_per_probe=round(1e6 * spent / max(ran, 1), 1), peak_rss_mb=round(peak_rss_mb(process.pid), 1),
        lateness_p50_ms=round(1e3 * quantile(after, "emc_schedule_lateness_seconds", 0.5), 3),
        lateness_p99_ms=round(1e3 * quantile(after, "emc_schedule_lateness_seconds", 0.99), 3),
        series=after.count("\n") - after.count("#"),
    )
    say(what="emc serve", **figures)
    return figures


def run_blackbox(scratch, nginx, seconds, rate):
    """blackbox_exporter asked for the same page at the same rate; its CPU per probe and peak memory."""
    config = scratch.path / "blackbox.yml"
    config.write_text(BLACKBOX.replace("CA", str(nginx.ca)))
    port = free_port()
    process = scratch.start("prometheus-blackbox-exporter", f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}")
    wait_for_port(port)
    target = urllib.parse.quote(f"https://127.0.0.1:{nginx.https}/", safe="")
    url = f"http://127.0.0.1:{port}/probe?module=page&target={target}"
    assert "probe_success 1" in get(url), get(url + "&debug=true")
    done, begun, cpu = [0], time.monotonic(), cpu_seconds(process.pid)

    def ask():
        while time.monotonic() - begun < seconds:
            get(url)
            done[0] += 1
            time.sleep(8 / rate)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = cpu_seconds(process.pid) - cpu
    figures = dict(ran=done[0], cpu_us_per_probe=round(1e6 * spent / done[0], 1), peak_rss_mb=round(peak_rss_mb(process.pid), 1))
    say(what="blackbox_exporter", **figures)
    return figures


def first_connection(listener, start):
    """Seconds from calling `start` until somebody connects."""
    listener.settimeout(60)
    begun = time.monotonic()
    start()
    listener.accept()[0].close()
    return round(time.monotonic() - begun, 4)


def run_start(scratch, probes):
    """Start to first probe on the wire: emc, then Prometheus with blackbox_exporter, as many targets each."""
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        folder = scratch.path / "start"
        folder.mkdir()
        config = write_config(folder, [(url, {})] * probes, "30s", "5s", "/etc/ssl/certs/ca-certificates.crt")
        binary, process = emc_binary(), []
        ours = first_connection(listener, lambda: process.append(scratch.start(
            binary, "serve", "--config.file", config, "--web.listen-address", f"127.0.0.1:{free_port()}")))
        process[0].terminate()
        process[0].wait()
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        (folder / "blackbox.yml").write_text("modules: {page: {prober: http, timeout: 5s, http: {preferred_ip_protocol: ip4}}}\n")
        (folder / "targets.json").write_text(json.dumps([{"targets": [f"{url}?{n}" for n in range(probes)]}]))
        blackbox, prometheus = free_port(), free_port()
        (folder / "prometheus.yml").write_text(f"""
scrape_configs:
  - job_name: page
    scrape_interval: 30s
    metrics_path: /probe
    params: {{module: [page]}}
    file_sd_configs: [{{files: [{folder}/targets.json]}}]
    relabel_configs:
      - {{source_labels: [__address__], target_label: __param_target}}
      - {{target_label: __address__, replacement: "127.0.0.1:{blackbox}"}}
""")

        def both():
            scratch.start("prometheus-blackbox-exporter", f"--config.file={folder}/blackbox.yml", f"--web.listen-address=127.0.0.1:{blackbox}")
            scratch.start("prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb",
                          f"--web.listen-address=127.0.0.1:{prometheus}")

        theirs = first_connection(listener, both)
    say(what="start to first probe", probes=probes, emc_seconds=ours, prometheus_blackbox_seconds=theirs)
    return theirs / ours


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--probes", type=int, default=10_000)
    arguments.add_argument("--every", type=int, default=30)
    arguments.add_argument("--rounds", type=int, default=2)
    given = arguments.parse_args()
    with Scratch() as scratch:
        nginx = Nginx(scratch)
        start = run_start(scratch, given.probes)
        for process in scratch.processes[1:]:
            process.terminate()
            process.wait()
        ours = run_emc(scratch, nginx, given.probes, given.every, given.rounds)
        scratch.processes[-1].terminate()
        scratch.processes[-1].wait()
        theirs = run_blackbox(scratch, nginx, 20, min(given.probes / given.every, 300))
    say(what="ratios", peak_rss_mb=ours["peak_rss_mb"], lateness_p50_ms=ours["lateness_p50_ms"],
        cpu_per_probe_of_blackbox=round(ours["cpu_us_per_probe"] / theirs["cpu_us_per_probe"], 3),
        first_probe_sooner_by=round(start, 1))


if __name__ == "__main__":
    main()
