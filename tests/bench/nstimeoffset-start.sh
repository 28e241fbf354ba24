#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nstimeoffset-start: compares the cost of nstimeoffset until it executes the program with that of
# unshare(1). Needs root, valgrind and strace.
#
# usage: tests/bench/nstimeoffset-start.sh [DIRECTORY OF THE TOOLS]
set -u
PATH=${1:-build}:$PATH

# The program does not exist, so the counts of both tools end at the same point, the failed
# execve(2).
ours='nstimeoffset -b 5 -m 5 -- /nonexistent'
theirs='unshare --time --boottime 5 --monotonic 5 -- /nonexistent'

instructions()
{
	# shellcheck disable=SC2086 # several words
	valgrind --tool=callgrind --callgrind-out-file=/dev/null $1 2>&1 |
		sed -n 's/.*Collected : //p'
}

calls()
{
	# shellcheck disable=SC2086
	strace -o '|wc -l' $1 2>/dev/null
}

report()
{
	awk -v what="$1" -v a="$2" -v b="$3" \
		'BEGIN { printf "%-28s %8d  unshare %8d  ratio %.2f\n", what, a, b, a / b }'
}

report 'user instructions' "$(instructions "$ours")" "$(instructions "$theirs")"
report 'system calls' "$(calls "$ours")" "$(calls "$theirs")"
