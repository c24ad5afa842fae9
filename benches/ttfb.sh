#!/bin/sh
# How far the time to first byte that emc and blackbox_exporter report is from the truth, idle and under load.
# Needs prometheus-blackbox-exporter, openssl and python3. Usage: benches/ttfb.sh [SECONDS]
set -eu
cd "$(dirname "$0")/.."
cargo build --release --quiet --example ttfb --example ttfb_target
PYTHONDONTWRITEBYTECODE=1 exec python3 benches/measuring.py ttfb "${1:-5}"
