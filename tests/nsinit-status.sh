#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsinit-status: checks that nsinit ends in the same way as the program, as process 1 and as a
# subreaper.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns user pid

# as_pid1 CMD…: runs CMD as PID 1 of a new pid namespace. Returns the exit status that the parent of
# CMD sees.
as_pid1()
{
	# env sets the default signal actions, because unshare(1) of util-linux 2.36 ignores TERM in
	# its child
	unshare --user --map-root-user --pid --fork --mount-proc env --default-signal "$@"
}

test_ends_with_the_exit_status_of_the_program()
{
	run nsinit sh -c 'exit 7'
	assert_rc 7
	assert_err_empty
	run as_pid1 nsinit sh -c 'exit 7'
	assert_rc 7
}

test_dies_from_the_signal_that_killed_the_program()
{
	run sh -c 'nsinit sh -c "kill -KILL \$\$"; echo $?'
	assert_out 137
	# perl must see that a signal ended nsinit. An exit status is not enough: a shell, for
	# example, leaves a loop only if a signal ended the command.
	run env -u SHLVL perl -e 'system("nsinit", "sh", "-c", "kill -TERM \$\$"); print $? & 127'
	assert_out 15
}

test_exits_128_plus_n_if_the_signal_cannot_end_it()
{
	run as_pid1 nsinit sh -c 'kill -TERM $$'
	assert_rc 143
	run as_pid1 nsinit sh -c 'kill -KILL $$'
	assert_rc 137
}

test_exits_127_if_not_found_and_126_if_not_executable()
{
	run nsinit /nonexistent/program
	assert_refused 127 "cannot execute '/nonexistent/program': No such file or directory"
	run nsinit nonexistent-program
	assert_refused 127 'nonexistent-program'
	run nsinit /
	assert_refused 126 "cannot execute '/': Permission denied"
}

test_exits_125_for_its_own_failures()
{
	run nsinit
	assert_rc 125
	assert_err_has 'missing program'
	run nsinit --grace soon true
	assert_rc 125
	assert_err_has "--grace: invalid duration 'soon'"
	run nsinit --rewrite TERM true
	assert_refused 125 "--rewrite: invalid 'TERM', expected <from>:<to>"
	for signal in KILL STOP CHLD SEGV BUS 32; do
		run nsinit --rewrite "$signal:TERM" true
		assert_rc 125
		assert_err_has "--rewrite: signal '$signal' cannot be forwarded"
	done
	run nsinit --stop-signal SIGNOT true
	assert_rc 125
	assert_err_has "--stop-signal: invalid signal 'SIGNOT'"
	run nsinit --keep-fd 77 true
	assert_refused 125 'descriptor 77'
}

test_reports_why_no_process_can_be_created()
{
	run enosys -e EPERM fork,vfork,clone,clone3 -- nsinit true
	assert_refused 125 'cannot fork: Operation not permitted'
	assert_err_has 'in the seccomp filter of this process'
	[ "$(id -u)" != 0 ] || return 0
	run prlimit --nproc=0 nsinit true
	assert_refused 125 'cannot fork: Resource temporarily unavailable'
	assert_err_has 'hint: raise RLIMIT_NPROC (ulimit -u), which allows 0 processes'
}

test_waits_for_the_program_even_if_sigchld_is_ignored()
{
	run perl -e '$SIG{CHLD} = "IGNORE"; exec "nsinit", "sh", "-c", "exit 5"'
	assert_rc 5
	assert_err_empty
}

test_the_program_inherits_signal_actions_and_mask()
{
	run sh -c 'trap "" HUP USR1; exec nsinit grep -E "^Sig(Ign|Blk)" /proc/self/status'
	assert_rc 0
	assert_out 'SigBlk:	0000000000000000
SigIgn:	0000000000000201'
}

test_explain_runs_nothing()
{
	run nsinit --explain -- touch "$TMP/touched"
	assert_ok
	assert_out_has "execute touch $TMP/touched: execve(2)"
	assertFalse 'nothing is done' "[ -e $TMP/touched ]"
}

. shunit2
