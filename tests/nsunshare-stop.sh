#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsunshare-stop: checks nsunshare --stop-signal and --grace, with and without --init.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
. "${0%/*}/signallib.sh"
require_ns user pid

catching='trap "echo $1; exit 5" "$1"; echo ready; while :; do sleep 0.02; done'
ignoring='trap "echo got" TERM USR1; echo ready; while :; do sleep 0.02; done'

test_TERM_becomes_the_stop_signal()
{
	for with in -f -p --init; do
		start nsunshare -r $with --stop-signal RTMIN+3 -- sh -c "$catching" sh 37
		kill -TERM "$pid"
		finish
		assert_rc 5
		assert_out 37
	done
}

test_the_program_is_killed_at_the_end_of_the_grace_period()
{
	for with in -f -p; do
		start nsunshare -r $with --stop-signal USR1 --grace 3s -- sh -c "$ignoring"
		kill -TERM "$pid"
		finish
		assert_rc 137
		assert_out got
		assert_at_most 'seconds' 9 "$took"
	done
	start nsunshare -r --init --grace 300ms -- sh -c "$ignoring"
	kill -TERM "$pid"
	finish
	assert_rc 137
	assert_at_most 'seconds' 9 "$took"
}

# With --grace alone, the stop signal is TERM. A second TERM does not extend the grace period.
test_the_stop_signal_is_TERM_if_only_grace_is_given()
{
	start nsunshare -r -f --grace 3s -- sh -c "$ignoring"
	kill -TERM "$pid"
	read -r line <&4
	kill -TERM "$pid"
	finish
	assert_rc 137
	assertEquals 'got got' "$line $out"
	assert_at_most 'seconds' 9 "$took"
}

test_without_the_options_no_KILL_follows_TERM()
{
	start nsunshare -rf -- sh -c "$ignoring" sh
	kill -TERM "$pid"
	read -r line <&4
	assertEquals got "$line"
	kill -HUP "$pid"
	finish
	assert_rc 129
}

# The kernel discards the stop signal if process 1 has no handler for it, so nsunshare sends KILL at
# once instead.
test_a_stop_signal_that_process_1_would_ignore_ends_it()
{
	start nsunshare -rp --stop-signal USR1 --grace 100s -- sh -c 'echo ready; exec sleep 1000'
	sleep_of "$pid" >/dev/null
	kill -TERM "$pid"
	finish
	assert_at_most 'seconds' 20 "$took"
	assert_rc 138
}

# In a new session nsunshare is in an orphaned process group. The kernel does not stop processes of
# such a group, so nsunshare runs while the program is stopped, and must continue the program.
test_a_stopped_program_gets_the_stop_signal()
{
	start setsid nsunshare -rf --stop-signal USR1 --grace 20s -- sh -c "$catching" sh USR1
	program=$(pgrep -P "$pid" -f 'trap')
	kill -STOP "$program"
	settle 50 grep -q '^State:.T ' "/proc/$program/status"
	assertTrue 'the program is stopped' $?
	kill -TERM "$pid"
	finish
	assert_rc 5
	assert_out USR1
}

test_other_signals_are_forwarded_unchanged()
{
	start nsunshare -rf --stop-signal USR1 -- sh -c "$catching" sh HUP
	kill -HUP "$pid"
	finish
	assert_rc 5
	assert_out HUP
}

test_invalid_arguments_are_refused()
{
	run nsunshare --grace 1x true
	assert_rc 125
	assert_err_has "--grace: invalid duration '1x'"
	run nsunshare --stop-signal NOPE true
	assert_rc 125
	assert_err_has "invalid signal 'NOPE'"
	run nsunshare --no-fork --grace 1s true
	assert_refused 125 '--no-fork cannot be used with --grace or --stop-signal'
}

. shunit2
