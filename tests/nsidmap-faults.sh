#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsidmap-faults: a failed system call is said, and never passes for an answer.
# as: root user
# budget: 60
. "${0%/*}/testlib.sh"
. "${0%/*}/faultlib.sh"

test_plan_of_all_ranges()
{
	FAULT_MAX=20 fault_all -f 1 -- nsidmap plan --style lxc --user nstest
}

test_show_and_translate()
{
	FAULT_MAX=12 fault_all -f 1 -- nsidmap show -n -o INSIDE,UID,GID
	FAULT_MAX=12 fault_all -f 1 -- nsidmap translate 0 5
}

test_subids()
{
	# a file that is not there has no ranges
	FAULT_MAX=12 fault_all -f 1 -x 'openat:[0-9]+ ENOENT' -- nsidmap subids nstest
}

test_run()
{
	FAULT_MAX=30 fault_all -- nsidmap run "$(nsidmap plan --root --format arg)" -- "$FINAL"
}

test_output_that_cannot_be_written_is_said()
{
	for verb in show plan 'subids nstest' 'translate 0' 'merge u:0:0:1,g:0:0:1' --help 'plan --help' --version; do
		# shellcheck disable=SC2086 # words
		nsidmap $verb >/dev/full 2>"$TMP/said"
		run echo $?
		assert_out 1
		run cat "$TMP/said"
		assert_out_has 'cannot write to standard output: No space left on device'
		# shellcheck disable=SC2086
		nsidmap $verb >&- 2>"$TMP/said"
		run echo $?
		assert_out 1
	done
}

. shunit2
