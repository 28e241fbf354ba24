#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsunshare-start.sh [NSUNSHARE]: compares the cost of starting a program in new namespaces with
# unshare(1) and with the smallest C program that does the same (nsunshare-minimal.c): user-space
# instructions of the parent, system calls, and time. The time is the lowest decile of ROUNDS
# (1000), in which the three take turns (turns.c). Needs root, valgrind, strace and cc.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# Measure a copy of the binary as install(1) makes it. The linker writes a file in pieces, and such
# a file has smaller pages in the page cache.
tool=$dir/nsunshare
cp "$(command -v "${1:-nsunshare}")" "$tool"
${CC:-cc} -O2 -o "$dir/minimal" "$(dirname "$0")/nsunshare-minimal.c"
${CC:-cc} -O2 -o "$dir/turns" "$(dirname "$0")/turns.c"

# instructions CMD…: prints the number of instructions of the parent process, without those of its
# children.
instructions()
{
	valgrind --tool=callgrind --trace-children=no --callgrind-out-file="$dir/cg.%p" "$@" 2>"$dir/cg" >/dev/null
	sed -n 's/^==\([0-9]*\)== Collected : //p' "$dir/cg" | sort -n | tail -n 1
}

# calls CMD…: prints the number of system calls of all processes until the last one has executed the
# program.
calls()
{
	strace -f -o "$dir/trace" "$@" >/dev/null
	grep -c '(' "$dir/trace"
}

ours="$tool -mpui --mount-proc true" theirs='unshare -mpuif --mount-proc true' least="$dir/minimal true"
# shellcheck disable=SC2086 # several words
{
	i_ours=$(instructions $ours) i_theirs=$(instructions $theirs) i_least=$(instructions $least)
	c_ours=$(calls $ours) c_theirs=$(calls $theirs) c_least=$(calls $least)
}
printf 'instructions: nsunshare %s, unshare %s, minimal %s; ratio to unshare %s (at most 0.5)\n' "$i_ours" "$i_theirs" \
	"$i_least" "$(awk "BEGIN { printf \"%.2f\", $i_ours / $i_theirs }")"
printf 'system calls: nsunshare %s, unshare %s, minimal %s; more than minimal %s (at most 15)\n' "$c_ours" "$c_theirs" \
	"$c_least" $((c_ours - c_least))
"$dir/turns" "${ROUNDS:-1000}" "$ours" "$least" "$theirs" | awk '{
	who = NR == 1 ? "nsunshare" : NR == 2 ? "minimal" : "unshare"
	printf "%s%s: wall %d us (median %d), cpu %d us (median %d); to unshare: wall %s (%s), cpu %s (%s)\n", who, NR == 1 ? " (wall at most 0.85)" : "", $1, $2, $3, $4, $5, $6, $7, $8
}'
