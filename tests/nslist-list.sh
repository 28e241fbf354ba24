#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-list: checks the default table, its options, and the columns that lsns(8) has as well.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/listlib.sh"
require_tool jq

test_lists_each_type_of_this_process()
{
	run nslist -rno NS,TYPE
	assert_rc 0
	for t in mnt uts ipc net pid user cgroup time; do
		assert_out_has "$(own_inode $t) $t"
	done
}

test_default_table_has_the_columns_of_lsns()
{
	run nslist
	assert_rc 0
	assertEquals 'NS TYPE NPROCS PID USER COMMAND' "$(head -n 1 "$TMP/out" | tr -s ' ' | sed 's/^ //; s/ $//')"
}

test_type_option_selects_rows_and_may_be_repeated()
{
	run nslist -rno TYPE -t uts -t ipc -p $$ --sort TYPE
	assert_rc 0
	assert_out 'ipc
uts'
}

test_task_option_prints_one_row_per_type()
{
	run nslist --task $$ --raw --noheadings --output TYPE,NS
	assert_rc 0
	assertEquals 8 "$(wc -l <"$TMP/out")"
	assert_out_has "uts $(own_inode uts)"
}

test_plus_sign_adds_columns_to_the_default_columns()
{
	run nslist -ro +PNS,ONS
	assert_rc 0
	assert_out_has 'NS TYPE NPROCS PID USER COMMAND PNS ONS'
}

test_inode_argument_lists_the_processes_in_the_namespace()
{
	run nslist -rn -o PID "$(own_inode uts)"
	assert_rc 0
	assertTrue 'the shell is listed' "grep -qx $$ '$TMP/out'"
	run nslist 4026531831
	assert_refused 1 'no namespace with inode 4026531831'
}

test_json_has_typed_values()
{
	run nslist --json -l -t uts -p $$
	assert_rc 0
	assert_json '.namespaces[0].type == "uts" and (.namespaces[0].ns | type) == "number"'
}

test_owner_tree_begins_with_a_user_namespace()
{
	run nslist -t uts -t user --tree -n -o TYPE,NS -p $$
	assert_rc 0
	assertEquals user "$(head -n 1 "$TMP/out" | cut -c1-4)"
	run nslist -t user -T=parent -n -o TYPE,NS -p $$
	assert_rc 0
	run nslist -t uts -t user -Tnope
	assert_rc 1
	assert_err_has "--tree: unknown relation 'nope'"
}

test_prints_the_list_of_columns()
{
	run nslist --list-columns
	assert_ok
	assert_out_has '       NS <integer> '
	listed=$(awk '{ print $1 }' "$TMP/out" | xargs)
	run nslist --output-all -r
	assert_rc 0
	assert_out_has 'NS TYPE PATH NPROCS'
	assertEquals "$listed" "$(head -n 1 "$TMP/out")"
}

test_refuses_unknown_columns_types_sources_and_invalid_pids()
{
	run nslist -o NOPE
	assert_rc 1
	assert_err_has "unknown column 'NOPE'"
	run nslist -t nope
	assert_rc 1
	assert_err_has "unknown namespace type 'nope'"
	run nslist --sources nope
	assert_refused 1 "unknown source 'nope'"
	for bad in '' ' 1' +1 1x 0x10 4294967296 4294967297 -1 0; do
		run nslist -p "$bad"
		assert_rc 1
		assert_out_empty
		assert_err_has 'invalid process ID'
	done
	run nslist -J -r
	assert_rc 1
	assert_err_has 'cannot be used with'
}

test_lists_a_namespace_with_a_single_process()
{
	start_holder unshare -U -u sh -c 'ns=$(readlink /proc/self/ns/uts); echo "$ns" >&3; exec sleep infinity 3>&-'
	inode=$(echo "$holder_line" | tr -dc 0-9)
	run nslist -rn -t uts -o NS,TYPE,NPROCS,PID,PATH
	assert_rc 0
	assert_out_has "$inode uts 1 $holder /proc/$holder/ns/uts"
	run nslist --noheadings --list --notruncate --nowrap --persistent --type uts -o NS
	assert_rc 0
	assert_out_lacks "$inode"
}

test_strict_exits_3_if_a_process_cannot_be_read()
{
	feature sandbox || return 0
	run nslist --strict --sources proc -t uts -o NS
	assert_out_has "$(readlink /proc/self/ns/uts | tr -dc 0-9)"
	if [ "$(id -u)" = 0 ]; then
		assert_ok
	else
		assert_rc 3
		assert_err_has 'incomplete output: '
		assert_err_has '(permission denied)'
	fi
}

test_json_has_a_member_for_every_column()
{
	run nslist -H
	awk '{ print tolower($1) }' "$TMP/out" | sort >"$TMP/columns"
	run nslist -J --output-all -p $$ -l
	assert_rc 0
	jq -r '.namespaces[0] | keys[]' "$TMP/out" | sort >"$TMP/keys"
	assertEquals "$(cat "$TMP/columns")" "$(cat "$TMP/keys")"
}

# nslist reads /proc with two threads if there are more than 400 processes.
test_counts_a_thousand_processes_exactly()
{
	start_holder unshare -r -u holder sleepers 1000 </dev/null
	inode=$(inode_of "$holder" uts)
	until n=$(find /proc -maxdepth 3 -path '/proc/[0-9]*/ns/uts' -lname "uts:\[$inode\]" 2>/dev/null | wc -l) &&
		[ "$n" = 1001 ]; do
		kill -0 "$holder" || break
	done
	run nslist -rn -t uts -o NS,NPROCS
	assert_rc 0
	assert_out_has "$inode 1001"
}

# On a terminal, nslist prints each line of a cell separately. With --nowrap, nslist prints the
# whole cell on one line.
test_wraps_cells_on_a_terminal_unless_nowrap()
{
	start_holder unshare -r -u sh -c 'exec 5</proc/self/ns/uts 6</proc/self/ns/uts; readlink /proc/self/ns/uts >&3; exec sleep 1000 3>&-'
	inode=$(echo "$holder_line" | tr -dc 0-9)
	await_sleep "$holder"
	run pty -- nslist -n -t uts -o NS,HOLDERS "$inode"
	assert_rc 0
	assertEquals 'lines' 2 "$(grep -c '/fd/' "$TMP/out")"
	assert_out_has "$holder/fd/5"
	assert_out_has "$holder/fd/6"
	run pty -- nslist -n --nowrap -t uts -o NS,HOLDERS "$inode"
	assert_rc 0
	assertEquals 'lines' 1 "$(grep -c '/fd/' "$TMP/out")"
	assert_out_has "$holder/fd/5,"
}

. shunit2
