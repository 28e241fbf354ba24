#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsinit-end: checks that all processes end with the program or after TERM: first by the stop
# signal, and by KILL after the grace period.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/signallib.sh"
require_ns user pid

# nsinit can adopt orphans in two ways: as a subreaper, and as process 1. $pid1 is a command that
# starts nsinit as process 1. env sets the default signal actions, because unshare(1) of util-linux
# 2.36 ignores TERM in its child.
pid1='unshare --user --map-root-user --pid --fork --kill-child --mount-proc env --default-signal nsinit'

# init_of COMMAND: prints the pid of the nsinit that was started by COMMAND, which is process $pid:
# nsinit itself, or unshare(1), whose child is nsinit.
init_of()
{
	case $1 in
	*unshare*) pgrep -P "$pid" ;;
	*) echo "$pid" ;;
	esac
}

test_TERM_ends_all_processes_and_exits_with_143()
{
	for init in nsinit "$pid1"; do
		# shellcheck disable=SC2086 # several words
		start $init sh -c 'setsid sleep 1000 & echo ready; exec sleep 1000'
		kill -TERM "$(init_of "$init")"
		finish
		assert_rc 143
		assertTrue "ended by the stop signal, not killed: $took s" "[ $took -lt 10 ]"
	done
}

test_ends_processes_that_the_program_leaves_behind()
{
	mkfifo "$TMP/last"
	for init in nsinit "$pid1"; do
		# no process forks when the program ends, because the stop signal would miss a new
		# process
		# shellcheck disable=SC2016,SC2086 # for the shells inside, words
		start $init sh -c 'export last=$0
			setsid sh -c "setsid sh -c \"echo set >\\\$last; exec sleep 1000\" & exec sleep 1000" &
			read -r _ <"$0"; echo ready; exit 6' "$TMP/last"
		finish
		assert_rc 6
		assertTrue "ended by the stop signal, not killed: $took s" "[ $took -lt 10 ]"
	done
}

test_gives_processes_the_grace_period_to_end()
{
	mkfifo "$TMP/trap"
	for init in nsinit "$pid1"; do
		# shellcheck disable=SC2086 # several words
		start $init sh -c '(trap "sleep 0.2; echo cleaned up; exit" TERM; echo set >"$0"; while :; do sleep 0.01; done) &
			read -r _ <"$0"; echo ready; exit 2' "$TMP/trap"
		finish
		assert_rc 2
		assert_out 'cleaned up'
	done
}

test_kills_processes_after_the_grace_period()
{
	for init in nsinit "$pid1"; do
		# shellcheck disable=SC2086 # several words
		start $init --grace 200ms sh -c 'trap "" TERM; sleep 1000 & echo ready; exit 2'
		finish
		assert_rc 2
		assertTrue "killed: $took s" "[ $took -lt 10 ]"
		# shellcheck disable=SC2086 # several words
		start $init --grace 0.1 sh -c 'trap "" TERM; setsid sleep 1000 & echo ready; exec sleep 1000'
		kill -TERM "$(init_of "$init")"
		finish
		assert_rc 137
		assertTrue "killed: $took s" "[ $took -lt 10 ]"
		# shellcheck disable=SC2086 # several words
		start $init --grace 0 sh -c 'trap "" TERM; setsid sleep 1000 & echo ready; exec sleep 1000'
		kill -TERM "$(init_of "$init")"
		finish
		assert_rc 137
	done
}

# Each scan of /proc examines all remaining processes, so nsinit scans only once after it has reaped
# several children.
test_kills_many_processes_in_a_few_scans()
{
	require_tool strace
	# shellcheck disable=SC2016 # perl's own
	run strace -o "$TMP/trace" -e trace=kill,pidfd_send_signal nsinit --grace 0.1 \
		perl -e '$SIG{TERM} = "IGNORE"; for (1 .. 200) { fork || exec "sleep", 1000 } exit 4'
	assert_rc 4
	calls=$(wc -l <"$TMP/trace")
	assertTrue "$calls signals to 200 processes" "[ $calls -ge 600 ] && [ $calls -lt 2000 ]"
}

test_a_second_TERM_reaches_the_program()
{
	for init in nsinit "$pid1"; do
		# shellcheck disable=SC2016,SC2086 # perl's own; words
		start $init perl -e '$| = 1; $SIG{TERM} = sub { print "asked\n"; exit 9 if $again++ };
			print "ready\n"; sleep 1 while 1'
		for _ in 1 2; do
			kill -TERM "$(init_of "$init")"
			read -r line <&4
			assertEquals asked "$line"
		done
		finish
		assert_rc 9
	done
}

# The tree of processes is so deep that one scan does not reach the deepest processes. nsinit finds
# them after the processes above them have ended.
test_kills_deep_descendants()
{
	note_state
	for init in nsinit "$pid1"; do
		# shellcheck disable=SC2016,SC2086 # perl's own; words
		run timeout 20 $init --grace 0.3 perl -e '$SIG{TERM} = "IGNORE"; $deep = 0;
			for (1 .. 150) { last if fork; $deep++ }
			exit 3 if !$deep;
			sleep 1000'
		assert_rc 3
		assert_no_leftovers
	done
}

# Each process forks a new process and ends, often before a signal can reach it.
test_kills_processes_that_fork_all_the_time()
{
	note_state
	for init in nsinit "$pid1"; do
		# shellcheck disable=SC2016,SC2086 # perl's own; words
		run timeout 20 $init --grace 0.1 perl -e '$SIG{TERM} = "IGNORE"; for (1 .. 4) {
			next if fork;
			setpgrp; while (1) { exit if fork } } exit 3'
		assert_rc 3
		assert_no_leftovers
	done
}

# If the grace period overflowed an integer, nsinit built with sanitizers would report the overflow.
test_longest_grace_period_does_not_overflow()
{
	run nsinit --grace 9223372036854775807 sh -c 'sleep 1000 & exit 4'
	assert_rc 4
	assert_err_empty
}

test_ends_stopped_processes()
{
	for init in nsinit "$pid1"; do
		# shellcheck disable=SC2086 # several words
		start $init sh -c 'sleep 1000 & kill -STOP $!; echo ready; exit 8'
		finish
		assert_rc 8
		assertTrue "ended by the stop signal, not killed: $took s" "[ $took -lt 10 ]"
	done
}

# If nsinit stopped when the program stops, its grace period would never end. setpgrp makes a
# process group that is not orphaned, because processes do not stop in an orphaned group.
test_kills_a_program_that_stops_itself_on_TERM()
{
	# shellcheck disable=SC2016 # perl's own
	start perl -e 'setpgrp; exec @ARGV' nsinit --grace 200ms \
		perl -e '$SIG{TERM} = sub { 1 while kill "STOP", $$ }; $| = 1; print "ready\n"; sleep 1 while 1'
	kill -TERM "$pid"
	finish
	assert_rc 137
	assertTrue "killed: $took s" "[ $took -lt 10 ]"
}

# The proc file system at /proc shows the pids of the outer pid namespace. nsinit must find its
# descendants there and must not signal other processes.
test_finds_its_descendants_in_the_proc_of_another_pid_namespace()
{
	# the descendant of nsinit has the pipe open, so cat ends only if the descendant ends
	# shellcheck disable=SC2016 # the inner shell expands it
	run timeout 20 nsunshare -Up -- sh -c '
		for i in 1 2 3; do sleep 1000 & others="$others $!"; done
		{ nsinit sh -c "setsid sleep 1000 & exit 3"; echo $?; } | cat
		kill $others && echo "all others"'
	assert_out '3
all others'
}

test_finds_its_descendants_without_pidfds()
{
	note_state
	run timeout 20 enosys pidfd_send_signal -- nsinit sh -c 'setsid sleep 1000 & exit 3'
	assert_rc 3
	assert_no_leftovers
}

test_ends_processes_with_the_stop_signal()
{
	start nsinit --stop-signal USR2 sh -c 'trap "echo asked; exit 5" USR2; trap "" TERM; echo ready; while :; do sleep 0.01; done'
	kill -TERM "$pid"
	finish
	assert_rc 5
	assert_out asked
}

# The program has three generations of descendants, and each of these processes is in its own
# session.
test_a_subreaper_ends_grandchildren()
{
	# shellcheck disable=SC2016 # for the script
	printf '#!/bin/sh\n[ $1 = 0 ] && echo ready && exec sleep 1000\nsetsid "$0" $(($1 - 1)) &\nwait\n' >"$TMP/deep"
	chmod 755 "$TMP/deep"
	start nsinit "$TMP/deep" 3
	kill -TERM "$pid"
	finish
	assert_rc 143
	assertTrue "ended by the stop signal, not killed: $took s" "[ $took -lt 10 ]"
}

# nsinit must also send the signal to a process that waits for its children. Such a process would
# end after its children, but with another status.
test_a_subreaper_signals_parents_before_children()
{
	start strace -D -qq -o "$TMP/trace" -e trace=kill,pidfd_send_signal \
		-e inject=kill,pidfd_send_signal:delay_exit=200000 nsinit sh -c 'sleep 1000 & echo ready; wait; exit 3'
	kill -TERM "$pid"
	finish
	assert_rc 143
}

# The kernel lists a child in /proc under the thread that created it, so nsinit must read the lists
# of all threads of a process.
test_a_subreaper_ends_the_children_of_threads()
{
	# shellcheck disable=SC2016 # for perl
	start nsinit perl -e 'use threads; threads->create(sub {
		fork or exec qw(setsid sh -c), "echo ready; exec sleep 1000"; sleep 1000 })->join'
	kill -TERM "$pid"
	finish
	assert_rc 143
	assertTrue "ended by the stop signal, not killed: $took s" "[ $took -lt 10 ]"
}

test_reaps_orphans_at_once()
{
	for init in nsinit "$pid1"; do
		# shellcheck disable=SC2016,SC2086 # several words; perl's own
		run $init perl -e '
			for (1 .. 200) { if (!fork) { fork || exit; exit } wait }
			# try again, because nsinit, the parent of this process, may need a moment
			# to reap it
			for (1 .. 100) { $z = grep { /\) Z (\d+)/ && $1 == getppid } map { open F, $_ and <F> } </proc/[0-9]*/stat>; last if !$z; select undef, undef, undef, 0.05 }
			print "zombies $z\n"'
		assert_rc 0
		assert_out 'zombies 0'
	done
}

. shunit2
