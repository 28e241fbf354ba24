#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsidmap-write: maps reach the kernel whole, in the right order, and refusals are explained.
# as: root user
. "${0%/*}/testlib.sh"
require_ns user

is_root()
{
	[ "$(id -u)" = 0 ]
}

# A process in a user namespace without maps.
start_target()
{
	start_holder unshare --user sh -c 'echo ready >&3; exec sleep infinity 3>&-'
}

map_of()
{
	sed 's/^ *//; s/  */ /g' "/proc/$holder/$1"
}

test_writes_what_plan_says()
{
	start_target
	nsidmap plan 2>/dev/null >"$TMP/plan"
	run nsidmap write "$holder" "$TMP/plan"
	assert_ok
	assert_out_empty
	run map_of uid_map
	assert_out "$(sed -n 's/^uid //p' "$TMP/plan")"
	run map_of gid_map
	assert_out "$(sed -n 's/^gid //p' "$TMP/plan")"
}

test_second_write_is_explained()
{
	start_target
	run nsidmap write "$holder" "$(nsidmap plan --root --format arg)"
	assert_ok
	run nsidmap write "$holder" "$(nsidmap plan --root --format arg)"
	assert_rc 1
	assert_err_has 'written'
	assert_err_one_line
}

test_own_id_only_needs_setgroups_denied()
{
	is_root && return 0
	start_target
	run nsidmap write "$holder" u:0:61234:1,g:0:61234:1
	assert_ok
	run cat "/proc/$holder/setgroups"
	assert_out deny
	start_target
	run nsidmap write --via direct "$holder" u:0:61234:1,g:0:61234:1,s:allow
	assert_refused 1 gid_map
	assert_err_has 'hint: without CAP_SETGID setgroups must be denied first'
}

test_what_is_not_a_process_is_refused()
{
	run nsidmap write user:1 u:0:0:1,g:0:0:1
	assert_rc 1
	assert_err_has "'user:1' is not a process"
	run nsidmap write 4194305 u:0:0:1,g:0:0:1
	assert_rc 1
	run nsidmap write
	assert_rc 1
	assert_err_has 'missing argument'
}

. shunit2
