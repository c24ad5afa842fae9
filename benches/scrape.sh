#!/bin/sh
# One scrape of 10,000 probes (or as many as the first argument says): our slots beside the prometheus crate's gather
# and encode of as many series, best of five each, in one run. Prints one line of JSON; goal: "ratio" >= 20.
set -eu
cd "$(dirname "$0")/.."
exec cargo run --release --quiet --example scrape -- "${1:-10000}"
