#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nstimeoffset-clocks: what a program's clocks read, seen by real programs.
# as: root user
. "${0%/*}/testlib.sh"
require_ns time

# An ordinary user needs a user namespace of its own for it.
tool()
{
	if [ "$(id -u)" = 0 ]; then
		nstimeoffset "$@"
	else
		nsunshare -r -- nstimeoffset "$@"
	fi
}

# between LOW HIGH [BASE]: $out is in between, counted from BASE.
between()
{
	awk -v v="$out" -v low="$1" -v high="$2" -v base="${3:-0}" \
		'BEGIN { exit !(v - base >= low && v - base <= high) }'
	_verdict $? "between $1 and $2 expected, from ${3:-0}"
}

uptime_of_machine()
{
	cut -d' ' -f1 /proc/uptime
}

test_zero_is_a_machine_just_started()
{
	run tool -b =0 -- cut '-d ' -f1 /proc/uptime
	assert_ok
	between 0 5
	run tool --boottime =0 -- uptime -p
	assert_ok
	assert_out 'up 0 minutes'
}

test_absolute_time_is_what_the_clock_reads()
{
	run tool -b =1d2h -- cut '-d ' -f1 /proc/uptime
	assert_ok
	between 93600 93605
	run tool -b =300d -- uptime -p
	assert_out_has 'up 42 weeks, 6 days'
}

test_signs_are_relative()
{
	now=$(uptime_of_machine)
	run tool -b +1000.5s -- cut '-d ' -f1 /proc/uptime
	assert_ok
	between 1000.5 1005.5 "$now"
	run tool -b -0.5s -- cut '-d ' -f1 /proc/uptime
	between -0.51 -0.3 "$now"
}

test_boot_time_in_proc_stat_moves_with_it()
{
	run tool -b +1d -- sed -n 's/^btime //p' /proc/stat
	assert_ok
	btime=$(sed -n 's/^btime //p' /proc/stat)
	between -86401 -86399 "$btime"
}

test_start_times_are_of_this_year()
{
	run tool -b =0 -- sh -c 'ps -o lstart= -p $$'
	assert_ok
	assert_out_has " $(date +%Y)"
	run tool -b =0 -- sh -c 'cut "-d " -f22 /proc/$$/stat'
	between 0 500
}

# The kernel counts 2^64 nanoseconds back from there.
test_anchor_now_leaves_the_program_before_zero()
{
	run tool -b =0 --anchor now -- sh -c 'cut "-d " -f22 /proc/$$/stat'
	assert_ok
	between 1844674407000 1844674408000
	# which does not mislead the next one
	run tool -b =0 --anchor now -- nstimeoffset -b =0 -- sh -c 'cut "-d " -f22 /proc/$$/stat'
	assert_ok
	between 0 500
}

test_same_process_all_along()
{
	# the pid of the shell is that of nstimeoffset, which never forks
	run sh -c 'echo $$; exec "$@"' sh sh -c 'exec "$@"' sh nsunshare -r -- \
		nstimeoffset -b =0 -m =0 -- sh -c 'echo $$'
	assert_ok
	# shellcheck disable=SC2086
	set -- $out
	assertEquals "$1" "$2"
}

. shunit2
