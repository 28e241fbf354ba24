#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-cost: checks the number of system calls per process, measured with 100 additional
# processes.
# Runs as root.
. "${0%/*}/testlib.sh"
require_feature nslist
require_root
require_tool strace

# calls ARGUMENT…: runs nslist with these arguments and prints the number of its system calls.
calls()
{
	strace -f -c -o "$TMP/trace" nslist "$@" >"$TMP/out" 2>"$TMP/err"
	awk '$NF == "total" { print $4 }' "$TMP/trace"
}

# calls_among N ARGUMENT…: prints the number of system calls of nslist with these arguments while N
# additional processes run, which have three descriptors each. If $within is not empty, it is a
# command that starts these processes.
calls_among()
{
	# shellcheck disable=SC2086 # several words
	start_holder ${within-} holder sleepers "$1" </dev/null
	shift
	calls "$@"
	stop_holder
}

# cost_at_most N ARGUMENT…: asserts that each of 100 additional processes costs nslist at most N
# system calls.
cost_at_most()
{
	most=$1
	shift
	calls "$@" >/dev/null
	before=$(calls_among 1 "$@")
	after=$(calls_among 101 "$@")
	each=$(((after - before + 50) / 100))
	assertTrue "$each calls per process, limit $most: $*" "[ $each -le $most ] && [ $each -gt 0 ]"
}

# In the topmost pid and time namespaces, nslist reads a single link to find the namespace of a
# process and that of its children, because both must be the same.
test_process_costs_nine_calls_without_descriptors()
{
	cost_at_most 9 --sources proc,task,children
}

test_process_costs_eleven_calls_in_a_nested_namespace()
{
	within='unshare --time --pid --fork --kill-child'
	cost_at_most 11 --sources proc,task,children
	unset within
}

test_each_selected_type_costs_one_call()
{
	cost_at_most 2 --sources proc,task,children -t pid
	cost_at_most 2 --sources proc,task,children -t uts
	cost_at_most 3 --sources proc,task,children -t pid -t time
}

# Since Linux 6.2, the size of /proc/PID/fd is the number of descriptors. Before, nslist must list the
# directory to find out that it contains nothing of interest.
test_process_with_three_descriptors_costs_thirteen_calls()
{
	if [ "$(stat -c %s /proc/self/fd)" -gt 0 ]; then
		cost_at_most 13
	else
		cost_at_most 17
	fi
}

test_task_option_reads_no_other_process_for_its_own_columns()
{
	before=$(calls -p $$ -o NS,TYPE)
	start_holder holder sleepers 100
	after=$(calls -p $$ -o NS,TYPE)
	assertTrue 'nslist printed a list' "[ -s '$TMP/out' ]"
	assert_at_most $((before + 3)) "$after"
}

test_task_option_costs_eight_calls_per_other_process()
{
	cost_at_most 8 -p $$
}

. shunit2
