#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsinit-signals: checks that a signal to nsinit reaches the program once, with its value, and
# rewritten by --rewrite.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/signallib.sh"
require_ns user pid

test_forwards_every_signal_except_fault_signals()
{
	start nsinit signals count 64
	want=
	for n in $(seq 1 64); do
		case $n in
		4 | 5 | 7 | 8 | 9 | 11 | 15 | 17 | 18 | 19 | 20 | 21 | 22 | 31 | 32 | 33) continue ;;
		esac
		want="$want$n 1
"
		[ "$n" = 64 ] || kill "-$n" "$pid"
	done
	# send signal 64 last: real-time signals are delivered in the order of their numbers, and
	# after the standard signals
	kill -64 "$pid"
	finish
	assert_rc 0
	assert_out "${want%?}"
}

test_keeps_the_values_of_realtime_signals()
{
	start nsinit signals show 40
	signals send "$pid" 36 3
	signals send "$pid" 40
	finish
	assert_out '36 1
36 2
36 3
40 1'
}

test_stop_signals_reach_a_program_that_handles_them()
{
	start nsinit signals show 40
	# CONT discards a pending TSTP, so send CONT after the program has received TSTP
	kill -TSTP "$pid"
	read -r line <&4
	assertEquals 20 "$line"
	kill -CONT "$pid"
	kill -40 "$pid"
	finish
	assert_rc 0
	assert_out '18
40'
}

# CONT arrives before nsinit notices that the program has stopped. setpgrp makes a process group
# that is not orphaned, because processes do not stop in an orphaned group.
test_continues_if_CONT_arrives_before_the_stop_is_noticed()
{
	for with in nsinit 'nsunshare -f'; do
		# shellcheck disable=SC2086 # several words
		start perl -e 'setpgrp; exec @ARGV' $with sh -c 'trap "exit 3" USR1; echo ready; while :; do sleep 0.01; done'
		program=$(pgrep -P "$pid")
		kill -STOP "$pid"
		kill -TSTP "$program"
		settle 50 grep -q '^State:.T' "/proc/$program/status"
		kill -CONT "$pid"
		kill -USR1 "$pid"
		finish
		assert_rc 3
	done
}

test_loses_no_signal_at_a_thousand_a_second()
{
	start nsinit signals count 40
	signals send "$pid" 36 500 1000
	signals send "$pid" 40
	finish
	assert_rc 0
	assert_out '36 500
40 1'
}

test_a_signal_before_the_exec_is_not_lost()
{
	# perl blocks the signal, so the signal is pending when nsinit starts
	run perl -MPOSIX -e 'sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGUSR1)); kill "USR1", $$;
		exec "nsinit", "signals", "count", "10"'
	assert_rc 0
	assert_out 'ready
10 1'
}

test_rewrites_signals()
{
	start nsinit --rewrite USR1:RTMIN+1 --rewrite 12:0 --rewrite SIGHUP:term signals show 40
	kill -USR2 "$pid"
	kill -USR1 "$pid"
	kill -40 "$pid"
	finish
	assert_rc 0
	assert_out '35
40'
	# if a signal is rewritten to TERM, it must end all processes as TERM does
	start nsinit --rewrite HUP:TERM --rewrite TERM:HUP sh -c 'trap "echo hup" HUP; echo ready; sleep 1000 & while :; do wait; done'
	kill -TERM "$pid"
	read -r line <&4
	assertEquals hup "$line"
	kill -HUP "$pid"
	finish
	assert_rc 143
}

test_signals_the_process_group_only_with_the_group_option()
{
	start nsinit --group sh -c 'signals show 10 & exec signals show 10'
	read -r line <&4
	kill -USR1 "$pid"
	finish
	assert_out '10
10'
	start nsinit --grace 0 sh -c 'signals show 10 & exec signals show 10'
	read -r line <&4
	kill -USR1 "$pid"
	finish
	assert_rc 0
	# processes other than the program may get the signals of the shutdown, but they must not
	# get USR1
	assertEquals 'USR1 reached one process' 1 "$(printf '%s\n' "$out" | grep -cx 10)"
}

test_forwards_signals_as_pid_1()
{
	start unshare --user --map-root-user --pid --fork --mount-proc nsinit sh -c 'trap "exit 3" USR1; echo ready; while :; do sleep 0.01; done'
	kill -USR1 "$(pgrep -P "$pid")"
	finish
	assert_rc 3
}

. shunit2
