#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nstimeoffset-refusals: checks that invalid requests are refused before anything is changed, and
# explained.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/timelib.sh"
require_ns time

test_refuses_invalid_times()
{
	# the unit test test-timens checks further invalid times
	for t in '' + 1x ' 1' =-1 0x10; do
		run nstimeoffset -b "$t" -- echo ran
		assert_refused 125 "--boottime: invalid time '$t'"
	done
	run nstimeoffset --monotonic 1.0000000001 -- echo ran
	assert_refused 125 "--monotonic: invalid time '1.0000000001': too large, or finer than a nanosecond"
	run nstimeoffset -m 99999999999999999999 -- echo ran
	assert_refused 125 'too large'
	run nstimeoffset -b =@nowhere -- echo ran
	assert_refused 125 "--boottime: invalid reference 'nowhere'"
}

test_accepts_nanoseconds()
{
	for pair in '+0.5s 0 500000000' '-0.5s -1 500000000' '.5 0 500000000' '1d2h 93600 0' \
		'-1ns -1 999999999' '1.999999999 1 999999999' '-0 0 0'; do
		run nstimeoffset -b "${pair%% *}" --print
		assert_ok
		assert_out "boottime ${pair#* }"
	done
}

# nstimeoffset must refuse the value before it calls unshare(2). The helper enosys denies
# unshare(2), so a call would fail with another message.
test_names_the_allowed_interval()
{
	run enosys unshare -- nstimeoffset -b -9000000000 -- echo ran
	assert_refused 125 "boottime '-9000000000' is outside the allowed interval, -"
	# the offset and the boottime clock together must not exceed 2^62 ns
	limit=$(printf '%s\n' "$err" | sed -n 's/.* to +\([0-9]*\)[. ].*/\1/p')
	read -r up _ </proc/uptime
	assertTrue "$limit seconds" "[ $((4611686018 - ${limit:-0})) -le ${up%.*} ] && [ $((4611686018 - ${limit:-0})) -ge $((${up%.*} - 60)) ]"
	run enosys unshare -- nstimeoffset -m +9223372036 -- echo ran
	assert_refused 125 "monotonic '+9223372036' is outside the allowed interval, -"
	run enosys unshare -- nstimeoffset -m =4611686100 --anchor now -- echo ran
	assert_refused 125 "is outside the allowed interval, 0 to 4611686018.999999999 seconds"
	printf 'boottime -9000000000 0\n' >offsets
	run enosys unshare -- nstimeoffset --time-offsets offsets -- echo ran
	assert_refused 125 "boottime '-9000000000' is outside the allowed interval, -"
}

test_allowed_interval_equals_that_of_the_kernel()
{
	run nstimeoffset -b -9000000000 --print
	low=${err#*interval, }
	low=${low%% to *}
	# The clock has advanced since the message was printed. So the printed lower limit is still
	# valid, but a value that is lower by 100 seconds is invalid.
	run tool -b "$low" -- true
	assert_ok
	low=${low%.*}
	run tool -b "$((low - 100))" -- echo ran
	assert_refused 125 'is outside the allowed interval'
	run tool -b =4611686018 --anchor now -- true
	assert_ok
}

test_moves_both_clocks_or_none()
{
	run tool -b +5 -m -9000000000 -- echo ran
	assert_refused 125 "monotonic '-9000000000' is outside"
	# after unshare(2), the offsets can be written until the process executes sleep(1)
	prefix='' enter=
	[ "$(id -u)" = 0 ] || prefix='unshare -r'
	mkfifo go
	# shellcheck disable=SC2086 # several words
	start_holder $prefix clocks hold "$PWD/go" sleep 1000
	[ -z "$prefix" ] || enter="nsenter -U --preserve-credentials -t $holder"
	for options in '-b +5 -m -9000000000' '-m +5 -b -9000000000'; do
		# shellcheck disable=SC2086
		run $enter nstimeoffset $options --write "$holder"
		assert_refused 125 "'-9000000000' is outside"
	done
	echo >go
	await_sleep "$holder"
	assertEquals 'monotonic 0 boottime 0' "$(awk '{ print $1, $2 }' "/proc/$holder/timens_offsets" | xargs)"
	rm go
}

test_refuses_to_move_realtime()
{
	printf 'realtime 5 0\n' >offsets
	run nstimeoffset --time-offsets offsets -- echo ran
	assert_refused 125 'offsets: line 1: cannot set an offset for the realtime clock, only for the monotonic and boottime clocks'
}

test_names_the_invalid_line_of_a_stream()
{
	while IFS='|' read -r text message; do
		# shellcheck disable=SC2059 # \n is meant
		printf "$text" >offsets
		run nstimeoffset --time-offsets offsets --print
		assert_refused 125 "offsets: $message"
	done <<-'END'
		|missing offset for the monotonic or boottime clock
		boottime 1 0\nboottime 1 0\n|line 2: boottime is given twice
		tai 1 0\n|line 1: unknown clock 'tai'
		# x\nboottime 1.5 0\n|line 2: invalid seconds '1.5'
		boottime 1 1000000000\n|line 1: invalid nanoseconds '1000000000'
		boottime 1 -1\n|line 1: invalid nanoseconds '-1'
		boottime 1 0 0\n|line 1: unexpected text after the nanoseconds
	END
	run nstimeoffset --time-offsets nonexistent --print
	assert_refused 125 "cannot open 'nonexistent'"
}

test_explains_frozen_offsets()
{
	run tool -b +5 -- nstimeoffset -b +5 --write self
	assert_refused 125 'the offsets of the time namespace can no longer be changed'
	assert_err_has 'hint: write the offsets before the first process enters the namespace'
	assert_err_lacks 'CAP_SYS_TIME in the user namespace that owns the time namespace'
}

# The caller has all capabilities except CAP_SYS_TIME.
test_explains_a_missing_cap_sys_time()
{
	if [ "$(id -u)" = 0 ]; then
		run setpriv --bounding-set=-sys_time nstimeoffset -b +5 -- echo ran
	else
		run unshare -r setpriv --bounding-set=-sys_time nstimeoffset -b +5 -- echo ran
	fi
	assert_refused 125 'cannot set the clock offsets: Operation not permitted'
	assert_err_has 'hint: run the command with CAP_SYS_TIME in the user namespace that owns the time namespace'
	assert_err_lacks 'write the offsets before the first process'
}

test_explains_a_missing_cap_sys_admin()
{
	if [ "$(id -u)" = 0 ]; then
		run setpriv --bounding-set=-sys_admin nstimeoffset -b +5 -- echo ran
	else
		run nstimeoffset -b +5 -- echo ran
	fi
	assert_refused 125 'cannot create a time namespace: Operation not permitted'
	assert_err_has "hint: put 'nsunshare -r --' before the command, or run the command with CAP_SYS_ADMIN"
	assert_err_lacks 'use Linux 5.6 or later with CONFIG_TIME_NS'
	run unshare -r sh -c 'echo 0 >/proc/sys/user/max_time_namespaces && exec nstimeoffset -b +5 -- echo ran'
	assert_refused 125 'cannot create a time namespace: No space left on device'
	assert_err_has 'hint: raise /proc/sys/user/max_time_namespaces in the user namespace where the limit is reached'
	assert_err_lacks CAP_SYS_ADMIN
	run enosys -e ENOMEM unshare -- nstimeoffset -b +5 -- echo ran
	assert_refused 125 'cannot create a time namespace: Cannot allocate memory'
	assert_err_lacks 'raise /proc/sys/user/max_time_namespaces'
}

test_explains_a_kernel_without_time_namespaces()
{
	run enosys unshare -- nstimeoffset -b +5 -- echo ran
	assert_refused 125 'time namespaces are not supported by this kernel: Function not implemented'
	assert_err_has 'hint: use Linux 5.6 or later'
	run enosys -e EINVAL unshare -- nstimeoffset -b +5 -- echo ran
	assert_refused 125 'time namespaces are not supported by this kernel'
}

test_explains_the_limit_of_namespaces()
{
	run unshare -r sh -c 'echo 0 >/proc/sys/user/max_time_namespaces &&
		exec nstimeoffset -b +5 -- echo ran'
	assert_refused 125 'cannot create a time namespace: No space left on device'
	assert_err_has 'max_time_namespaces'
}

# nsunshare must print the same messages as nstimeoffset.
test_nsunshare_accepts_the_same_times()
{
	for t in +1d2h -0.5s .5 =0 =@self; do
		# try again if a new second begins between the two runs
		for _ in 1 2 3; do
			run nstimeoffset -b "$t" -m "$t" --explain -- true
			assert_ok
			ours=$(echo "$out" | grep -o 'move [^.:]*' | head -n 1)
			run nsunshare -T --boottime "$t" --monotonic "$t" --explain -- true
			_has "$out" "${ours:-no offsets}" && break
		done
		assert_ok
		assert_out_has "${ours:-no offsets}"
	done
	for t in 1x 1.0000000001 -9w =9999999999; do
		run nstimeoffset -b "$t" -- true
		ours=${err#nstimeoffset: }
		ours=${ours#--boottime: } ours=${ours%%Try *}
		run nsunshare -T --boottime "$t" -- true
		assert_rc 125
		# compare only the part of the message before the interval, because the interval
		# depends on the time
		assert_err_has "${ours%%interval*}"
	done
	run nstimeoffset -b 5 -m -0.5s --print
	echo "$out" >offsets
	run nsunshare --time-offsets - --explain -- true <offsets
	assert_ok
	assert_out_has 'move monotonic by -0.5, boottime by +5 seconds'
}

test_refuses_options_that_do_not_go_together()
{
	run nstimeoffset
	assert_refused 125 'missing --boottime, --monotonic or --time-offsets'
	run nstimeoffset true
	assert_refused 125 'missing --boottime, --monotonic or --time-offsets'
	run nstimeoffset --show -b 5
	assert_refused 125 '--show cannot be used with --explain or options that set a clock'
	run nstimeoffset --json -b 5 true
	assert_refused 125 '--json requires --show or --features'
	run nstimeoffset -b 5 --print true
	assert_refused 125 "unexpected argument 'true'"
	run nstimeoffset -b 5 --write time:1
	assert_refused 125 'is a namespace, expected a process'
	run nstimeoffset -b 5 --write self --close-fds
	assert_refused 125 '--close-fds and --keep-fd require a program'
	run nstimeoffset --time-offsets - --base own --print
	assert_refused 125 '--base and --anchor cannot be used with --time-offsets'
	for pair in '--show --print' '--print --write=1' '-b5 --time-offsets=x' '-m5 --time-offsets=x'; do
		# shellcheck disable=SC2086
		run nstimeoffset $pair
		assert_rc 125
		assert_err_has 'cannot be used with'
	done
	run nstimeoffset --base x -b 5 --print
	assert_rc 125
	assert_err_has "--base: unknown value 'x'"
	run nstimeoffset --anchor x -b 5 --print
	assert_err_has "--anchor: unknown value 'x'"
}

. shunit2
