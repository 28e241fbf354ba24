#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsidmap-write: maps reach the kernel whole, in the right order, and refusals are explained.
# as: root user
. "${0%/*}/testlib.sh"
require_ns user
require_tool perl strace

is_root()
{
	[ "$(id -u)" = 0 ]
}

# A process in a user namespace without maps.
start_target()
{
	start_holder unshare --user sh -c 'echo ready >&3; exec sleep infinity 3>&-'
}

map_of()
{
	sed 's/^ *//; s/  */ /g' "/proc/$holder/$1"
}

test_writes_what_plan_says()
{
	start_target
	nsidmap plan 2>/dev/null >"$TMP/plan"
	run nsidmap write "$holder" "$TMP/plan"
	assert_ok
	assert_out_empty
	run map_of uid_map
	assert_out "$(sed -n 's/^uid //p' "$TMP/plan")"
	run map_of gid_map
	assert_out "$(sed -n 's/^gid //p' "$TMP/plan")"
}

test_second_write_is_explained()
{
	start_target
	run nsidmap write "$holder" "$(nsidmap plan --root --format arg)"
	assert_ok
	run nsidmap write "$holder" "$(nsidmap plan --root --format arg)"
	assert_rc 1
	assert_err_has 'written'
	assert_err_one_line
}

test_own_id_only_needs_setgroups_denied()
{
	is_root && return 0
	start_target
	run nsidmap write "$holder" u:0:61234:1,g:0:61234:1
	assert_ok
	run cat "/proc/$holder/setgroups"
	assert_out deny
	start_target
	run nsidmap write --via direct "$holder" u:0:61234:1,g:0:61234:1,s:allow
	assert_refused 1 gid_map
	assert_err_has 'hint: without CAP_SETGID setgroups must be denied first'
}

test_what_is_not_a_process_is_refused()
{
	run nsidmap write user:1 u:0:0:1,g:0:0:1
	assert_rc 1
	assert_err_has "'user:1' is not a process"
	run nsidmap write 4194305 u:0:0:1,g:0:0:1
	assert_rc 1
	run nsidmap write
	assert_rc 1
	assert_err_has 'missing argument'
}

# maps N: so many uid lines from 0 on that cannot be joined.
maps()
{
	awk -v n="$1" 'BEGIN { print "gid 0 0 1"; for (i = 0; i < n; i++) print "uid", 2 * i, 2 * i, 1 }'
}

# D1, D2: what `check` lets through the kernel takes, to the last line and byte.
test_the_limits_are_those_of_the_kernel()
{
	is_root || return 0
	start_target
	maps 340 >"$TMP/map"
	run nsidmap write "$holder" "$TMP/map"
	assert_ok
	run echo "$(wc -l <"/proc/$holder/uid_map")"
	assert_out 340
	start_target
	# 4,095 bytes
	awk 'BEGIN { print "gid 0 0 1"; for (i = 0; i < 170; i++) printf "uid %d %d 1\n", 1000000000 + 2 * i, 1000000000 + 2 * i
		print "uid 10 1 100000000" }' >"$TMP/map"
	run nsidmap write "$holder" "$TMP/map"
	assert_ok
	start_target
	maps 341 >"$TMP/map"
	run nsidmap write "$holder" "$TMP/map"
	assert_refused 1 'a map has at most 340 lines'
	run map_of gid_map
	assert_out ''
}

# D8: a map is one write(2); D9: setgroups comes first, and once.
test_each_file_is_written_once_and_in_order()
{
	start_target
	run strace -e trace=openat,write -o "$TMP/trace" nsidmap write "$holder" \
		"$(nsidmap plan --root --format arg | sed 's/,s:deny//'),s:deny"
	assert_ok
	sed -n 's/^openat(.*"\(setgroups\|[ug]id_map\)", O_WRONLY.*/\1/p; s/^write([0-9]*, "\(.*\)", .*/\1/p' \
		"$TMP/trace" >"$TMP/got"
	run cat "$TMP/got"
	assert_out "setgroups
deny
uid_map
0 $(id -u) 1\\n
gid_map
0 $(id -g) 1\\n"
}

# D8: what the kernel takes a part of only is not continued, and not called done.
test_a_short_write_is_an_error()
{
	start_target
	run strace -qq -o /dev/null -e trace=write -e inject=write:retval=3:when=1 \
		nsidmap write "$holder" "$(nsidmap plan --root --format arg | sed 's/,s:deny//')"
	assert_refused 1 "cannot write /proc/$holder/"
	assert_err_has 'Input/output error'
}

# D12: a process that took the number of another is not written to.
test_a_number_that_is_another_process_now()
{
	start_target
	run nsidmap write "$holder:1" "$(nsidmap plan --root --format arg)"
	assert_rc 1
	assert_err_one_line
	run map_of uid_map
	assert_out ''
}

# D12: the number goes to another process between the look at it and the write.
test_a_number_that_is_reused_meanwhile()
{
	is_root || return 0
	start_target
	first=$holder
	mkfifo "$TMP/fifo"
	nsidmap write "$first" - <"$TMP/fifo" >"$TMP/late" 2>&1 &
	writer=$!
	exec 8>"$TMP/fifo"
	# it waits for the map, so it holds the process
	while ! readlink "/proc/$writer/fd/"* | grep -q "/proc/$first$"; do :; done
	stop_holder
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		# start_holder begins with an rm and a mkfifo
		echo $((first - 3)) >/proc/sys/kernel/ns_last_pid
		start_target 8>&-
		[ "$holder" != "$first" ] || break
	done
	run echo "$holder"
	assert_out "$first"
	echo 'uid 0 0 1
gid 0 0 1' >&8
	exec 8>&-
	wait $writer
	run echo $?
	assert_out 1
	rm "$TMP/fifo"
	run cat "$TMP/late"
	assert_out_has 'nsidmap: '
	run map_of uid_map
	assert_out ''
}

# D13: not dumpable, since it executes what the user may not read.
test_a_process_that_is_not_dumpable()
{
	is_root || return 0
	cp /bin/sleep "$TMP/sleep"
	chmod 755 "$TMP"
	chmod 711 "$TMP/sleep"
	start_holder setpriv --reuid 61234 --regid 61234 --clear-groups unshare --user sh -c \
		"echo ready >&3; exec $TMP/sleep 1000 3>&-"
	await_sleep "$holder"
	run as_nstest nsidmap write "$holder" \
		u:0:61234:1,g:0:61234:1
	assert_rc 1
	assert_err_has 'Permission denied'
	assert_err_has 'hint: the process is not dumpable (prctl(2)) or belongs to root'
	assert_err_one_line
}

# D13: the process of somebody else.
test_a_process_of_another_user()
{
	is_root || return 0
	start_target
	run as_nstest nsidmap write "$holder" \
		u:0:61234:1,g:0:61234:1
	assert_rc 1
	assert_err_has "/proc/$holder/"
	assert_err_one_line
	run as_nstest nsidmap write --via helpers "$holder" \
		u:0:1000000:1,g:0:1500000:1
	assert_refused 1 'newuidmap failed: '
}

# D13: the user's own, but for its group: the kernel asks who made the namespace, newuidmap for both.
test_a_process_of_another_group()
{
	is_root || return 0
	start_holder setpriv --reuid 61234 --regid 5 --clear-groups unshare --user sh -c \
		'echo ready >&3; exec sleep infinity 3>&-'
	run as_nstest nsidmap write "$holder" u:0:1000000:1,g:0:1500000:1
	assert_refused 1 'newuidmap failed: '
	assert_err_has 'gid:61234'
	run map_of uid_map
	assert_out ''
	run as_nstest nsidmap write "$holder" u:0:61234:1,g:0:61234:1
	assert_ok
	run map_of gid_map
	assert_out '0 61234 1'
}

# D13: made by a program that is setuid root, so its files are root's.
test_a_process_that_is_setuid()
{
	is_root || return 0
	chmod 755 "$TMP"
	cp "$(command -v unshare)" "$TMP/unshare"
	chmod 4755 "$TMP/unshare"
	start_holder setpriv --reuid 61234 --regid 61234 --clear-groups sh -c \
		"echo ready >&3; exec $TMP/unshare --user sleep 1000 3>&-"
	await_sleep "$holder"
	run as_nstest nsidmap write "$holder" u:0:61234:1,g:0:61234:1
	assert_rc 1
	assert_err_has "cannot write /proc/$holder/"
	assert_err_has 'hint: the process is not dumpable (prctl(2)) or belongs to root'
	assert_err_one_line
	run as_nstest nsidmap write --via helpers "$holder" u:0:1000000:1,g:0:1500000:1
	assert_refused 1 'newuidmap failed: '
	run map_of uid_map
	assert_out ''
	run nsidmap write "$holder" u:0:61234:1,g:0:61234:1
	assert_ok
}

# D14: it ends while the map is awaited.
test_a_process_that_ends_meanwhile()
{
	start_target
	mkfifo "$TMP/fifo"
	target=$holder
	nsidmap write "$target" "$TMP/fifo" >"$TMP/late" 2>&1 &
	writer=$!
	exec 8>"$TMP/fifo"
	stop_holder
	nsidmap plan --root >&8 2>/dev/null
	exec 8>&-
	wait $writer
	run echo $?
	assert_out 1
	run cat "$TMP/late"
	assert_out_has "nsidmap: "
}

# crun passes at most six ranges on, lxc and unshare the first line.
test_seven_ranges_reach_newuidmap()
{
	is_root || return 0
	for i in 1 2 3 4 5 6 7; do echo "nstest:${i}00000:100"; done >"$TMP/seven"
	mount --bind "$TMP/seven" /etc/subuid && mount --bind "$TMP/seven" /etc/subgid
	run as_nstest nsidmap run -- cat /proc/self/uid_map /proc/self/gid_map
	umount /etc/subuid /etc/subgid
	assert_ok
	run echo "$(sed 's/^ *//; s/  */ /g' "$TMP/out" | tr '\n' ,)"
	want=$(echo '0 61234 1'; for i in 1 2 3 4 5 6 7; do echo "$((i * 100 - 99)) ${i}00000 100"; done)
	assert_out "$(printf '%s\n%s\n' "$want" "$want" | tr '\n' ,)"
}

# C30: the helper is there, and does not do it.
test_what_newuidmap_says_is_told()
{
	is_root && return 0
	start_target
	run nsidmap write "$holder" u:0:5000:10,g:0:1500000:10
	assert_refused 1 'newuidmap failed: '
	assert_err_has 'not allowed'
	run map_of uid_map
	assert_out ''
	run nsidmap write --via helpers "$holder" u:0:1000000:10,g:0:1500000:10
	assert_ok
	run map_of gid_map
	assert_out '0 1500000 10'
}

# C30: helpers that are not what they should be.
test_helpers_that_fail_are_told()
{
	start_target
	mkdir -p "$TMP/fake"
	printf '#!/bin/sh\nhead -c 1000000 /dev/zero | tr "\\0" x >&2\nexit 1\n' >"$TMP/fake/newuidmap"
	chmod 755 "$TMP/fake/newuidmap"
	run env PATH="$TMP/fake:$PATH" nsidmap write --via helpers "$holder" u:0:5:1,g:0:5:1
	assert_refused 1 'newuidmap failed: xxx'
	printf '#!/bin/sh\nkill -SEGV $$\n' >"$TMP/fake/newuidmap"
	run env PATH="$TMP/fake:$PATH" nsidmap write --via helpers "$holder" u:0:5:1,g:0:5:1
	assert_refused 1 'newuidmap was killed by signal 11'
	printf '#!/bin/sh\nexit 0\n' >"$TMP/fake/newuidmap"
	cp "$TMP/fake/newuidmap" "$TMP/fake/newgidmap"
	run env PATH="$TMP/fake:$PATH" nsidmap write --via helpers "$holder" u:0:5:1,g:0:5:1
	assert_refused 1 'uid_map is not what was written'
	run env PATH="$NSUTILS_BIN" nsidmap write --via helpers "$holder" u:0:5:1,g:0:5:1
	assert_refused 1 'cannot find newuidmap'
	# with closed standard descriptors its words still arrive
	nsidmap write --via helpers "$holder" u:0:5:1,g:0:5:1 <&- >&- 2>"$TMP/said"
	run cat "$TMP/said"
	assert_out_has 'newuidmap failed: '
}

# A21: started with SIGCHLD ignored.
test_helpers_are_waited_for_where_children_are_ignored()
{
	is_root && return 0
	start_target
	run env --ignore-signal=CHLD nsidmap write --via helpers "$holder" u:0:1000000:10,g:0:1500000:10
	assert_ok
	run env --ignore-signal=CHLD nsidmap run -- true
	assert_ok
}

# Only from the namespace and from its parent, whose ids the map is about.
test_a_grandchild_is_not_written_to()
{
	is_root || return 0
	start_target
	nsidmap write "$holder" u:0:100000:10,g:0:100000:10
	start_holder nsenter -t "$holder" -U -S 0 -G 0 unshare --user sh -c 'echo ready >&3; exec sleep infinity 3>&-'
	run nsidmap write "$holder" u:0:0:1,g:0:0:1
	assert_rc 1
	assert_err_has "hint: a map is taken only from within the namespace or from its parent"
}

# A map that the parent does not have whole.
test_a_range_across_two_of_the_parents_is_named()
{
	is_root || return 0
	start_target
	nsidmap write "$holder" u:0:1000:1,u:1:100000:65536,g:0:100000:10
	outer=$holder
	start_holder nsenter -t "$outer" -U -S 0 -G 0 unshare --user sh -c 'echo ready >&3; exec sleep infinity 3>&-'
	run nsenter -t "$outer" -U -S 0 -G 0 nsidmap write "$holder" u:0:0:100,g:0:0:1
	assert_rc 1
	assert_err_has 'hint: extent 1: outside range 0-99 spans two extents of the parent, cut at 1'
	run nsenter -t "$outer" -U -S 0 -G 0 nsidmap write "$holder" \
		"$(nsenter -t "$outer" -U -S 0 -G 0 nsidmap split --parent like:self --format arg u:0:0:100,g:0:0:1)"
	assert_ok
}

. shunit2
