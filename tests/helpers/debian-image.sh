#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# debian-image.sh DIR: creates a Debian 12 root directory DIR with systemd, ps and nginx. The long
# tests of nspivot need it, because they have no network. Does nothing if DIR exists, if the caller
# is not root, or without debootstrap.
set -eu
dir=$1
[ ! -e "$dir" ] || exit 0
[ "$(id -u)" = 0 ] && command -v debootstrap >/dev/null || exit 0
rm -rf "$dir.new"
mirror=$("${0%/*}/../../build-aux/debian-mirror")
# continue in a new mount namespace, because debootstrap mounts proc and sysfs
unshare --mount debootstrap --variant=minbase --include=procps,nginx-light,systemd,systemd-sysv,dbus \
	bookworm "$dir.new" "$mirror" >"$dir.log" 2>&1 || { tail -3 "$dir.log" && exit 1; }
rm -rf "$dir.new/var/cache/apt/archives"
mv "$dir.new" "$dir"
