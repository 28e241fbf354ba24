#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# attack-binary-long: the racing attacks of attack-binary, 1000 times.
# as: root user
# suite: long
# budget: 600
RUNS=1000

# shunit2 looks for tests in this file alone
# shellcheck disable=SC2317
suite()
{
	suite_addTest test_process_1_of_a_container_does_not_overwrite_the_tool_that_enters_it
}

. "${0%/*}/attack-binary.sh"
