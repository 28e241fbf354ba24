#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsidmap-run: checks that a program runs in a new user namespace with the map.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns user

is_root()
{
	[ "$(id -u)" = 0 ]
}

test_runs_with_the_planned_map()
{
	feature sandbox || return 0
	run nsidmap run -- sh -c 'id -u; sed "s/  */ /g" /proc/self/uid_map'
	assert_rc 0
	if is_root; then
		assert_out '0
 0 0 4294967295'
	else
		assert_out '0
 0 61234 1
 1 1000000 65536
 65537 2000000 10000'
		assert_err_empty
	fi
}

test_forks_no_helper_for_the_callers_id()
{
	# Runs only as an ordinary user.
	feature sandbox || return 0
	run nsidmap run u:5:61234:1,g:6:61234:1 -- sh -c 'id -u; id -g; cat /proc/self/setgroups'
	assert_ok
	assert_out '5
6
deny'
	run nsidmap run --explain u:5:61234:1,g:6:61234:1 -- true
	assert_ok
	assert_out_has 'caller map u:5:61234:1,g:6:61234:1,s:deny: write('
	assert_out_lacks helper
}

test_program_is_root_if_the_callers_id_is_not_mapped()
{
	# Runs only as root.
	run nsidmap run u:0:100000:10,g:0:100000:10 -- sh -c 'id -u; id -g; id -G'
	assert_ok
	assert_out '0
0
0'
	run nsidmap run u:5:0:1,g:5:0:1 -- id -u
	assert_ok
	assert_out 5
}

# The supplementary groups of the caller would give the program access to their files.
test_program_has_no_group_of_the_caller()
{
	# Runs only as root.
	run setpriv --groups 0,7,100005 nsidmap run u:0:100000:10,g:0:100000:10 -- id -G
	assert_ok
	assert_out 0
}

test_exit_statuses_are_those_of_an_exec_tool()
{
	note_state
	own=$(nsidmap plan --root --format arg)
	run nsidmap run "$own" -- sh -c 'exit 7'
	assert_rc 7
	run nsidmap run "$own" -- /nosuch
	assert_refused 127 "cannot execute '/nosuch': No such file or directory"
	run nsidmap run "$own" -- /etc/passwd
	assert_refused 126 "cannot execute '/etc/passwd': Permission denied"
	run nsidmap run "$own"
	assert_refused 125 "missing '-- <program>'"
	run nsidmap run u:0:0:0,g:0:0:1 -- echo ran
	assert_refused 125 'the count is 0'
	assert_no_leftovers
	is_root && return 0
	# if newuidmap refuses the map, the program must not run
	run nsidmap run u:0:7:1,g:0:7:1 -- echo ran
	assert_refused 125 'newuidmap failed: '
	assert_no_leftovers
}

test_explain_runs_nothing()
{
	run nsidmap run --explain u:0:1:5,g:0:2:5 -- touch "$TMP/made"
	assert_ok
	assert_out_has 'helper map u:0:1:5,g:0:2:5: write(/proc/PID/{setgroups,uid_map,gid_map})'
	[ ! -e "$TMP/made" ]
	assertTrue $?
}

. shunit2
