#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-faults: checks that nslist reports everything that it cannot read and never prints a
# shorter list instead.
# Runs as root and as an ordinary user.
# Time limit: 60 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/listlib.sh"
# shellcheck disable=SC2034 # faultlib.sh reads it; check-long tries all faults
[ "$(id -u)" = 0 ] && FAULT_MAX=80 || FAULT_MAX=30
. "${0%/*}/faultlib.sh"
require_ns user uts

# in_a_mount_namespace COMMANDS: runs shell commands that change /proc and run nslist.
in_a_mount_namespace()
{
	run unshare -r -m -p -f sh -c "$1"
}

test_refuses_a_proc_directory_that_is_not_procfs()
{
	in_a_mount_namespace 'mount -t tmpfs none /proc && exec nslist'
	assert_refused 1 'cannot find a proc file system on /proc'
}

test_refuses_proc_of_another_pid_namespace()
{
	in_a_mount_namespace 'exec nslist'
	assert_rc 1
	assert_out_empty
	assert_err_has '/proc belongs to another pid namespace'
	assert_err_has 'hint: mount the proc file system'
}

test_fails_cleanly_with_too_few_descriptors()
{
	# nslist needs three descriptors to start the scan, and further ones for each level of
	# parents and owners
	for n in 3 4 5 6 7 8; do
		run sh -c "ulimit -n $n; exec nslist -rno NS,TYPE"
		if [ "$rc" = 0 ]; then
			assert_out_has "$(own_inode uts) uts"
			assertEquals "with $n" 0 "$(grep -c 'Too many' "$TMP/err")"
		else
			assert_out_empty
			assertTrue "with $n" "[ -s '$TMP/err' ]"
		fi
	done
	run sh -c "ulimit -n 4; exec nslist"
	assert_refused 1 'Too many open files'
}

test_fails_if_standard_output_cannot_be_written()
{
	for how in '>&-' '>/dev/full'; do
		for args in '' -J --help --version --list-columns '--show user:self' '--limits' --dot; do
			[ "$args" != '--show user:self' ] || args="--show user:$$"
			run sh -c "nslist $args $how"
			assert_rc 1
			assert_err_has 'cannot write to standard output'
		done
	done
}

test_strict_counts_processes_that_it_may_not_read()
{
	# Runs only as an ordinary user.
	feature sandbox || return 0
	run nslist -rno NS,TYPE -p $$
	assert_rc 0
	run nslist --strict -rno NS,TYPE
	assert_rc 3
	assert_err_has 'incomplete output: '
	assert_err_has '(permission denied)'
	assert_err_one_line
	assert_out_has "$(own_inode uts) uts"
}

test_lists_own_namespaces_with_hidepid()
{
	# Runs only as root.
	run unshare -m sh -c 'mount -o remount,hidepid=2 /proc 2>/dev/null || mount -t proc -o hidepid=2 proc /proc
		exec setpriv --reuid=61234 --regid=61234 --clear-groups nslist -rno NS,TYPE'
	assert_rc 0
	assert_out_has ' uts'
}

test_failed_call_never_shortens_the_list()
{
	fault_all -f 1 -x '(open|openat|readlink|readlinkat|newfstatat|fstat|ioctl|faccessat2?):[0-9]+ (EACCES|ENOENT|EPERM|ENOTTY|EINVAL|EOPNOTSUPP|ENOSYS|ESRCH)' \
		-- nslist -rno NS,TYPE
}

# If nslist cannot read a link of a thread, it must not simply omit the namespace of the thread.
test_failed_call_for_a_thread_never_shortens_the_list()
{
	# Runs only as root.
	start_holder holder task
	fault_all -f '1 3' -s readlink,readlinkat -- nslist -rno NS,TYPE -t uts --sources proc,task
}

. shunit2
