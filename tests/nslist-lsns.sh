#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-lsns: checks that nslist prints the same as lsns(8) for options and columns that both have.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_tool lsns jq
require_feature lsns-time
. "${0%/*}/listlib.sh"
require_ns user uts

# the columns that both lsns and nslist have
shared=NS,TYPE,PATH,NPROCS,PID,PPID,COMMAND,UID,USER,NETNSID,NSFS,PNS,ONS

# Starts processes that all versions of lsns list and that do not change between two runs: a process
# in new namespaces that has a child, and a stopped process.
setUp()
{
	start_holder unshare -r -u -n -p -f --kill-child sh -c 'sleep 1000 3>&- & echo >&3; wait'
	start_holder unshare -r -i sh -c 'echo >&3; kill -STOP $$'
}

# same ARGUMENT…: asserts that lsns and nslist print the same output. Ignores blanks at the end of a
# line, which lsns 2.38 prints.
same()
{
	run lsns "$@"
	assert_rc 0
	sed 's/ *$//' "$TMP/out" >"$TMP/lsns"
	run nslist "$@"
	assert_rc 0
	sed 's/ *$//' "$TMP/out" >"$TMP/nslist"
	assert_no_difference "$*" "$TMP/lsns" "$TMP/nslist"
}

test_tables_equal_those_of_lsns()
{
	feature sandbox || return 0
	same
	same -l
	same --list --noheadings
	same -n
	same -u
	same -W
	same -r -l
	same -t uts
	same -t net
	same --type uts -t user -t ipc
	same -p $$
	same --task "$holder"
	same -o +PATH
}

test_columns_equal_those_of_lsns()
{
	feature sandbox || return 0
	same -l -o "$shared"
	same -o "$shared"
	same -n -r -l -o ns,type,nprocs,pns,ons
}

# lsns draws a tree only if the column that contains the branches is printed. Only in this case does
# lsns print the rows in the order of the tree.
test_order_of_rows_equals_that_of_lsns()
{
	feature sandbox || return 0
	same -o NS,PID
	same -o NS,TYPE,PID,PPID
	same -o NS,COMMAND
	same -o COMMAND,NS -t uts -t ipc
	same -T -o PID,NS
	same -T -o PID,TYPE
	same -Tprocess -o PID,TYPE
	same -Tparent -o PID,TYPE
	same -r -o NS,PID,TYPE
	same -r -T -o PID,TYPE
}

# lsns writes the branches of the tree into the text of COMMAND, and nslist does not.
test_order_of_raw_rows_equals_that_of_lsns()
{
	feature sandbox || return 0
	for options in '' '-o NS,COMMAND' '-o NS,TYPE,COMMAND -t uts -t user'; do
		# shellcheck disable=SC2086 # several words
		run lsns -r $options
		assert_rc 0
		cut -d ' ' -f 1 "$TMP/out" >"$TMP/lsns"
		# shellcheck disable=SC2086
		run nslist -r $options
		assert_ok
		assert_out_lacks '\xe2'
		cut -d ' ' -f 1 "$TMP/out" >"$TMP/nslist"
		assertTrue 'something was printed' "[ -s '$TMP/nslist' ]"
		assert_no_difference "-r $options" "$TMP/lsns" "$TMP/nslist"
	done
}

test_output_with_options_after_the_operand_equals_that_of_lsns()
{
	feature sandbox || return 0
	inode=$(inode_of "$holder" ipc)
	same "$inode" -o NS,PID
	same -n "$inode" -o PID
	same "$inode" -n
	same "$inode" -l
	same "$inode" -o PID,PPID,COMMAND
}

test_rows_of_empty_cells_equal_those_of_lsns()
{
	feature sandbox || return 0
	same -p $$ -t uts -n -o NSFS
	same -p $$ -t uts -o NSFS
	same -p $$ -t uts -r -n -o NSFS,TYPE,NETNSID,NSFS
	same -l -n -o NETNSID,NSFS
}

test_gone_process_gives_the_output_of_lsns()
{
	for options in '' -n -r -l '-o NS'; do
		# shellcheck disable=SC2086 # several words
		same -p 4194304 $options
	done
	run nslist -p 4194304
	assert_ok
	assert_out_empty
	run nslist -p $$
	assert_ok
	assert_out_has ' uts '
}

test_several_types_equal_those_of_lsns()
{
	feature sandbox || return 0
	same -t net -t uts
	same -t uts -t net
	same -l -t user -t net -t pid
}

test_trees_equal_those_of_lsns()
{
	feature sandbox || return 0
	same -T
	same -Towner -t user -t uts
	same -Tprocess
	same -l -T
	same -T -l
	# lsns may print the topmost namespaces in another order, so compare sorted lines
	run lsns -Tparent -n
	assert_rc 0
	sed 's/[[:blank:]]//g' "$TMP/out" | sort >"$TMP/lsns"
	run nslist -Tparent -n
	assert_rc 0
	sed 's/[[:blank:]]//g' "$TMP/out" | sort >"$TMP/nslist"
	assertTrue 'something was printed' "[ -s '$TMP/nslist' ]"
	assert_no_difference '-Tparent -n' "$TMP/lsns" "$TMP/nslist"
}

test_json_equals_that_of_lsns()
{
	feature sandbox || return 0
	for args in -J '-J -l' '-J -T -t user -t uts' '-J -t net' \
		"-J -l -o $shared" '-J -o NS,TYPE,PID' '-J -t net -o NS,TYPE,PID' \
		'-J -o NS,COMMAND' '-J -T -o PID,TYPE' '-J -T -o NS,NSFS,NETNSID' \
		"-J $(inode_of "$holder" ipc) -o PID,COMMAND"; do
		# shellcheck disable=SC2086 # several words
		run lsns $args
		assert_rc 0
		jq -S . "$TMP/out" >"$TMP/lsns"
		# shellcheck disable=SC2086
		run nslist $args
		assert_rc 0
		jq -S . "$TMP/out" >"$TMP/nslist"
		assertTrue "it is JSON: $args" "[ -s '$TMP/nslist' ]"
		assert_no_difference "$args" "$TMP/lsns" "$TMP/nslist"
	done
}

test_processes_of_an_inode_equal_those_of_lsns()
{
	inode=$(inode_of "$holder" ipc)
	same "$inode"
	same -n -o PID,COMMAND "$inode"
}

# Without -o, nslist also prints the column COMMAND, where it shows the object that keeps a
# namespace without a process alive.
test_persistent_option_equals_that_of_lsns()
{
	# Runs only as root.
	feature lsns-persistent || return 0
	start_holder holder fd
	same -P -o NS,TYPE,NPROCS,PID,USER
	same -P -l -o NS,TYPE,NPROCS,UID,PNS,ONS
}

. shunit2
