#!/usr/bin/env bash
# Installs the named Debian packages that are missing. Servers among them are for the tests alone: they are neither
# started nor enabled. One that was there before is left as it is.
set -euo pipefail

there() {
    dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed || command -v "$1" >/dev/null
}

missing=()
for package in "$@"; do
    there "$package" || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    as_root=(sudo)
    command -v sudo >/dev/null || {
        echo "missing Debian packages: ${missing[*]}; install them as root, or install sudo" >&2
        exit 1
    }
fi

# invoke-rc.d asks this file before it starts a service; 101 means no.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap '"${as_root[@]}" rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
fi

echo "installing: ${missing[*]}"
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -qq)
"${apt[@]}" update
"${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null </dev/null

# Nor at the next boot.
if command -v systemctl >/dev/null; then
    for package in "${missing[@]}"; do
        for unit in $(dpkg -L "$package" | sed -n 's|.*/systemd/system/\([^/@]*\.\(service\|timer\)\)$|\1|p'); do
            "${as_root[@]}" systemctl disable --quiet "$unit" 2>/dev/null || true
        done
    done
fi
