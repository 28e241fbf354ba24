#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsunshare-faults: makes each system call fail once, and sends a signal at each. Checks that
# nsunshare reports the failure and undoes its steps, or that the program runs as usual.
# Runs as root and as an ordinary user.
# Time limit: 240 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/faultlib.sh"
. "${0%/*}/cgrouplib.sh"
require_ns user mnt pid
FAULT_MAX=${FAULT_MAX:-25}

test_no_failed_call_is_reported_as_success()
{
	fault_all -- nsunshare -rmpuiT --mount-proc --hostname box --kill-child -- "$FINAL"
}

# The child is created by vfork(2). The namespaces have no id map, because root needs none; other
# tests cover vfork(2) with a map.
test_failed_call_in_a_vfork_child_is_reported()
{
	# Runs only as root.
	fault_all -- nsunshare -mpui --mount-proc --hostname box --kill-child -- "$FINAL"
	fault_kill -- nsunshare -mp --mount-proc --kill-child -- "$FINAL"
	fault_kill -S 15 -- nsunshare -mp --mount-proc -- "$FINAL"
}

test_a_failed_call_without_a_fork_is_reported()
{
	fault_all -- nsunshare -rmT --boottime 5 -- "$FINAL"
}

# The test runs as root, because newuidmap gains no privilege while an ordinary user traces it.
test_failed_call_with_newuidmap_is_reported()
{
	# Runs only as root.
	set -- setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups nsunshare -r --map-auto
	fault_all -b nsunshare -- "$@" -mp --mount-proc -S 1 -G 1 -- "$FINAL"
	fault_kill -S 15 -b nsunshare -- "$@" -- "$FINAL"
}

# The outer process of nsunshare switches back to the calling user before any step runs in the new
# namespaces.
test_failed_call_with_an_owner_is_reported()
{
	# Runs only as root.
	fault_all -- nsunshare -Um --owner 1234:2345 --fork -- "$FINAL"
	fault_all -s setgroups,setresgid,setresuid,getgroups,clone3 -- nsunshare -rp --owner 1234:2345 \
		--into-cgroup "/$own_cgroup/a" --cgroup-create -- "$FINAL"
	run find /sys/fs/cgroup -type d -name "*$own_cgroup*"
	assert_out_empty
}

test_a_kill_at_any_call_leaves_nothing()
{
	fault_kill -- nsunshare -rmp --mount-proc --kill-child -- "$FINAL"
}

test_a_failed_call_of_process_1_is_reported()
{
	fault_all -- nsunshare -rmp --mount-proc --init -- "$FINAL"
	fault_kill -S 15 -- nsunshare -rmp --mount-proc --init -- "$FINAL"
}

# If wait4(2) fails in process 1, process 1 itself must report the error, because its pipe to the
# outer process is closed as soon as the program runs.
test_process_1_reports_a_lost_status()
{
	run failat -o "$TMP/report" -k 1.1:wait4:1 -e ECHILD -- nsunshare -rp --init true
	assert_refused 125 'cannot wait for process 2: No child processes'
	rm "$TMP/report"
}

# The next two tests, one for an ordinary user and one for root, send SIGTERM at 100 system calls.
# In check-long, they send it at every system call.
more=100
[ "${NSUTILS_FAULTS-}" != all ] || more=1000

test_a_signal_at_any_call_leaves_nothing()
{
	# Runs only as an ordinary user.
	FAULT_MAX=$more fault_kill -S 15 -- nsunshare -rmp --mount-proc -- "$FINAL"
}

# The test sends SIGTERM during the whole set-up. As soon as the program runs,
# nsunshare keeps the namespace files of --persist, even if the signal ends the program before the
# program prints anything. So the script $TMP/kept removes these files.
test_a_signal_at_any_call_removes_files_and_cgroup()
{
	# Runs only as root.
	cat >"$TMP/kept" <<-'SCRIPT'
		#!/bin/sh
		nsunshare --status-fd 7 "$@" 7>"$KEPT.status"
		rc=$?
		if grep -q '"exec"' "$KEPT.status"; then
			umount "$KEPT"/*
			rm -r "$KEPT"
		fi
		rm "$KEPT.status"
		exit $rc
	SCRIPT
	chmod 755 "$TMP/kept"
	KEPT=$TMP/dir
	export KEPT
	FAULT_MAX=$more fault_kill -S 15 -b nsunshare -- "$TMP/kept" --persist "$KEPT" -mup --mount-proc --pid-file "$TMP/pid" \
		--into-cgroup "/$own_cgroup/b" --cgroup-create --setup : -- "$FINAL"
	run find /sys/fs/cgroup -type d -name "*$own_cgroup*"
	assert_out_empty
}

test_a_cgroup_is_removed_if_a_call_fails()
{
	# Runs only as root.
	setting=cgroup.max.depth=5
	[ -z "$v1cpu" ] || setting=cpu.cfs_quota_us=20000
	! feature cgroup2-cpu || setting='cpu.max=20000 100000'
	fault_all -s mkdir,faccessat,openat,write,clone3,flock,fsetxattr,fgetxattr -- nsunshare -p --into-cgroup "/$own_cgroup/a/b" \
		--cgroup-create --cgroup-set "$setting" -- "$FINAL"
	run find /sys/fs/cgroup -type d -name "*$own_cgroup*"
	assert_out_empty
}

# As soon as the program runs, nsunshare keeps the namespace files. So the script removes them if
# the program has run.
test_files_are_removed_if_a_call_fails()
{
	# Runs only as root.
	cat >"$TMP/kept" <<-'SCRIPT'
		#!/bin/sh
		said=$(nsunshare "$@")
		rc=$?
		printf '%s\n' "$said"
		case $said in
		*'final ran'*) umount "$KEPT/u" "$KEPT/i" && rm "$KEPT/u" "$KEPT/i" ;;
		esac
		exit $rc
	SCRIPT
	chmod 755 "$TMP/kept"
	KEPT=$TMP
	export KEPT
	fault_all -b nsunshare -- "$TMP/kept" "--uts=$TMP/u" "--ipc=$TMP/i" -mp --mount-proc -- "$FINAL"
	fault_all -b nsunshare -- "$TMP/kept" "--uts=$TMP/u" "--ipc=$TMP/i" -w / -- "$FINAL"
}

# put_name_directory: creates the directory for the files of --name, because nsunshare does not remove
# it. Root uses the directory in /run in spite of XDG_RUNTIME_DIR.
put_name_directory()
{
	export XDG_RUNTIME_DIR="$TMP"
	if [ "$(id -u)" = 0 ]; then
		mkdir -p /run/nsutils
	else
		mkdir -p "$TMP/nsutils"
		chmod 700 "$TMP/nsutils"
	fi
}

test_a_failed_call_leaves_no_name_and_no_command()
{
	put_name_directory
	fault_all -- nsunshare -rp --name web --setup-outside : -- "$FINAL"
	fault_kill -S 15 -- nsunshare -rp --name web --setup-outside : -- "$FINAL"
	fault_all -- nsunshare -rm --setup-outside : -- "$FINAL"
}

# Process 1 of the new pid namespace sends the pid of the program to the helper process. If a system
# call of one of them fails, nsunshare must report an error, or do everything that it does without
# the fault.
test_a_failed_call_does_not_lose_the_pid_of_the_program()
{
	put_name_directory
	fault_all -- nsunshare -rp --init --name web --pid-file "$TMP/pid" -- "$FINAL"
	fault_all -- nsunshare -rp --name web --pid-file "$TMP/pid" -- nsinit -- "$FINAL"
	fault_kill -S 15 -- nsunshare -rp --pid-file "$TMP/pid" -- nsinit -- "$FINAL"
}

. shunit2
