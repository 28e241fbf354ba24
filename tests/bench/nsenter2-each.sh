#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsenter2-each: one program in many network namespaces that no process is in: nsenter2 --each against a shell loop of
# nsenter(1). As root, in namespaces of its own. Prints the medians and their ratio.
#
# usage: tests/bench/nsenter2-each.sh [BUILDDIR [NAMESPACES [RUNS]]]
set -eu
cd "$(dirname "$0")/../.."
if [ "${1:-}" != --inside ]; then
	exec unshare --mount --net --fork --pid --kill-child --mount-proc sh "$0" --inside "${1:-build}" "${2:-500}" "${3:-5}"
fi
PATH=$PWD/$2:$PATH
n=$3 runs=$4
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
	nslist -rno REF -t net | nsenter2 --each -P 2 -- true
}

# median CMD…: of the milliseconds of the runs
median()
{
	for _ in $(seq "$runs"); do
		began=$(date +%s%N)
		"$@" 2>/dev/null
		echo $((($(date +%s%N) - began) / 1000000))
	done | sort -n | sed -n "$((runs / 2 + 1))p"
}

nslist -rno REF -t net | nsenter2 --each -P 2 -- true
a=$(median loop)
b=$(median each)
echo "shell loop of nsenter: $a ms; nslist | nsenter2 --each -P 2: $b ms; ratio $(echo "$a $b" | awk '{ printf "%.1f", $1 / $2 }')"
