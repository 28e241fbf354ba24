#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-tables: checks what makes the tables of nslist readable: the order of the rows, the holder
# of a namespace without a process, ages, lists of types, and the limits of each user.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/listlib.sh"
require_ns user uts pid
require_tool jq

# uts_holder: starts a process in a new uts namespace. Sets $holder to its pid.
uts_holder()
{
	start_holder unshare -r -u sh -c 'echo >&3; exec sleep infinity 3>&-'
	await_sleep "$holder"
}

test_sorts_by_a_column_that_is_not_printed()
{
	uts_holder
	first=$holder
	uts_holder
	run nslist -t uts -rno PID --sort NS
	assert_ok
	assertEquals "$(nslist -t uts -rno NS,PID | sort -n | awk '{ print $2 }')" "$out"
	run nslist -t uts -rno PID --sort -NS
	assert_ok
	assertEquals "$(nslist -t uts -rno NS,PID | sort -n -r | awk '{ print $2 }')" "$out"
	run nslist -t uts -n -o PID --sort pid "$first" "$holder"
	assert_ok
	assertEquals "$(printf '%s\n' "$first" "$holder" | sort -n | xargs)" "$(echo "$out" | xargs)"
}

# One uts namespace has 2 processes and another has 10. As text, 10 would come before 2.
test_sorts_numbers_by_their_value()
{
	for n in 2 10; do
		# shellcheck disable=SC2016 # the inner shell expands it
		start_holder unshare -r -u sh -c '
			for _ in $(seq 2 "$0"); do sleep infinity 3>&- & done
			echo >&3; exec sleep infinity 3>&-' $n
		inode=$(inode_of "$holder" uts)
		eval "inode_$n=\$inode"
	done
	run nslist -t uts -rno NS,NPROCS --sort NPROCS
	assert_ok
	# shellcheck disable=SC2154 # eval sets them
	assertEquals "$inode_2 2
$inode_10 10" "$(grep -e "^$inode_2 " -e "^$inode_10 " "$TMP/out")"
	run nslist -t uts -rno NS,NPROCS --sort -NPROCS
	assert_ok
	assertEquals "$inode_10 10
$inode_2 2" "$(grep -e "^$inode_2 " -e "^$inode_10 " "$TMP/out")"
}

test_sorted_rows_are_a_list()
{
	uts_holder
	run nslist -J -o NS,COMMAND --sort COMMAND
	assert_ok
	assert_json '[.namespaces[] | has("children")] | any | not'
	assert_json '[.namespaces[].command // ""] | . == sort'
}

test_refuses_to_sort_by_an_unknown_column()
{
	run nslist --sort -NOPE
	assert_rc 1
	assert_err_has "--sort: unknown column 'NOPE'"
	run nslist --containers --sort NETNSID
	assert_rc 1
	assert_err_has "--sort: unknown column 'NETNSID'"
}

test_lists_several_types()
{
	run nslist -t uts,pid -rno TYPE
	assert_ok
	assertEquals 'pid uts' "$(echo "$out" | sort -u | xargs)"
	run nslist -t uts,nope
	assert_rc 1
	assert_err_has "unknown namespace type 'nope'"
	run nslist -t uts,
	assert_refused 1 "unknown namespace type ''"
}

test_command_shows_the_holder_of_a_namespace_without_a_process()
{
	# shellcheck disable=SC2016 # the inner shell expands it
	start_holder unshare -r sh -c 'unshare -u sh -c "readlink /proc/self/ns/uts >&4; kill -STOP \$\$" 4>"$0/inode" & exec 5</proc/$!/ns/uts; until grep -q . "$0/inode"; do :; done; exec 5<&-; exec 5</proc/$!/ns/uts; kill -KILL $!; wait; echo >&3; exec sleep infinity 3>&-' "$TMP"
	inode=$(tr -dc 0-9 <"$TMP/inode")
	await_sleep "$holder"
	run nslist -t uts -n -o COMMAND "uts:$inode"
	assert_ok
	assert_out "(fd $holder/fd/5)"
	run nslist -t uts -rn -o COMMAND "uts:$inode"
	assert_ok
	assert_empty "$out"
	run nslist -t uts -J -o COMMAND "uts:$inode"
	assert_json '.namespaces[0].command == null'
}

test_command_shows_the_mount_of_a_network_namespace()
{
	# Runs only as root.
	require_tool ip
	ip netns add blue
	run nslist -t net -n -o COMMAND "$(stat -c 'net:%i' /run/netns/blue)"
	assert_ok
	assert_out '(mnt /run/netns/blue)'
	ip netns del blue
}

test_age_has_a_unit_in_tables_only()
{
	uts_holder
	run nslist -t uts -n -o AGE "$holder"
	assert_ok
	assertTrue "the age is '$out'" "echo '$out' | grep -qxE ' *[0-9]+[smh]'"
	run nslist -t uts -rno AGE "$holder"
	assert_at_most 3600 "$out"
	run nslist -t uts -J -o AGE "$holder"
	assert_json '.namespaces[0].age | type == "number"'
}

# on_terminal COLUMNS CMD…: runs CMD on a terminal that is COLUMNS wide.
on_terminal()
{
	_cols=$1
	shift
	# shellcheck disable=SC2016 # the inner shell expands it
	run pty -- sh -c 'stty cols "$0"; exec "$@"' "$_cols" "$@"
	tr -d '\r' <"$TMP/out" >"$TMP/lines"
}

test_narrow_terminal_cuts_the_command_first()
{
	start_holder unshare -r -u -p -f --kill-child sh -c 'echo >&3; exec sleep infinity 3>&-'
	await_sleep "$(pgrep -P "$holder")"
	run nslist --containers -o PID,ROOTFS,CGROUP,COMMAND,REF
	assert_ok
	# the terminal has room for the heading COMMAND, but not for the text "sleep infinity"
	wide=$(($(wc -L <"$TMP/out") - 14 + 7))
	ref=$(nslist --containers -rno REF)
	rootfs=$(nslist --containers -rno ROOTFS)
	cgroup=$(nslist --containers -rno CGROUP)
	on_terminal $wide nslist --containers -o PID,ROOTFS,CGROUP,COMMAND,REF
	assert_rc 0
	assertTrue 'ROOTFS, CGROUP and REF are complete' "sed -n 2p '$TMP/lines' | grep -qE '^ *[0-9]+ +$rootfs +$cgroup +sleep.* $ref\$'"
	assertTrue 'the command is cut' "! sed -n 2p '$TMP/lines' | grep -q infinity"
	on_terminal 40 nslist --containers -o PID,ROOTFS,CGROUP,COMMAND,REF
	assert_rc 0
	assertTrue 'REF is complete' "sed -n 2p '$TMP/lines' | grep -q ' $ref\$'"
	on_terminal 40 nslist --containers -u -o PID,ROOTFS,CGROUP,COMMAND,REF
	assertTrue 'nothing is cut with --notruncate' "sed -n 2p '$TMP/lines' | grep -q 'sleep infinity $ref\$'"
}

test_narrow_terminal_never_cuts_numbers_and_references()
{
	uts_holder
	run nslist -t uts -n -u -o NS,PID,REF,COMMAND "$holder"
	assert_ok
	# shellcheck disable=SC2086 # the columns
	set -- $out
	for width in 60 30 10; do
		on_terminal $width nslist -t uts -n -o NS,PID,REF,COMMAND "$holder"
		assert_rc 0
		assertEquals "$width columns" "$1 $2 $3" "$(awk '{ print $1, $2, $3 }' "$TMP/lines")"
	done
	# the text of the command is cut to the width of its heading
	assertEquals 'sleep i' "$(awk '{ print $4, $5 }' "$TMP/lines")"
}

# named_sleep NAME: starts a sleep whose command line is "NAME 1000" in a new uts namespace. Sets
# $holder to its pid.
named_sleep()
{
	start_holder unshare -r -u perl -e 'open F, ">&=3"; print F "\n"; close F; exec {"sleep"} $ARGV[0], 1000' "$1"
	# the arguments of perl do not end with 1000
	settle 50 sh -c "tr '\\0' ' ' </proc/$holder/cmdline | grep -q ' 1000 \$'"
}

# If the output is a pipe, nslist gives libsmartcols only a placeholder for the text of the last
# column, and inserts the text itself. The table must be the same as on a terminal.
test_pipe_has_the_same_table_as_a_wide_terminal()
{
	for name in sleep 'back\slash \x41' "$(printf 'tab\tand\nline')" '@' "$(printf 'caf\303\251')"; do
		named_sleep "$name"
	done
	for options in '-o NS,TYPE,PID,USER,COMMAND' '-o NS,COMMAND' '-n -t uts -o COMMAND' '-l -o COMMAND,NS' '-o NS,COMM' '-o NS,HOLDERS' '--containers -o NAME,PID,COMMAND'; do
		for locale in C C.UTF-8; do
			# shellcheck disable=SC2086 # several words
			run env LC_ALL=$locale nslist $options
			assert_ok
			grep -v nslist "$TMP/out" >"$TMP/pipe"
			# shellcheck disable=SC2086 # several words
			on_terminal 1000 env NO_COLOR=1 LC_ALL=$locale nslist -u $options
			assert_rc 0
			grep -v nslist "$TMP/lines" >"$TMP/terminal"
			assert_no_difference "$locale $options" "$TMP/pipe" "$TMP/terminal" -b
			assertTrue "$locale $options" "[ -s '$TMP/pipe' ]"
		done
	done
}

# The text of the last column does not pass through libsmartcols, so the name is printed in both
# columns.
test_escapes_each_unsafe_byte_once()
{
	named_sleep "$(printf 'a\302\233\342\200\256\357\277\276\377\\x41\\y')"
	for locale in C C.UTF-8; do
		run env LC_ALL=$locale nslist -l -n -p "$holder" -t uts -o COMMAND,TYPE
		assert_ok
		assert_out 'a\xc2\x9b\xe2\x80\xae\xef\xbf\xbe\xff\x5cx41\y 1000 uts'
		run env LC_ALL=$locale nslist -l -n -p "$holder" -t uts -o TYPE,COMMAND
		assert_ok
		# libsmartcols 2.41 makes the first column wider
		assertEquals 'uts a\xc2\x9b\xe2\x80\xae\xef\xbf\xbe\xff\x5cx41\y 1000' "$(sed 's/^uts  */uts /' "$TMP/out")"
		run env LC_ALL=$locale nslist -r -n -p "$holder" -t uts -o COMMAND,TYPE
		assert_ok
		assert_out 'a\xc2\x9b\xe2\x80\xae\xef\xbf\xbe\xff\x5cx41\x5cy\x201000 uts'
	done
}

test_aligns_columns_after_wide_and_escaped_characters()
{
	named_sleep "$(printf '\346\227\245')"
	run env LC_ALL=C.UTF-8 nslist -l -p "$holder" -t uts -o COMMAND,TYPE
	assert_ok
	assert_out "$(printf 'COMMAND TYPE\n\346\227\245 1000 uts')"
	run env LC_ALL=C nslist -l -p "$holder" -t uts -o COMMAND,TYPE
	assert_ok
	assert_out "$(printf 'COMMAND           TYPE\n%s' '\xe6\x97\xa5 1000 uts')"
}

# The files of the locale are read only if a table needs them.
test_list_has_characters_beyond_ascii_in_a_utf8_locale()
{
	name=$(printf 'caf\303\251')
	cp "$(command -v sleep)" "$TMP/$name"
	start_holder unshare -r -u sh -c 'echo >&3; exec "$0" 1000 3>&-' "$TMP/$name"
	settle 50 grep -q "$name" "/proc/$holder/comm"
	for option in '' -l; do
		# shellcheck disable=SC2086 # perhaps no word
		run env LC_ALL=C.UTF-8 nslist $option -n -p "$holder" -t uts -o COMM
		assert_ok
		assert_out "$name"
		# shellcheck disable=SC2086 # perhaps no word
		run env LC_ALL=C nslist $option -n -p "$holder" -t uts -o COMM
		assert_ok
		assert_out 'caf\xc3\xa9'
	done
}

test_list_of_ascii_characters_reads_no_locale()
{
	# Runs only as root.
	require_tool strace
	for options in '-l -o NS,TYPE' '-r -o NS,COMMAND' '-J -o NS' --dot; do
		# shellcheck disable=SC2086 # several words
		LC_ALL=C.UTF-8 strace -e trace=openat -o "$TMP/trace" nslist -p $$ $options >"$TMP/out"
		assert_empty "$options" "$(grep LC_CTYPE "$TMP/trace")"
		assertTrue "$options" "[ -s '$TMP/out' ]"
	done
	LC_ALL=C.UTF-8 strace -e trace=openat -o "$TMP/trace" nslist -p $$ -o COMMAND >"$TMP/out"
	assertTrue 'a tree' "grep -q LC_CTYPE '$TMP/trace'"
}

# has_colors: returns 0 if the last run printed a color escape sequence.
has_colors()
{
	grep -q "$(printf '\033')\[" "$TMP/out"
}

test_a_terminal_has_colors_and_a_pipe_has_none()
{
	export TERM=xterm HOME="$TMP"
	on_terminal 100 nslist -t uts
	assert_rc 0
	assertTrue 'a terminal has colors' has_colors
	on_terminal 100 env NO_COLOR=1 nslist -t uts
	assertFalse 'NO_COLOR' has_colors
	on_terminal 100 env NO_COLOR= nslist -t uts
	assertTrue 'an empty NO_COLOR' has_colors
	on_terminal 100 env TERM=dumb nslist -t uts
	assertFalse 'a dumb terminal' has_colors
	on_terminal 100 nslist --color=never -t uts
	assertFalse --color=never has_colors
	run nslist -t uts
	assert_ok
	assertFalse 'a pipe' has_colors
	run nslist --color -t uts
	assert_ok
	assertTrue --color has_colors
	run nslist --color=always -r -t uts
	assertFalse 'raw output' has_colors
	run nslist --color=sometimes
	assert_rc 1
	assert_err_has "--color: unknown value 'sometimes'"
}

test_files_of_terminal_colors_choose_the_colors()
{
	export TERM=xterm XDG_CONFIG_HOME="$TMP/config"
	mkdir -p "$TMP/config/terminal-colors.d"
	printf '# colors\nself\t1;31\n' >"$TMP/config/terminal-colors.d/scheme"
	run nslist --color -t uts
	assert_out_has "$(printf '\033')[1;31m"
	# the configuration file for this tool has priority over the general file
	echo 'self green' >"$TMP/config/terminal-colors.d/nslist.scheme"
	run nslist --color -t uts
	assert_out_has "$(printf '\033')[32m"
	echo 'self blue' >"$TMP/config/terminal-colors.d/lsns.scheme"
	echo 'self no-such-color' >"$TMP/config/terminal-colors.d/nslist@xterm.scheme"
	run nslist --color -t uts
	assert_ok
	assertFalse 'an unknown color is ignored' has_colors
	: >"$TMP/config/terminal-colors.d/disable"
	on_terminal 100 nslist -t uts
	assertFalse 'colors are disabled' has_colors
	rm "$TMP/config/terminal-colors.d/"*.scheme
	: >"$TMP/config/terminal-colors.d/nslist.enable"
	on_terminal 100 nslist -t uts
	assertTrue 'colors are enabled for nslist' has_colors
}

test_limits_count_the_namespaces_of_each_user()
{
	if [ "$(id -u)" = 0 ]; then
		start_holder setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups unshare -U -r -u sh -c 'unshare -u sh -c "echo >&3; exec sleep infinity 3>&-"'
	else
		start_holder unshare -U -r -u sh -c 'unshare -u sh -c "echo >&3; exec sleep infinity 3>&-"'
	fi
	run nslist --limits=user -J -t uts,user
	assert_ok
	assertEquals "uts 2 $(cat /proc/sys/user/max_uts_namespaces) user 1 $(cat /proc/sys/user/max_user_namespaces)" \
		"$(jq -r "[.limits[] | select(.uid == $NSTEST_UID) | \"\(.type) \(.used) \(.max)\"] | join(\" \")" "$TMP/out")"
	run nslist --limits=user -t uts
	assert_ok
	assertEquals 'UID USER TYPE USED MAX' "$(head -n 1 "$TMP/out" | xargs)"
	assert_out_has "$(id -un "$NSTEST_UID")"
	run nslist --limits=group
	assert_rc 1
	assert_err_has "--limits: unknown value 'group'"
}

. shunit2
