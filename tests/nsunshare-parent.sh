#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsunshare-parent: checks the parent that waits for the program. As with unshare(1), other programs
# enter the new namespaces by the PID of the parent. The program inside must not get anything from
# the parent that the program does not have itself.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016 # for the shell inside
. "${0%/*}/testlib.sh"
. "${0%/*}/cgrouplib.sh"
require_tool unshare nsenter
require_ns user mnt pid net uts ipc cgroup time

types='mnt uts ipc net user cgroup pid pid_for_children time time_for_children'

# new_in PID: prints those namespaces of the process that differ from the namespaces of this shell.
# First waits until they can be read, because the process may still be changing its credentials.
new_in()
{
	settle 50 test -e "/proc/$1/ns/pid"
	for t in $types; do
		[ "$(readlink "/proc/$1/ns/$t")" = "$(readlink "/proc/self/ns/$t")" ] || printf '%s ' "$t"
	done
}

# new_with TOOL OPTION…: runs a program with TOOL, which is unshare or nsunshare. Prints those
# namespaces of the parent process of the program that differ from the namespaces of this shell.
new_with()
{
	start_holder "$@" sh -c 'echo ready >&3; exec 3>&-; exec sleep 1000' || return
	new_in "$holder"
	stop_holder
}

test_the_parent_is_in_the_same_namespaces_as_with_unshare()
{
	for o in -r -rm '-rmpuin' '-rCT' '-rmpuinCT --mount-proc' '-rn --propagation slave' -m -n '-np' '-uiC' '-pT'; do
		case $o/$(id -u) in
		-r* | */0) ;;
		*) continue ;;
		esac
		# shellcheck disable=SC2086 # words
		assertEquals "$o" "$(new_with unshare -f --kill-child $o)" "$(new_with nsunshare -f --kill-child $o)"
	done
	assertEquals 'mnt user pid_for_children ' "$(new_with nsunshare -rmpf --kill-child)"
}

# Some published scripts contain the sequence of commands in this test. If the parent process were
# outside of the new namespaces, the mount would be made on the host.
test_a_mount_in_the_namespace_of_the_parent_is_not_made_outside()
{
	# Runs only as root.
	mkdir "$TMP/dir"
	for tool in unshare nsunshare; do
		start_holder $tool -fm --kill-child sh -c 'echo ready >&3; exec sleep 1000'
		run nsenter -t "$holder" -m mount -t tmpfs inside "$TMP/dir"
		assert_ok
		run nsenter -t "$holder" -m findmnt -no SOURCE "$TMP/dir"
		assert_out inside
		assert_empty "$tool" "$(findmnt -no SOURCE "$TMP/dir")"
		stop_holder
	done
}

test_a_user_enters_by_the_pid_of_the_parent()
{
	for tool in unshare nsunshare; do
		start_holder $tool -rnuf --kill-child sh -c 'hostname inside; echo ready >&3; exec sleep 1000'
		settle 50 test -e "/proc/$holder/ns/user"
		run nsenter -t "$holder" -U -u -n --preserve-credentials hostname
		assert_ok
		assert_out inside
		stop_holder
	done
}

cgroup_is_removed()
{
	[ -z "$(find /sys/fs/cgroup -type d -name "*$own_cgroup*")" ]
}

# The parent is in the cgroup namespace of the program, but it stays outside of the cgroup of the
# program. Otherwise the cgroup could not be removed.
test_the_parent_stays_out_of_the_cgroup()
{
	# Runs only as root.
	start_holder nsunshare -pC --into-cgroup "/$own_cgroup" --cgroup-create --kill-child \
		sh -c 'echo ready >&3; exec sleep 1000'
	assertEquals 'cgroup pid_for_children ' "$(new_in "$holder")"
	assertFalse 'parent in the cgroup' "grep -q '$own_cgroup' '/proc/$holder/cgroup'"
	stop_holder
	settle 100 cgroup_is_removed
	assertTrue 'the cgroup is removed' cgroup_is_removed
}

# stolen_by CMD…: prints a line for each kind of object (environment, descriptor, directory) that a
# malicious program can take from its parent, with pidfd_getfd(2) or from /proc. At last the program
# prints the line "end".
echo s3cret >"$TMP/secret"
chmod 666 "$TMP/secret"
chmod 755 "$TMP"
stolen_by()
{
	"$@" sh -c 'exec 7<&-; steal s3cret $PPID; echo end' 7<>"$TMP/secret" 8<"$TMP" 2>/dev/null
}

# The parent process of unshare(1) keeps all descriptors of the caller open, so the program can take
# them. The program must not be able to take a descriptor from nsunshare.
test_the_program_takes_no_descriptor_of_the_parent()
{
	kernel_call pidfd_getfd || return 0
	assertEquals 'the attack works' descriptor "$(stolen_by unshare -rf | grep -x descriptor)"
	for o in -rf -rp '-rmp --mount-proc' '-rf --close-fds' '-rf --status-fd 7' "-rf --pid-file $TMP/pid"; do
		# shellcheck disable=SC2086 # words
		assertEquals "$o" end "$(stolen_by nsunshare $o)"
	done
}

# A process that has the ids of the owner (--owner), or a mapped id that the caller does not have,
# must not be able to trace the parent process of the program. Otherwise the process could gain the
# ids of the parent process.
test_no_process_can_trace_a_parent_whose_ids_are_not_mapped()
{
	# Runs only as root.
	for o in '--owner 1000:1000 -U' '--owner 1000:1000 -r' '--map-users 0:1000000:9 --map-groups 0:1000000:9'; do
		# shellcheck disable=SC2086 # words
		{
			assertEquals "$o" end "$(stolen_by nsunshare -f $o)"
			run nsunshare -f $o sh -c 'ls /proc/$PPID/fd/ && readlink -v /proc/$PPID/cwd'
		}
		assertFalse "$o" "[ $rc = 0 ]"
		assert_err_has 'Permission denied'
	done
	run nsunshare -rf sh -c 'readlink /proc/$PPID/cwd'
	assert_ok
	assert_out /
}

# The parent process keeps the privileges that options such as --cap-drop take from the program, so
# the program must not be able to trace the parent.
test_a_restricted_program_cannot_trace_the_parent()
{
	for o in --no-new-privs '--cap-drop chown' '--cap-keep sys_ptrace'; do
		# shellcheck disable=SC2086 # words
		run nsunshare -rf $o sh -c 'readlink -v /proc/$PPID/cwd'
		assert_rc 1
		assert_err_has 'Permission denied'
	done
}

# shellcheck disable=SC2154 # holder is testlib.sh's
test_the_helper_cannot_be_traced_and_cleans_up_after_a_kill()
{
	mkfifo "$TMP/ready"
	nsunshare -rpf --pid-file "$TMP/pid" --ready-fd 3 -- sleep 1000 3>"$TMP/ready" &
	holder=$!
	# the helper closes the descriptor when the parent has reported that the program runs; if the parent
	# ends before that, the helper undoes its steps
	run cat "$TMP/ready"
	program=$(cat "$TMP/pid")
	helper=$(pgrep -P "$holder" | grep -vx "$program")
	assertTrue 'a helper exists' "[ -d '/proc/$helper' ]"
	# the process is not dumpable if root owns its files in /proc
	assertEquals 0 "$(stat -c %u "/proc/$helper/status")"
	settle 50 test -e "/proc/$holder/ns/pid"
	assertEquals "$(id -u)" "$(stat -c %u "/proc/$holder/status")"
	kill -KILL "$holder"
	wait "$holder" 2>/dev/null
	assertTrue 'the program runs' "[ -s '$TMP/pid' ]"
	kill -KILL "$program"
	settle 100 [ ! -e "$TMP/pid" ]
	assertFalse 'the pid file is removed' "[ -e '$TMP/pid' ]"
	settle 100 [ ! -d "/proc/$helper" ]
	assertFalse 'the helper has ended' "[ -d '/proc/$helper' ]"
}

test_explain_names_the_process_of_each_step()
{
	run nsunshare -rp --mount-proc --pid-file "$TMP/pid" --explain true
	assert_ok
	assert_out_has 'caller create a helper that stays in the outer namespaces until the program has ended'
	assert_out_has 'caller create namespaces: mnt, pid, user: unshare(2)'
	assert_out_has "helper write the PID to '$TMP/pid'"
	assert_out_has 'caller change to /: chdir(2)'
	assert_out_has "child  mount proc on '/proc': mount(2)"
}

# nspivot refuses to run if it finds a process in /proc whose working directory is in the old root.
# It must accept the process of nsunshare that waits for the program.
test_nspivot_accepts_the_waiting_parent()
{
	require_tool busybox
	mkdir -p "$TMP/root/bin"
	cp "$(command -v busybox)" "$TMP/root/bin/sh"
	cd "$TMP" || return
	for o in -rm '-rmp --mount-proc' -rmp; do
		# shellcheck disable=SC2086 # words
		run nsunshare $o -f -- nspivot "$TMP/root" -- /bin/sh -c 'echo in'
		assert_ok
		assert_out in
	done
	cd "$OLDPWD" || return
}

. shunit2
