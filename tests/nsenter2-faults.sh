#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsenter2-faults: each system call of nsenter2 failed once never passes for success.
# as: root user
# budget: 600
. "${0%/*}/testlib.sh"
. "${0%/*}/faultlib.sh"
require_ns user mnt pid
FAULT_MAX=${FAULT_MAX:-12}

start_target()
{
	start_holder unshare --user --map-root-user --mount --uts --net --pid --fork --kill-child --mount-proc \
		sh -c 'echo ready >&3; exec sleep 1000 3>&-' &&
		target=$(ps -o pid= --ppid "$holder") && target=${target##* } || return 1
	await_sleep "$target"
}

# a descriptor that is not closed is closed by the exec; what the terminal is, only tells who has the foreground
test_all_namespaces_of_a_process()
{
	start_target
	fault_all -- nsenter2 -t "$target" -a "$FINAL"
}

test_following_it()
{
	start_target
	fault_all -- nsenter2 -t "$target" -a --follow "$FINAL"
}

test_namespace_files()
{
	start_target
	fault_all -- nsenter2 --user="/proc/$target/ns/user" --net="/proc/$target/ns/net" "$FINAL"
}

# one that needs no copy of nsenter2, where it may be entered alone; when its output cannot be read the program has run
test_each_of_one()
{
	start_target
	type=net
	[ "$(id -u)" = 0 ] || type=user
	echo "$type:$target" >"$TMP/refs"
	fault_all -b nsenter2 -x '^1:read:[4-9] EIO' -- sh -c 'exec nsenter2 --each --prefix -- "$1" <"$2"' sh "$FINAL" "$TMP/refs"
}

test_killed_anywhere_it_leaves_nothing()
{
	start_target
	fault_kill -- nsenter2 -t "$target" -a --kill-child "$FINAL"
}

# TERM and INT at any moment of the set-up: before the program runs nothing of it is there, and nsenter2 ends
test_ended_anywhere_it_leaves_nothing()
{
	start_target
	fault_kill -S 15 -- nsenter2 -t "$target" -a --pid-file "$TMP/pid" --follow=rlimits,oom "$FINAL"
	fault_kill -S 2 -- nsenter2 -t "$target" -a --kill-child "$FINAL"
	fault_kill -S 15 -- nsenter2 -t "$target" -U -n "$FINAL"
}

. shunit2
