#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsidmap-algebra: checks the verbs that compute a map from other maps.
# Runs as an ordinary user.
. "${0%/*}/testlib.sh"

test_composes_two_maps()
{
	run nsidmap compose --format arg u:0:0:100,g:0:5:1 u:0:1000:1,u:1:100000:65536,g:0:2000:10
	assert_ok
	assert_out u:0:1000:1,u:1:100000:99,g:0:2005:1
	# the result contains only ids that the first map translates to inside ids of the second map
	run nsidmap compose --format arg u:0:1000:10,g:0:1000:10 u:1005:5:100,g:1000:0:10
	assert_ok
	assert_out u:5:5:5,g:0:0:10
}

test_inverts_a_map()
{
	run nsidmap invert --format arg u:0:1000:1,u:1:100000:65536,g:7:0:1,s:deny
	assert_ok
	assert_out u:1000:0:1,u:100000:1:65536,g:0:7:1
}

test_joins_adjacent_ranges()
{
	run nsidmap merge --format arg u:10:1010:10,u:0:1000:10,u:20:1021:1,g:0:0:1,s:deny
	assert_ok
	assert_out u:0:1000:20,u:20:1021:1,g:0:0:1,s:deny
}

test_splits_ranges_at_the_ranges_of_the_parent()
{
	parent=u:0:1000:1,u:1:100000:65536,g:0:0:10
	run nsidmap split --parent $parent --format arg u:0:0:100,g:0:0:10
	assert_ok
	assert_out u:0:0:1,u:1:1:99,g:0:0:10
	run nsidmap check --parent $parent "$out"
	assert_ok
	run nsidmap split --parent $parent u:0:0:70000,g:0:0:10
	assert_refused 1 'uid map: extent 1: outside id 65537 is not mapped in the parent namespace'
	run nsidmap split u:0:0:1,g:0:0:1
	assert_rc 1
	assert_err_has 'missing --parent'
}

test_subtracts_ids()
{
	run nsidmap subtract --format arg u:0:1000:10,g:0:1000:10 u:3:0:2,g:9:9:9
	assert_ok
	assert_out u:0:1000:3,u:5:1005:5,g:0:1000:9
	run nsidmap subtract --outside --format arg u:0:1000:10,g:0:1000:10 u:3:1000:2,g:0:1009:9
	assert_ok
	assert_out u:2:1002:8,g:0:1000:9
}

test_the_kernel_format_needs_one_kind_of_id()
{
	for verb in invert merge; do
		run nsidmap $verb --format kernel u:0:1000:1,g:0:1000:1
		assert_rc 1
		assert_out_empty
		assert_err_has '--format kernel requires --only'
	done
}

test_reads_a_pipe_once()
{
	printf 'uid 0 1000 1\ngid 0 1000 1\n' >"$TMP/map"
	run nsidmap compose - u:1000:5:1,g:1000:6:1 <"$TMP/map"
	assert_ok
	assert_out 'uid 0 5 1
gid 0 6 1'
	run nsidmap compose - - <"$TMP/map"
	assert_refused 1 'cannot read standard input twice'
	run nsidmap invert <"$TMP/map"
	assert_out 'uid 1000 0 1
gid 1000 0 1'
	run nsidmap merge fd:7 7<"$TMP/map"
	assert_ok
	assert_out "$(cat "$TMP/map")"
}

test_fails_when_no_id_is_left()
{
	run nsidmap subtract u:0:0:1,g:0:0:1 u:0:0:5,g:5:5:1
	assert_refused 1 'the resulting map has no uids'
	run nsidmap compose u:0:0:1,g:0:0:1 u:0:0:1,g:1:1:1
	assert_refused 1 'the resulting map has no gids'
}

test_refuses_invalid_maps()
{
	run nsidmap invert u:0:0:10,u:5:50:1,g:0:0:1
	assert_refused 1 'inside range 5-5 overlaps extent 1'
	run nsidmap compose u:0:0:1,g:0:0:1 u:0:0:1,g:0:0:1,g:1:0:1
	assert_refused 1 'second map: gid map: extent 2: outside range 0-0 overlaps extent 1'
}

test_accepts_maps_above_the_kernel_limits()
{
	awk 'BEGIN { print "gid 0 0 1"; for (i = 0; i < 100000; i++) print "uid", 3 * i, 2 * i, 1 }' >"$TMP/big"
	run nsidmap merge "$TMP/big"
	assert_ok
	run echo "$(wc -l <"$TMP/out")"
	assert_out 100001
}

. shunit2
