#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nstimeoffset-refusals: what cannot be done is said in a sentence of its own, before anything is.
# as: root user
. "${0%/*}/testlib.sh"
. "${0%/*}/timelib.sh"
require_ns time

test_refuses_what_is_no_time()
{
	# more in the unit test
	for t in '' + 1x ' 1' =-1 0x10; do
		run nstimeoffset -b "$t" -- echo ran
		assert_refused 125 "--boottime: '$t' is not a time"
	done
	run nstimeoffset --monotonic 1.0000000001 -- echo ran
	assert_refused 125 "--monotonic: '1.0000000001' is too long or finer than a nanosecond"
	run nstimeoffset -m 99999999999999999999 -- echo ran
	assert_refused 125 'too long'
	run nstimeoffset -b =@nowhere -- echo ran
	assert_refused 125 "nowhere"
}

test_takes_times_to_the_nanosecond()
{
	for pair in '+0.5s 0 500000000' '-0.5s -1 500000000' '.5 0 500000000' '1d2h 93600 0' \
		'-1ns -1 999999999' '1.999999999 1 999999999' '-0 0 0'; do
		run nstimeoffset -b "${pair%% *}" --print
		assert_ok
		assert_out "boottime ${pair#* }"
	done
}

# The kernel is not asked: it would answer ENOSYS.
test_out_of_range_names_the_interval_before_anything_is_done()
{
	run enosys unshare -- nstimeoffset -b -9000000000 -- echo ran
	assert_refused 125 "boottime '-9000000000' is outside the allowed interval, -"
	assert_err_has ' to +46116'
	run enosys unshare -- nstimeoffset -m +9223372036 -- echo ran
	assert_refused 125 "monotonic '+9223372036' is outside the allowed interval, -"
	run enosys unshare -- nstimeoffset -m =4611686100 --anchor now -- echo ran
	assert_refused 125 "is outside the allowed interval, 0 to 4611686018.999999999 seconds"
	printf 'boottime -9000000000 0\n' >offsets
	run enosys unshare -- nstimeoffset --time-offsets offsets -- echo ran
	assert_refused 125 "boottime '-9000000000' is outside the allowed interval, -"
}

test_the_interval_is_what_the_kernel_takes()
{
	run nstimeoffset -b -9000000000 --print
	low=${err#*interval, }
	low=${low%% to *}
	# the clock has gone on, so this is in range for good; and 100 seconds below is not
	run tool -b "$low" -- true
	assert_ok
	low=${low%.*}
	run tool -b "$((low - 100))" -- echo ran
	assert_refused 125 'is outside the allowed interval'
	run tool -b =4611686018 --anchor now -- true
	assert_ok
}

test_both_or_none()
{
	run tool -b +5 -m -9000000000 -- echo ran
	assert_refused 125 "monotonic '-9000000000' is outside"
}

test_realtime_has_no_offset()
{
	printf 'realtime 5 0\n' >offsets
	run nstimeoffset --time-offsets offsets -- echo ran
	assert_refused 125 'offsets: line 1: the realtime clock cannot be moved, only monotonic and boottime'
}

test_refuses_a_bad_stream_by_line()
{
	while IFS='|' read -r text message; do
		# shellcheck disable=SC2059 # \n is meant
		printf "$text" >offsets
		run nstimeoffset --time-offsets offsets --print
		assert_refused 125 "offsets: $message"
	done <<-'END'
		|no offset of monotonic or boottime in it
		boottime 1 0\nboottime 1 0\n|line 2: boottime is given twice
		tai 1 0\n|line 1: unknown clock 'tai'
		# x\nboottime 1.5 0\n|line 2: '1.5' are no seconds
		boottime 1 1000000000\n|line 1: '1000000000' are no nanoseconds
		boottime 1 -1\n|line 1: '-1' are no nanoseconds
		boottime 1 0 0\n|line 1: more than a clock, seconds and nanoseconds
	END
	run nstimeoffset --time-offsets nonexistent --print
	assert_refused 125 "cannot open 'nonexistent'"
}

test_frozen_offsets_are_named()
{
	run tool -b +5 -- nstimeoffset -b +5 --write self
	assert_refused 125 'the offsets of the time namespace are frozen'
	assert_err_has 'hint: they can be written until the first process enters it'
}

# Everything but CAP_SYS_TIME.
test_lack_of_cap_sys_time_is_named()
{
	if [ "$(id -u)" = 0 ]; then
		run setpriv --bounding-set=-sys_time nstimeoffset -b +5 -- echo ran
	else
		run unshare -r setpriv --bounding-set=-sys_time nstimeoffset -b +5 -- echo ran
	fi
	assert_refused 125 'cannot move the clocks: Operation not permitted'
	assert_err_has 'hint: it takes CAP_SYS_TIME'
}

test_lack_of_cap_sys_admin_is_named()
{
	if [ "$(id -u)" = 0 ]; then
		run setpriv --bounding-set=-sys_admin nstimeoffset -b +5 -- echo ran
	else
		run nstimeoffset -b +5 -- echo ran
	fi
	assert_refused 125 'cannot make a time namespace: Operation not permitted'
	assert_err_has 'hint: it takes CAP_SYS_ADMIN'
}

test_kernel_without_time_namespaces_is_named()
{
	run enosys unshare -- nstimeoffset -b +5 -- echo ran
	assert_refused 125 'this kernel has no time namespaces: Function not implemented'
	assert_err_has 'hint: they came with Linux 5.6'
	run enosys -e EINVAL unshare -- nstimeoffset -b +5 -- echo ran
	assert_refused 125 'this kernel has no time namespaces'
}

test_limit_of_namespaces_is_named()
{
	run unshare -r sh -c 'echo 0 >/proc/sys/user/max_time_namespaces &&
		exec nstimeoffset -b +5 -- echo ran'
	assert_refused 125 'cannot make a time namespace: No space left on device'
	assert_err_has 'max_time_namespaces'
}

# nsunshare has the same words for the same.
test_nsunshare_takes_the_same_times()
{
	for t in +1d2h -0.5s .5 =0 =@self; do
		# once more, should a second begin between the two
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
		ours=${ours#--boottime: }
		run nsunshare -T --boottime "$t" -- true
		assert_rc 125
		# but for the clock's reading, which goes on
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
	assert_refused 125 'no clock to move'
	run nstimeoffset true
	assert_refused 125 'no clock to move'
	run nstimeoffset --show -b 5
	assert_refused 125 '--show moves no clock'
	run nstimeoffset --json -b 5 true
	assert_refused 125 '--json goes with --show and --features only'
	run nstimeoffset -b 5 --print true
	assert_refused 125 "unexpected argument 'true'"
	run nstimeoffset -b 5 --write time:1
	assert_refused 125 'written through a process'
	run nstimeoffset -b 5 --write self --close-fds
	assert_refused 125 'handles are those of a program'
	run nstimeoffset --time-offsets - --base own --print
	assert_refused 125 'no meaning with --time-offsets'
	for pair in '--show --print' '--print --write=1' '-b5 --time-offsets=x' '-m5 --time-offsets=x'; do
		# shellcheck disable=SC2086
		run nstimeoffset $pair
		assert_rc 125
		assert_err_has 'exclude each other'
	done
	run nstimeoffset --base x -b 5 --print
	assert_rc 125
	assert_err_has "--base: 'x' is neither own nor initial"
	run nstimeoffset --anchor x -b 5 --print
	assert_err_has "--anchor: 'x' is neither start nor now"
}

. shunit2
