#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-churn-long: nslist-churn, 500 times.
# as: root user
# suite: long
# budget: 600
RUNS=500

# shunit2 looks for tests in this file alone
suite()
{
	suite_addTest test_no_run_fails_and_what_stays_is_always_listed
	suite_addTest test_what_stays_is_listed_while_a_thousand_a_second_come_and_go
	suite_addTest test_lists_of_processes_and_trees_survive_as_well
}

. "${0%/*}/nslist-churn.sh"
