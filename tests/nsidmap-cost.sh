#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsidmap-cost: measures the user instructions per translated id: the difference between two runs
# that differ by 20,000 ids.
# Runs as an ordinary user.
# Runs only in check-long.
. "${0%/*}/testlib.sh"
require_tool valgrind

# instructions N: prints the number of user instructions that nsidmap needs to translate N random
# ids of nine and ten digits.
instructions()
{
	awk -v n="$1" 'BEGIN { srand(1); for (i = 0; i < n; i++)
		printf "%.0f\n", int(rand() * 100) * 40000000 + int(rand() * 30000000) }' >"$TMP/ids"
	valgrind --tool=callgrind --callgrind-out-file=/dev/null nsidmap translate --map "$TMP/map" \
		<"$TMP/ids" 2>&1 >"$TMP/answers" | sed -n 's/.*Collected : //p'
}

test_an_id_takes_at_most_200_instructions()
{
	awk 'BEGIN { print "gid 0 0 1"; for (i = 0; i < 100; i++)
		printf "uid %.0f %.0f 30000000\n", i * 40000000, 200000000 + i * 40000000 }' >"$TMP/map"
	few=$(instructions 1)
	many=$(instructions 20001)
	each=$(((many - few) / 20000))
	echo "cost: $each user instructions an id"
	run wc -l "$TMP/answers"
	assert_out "20001 $TMP/answers"
	assertTrue "$each instructions an id" "[ $each -le 200 ] && [ $each -gt 0 ]"
}

. shunit2
