#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seed-pid: the examples of articles on PID namespaces: PID 1 with parent 0, old and new /proc,
# nesting, and the end of an init process.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns pid
require_tool ps pstree

own=''
[ "$(id -u)" = 0 ] || own=-r

# sleeps SECONDS: waits until sleep(1) with this argument runs.
sleeps()
{
	until pgrep -fx "sleep $1" >"$TMP/sleeps"; do
		:
	done
}

test_the_first_process_has_pid_1_and_parent_0()
{
	run nsunshare $own -p -- sh -c 'echo $$ $PPID'
	assert_ok
	assert_out '1 0'
	run sh -c 'echo $$ $PPID'
	assert_out_lacks '1 0'
}

# Outside, the same process has another PID, and the PID of its parent process is not 0.
test_the_process_has_another_pid_outside()
{
	start_holder nsunshare $own -p --kill-child -- \
		sh -c 'echo $$ $PPID >&3; exec sleep 1001 3>&-'
	assertEquals '1 0' "$holder_line"
	sleeps 1001
	run ps -o ppid=,comm= -p "$(pgrep -P "$holder")"
	assert_rc 0
	assert_out_has "$holder sleep"
}

# A proc file system shows the pid namespace of the process that mounted it, so ps shows the
# processes of the new namespace only after a new proc file system has been mounted.
test_ps_shows_the_namespace_only_with_a_new_proc()
{
	# the shell counts the processes, because ls(1) fails if a process ends before ls examines
	# it
	run nsunshare $own -mp -- \
		sh -c 'set -- /proc/[0-9]*; echo $#; mount -t proc proc /proc; ps -o pid=,comm='
	assert_ok
	assert_out_has '    1 sh'
	run nsunshare $own -p --mount-proc -- sh -c 'set -- $(ps -o pid=,ppid=,comm=); echo "$*"'
	assert_ok
	assert_out_has '1 0 sh'
}

test_the_same_process_has_a_pid_in_each_namespace()
{
	run nsunshare $own -p --mount-proc -- sh -c \
		'nsunshare -p -- sh -c "sed -n \"s/^NSpid:\t//p\" /proc/self/status" </dev/null'
	assert_ok
	# the process has different PIDs: one in the outer namespace, and 1 or 2 in the inner
	# namespace
	assert_out_has '	'
	run nsunshare $own -p --mount-proc -- nsunshare -p --mount-proc -- sh -c 'echo $$; ps -o pid= | wc -l'
	assert_ok
	assertEquals 1 "$(head -n 1 "$TMP/out")"
}

test_the_end_of_the_first_process_kills_all_others()
{
	feature sandbox || return 0 # counts all processes
	start_holder nsunshare $own -p --mount-proc --kill-child -- \
		sh -c 'sleep 1002 & setsid sleep 1003 & echo $$ >&3; exec 3>&-; wait'
	sleeps 1002
	sleeps 1003
	inner=$(pgrep -P "$holder")
	run pgrep -x sleep
	assert_rc 0
	kill -KILL "$inner"
	wait "$holder"
	run pgrep -x sleep
	assert_rc 1
}

test_fork_fails_after_the_first_process_has_ended()
{
	require_tool perl
	# without --fork, the first child is the init process of the pid namespace; after it has
	# ended, fork(2) fails with ENOMEM (pid_namespaces(7))
	set -- perl -MErrno -e 'for my $nth (1, 2) {
		my $pid = fork;
		exit if defined $pid && !$pid;
		print $nth, defined $pid ? " forked\n" : $!{ENOMEM} ? " ENOMEM\n" : " $!\n";
		waitpid $pid, 0 if defined $pid;
	}'
	run nsunshare $own -p --no-fork -- "$@"
	assert_ok
	assert_out '1 forked
2 ENOMEM'
	run nsunshare $own -p -- "$@"
	assert_ok
	assert_out '1 forked
2 forked'
}

# According to an article on PID namespaces, an init process must forward TERM, wait for its
# children and then end.
test_term_reaches_the_program_below_an_init()
{
	feature sandbox || return 0 # counts all processes
	mkfifo "$TMP/ready.in"
	nsunshare $own -p --mount-proc -- nsinit --grace 1s -- \
		sh -c 'trap "exit 7" TERM; echo >"$0"; sleep 1000 & wait' "$TMP/ready.in" &
	pid=$!
	read -r _ <"$TMP/ready.in"
	kill -TERM "$pid"
	wait "$pid"
	assertEquals 'the status of the program' 7 $?
	run pgrep -x sleep
	assert_rc 1
}

test_pstree_shows_the_container_from_outside()
{
	start_holder nsunshare $own -p --mount-proc --kill-child -- \
		sh -c 'sleep 1004 & echo >&3; exec 3>&-; wait'
	sleeps 1004
	run pstree -p "$holder"
	assert_rc 0
	assert_out_has nsunshare
	assert_out_has sleep
}

. shunit2
