#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsnet-faults: makes each system call fail once and kills nsnet at each call. Checks that the
# network is then unchanged or complete.
# Runs as root.
# Time limit: 180 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/netlib.sh"
. "${0%/*}/faultlib.sh"
require_ns net mnt
require_tool ip nft
host_is_ours

# The program prints the address of eth0 and the default route. Both exist only if the network is
# complete.
printf '#!/bin/sh\necho "final ran"\nip -o -4 addr show eth0 | sed "s/.*inet \\([^ ]*\\) .*/\\1/"\nip route show default | cut -d" " -f1-3\n' >"$FINAL"

setUp()
{
	nsnet bridge br0,10.1.0.1/24
}

tearDown()
{
	stop_holders
	clear_network
	rm -f /run/netns/*
}

test_no_program_runs_with_an_incomplete_network()
{
	FAULT_MAX=80 fault_all -- nsnet run --link eth0@br0,10.1.0.9/24 -- "$FINAL"
}

test_killed_run_leaves_nothing_behind()
{
	note_network
	fault_kill -- nsnet run --link eth0@br0,10.1.0.9/24 -- "$FINAL"
	assert_network_as_noted
}

# points CMD…: prints the number of those system calls of CMD that the helper failat can make fail.
points()
{
	failat --list -o "$TMP/report" -- "$@" >/dev/null
	grep -c . "$TMP/report"
}

# The test kills nsnet only at every fourth system call, because libnftables makes hundreds of them.
#
# The sysctls that allow forwarding may remain, because nsnet leaves them set intentionally. Without
# the table flag `owner`, the rules may also remain, because nsnet gc keeps them in this pid
# namespace.
test_killed_anywhere_a_run_with_nat_leaves_nothing()
{
	note_network
	n=$(points nsnet run --link eth0@br0,10.1.0.9/24 --nat -- "$FINAL")
	assertTrue "there are system calls ($n)" "[ $n -gt 150 ]"
	k=0
	while [ $((k += 4)) -le "$n" ]; do
		failat -k $k --kill 9 -o "$TMP/report" -- nsnet run --link eth0@br0,10.1.0.9/24 --nat -- "$FINAL" >/dev/null 2>&1
	done
	feature nft-owner || nft flush ruleset
	assert_network_as_noted
}

# If nsnet is killed, either the network is complete, or only an empty file remains in /run/netns,
# and nsnet gc removes this file.
test_killed_add_leaves_an_empty_file_or_a_complete_network()
{
	note_network
	n=$(points nsnet add web --bridge br0)
	nsnet del web
	assertTrue 'enough system calls are found' "[ $n -gt 40 ]"
	k=0 whole=0 empty=0
	while [ $((k += 1)) -le "$n" ]; do
		failat -k $k --kill 9 -o "$TMP/report" -- nsnet add web --bridge br0 >/dev/null 2>&1
		if ip -n web -o addr show eth0 2>/dev/null | grep -q 'inet 10[.]1[.]0[.]'; then
			whole=$((whole + 1))
			nsnet del web
		else
			[ ! -e /run/netns/web ] || empty=$((empty + 1))
			nsnet gc >/dev/null
		fi
		[ ! -e /run/netns/web ] || fail "call $k: the name stays"
	done
	assert_network_as_noted
	assertTrue "some runs left an empty file ($empty)" "[ $empty -gt 0 ]"
}

. shunit2
