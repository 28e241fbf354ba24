#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsinit-handles: checks the descriptors and files that let a script control a run.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns user pid
require_tool jq

# A program that lists the descriptors of nsinit. It retries, because nsinit closes the last one
# when it notices that the program was executed.
# shellcheck disable=SC2016 # the inner shell expands it
settled='i=0; until [ "$(ls /proc/$PPID/fd | wc -l)" = 3 ] || [ $((i += 1)) = 200 ]; do sleep 0.1; done; ls /proc/$PPID/fd'

setUp()
{
	rm -rf "${TMP:?}"/*
	mkfifo "$TMP/fifo" "$TMP/go"
}

test_ready_fd_gets_one_line_and_is_closed()
{
	nsinit --ready-fd 3 --keep-fd 0 -- cat <"$TMP/go" >"$TMP/cat" 3>"$TMP/fifo" &
	pid=$!
	exec 4>"$TMP/go"
	# cat reaches the end of the FIFO while the program still runs
	run cat "$TMP/fifo"
	assert_out ready
	assertTrue 'the program still runs' "kill -0 $pid"
	exec 4>&-
	wait $pid
	assertEquals 0 $?
}

test_ready_fd_gets_no_line_if_the_program_cannot_be_executed()
{
	run sh -c 'nsinit --ready-fd 3 -- /nonexistent 3>&1 >/dev/null'
	assert_refused 127 /nonexistent
	run sh -c 'nsinit --ready-fd 3 -- nonexistent-program 3>&1 >/dev/null'
	assert_refused 127 nonexistent-program
	run sh -c 'nsinit --ready-fd 3 -- /etc/passwd 3>&1 >/dev/null'
	assert_refused 126 /etc/passwd
}

test_wait_fd_delays_the_program_until_a_byte_arrives()
{
	nsinit --wait-fd 3 --status-fd 4 -- touch "$TMP/ran" 3<>"$TMP/go" 4>"$TMP/fifo" &
	pid=$!
	read -r line <"$TMP/fifo"
	assertTrue 'created comes before' "[ -n '$line' ]"
	sleep 0.2 # a program that does not wait creates the file in this time
	assertFalse 'the program waits' "[ -e '$TMP/ran' ]"
	echo >"$TMP/go"
	wait $pid
	assertEquals 0 $?
	assertTrue 'released' "[ -e '$TMP/ran' ]"
}

test_wait_fd_continues_at_the_end_of_file()
{
	run sh -c 'nsinit --wait-fd 3 -- echo ran 3</dev/null'
	assert_rc 0
	assert_out ran
}

test_a_signal_ends_the_wait_and_undoes_everything()
{
	nsinit --wait-fd 3 --status-fd 4 --pid-file "$TMP/pid" -- touch "$TMP/ran" 3<>"$TMP/go" 4>"$TMP/fifo" &
	pid=$!
	read -r line <"$TMP/fifo"
	assertTrue 'the file is there' "[ -s '$TMP/pid' ]"
	program=$(cat "$TMP/pid")
	kill -TERM $pid
	wait $pid
	assertEquals 143 $?
	assertFalse 'no file is left' "[ -e '$TMP/pid' ]"
	assertFalse 'no process is left' "kill -0 $program"
	assertFalse 'nothing ran' "[ -e '$TMP/ran' ]"
}

# The signal cannot end process 1, so nsinit exits with status 128 + n, where n is the signal
# number.
test_a_signal_ends_the_wait_of_process_1_with_128_plus_n()
{
	# env sets the default signal actions, because unshare(1) of util-linux 2.36 ignores TERM in
	# its child
	unshare --user --map-root-user --pid --fork --mount-proc \
		env --default-signal nsinit --wait-fd 3 --status-fd 4 -- \
		touch "$TMP/ran" 3<>"$TMP/go" 4>"$TMP/fifo" 2>"$TMP/err" &
	pid=$!
	read -r line <"$TMP/fifo"
	kill -TERM "$(pgrep -P $pid)"
	wait $pid
	assertEquals 143 $?
	assert_err_empty
	assertFalse 'nothing ran' "[ -e '$TMP/ran' ]"
}

# status_of ARGUMENT…: runs nsinit with the arguments, and writes the JSON lines of --status-fd to
# $TMP/lines.
status_of()
{
	run sh -c 'lines=$1; shift; exec nsinit --status-fd 3 -- "$@" 3>"$lines"' - "$TMP/lines" "$@"
}

test_status_fd_reports_creation_exec_and_end()
{
	status_of sh -c 'echo $$; exit 9'
	assert_rc 9
	pid=$out
	run jq -r '.event, .pid' "$TMP/lines"
	assert_out "created
$pid
exec
$pid
exit
$pid"
	run jq -c 'select(.event == "exit") | [.status, .signal]' "$TMP/lines"
	assert_out '[9,null]'
	status_of sh -c 'kill -USR1 $$'
	run jq -c 'select(.event == "exit") | [.status, .signal]' "$TMP/lines"
	assert_out '[138,"USR1"]'
}

test_status_fd_reports_only_created_if_the_exec_fails()
{
	for tool in nsinit 'nsunshare -U' 'nsunshare -U --init'; do
		for program in 127:/nonexistent 126:/etc/passwd; do
			# shellcheck disable=SC2086 # several words
			run $tool --status-fd 3 "${program#*:}" 3>"$TMP/lines"
			assert_refused "${program%%:*}" "cannot execute '${program#*:}'"
			run jq -r .event "$TMP/lines"
			assert_out created
		done
	done
}

test_one_descriptor_can_serve_all_handles()
{
	for tool in nsinit 'nsunshare -U' 'nsunshare -U --init'; do
		# shellcheck disable=SC2086 # several words
		run $tool --status-fd 3 --ready-fd 3 --keep-fd 3 sh -c 'echo "\"mine\"" >&3; exit 9' \
			3>"$TMP/lines"
		assert_rc 9
		assert_err_empty
		run sh -c "sed 's/^ready/\"&\"/' '$TMP/lines' | jq -r '.event? // .' | sort | tr '\n' ' '"
		assert_out 'created exec exit mine ready '
	done
}

test_status_fd_names_the_namespaces()
{
	status_of sh -c 'cd /proc/self/ns; readlink cgroup ipc mnt net pid time user uts'
	links=$out
	run jq -r 'select(.event == "created") | .namespaces | sort_by(.type)[] | "\(.type):[\(.inode)]"' "$TMP/lines"
	assert_out "$links"
	kernel_call pidfd_open || return 0
	want=number
	feature pidfd-inode || want=null
	run jq -r 'select(.event == "created") | .pidfd_inode | type' "$TMP/lines"
	assert_out $want
}

test_reports_a_handle_without_a_reader()
{
	for tool in nsinit 'nsunshare -U' 'nsunshare -Up' 'nsunshare -U --init'; do
		for option in --ready-fd --status-fd; do
			# shellcheck disable=SC2016,SC2086 # for the shell; words
			run sh -c 'exec 3<>"$0" 4>"$0" 3<&-; exec "$@"' "$TMP/go" $tool $option 4 echo ran
			assert_refused 125 'cannot write to descriptor 4: Broken pipe'
		done
	done
}

test_a_descriptor_of_the_wrong_direction_is_refused()
{
	run nsinit --status-fd 3 echo ran 3</dev/null
	assert_refused 125 '--status-fd: descriptor 3 is not open for writing'
	run nsinit --ready-fd 3 echo ran 3</dev/null
	assert_refused 125 '--ready-fd: descriptor 3 is not open for writing'
	run nsinit --wait-fd 3 echo ran 3>/dev/null
	assert_refused 125 '--wait-fd: descriptor 3 is not open for reading'
	run nsinit --keep-fd 3 --keep-fd 4 echo ran 3</dev/null 4>/dev/null
	assert_ok
}

# fill: fills the FIFO $TMP/go, which is also descriptor 5, so that the next writer must wait.
fill()
{
	dd if=/dev/zero of="$TMP/go" bs=4k oflag=nonblock 2>/dev/null
	dd if=/dev/zero of="$TMP/go" bs=1 oflag=nonblock 2>/dev/null
	return 0
}

# The pipe is full, and no process reads from it. A signal must still end nsinit.
test_a_signal_ends_the_wait_for_a_reader()
{
	exec 5<>"$TMP/go"
	fill
	nsinit --status-fd 5 --pid-file "$TMP/pid" -- touch "$TMP/ran" 2>"$TMP/err" &
	pid=$!
	until [ -s "$TMP/pid" ]; do
		sleep 0.01
	done
	kill -TERM $pid
	wait $pid
	assertEquals 143 $?
	assertFalse 'no file is left' "[ -e '$TMP/pid' ]"
	assertFalse 'nothing ran' "[ -e '$TMP/ran' ]"
	exec 5<&-
}

test_a_full_status_pipe_delays_the_exit_until_a_signal_arrives()
{
	exec 5<>"$TMP/go"
	nsinit --status-fd 5 --ready-fd 6 -- sleep 1000 6>"$TMP/fifo" &
	pid=$!
	run cat "$TMP/fifo"
	program=$(pgrep -P $pid)
	# nsinit writes the second event after it has closed the descriptor of --ready-fd
	read -r line <&5 && read -r line <&5
	assertContains "$line" '"exec"'
	fill
	kill -TERM $pid
	while kill -0 "$program" 2>/dev/null; do
		sleep 0.01
	done
	# the shell has not waited for nsinit, so nsinit would be a zombie if it had ended
	sleep 0.2
	assertNotEquals 'nsinit waits' Z "$(cut -d' ' -f3 "/proc/$pid/stat")"
	kill -TERM $pid
	wait $pid
	assertEquals 143 $?
	exec 5<&-
}

test_a_status_reader_that_ends_does_not_end_the_run()
{
	nsinit --status-fd 3 -- sh -c "read x <'$TMP/go'; exit 4" 3>"$TMP/fifo" &
	pid=$!
	read -r line <"$TMP/fifo"
	echo >"$TMP/go"
	wait $pid
	assertEquals 4 $?
}

test_pid_file_has_the_pid_of_the_program_while_it_runs()
{
	run nsinit --pid-file "$TMP/pid" -- sh -c "cat '$TMP/pid'; echo \$\$"
	assert_rc 0
	assertEquals "$(sed -n 1p "$TMP/out")" "$(sed -n 2p "$TMP/out")"
	assertFalse 'removed' "[ -e '$TMP/pid' ]"
	run nsinit --pid-file "$TMP/pid" -- /nonexistent
	assert_refused 127 "cannot execute '/nonexistent'"
	assertFalse 'removed after a failure' "[ -e '$TMP/pid' ]"
	run nsinit --pid-file /nonexistent/pid -- true
	assert_refused 125 "cannot create '/nonexistent/pid'"
}

test_the_pid_file_of_a_killed_run_is_replaced()
{
	for tool in nsinit 'nsunshare -U'; do
		echo 4194304 >"$TMP/pid"
		# shellcheck disable=SC2086 # several words
		run $tool --pid-file "$TMP/pid" -- sh -c "cat '$TMP/pid'; echo \$\$"
		assert_ok
		assertEquals "$(sed -n 1p "$TMP/out")" "$(sed -n 2p "$TMP/out")"
		assertFalse 'removed' "[ -e '$TMP/pid' ]"
	done
	run nsinit --pid-file /dev/null -- true
	assert_ok
	assertTrue 'the device stays' "[ -c /dev/null ]"
	ln -s elsewhere "$TMP/link"
	run nsinit --pid-file "$TMP/link" -- true
	assert_ok
	assertTrue 'the link stays' "[ -h '$TMP/link' ]"
}

# nsinit changes its working directory to /.
test_a_pid_file_is_removed_after_a_change_of_directory()
{
	cd "$TMP" || return
	run nsinit --pid-file pid -- test -s "$TMP/pid"
	assert_ok
	assertFalse 'removed' "[ -e '$TMP/pid' ]"
	run nsinit --pid-file pid -- /nonexistent
	assert_refused 127 "cannot execute '/nonexistent'"
	assertFalse 'removed after a failure' "[ -e '$TMP/pid' ]"
}

# The root directory of nsinit changes when the program calls pivot_root(2).
test_a_pid_file_is_removed_after_a_change_of_the_root()
{
	feature static-helpers || return 0
	mkdir "$TMP/box"
	cp "$NSUTILS_HELPERS/escape" "$TMP/box"
	for init in '-- nsinit' '--init'; do
		# shellcheck disable=SC2086 # several words
		run nsunshare -Umpr $init --pid-file "$TMP/pid" -- nspivot --proc /proc "$TMP/box" -- /escape
		assert_ok
		assert_out 'no way out'
		assertFalse "removed: $init" "[ -e '$TMP/pid' ]"
	done
}

test_closes_descriptors_except_those_to_keep()
{
	# the output also lists the descriptor that ls itself opens
	run sh -c 'nsinit -- ls /proc/self/fd 5</dev/null 6</dev/null 7</dev/null'
	assert_out '0
1
2
3'
	run sh -c 'nsinit --keep-fd 7 --keep-fd 5 --close-fds -- sh -c "exec ls /proc/self/fd" 5</dev/null 6</dev/null 7</dev/null'
	assert_out '0
1
2
3
5
7'
}

test_closes_descriptors_on_a_kernel_without_close_range()
{
	run sh -c 'enosys close_range -- nsinit --keep-fd 7 -- ls /proc/self/fd 5</dev/null 6</dev/null 7</dev/null'
	assert_out '0
1
2
3
7'
	run sh -c 'enosys close_range -- nsinit -- sh -c "$0" 5</dev/null 7</dev/null' "$settled"
	assert_out '0
1
2'
	require_ns mnt
	feature no-sanitizer || return 0 # AddressSanitizer needs /proc
	kernel_call mount_setattr || return 0 # otherwise, nsinit opens its binary in /proc to copy it
	run sh -c 'unshare -Urm sh -c "mount -t tmpfs none /proc; exec enosys close_range -- nsinit -- \
		sh -c \"[ ! -e /dev/fd ]; echo >&5\"" 5>&1'
	assert_rc 2
	assert_err_has 'Bad file descriptor'
}

test_status_fd_has_null_for_unknown_values()
{
	run sh -c 'exec enosys pidfd_open -- nsinit --status-fd 3 -- true 3>"$0"' "$TMP/lines"
	assert_rc 0
	run jq -c 'select(.event == "created") | [.pidfd_inode, (.namespaces[0].inode | type)]' "$TMP/lines"
	assert_out '[null,"number"]'
}

test_keeps_only_the_standard_streams_and_enters_root()
{
	run sh -c 'nsinit --keep-fd 7 -- sh -c "$0" 6</dev/null 7</dev/null' "$settled; readlink /proc/\$PPID/cwd"
	assert_out '0
1
2
/'
}

test_closed_standard_streams_stay_closed()
{
	run sh -c 'nsinit -- sh -c "exec ls /proc/self/fd >&2" <&- >&-'
	assert_rc 0
	err=$(tr '\n' ' ' <"$TMP/err")
	assertEquals '0 1 2 ' "$err"
}

. shunit2
