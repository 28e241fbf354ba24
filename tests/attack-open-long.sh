#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# attack-open-long: runs the races of attack-open with 1,000 tries each.
# as: root
# suite: long
# budget: 900
TRIES=1000

# shunit2 finds test functions only in this file, so name those of the sourced one
# shellcheck disable=SC2317
suite()
{
	suite_addTest test_descriptor_exchanged_with_a_fifo_blocks_no_tool
	suite_addTest test_descriptor_exchanged_with_a_device_opens_no_device
	suite_addTest test_unresponsive_file_server_blocks_no_tool
	suite_addTest test_socket_exchanged_with_a_file_blocks_no_tool
}

. "${0%/*}/attack-open.sh"
