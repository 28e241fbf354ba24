#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-bpf-long: runs the tests of nslist-bpf with 500 scans while processes start and end.
# Runs as root.
# Runs in the initial pid namespace.
# Runs only in check-long.
# Time limit: 600 seconds.
RUNS=500
# shellcheck disable=SC2034 # for testlib.sh
functions_of=${0%/*}/nslist-bpf.sh
. "${0%/*}/nslist-bpf.sh"
