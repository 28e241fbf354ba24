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
# writes to the descriptor of --ready-fd.
test_a_failed_call_with_notify_is_reported()
{
	cat >"$TMP/service" <<-'SCRIPT'
		#!/bin/sh
		perl -MSocket -e 'socket(my $s, AF_UNIX, SOCK_DGRAM, 0); (my $name = $ENV{NOTIFY_SOCKET}) =~ s/^@/\0/;
			send($s, "READY=1", 0, pack("S a*", AF_UNIX, $name)) or die'
		exec "$1"
	SCRIPT
	chmod 755 "$TMP/service"
	fault_all -u service -i '^ready$|NOTIFY_SOCKET' -- nsinit --notify --ready-fd 1 --pdeathsig TERM -- "$TMP/service" "$FINAL"
}

# When nsinit has written the line "ready", pkill(1) sends TERM to nsinit, which ends the pause.
test_a_failed_call_does_not_end_the_pause()
{
	fault_all -o none -f '125 124 1' -b nsinit -s prctl,rt_sigaction,rt_sigprocmask,chdir,close_range,rt_sigtimedwait,wait4 -- \
		sh -c 'nsinit --pause --ready-fd 1 | { read -r line; pkill -TERM -x nsinit; cat; }; echo ended'
}

. shunit2
