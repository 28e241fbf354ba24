#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# debian-image.sh DIR: makes DIR a Debian 12 with systemd, ps and nginx, for the long tests of nspivot, which have no network.
# As root, with debootstrap; else, or when it is there, nothing.
set -eu
dir=$1
[ ! -e "$dir" ] || exit 0
[ "$(id -u)" = 0 ] && command -v debootstrap >/dev/null || exit 0
rm -rf "$dir.new"
# in a mount namespace of its own: debootstrap mounts proc and sysfs
unshare --mount debootstrap --variant=minbase --include=procps,nginx-light,systemd,systemd-sysv,dbus \
	bookworm "$dir.new" >"$dir.log" 2>&1 || { tail -3 "$dir.log" && exit 1; }
rm -rf "$dir.new/var/cache/apt/archives"
mv "$dir.new" "$dir"
