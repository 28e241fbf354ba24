#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsenter2-each: compares nsenter2 --each with a shell loop of nsenter(1). Both run a program in
# many network namespaces without processes, in turns, so that load affects both. Needs root; uses
# new namespaces. Prints the shortest and the median time of each, and their ratios.
#
# usage: tests/bench/nsenter2-each.sh [BUILDDIR [NAMESPACES [TURNS]]]
set -eu
cd "$(dirname "$0")/../.."
if [ "${1:-}" != --inside ]; then
	exec unshare --mount --net --fork --pid --kill-child --mount-proc sh "$0" --inside "${1:-build}" "${2:-500}" "${3:-9}"
fi
PATH=$PWD/$2:$PATH
n=$3 turns=$4
mount -t tmpfs none /run
mkdir /run/netns
for i in $(seq "$n"); do
	: >"/run/netns/n$i"
	unshare "--net=/run/netns/n$i" true
done

loop()
{
	for i in $(seq "$n"); do
		nsenter "--net=/run/netns/n$i" true
	done
}

each()
{
	nslist -rno REF -t net | nsenter2 --each -P 2 -- true 2>/dev/null
}

# timed CMD: runs CMD and prints its name and its time in microseconds.
timed()
{
	began=$(date +%s%N)
	"$1"
	echo "$1 $((($(date +%s%N) - began) / 1000))"
}

nslist -rno REF -t net | nsenter2 --each -P 2 -- true
for _ in $(seq "$turns"); do
	timed loop
	timed each
done | sort -k 1,1 -k 2,2n | awk '
	{ t[$1, ++n[$1]] = $2 / 1000 }
	function middle(c) { return t[c, int((n[c] + 1) / 2)] }
	END {
		printf "shell loop of nsenter: min %.0f ms, median %.0f ms\n", t["loop", 1], middle("loop")
		printf "nslist | nsenter2 --each -P 2: min %.0f ms, median %.0f ms\n", t["each", 1], middle("each")
		printf "ratio: of the shortest %.1f, of the medians %.1f\n", t["loop", 1] / t["each", 1],
			middle("loop") / middle("each")
	}'
