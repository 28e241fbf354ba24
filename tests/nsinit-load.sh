#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsinit-load: checks that nsinit reaps many orphans, forwards many signals, and stays idle for a
# long time.
# Runs as root and as an ordinary user.
# Runs only in check-long.
# Time limit: 180 seconds.
. "${0%/*}/testlib.sh"
require_ns user pid
require_tool strace

pid1='unshare --user --map-root-user --pid --fork --kill-child --mount-proc nsinit'

test_reaps_10000_orphans()
{
	for init in nsinit "$pid1"; do
		# shellcheck disable=SC2016,SC2086 # several words; perl's own
		run $init perl -e '
			for (1 .. 10000) { if (!fork) { fork || exit; exit } wait }
			for (1 .. 100) { $z = grep { /\) Z / } map { open F, $_ and <F> } </proc/[0-9]*/stat>; last if !$z; select undef, undef, undef, 0.05 }
			print "zombies $z\n"; exit 7'
		assert_rc 7
		assert_out 'zombies 0'
	done
}

# Real-time signals are queued, so each of them is counted. At the same time, many children end and
# cause SIGCHLD signals.
test_loses_no_signal_at_1000_a_second_for_10_seconds()
{
	mkfifo "$TMP/fifo"
	# shellcheck disable=SC2016 # the inner shell expands it
	nsinit sh -c '(for i in $(seq 2000); do (sleep 0.005 & exec true); done) & exec signals count 40' >"$TMP/fifo" &
	pid=$!
	exec 4<"$TMP/fifo"
	read -r line <&4
	assertEquals ready "$line"
	# on a busy machine, the helper `signals` sends fewer signals per second, and fails
	run signals send "$pid" 36 10000 1000
	assert_out_empty
	kill -40 "$pid"
	run grep -v '^17 ' <&4 # without the SIGCHLD for the program's own child
	exec 4<&-
	assert_out '36 10000
40 1'
	wait $pid
	assertEquals 'status of the program' 0 $?
}

# Each program ends while signals arrive at nsinit, which must still return the status of the
# program.
test_no_status_is_lost_under_signals()
{
	lost=0
	for _ in $(seq 300); do
		nsinit sh -c 'trap "" USR1; exit 77' &
		pid=$!
		kill -CONT $pid
		kill -WINCH $pid
		kill -URG $pid
		wait $pid
		[ $? = 77 ] || lost=$((lost + 1))
	done
	assertEquals 'lost' 0 $lost
}

test_does_not_wake_up_in_10_seconds()
{
	start_holder nsinit --keep-fd 3 -- sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	sleep 1
	run timeout -s INT 10 strace -o "$TMP/trace" -p "$holder"
	# strace must show a single call, which was in progress when strace ended
	assertEquals "$(cat "$TMP/trace")" 1 "$(grep -c . "$TMP/trace")"
	grep -q '^rt_sigtimedwait' "$TMP/trace"
	assertTrue 'sleeps in rt_sigtimedwait' $?
}

. shunit2
