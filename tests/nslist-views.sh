#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-views: checks references and the views: --show, --members, --diff, --orphans, --limits,
# --watch, --dot, and the tree of user and pid namespaces.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/listlib.sh"
require_ns user uts pid
require_tool jq

# tearDown: waits until the pid namespace of the killed process $inner has vanished, so that the
# next test does not count the namespace.
tearDown()
{
	stop_holders
	[ -z "${inner-}" ] || tail -s 0.02 --pid="$inner" -f /dev/null
	inner=
}

# start_container: starts a process in new user, uts and pid namespaces. Sets $uts and $pid_ns to
# the inodes, and $inner to the pid of the process in the outer pid namespace.
start_container()
{
	start_holder unshare -r -u -p -f --kill-child sh -c '
		echo "$(readlink /proc/self/ns/uts) $(readlink /proc/self/ns/pid)" >&3; exec sleep infinity 3>&-'
	uts=$(echo "${holder_line% *}" | tr -dc 0-9)
	inner=$(pgrep -P "$holder")
	pid_ns=$(inode_of "$inner" pid)
}

test_references_select_rows()
{
	start_container
	run nslist -rno NS,TYPE "uts:$inner"
	assert_rc 0
	assert_out "$uts uts"
	run nslist -rno NS "uts:[$uts]" "pid:$inner"
	assert_rc 0
	assert_out_has "$uts"
	assert_out_has "$pid_ns"
	run nslist -t uts -rno NS "$inner"
	assert_rc 0
	assert_out "$uts"
	run nslist "uts:[4026531831]"
	assert_refused 1 'no uts namespace with inode 4026531831'
	run nslist nonsense
	assert_refused 1 "invalid reference 'nonsense'"
}

test_value_of_ref_column_selects_the_same_row()
{
	start_container
	run nslist -rn -t uts -p "$inner" -o REF
	assert_rc 0
	ref=$out
	run nslist -rno NS "$ref"
	assert_rc 0
	assert_out "$uts"
	run nslist -rno REF --members "uts:$inner"
	assert_rc 0
	ref=$(grep -xE "$inner(:[0-9]+)?" "$TMP/out")
	run nslist -rn -t uts -o NS "$ref"
	assert_rc 0
	assert_out "$uts"
}

test_show_prints_columns_relations_and_processes()
{
	start_container
	run nslist --show "uts:$inner"
	assert_rc 0
	assert_out_has "NS         $uts"
	assert_out_has 'HELD       proc'
	assert_out_has "PROCESSES  "
	run nslist --show "$inner" -t uts -J
	assert_rc 0
	assertEquals "$uts true" "$(jq -r '"\(.ns) \(.processes | map(.pid) | contains(['"$inner"']))"' "$TMP/out")"
	run nslist --show "user:$inner"
	assert_out_has "OWNS       uts:$uts"
	run nslist --show "$inner"
	assert_rc 1
	assert_err_has 'missing namespace type for process'
}

test_members_view_prints_inner_and_outer_pid()
{
	start_container
	await_sleep "$inner"
	run nslist -rn --members "pid:$inner" -o PID,LPID,COMMAND
	assert_rc 0
	assert_out "$inner 1 sleep\\x20infinity"
}

test_diff_reports_same_and_different_namespaces()
{
	start_container
	run nslist --diff $$ "$inner"
	assert_rc 0
	assertEquals differs "$(awk '$1 == "uts" { print $4 }' "$TMP/out")"
	assertEquals same "$(awk '$1 == "net" { print $4 }' "$TMP/out")"
	run nslist -J -t uts -t net --diff $$ "$inner"
	assert_rc 0
	assertEquals 'false,true' "$(jq -r '[.namespaces[].same | tostring] | join(",")' "$TMP/out")"
	run nslist --diff $$
	assert_rc 1
	assert_err_has '--diff requires two processes'
}

test_diff_reports_unknown_namespaces_of_a_zombie()
{
	# A zombie is still in a user and a pid namespace. The test uses perl, because perl, unlike
	# a shell, does not reap its child.
	start_holder perl -e 'open F, ">&=3"; $p = fork or exit; syswrite F, "$p\n"; close F; sleep'
	until grep -q '^State:	Z' "/proc/$holder_line/status"; do
		:
	done
	run nslist -t uts -t pid --diff $$ "$holder_line"
	assert_rc 0
	assertEquals 'uts - unknown,pid same' \
		"$(awk '$1 == "uts" { u = $3 " " $4 } $1 == "pid" { p = $4 } END { print "uts " u ",pid " p }' "$TMP/out")"
	run nslist -t uts -t pid -J --diff $$ "$holder_line"
	assertEquals 'null null' "$(jq -r '"\(.namespaces[0].b) \(.namespaces[0].same)"' "$TMP/out")"
}

test_orphans_view_omits_namespaces_with_processes()
{
	start_container
	run nslist -J --orphans -o NS
	assert_rc 0
	assert_json ".namespaces | map(.ns) | index($uts) == null"
	start_holder unshare -r -i holder fd
	run nslist -rn --orphans -o NS,HELD
	assert_ok
	assert_out_has "${holder_line#* } fd"
}

test_limits_count_a_new_owned_namespace()
{
	run nslist -n --limits -t uts
	assert_rc 0
	before=$(awk '{ print $2 }' "$TMP/out")
	start_container
	run nslist -n --limits -t uts
	assert_rc 0
	assertEquals $((before + 1)) "$(awk '{ print $2 }' "$TMP/out")"
	assertEquals "$(cat /proc/sys/user/max_uts_namespaces)" "$(awk '{ print $3 }' "$TMP/out")"
}

# start_watch OPTION…: starts nslist --watch with these options, and a loop that creates namespaces.
# The test reads the lines of nslist from descriptor 4. Sets $watcher to the pid of nslist.
start_watch()
{
	mkfifo "$TMP/lines"
	# shellcheck disable=SC2016 # the inner shell expands it
	start_holder sh -c 'echo >&3; exec 3>&-; exec nslist --watch=20ms -t uts -o NS,TYPE "$@" >"$0" 2>&1' "$TMP/lines" "$@"
	watcher=$holder
	exec 4<"$TMP/lines"
	# each namespace exists longer than the interval between two scans; the first namespaces may
	# exist before the first scan
	start_holder sh -c 'echo >&3; exec 3>&-; while :; do unshare -r -u sleep 0.06; done'
}

# seconds TIME: prints a time with milliseconds and a numeric zone as seconds since 1970.
seconds()
{
	echo "$1" | grep -qE '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}[+-][0-9]{4}$' &&
		date -d "$1" +%s
}

test_watch_prints_a_namespace_that_appears_and_vanishes()
{
	start=$(date +%s)
	start_watch
	# skip the namespaces that existed already at the first scan
	while read -r line <&4; do
		case $line in
		+*) break ;;
		esac
	done
	assertTrue "$line" "echo '$line' | grep -qE '^[+] [^ ]+ [0-9]+ uts$'"
	row=${line#+ * }
	appeared=${line#+ } appeared=${appeared%% *}
	# skip the lines of other namespaces that appeared before this namespace vanished
	for _ in 1 2 3 4 5 6 7 8; do
		read -r gone <&4
		[ "${gone%% *} ${gone#* * }" != "- $row" ] || break
	done
	assertEquals "- $row" "${gone%% *} ${gone#* * }"
	gone=${gone#- } gone=${gone%% *}
	# the namespace must have appeared after the start and vanished after that, and no time may
	# be in the future
	times="$start $(seconds "$appeared") $(seconds "$gone") $(date +%s)"
	assertEquals "times of the lines: $appeared $gone" "$times" \
		"$(echo "$times" | tr ' ' '\n' | sort -n | xargs)"
	assertTrue "$gone is later than $appeared" "[ '$gone' '>' '$appeared' ]"
	exec 4<&-
	stop_holder "$holder"
	stop_holder "$watcher"
}

# The process ends after the first scan, while nslist sleeps.
# shellcheck disable=SC2016 # the inner shell expands it
test_watch_ends_if_the_pid_of_its_process_is_reused()
{
	kernel_call clone3 || return 0
	# Before Linux 5.16, the kernels of some machines show 0 in /proc/PID/wchan, so compare the
	# system call of nslist with that of sleep(1).
	run timeout -s KILL $((30 * NSUTILS_SLOW)) unshare -r -p -f --mount-proc --kill-child sh -c '
		call()
		{
			[ "$(tr "\0" " " <"/proc/$1/cmdline" | cut -d" " -f1)" = "$2" ] &&
				read -r state <"/proc/$1/syscall" && [ "${state%% *}" != running ] &&
				echo "${state%% *}"
		}
		samepid 100 sleep 1000
		until grep -q "^State:.S" /proc/100/status && sleep=$(call 100 sleep); do :; done
		nslist --watch=500ms -t uts 100 &
		until [ "$(call "$!" nslist)" = "$sleep" ]; do :; done
		kill -KILL 100
		samepid 100 sleep 1000
		wait "$!"'
	assert_refused 1 'nslist: process 100: No such process'
}

test_dot_prints_nodes_and_owner_edges()
{
	start_container
	run nslist --dot -t uts -t user "uts:$inner"
	assert_rc 0
	assert_out_has 'digraph namespaces {'
	assert_out_has "n$uts [label="
	assert_out_has "n$(inode_of "$inner" user) -> n$uts [style=dashed];"
}

test_user_pid_tree_nests_both_types()
{
	start_container
	run nslist -n --tree=user+pid -o NS,TYPE
	assert_rc 0
	assertTrue 'the pid namespace has a parent in the tree' "grep -q '[^0-9 ]$pid_ns pid' '$TMP/out'"
	assert_empty "$(awk '$NF != "user" && $NF != "pid"' "$TMP/out")"
}

test_filter_is_refused_with_an_old_libsmartcols()
{
	feature no-scols-filter || return 0
	run nslist --filter "NS == $(own_inode uts)"
	assert_refused 2 'libsmartcols 2.40'
}

# filtered EXPR: runs nslist with the filter EXPR, and sets $types to the types of the rows of this
# process, in one line.
filtered()
{
	run nslist -rn -p $$ -o TYPE -Q "$1"
	assert_rc 0
	types=$(sort "$TMP/out" | paste -s -d ' ')
}

test_filter_keeps_matching_rows()
{
	feature scols-filter || return 0
	filtered "NS == $(own_inode uts)"
	assertEquals uts "$types"
	filtered 'TYPE == "uts" || TYPE == "net"'
	assertEquals 'net uts' "$types"
	filtered 'type eq "uts" && NPROCS > 0 && !(NPROCS == 0)'
	assertEquals uts "$types"
	# a row whose cell is empty must not match
	filtered 'SETGROUPS =~ "a|d"'
	assertEquals user "$types"
	filtered 'BOOTOFF < 1000000000'
	assertEquals time "$types"
	filtered 'COMM =~ "a" && TYPE == "uts" && NTHREADS >= 1000000'
	assert_empty "$types"
	filtered "$(printf 'COMMAND =~ "%1000s" || TYPE == "ipc"' x)"
	assertEquals ipc "$types"
}

test_filter_compares_negative_numbers()
{
	# Runs only as root.
	feature scols-filter || return 0
	start_holder nsunshare --ready-fd 3 --time --boottime -1 -- sleep 1000
	run nslist -rn -t time -o PID,BOOTOFF -Q 'BOOTOFF < 0'
	assert_rc 0
	assert_out "$holder -1"
}

test_filter_refuses_invalid_expressions()
{
	feature scols-filter || return 0
	run nslist -Q 'NOPE == 1'
	assert_rc 1
	assert_out_empty
	assert_err_has "--filter: unknown column 'NOPE'"
	run nslist -Q 'TYPE =='
	assert_rc 1
	assert_out_empty
	assert_err_has '--filter: syntax error'
	run nslist -Q 'NETNSID == 0'
	assert_refused 1 "--filter: cannot apply 'NETNSID == 0'"
}

# A line of --watch --json must have the event, the time of the event, the type and a numeric inode.
test_watch_prints_events_in_json()
{
	start=$(date +%s)
	start_watch -J
	while read -r line <&4; do
		case $line in
		*'"+"'*) break ;;
		esac
	done
	exec 4<&-
	stop_holder "$holder"
	stop_holder "$watcher"
	rm "$TMP/lines"
	assertEquals '+ uts number' "$(printf '%s\n' "$line" | jq -r '"\(.event) \(.type) \(.ns | type)"')"
	when=$(seconds "$(printf '%s\n' "$line" | jq -r .time)")
	assertTrue "the time is $when, the test started at $start" "[ ${when:-0} -ge $start ] && [ ${when:-0} -le $(date +%s) ]"
}

# frame_of NODE: prints the label of the innermost frame of the node in the graph of the last run,
# or nothing.
frame_of()
{
	awk -v node="$1" '
		$1 == "subgraph"	{ depth++ }
		/^ *label=/		{ label[depth] = $0; sub(/^ *label="/, "", label[depth]); sub(/";$/, "", label[depth]) }
		/^ *}/			{ depth-- }
		$1 == node && /label=/	{ print label[depth] }' "$TMP/out"
}

# The graph must have the arrow from a pid namespace to the pid namespace of a nested container. It
# must not have arrows from the namespaces of the caller to the caller's containers.
test_dot_draws_nested_containers_in_the_frame_of_the_outer_one()
{
	start_holder unshare -r -u -p -f --kill-child sh -c 'hostname outer; unshare -u -p -f sh -c "
		hostname inner; readlink /proc/self/ns/pid >&3; exec sleep infinity 3>&-"'
	inner=$(pgrep -P "$holder")
	nested=$(sleep_of "$(pgrep -P "$inner")")
	outer_ns=$(inode_of "$inner" pid)
	nested_ns=$(inode_of "$nested" pid)
	assertNotEquals "$outer_ns" "$nested_ns"
	run nslist --dot
	assert_rc 0
	assertEquals "outer\\n$inner sh" "$(frame_of "n$outer_ns")"
	assertEquals "outer\\n$inner sh" "$(frame_of "n$(inode_of "$inner" uts)")"
	assertEquals "inner\\n$nested sleep" "$(frame_of "n$nested_ns")"
	assertEquals "$(hostname)" "$(frame_of "n$(own_inode pid)")"
	assertEquals 'one frame in another' 2 "$(awk '$1 == "subgraph" && ++n > max { max = n } /^ *}/ { n-- } END { print max }' "$TMP/out")"
	assert_out_has "n$outer_ns -> n$nested_ns;"
	assert_out_lacks "n$nested_ns -> n$outer_ns"
	assert_out_lacks "n$(own_inode pid) -> n$outer_ns"
	assert_out_lacks "n$(own_inode user) -> n$(inode_of "$inner" user)"
	# the graph must contain exactly one node for each namespace
	assert_empty "$(grep -o '^ *n[0-9]* \[' "$TMP/out" | sort | uniq -d)"
	nested=$(grep -c '^ *n[0-9]* \[' "$TMP/out")
	run nslist -rno NS
	assertEquals "$(sort -u "$TMP/out" | wc -l)" "$nested"
}

# dot(1) draws the first row of frames at the bottom of the picture. So nslist must print the rows
# in reverse order, and the row with the frame of the caller last.
test_dot_prints_the_frames_in_rows_from_the_last_one_to_the_caller()
{
	for _ in 1 2 3 4; do
		start_holder unshare -r -u sh -c 'echo >&3; exec sleep infinity 3>&-'
		await_sleep "$holder"
	done
	run nslist --containers -rno PID
	pids=$(xargs <"$TMP/out")
	run nslist --dot
	assert_rc 0
	assert_out_has 'packmode="array_cutr3"'
	# shellcheck disable=SC2086 # four words
	set -- $pids
	assertEquals "$2 $3 $4 0 $1" "$(sed -n 's/^ *subgraph cluster_\([0-9]*\).*/\1/p' "$TMP/out" | xargs)"
}

test_dot_draws_an_arrow_to_a_namespace_outside_of_the_frames()
{
	# Runs only as root.
	hold fd
	run nslist --dot
	assert_rc 0
	assert_empty "$(frame_of "n$inode")"
	assert_out_has "n$(own_inode user) -> n$inode [style=dashed];"
	assert_out_has "n$inode [label=\"ipc $inode\", style=dotted];"
}

test_show_lists_children_in_json()
{
	start_container
	user_ns=$(inode_of "$inner" user)
	run nslist --show "user:$(own_inode user)" -J
	assert_rc 0
	assertEquals user "$(jq -r ".children[] | select(.ns == $user_ns) | .type" "$TMP/out")"
	run nslist --show "user:$user_ns" -J
	assert_rc 0
	assertEquals "pid $pid_ns,uts $uts" \
		"$(jq -r '[.owns[] | "\(.type) \(.ns)"] | sort | join(",")' "$TMP/out")"
}

test_limits_print_exact_numbers_in_json()
{
	run nslist --limits -J -t uts -t pid
	assert_rc 0
	cp "$TMP/out" "$TMP/before"
	start_container
	run nslist --limits -J -t uts -t pid
	assert_rc 0
	for type in uts pid; do
		filter=".limits[] | select(.type == \"$type\")"
		assertEquals "$(cat /proc/sys/user/max_${type}_namespaces)" "$(jq -r "$filter | .max" "$TMP/out")"
		assertEquals $(($(jq -r "$filter | .used" "$TMP/before") + 1)) "$(jq -r "$filter | .used" "$TMP/out")"
	done
}

# Another process may have got the pid of the ended process, so the column REF must be empty.
test_ended_process_has_no_reference()
{
	# skip this test if it has no separate pid namespace, because the number of system calls
	# then depends on the other processes of the machine
	feature sandbox || return 0
	start_container
	run nslist -rn --members "uts:$inner" -o REF
	assert_rc 0
	assertEquals "the row of process $inner" 1 "$(grep -cE "^$inner(:|$)" "$TMP/out")"
	feature pidfd-inode || return 0 # before Linux 6.9 REF is only the pid
	assertTrue 'REF has an inode' "grep -q '^$inner:' '$TMP/out'"
	run failat -s pidfd_open --list -o "$TMP/report" -- nslist -rn --members "uts:$inner" -o REF
	points=$(wc -l <"$TMP/report")
	assertTrue 'pidfds are opened' "[ $points -gt 0 ]"
	k=0
	while [ $((k += 1)) -le "$points" ]; do
		run failat -s pidfd_open -k $k -e ESRCH -o "$TMP/report" -- nslist -rn --members "uts:$inner" -o REF
		assertTrue "no call $k" "grep -q ^failed '$TMP/report'"
		assertEquals "call $k" 0 "$(grep -cx "$inner" "$TMP/out")"
	done
	rm "$TMP/report"
}

test_dot_labels_nodes_with_type_and_number_and_frames_with_the_program()
{
	start_container
	await_sleep "$inner"
	run nslist --dot -t uts "uts:$inner"
	assert_rc 0
	assert_out_has "  n$uts [label=\"uts $uts\"];"
	assert_out_has "label=\"sleep\\n$inner sleep\";"
	assertEquals 'NUL bytes' 0 "$(tr -dc '\0' <"$TMP/out" | wc -c)"
	# in a label of the graph, characters with a special meaning must be replaced
	cp "$(command -v sleep)" "$TMP/s\"l\\p"
	start_holder unshare --user --map-root-user --uts sh -c 'echo $$ >&3; exec "$0" 1000 3>&-' "$TMP/s\"l\\p"
	settle 50 grep -q 's"l' "/proc/$holder_line/comm"
	run nslist --dot -t uts "uts:$holder_line"
	assert_out_has "\\n$holder_line s?l?p\";"
}

. shunit2
