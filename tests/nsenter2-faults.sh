#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsenter2-faults: makes each system call of nsenter2 fail once and checks that no failure is
# reported as success.
# Runs as root and as an ordinary user.
# Time limit: 600 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/faultlib.sh"
. "${0%/*}/cgrouplib.sh"
require_ns user mnt pid
FAULT_MAX=${FAULT_MAX:-12}

# start_target: starts a process in new namespaces and sets $target to its pid. $FINAL then prints
# "target" for each namespace of this process.
start_target()
{
	start_holder unshare --user --map-root-user --mount --uts --net --pid --fork --kill-child --mount-proc \
		sh -c 'echo ready >&3; exec sleep 1000 3>&-' &&
		target=$(ps -o pid= --ppid "$holder") && target=${target##* } || return 1
	await_sleep "$target"
	put_final "$FINAL" '' "target=$target"
}

test_failed_call_with_all_is_reported()
{
	start_target
	fault_all -- nsenter2 -t "$target" -a "$FINAL"
}

test_failed_call_with_some_types_is_reported()
{
	start_target
	fault_all -- nsenter2 -t "$target" --user --uts --net "$FINAL"
	[ "$(id -u)" != 0 ] || fault_all -- nsenter2 -t "$target" --preserve-credentials --mount --pid "$FINAL"
}

test_failed_call_with_groups_is_reported()
{
	# Runs only as root.
	start_target
	for option in --user --follow=groups; do
		fault_all -b nsenter2 -- setpriv --groups 0,4 nsenter2 -t "$target" --user --net $option "$FINAL"
	done
}

test_failed_call_with_join_cgroup_is_reported()
{
	# Runs only as root.
	put_final "$FINAL"
	find_freezer
	start_holder sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	mkdir "$dir/$own_cgroup"
	echo "$holder" >"$dir/$own_cgroup/cgroup.procs"
	set -- nsenter2 -t "$holder" --join-cgroup --uts "$FINAL"
	fault_all -- "$@"
	freeze "$dir/$own_cgroup"
	run timeout 20 "$@"
	assert_refused 125 'is frozen'
	for call in openat read; do
		k=0
		while run timeout 20 failat -u final -s $call -k $((k += 1)) -e EIO -o "$TMP/report" -- "$@" &&
			grep -q '^failed ' "$TMP/report"; do
			assertEquals "$call $k fails" "125 " "$rc $out"
		done
		assertTrue "$call: $k" "[ $k -gt 1 ]"
	done
	rm "$TMP/report"
	echo "$thawed" >"$dir/$own_cgroup/$file"
	stop_holder
	remove_cgroup "$dir/$own_cgroup"
}

test_failed_call_with_follow_is_reported()
{
	start_target
	fault_all -- nsenter2 -t "$target" -a --follow "$FINAL"
}

test_failed_call_with_namespace_files_is_reported()
{
	start_target
	fault_all -- nsenter2 --user="/proc/$target/ns/user" --net="/proc/$target/ns/net" "$FINAL"
}

test_failed_call_with_a_namespace_as_target_is_reported()
{
	start_target
	FAULT_MAX=24 fault_all -- nsenter2 -t "/proc/$target/ns/user" "$FINAL"
	fault_all -s ioctl -- nsenter2 -t "/proc/$target/ns/user" "$FINAL"
}

# nsenter2 can enter the namespace in $TMP/refs without entering another namespace first, so it does
# not execute a protected copy of its binary.
#
# Faults of reading or writing the output of the program are not tested here, because the program
# has run by then; nsenter2-each.sh tests the exit status after such faults.
test_failed_call_with_each_is_reported()
{
	start_target
	type=net
	[ "$(id -u)" = 0 ] || type=user
	echo "$type:$target" >"$TMP/refs"
	# -m: nsenter2 reads the output in a different number of parts in each run
	fault_all -m 30 -b nsenter2 -x '^1:(write:|read:([4-9]|[0-9][0-9]+) EIO)' -- sh -c 'exec nsenter2 --each --prefix -- "$1" <"$2"' sh "$FINAL" "$TMP/refs"
}

test_kill_at_any_call_leaves_nothing_behind()
{
	start_target
	fault_kill -- nsenter2 -t "$target" -a --kill-child "$FINAL"
}

# TERM and INT are sent at each system call. A signal before the exec must end nsenter2, and the
# program must not run.
test_termination_at_any_call_leaves_nothing_behind()
{
	start_target
	fault_kill -S 15 -- nsenter2 -t "$target" -a --pid-file "$TMP/pid" --follow=rlimits,oom "$FINAL"
	fault_kill -S 2 -- nsenter2 -t "$target" -a --kill-child "$FINAL"
	fault_kill -S 15 -- nsenter2 -t "$target" -U -n "$FINAL"
}

# nsinit sends the pid of the program to nsenter2 and waits for its answer. The test makes system
# calls of both processes fail.
test_failed_call_with_an_init_is_reported()
{
	start_target
	FAULT_MAX=100 fault_all -- nsenter2 -t "$target" -U --pid-file "$TMP/pid" -- nsinit -- "$FINAL"
}

. shunit2
