#!/usr/bin/env bash
# Installs the pinned Node tools of tests/node, unless what is there matches the lock file. No package's scripts run.
set -euo pipefail
cd "$(dirname "$0")/../node"

stamp=node_modules/.installed-from
if [ -f "$stamp" ] && cmp -s package-lock.json "$stamp"; then
    exit 0
fi
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null
cp package-lock.json "$stamp"
