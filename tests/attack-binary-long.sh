#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# attack-binary-long: runs the race of attack-binary 1000 times.
# Runs as root and as an ordinary user.
# Runs only in check-long.
# Time limit: 600 seconds.
RUNS=1000
# shellcheck disable=SC2034 # testlib.sh reads it
{
	functions_of=${0%/*}/attack-binary.sh
	functions_only='test_process_1_of_a_container_does_not_overwrite_the_tool_that_enters_it'
}
. "${0%/*}/attack-binary.sh"
