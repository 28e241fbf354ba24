#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsidmap-costs [BINDIR]: measures the cost of each id of a stream, and compares the cost of a run
# with similar tools. Prints figures without a verdict. Needs valgrind and strace; omits tools that
# are not installed.
set -eu
bin=${1:-build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# instructions CMD…: prints the number of user instructions of the command, without those of its
# children.
instructions()
{
	valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 >/dev/null |
		sed -n 's/.*Collected : //p' | tail -n 1
}

calls()
{
	strace -f -c -o "$dir/calls" "$@" >/dev/null 2>&1 || :
	awk '$NF == "total" { print $4 }' "$dir/calls"
}

# creates the input: a map of 100 ranges with 30 million ids each, and random ids of nine and ten
# digits
awk 'BEGIN { print "gid 0 0 1"
	for (i = 0; i < 100; i++) printf "uid %.0f %.0f 30000000\n", i * 40000000, 200000000 + i * 40000000 }' >"$dir/map"
for n in 0 100000; do
	awk -v n=$n 'BEGIN { srand(1); for (i = 0; i < n; i++)
		printf "%.0f\n", int(rand() * 100) * 40000000 + int(rand() * 30000000) }' >"$dir/ids"
	eval "cost$n=$(instructions "$bin/nsidmap" translate --map "$dir/map" <"$dir/ids")"
done
# shellcheck disable=SC2154 # set by eval
echo "translate: $(((cost100000 - cost0) / 100000)) user instructions an id (100 ranges, 100,000 random ids)"

echo "user instructions, system calls:"
report()
{
	name=$1
	shift
	command -v "$1" >/dev/null || return 0
	printf '  %-38s %9s %5s\n' "$name" "$(instructions "$@")" "$(calls "$@")"
}
report 'nsidmap plan --root' "$bin/nsidmap" plan --root
report 'nsidmap plan' "$bin/nsidmap" plan
report 'nsidmap show' "$bin/nsidmap" show
report 'nsidmap subids root' "$bin/nsidmap" subids root
report 'getsubids root' getsubids root
# use the name of a program that does not exist, because valgrind loses the counts of a process that
# executes another program
report 'nsidmap run u:0:0:1,g:0:0:1 ./none' "$bin/nsidmap" run u:0:0:1,g:0:0:1 -- ./none
report 'unshare --map-root-user ./none' unshare --map-root-user ./none
