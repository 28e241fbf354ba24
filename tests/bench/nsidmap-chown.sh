#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsidmap-chown [BINDIR [FILES [DIR]]]: compares the time of `nsidmap chown` on a tree with that of
# `chown -R` and `getfattr -R` together, which change and read the same ids. Prints the times of five
# rounds, the median ratio and the limit. Needs root, and DIR (default: a temporary directory) on a
# file system of this machine.
set -eu
bin=${1:-build}
files=${2:-200000}
dir=$(mktemp -d ${3:+-p "$3"})
trap 'rm -rf "$dir"' EXIT

mkdir "$dir/t"
awk -v n="$files" -v d="$dir/t" 'BEGIN { for (i = 0; i < n / 100; i++) print d "/" int(i / 50) "/" i % 50 }' >"$dir/dirs"
xargs mkdir -p <"$dir/dirs"
while read -r d; do
	(cd "$d" && seq 100 | xargs touch)
done <"$dir/dirs"

a=u:0:100000:65536,g:0:100000:65536
b=u:0:300000:65536,g:0:300000:65536
ms()
{
	_start=$(date +%s%N)
	"$@"
	echo $((($(date +%s%N) - _start) / 1000000))
}
reader="getfattr -hRP -d -m -"
command -v getfattr >/dev/null || {
	${CC:-cc} -O2 -o "$dir/xattrs" "${0%/*}/xattrs.c"
	reader=$dir/xattrs
	echo 'getfattr is not installed; xattrs.c replaces it'
}
peers()
{
	chown -hR "$1:$1" "$dir/t"
	$reader "$dir/t" >/dev/null 2>&1
}
peers 100000
for round in 1 2 3 4 5; do
	own=$(ms "$bin/nsidmap" chown --from $a --to $b "$dir/t")
	peers=$(ms peers 100000)
	echo "round $round: nsidmap chown $own ms, chown -R and getfattr -R $peers ms"
	echo "$own $peers" >>"$dir/ratios"
done
awk '{ print $1 / $2 }' "$dir/ratios" | sort -n | awk 'NR == 3 { print "median ratio " $1 ", limit 1.3" }'
