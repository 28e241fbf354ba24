#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsunshare-init: checks that nsunshare reports the pid of the program and not that of its init.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016,SC2086 # the inner shell expands it; several words
. "${0%/*}/testlib.sh"
require_ns user pid mnt time
require_tool jq

export XDG_RUNTIME_DIR="$TMP"
dir=$TMP/nsutils
[ "$(id -u)" != 0 ] || dir=/run/nsutils

setUp()
{
	rm -rf "${TMP:?}"/* /run/nsutils 2>/dev/null
	mkfifo "$TMP/fifo"
}

# start_run OPTIONS CHAIN: starts `nsunshare --name web` with OPTIONS and the program sleep(1),
# which becomes a child of an init process. CHAIN is empty, or the part of the command that executes
# the program, such as `nsinit --`. Waits until the file web.json exists. Sets $holder to the pid of
# nsunshare, $init to that of the init process, and $program to that of the program.
start_run()
{
	start_holder sh -c 'exec nsunshare -r "$@" 7>"$0"' "$TMP/status" $1 --name web --pid-file "$TMP/pid" --status-fd 7 \
		--ready-fd 3 -- $2 sleep 1000
	settle 50 test -e "$dir/web.json"
	program=
	while [ -z "$program" ] && [ -e "/proc/$holder" ]; do
		for init in $(pgrep -P "$holder"); do
			program=$(pgrep -P "$init" -x sleep) && break
		done
	done
}

test_pid_file_status_and_name_have_the_pid_of_the_program()
{
	for chain in '' 'nsinit --' 'nstimeoffset -b =0 -- nsinit --grace 1s --'; do
		options='-pm --mount-proc'
		[ -n "$chain" ] || options=--init
		start_run "$options" "$chain"
		assertEquals "$chain" "$program" "$(cat "$TMP/pid")"
		run cat "$dir/web.json"
		assert_json ".pid == $program and .init_pid == $init and .supervisor_pid == $holder"
		run nsenter2 -t name:web -U -- true
		assert_ok
		run jq -c 'select(.event == "created") | [.pid, .init_pid]' "$TMP/status"
		assert_out "[$init,$init]"
		run jq -c 'select(.event == "exec") | [.pid, .init_pid]' "$TMP/status"
		assert_out "[$program,$init]"
		kill -TERM "$holder"
		wait "$holder"
		assertEquals 143 $?
		run jq -c 'select(.event == "exit") | [.pid, .init_pid, .status]' "$TMP/status"
		assert_out "[$program,$init,143]"
		assertFalse 'no pid file' "[ -e '$TMP/pid' ]"
		assertFalse 'no name' "[ -e '$dir/web.json' ]"
		rm "$TMP/status"
	done
}

test_the_pid_file_is_complete_before_the_program_starts()
{
	for with in '--init --' '-p -- nsinit --'; do
		run nsunshare -r --pid-file "$TMP/pid" $with cat "$TMP/pid"
		assert_ok
		[ "$out" -gt 2 ]
		assertTrue "$with: a pid of the caller's namespace: $out" $?
	done
}

test_the_program_gets_no_descriptor_and_no_variable()
{
	for with in '--init --' '-p -- nsinit --' '-pT -- nstimeoffset -b =0 -- nsinit --'; do
		run nsunshare -r --status-fd 7 $with sh -c 'ls /proc/self/fd; env' 7>/dev/null
		assert_ok
		assert_out_lacks NSUTILS_REPORT
		assertEquals '0 1 2 3' "$(sed -n 1,4p "$TMP/out" | xargs)"
	done
	run nsunshare -r --status-fd 7 -- sh -c 'env' nsinit 7>/dev/null
	assert_ok
	assert_out_lacks NSUTILS_REPORT
}

test_an_environment_that_is_cleared_does_not_lose_the_report()
{
	run nsunshare -rp --clear-env --pid-file "$TMP/pid" -- "$(command -v nsinit)" -- /bin/sh -c "cat '$TMP/pid'; cat /proc/sys/kernel/ns_last_pid >/dev/null; echo \$PPID"
	assert_rc 0
	[ "$(sed -n 1p "$TMP/out")" -gt 2 ]
	assertTrue 'the pid of the caller' $?
}

test_a_pid_file_that_cannot_be_written_prevents_the_program()
{
	mkdir "$TMP/pid"
	for with in '--init --' '-p -- nsinit --'; do
		run nsunshare -r --pid-file "$TMP/pid" $with echo ran
		assert_rc 125
		assert_err_has "cannot write the pid to '$TMP/pid': Is a directory"
		assert_out_empty
		run nsunshare -r --pid-file /nonexistent/pid $with echo ran
		assert_refused 125 "cannot create '/nonexistent/pid': No such file or directory"
	done
}

test_no_exec_is_reported_if_the_init_cannot_execute_the_program()
{
	for with in '--init --' '-p -- nsinit --'; do
		run nsunshare -r --name web --pid-file "$TMP/pid" --status-fd 7 $with /nonexistent 7>"$TMP/status"
		assert_refused 127 "cannot execute '/nonexistent'"
		assertEquals "$with" created "$(jq -r .event "$TMP/status" | xargs)"
		assertFalse 'no pid file' "[ -e '$TMP/pid' ]"
		assertFalse 'no name' "[ -e '$dir/web.json' ]"
	done
}

# A program is not an init process if only its last argument is nsinit. An nsinit that refuses its
# options is not an init process either.
test_a_chain_without_an_init_reports_the_child()
{
	nsunshare -r --status-fd 7 --pid-file "$TMP/pid" -- nstimeoffset -b =0 -- sh -c "cat '$TMP/pid'; echo \$\$" nsinit \
		>"$TMP/out" 7>"$TMP/status"
	assertEquals 0 $?
	assertEquals "$(sed -n 2p "$TMP/out")" "$(sed -n 1p "$TMP/out")"
	assertEquals 'created exec exit' "$(jq -r .event "$TMP/status" | xargs)"
	assertEquals 'null' "$(jq -r .init_pid "$TMP/status" | sort -u)"
	run nsunshare -rp --pid-file "$TMP/pid" --status-fd 7 -- nsinit --nonsense 7>"$TMP/status"
	assert_refused 125 "nsinit: unknown option '--nonsense'"
	assertFalse 'no pid file' "[ -e '$TMP/pid' ]"
}

# The process that becomes the program sends its pid to nsunshare through a socket. nsunshare must
# ignore all later messages, even if another process also has the socket open.
test_a_later_report_is_ignored()
{
	require_tool perl
	cat >"$TMP/nsinit" <<'SCRIPT'
#!/bin/sh
exec perl -e 'open(my $s, "+<&=", $ENV{NSUTILS_REPORT_FD}) or die; for (1..3) { send($s, "pid", 0); }
	recv($s, my $answer, 64, 0); print "$answer\n"; system("cat $ARGV[0]; echo \$PPID")' "$1"
SCRIPT
	chmod 755 "$TMP/nsinit"
	run nsunshare -rf --pid-file "$TMP/pid" -- "$TMP/nsinit" "$TMP/pid"
	assert_rc 0
	assertEquals ok "$(sed -n 1p "$TMP/out")"
	assertEquals 'perl reported itself' "$(sed -n 3p "$TMP/out")" "$(sed -n 2p "$TMP/out")"
}

# The helper process of nsunshare is stopped, so it does not answer the process that has sent its
# pid.
test_a_signal_ends_the_wait_for_the_answer()
{
	mkfifo "$TMP/go"
	nsunshare -rf --status-fd 7 --wait-fd 8 -- nsinit -- touch "$TMP/ran" 7>"$TMP/status" 8<>"$TMP/go" &
	pid=$!
	settle 50 test -s "$TMP/status"
	helper=$(ps -o pid=,pgid= --ppid $pid | awk '$1 == $2 { print $1 }')
	kill -STOP $helper
	echo >"$TMP/go"
	settle 50 sh -c 'pgrep -P "$(pgrep -o -f "^nsinit --")"' >/dev/null 2>&1
	assertTrue 'the process of the program waits' $?
	kill -TERM $pid
	settle 50 sh -c '! pgrep -f "^nsinit --"' >/dev/null
	assertTrue 'nsinit has ended' $?
	kill -CONT $helper
	wait $pid
	assertEquals 143 $?
	assertFalse 'the program has not run' "[ -e '$TMP/ran' ]"
}

. shunit2
