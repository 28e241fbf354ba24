#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsunshare-process: checks nsunshare and its child: statuses, handles, descriptors, and the end of
# both.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
require_ns user pid mnt
require_tool jq strace

setUp()
{
	rm -rf "${TMP:?}"/*
	mkfifo "$TMP/fifo"
}

test_a_signal_without_a_handler_kills_nsunshare_and_the_program()
{
	nsunshare -rf --ready-fd 3 sleep 100 3>"$TMP/fifo" &
	read -r line <"$TMP/fifo"
	program=$(sleep_of $!)
	assertTrue 'the program runs' "kill -0 $program"
	kill -TERM $!
	wait $!
	assertEquals 143 $?
	assertFalse 'the program has ended' "kill -0 $program"
}

test_ignored_and_blocked_signals_are_inherited()
{
	run env --ignore-signal=HUP,CHLD nsunshare -rf grep -E 'SigIgn|SigBlk' /proc/self/status
	assert_ok
	assert_out 'SigBlk:	0000000000000000
SigIgn:	0000000000010001'
	run env --ignore-signal=CHLD nsunshare -rp sh -c 'exit 5'
	assert_rc 5
}

# For a script without an interpreter line, execvp(3) starts a shell and copies the arguments onto
# the stack. The stack must have room for all arguments.
test_a_script_without_an_interpreter_gets_all_arguments()
{
	echo 'echo $#' >"$TMP/script"
	chmod +x "$TMP/script"
	# shellcheck disable=SC2046 # several words
	run nsunshare -rmp --mount-proc "$TMP/script" $(yes x | head -n 150000)
	_ran='nsunshare with 150000 arguments'
	assert_ok
	assert_out 150000
}

# nsunshare ends before the child process for --setup can set its parent-death signal. cat reads the
# end of file from the FIFO when the child, which is the last process that has the FIFO open, has
# ended.
test_setup_does_not_run_if_its_parent_has_ended()
{
	env --default-signal strace -DDD -f -qq -o "$TMP/trace" -e trace=getppid -e inject=getppid:delay_enter=2000000 \
		nsunshare -f --setup "echo ran >'$TMP/said'" true 3>"$TMP/fifo" &
	exec 4<"$TMP/fifo"
	name=''
	while [ "$name" != nsunshare ] && kill -0 $!; do
		# the shell's `read` returns an error for a file `children` in /proc, because its
		# line does not end with a newline
		read -r child _ <"/proc/$!/task/$!/children" ||
			read -r setup _ <"/proc/$child/task/$child/children" || read -r name <"/proc/$setup/comm"
	done 2>/dev/null
	kill -TERM $!
	wait $!
	assertEquals 143 $?
	cat <&4
	exec 4<&-
	assertFalse '--setup has not run' "[ -e '$TMP/said' ]"
}

# The proc file system at /proc belongs to another pid namespace, in which another process has the
# pid of the program.
test_works_with_the_proc_of_another_pid_namespace()
{
	other='unshare --user --map-root-user --pid --fork'
	[ "$(id -u)" != 0 ] || other='unshare --pid --fork'
	# the process that has the pid of the program in the pid namespace of /proc is a subshell
	# that has not called execve(2)
	(read -r line <"$TMP/fifo") &
	# the helper of nsunshare gets the pid before that of the program
	# shellcheck disable=SC2086 # several words
	run $other sh -c 'echo $(($1 - 2)) >/proc/sys/kernel/ns_last_pid
		exec nsunshare -f --pid-file "$2" sh -c "echo ran as \$\$; exit 3"' sh "$!" "$TMP/pid"
	echo >"$TMP/fifo"
	wait $!
	assert_rc 3
	assert_out "ran as $!"
	[ "$(id -u)" = 0 ] || return 0
	for option in --fork --no-fork; do
		for what in "--uts=$TMP/uts" --map=u:0:1234:5,g:0:1234:5; do
			# shellcheck disable=SC2086 # several words
			run $other nsunshare $option "$what" echo ran
			assert_refused 125 '/proc belongs to another pid namespace'
			assert_err_has 'hint: mount the proc file system of this pid namespace'
			assert_err_lacks 'mount the proc file system: mount'
		done
	done
	assertFalse 'no file' "[ -e '$TMP/uts' ]"
}

test_kill_child_ends_the_program_with_its_parent()
{
	for options in --kill-child '-p --kill-child=KILL'; do
		# shellcheck disable=SC2086 # several words
		nsunshare -r $options --ready-fd 3 --pid-file "$TMP/pid" sleep 1000 3>"$TMP/fifo" &
		read -r line <"$TMP/fifo"
		child=$(cat "$TMP/pid")
		assertTrue "the child lives" "kill -0 $child"
		kill -KILL $!
		wait $! 2>/dev/null
		for _ in $(seq 60); do
			case $(cut -d' ' -f3 "/proc/$child/stat" 2>/dev/null) in
			'' | Z | X) child='' && break ;;
			esac
			sleep 0.1
		done
		assert_empty 'the child is gone' "$child"
		rm -f "$TMP/pid"
	done
}

test_the_death_signal_is_set_after_the_ids_are_changed()
{
	# Runs only as root.
	for options in '-S 1000' '-S 1000 -G 1000' '-p -S 1000 -G 1000'; do
		# shellcheck disable=SC2086 # several words
		run nsunshare $options --kill-child=USR2 setpriv -d
		assert_rc 0
		assert_out_has 'Parent death signal: USR2'
		assert_out_has 'uid: 1000'
	done
}

test_status_fd_reports_the_new_namespaces()
{
	run nsunshare -rmp --status-fd 3 sh -c 'readlink /proc/self/ns/mnt /proc/self/ns/pid /proc/self/ns/user' 3>"$TMP/status"
	assert_ok
	for t in mnt pid user; do
		inode=$(jq -r "select(.event == \"created\") | .namespaces[] | select(.type == \"$t\") | .inode" <"$TMP/status")
		assert_out_has "$t:[$inode]"
	done
	assertEquals 'created exec exit' "$(jq -r .event <"$TMP/status" | tr '\n' ' ' | sed 's/ $//')"
	assertEquals 0 "$(jq 'select(.event == "exit") | .status' <"$TMP/status")"
}

test_wait_fd_delays_the_maps()
{
	mkfifo "$TMP/go"
	nsunshare -r -p --wait-fd 3 --status-fd 4 id -u 3<>"$TMP/go" 4>"$TMP/fifo" >"$TMP/said" &
	pid=$!
	exec 5<"$TMP/fifo"
	read -r line <&5
	inner=$(echo "$line" | jq .pid)
	assert_empty 'no map yet' "$(cat "/proc/$inner/uid_map")"
	assertFalse 'not run yet' "[ -s '$TMP/said' ]"
	echo >"$TMP/go"
	wait $pid
	assertEquals 0 $?
	assertEquals 0 "$(cat "$TMP/said")"
	exec 5<&-
}

test_a_signal_during_the_setup_undoes_it()
{
	note_state
	for sig in TERM INT HUP; do
		case $sig in TERM) want=143 ;; INT) want=130 ;; HUP) want=129 ;; esac
		start_holder env --default-signal nsunshare -rmp --setup 'echo in >&3; exec sleep 1000 3>&-' echo ran
		kill -s $sig "$holder"
		wait "$holder"
		assertEquals "$sig" "$want" $?
		assert_no_leftovers
	done
	if [ "$(id -u)" = 0 ]; then
		start_holder nsunshare -p "--uts=$TMP/uts" --persist "$TMP/kept" --into-cgroup "/$own_cgroup" \
			--cgroup-create --setup 'echo in >&3; exec sleep 1000 3>&-' echo ran
		kill -TERM "$holder"
		wait "$holder"
		assertEquals 143 $?
		assert_no_leftovers
	fi
	start_holder nsunshare -rm --wait-fd 4 --status-fd 3 echo ran 4<>"$TMP/fifo"
	kill -TERM "$holder"
	wait "$holder"
	assertEquals 143 $?
	assert_no_leftovers
}

test_closed_standard_streams_stay_closed()
{
	sh -c 'ls /proc/self/fd >&3' 3>"$TMP/before" 0<&- 1>&- 2>&-
	for options in -r '-rmp --mount-proc' '-rf --kill-child' "--map=u:0:$(id -u):1,g:0:$(id -g):1"; do
		# shellcheck disable=SC2086 # several words
		run sh -c "nsunshare $options sh -c 'ls /proc/self/fd >&3' 3>\"$TMP/fds\" 0<&- 1>&- 2>&-"
		assert_rc 0
		assertEquals "$options" "$(cat "$TMP/before")" "$(cat "$TMP/fds")"
	done
}

test_descriptor_options_select_the_inherited_descriptors()
{
	run nsunshare -r --close-fds sh -c 'ls /proc/self/fd' 7</dev/null
	assert_out '0
1
2
3'
	run nsunshare -r --keep-fd 7 sh -c 'ls /proc/self/fd' 7</dev/null 8</dev/null
	assert_out '0
1
2
3
7'
}

# The program must not inherit a child of nsunshare, not even a zombie, because the program would
# have to reap the child.
test_the_program_has_no_unexpected_child()
{
	feature subids || return 0
	for options in '--map-users 0:0:10 --map-groups 0:0:10' '-r --map-auto'; do
		case $options/$(id -u) in
		--map-users*/0 | -r*/[!0]*) ;;
		*) continue ;;
		esac
		# shellcheck disable=SC2086 # several words
		run nsunshare $options sh -c 'read -r children <"/proc/$$/task/$$/children"; echo "<$children>"'
		assert_ok
		assert_out '<>'
	done
}

test_too_few_descriptors_or_processes_are_reported()
{
	refused=0
	for n in 4 5 6; do
		run prlimit --nofile=$n nsunshare -rmp --mount-proc true
		[ "$rc" != 0 ] || continue
		assert_refused 125 'Too many open files'
		refused=1
	done
	assertEquals 'refused' 1 $refused
	[ "$(id -u)" != 0 ] || return 0
	run prlimit --nproc=0 nsunshare -rf true
	assert_refused 125 'Resource temporarily unavailable'
	assert_err_has 'hint: raise RLIMIT_NPROC (ulimit -u), which allows 0 processes'
}

# The limit of the address space includes memory that is allocated but not used, so a sanitizer
# needs a much higher limit.
test_works_with_a_low_memory_limit()
{
	feature no-sanitizer || return 0
	for limit in --data=600000 --as=8000000; do
		run prlimit $limit nsunshare -rmp --mount-proc --kill-child echo ran
		assert_ok
		assert_out ran
	done
}

test_init_is_process_1_and_reaps_orphans()
{
	run nsunshare -r --init --mount-proc sh -c 'echo $$; sh -c "sleep 0.01 & exit"; sleep 0.1
		for _ in $(seq 50); do z=$(grep -l Z /proc/[0-9]*/stat) || break; sleep 0.2; done
		[ -z "$z" ] || echo "$z"; exit 7'
	assert_rc 7
	assert_out 2
	run nsunshare -r --init sh -c 'kill -TERM $$'
	assert_rc 143
	run nsunshare -r --init /nonexistent
	assert_refused 127 /nonexistent
	# as process 1, nsunshare adopts orphans without a system call, so --explain must not print
	# a step for this
	run nsunshare -r --init --explain true
	assert_ok
	assert_out_lacks adopt
	run nsinit --explain true
	assert_out_has adopt
	# without a fork nsunshare would stay outside the pid namespace
	run timeout 5 nsunshare -r --no-fork --init echo ran
	assert_refused 125 '--no-fork cannot be used with --init'
	start_holder nsunshare -r --init --keep-fd 3 sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	kill -TERM "$holder"
	wait "$holder"
	assertEquals 143 $?
}

# The owner of a user namespace is the effective user of the process that created it, at the time of
# the call (user_namespaces(7)).
test_an_owner_that_cannot_be_set_is_refused()
{
	# Runs only as root.
	set -- nsunshare -Um --fork --owner 71:72 -- echo ran
	calls=setgroups,setresgid,setresuid
	run failat -s $calls --list -o "$TMP/report" -- "$@"
	assert_ok
	assert_out ran
	points=$(wc -l <"$TMP/report")
	assertTrue "calls: $points" "[ $points -ge 3 ]"
	k=0
	while [ $((k += 1)) -le "$points" ]; do
		run failat -s $calls -k $k -e EPERM -o "$TMP/report" -- "$@"
		assertTrue "no call $k" "grep -q ^failed '$TMP/report'"
		assert_refused 125 'Operation not permitted'
	done
	rm "$TMP/report"
}

# If nsunshare cannot remove the file of --pid-file, it must report this and still exit with the
# status of the program.
test_a_pid_file_that_cannot_be_removed_is_reported()
{
	# Runs only as an ordinary user.
	mkdir "$TMP/pids"
	for status in 0 3; do
		# shellcheck disable=SC2016 # the inner shell expands it
		run nsunshare --fork --pid-file "$TMP/pids/pid" sh -c 'chmod 555 "$0"; exit "$1"' "$TMP/pids" $status
		chmod 755 "$TMP/pids"
		assert_rc $status
		assert_err_has "cannot remove '$TMP/pids/pid': Permission denied"
		rm -f "$TMP/pids/pid"
	done
	rmdir "$TMP/pids"
}

test_explain_shows_the_clocks_of_a_process_with_an_owner()
{
	run nsunshare -T --boottime 5 --monotonic 7 --owner 1:1 --explain -- true
	assert_ok
	assert_out_has 'helper move monotonic by +7, boottime by +5 seconds relative to the initial clock: write(/proc/PID/timens_offsets)'
}

. shunit2
