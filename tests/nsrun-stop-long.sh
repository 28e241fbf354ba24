#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsrun-stop-long: runs the tests of nsrun-stop that kill processes with RUNS runs for each profile (default 500).
# as: root user
# suite: long
# budget: 1800
RUNS=${RUNS:-500}
# shellcheck disable=SC2034 # testlib.sh reads it
{
	functions_of=${0%/*}/nsrun-stop.sh
	functions_only='test_kill_.*'
}
. "${0%/*}/nsrun-stop.sh"
