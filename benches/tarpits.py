#!/usr/bin/env python3
"""10,000 tarpits at once beside 100 healthy targets.

    benches/tarpits.py [--tarpits 10000] [--timeout 10]

Tarpits are listeners that never accept: the kernel shakes hands and nobody ever answers. Prints when the last verdict
came, peak memory, and how many healthy targets were called down (none may be).
"""

import argparse
import resource
import socket
import time

from bench import Nginx, Scratch, emc_binary, free_port, get, peak_rss_mb, say, total, wait_for_port, write_config

PER_LISTENER = 4000


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--tarpits", type=int, default=10_000)
    arguments.add_argument("--timeout", type=int, default=10)
    given = arguments.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with Scratch() as scratch:
        nginx = Nginx(scratch)
        count = -(-given.tarpits // PER_LISTENER)
        tarpits = [socket.create_server(("127.0.0.1", 0), backlog=4096) for _ in range(count)]
        ports = [tarpit.getsockname()[1] for tarpit in tarpits]
        targets = [(f"http://127.0.0.1:{ports[n // PER_LISTENER]}/", {}) for n in range(given.tarpits)]
        targets += [(f"http://127.0.0.1:{nginx.http}/", {})] * 100
        every = given.timeout + 1
        config = write_config(scratch.path, targets, f"{every}s", f"{given.timeout}s", nginx.ca)
        port = free_port()
        process = scratch.start(emc_binary(), "serve", "--config.file", config, "--web.listen-address", f"127.0.0.1:{port}")
        wait_for_port(port)
        begun, metrics, verdicts = time.monotonic(), f"http://127.0.0.1:{port}/metrics", 0
        end = every + given.timeout + 5
        while time.monotonic() - begun < end and verdicts < given.tarpits:
            time.sleep(1)
            text = get(metrics)
            verdicts = total(text, "emc_probe_failure_total")
        seconds = time.monotonic() - begun
        text = get(metrics)
        longest = max((float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
                       if line.startswith("emc_probe_phase_seconds") and 'phase="processing"' in line), default=0)
        healthy = [f'probe="p{n}"' for n in range(given.tarpits, given.tarpits + 100)]
        down = sum(1 for line in text.splitlines() if line.startswith("emc_probe_failure_total")
                   and any(name in line for name in healthy) and not line.endswith(" 0"))
        say(what="tarpits", tarpits=given.tarpits, file_descriptors=hard, verdicts=verdicts,
            all_within_seconds=round(seconds, 1), interval_plus_timeout=every + given.timeout,
            unknown=total(text, "emc_probe_unknown_total"), healthy_called_down=down,
            healthy_up=total(text, "emc_probe_success_total"), peak_rss_mb=round(peak_rss_mb(process.pid), 1),
            longest_processing=longest)


if __name__ == "__main__":
    main()
