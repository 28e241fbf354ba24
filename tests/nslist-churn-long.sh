#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-churn-long: nslist-churn, 500 times.
# as: root user
# suite: long
# budget: 300
RUNS=500
. "${0%/*}/nslist-churn.sh"
