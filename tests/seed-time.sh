#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seed-time: the examples of an article on time namespaces: a container whose clocks look just
# booted, and offsets relative to the initial namespace.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns time
require_tool uptime

own=''
[ "$(id -u)" = 0 ] || own=-r

test_the_boot_clock_starts_at_zero()
{
	# procps 4.0.7 prints "up 0 minute" instead of "up 0 minutes", so append the "s"
	# allow some seconds, because the machine may be busy
	run nsunshare $own -- nstimeoffset -b =0 -- sh -c 'read -r up _ </proc/uptime; [ "${up%.*}" -gt 9 ] || echo early; uptime -p | sed "s/minute$/&s/"'
	assert_ok
	assert_out 'early
up 0 minutes'
}

test_the_clock_outside_does_not_change()
{
	read -r before _ </proc/uptime
	run nsunshare $own -- nstimeoffset -b =0 -- echo ran
	assert_out ran
	read -r after _ </proc/uptime
	assertTrue 'the clock outside has advanced' "[ ${after%.*} -ge ${before%.*} ]"
}

# The offsets of a nested time namespace are relative to the initial time namespace, so it is hard
# to compute them by hand.
test_zero_starts_at_zero_in_a_nested_namespace()
{
	run nsunshare $own -- nstimeoffset -b +1000d -- nstimeoffset -b =0 -- \
		sh -c 'read -r up _ </proc/uptime; [ "${up%.*}" -gt 9 ] || echo early'
	assert_ok
	assert_out early
}

test_shows_the_offsets()
{
	expected=$(awk '{ print $1, $2 + ($1 == "monotonic" ? 3600 : 86400), $3 }' /proc/self/timens_offsets)
	run nsunshare $own -- nstimeoffset -b +1d -m +1h -- awk '{ print $1, $2, $3 }' /proc/self/timens_offsets
	assert_ok
	assert_out "$expected"
}

# The offset of the inner time namespace in timens_offsets includes the offset of the outer
# namespace.
test_offsets_are_relative_to_the_initial_namespace()
{
	read -r _ outer _ <<-END
		$(grep boottime /proc/self/timens_offsets)
	END
	run nsunshare $own -- nstimeoffset -b +1d -- nstimeoffset -b +1d -- sed -n 's/^boottime *\([0-9-]*\) .*/\1/p' /proc/self/timens_offsets
	assert_ok
	assert_out $((outer + 172800))
}

# As the program clock_times in the article on time namespaces shows, the realtime clock does not
# change, and the offsets are added to the monotonic and the boottime clock.
test_a_program_reads_moved_clocks()
{
	run nsunshare $own -- nstimeoffset -b =1h -m =2h -- sh -c 'clocks read | cut -d. -f1'
	assert_ok
	# the clocks go on while the program starts
	assertTrue "$out" "echo '$out' | grep -qx 'monotonic 720[0-9]' && echo '$out' | grep -qx 'boottime 360[0-9]'"
	assert_out_has '
realtime '
	inner=${out##* }
	outer=$(date +%s)
	assertTrue "$inner and $outer" "[ $((outer - inner)) -ge 0 ] && [ $((outer - inner)) -le 5 ]"
}

# --show prints each clock and its offset.
test_show_prints_the_readings_of_the_clocks()
{
	run nsunshare $own -- nstimeoffset -b =1h -- nstimeoffset --show
	assert_rc 0
	assert_out_has BOOTTIME
	assertEquals "$out" 1 "$(awk 'NR == 2 { print ($7 >= 3600 && $7 < 3620) }' "$TMP/out")"
}

. shunit2
