#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# testbed-faults: checks that faultlib finds no fault in programs that report their errors.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/faultlib.sh"

test_accepts_an_exec_tool_that_reports_failures()
{
	fault_all -- env "$FINAL"
}

test_accepts_a_reporter_that_reports_failures()
{
	echo text >"$TMP/text"
	fault_all -f 1 -s openat,read,write -- cat "$TMP/text"
}

test_accepts_a_program_that_leaves_nothing_when_killed()
{
	fault_kill -- unshare --user --pid --fork --kill-child "$FINAL"
}

. shunit2
