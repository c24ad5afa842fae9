#!/usr/bin/env bash
# rustfmt, clippy and all tests; ends with the counts. Every part runs even where an earlier one failed.
set -uo pipefail
cd "$(dirname "$0")/../.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=()

step() {
    local name=$1
    shift
    echo "== $name"
    "$@" </dev/null || failed+=("$name")
}

all_tests() {
    cargo test --locked --no-fail-fast 2>&1 | tee "$log"
    return "${PIPESTATUS[0]}"
}

step "cargo fmt" cargo fmt --check
step "cargo clippy" cargo clippy --locked --all-targets -- -D warnings
step "cargo test" all_tests

echo
awk '/^test result:/ { for (i = 2; i < NF; i++) { if ($(i + 1) ~ /^passed/) passed += $i; if ($(i + 1) ~ /^failed/) failed += $i
    if ($(i + 1) ~ /^ignored/) ignored += $i } }
    END { printf "tests: %d passed, %d failed, %d ignored\n", passed, failed, ignored }' "$log"
if [ ${#failed[@]} -gt 0 ]; then
    printf 'failed: %s\n' "${failed[@]}"
    exit 1
fi
echo "all passed"
