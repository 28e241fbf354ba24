#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsrun-stop-long: runs the tests of nsrun-stop that kill processes with 500 runs for each profile, or as
# many as NSUTILS_ROUNDS says. Each call begins with another process and another moment.
# Runs as root and as an ordinary user.
# Runs only in check-long.
# Time limit: 1800 seconds.
RUNS=${NSUTILS_ROUNDS:-500} FIRST=$(date +%s)
# shellcheck disable=SC2034 # testlib.sh reads it
{
	functions_of=${0%/*}/nsrun-stop.sh
	functions_only='test_kill_.*'
}
. "${0%/*}/nsrun-stop.sh"
