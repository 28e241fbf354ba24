#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# readme-runs: checks that the tour of the README prints the output in the text, and that the
# commands that replace those of other tools work.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/pagelib.sh"
require_ns user mnt pid uts ipc net time
require_tool busybox ip

readme=${0%/*}/../README
prompt=\$
[ "$(id -u)" != 0 ] || prompt=\#

# steady: a filter that makes output comparable. Replaces numbers that differ between machines by N,
# including an uptime that has few digits right after a boot. Sorts the lines, because the kernel
# assigns inode numbers in any order. Removes the warning of nslist that an ordinary user cannot
# read other users' processes. A sanitized nsunshare creates its child with fork(2) instead of
# vfork(2), and therefore does not become undumpable. In this case the filter also removes the steps
# that change this, and the numbers of all steps.
steady()
{
	[ -z "${ASAN_OPTIONS+set}" ] ||
		set -- -e '/^[0-9]* caller become .*dumpable/d' -e 's/^[0-9]* \(c[a-z]* \)/\1/'
	sed -e 's/[0-9]\{1,\}\.[0-9]\{1,9\}/N/g' -e 's/[0-9]\{4,\}\(\.[0-9]*\)\{0,1\}/N/g' -e 's/^[|` -]*//' -e 's/  */ /g' -e 's/ $//' -e '/^nslist: incomplete/d' "$@" | sort
}

test_the_tour_prints_what_the_text_shows()
{
	feature nslist || return 0
	# shellcheck disable=SC2034 # for play
	settle=steady
	play "$prompt" "$(sed -n '/^A tour/,/^If you use/s/^    //p' "$readme")"
}

# instead COMMAND [PREFIX…]: asserts that the table in the README contains COMMAND, and that PREFIX
# COMMAND succeeds. CMD, PID and the names in COMMAND are replaced by real ones.
instead()
{
	assertTrue "the README has: $1" "grep -qF -- '$1' '$readme'"
	_command=$1
	shift
	case $_command in
	*nslist*) feature nslist || return 0 ;;
	esac
	run "$@" sh -c "$(echo "$_command" | sed "s/CMD/true/; s/PID/${target:-$$}/; s/4026531840/$(stat -Lc %i /proc/self/ns/net)/; s/USER/$(id -un)/")"
	assert_rc 0
}

test_the_commands_of_the_table_work()
{
	instead 'nsunshare -r -mp --mount-proc CMD'
	instead 'nslist -t net'
	instead 'nslist 4026531840'
	instead 'nsunshare -Umpr -- nspivot --host-root CMD'
	instead 'nsinit -- CMD'
	instead 'nsidmap subids USER'
	start_holder nsunshare -U -- sh -c 'echo $$ >&3; exec sleep 1000 3>&-'
	target=$holder_line
	instead 'nsidmap plan --auto | nsidmap write PID -'
	assertTrue 'the map is written' "grep -q . /proc/$target/uid_map"
	target=
	[ "$(id -u)" = 0 ] || return 0
	ip netns add blue 2>/dev/null
	# shift the clock by one day first, because -1h would fail if the machine has run for less
	# than an hour
	instead 'nstimeoffset -b -1h CMD' nstimeoffset -b +1d --
	instead 'nsenter2 -t PID -a CMD'
	instead 'nsenter2 -t netns:blue CMD'
	instead 'nslist -rno REF -t net | nsenter2 --each -- CMD'
	instead 'nsnet add web --bridge br0,10.63.0.1/24'
	run ip -n web -br addr show eth0
	assert_out_has 10.63.0.2/24
	[ -z "$(command -v nft)" ] || instead 'nsnet bridge br0 --nat'
	nsnet del web br0
}

. shunit2
