#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# attack-open-long: runs the races of attack-open with 1,000 tries each.
# Runs as root.
# Runs only in check-long.
# Time limit: 900 seconds.
TRIES=1000
# shellcheck disable=SC2034 # testlib.sh reads it
{
	functions_of=${0%/*}/attack-open.sh
	functions_only='.*_blocks_no_tool|.*_opens_no_device'
}
. "${0%/*}/attack-open.sh"
