#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-cost: how many system calls a process costs, as the difference that 100 more make.
# as: root
. "${0%/*}/testlib.sh"
require_root
require_tool strace

# calls ARGS…: system calls of nslist
calls()
{
	strace -f -c -o "$TMP/trace" nslist "$@" >"$TMP/out" 2>"$TMP/err"
	awk '$NF == "total" { print $4 }' "$TMP/trace"
}

# cost_at_most N ARGS…: N calls for each of 100 processes more, three descriptors each
cost_at_most()
{
	most=$1
	shift
	calls "$@" >/dev/null
	before=$(calls "$@")
	start_holder holder sleepers 100 </dev/null
	after=$(calls "$@")
	stop_holder
	each=$(((after - before + 50) / 100))
	assertTrue "$each calls a process, not $most: $*" "[ $each -le $most ] && [ $each -gt 0 ]"
}

test_links_children_and_threads_are_eleven_calls()
{
	cost_at_most 11 --sources proc,task,children
}

test_one_type_is_one_and_two_more()
{
	cost_at_most 3 --sources proc,task,children -t pid
	cost_at_most 3 --sources proc,task,children -t uts
}

test_descriptors_are_five_and_their_number_more()
{
	cost_at_most 19
}

test_one_process_with_columns_of_its_own_reads_no_other()
{
	before=$(calls -p $$ -o NS,TYPE)
	start_holder holder sleepers 100
	after=$(calls -p $$ -o NS,TYPE)
	assertTrue "$before, then $after" "[ $((after - before)) -le 3 ]"
}

test_one_process_costs_the_links_of_the_others()
{
	cost_at_most 8 -p $$
}

. shunit2
