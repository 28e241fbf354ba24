#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsrun-stop: checks names of runs, --stop, and that nothing is left of a run of which a process was
# killed.
# Runs as root and as an ordinary user.
# Time limit: 120 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"
. "${0%/*}/nsrunlib.sh"
require_ns user mnt pid uts ipc net cgroup
make_box
# create the mount points in advance, because nspivot does not remove mount points that it creates
# in a root
mkdir -p "$box/tmp" "$box/proc" "$box/dev" "$box/sys"
mkdir "$box/run"
touch "$box/etc/fstab" "$box/etc/hosts" "$box/etc/hostname" "$box/etc/resolv.conf"
work_in "$TMP/work"
export XDG_RUNTIME_DIR="$TMP/run"
mkdir "$XDG_RUNTIME_DIR"
names=$XDG_RUNTIME_DIR/nsutils
[ "$(id -u)" != 0 ] || names=/run/nsutils
mkdir -p "$names"

# start_named NAME OPTION…: starts `nsrun --name NAME` with these options, and waits until the file
# NAME.json exists, in which `nsrun --stop NAME` finds the process to end.
start_named()
{
	_name=$1
	shift
	start_holder nsrun --name "$_name" --with nsunshare:--ready-fd=3 "$@"
	settle 50 test -e "$names/$_name.json"
}

test_stop_ends_the_named_run_and_waits()
{
	feature nslist || return 0
	start_named web -- sleep 1000
	run nsrun --stop web
	assert_ok
	assertTrue 'the name is free' "[ ! -e '$names/web.json' ]"
	run nsrun --stop web
	assert_refused 125 "nsrun: cannot find the process 'name:web'"
	run nsrun --stop=none
	assert_refused 125 "nsrun: cannot find the process 'name:none'"
}

# A script in the place of nslist writes a warning, and then does the work of nslist.
test_stop_passes_on_the_warnings_of_nslist()
{
	feature nslist || return 0
	stub "$TMP/stubs"
	cat >"$TMP/stubs/nslist" <<-EOT
		#!/bin/sh
		echo 'nslist: incomplete output: 1 value (permission denied)' >&2
		exec '$(command -v nslist)' "\$@"
	EOT
	chmod 755 "$TMP/stubs/nslist"
	start_named warned -- sleep 1000
	run "$TMP/stubs/nsrun" --stop warned
	assert_rc 0
	assert_out_empty
	assertEquals 'nslist: incomplete output: 1 value (permission denied)' "$err"
	assertTrue 'the name is free' "[ ! -e '$names/warned.json' ]"
	rm -r "$TMP/stubs"
}

test_stop_reports_a_missing_nslist()
{
	stub "$TMP/stubs"
	run "$TMP/stubs/nsrun" --stop web
	assert_refused 125 "nsrun: --stop requires nslist: cannot execute '$TMP/stubs/nslist'"
	rm -r "$TMP/stubs"
}

# perl starts nsrun and reaps this child only after `nsrun --stop` has ended. So --stop must not
# wait until the child has been reaped.
test_stop_does_not_wait_for_the_parent_of_the_run()
{
	feature nslist || return 0
	require_tool perl
	# shellcheck disable=SC2016 # for perl
	run perl -e '
		my $pid = fork; exec qw(nsrun --name zombie -- sleep 1000) if !$pid;
		select undef, undef, undef, 0.05 until -e $ARGV[0];
		$SIG{ALRM} = sub { kill "KILL", $pid; die "timeout" };
		alarm 20;
		exit system(qw(nsrun --stop zombie)) >> 8;' "$names/zombie.json"
	assert_ok
}

test_stop_accepts_no_program_and_no_other_action()
{
	feature nslist || return 0
	start_named stay -- sleep 1000
	for more in --print --explain true; do
		run nsrun --stop stay $more
		assert_refused 125 '--stop: '
		[ "$more" != true ] || continue
		run nsrun $more --stop stay
		assert_refused 125 '--stop: '
	done
	assertTrue 'the run goes on' "[ -e '$names/stay.json' ]"
	run nsrun --stop stay
	assert_ok
}

# With --detach, no nsunshare waits for the program. So --stop must send the signal to the init
# process.
test_stop_ends_a_detached_run_that_has_an_init()
{
	feature nslist || return 0
	run nsunshare -rp --detach --init --name detached -- sleep 1000
	assert_ok
	# wait for the file detached.json, which the helper process of nsunshare creates a moment
	# after the program has been executed
	settle 50 test -e "$names/detached.json"
	run sed 's/.*"supervisor_pid":\([^,]*\),.*/\1/' "$names/detached.json"
	assert_out null
	program=$(sed 's/.*"pid":\([0-9]*\),.*/\1/' "$names/detached.json")
	assertTrue 'the program runs' "grep -q sleep '/proc/$program/cmdline'"
	run timeout 20 nsrun --stop detached
	assert_ok
	assertFalse 'the program has ended' "[ -e '/proc/$program' ]"
	assertTrue 'the name is free' "settle 50 test ! -e '$names/detached.lock'"
}

test_stop_refuses_a_detached_run_without_an_init()
{
	feature nslist || return 0
	run nsunshare -r --detach --name alone -- sleep 1000
	assert_ok
	settle 50 test -e "$names/alone.json"
	run timeout 20 nsrun --stop alone
	assert_rc 125
	assert_err_has "no nsunshare waits for the run 'alone'"
	kill "$(sed 's/.*"pid":\([0-9]*\),.*/\1/' "$names/alone.json")"
	settle 50 test ! -e "$names/alone.lock"
}

# In the initial user namespace, `nsrun --stop` of root must not read a file that another user could
# have written, because the file could name any process.
test_stop_ignores_the_directory_of_another_user()
{
	# Runs only as root.
	feature nslist || return 0
	start_named web -- sleep 1000
	mkdir "$XDG_RUNTIME_DIR/nsutils"
	sleep 1000 &
	victim=$!
	sed "s/\"supervisor_pid\":[0-9]*/\"supervisor_pid\":$victim/" "$names/web.json" >"$XDG_RUNTIME_DIR/nsutils/web.json"
	chown -R "$NSTEST_UID" "$XDG_RUNTIME_DIR/nsutils"
	run timeout 20 nsrun --stop web
	assert_ok
	assertTrue 'the other process goes on' "kill -0 $victim"
	kill -KILL "$victim"
	wait "$victim" 2>/dev/null
	rm -r "$XDG_RUNTIME_DIR/nsutils"
	assertTrue 'the run has ended' "[ ! -e '$names/web.json' ]"
}

test_stop_kills_a_program_that_ignores_the_signal()
{
	feature nslist || return 0
	start_named deaf --with nsunshare:--grace=500ms -- sh -c 'trap "" TERM; while :; do sleep 1; done'
	run nsrun --stop deaf
	assert_ok
	run nsenter2 -t name:deaf -U true
	assert_refused 125 "cannot find the process 'name:deaf'"
}

test_system_is_stopped_by_its_own_signal()
{
	feature nslist || return 0
	mkdir -p "$box/sbin"
	cat >"$box/sbin/init" <<-'EOT'
		#!/bin/sh
		trap 'echo halted >/out/file; exit 0' 37 # RTMIN+3
		trap 'echo term >/out/file' TERM
		: >/out/ready
		while :; do sleep 0.1; done
	EOT
	chmod 755 "$box/sbin/init"
	ln -sf busybox "$box/bin/sleep"
	mkdir -p "$TMP/out-dir"
	start_named sys --profile system -R "$box" --bind "$TMP/out-dir:/out"
	settle 50 test -e "$TMP/out-dir/ready"
	run nsrun --stop sys
	assert_ok
	run cat "$TMP/out-dir/file"
	assert_out halted
}

test_other_tools_find_the_run_by_its_name()
{
	feature nslist || return 0
	start_named web -R "$box" --hostname named -- /bin/sleep 1000
	run nsenter2 -t name:web -a -- /bin/cat /etc/hostname
	assert_out named
	run nsrun --stop web
	assert_ok
}

# chain PID: prints the pid of the process and of all its descendants.
chain()
{
	_todo=$1
	while [ -n "$_todo" ]; do
		echo "$_todo"
		# shellcheck disable=SC2086 # a list
		_todo=$(for _p in $_todo; do cat /proc/$_p/task/*/children 2>/dev/null; done | tr ' ' '\n' | grep .)
	done
}

# kill_nth NUMBER PID…: kills the process at position NUMBER of the list, counted from 0. After the
# last process, counting continues with the first.
kill_nth()
{
	_n=$1
	shift
	shift $((_n % $#))
	kill -KILL "$1" 2>/dev/null
}

# kill_one NUMBER OPTION…: starts nsrun with these options, kills the process at position NUMBER of
# its process tree, and asserts that no process, file or mount remains.
kill_one()
{
	_n=$1
	shift
	note_state
	start_holder nsrun --with nsunshare:--ready-fd=3 "$@"
	_pids=$(chain "$holder")
	# shellcheck disable=SC2086 # a list
	kill_nth "$_n" $_pids
	# end nsrun, because it continues to run if the killed process was only a helper process
	kill -TERM "$holder" 2>/dev/null
	wait "$holder" 2>/dev/null
	# if the helper process was killed, the files for the name remain until nsrun is started
	# again with this name, so start it again
	[ -z "$named" ] || settle 20 nsrun --name "$named" -- true 2>/dev/null
	assert_no_leftovers
}

test_kill_of_any_process_leaves_nothing()
{
	n=$((${FIRST:-0} - 1))
	end=$((n + 1 + ${RUNS:-4}))
	while [ $((n += 1)) -lt $end ]; do
		named=
		kill_one $n -- sh -c 'sleep 1000; :'
		kill_one $n -R "$box" -- /bin/sh -c 'sleep 1000; :'
		named=killed
		kill_one $n --profile build --name killed -- sh -c 'sleep 1000; :'
	done
}

# The signal arrives while the tools still build the sandbox.
test_kill_at_any_moment_leaves_nothing()
{
	note_state
	n=$((${FIRST:-0} - 1))
	end=$((n + 1 + ${RUNS:-12}))
	while [ $((n += 1)) -lt $end ]; do
		for profile in container service system sandbox build; do
			root=$box
			case $profile in
			sandbox | build) root= ;;
			esac
			# shellcheck disable=SC2086 # no argument without a root
			nsrun --profile $profile ${root:+-R} $root -- /bin/sleep 1000 &
			# in each run, the signal arrives at a different moment of the start
			sleep "$(printf 0.%03d $((n * 7 % 40)))"
			# shellcheck disable=SC2046 # a list
			kill_nth $n $(chain $!)
			kill -TERM $! 2>/dev/null
			wait $! 2>/dev/null
			# shellcheck disable=SC2086 # no argument without a root
			run nsrun --profile $profile ${root:+-R} $root -- /bin/sh -c 'echo works'
			assert_ok
			assert_out works
		done
	done
	assert_no_leftovers
}

. shunit2
