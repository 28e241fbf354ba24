#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsenter2-errors: a process that ends or changes while its namespaces are entered is reported as such.
# as: root user
. "${0%/*}/testlib.sh"
require_ns user uts net
require_kernel_call pidfd_open

# refused_by CALL ERROR: lets the first call of that name fail.
refused_by()
{
	run failat -o "$TMP/report" -k "1:$1:1" -e "$2" -- nsenter2 -t "$holder" -U -u echo ran
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

test_a_kernel_that_enters_one_at_a_time_is_no_error()
{
	start_holder unshare --user --map-root-user --uts --net sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	refused_by setns EINVAL
	assert_rc 0
	assert_out ran
}

# as: root
test_the_name_of_a_network_namespace_gives_a_suggestion()
{
	mkdir -p /run/netns
	: >/run/netns/blue
	run nsenter2 -t blue -n true
	assert_refused 125 "invalid reference 'blue'"
	assert_err_has 'hint: use netns:blue for the network namespace of that name'
	rm /run/netns/blue
}

. shunit2
