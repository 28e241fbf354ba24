#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nspivot-start: checks --start-fd, by which nspivot waits between the set-up and the program.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"

oneTimeSetUp()
{
	make_box
}

setUp()
{
	mkfifo "$TMP/start" "$TMP/ready"
	exec 5<>"$TMP/start" 6<>"$TMP/ready"
}

tearDown()
{
	exec 5<&- 6<&-
	rm "$TMP/start" "$TMP/ready"
}

test_the_program_is_executed_after_a_byte()
{
	box --ready-fd 6 --start-fd 5 --dir /made "$box" -- ls -d /made >"$TMP/said" 2>&1 &
	pid=$!
	read -r line <"$TMP/ready"
	assertEquals ready "$line"
	assertTrue 'the set-up is done' '[ -d "$box/made" ]'
	assert_empty "$(cat "$TMP/said")"
	echo >&5
	wait $pid
	assertEquals 0 $?
	run cat "$TMP/said"
	assert_out /made
	rmdir "$box/made"
}

test_the_end_of_file_starts_the_program()
{
	run box --start-fd 7 "$box" -- sh -c 'echo started' 7</dev/null
	assert_ok
	assert_out started
}

has_ended()
{
	! kill -0 "$1" 2>/dev/null
}

# The kernel discards a signal for process 1 that has no handler for it (pid_namespaces(7)). nspivot
# is process 1 here, and a signal must nevertheless end it while it waits for --start-fd.
test_a_signal_ends_the_wait()
{
	user=
	[ "$(id -u)" = 0 ] || user=-Ur
	for signal in HUP INT TERM; do
		nsunshare $user -mp --detach --pid-file "$TMP/pid" -- nspivot --ready-fd 6 --start-fd 5 "$box" -- \
			sh -c 'echo ran' >"$TMP/said" 2>&1
		read -r _ <"$TMP/ready"
		pid=$(cat "$TMP/pid")
		kill -s "$signal" "$pid"
		assertTrue "$signal ends nspivot" "settle 50 has_ended $pid"
		run cat "$TMP/said"
		assert_out_lacks ran
	done
}

test_refuses_an_unusable_descriptor()
{
	run box --start-fd 77 "$box" -- sh -c 'echo ran'
	assert_refused 125 '--start-fd: cannot use descriptor 77: Bad file descriptor'
	run box --start-fd 7 "$box" -- sh -c 'echo ran' 7>/dev/null
	assert_refused 125 '--start-fd: descriptor 7 is not open for reading'
	run box --start-fd x "$box" -- sh -c 'echo ran'
	assert_refused 125 "--start-fd: invalid descriptor number 'x'"
	run nspivot --start-fd 5 --explain "$box" -- true
	assert_ok
	assert_out_has 'wait for a byte or end of file on descriptor 5'
}

. shunit2
