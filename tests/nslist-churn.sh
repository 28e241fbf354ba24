#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-churn: checks that nslist prints correct lists while processes start and end during its
# scan.
# Runs as root and as an ordinary user.
# Time limit: 60 seconds.
. "${0%/*}/testlib.sh"
require_feature nslist
require_ns user uts
: "${RUNS:=40}"

# start_churn: starts four shell loops that fork as fast as possible.
start_churn()
{
	for _c in 1 2 3 4; do
		start_holder sh -c 'echo >&3; exec 3>&-; while :; do /bin/true; /bin/true & wait; done'
	done
}

# start_stayers: starts five processes, each in its own uts namespace, that do not end during the
# test. Sets $stay to the inodes.
start_stayers()
{
	stay=''
	for _s in 1 2 3 4 5; do
		start_holder unshare -r -u sh -c 'ns=$(readlink /proc/self/ns/uts); echo "$ns" >&3; exec sleep infinity 3>&-'
		stay="$stay $(echo "$holder_line" | tr -dc 0-9)"
	done
}

# look RUNS: runs nslist RUNS times. Fails if a run fails, prints nothing, or omits one of the
# inodes $stay.
look()
{
	failed=0 empty=0 missing=0
	i=0
	while [ $i -lt "$1" ]; do
		i=$((i + 1))
		nslist -rno NS,TYPE,NPROCS,PID,USER,COMMAND >"$TMP/out" 2>"$TMP/err" || failed=$((failed + 1))
		[ -s "$TMP/out" ] || empty=$((empty + 1))
		for _s in $stay; do
			grep -q "^$_s uts 1 " "$TMP/out" || missing=$((missing + 1))
		done
	done
	assertEquals 'failures' 0 $failed
	assertEquals 'empty outputs' 0 $empty
	assertEquals 'stable namespaces that are missing' 0 $missing
}

test_lists_stable_namespaces_while_processes_fork()
{
	start_stayers
	start_churn
	look "$RUNS"
}

test_lists_stable_namespaces_at_a_thousand_forks_a_second()
{
	start_stayers
	start_holder holder churn "$TMP/count1"
	start_holder holder churn "$TMP/count2"
	until [ -s "$TMP/count1" ] && [ -s "$TMP/count2" ]; do
		:
	done
	before=$(date +%s%N)
	count=$(($(cat "$TMP/count1") + $(cat "$TMP/count2")))
	look "$RUNS"
	count=$(($(cat "$TMP/count1") + $(cat "$TMP/count2") - count))
	ms=$((($(date +%s%N) - before) / 1000000))
	echo "$((count * 1000 / ms)) processes a second"
	# do not require the rate, because a busy machine starts fewer processes
	assertTrue "$count processes in $ms ms" "[ $((count * NSUTILS_SLOW)) -ge 1000 ]"
}

test_members_and_all_columns_succeed_while_processes_fork()
{
	start_churn
	failed=0
	i=0
	while [ $i -lt $((RUNS / 4)) ]; do
		i=$((i + 1))
		nslist --output-all -J >"$TMP/out" 2>"$TMP/err" || failed=$((failed + 1))
		[ -s "$TMP/out" ] || failed=$((failed + 1))
		nslist --members "user:$$" >"$TMP/out" 2>"$TMP/err" || failed=$((failed + 1))
	done
	assertEquals 0 $failed
}

. shunit2
