#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-detail-faults: checks that every view reports a value that cannot be read, and that
# --strict then fails.
# Runs as root.
# Time limit: 120 seconds.
# shellcheck disable=SC2154 # testlib.sh sets rc, out and err
. "${0%/*}/testlib.sh"
# shellcheck disable=SC2034 # faultlib.sh reads it; check-long tries all faults
FAULT_MAX=20
. "${0%/*}/faultlib.sh"
. "${0%/*}/listfaultlib.sh"
require_ns user mnt uts net time
require_tool strace

# ENDED lists the faults that mean that the process of -p has ended: nslist then prints nothing, as
# lsns(8) does.
ENDED=':pidfd_(open|send_signal):1 ESRCH'

COLS=NS,TYPE,PID,PPID,UID,USER,COMM,COMMAND,EXE,CGROUP,LPID,NIFS,MAXNS,NETNSID,HOSTNAME,UIDMAP,SETGROUPS,BOOTOFF,CGROOT,ROOTFS

# steady: a filter that removes the age and the start time from a listing, because these values
# differ between two runs.
steady()
{
	sed -e '/^AGE /d' -e '/"age":/d' -e '/^START /d' -e '/"start":/d'
}

# start_target: starts a process in new mount, network, uts and time namespaces. Sets $holder to its
# pid.
start_target()
{
	start_holder unshare -mnuT sh -c 'echo ready >&3 && exec sleep 1000 3>&-'
	await_sleep "$holder"
}

test_json_reports_every_missing_value()
{
	start_target
	fault_all -f '1 3' -x "$ANSWERS|$ENDED" -c whole_or_reported -- nslist -J -o $COLS -p "$holder"
}

test_show_reports_every_missing_value()
{
	start_target
	for type in net uts time mnt; do
		fault_all -f '1 3' -x "$ANSWERS" -c whole_or_reported -- nslist --show $type:"$holder"
	done
}

test_strict_fails_if_a_value_is_missing()
{
	start_target
	fault_all -f '1 3' -x "$ANSWERS|$ENDED" -c same -- \
		nslist --strict -rno $COLS -p "$holder"
}

# The test makes the last read(2) of nslist fail. This call reads /proc/PID/stat of the process
# $holder, from which nslist gets the value of COMM, so this value is missing in the output.
test_counts_an_unreadable_value_and_strict_exits_3()
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

# The list of the users cannot be opened or read, so nslist prints the number of the user.
test_reports_a_failed_lookup_of_a_user()
{
	start_target
	set -- nslist -rno USER -t uts -p "$holder"
	run "$@"
	assert_out root
	for fault in openat:error=EMFILE openat:error=ENFILE openat:error=ENOMEM openat:error=EIO \
		openat:error=EACCES read:error=EIO; do
		run strace -qq -o "$TMP/trace" -P /etc/nsswitch.conf -P /etc/passwd \
			-e "trace=${fault%%:*}" -e "inject=$fault" "$@"
		assert_rc 0
		assert_out 0
		assert_err_has 'incomplete output: 1 value ('
	done
	# without a list of users, no user has a name
	run strace -qq -o "$TMP/trace" -P /etc/nsswitch.conf -P /etc/passwd \
		-e trace=openat -e inject=openat:error=ENOENT "$@"
	assert_ok
	assert_out 0
}

test_reports_that_proc_cannot_be_examined()
{
	start_target
	run failat -o "$TMP/report" -k 1:fstatfs:1 -e EPERM -- nslist -p "$holder"
	assert_refused 1 'nslist: cannot examine /proc: Operation not permitted'
}

# pidfd_open(2) returns ESRCH if the process has ended since nslist listed it.
test_ended_process_is_not_reported_as_a_thread()
{
	start_target
	run failat -o "$TMP/report" -k 1:pidfd_open:1 -e ESRCH -- nslist "$holder"
	assert_refused 1 "nslist: process $holder: No such process"
}

. shunit2
