#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsidmap-write: checks that maps are written completely and in the right order, and that refusals
# are explained.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns user
require_tool perl strace

# start_target: starts a process in a user namespace without maps, and sets $holder to its pid.
start_target()
{
	start_holder unshare --user sh -c 'echo ready >&3; exec sleep infinity 3>&-'
}

map_of()
{
	sed 's/^ *//; s/  */ /g' "/proc/$holder/$1"
}

test_writes_the_planned_map()
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

test_explains_a_second_write()
{
	start_target
	run nsidmap write "$holder" "$(nsidmap plan --root --format arg)"
	assert_ok
	run nsidmap write "$holder" "$(nsidmap plan --root --format arg)"
	assert_refused 1 "cannot write /proc/$holder/uid_map: Operation not permitted"
	assert_err_has 'a map can be written only once'
}

test_denies_setgroups_for_the_callers_id()
{
	# Runs only as an ordinary user.
	feature sandbox || return 0
	start_target
	run nsidmap write "$holder" u:0:61234:1,g:0:61234:1
	assert_ok
	run cat "/proc/$holder/setgroups"
	assert_out deny
	start_target
	run nsidmap write --via direct "$holder" u:0:61234:1,g:0:61234:1,s:allow
	assert_refused 1 gid_map
	assert_err_has 'hint: deny setgroups first, or run the command with CAP_SETGID'
}

test_refuses_references_that_are_not_processes()
{
	run nsidmap write user:1 u:0:0:1,g:0:0:1
	assert_rc 1
	assert_err_has "'user:1' is a namespace, expected a process"
	run nsidmap write 4194305 u:0:0:1,g:0:0:1
	assert_refused 1 "invalid number '4194305'"
	# the process is opened before the map is read
	sleep 0 &
	wait $!
	for map in u:0:0:1,g:0:0:1 - "$TMP/missing"; do
		run nsidmap write $! "$map"
		assert_refused 1 "process $!"
		assert_err_has 'No such process'
	done
	run nsidmap write
	assert_rc 1
	assert_err_has 'missing argument'
}

# maps N: prints a gid line and N uid lines that begin at id 0 and whose extents cannot be joined.
maps()
{
	awk -v n="$1" 'BEGIN { print "gid 0 0 1"; for (i = 0; i < n; i++) print "uid", 2 * i, 2 * i, 1 }'
}

# The kernel must accept every map that `nsidmap check` accepts, up to the maximum number of lines
# and bytes.
test_accepts_maps_up_to_the_kernels_limits()
{
	# Runs only as root.
	start_target
	maps 340 >"$TMP/map"
	run nsidmap write "$holder" "$TMP/map"
	assert_ok
	run echo "$(wc -l <"/proc/$holder/uid_map")"
	assert_out 340
	start_target
	# a map of 4,095 bytes, the longest that the kernel accepts
	awk 'BEGIN { print "gid 0 0 1"; for (i = 0; i < 170; i++) printf "uid %d %d 1\n", 1000000000 + 2 * i, 1000000000 + 2 * i
		print "uid 10 1 100000000" }' >"$TMP/map"
	run nsidmap write "$holder" "$TMP/map"
	assert_ok
	start_target
	maps 341 >"$TMP/map"
	run nsidmap write "$holder" "$TMP/map"
	assert_refused 1 'lines, but a map can have at most 340'
	run map_of gid_map
	assert_out_empty
}

# The tool must write each map with a single write(2). It must write setgroups first and only once.
test_writes_each_file_once_and_in_order()
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

# After a short write, the tool must not continue and must not report success.
test_reports_a_short_write()
{
	start_target
	run strace -qq -o /dev/null -e trace=write -e inject=write:retval=3:when=1 \
		nsidmap write "$holder" "$(nsidmap plan --root --format arg | sed 's/,s:deny//')"
	assert_refused 1 "Input/output error"
	assert_err_has "cannot write /proc/$holder/"
}

# The tool must not write the map of a process that has got the PID of the ended target.
test_refuses_a_reused_pid()
{
	start_target
	run nsidmap write "$holder:1" "$(nsidmap plan --root --format arg)"
	assert_refused 1 'pidfd inode'
	run map_of uid_map
	assert_out_empty
}

# Another process gets the PID of the target after nsidmap has opened the target and before nsidmap
# writes the map.
test_refuses_a_pid_reused_before_the_write()
{
	# Runs only as root.
	start_target
	first=$holder
	mkfifo "$TMP/fifo"
	nsidmap write "$first" - <"$TMP/fifo" >"$TMP/late" 2>&1 &
	writer=$!
	exec 8>"$TMP/fifo"
	# when nsidmap waits for the map on standard input, it has already opened the process
	while ! readlink "/proc/$writer/fd/"* | grep -q "/proc/$first$"; do :; done
	stop_holder
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		# start_target executes rm(1) and mkfifo(1), which take two pids, before it starts
		# the target
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
	assert_out "nsidmap: process $first: No such process"
	run map_of uid_map
	assert_out_empty
}

# The process is not dumpable, because it executes a file that the user cannot read.
test_explains_a_process_that_is_not_dumpable()
{
	# Runs only as root.
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
	assert_err_has 'hint: run the command as root, because the process belongs to root or is not dumpable (prctl(2))'
	assert_err_one_line
}

# The process belongs to another user, so the caller may not write its maps.
test_explains_a_process_of_another_user()
{
	# Runs only as root.
	start_target
	run as_nstest nsidmap write "$holder" \
		u:0:61234:1,g:0:61234:1
	assert_refused 1 "cannot write /proc/$holder/setgroups: Permission denied"
	assert_err_has 'hint: run the command as root, because the process belongs to root'
	run as_nstest nsidmap write --via helpers "$holder" \
		u:0:1000000:1,g:0:1500000:1
	assert_refused 1 'newuidmap failed: '
}

# The process has the user's uid but another gid. The kernel checks only the uid of the creator of
# the user namespace, but newuidmap checks the uid and the gid of the process.
test_writes_to_a_process_of_another_group()
{
	# Runs only as root.
	start_holder setpriv --reuid 61234 --regid 5 --clear-groups unshare --user sh -c \
		'echo ready >&3; exec sleep infinity 3>&-'
	run as_nstest nsidmap write "$holder" u:0:1000000:1,g:0:1500000:1
	assert_refused 1 'newuidmap failed: '
	assert_err_has 'gid:61234'
	run map_of uid_map
	assert_out_empty
	run as_nstest nsidmap write "$holder" u:0:61234:1,g:0:61234:1
	assert_ok
	run map_of gid_map
	assert_out '0 61234 1'
}

# The program is setuid root, so root owns the files in /proc/PID, and the user cannot write the
# maps of the process.
test_explains_a_setuid_process()
{
	# Runs only as root.
	chmod 755 "$TMP"
	cp "$(command -v unshare)" "$TMP/unshare"
	chmod 4755 "$TMP/unshare"
	start_holder setpriv --reuid 61234 --regid 61234 --clear-groups sh -c \
		"echo ready >&3; exec $TMP/unshare --user sleep 1000 3>&-"
	await_sleep "$holder"
	run as_nstest nsidmap write "$holder" u:0:61234:1,g:0:61234:1
	assert_rc 1
	assert_err_has "cannot write /proc/$holder/"
	assert_err_has 'hint: run the command as root, because the process belongs to root or is not dumpable (prctl(2))'
	assert_err_one_line
	run as_nstest nsidmap write --via helpers "$holder" u:0:1000000:1,g:0:1500000:1
	assert_refused 1 'newuidmap failed: '
	run map_of uid_map
	assert_out_empty
	run nsidmap write "$holder" u:0:61234:1,g:0:61234:1
	assert_ok
}

# The process ends while nsidmap reads the map from standard input.
test_reports_a_process_that_ends_during_the_write()
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
	assert_out "nsidmap: process $target: No such process"
}

# Other tools use only a part of a user's ranges: crun at most six, and lxc and unshare only the
# first line of the file.
test_seven_ranges_reach_newuidmap()
{
	# Runs only as root.
	for i in 1 2 3 4 5 6 7; do echo "nstest:${i}00000:100"; done >"$TMP/seven"
	mount --bind "$TMP/seven" /etc/subuid && mount --bind "$TMP/seven" /etc/subgid
	run as_nstest nsidmap run -- cat /proc/self/uid_map /proc/self/gid_map
	umount /etc/subuid /etc/subgid
	assert_ok
	run echo "$(sed 's/^ *//; s/  */ /g' "$TMP/out" | tr '\n' ,)"
	want=$(echo '0 61234 1'; for i in 1 2 3 4 5 6 7; do echo "$((i * 100 - 99)) ${i}00000 100"; done)
	assert_out "$(printf '%s\n%s\n' "$want" "$want" | tr '\n' ,)"
}

# newuidmap refuses the map, because the user does not own the ids.
test_reports_the_message_of_newuidmap()
{
	# Runs only as an ordinary user.
	feature sandbox || return 0
	start_target
	run nsidmap write "$holder" u:0:5000:10,g:0:1500000:10
	assert_refused 1 'newuidmap failed: '
	assert_err_has 'not allowed'
	run map_of uid_map
	assert_out_empty
	run nsidmap write --via helpers "$holder" u:0:1000000:10,g:0:1500000:10
	assert_ok
	run map_of gid_map
	assert_out '0 1500000 10'
}

# Programs that fail in different ways replace newuidmap and newgidmap.
test_reports_broken_helpers()
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
	assert_refused 1 'uid_map differs from the map that was written: Input/output error'
	run env PATH="$NSUTILS_BIN" nsidmap write --via helpers "$holder" u:0:5:1,g:0:5:1
	assert_refused 1 'cannot find newuidmap'
	# nsidmap must report the message of newuidmap even if its own standard descriptors are
	# closed
	nsidmap write --via helpers "$holder" u:0:5:1,g:0:5:1 <&- >&- 2>"$TMP/said"
	run cat "$TMP/said"
	assert_out_has 'newuidmap failed: '
}

# If SIGCHLD is ignored, the kernel discards the status of a child (wait(2)). nsidmap must get the
# status of newuidmap even if the caller of nsidmap ignores SIGCHLD.
test_waits_for_helpers_if_sigchld_is_ignored()
{
	# Runs only as an ordinary user.
	feature sandbox || return 0
	start_target
	run env --ignore-signal=CHLD nsidmap write --via helpers "$holder" u:0:1000000:10,g:0:1500000:10
	assert_ok
	run map_of uid_map
	assert_out '0 1000000 10'
	run env --ignore-signal=CHLD nsidmap run -- echo ran
	assert_ok
	assert_out ran
}

# Only a process in the user namespace itself or in its parent namespace can write the map.
test_refuses_a_grandchild_namespace()
{
	# Runs only as root.
	start_target
	nsidmap write "$holder" u:0:100000:10,g:0:100000:10
	start_holder nsenter -t "$holder" -U -S 0 -G 0 unshare --user sh -c 'echo ready >&3; exec sleep infinity 3>&-'
	run nsidmap write "$holder" u:0:0:1,g:0:0:1
	assert_rc 1
	assert_err_has "hint: enter the namespace or its parent with 'nsenter2 --user'"
	assert_err_lacks 'a map can be written only once'
}

# The kernel refuses an extent that spans two extents of the parent namespace's map, so the hint
# must name the position where the extent must be split.
test_explains_a_range_across_two_ranges_of_the_parent()
{
	# Runs only as root.
	start_target
	nsidmap write "$holder" u:0:1000:1,u:1:100000:65536,g:0:100000:10
	outer=$holder
	start_holder nsenter -t "$outer" -U -S 0 -G 0 unshare --user sh -c 'echo ready >&3; exec sleep infinity 3>&-'
	run nsenter -t "$outer" -U -S 0 -G 0 nsidmap write "$holder" u:0:0:100,g:0:0:1
	assert_rc 1
	assert_err_has "hint: extent 1: outside range 0-99 spans two extents of the parent's map; the second begins at 1"
	run nsenter -t "$outer" -U -S 0 -G 0 nsidmap write "$holder" \
		"$(nsenter -t "$outer" -U -S 0 -G 0 nsidmap split --parent like:self --format arg u:0:0:100,g:0:0:1)"
	assert_ok
}

. shunit2
