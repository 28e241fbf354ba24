#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# attack-open-long: attack-open, with 1,000 tries of each race.
# as: root
# suite: long
# budget: 900
TRIES=1000

# shunit2 looks for tests in this file alone and calls suite().
# shellcheck disable=SC2317
suite()
{
	suite_addTest test_a_descriptor_that_alternates_with_a_fifo_blocks_nobody
	suite_addTest test_a_descriptor_that_alternates_with_a_device_opens_no_device
	suite_addTest test_a_file_server_that_does_not_answer_blocks_nobody
	suite_addTest test_a_socket_that_alternates_with_its_file_blocks_nobody
}

. "${0%/*}/attack-open.sh"
