#!/bin/sh
# Probes per CPU-second of emc, of blackbox_exporter and of a bare tokio-rustls loop, in one run on one target (nginx).
# Needs nginx, prometheus-blackbox-exporter, openssl and python3. Usage: benches/throughput.sh [SECONDS] [ROUNDS]
set -eu
cd "$(dirname "$0")/.."
cargo build --release --quiet --example throughput --example raw_loop
PYTHONDONTWRITEBYTECODE=1 exec python3 benches/measuring.py throughput "${1:-5}" "${2:-3}"
