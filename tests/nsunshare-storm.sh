#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsunshare-storm: a thousand at once all succeed; the parent killed a thousand times at a random moment leaves no orphan.
# as: root
# suite: long
# budget: 300
. "${0%/*}/testlib.sh"
require_root
require_ns user pid mnt uts ipc net

test_a_thousand_at_once()
{
	: >"$TMP/failed"
	i=0
	while [ $i -lt 1000 ]; do
		(nsunshare -Urmipuf --mount-proc true || echo failed >>"$TMP/failed") 2>>"$TMP/failed" &
		i=$((i + 1))
	done
	wait
	assertEquals 'runs that failed' '' "$(cat "$TMP/failed")"
}

# The program is known by its argument. Up to 5 ms later than its start the parent gets KILL.
test_a_killed_parent_leaves_no_orphan()
{
	i=0
	while [ $i -lt 1000 ]; do
		case $((i % 2)) in
		0) options='--kill-child -S 1000' ;;
		1) options='-p --kill-child -S 1000 -G 1000' ;;
		esac
		# shellcheck disable=SC2086 # words
		nsunshare $options sleep 98765 &
		pid=$!
		sleep "0.00$((i * 7 % 50 / 10))$((i % 10))"
		kill -KILL $pid
		wait $pid 2>/dev/null
		i=$((i + 1))
	done 2>/dev/null
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		left=$(pgrep -c -f '^sleep 98765$')
		[ "$left" = 0 ] && break
		sleep 0.1
	done
	assertEquals 'orphans' 0 "$left"
}

. shunit2
