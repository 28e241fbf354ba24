#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsunshare-jobs: checks that a shell can stop, continue and interrupt nsunshare as a job in the
# same way as the program.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/signallib.sh"
require_ns user pid
require_tool bash strace

PS1='> '
export PS1

# bash ends a loop only if a signal killed the command in it. dash also ends the loop if the command
# exits with status 130.
bash='bash --norc --noprofile'

# new: a command prefix that runs a program as root of new user and pid namespaces.
new='nsunshare -Urpm --mount-proc'

# The program is process 1. nsunshare must not stop itself in two cases: the status is 128 plus a
# stop signal, which a shell with a stopped job returns; or the caller of nsunshare ignores the stop
# signal.
test_does_not_stop_itself_for_a_status_or_an_ignored_signal()
{
	cat >"$TMP/stop" <<-'SCRIPT'
		use POSIX;
		my $way = shift;
		pipe(my $said, my $says);
		pipe(my $hears, my $tell);
		my $pid = fork;
		if (!$pid) {
			setpgrp;
			$SIG{TSTP} = $way;
			open STDOUT, ">&", $says;
			open STDIN, "<&", $hears;
			close $tell;
			exec @ARGV;
		}
		<$said>;
		my $how = "runs";
		kill "TSTP", $pid;
		if ($way eq "DEFAULT") {
			waitpid $pid, WUNTRACED;
			$how = "stopped" if WIFSTOPPED(${^CHILD_ERROR_NATIVE});
			kill "CONT", $pid;
		}
		print $tell "go\n";
		close $tell;
		waitpid $pid, WUNTRACED;
		my $st = ${^CHILD_ERROR_NATIVE};
		print "$how, ", WIFSTOPPED($st) ? "stopped" : "status " . WEXITSTATUS($st), "\n";
		kill "KILL", $pid;
	SCRIPT
	# shellcheck disable=SC2086 # several words
	run perl "$TMP/stop" DEFAULT $new sh -c 'echo ready; read x; exit 148'
	assert_out 'stopped, status 148'
	# shellcheck disable=SC2086 # several words
	run perl "$TMP/stop" IGNORE $new sh -c 'echo ready; read x; exit 3'
	assert_out 'runs, status 3'
}
# The program starts no child, because a shell suspended in vfork(2) does not stop together with its
# child.
test_control_Z_stops_fg_continues_and_control_C_ends_the_job()
{
	for shell in sh "$bash"; do
		for with in 'nsunshare -f' "$new nsinit" "$new --init" "$new"; do
			# shellcheck disable=SC2016,SC2086 # for the shell on the terminal, and words
			run pty -e '> ' -s "$with signals job\\r" -e running -s '^Z' -e 'topped' -e '> ' \
				-s 'fg\r' -e continued -s '^C' -e '> ' -s 'echo st=$?\r' -e 'st=130' \
				-e '> ' -s 'exit 5\r' -- $shell -i
			assert_rc 5
		done
	done
}
# The terminal has the flag noflsh. Without this flag, the second ^Z would discard the message of
# the shell about the first ^Z.
test_stops_and_continues_in_any_order()
{
	# shellcheck disable=SC1003,SC2016 # the terminal and the inner shell expand it
	run pty -e '> ' -s 'nsunshare -f signals job\r' -e running -s '^Z^Z' -e topped -e '> ' \
		-s 'bg\r' -e 'signals job' -e continued -s '\r' -e '> ' \
		-s 'fg\r' -e 'signals job' -e continued -s '^Z' -e topped -e '> ' \
		-s 'fg\r' -e 'signals job' -e continued -s '^\\' -e '> ' -s 'echo st=$?\r' -e 'st=131' \
		-e '> ' -s 'exit 5\r' -- sh -c "stty noflsh; exec sh -i"
	assert_rc 5
}
# strace delays system calls, so that a ^Z arrives between the SIGCONT of fg and the moment when
# nsunshare has checked its effect.
test_a_job_that_is_stopped_again_stays_stopped()
{
	TRACE=$TMP/trace
	export TRACE
	for call in waitid kill; do
		slow="strace -DDD -qq -o \"\$TRACE\" -e trace=$call"
		slow="$slow -e inject=$call:delay_enter=100000"
		# shellcheck disable=SC2016 # for the shell on the terminal
		run pty -e '> ' -s "$slow nsunshare -f signals job\\r" -e running \
			-s '^Z' -e topped -e '> ' -s 'fg\r' -e 'signals job' -e continued \
			-s '^Z' -e topped -e '> ' -s 'bg\r' -e 'signals job' -e continued -s '\r' \
			-e '> ' -s 'fg\r' -e 'signals job' -e continued -s '^Z' -e topped -e '> ' \
			-s 'fg\r' -e 'signals job' -e continued -s '^C' -e '> ' \
			-s 'echo st=$?\r' -e 'st=130' -e '> ' -s 'exit 5\r' -- sh -i
		assert_rc 5
	done
}
# nsunshare must distinguish the effect of the SIGCONT that it sends from the effect of a SIGCONT
# that a shell sends.
test_each_sigcont_is_forwarded()
{
	start nsunshare -f signals show 64
	child=$(pgrep -P "$pid")
	kill -STOP "$child"
	until grep -q '^State:.T' "/proc/$child/status"; do :; done
	kill -CONT "$pid"
	read -r line <&4
	assertEquals 'the first' 18 "$line"
	kill -CONT "$pid"
	read -r line <&4
	assertEquals 'the second' 18 "$line"
	kill -64 "$pid"
	finish
	assert_rc 0
}
test_a_job_that_reads_in_the_background_waits_for_fg()
{
	for with in 'nsunshare -f' "$new nsinit" "$new --init"; do
		# shellcheck disable=SC2016 # for the shell on the terminal
		run pty -e '> ' -s "$with cat &\\r" -e '> ' \
			-s 'until [ "$(cut -d" " -f3 /proc/$!/stat)" = T ]; do :; done; fg\r' -e cat \
			-s 'hello\r' -e hello -e hello -s '^D' -e '> ' -s 'exit 5\r' -- sh -i
		assert_rc 5
	done
}
test_an_interrupt_ends_the_shell_loop_around_nsunshare()
{
	for shell in sh "$bash"; do
		for with in 'nsunshare -f' "$new nsinit"; do
			# shellcheck disable=SC2086 # several words
			run pty -e run -s '^C' -- $shell -c "while :; do $with sh -c 'echo run; exec sleep 1000'; done"
			assert_rc 130
			# shellcheck disable=SC2086 # several words
			run pty -e '> ' -s "while :; do $with sh -c 'echo ru\"\"n; exec sleep 1000'; done\\r" -e run \
				-s '^C' -e '> ' -s 'exit 3\r' -- $shell -i
			assert_rc 3
		done
	done
}
test_a_signal_of_the_terminal_reaches_the_program_once()
{
	for with in 'nsunshare -f' "$new" "$new nsinit"; do
		# the terminal may echo ^C before or after the number, or before the end of its line
		# shellcheck disable=SC2086 # several words
		run pty -e ready -s '^C' -e 2 -s '^C' -e 2 -k 40 -e 40 -- $with signals show 40
		assert_rc 0
		assertEquals 'interrupts' 2 "$(sed 's/\^C//g' "$TMP/out" | grep -c "^2$(printf '\r')\$")"
	done
}
test_an_interactive_shell_inside_has_job_control()
{
	run pty -e '> ' -s "$new sh -i\\r" -e '> ' -s 'echo in=$$\r' -e 'in=1' -e '> ' \
		-s 'sed -u s/x/y/\r' -s 'x1\r' -e y1 -s '^Z' -e topped -e '> ' -s 'fg\r' -s 'x2\r' -e y2 -s '^C' -e '> ' \
		-s '^C' -e '> ' -s 'trap "echo got=int" INT\r' -e '> ' -s 'exit\r' -e '> ' -s 'echo al""ive\r' -e alive -e '> ' -s 'exit 2\r' -- sh -i
	assert_rc 2
}
. shunit2
