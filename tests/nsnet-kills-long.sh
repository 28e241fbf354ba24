#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsnet-kills-long: kills nsnet 1,000 times at random moments. Checks that only an empty file of a
# name remains, which gc removes. nsnet-faults kills nsnet at each system call; a random moment can
# also be inside a system call.
# Runs as root.
# Runs only in check-long.
# Time limit: 600 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/netlib.sh"
require_ns net mnt
require_tool ip nft
host_is_ours

RUNS=1000

# moments: prints RUNS random numbers of seconds, after which the tests kill nsnet. The upper limit
# is 1.2 times the duration of one `nsnet run`.
moments()
{
	began=$(date +%s%N)
	nsnet run --bridge br0 -- true
	awk -v us=$((($(date +%s%N) - began) / 1000)) -v runs=$RUNS -v seed=$$ 'BEGIN {
		srand(seed)
		for (i = 0; i < runs; i++)
			printf "%.6f\n", rand() * us * 1.2 / 1e6
	}'
}

setUp()
{
	nsnet bridge br0,10.1.0.1/24
	note_network
}

tearDown()
{
	clear_network
	nft flush ruleset
	rm -f /run/netns/*
}

# web_is_complete: succeeds if the namespace web has its address and its default route.
web_is_complete()
{
	ip -n web -o addr show eth0 2>/dev/null | grep -q 'inet 10[.]1[.]0[.]' &&
		ip -n web route | grep -q '^default via 10[.]1[.]0[.]1'
}

# With --foreground, timeout(1) waits for the killed process. Without --foreground, timeout(1) kills
# itself as well, and the process can still be in a system call when the test looks for the results.
test_killed_runs_and_adds_leave_an_empty_file_or_a_complete_network()
{
	whole=0 empty=0 wrong=
	moments >"$TMP/moments"
	while read -r moment; do
		timeout --foreground -s KILL "$moment" nsnet run --bridge br0 -- true
		timeout --foreground -s KILL "$moment" nsnet add web --bridge br0
		if web_is_complete; then
			whole=$((whole + 1))
			nsnet del web || wrong="$wrong del:$moment"
		elif [ -e /run/netns/web ]; then
			empty=$((empty + 1))
			[ "$(nsnet gc)" = /run/netns/web ] || wrong="$wrong gc:$moment"
		fi
		[ ! -e /run/netns/web ] || wrong="$wrong name:$moment"
	done <"$TMP/moments" 2>/dev/null
	assert_empty 'moments of wrong results' "$wrong"
	assertTrue "different moments are hit (complete $whole, empty $empty)" "[ $whole -gt 20 ] && [ $empty -gt 20 ]"
	assert_network_as_noted
}

# Without the table flag `owner`, the rules remain, and nsnet gc keeps them in this pid namespace.
test_killed_runs_with_nat_leave_no_rules()
{
	moments >"$TMP/moments"
	awk '{ print $1 * 3 }' "$TMP/moments" | head -n 200 >"$TMP/later"
	while read -r moment; do
		timeout --foreground -s KILL "$moment" nsnet run --bridge br0 --nat --publish 8080:80 -- true
	done <"$TMP/later" 2>/dev/null
	run nsnet run --bridge br0 --nat --publish 8080:80 -- echo ran
	assert_ok
	assert_out ran
	feature nft-owner || nft flush ruleset
	assert_network_as_noted
}

. shunit2
