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

# calls_among N ARGS…: the same among N processes more, three descriptors each, that $within starts
calls_among()
{
	# shellcheck disable=SC2086 # words
	start_holder ${within-} holder sleepers "$1" </dev/null
	shift
	calls "$@"
	stop_holder
}

# cost_at_most N ARGS…: N calls for each of 100 processes more
cost_at_most()
{
	most=$1
	shift
	calls "$@" >/dev/null
	before=$(calls_among 1 "$@")
	after=$(calls_among 101 "$@")
	each=$(((after - before + 50) / 100))
	assertTrue "$each calls a process, not $most: $*" "[ $each -le $most ] && [ $each -gt 0 ]"
}

# where its children will be tells of the process as well, in the topmost pid and time namespace
test_links_children_and_threads_are_nine_calls()
{
	cost_at_most 9 --sources proc,task,children
}

test_and_eleven_below()
{
	within='unshare --time --pid --fork --kill-child'
	cost_at_most 11 --sources proc,task,children
	unset within
}

test_types_are_one_and_threads_one_more()
{
	cost_at_most 2 --sources proc,task,children -t pid
	cost_at_most 2 --sources proc,task,children -t uts
	cost_at_most 3 --sources proc,task,children -t pid -t time
}

test_descriptors_are_one_and_their_number_more()
{
	cost_at_most 13
}

test_one_process_with_columns_of_its_own_reads_no_other()
{
	before=$(calls -p $$ -o NS,TYPE)
	start_holder holder sleepers 100
	after=$(calls -p $$ -o NS,TYPE)
	assertTrue 'nslist printed a list' "[ -s '$TMP/out' ]"
	assert_at_most $((before + 3)) "$after"
}

test_one_process_costs_the_links_of_the_others()
{
	cost_at_most 8 -p $$
}

. shunit2
