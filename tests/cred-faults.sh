#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# cred-faults: makes each system call fail once and checks that the program never runs with more
# privilege than requested.
# Runs as root.
. "${0%/*}/testlib.sh"
. "${0%/*}/faultlib.sh"
require_ns uts

enosys -e EPERM --print sethostname >filter

test_a_failed_call_never_leaves_a_privilege()
{
	fault_all -- nsunshare -S 1000 -G 1000 --groups 5 --cap-keep chown --no-new-privs \
		--seccomp "$PWD/filter" --rlimit nofile=64 --setenv HOME=/ --new-session --fork -- "$FINAL"
}

test_a_failed_call_with_an_early_filter_leaves_no_privilege()
{
	FAULT_MAX=60 fault_all -- nsunshare -S 1000 -G 1000 --seccomp "$PWD/filter" --cap-drop net_raw -- "$FINAL"
}

# nsunshare looks up the user in /etc/passwd and /etc/group. If this fails, the program must not run
# as the user root.
test_a_failed_look_up_never_leaves_the_user_of_the_caller()
{
	FAULT_MAX=80 fault_all -- nsunshare --as nstest --fork -- "$FINAL"
}

. shunit2
