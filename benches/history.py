#!/usr/bin/env python3
"""What history costs: writing it beside probing, a month's report out of a year, and disk.

    benches/history.py [--probes 3330] [--every 10] [--seconds 60] [--report-probes 1000]

1. Two `emc serve` watch the same page at the same time, one with history and one without: "cost" is what history adds to
   the CPU, as a share of the CPU without it (goal: <= 0.1 at 333 probes a second).
2. The report of one month, out of a history that holds a year and out of one that holds that month alone: "ratio" is how
   much longer the former takes (goal: <= 1.5).
3. Bytes of one row of each table, and what a probe takes on disk when all is kept as by default.
Needs nginx.
"""

import argparse
import json
import os
import statistics
import subprocess
import time
from pathlib import Path

from bench import ROOT, Nginx, Scratch, cpu_seconds, emc_binary, free_port, get, say, total, wait_for_port, write_config

COUNTS = ("emc_probe_success_total", "emc_probe_failure_total", "emc_probe_unknown_total")
YEAR = ("2025-11-01", "2026-11-01")
MONTH = ("2026-10-01", "2026-11-01")
DAY = 86_400
# By default: how long each table keeps its rows, and how many rows a probe makes of it in a day when it runs each minute.
KEPT = {"runs": (14, 1440), "minutes": (14, 1440), "hours": (400, 24), "days": (1830, 1)}


def thread_seconds(pid, name):
    """CPU time of a process's threads of this name."""
    ticks = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        head, _, rest = (task / "stat").read_text().rpartition(")")
        if head.partition("(")[2] == name:
            fields = rest.split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def start(scratch, nginx, probes, every, extra):
    """An `emc serve` that watches the page so often; its process and where its metrics are."""
    folder = scratch.path / f"emc-{len(scratch.processes)}"
    folder.mkdir()
    config = write_config(folder, [(f"https://127.0.0.1:{nginx.https}/", {})] * probes, f"{every}s", "5s", nginx.ca, extra)
    port = free_port()
    process = scratch.start(emc_binary(), "serve", "--config.file", config, "--web.listen-address", f"127.0.0.1:{port}")
    wait_for_port(port)
    return process, f"http://127.0.0.1:{port}/metrics"


def writing(scratch, nginx, probes, every, seconds):
    """CPU with and without history, of two at once so that both have the same neighbours."""
    both = {name: start(scratch, nginx, probes, every, extra)
            for name, extra in (("without", "history: {enabled: false}\n"), ("with", ""))}
    time.sleep(every + 2)
    before = {name: (get(url), cpu_seconds(process.pid), thread_seconds(process.pid, "history"))
              for name, (process, url) in both.items()}
    time.sleep(seconds)
    per_probe, thread = {}, 0.0
    for name, (process, url) in both.items():
        text, cpu, own = before[name]
        after = get(url)
        spent, own = cpu_seconds(process.pid) - cpu, thread_seconds(process.pid, "history") - own
        ran = sum(total(after, count) - total(text, count) for count in COUNTS)
        per_probe[name], thread = spent / ran, own / ran
        say(what=f"emc {name} history", a_second=round(ran / seconds, 1), cpu_us_per_probe=round(1e6 * spent / ran, 1),
            history_thread_us=round(1e6 * own / ran, 1), committed=total(after, "emc_history_committed_total"),
            dropped=total(after, "emc_history_dropped_total"), failed=total(after, "emc_probe_failure_total"))
        process.terminate()
        process.wait()
    say(what="writing", cost=round(per_probe["with"] / per_probe["without"] - 1, 3),
        cost_of_its_thread=round(thread / per_probe["without"], 3), goal=0.1)


def example(*words):
    """One line of the example that seeds and reads."""
    command = ["cargo", "run", "--release", "--quiet", "--example", "history_year", "--", *words]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def report_config(folder, probes):
    """A configuration whose portals are those that the example seeds."""
    folder.mkdir()
    lines = ["authority: {id: bo-0, name: {vi: Bộ 0, en: Ministry 0}}", "portals:"]
    for portal in range(probes // 5):
        lines += [f"  - id: dvc-{portal}", f"    url: https://dvc-{portal}.bo-0.example/", "    slo: {availability: 99.5%}",
                  "    probes:"] + [f"      - {{name: p{n}, http: {{path: /}}}}" for n in range(5)]
    (folder / "bo-0.yaml").write_text("\n".join(lines) + "\n")
    (folder / "emc.yaml").write_text("history: {keep: {days: 36500d}}\n")
    return folder


def reporting(scratch, probes):
    """The report of the last month of a year, and of a month alone."""
    binary, seeded = emc_binary(), {}
    folders = {name: report_config(scratch.path / name, probes) for name in ("year", "month")}
    for name, (begin, end) in (("year", YEAR), ("month", MONTH)):
        file = folders[name] / "emc-history.sqlite"
        seeded[name] = example("seed", file, "--from", begin, "--until", end, "--probes", str(probes))
        say(what=f"seeded a {name}", megabytes=round(file.stat().st_size / 1e6, 1), **seeded[name])
    taken = {name: [] for name in folders}
    for _ in range(5):
        for name, folder in folders.items():
            command = [binary, "--config.file", folder, "report", "availability", "--month", MONTH[0][:7], "--output", "json"]
            begun = time.monotonic()
            told = subprocess.run(command, check=True, capture_output=True).stdout
            taken[name].append(time.monotonic() - begun)
            assert len(json.loads(told)["authorities"][0]["portals"]) == probes // 5
    read = {name: example("read", folder / "emc-history.sqlite", "--from", MONTH[0], "--until", MONTH[1])
            for name, folder in folders.items()}
    whole = {name: statistics.median(times) for name, times in taken.items()}
    say(what="a month's report", year_seconds=round(whole["year"], 3), month_seconds=round(whole["month"], 3),
        ratio=round(whole["year"] / whole["month"], 2), read_year=read["year"], read_month=read["month"],
        ratio_of_reading=round(read["year"]["best_seconds"] / read["month"]["best_seconds"], 2), goal=1.5)
    return seeded["year"]["tables"]


def disk(tables):
    """What one probe that runs each minute takes when all is kept as by default, in megabytes."""
    row = {name: table["bytes"] / table["rows"] for name, table in tables.items() if table["rows"]}
    kept = {name: row[name] * days * a_day / 1e6 for name, (days, a_day) in KEPT.items()}
    kept["stretches"] = row["stretches"] * 1830 * 1.5 / 1e6
    say(what="disk", bytes_per_row={name: round(size, 1) for name, size in row.items()},
        megabytes_per_probe={name: round(size, 3) for name, size in kept.items()},
        in_all=round(sum(kept.values()), 2))


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--probes", type=int, default=3_330)
    arguments.add_argument("--every", type=int, default=10)
    arguments.add_argument("--seconds", type=int, default=60)
    arguments.add_argument("--report-probes", type=int, default=1_000)
    given = arguments.parse_args()
    with Scratch() as scratch:
        nginx = Nginx(scratch)
        writing(scratch, nginx, given.probes, given.every, given.seconds)
        disk(reporting(scratch, given.report_probes))


if __name__ == "__main__":
    main()
