#!/usr/bin/env bash
# Makes the Debian package of a built `emc`: build.sh BINARY FOLDER, prints the package's path.
# Needs dpkg-dev and binutils. No root: the files' owner is set by dpkg-deb.
set -euo pipefail
umask 022

binary=$(realpath "$1")
into=$(realpath "$2")
here=$(cd "$(dirname "$0")" && pwd)
source=$(realpath "$here/../..")
name=emc-monitor
version=$(dpkg-parsechangelog -l "$here/changelog" -S Version)
architecture=$(dpkg --print-architecture)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
doc=$root/usr/share/doc/$name
mkdir -p "$root/DEBIAN" "$doc"

put() { install -D -m 644 "$1" "$root$2"; }
pack() { gzip -9n >"$1"; }

# The program, without what only a debugger reads.
install -D -m 755 "$binary" "$root/usr/bin/emc"
strip --strip-unneeded --remove-section=.comment --remove-section=.note "$root/usr/bin/emc"
emc() { "$binary" --lang "$@"; }

# What it says of itself: manual pages in two languages, completions.
man() {
    local language=$1 folder=$root/usr/share/man/$2
    mkdir -p "$folder"
    emc "$language" man | pack "$folder/emc.1.gz"
    for command in $(emc en man | sed -n 's/^emc\\-\([a-z]*\)(1)$/\1/p'); do
        emc "$language" man "$command" | pack "$folder/emc-$command.1.gz"
    done
}
man en man1
man vi vi/man1
complete() { install -d "$root/$(dirname "$2")" && emc en completions "$1" >"$root/$2"; }
complete bash usr/share/bash-completion/completions/emc
complete zsh usr/share/zsh/vendor-completions/_emc
complete fish usr/share/fish/vendor_completions.d/emc.fish

# The service and its configuration, which is the operator's once installed.
put "$here/../systemd/emc.service" /lib/systemd/system/emc.service
put "$here/../etc/emc.yaml" /etc/emc/emc.yaml
put "$here/../etc/default" /etc/default/emc
(cd "$root" && find etc -type f -printf '/%p\n' | sort) >"$root/DEBIAN/conffiles"

# Data that it or others can use: the catalogue, dashboards, rules, examples.
for folder in probes grafana prometheus; do
    [ ! -d "$source/$folder" ] || (cd "$source" && find "$folder" -type f) | while read -r file; do
        put "$source/$file" "/usr/share/emc/$file"
    done
done
for folder in compose etc kubernetes; do
    (cd "$here/.." && find "$folder" -type f) | while read -r file; do
        put "$here/../$file" "/usr/share/doc/$name/examples/$file"
    done
done

# Documentation. The manual's links lead to what is installed.
put "$source/README.md" "/usr/share/doc/$name/README.md"
(cd "$source" && find docs -type f) | while read -r file; do
    put "$source/$file" "/usr/share/doc/$name/$file"
done
# So do the paths within the examples.
for folder in probes grafana prometheus; do ln -s "../../emc/$folder" "$doc/$folder"; done
ln -s examples "$doc/deploy"
put "$here/copyright" "/usr/share/doc/$name/copyright"
pack "$doc/changelog.Debian.gz" <"$here/changelog"
pack "$doc/changelog.gz" <"$source/CHANGELOG.md"
put "$here/lintian-overrides" "/usr/share/lintian/overrides/$name"

# What the package says to dpkg. Libraries are found by asking the program.
mkdir "$work/debian"
cp "$here/control" "$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O root/usr/bin/emc 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
size=$(du -k -s --apparent-size --exclude=DEBIAN "$root" | cut -f1)
sed -n '/^Package:/,$p' "$here/control" | sed -e "s/\${version}/$version/" -e "s/\${architecture}/$architecture/" \
    -e "s/\${depends}/$depends/" -e "s/\${size}/$size/" >"$root/DEBIAN/control"
for script in postinst prerm postrm; do install -m 755 "$here/$script" "$root/DEBIAN/$script"; done
(cd "$root" && find usr lib -type f -print0 | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"

package=$into/${name}_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zxz -z"${EMC_DEB_LEVEL:-6}" --build "$root" "$package" >/dev/null
echo "$package"
