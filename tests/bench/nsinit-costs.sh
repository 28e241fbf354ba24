#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsinit-costs: compares the costs of starting a program and waiting for it in nsinit and other init programs.
#
# usage: tests/bench/nsinit-costs.sh [BUILDDIR]
#
# Also measures tini, dumb-init and catatonit if they are installed. The columns are: user-space
# instructions of the init itself for `true` (valgrind --tool=callgrind), its system calls without
# those of the program (strace -c), wall time (hyperfine, the shortest of 200), anonymous and shared
# memory while it waits, and wake-ups in 10 s of waiting.
set -eu
build=${1:-build}
here=$(cd "$(dirname "$0")/../.." && pwd)
case $build in
/*) ;;
*) build=$here/$build ;;
esac
tmp=$(mktemp -d)
pids=
# shellcheck disable=SC2086 # several words
trap '[ -z "$pids" ] || kill $pids 2>/dev/null; rm -rf "$tmp"' EXIT

field() # PID NAME: prints a field of /proc/PID/status
{
	awk -v f="$2:" '$1 == f { print $2 }' "/proc/$1/status"
}

instructions() # CMD…: prints the user-space instructions of the command
{
	valgrind --tool=callgrind --callgrind-out-file="$tmp/cg.%p" "$@" 2>&1 >/dev/null |
		sed -n 's/^==.*Collected : //p' | sort -n | tail -1
	rm -f "$tmp"/cg.*
}

calls() # CMD…: prints the system calls of the command, without those of its child
{
	strace -o "$tmp/trace" "$@" >/dev/null 2>&1
	grep -c '^[a-z]' "$tmp/trace"
}

set -- "$build/nsinit --"
for peer in 'tini -s --' 'dumb-init --' 'catatonit --'; do
	command -v "${peer%% *}" >/dev/null && set -- "$@" "$peer"
done

for init; do
	# shellcheck disable=SC2086 # several words
	$init sleep 100 >/dev/null &
	pids="$pids $!"
done
sleep 2
for pid in $pids; do
	echo "$pid $(($(field "$pid" RssAnon) + $(field "$pid" RssShmem))) \
		$(($(field "$pid" voluntary_ctxt_switches) + $(field "$pid" nonvoluntary_ctxt_switches)))"
done >"$tmp/before"
sleep 10
for pid in $pids; do
	echo $(($(field "$pid" voluntary_ctxt_switches) + $(field "$pid" nonvoluntary_ctxt_switches)))
done >"$tmp/after"
# shellcheck disable=SC2086 # several words
kill $pids
pids=

printf '%-10s %12s %6s %9s %8s %9s\n' '' instructions calls 'time ms' 'own KiB' 'wake-ups'
n=0
for init; do
	n=$((n + 1))
	before=$(sed -n "${n}p" "$tmp/before")
	# shellcheck disable=SC2086 # several words
	set -- $before
	# shellcheck disable=SC2086 # several words
	in=$(instructions $init /bin/true) sys=$(calls $init /bin/true)
	ms=$(hyperfine -N -w 20 -r 200 --export-json "$tmp/h" "$init /bin/true" >/dev/null 2>&1 &&
		sed -n 's/.*"min": \([0-9.]*\),.*/\1/p' "$tmp/h" | awk '{ printf "%.3f", $1 * 1000 }')
	name=${init##*/}
	printf '%-10s %12s %6s %9s %8s %9s\n' "${name%% *}" "$in" "$sys" "$ms" "$2" $(($(sed -n "${n}p" "$tmp/after") - $3))
done
