#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seed-time: the article on clocks: a container that has just booted, and whose offsets count from the first namespace.
# as: root user
. "${0%/*}/testlib.sh"
require_ns time
require_tool uptime

own=''
[ "$(id -u)" = 0 ] || own=-r

test_the_boot_clock_starts_at_zero()
{
	run nsunshare $own -- nstimeoffset -b =0 -- sh -c 'read -r up _ </proc/uptime; echo "${up%.*}"; uptime -p'
	assert_ok
	assert_out '0
up 0 minutes'
}

test_and_the_clock_outside_goes_on()
{
	read -r before _ </proc/uptime
	run nsunshare $own -- nstimeoffset -b =0 -- true
	read -r after _ </proc/uptime
	assertTrue 'the clock outside went on' "[ ${after%.*} -ge ${before%.*} ]"
}

# The offsets of a nested namespace count from the first one, which is what makes it hard by hand.
test_zero_is_zero_in_a_nested_namespace()
{
	run nsunshare $own -- nstimeoffset -b +1000d -- nstimeoffset -b =0 -- \
		sh -c 'read -r up _ </proc/uptime; echo "${up%.*}"'
	assert_ok
	assert_out 0
}

test_the_offsets_can_be_read()
{
	run nsunshare $own -- nstimeoffset -b +1d -m +1h -- cat /proc/self/timens_offsets
	assert_ok
	assert_out_has 3600
	assert_out_has 86400
}

# What the article's clock_times prints: each clock and its offset.
test_readings_are_shown()
{
	run nsunshare $own -- nstimeoffset -b =1h -- nstimeoffset --show
	assert_rc 0
	assert_out_has BOOTTIME
	assert_out_has ' 3600.0'
}

. shunit2
