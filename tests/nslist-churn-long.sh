#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-churn-long: runs the tests of nslist-churn with 500 scans each.
# Runs as root and as an ordinary user.
# Runs only in check-long.
# Time limit: 600 seconds.
RUNS=500
# shellcheck disable=SC2034 # testlib.sh reads it
functions_of=${0%/*}/nslist-churn.sh
. "${0%/*}/nslist-churn.sh"
