#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsunshare-start.sh [NSUNSHARE]: what it costs to begin a program in new namespaces, against unshare(1) and against the
# least that a C program needs (nsunshare-minimal.c): user-space instructions of the parent, system calls, wall time.
# Root, valgrind, strace, hyperfine, jq, cc.
set -eu
tool=${1:-nsunshare}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
${CC:-cc} -O2 -o "$dir/minimal" "$(dirname "$0")/nsunshare-minimal.c"

# instructions CMD…: those of the parent, without its children.
instructions()
{
	valgrind --tool=callgrind --trace-children=no --callgrind-out-file="$dir/cg.%p" "$@" 2>"$dir/cg" >/dev/null
	sed -n 's/^==\([0-9]*\)== Collected : //p' "$dir/cg" | sort -n | tail -n 1
}

# calls CMD…: system calls of all processes, until the program of the last one begins.
calls()
{
	strace -f -o "$dir/trace" "$@" >/dev/null
	grep -c '(' "$dir/trace"
}

for n in 1 2; do
	set -- nsunshare "$tool" -mpui --mount-proc true
	[ $n = 1 ] || set -- unshare unshare -mpuif --mount-proc true
	name=$1
	shift
	eval "i_$name=$(instructions "$@") c_$name=$(calls "$@")"
done
i_minimal=$(instructions "$dir/minimal" true)
c_minimal=$(calls "$dir/minimal" true)
printf 'instructions: nsunshare %s, unshare %s, minimal %s; ratio to unshare %s (at most 0.5)\n' "$i_nsunshare" "$i_unshare" \
	"$i_minimal" "$(awk "BEGIN { printf \"%.2f\", $i_nsunshare / $i_unshare }")"
printf 'system calls: nsunshare %s, unshare %s, minimal %s; more than minimal %s (at most 15)\n' "$c_nsunshare" "$c_unshare" \
	"$c_minimal" $((c_nsunshare - c_minimal))
hyperfine -N --warmup 50 --runs 1000 --export-json "$dir/time" "$tool -mpui --mount-proc true" \
	'unshare -mpuif --mount-proc true' "$dir/minimal true" >/dev/null 2>&1
jq -r '[.results[].median] | "wall time: nsunshare \(.[0] * 1e6 | floor) us, unshare \(.[1] * 1e6 | floor) us, minimal \(.[2] * 1e6 | floor) us; ratio \(.[0] / .[1] * 100 | floor / 100) (at most 0.85)"' "$dir/time"
