#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsenter2-errors: checks the message for a process that ends or changes its namespaces while
# nsenter2 enters them.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns user uts net
require_kernel_call pidfd_open

# refused_by CALL ERROR: runs nsenter2, makes its first system call CALL fail with ERROR, and
# asserts that this call was made. The results are in $rc, $out and $err.
refused_by()
{
	run failat -o "$TMP/report" -k "1:$1:1" -e "$2" -- nsenter2 -t "$holder" -U -u \
		readlink /proc/self/ns/user /proc/self/ns/uts
	assertTrue "the call $1 was made" "grep -q '^failed ' '$TMP/report'"
}

test_a_process_that_has_ended_is_named()
{
	start_holder unshare --user --map-root-user --uts --net sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	refused_by setns ESRCH
	assert_rc 125
	assert_out_empty
	assert_err_has "cannot enter the namespaces of process $holder: No such process"
}

test_namespaces_are_entered_one_by_one_on_an_old_kernel()
{
	start_holder unshare --user --map-root-user --uts --net sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	refused_by setns EINVAL
	assert_ok
	assert_out "$(readlink "/proc/$holder/ns/user" "/proc/$holder/ns/uts")"
}

test_a_pid_namespace_that_has_ended_is_named()
{
	# Runs only as root.
	start_holder unshare --pid --fork --kill-child sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	exec 8<"/proc/$holder/ns/pid_for_children"
	stop_holder "$holder"
	run nsenter2 --pid=/proc/self/fd/8 true
	exec 8<&-
	assert_refused 125 'Cannot allocate memory'
	assert_err_has 'hint: create a new pid namespace: this one has ended, because its process 1 has ended'
}

test_the_name_of_a_network_namespace_gives_a_suggestion()
{
	# Runs only as root.
	mkdir -p /run/netns
	: >/run/netns/blue
	run nsenter2 -t blue -n true
	assert_refused 125 "invalid reference 'blue'"
	assert_err_has 'hint: use netns:blue for the network namespace with that name'
	rm /run/netns/blue
}

. shunit2
