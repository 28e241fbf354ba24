#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# testbed-faults: programs that are known to be honest are found to be so.
# as: root user
. "${0%/*}/testlib.sh"
. "${0%/*}/faultlib.sh"

test_an_exec_tool()
{
	fault_all -- env "$FINAL"
}

test_a_reporter()
{
	echo text >"$TMP/text"
	fault_all -f 1 -s openat,read,write -- cat "$TMP/text"
}

test_a_kill()
{
	fault_kill -- unshare --user --pid --fork --kill-child "$FINAL"
}

. shunit2
