#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsinit-faults: checks that no failed system call is reported as success, and that killing nsinit
# at any call leaves nothing behind.
# Runs as root and as an ordinary user.
# Runs only in check-long.
# Time limit: 300 seconds.
. "${0%/*}/testlib.sh"
require_ns user pid
. "${0%/*}/faultlib.sh"

test_no_failed_call_is_reported_as_success()
{
	fault_all -- nsinit --grace 1s --keep-fd 0 --pid-file "$TMP/pid" -- "$FINAL"
}

# The program starts a process that has a child. nsinit must end both, as their subreaper.
test_a_failed_call_leaves_no_orphan()
{
	mkdir -p "$TMP/orphans"
	cat >"$TMP/orphans/final" <<-'SCRIPT'
		#!/bin/sh
		sh -c 'sleep 1000 & exec sleep 1000' </dev/null >/dev/null 2>&1 &
		while [ "$(wc -w <"/proc/$!/task/$!/children")" != 1 ]; do :; done
		echo 'final ran'
	SCRIPT
	chmod -R 755 "$TMP/orphans"
	fault_all -- nsinit --grace 0.2s -- "$TMP/orphans/final"
}

test_a_failing_wait_leaves_no_orphan()
{
	note_state
	run enosys -e ECHILD wait4 -- nsinit -- sh -c 'sleep 1000 </dev/null >/dev/null 2>&1 &'
	assert_refused 125 'No child processes'
	assert_no_leftovers
}

test_a_failed_call_of_process_1_leaves_no_orphan()
{
	fault_all -- nsunshare -Urpm --mount-proc -- nsinit --grace 1s -- "$FINAL"
}

test_a_kill_of_process_1_at_any_call_leaves_nothing()
{
	fault_kill -- nsunshare -Urpmf --kill-child --mount-proc -- nsinit -- "$FINAL"
}

# If a system call fails after the program has begun, nsinit may omit the line "ready" that it
# writes to the descriptor of --ready-fd. If the process that sent the message still exists, nsinit
# reads its parents in /proc. These are up to a quarter of all calls, and not made in each run.
test_a_failed_call_with_notify_is_reported()
{
	cat >"$TMP/service" <<-'SCRIPT'
		#!/bin/sh
		perl -MSocket -e 'socket(my $s, AF_UNIX, SOCK_DGRAM, 0); (my $name = $ENV{NOTIFY_SOCKET}) =~ s/^@/\0/;
			send($s, "READY=1", 0, pack("S a*", AF_UNIX, $name)) or die'
		exec "$1"
	SCRIPT
	chmod 755 "$TMP/service"
	fault_all -m 25 -u service -i '^ready$|NOTIFY_SOCKET' -- nsinit --notify --ready-fd 1 --pdeathsig TERM -- "$TMP/service" "$FINAL"
}

# When nsinit has written the line "ready", the script sends TERM, which ends the pause. It prints
# the line and the exit status of nsinit. nsinit may fail before it has written the line. If nsinit
# fails later, the script exits with 99, which is never right.
test_a_failed_call_does_not_end_the_pause()
{
	cat >"$TMP/pause" <<-'SCRIPT'
		#!/bin/sh
		{ sh -c 'echo $$ && exec nsinit --pause --ready-fd 1'; echo "$?"; } | {
			read -r pid
			read -r line
			echo "$line"
			[ "$line" = ready ] || exit "$line"
			# wait until nsinit sleeps; cut fails if it has ended
			while state=$(cut -d' ' -f3 "/proc/$pid/stat") && [ "$state" != S ]; do :; done
			kill -TERM "$pid" || exit 99
			read -r status
			echo "$status"
			[ "$status" = 0 ] || exit 99
		}
	SCRIPT
	chmod 755 "$TMP/pause"
	fault_all -b nsinit -s prctl,chdir,signalfd4,poll,write,close_range,wait4 -- "$TMP/pause"
}

. shunit2
