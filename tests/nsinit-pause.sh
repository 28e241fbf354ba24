#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsinit-pause: checks nsinit --pause, which runs no program, and --pdeathsig.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016,SC2086 # the inner shell expands it; several words
. "${0%/*}/testlib.sh"
. "${0%/*}/signallib.sh"
require_ns user pid
require_tool jq

setUp()
{
	rm -rf "${TMP:?}"/*
	mkfifo "$TMP/fifo"
}

test_waits_until_TERM_or_INT()
{
	for with in '' 'nsunshare -rp --mount-proc --'; do
		for signal in TERM INT; do
			start_holder env --default-signal $with nsinit --pause --ready-fd 3
			assertEquals ready "$holder_line"
			first=$(pgrep -P "$holder" || echo "$holder")
			kill -HUP "$first"
			kill -USR1 "$first"
			assertTrue "$with: other signals do not end it" "kill -0 $first"
			kill -s $signal "$first"
			wait "$holder"
			assertEquals "$with $signal" 0 $?
		done
	done
}

# The shell ends after its child has begun to run, so that the child becomes a child of process 1.
test_process_1_reaps_orphans_and_ends_them()
{
	start_holder nsunshare -rp --mount-proc --pid-file "$TMP/pid" -- nsinit --pause --grace 300ms --ready-fd 3
	settle 50 test -s "$TMP/pid"
	first=$(cat "$TMP/pid")
	run nsenter -t "$first" -U --preserve-credentials -p sh -c '(sleep 0.1 & sleep 1000 >/dev/null 2>&1 &)'
	assert_ok
	settle 50 sh -c '[ "$(pgrep -P "$0" | wc -l)" = 1 ]' "$first"
	assertTrue 'one orphan is left, and no zombie' $?
	orphan=$(pgrep -P "$first")
	kill -TERM "$first"
	wait "$holder"
	assertEquals 0 $?
	assertFalse 'the orphan has ended' "kill -0 $orphan"
}

test_an_orphan_that_ignores_TERM_is_killed()
{
	start_holder nsunshare -rp --mount-proc --pid-file "$TMP/pid" -- nsinit --pause --grace 200ms --ready-fd 3
	settle 50 test -s "$TMP/pid"
	first=$(cat "$TMP/pid")
	run nsenter -t "$first" -U --preserve-credentials -p env --ignore-signal=TERM sh -c '(sleep 1000 >/dev/null 2>&1 &)'
	assert_rc 0
	orphan=$(pgrep -P "$first")
	assertTrue 'the orphan lives' "kill -0 '$orphan'"
	kill -TERM "$first"
	wait "$holder"
	assertEquals 0 $?
	assertFalse 'the orphan has ended' "kill -0 '$orphan'"
}

test_sleeps_without_wake_ups()
{
	start_holder nsinit --pause --ready-fd 3
	# wait until nsinit sleeps, which is a moment after it has written the line for --ready-fd
	until grep -q '^State:.S' "/proc/$holder/status"; do :; done
	before=$(awk '/ctxt/' "/proc/$holder/status")
	sleep 2
	assertEquals "$before" "$(awk '/ctxt/' "/proc/$holder/status")"
	kill -TERM "$holder"
	wait "$holder"
	assertEquals 0 $?
}

test_pause_excludes_a_program()
{
	run nsinit --pause true
	assert_rc 125
	assert_err_has "--pause cannot be used with a program: 'true'"
	for option in '--status-fd 1' "--pid-file $TMP/pid"; do
		run nsinit --pause $option
		assert_rc 125
		assert_err_has "--pause cannot be used with ${option%% *}"
	done
	run nsinit --pause --notify --ready-fd 1
	assert_rc 125
	assert_err_has '--pause cannot be used with --notify'
}

# ---- --pdeathsig

# The shell that has started nsinit is killed, and then nsinit gets the parent-death signal.
test_the_end_of_the_parent_sends_the_signal()
{
	for with in '' 'nsunshare -rp --mount-proc --'; do
		start_holder sh -c 'echo $$ >&3; "$@" & exec 3>&-; read -r line <"$0"' "$TMP/fifo" \
			$with nsinit --pdeathsig USR1 -- sh -c 'trap "echo got >\"$0\"; exit" USR1; echo >"$1"; while :; do sleep 0.02; done' \
			"$TMP/out" "$TMP/began"
		settle 50 test -e "$TMP/began"
		if [ -n "$with" ]; then
			kill -KILL "$(pgrep -P "$holder" -x nsunshare)"
		else
			kill -KILL "$holder"
		fi
		settle 50 test -s "$TMP/out"
		assertEquals "$with" got "$(cat "$TMP/out")"
		rm -f "$TMP/out" "$TMP/began"
		stop_holders
	done
}

test_TERM_of_the_parent_ends_everything()
{
	start_holder sh -c 'echo $$ >&3; "$@" & exec 3>&-; read -r line <"$0"' "$TMP/fifo" \
		nsinit --pdeathsig TERM -- sh -c 'echo $$ >"$0"; exec sleep 1000' "$TMP/pid"
	settle 50 test -s "$TMP/pid"
	assertTrue 'the program lives' "kill -0 '$(cat "$TMP/pid")'"
	kill -KILL "$holder"
	settle 50 sh -c '! kill -0 "$0"' "$(cat "$TMP/pid")" 2>/dev/null
	assertTrue 'the program has ended' $?
}

test_invalid_signals_are_refused()
{
	run nsinit --pdeathsig NOPE true
	assert_rc 125
	assert_err_has "--pdeathsig: invalid signal 'NOPE'"
}

. shunit2
