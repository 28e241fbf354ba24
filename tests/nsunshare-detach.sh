#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsunshare-detach: checks programs that continue after nsunshare and nsenter2 have ended, the sysctls of new namespaces
# and the OOM score adjustment.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
. "${0%/*}/cgrouplib.sh"
require_ns user mnt pid net ipc uts

name=/$own_cgroup.detach

setUp()
{
	mkfifo "$TMP/go" "$TMP/line"
}

tearDown()
{
	rm -f "$TMP/go" "$TMP/line" "$TMP/pid"
}

# gone FILE: returns 0 if the file does not exist.
gone()
{
	[ ! -e "$1" ]
}

test_detach_ends_at_once_and_the_program_continues()
{
	run nsunshare -rp --detach --pid-file "$TMP/pid" sh -c 'read -r w <"$0/go"; echo "$$ $w" >"$0/line"' "$TMP"
	assert_ok
	pid=$(cat "$TMP/pid")
	assertTrue 'nsunshare is not the parent of the program' "[ $(ps -o ppid= -p "$pid") -le 1 ]"
	echo word >"$TMP/go"
	read -r line <"$TMP/line"
	assertEquals '1 word' "$line"
	assertTrue 'the pid file is removed at the end' 'settle 50 gone "$TMP/pid"'
}

# The helper that removes the pid file must not end before the program if pidfd_open(2) is missing.
test_the_pid_file_stays_until_the_end_without_pidfds()
{
	run enosys pidfd_open -- nsunshare -rp --detach --pid-file "$TMP/pid" sh -c 'read -r w <"$0/go"' "$TMP"
	assert_ok
	sleep 0.3
	assertTrue 'the program of the pid file runs' 'kill -0 "$(cat "$TMP/pid")"'
	echo word >"$TMP/go"
	assertTrue 'the pid file is removed at the end' 'settle 50 gone "$TMP/pid"'
}

test_detach_removes_the_cgroup_at_the_end()
{
	# Runs only as root.
	feature cgroup2 || return 0
	run nsunshare -rp --detach --into-cgroup "$v2$name" --cgroup-create sh -c 'read -r w <"$0/go"; cat /proc/self/cgroup' "$TMP"
	assert_ok
	assertTrue 'the cgroup exists' '[ -d "$v2$name" ]'
	echo word >"$TMP/go"
	assertTrue 'the cgroup is removed' 'settle 50 gone "$v2$name"'
}

test_detach_reports_a_program_that_cannot_be_executed()
{
	run nsunshare -r --detach --pid-file "$TMP/pid" "$TMP/missing"
	assert_refused 127 "cannot execute '$TMP/missing'"
	assertTrue 'no pid file is left' 'settle 50 gone "$TMP/pid"'
}

test_detach_is_refused_with_options_that_need_the_parent()
{
	run nsunshare -r --detach --kill-child sh -c 'echo ran'
	assert_refused 125 '--detach cannot be used with --kill-child'
	run nsunshare -r --detach --no-fork sh -c 'echo ran'
	assert_refused 125 '--no-fork cannot be used'
	for other in --kill-child --pty --no-fork; do
		run nsenter2 --detach $other sh -c 'echo ran'
		assert_rc 125
		assert_out_empty
		assert_err_has 'cannot be used with'
	done
}

test_nsenter2_detach_ends_at_once_and_the_program_continues()
{
	start_holder nsunshare -rp --mount-proc sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	target=$(ps -o pid= --ppid "$holder")
	run nsenter2 -t "${target##* }" -a --detach --pid-file "$TMP/pid" sh -c 'read -r w <"$0/go"; echo "$PPID $w" >"$0/line"' "$TMP"
	assert_ok
	assertTrue "the program of the pid file runs" 'kill -0 "$(cat "$TMP/pid")"'
	echo word >"$TMP/go"
	read -r line <"$TMP/line"
	assertEquals '0 word' "$line"
	stop_holder
}

test_sysctls_of_the_new_namespaces_are_set()
{
	feature ipc-sysctl-userns || return 0
	outside=$(cat /proc/sys/kernel/msgmax /proc/sys/net/ipv4/ip_forward)
	run nsunshare -rni --sysctl net.ipv4.ip_forward=1 --sysctl kernel/msgmax=4242 cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax
	assert_ok
	assert_out '1
4242'
	assertEquals "$outside" "$(cat /proc/sys/kernel/msgmax /proc/sys/net/ipv4/ip_forward)"
}

test_sysctls_of_the_machine_are_refused()
{
	run nsunshare -rn --sysctl vm.swappiness=1 echo ran
	assert_refused 125 "--sysctl: 'vm.swappiness=1' belongs to no namespace"
	run nsunshare -rn --sysctl net/../vm/swappiness=1 echo ran
	assert_refused 125 "--sysctl: invalid 'net/../vm/swappiness=1', expected <key>=<value>"
	run nsunshare -rn --sysctl kernel.msgmax=1 echo ran
	assert_refused 125 "--sysctl: 'kernel.msgmax=1' requires a new ipc namespace"
	run nsunshare -rn --sysctl net.no_such=1 echo ran
	assert_refused 125 "cannot write '1' to '/proc/sys/net/no_such': No such file or directory"
}

test_oom_score_adj_is_set()
{
	run nsunshare -r --oom-score-adj 567 cat /proc/self/oom_score_adj
	assert_ok
	assert_out 567
	for value in 1001 -1001 x 1.5 ''; do
		run nsunshare -r --oom-score-adj "$value" echo ran
		assert_refused 125 "--oom-score-adj: invalid '$value', expected -1000 to 1000"
	done
}

test_an_oom_score_adj_below_that_of_the_session_is_refused()
{
	# Runs only as an ordinary user.
	run nsunshare -r --oom-score-adj -1 echo ran
	assert_refused 125 'cannot set oom_score_adj to -1: Permission denied'
}

. shunit2
