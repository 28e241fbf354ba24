#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsunshare-load: checks 1,000 instances that start at once, and 1,000 instances whose parents are
# killed at random moments.
# Runs as root and as an ordinary user.
# Runs only in check-long.
# Time limit: 300 seconds.
. "${0%/*}/testlib.sh"
require_ns user mnt uts ipc pid

test_starts_1000_instances_at_once()
{
	for _ in $(seq 1000); do
		nsunshare -Urmipuf --mount-proc echo ran >>"$TMP/ran" 2>>"$TMP/said" &
		echo "$!" >>"$TMP/pids"
	done
	bad=0
	while read -r pid; do
		wait "$pid" || bad=$((bad + 1))
	done <"$TMP/pids"
	assertEquals "$(head -3 "$TMP/said")" 0 $bad
	assertEquals 1000 "$(grep -c ran "$TMP/ran")"
}

# orphans ARGUMENT…: 1,000 times, runs nsunshare with the arguments and the program sleep(1), and
# kills nsunshare within 5 ms of its start. Asserts that no process remains.
orphans()
{
	cat >"$TMP/killer" <<-'SCRIPT'
		for (1 .. 1000) {
			my $pid = fork // die;
			exec "nsunshare", @ARGV, "sleep", "1000.7" if !$pid;
			select undef, undef, undef, rand 0.005;
			kill "KILL", $pid;
			waitpid $pid, 0;
		}
	SCRIPT
	run nsunshare "$@" echo ran
	assert_out ran
	perl "$TMP/killer" "$@"
	for _ in $(seq 100); do
		left=$(pgrep -cf '^sleep 1000[.]7|^nsunshare .*1000[.]7')
		[ "$left" = 0 ] && break
		sleep 0.05
	done
	assertEquals "orphans of $*" 0 "$left"
}

test_a_killed_parent_leaves_no_orphan_in_1000_tries()
{
	orphans --kill-child
	orphans -Urpm --mount-proc --kill-child
	[ "$(id -u)" = 0 ] || return 0
	orphans --kill-child -S 1000
	orphans -p --kill-child -S 1000 -G 1000
}

. shunit2
