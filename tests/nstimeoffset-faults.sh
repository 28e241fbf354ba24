#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nstimeoffset-faults: each system call failed once: no program runs with clocks that did not move.
# as: root
. "${0%/*}/testlib.sh"
. "${0%/*}/faultlib.sh"
require_ns time

# The program says whether its clock did move: the offset is in its own file.
printf '#!/bin/sh\necho "final ran"\ngrep -c "boottime *86400" /proc/self/timens_offsets\n' >"$FINAL"

test_a_failed_call_never_passes_for_success()
{
	fault_all -- nstimeoffset -b +1d -m -0.5s -- "$FINAL"
}

# A program that may not be looked at cannot be executed: 126 is the right status.
test_nor_of_a_run_with_handles()
{
	FAULT_MAX=25 fault_all -f '125 126' -- nstimeoffset -b 1d -m =@1 --ready-fd 1 --close-fds -- "$FINAL"
}

test_nor_does_a_reader_show_what_is_not_so()
{
	# the readings move on, so only what stands still is compared
	FAULT_MAX=25 fault_all -c 'has_zero_offsets "$out"' -- nstimeoffset --show self 1
}

has_zero_offsets()
{
	printf '%s\n' "$1" | awk 'NR > 1 && ($4 != 0 || $5 != 0) { bad = 1 } END { exit NR != 3 || bad }'
}

# =TIME needs the start of the process, which is read from /proc.
test_a_start_time_that_cannot_be_read_is_refused()
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
