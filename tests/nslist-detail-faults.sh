#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-detail-faults: a cell that cannot be read is reported, in every view, and --strict fails.
# as: root
# budget: 120
# shellcheck disable=SC2154 # rc, out and err are testlib.sh's
. "${0%/*}/testlib.sh"
# shellcheck disable=SC2034 # for faultlib.sh; all of them in check-long
FAULT_MAX=20
. "${0%/*}/faultlib.sh"
require_ns user mnt uts net time

COLS=NS,TYPE,PID,PPID,UID,USER,COMM,COMMAND,EXE,CGROUP,LPID,NIFS,MAXNS,NETNSID,HOSTNAME,UIDMAP,SETGROUPS,BOOTOFF,CGROOT,ROOTFS

# The kernel answers with these errors as well, and nslist has to understand them: a process has
# ended, belongs to somebody else, or the kernel is older.
ANSWERS='(openat|readlinkat|newfstatat|statx|faccessat2?|listns|ioctl|setns|bind|getsockname|sendto|recvfrom|recvmsg):[0-9]+ (EACCES|ENOENT|EPERM|ENOTTY|EINVAL|ENOSYS|ESRCH)'

# steady: without the age and the start, which is computed from two clocks
steady()
{
	sed -e '/^AGE /d' -e '/"age":/d' -e '/^START /d' -e '/"start":/d'
}

# same: the output is that of an unharmed run; otherwise the difference is printed
same()
{
	steady <"$TMP/files.want" >"$TMP/files.unharmed"
	printf '%s\n' "$out" | steady | diff "$TMP/files.unharmed" -
}

# Success without a word means that nothing is missing.
whole_or_reported()
{
	[ -n "$err" ] || same
}

# A namespace of each type, for which one process stands.
start_target()
{
	start_holder unshare -mnuT sh -c 'echo ready >&3 && exec sleep 1000 3>&-'
	await_sleep "$holder"
}

test_json_never_lacks_a_value_silently()
{
	start_target
	fault_all -f '1 3' -x "$ANSWERS" -c whole_or_reported -- nslist -J -o $COLS -p "$holder"
}

test_show_never_lacks_a_fact_silently()
{
	start_target
	for type in net uts time mnt; do
		fault_all -f '1 3' -x "$ANSWERS" -c whole_or_reported -- nslist --show $type:"$holder"
	done
}

test_strict_never_ends_with_success_when_a_cell_is_missing()
{
	start_target
	fault_all -f '1 3' -x "$ANSWERS" -c same -- \
		nslist --strict -rno $COLS -p "$holder"
}

# The last read of nslist is that of the stat file of the holder.
test_an_unreadable_cell_is_counted_and_strict_fails()
{
	start_target
	for strict in '' --strict; do
		want=${strict:+3}
		# shellcheck disable=SC2086 # --strict or nothing
		run failat -o "$TMP/report" --list -- nslist $strict -rno NS,COMM -t uts -p "$holder"
		point=$(awk '$2 ~ /:read:/ { p = $2 } END { print p }' "$TMP/report")
		# shellcheck disable=SC2086
		run failat -o "$TMP/report" -k "$point" -e EIO -- nslist $strict -rno NS,COMM -t uts -p "$holder"
		assert_err_has 'nslist: incomplete output: 1 value (Input/output error)'
		assert_err_one_line
		assert_rc "${want:-0}"
		assert_out_has "$(stat -L -c %i "/proc/$holder/ns/uts")"
	done
}

# pidfd_open(2) says so of a process that has ended but is still listed.
test_a_process_that_has_ended_is_not_called_a_thread()
{
	start_target
	run failat -o "$TMP/report" -k 1:pidfd_open:1 -e ESRCH -- nslist -p "$holder"
	assert_refused 1 "nslist: process $holder: No such process"
}

. shunit2
