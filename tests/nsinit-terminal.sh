#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsinit-terminal: checks that job control in a shell treats nsinit like the program that it runs.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns user pid mnt
require_tool strace

PS1='> '
export PS1

# stop_and_go COMMAND…: runs the command, followed by a program, as a job of a shell on a terminal.
# Stops the job, checks that it is stopped, continues it and interrupts it. The program reads its
# input only after it is continued, because an earlier read could take a line that is meant for the
# shell.
stop_and_go()
{
	# shellcheck disable=SC2016 # for the shell on the terminal
	run pty -e '> ' -s "$* signals job read\\r" -e running -s '^Z' -e 'topped' -e '> ' \
		-s "cut -d' ' -f3 /proc/\$(pgrep -xf 'signals job read')/stat\\r" -e T -e '> ' \
		-s 'fg\r' -e continued -s 'hello\r' -e 'read hello' -s '^C' -e '> ' -s 'echo st=$?\r' -e 'st=130' \
		-e '> ' -s 'exit 5\r' -- sh -i
	assert_rc 5
}

test_control_Z_stops_fg_continues_and_control_C_ends_the_job()
{
	stop_and_go nsinit
}

test_gives_the_terminal_to_a_group_and_takes_it_back()
{
	stop_and_go nsinit --group
}

# The test runs a script, because an interactive shell would take the terminal back even if nsinit
# did not.
test_a_script_gets_its_terminal_back_from_a_group()
{
	# shellcheck disable=SC2016 # for the shell on the terminal
	run pty -e grouped -e ready -s 'hello\r' -e 'read hello' -- sh -c 'nsinit --group echo grouped; echo ready; read x && echo "read $x"'
	assert_rc 0
}

# In an untrusted root directory, /dev/tty can be another file. nsinit must not open it.
test_another_file_in_place_of_the_terminal_is_not_opened()
{
	mkfifo "$TMP/fifo"
	for command in : 'mount --bind "$0/fifo" /dev/tty'; do
		run unshare -rm sh -c "$command"' && exec strace -qq -o "$0/trace" -e trace=openat nsinit --group echo ran' "$TMP"
		assert_ok
		assert_out ran
		set -- "$@" "$(grep -c '"/dev/tty"' "$TMP/trace")"
	done
	assertEquals '1 0' "$*"
}

test_an_interrupt_ends_the_shell_loop_around_nsinit()
{
	run pty -e '> ' -s 'while :; do nsinit sh -c "echo ru\"\"n; exec sleep 1000"; done\r' -e run \
		-s '^C' -e '> ' -s 'exit 3\r' -- sh -i
	assert_rc 3
	run pty -e run -s '^C' -- sh -c 'while :; do nsinit sh -c "echo run; exec sleep 1000"; done'
	assert_rc 130
}

test_a_signal_of_the_terminal_reaches_the_program_once()
{
	# when nsinit forwards USR1, it has already handled the interrupt
	run pty -e ready -s '^C' -e '^C' -k 10 -e '2 1' -e '10 1' -- nsinit signals count 10
	assert_rc 0
	run pty -e ready -k 2 -k 10 -e '2 1' -e '10 1' -- nsinit signals count 10
	assert_rc 0
}

test_a_hangup_of_the_terminal_reaches_the_program()
{
	mkfifo "$TMP/fifo"
	pty -e ready -k hup -- nsinit sh -c "trap 'echo hup >\"$TMP/fifo\"; exit 4' HUP; echo ready; while :; do sleep 0.1; done" >"$TMP/shown" &
	read -r line <"$TMP/fifo"
	assertEquals hup "$line"
	wait $!
	assertEquals 4 $?
}

test_a_background_job_does_not_take_the_terminal()
{
	# the interactive shell must still be able to read its input
	run pty -e '> ' -s 'nsinit --group sh -c "echo ru\"\"n; exec sleep 1000" &\r' -e run -s 'echo al""ive\r' -e alive \
		-s 'kill $!; wait $!; echo st=$?\r' -e st=143 -e '> ' -s 'exit 6\r' -- sh -i
	assert_rc 6
}

. shunit2
