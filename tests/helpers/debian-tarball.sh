#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# debian-tarball.sh FILE: downloads the packages of a minimal Debian 13 to the tarball FILE, from which
# debootstrap installs without a network. Does nothing if FILE exists, if the caller is not root, or
# without debootstrap.
set -eu
file=$1
[ ! -e "$file" ] || exit 0
[ "$(id -u)" = 0 ] && command -v debootstrap >/dev/null || exit 0
mirror=$("${0%/*}/../../build-aux/debian-mirror")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 143' INT TERM HUP
debootstrap --variant=minbase --make-tarball="$work/packages.tgz" trixie "$work/root" "$mirror" >"$file.log" 2>&1 ||
	{ tail -3 "$file.log" && exit 1; }
mv "$work/packages.tgz" "$file"
chmod 644 "$file"
