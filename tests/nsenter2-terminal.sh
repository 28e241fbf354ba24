#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsenter2-terminal: checks that job control in a shell treats nsenter2 like the program that it
# runs.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
require_ns user pid

PS1='> '
export PS1

# start_target: starts a process in a new pid namespace, which nsenter2 can enter only with a fork.
# Sets $target to its pid.
start_target()
{
	start_holder unshare --user --map-root-user --mount --pid --fork --kill-child --mount-proc \
		sh -c 'echo ready >&3; exec sleep 1000 3>&-' &&
		target=$(ps -o pid= --ppid "$holder") && target=${target##* }
	# The program reads its input only after SIGCONT. If it read earlier, it could take a line
	# that is meant for the shell.
	cat >"$TMP/program" <<-'SCRIPT'
		$| = 1;
		$SIG{CONT} = sub { print "read ", scalar <STDIN> };
		print "running\n";
		select undef, undef, undef, undef while 1;
	SCRIPT
}

# a command that the shell on the terminal executes to wait until nsenter2 and the program are both
# stopped
stopped='until [ "$(for p in $(pgrep -x nsenter2; pgrep -xf "perl $TMP/program"); do cut -d" " -f3 /proc/$p/stat; done | xargs)" = "T T" ]; do :; done; echo bo""th\r'

test_stops_on_control_Z_and_continues_with_fg()
{
	start_target
	export TMP
	run pty -e '> ' -s "nsenter2 -t $target -a perl $TMP/program\\r" -e running -s '^Z' -e 'topped' -e '> ' \
		-s "$stopped" -e both -e '> ' -s 'fg\r' -s 'hello\r' -e 'read hello' -s '^C' -e '> ' -s 'echo st=$?\r' -e 'st=130' \
		-e '> ' -s 'exit 5\r' -- sh -i
	assert_rc 5
}

test_runs_in_the_background_until_it_reads()
{
	start_target
	export TMP
	run pty -e '> ' -s "nsenter2 -t $target -a perl $TMP/program\\r" -e running -s '^Z' -e 'topped' -e '> ' \
		-s 'bg\r' -e '> ' -s "$stopped" -e both -e '> ' -s 'fg\r' -s 'again\r' -e 'read again' -s '^C' -e '> ' \
		-s 'echo st=$?\r' -e 'st=130' -e '> ' -s 'exit 6\r' -- sh -i
	assert_rc 6
}

test_an_interrupt_ends_the_shell_loop_around_nsenter2()
{
	start_target
	run pty -e '> ' -s "while :; do nsenter2 -t $target -a sh -c 'echo ru\"\"n; exec sleep 1000'; done\\r" -e run \
		-s '^C' -e '> ' -s 'exit 3\r' -- sh -i
	assert_rc 3
}

# Only nsenter2 gets the stop signal. The program must stop and continue together with nsenter2.
test_stop_signal_to_nsenter2_stops_the_program()
{
	start_target
	export TMP
	run pty -e '> ' -s "nsenter2 -t $target -a perl $TMP/program &\\r" -e running \
		-s 'kill -TSTP $!\r' -s "$stopped" -e both \
		-s 'fg\r' -s 'more\r' -e 'read more' -s '^C' -e '> ' -s 'exit 4\r' -- sh -i
	assert_rc 4
}

. shunit2
