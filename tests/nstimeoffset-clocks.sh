#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nstimeoffset-clocks: checks that programs read shifted clocks.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
. "${0%/*}/timelib.sh"
require_ns time

# between LOW HIGH [BASE]: asserts that $out minus BASE is a number between LOW and HIGH. Tolerates
# rounding errors: 32874.49 - 31873.99 is a little less than 1000.5.
between()
{
	awk -v v="$out" -v low="$1" -v high="$2" -v base="${3-0}" -v rounding=1e-6 '
		BEGIN { exit !(v base ~ /^[-0-9.]+$/ && v != "" && base != "" && v - base >= low - rounding && v - base <= high + rounding) }'
	_verdict $? "between $1 and $2 expected, from ${3:-0}"
}

uptime_of_machine()
{
	cut -d' ' -f1 /proc/uptime
}

test_zero_makes_the_machine_look_just_booted()
{
	run tool -b =0 -- cut '-d ' -f1 /proc/uptime
	assert_ok
	between 0 5
	run tool --boottime =0 -- uptime -p
	assert_ok
	assert_out_has 'up 0 minute' # procps 4.0.7 omits the "s"
}

test_equals_sign_sets_the_reading()
{
	run tool -b =1d2h -- cut '-d ' -f1 /proc/uptime
	assert_ok
	between 93600 93605
	run tool -b =300d -- uptime -p
	assert_out_has 'up 42 weeks, 6 days'
}

test_plus_and_minus_are_relative_to_the_callers_clock()
{
	now=$(uptime_of_machine)
	run tool -b +1000.5s -- cut '-d ' -f1 /proc/uptime
	assert_ok
	between 1000.5 1005.5 "$now"
	now=$(uptime_of_machine)
	run tool -b -0.5s -- cut '-d ' -f1 /proc/uptime
	between -0.51 5 "$now"
	between -5 -0.49 "$(uptime_of_machine)"
}

test_btime_in_proc_stat_moves_as_well()
{
	feature timens-stat || return 0
	run tool -b +1d -- sed -n 's/^btime //p' /proc/stat
	assert_ok
	btime=$(sed -n 's/^btime //p' /proc/stat)
	between -86401 -86399 "$btime"
}

test_start_times_in_proc_are_plausible()
{
	feature timens-stat || return 0
	run tool -b =0 -- sh -c 'ps -o lstart= -p $$'
	assert_ok
	assert_out_has " $(date +%Y)"
	run tool -b =0 -- sh -c 'cut "-d " -f22 /proc/$$/stat'
	between 0 500
}

# If the clock was below zero when the process started, /proc shows the start time as 2^64
# nanoseconds minus the distance from zero.
test_anchor_now_puts_the_start_before_zero()
{
	feature timens-stat || return 0
	run tool -b =0 --anchor now -- sh -c 'cut "-d " -f22 /proc/$$/stat'
	assert_ok
	between 1844674407000 1844674408000
	# the process of the second nstimeoffset was started when the clock of its time namespace
	# was below zero; nstimeoffset must still compute the offsets correctly
	run tool -b =0 --anchor now -- nstimeoffset -b =0 -- sh -c 'cut "-d " -f22 /proc/$$/stat'
	assert_ok
	between 0 500
}

# The program is the first process of its pid namespace. All processes that /proc shows have started
# after the clock was at zero, so no start time may be negative.
test_no_start_time_is_negative()
{
	feature timens-stat || return 0
	tool=unshare
	[ "$(id -u)" = 0 ] || tool='unshare --user --map-root-user'
	# shellcheck disable=SC2086
	run $tool --pid --fork --mount-proc nstimeoffset -b =0 -m =0 -- \
		sh -c 'sleep 0; cut "-d " -f22 /proc/[0-9]*/stat | sort -n | tail -n 1
			ps -eo lstart= | grep -cv " $(date +%Y)"'
	assert_rc 1
	out=${out%%[!0-9]*}
	between 0 500
}

test_nested_zero_starts_at_zero_again()
{
	run tool -b +1000d -m +1000d -- nstimeoffset -b =0 -m =0 -- clocks read
	assert_ok
	all=$out
	for clock in monotonic boottime; do
		out=$(echo "$all" | sed -n "s/^$clock //p")
		between 0 5
	done
}

test_nested_plus_and_minus_are_relative_to_the_callers_clock()
{
	now=$(uptime_of_machine)
	run tool -b +1000 -- nstimeoffset -b +1000 -- cut '-d ' -f1 /proc/uptime
	assert_ok
	between 1999.9 2005 "$now"
	now=$(uptime_of_machine)
	run tool -b +1000 -- nstimeoffset -b +500 --base initial -- cut '-d ' -f1 /proc/uptime
	between 499.9 505 "$now"
	now=$(uptime_of_machine)
	run tool -b +1000 -- nstimeoffset -b +500 --base own -- cut '-d ' -f1 /proc/uptime
	between 1499.9 1505 "$now"
	now=$(uptime_of_machine)
	# a number without sign is relative to the initial clock, as in unshare(1)
	run tool -b +1000 -- nstimeoffset -b 500 -- cut '-d ' -f1 /proc/uptime
	between 499.9 505 "$now"
}

test_keeps_clocks_without_an_option()
{
	run tool -b +1000d -- nstimeoffset -m +5 -- nstimeoffset --show
	assert_ok
	assertEquals 'MONOOFF and BOOTOFF' '5 86400000' "$(awk 'NR == 2 { print $4, $5 }' "$TMP/out")"
}

test_timers_use_the_moved_clocks()
{
	run tool -b =0 -m =300d -- clocks wait
	assert_ok
	assert_out "$(for clock in monotonic boottime realtime; do
		for way in timerfd clock_nanosleep; do
			echo "$way $clock in time"
		done
	done)"
}

test_keeps_the_realtime_clock()
{
	run tool -b +300d -m +300d -- date +%Y-%m-%d
	assert_ok
	assert_out "$(date +%Y-%m-%d)"
}

# The test restores the clocks of a checkpoint: they continue from the saved times.
test_continues_from_saved_readings()
{
	run tool -b =777.5 -m =555d --anchor now -- clocks read
	assert_ok
	mono=$(echo "$out" | sed -n 's/^monotonic //p')
	boot=$(echo "$out" | sed -n 's/^boottime //p')
	run tool "--boottime==$boot" "--monotonic==$mono" --anchor now -- clocks read
	assert_ok
	all=$out
	out=$(echo "$all" | sed -n 's/^monotonic //p')
	between 0 5 "$mono"
	out=$(echo "$all" | sed -n 's/^boottime //p')
	between 0 5 "$boot"
}

test_restores_saved_offsets()
{
	run nstimeoffset -b +1d2h -m -0.5s --print
	assert_ok
	assert_out 'monotonic -1 500000000
boottime 93600 0'
	echo "$out" >saved
	run tool --time-offsets saved -- awk '{ print $1, $2, $3 }' /proc/self/timens_offsets
	assert_ok
	assert_out "$(cat saved)"
	run tool --time-offsets - -- sh -c 'readlink /proc/self/fd/0' <saved
	assert_ok
	assert_out /dev/null
}

test_runs_the_program_in_the_same_process()
{
	# the first shell executes nstimeoffset, which executes the second shell without a fork, so
	# both shells have the same pid
	run sh -c 'echo $$; exec "$@"' sh sh -c 'exec "$@"' sh nsunshare -r -- \
		nstimeoffset -b =0 -m =0 -- sh -c 'echo $$'
	assert_ok
	# shellcheck disable=SC2086
	set -- $out
	assertEquals "$1" "$2"
}

test_never_forks()
{
	# Runs only as root.
	run enosys fork,vfork,clone,clone3 -- nstimeoffset -b =0 -m +5 -- echo ran
	assert_ok
	assert_out ran
	run enosys fork,vfork,clone,clone3 -- nstimeoffset --show self "$$"
	assert_rc 0
	assert_out_has "$$"
}

test_runs_the_shell_without_a_program()
{
	run tool -b =0 <<-END
		cut '-d ' -f1 /proc/uptime
	END
	assert_ok
	between 0 5
}

test_exits_with_the_status_of_the_program()
{
	run tool -b =0 -- sh -c 'exit 7'
	assert_rc 7
	run tool -b =0 -- nonexistent
	assert_refused 127 "cannot execute 'nonexistent'"
	run tool -b =0 -- /
	assert_refused 126 "cannot execute '/'"
}

. shunit2
