#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsidmap-check: checks that an invalid map is reported with its line and the kernel's rule that it
# breaks.
# Runs as an ordinary user.
. "${0%/*}/testlib.sh"

# refuses TEXT FRAGMENT: asserts that nsidmap refuses a map with the uid lines TEXT and a valid gid
# line, with a message that contains FRAGMENT.
refuses()
{
	printf 'gid 0 0 1\n%b' "$1" >"$TMP/map"
	run nsidmap check "$TMP/map"
	assert_refused 1 "$2"
}

test_accepts_valid_maps()
{
	run nsidmap check u:0:0:4294967295,g:0:1000:1
	assert_ok
	run nsidmap check u:0:0:4294967295,g:0:1000:1,g:0:2000:1
	assert_rc 1
	assert_err_has overlaps
	printf 'uid 0 1000 1\ngid 0 1000 1\n' >"$TMP/map"
	run nsidmap check <"$TMP/map"
	assert_ok
	run nsidmap check - <"$TMP/map"
	assert_ok
}

test_refuses_invalid_numbers()
{
	refuses 'uid 0x10 0 1\n' "line 2: '0x10' is not a decimal number"
	refuses 'uid 0 -1 1\n' "line 2: '-1' is not a decimal number"
	refuses 'uid 0 4294967296 1\n' "line 2: '4294967296' does not fit in 32 bits"
	refuses 'uid 0 0 1\nuid 5 4294967295 1\n' 'line 3: outside: id 4294967295 cannot be mapped'
	refuses 'uid 0 0 1\nuid 4294967295 5 1\n' 'line 3: inside: id 4294967295 cannot be mapped'
	refuses 'uid 0 0 0\n' 'line 2: the count is 0'
	refuses 'uid 0 0 4294967297\n' "line 2: '4294967297' does not fit in 32 bits"
	refuses 'uid 0 0 18446744073709551617\n' "line 2: '18446744073709551617' does not fit in 32 bits"
	refuses 'uid 2 0 4294967295\n' 'line 2: inside: a range of 4294967295 ids from 2 exceeds the last id, 4294967294'
	refuses 'uid 2 0 4294967294\n' 'line 2: inside: a range of 4294967294 ids from 2 exceeds the last id, 4294967294'
}

test_names_both_lines_of_an_overlap()
{
	refuses 'uid 0 1000 10\nuid 20 2000 1\nuid 9 3000 1\n' \
		'line 4: inside range 9-9 overlaps line 2'
	refuses 'uid 0 1000 10\nuid 20 1009 5\n' 'line 3: outside range 1009-1013 overlaps line 2'
}

# lines N BASE: prints N uid lines whose extents cannot be joined, and a gid line.
lines()
{
	awk -v n="$1" -v b="$2" 'BEGIN { print "gid 0 0 1"
		for (i = 0; i < n; i++) printf "uid %.0f %.0f 1\n", b + 2 * i, b + 2 * i }'
}

test_refuses_too_many_lines_or_bytes()
{
	lines 340 0 >"$TMP/map"
	run nsidmap check "$TMP/map"
	assert_ok
	lines 341 0 >"$TMP/map"
	run nsidmap check "$TMP/map"
	assert_refused 1 'uid map: line 342: the map has 341 lines, but a map can have at most 340'
	# a line has 24 bytes, so 170 lines have 4,080 bytes; another line of 15 bytes makes 4,095,
	# and one of 16 bytes 4,096
	{ lines 170 1000000000; echo 'uid 10 1 100000000'; } >"$TMP/map"
	run nsidmap check "$TMP/map"
	assert_ok
	{ lines 170 1000000000; echo 'uid 10 10 100000000'; } >"$TMP/map"
	run nsidmap check "$TMP/map"
	assert_refused 1 'uid map: line 172: the map has 4096 bytes, but a map can have at most 4095'
}

test_checks_the_rules_of_the_parent()
{
	parent=u:0:1000:1,u:1:100000:65536,g:0:0:1
	run nsidmap check --parent $parent u:0:0:100,g:0:0:1
	assert_refused 1 "uid map: extent 1: outside range 0-99 spans two extents of the parent's map; the second begins at 1"
	printf '# a map\nuid 0 0 1\nuid 5 1 70000\ngid 0 0 1\n' >"$TMP/map"
	run nsidmap check --parent $parent "$TMP/map"
	assert_refused 1 'uid map: line 3: outside id 65537 is not mapped in the parent namespace'
	printf 'gid 0 0 1\n\nuid 5 0 2\n' >"$TMP/map"
	run nsidmap check --parent $parent "$TMP/map"
	assert_refused 1 "uid map: line 3: outside range 0-1 spans two extents of the parent's map; the second begins at 1"
	assert_err_has "hint: split the range with 'nsidmap split --parent <map>'"
	run nsidmap check --parent $parent u:0:0:1,u:1:1:99,g:0:0:1
	assert_ok
	run nsidmap check --parent $parent u:0:0:1,g:5:1:1
	assert_refused 1 'gid map: extent 1: outside id 1 is not mapped in the parent namespace'
	run nsidmap check --parent like:self u:0:0:1,g:5:1:1
	assert_ok
}

test_refuses_the_output_of_a_failed_producer()
{
	run nsidmap check </dev/null
	assert_refused 1 'the map is empty'
	echo 'uid 0 0 1' >"$TMP/map"
	run nsidmap check "$TMP/map"
	assert_refused 1 'the map has no gid line'
	run nsidmap check "$TMP/missing"
	assert_refused 1 "cannot open '$TMP/missing': No such file"
}

. shunit2
