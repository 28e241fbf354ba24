#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# report-init: checks that nsenter2 and nsnet run report the pid of the program below a chained
# nsinit.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016,SC2086 # the inner shell expands it; several words
. "${0%/*}/testlib.sh"
require_ns user pid net
require_tool jq

setUp()
{
	rm -rf "${TMP:?}"/*
}

# start_target: starts process 1 of a new pid namespace. Sets $target to its pid.
start_target()
{
	start_holder unshare --user --map-root-user --pid --fork --mount-proc --kill-child sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	target=$(pgrep -P "$holder")
}

# assert_reports WHERE TOOL…: runs nsinit and its program with the command TOOL…, and asserts that
# the pid file and the events contain the pid of the program. WHERE is "inside" if the program is in
# another pid namespace than the tool, otherwise "same".
assert_reports()
{
	where=$1
	shift
	run "$@" nsinit -- sh -c 'cat "$0"; echo; sed -n "s/^NSpid:[^0-9]*\([0-9]*\).*/\1/p" /proc/$$/status; exit 4' "$TMP/pid" \
		7>"$TMP/status"
	assert_rc 4
	assert_err_empty
	assertEquals 'created exec exit' "$(jq -r .event "$TMP/status" | xargs)"
	init=$(jq -r 'select(.event == "created") | .pid' "$TMP/status")
	program=$(sed -n 1p "$TMP/out")
	assertEquals "[$init,$init]" "$(jq -c 'select(.event == "created") | [.pid, .init_pid]' "$TMP/status")"
	assertEquals "[$program,$init]" "$(jq -c 'select(.event == "exec") | [.pid, .init_pid]' "$TMP/status")"
	assertEquals "[$program,$init,4]" "$(jq -c 'select(.event == "exit") | [.pid, .init_pid, .status]' "$TMP/status")"
	assertNotEquals "$init" "$program"
	[ "$where" = inside ] || assertEquals 'the pid of this namespace' "$(sed -n 3p "$TMP/out")" "$program"
	assertFalse 'the pid file is removed' "[ -e '$TMP/pid' ]"
}

test_nsenter2_reports_the_program()
{
	start_target
	assert_reports inside nsenter2 -t "$target" -U -p -m --pid-file "$TMP/pid" --status-fd 7 --
	assert_reports same nsenter2 -t "$target" -U --pid-file "$TMP/pid" --status-fd 7 --
	assert_reports same nsenter2 -t "$target" -U --pid-file "$TMP/pid" --status-fd 7 -- nstimeoffset -b =0 --
}

test_nsnet_reports_the_program()
{
	# Runs only as root.
	require_tool nsnet
	run nsnet add web
	assert_rc 0
	assert_reports same nsnet run web --pid-file "$TMP/pid" --status-fd 7 --
	run nsnet del web
	assert_rc 0
}

test_a_program_that_cannot_be_executed_is_not_reported()
{
	start_target
	run nsenter2 -t "$target" -U --pid-file "$TMP/pid" --status-fd 7 -- nsinit -- /nonexistent 7>"$TMP/status"
	assert_rc 127
	assertEquals created "$(jq -r .event "$TMP/status" | xargs)"
	assertFalse 'no pid file' "[ -e '$TMP/pid' ]"
	mkdir "$TMP/pid"
	run nsenter2 -t "$target" -U --pid-file "$TMP/pid" -- nsinit -- echo ran
	assert_rc 125
	assert_err_has 'Is a directory'
	assert_out_empty
}

test_a_chain_without_an_init_reports_the_child()
{
	start_target
	run nsenter2 -t "$target" -U --pid-file "$TMP/pid" --status-fd 7 -- nsinit --nonsense 7>"$TMP/status"
	assert_rc 125
	assertFalse 'no pid file' "[ -e '$TMP/pid' ]"
	run nsenter2 -t "$target" -U --status-fd 7 -- sh -c 'env; ls /proc/self/fd' nsinit 7>"$TMP/status"
	assert_rc 0
	assert_out_lacks NSUTILS_REPORT
	assertEquals null "$(jq -r .init_pid "$TMP/status" | sort -u)"
}

# nsinit must still forward a SIGIO that another process sends.
test_signals_are_forwarded_to_the_init()
{
	start_target
	start_holder nsenter2 -t "$target" -U --status-fd 7 -- nsinit --ready-fd 3 -- \
		sh -c 'trap "exit 5" IO; echo >"$0"; while :; do sleep 0.02; done' "$TMP/began" 7>"$TMP/status"
	settle 50 test -e "$TMP/began"
	kill -IO "$holder"
	wait "$holder"
	assertEquals 5 $?
	assertEquals 'created exec exit' "$(jq -r .event "$TMP/status" | xargs)"
}

. shunit2
