#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nstimeoffset-faults: makes each system call fail once and checks that no program runs with clocks
# that did not move.
# Runs as root.
. "${0%/*}/testlib.sh"
. "${0%/*}/faultlib.sh"
require_ns time

test_reports_every_failed_call()
{
	fault_all -- nstimeoffset -b +1d -m -0.5s -- "$FINAL"
}

# If nstimeoffset cannot read the program file, the program cannot be executed, and the exit status
# is 126.
test_reports_every_failed_call_with_handles()
{
	FAULT_MAX=25 fault_all -f '125 126' -i '^time-offset monotonic' -- nstimeoffset -b 1d -m =@1 --ready-fd 1 --close-fds -- "$FINAL"
}

test_show_and_print_report_every_failed_call()
{
	start_holder unshare --time --monotonic 3600 --boottime 86400 \
		sh -c 'echo ready >&3 && exec sleep 1000 3>&-'
	await_sleep "$holder"
	# the times of the clocks differ between two runs, so compare only the offsets
	FAULT_MAX=25 fault_all -c has_the_offsets -- nstimeoffset --show "$holder" self
}

# has_the_offsets: succeeds if $out contains the offsets of the process $holder, and the offsets 0
# of the test itself.
has_the_offsets()
{
	_offsets=$(printf '%s\n' "$out" | awk 'NR > 1 { print $1, $4, $5 }')
	[ "$_offsets" = "$holder 3600 86400
self 0 0" ]
}

# =TIME sets a clock so that it shows TIME at the moment at which nstimeoffset was started. The tool
# reads this moment from /proc.
test_reports_an_unreadable_start_time()
{
	run failat -s read,pread64 --list -o "$TMP/report" -- nstimeoffset -b =86400 -- echo ran
	assert_ok
	assert_out ran
	points=$(grep -c ' 1:read:' "$TMP/report")
	assertTrue 'files are read' "[ $points -gt 0 ]"
	k=0
	while [ $((k += 1)) -le "$points" ]; do
		run failat -s read,pread64 -k $k -e EIO -o "$TMP/report" -- nstimeoffset -b =86400 -- echo ran
		if grep -q '^failed 1:read' "$TMP/report"; then
			assert_refused 125 'Input/output error'
		fi
	done
	rm "$TMP/report"
}

. shunit2
