#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsinit-faults: no failed system call passes for success, and being killed anywhere leaves nothing.
# as: root user
# suite: long
# budget: 300
. "${0%/*}/testlib.sh"
require_ns user pid
. "${0%/*}/faultlib.sh"

test_a_failed_call_never_passes_for_success()
{
	fault_all -- nsinit --grace 1s --keep-fd 0 --pid-file "$TMP/pid" -- "$FINAL"
}

test_as_process_1_too()
{
	fault_all -- nsunshare -Urpm --mount-proc -- nsinit --grace 1s -- "$FINAL"
}

test_killed_anywhere_process_1_leaves_nothing()
{
	fault_kill -- nsunshare -Urpmf --kill-child --mount-proc -- nsinit -- "$FINAL"
}

. shunit2
