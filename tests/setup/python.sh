#!/usr/bin/env bash
# Makes the Python environment of the tests in target/python, unless what is there matches tests/python/requirements.txt.
set -euo pipefail
cd "$(dirname "$0")/../.."

place=target/python
wanted=tests/python/requirements.txt
if [ -f "$place/installed-from" ] && cmp -s "$wanted" "$place/installed-from"; then
    exit 0
fi
rm -rf "$place"
python3 -m venv "$place"
"$place/bin/pip" install --quiet --disable-pip-version-check --no-input --requirement "$wanted" </dev/null
cp "$wanted" "$place/installed-from"
