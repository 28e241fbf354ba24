#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsinit-notify: checks that nsinit --notify passes READY=1 of the program on to --ready-fd and
# --status-fd.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
. "${0%/*}/signallib.sh"
require_ns user pid net
require_tool jq perl

setUp()
{
	rm -rf "${TMP:?}"/*
	mkfifo "$TMP/ready" "$TMP/go" "$TMP/end"
	# notify TEXT…: sends each TEXT as a message to NOTIFY_SOCKET. If the last argument is
	# --wait=FILE, notify then waits for a line from FILE, because nsinit may ignore a message
	# whose sender has ended.
	cat >"$TMP/notify" <<'PERL'
#!/usr/bin/perl
use strict;
use Socket;
socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die;
(my $name = $ENV{NOTIFY_SOCKET} // die "NOTIFY_SOCKET is not set\n") =~ s/^@/\0/;
for (@ARGV) {
	/^--wait=(.*)/ and do { open(my $f, "<", $1) or die; <$f>; last };
	send($s, $_, 0, pack("S a*", AF_UNIX, $name)) or die "send: $!\n";
}
PERL
	chmod 755 "$TMP/notify"
}


# in_modes CMD…: runs CMD twice, with $mode set to a command that starts nsinit: first as a
# subreaper, and then as process 1 of a new pid namespace.
in_modes()
{
	for _m in subreaper first; do
		[ $_m = first ] && mode='nsunshare -rpm --mount-proc -- nsinit' || mode=nsinit
		"$@"
	done
}

line_comes_late()
{
	# shellcheck disable=SC2086 # several words
	$mode --notify --ready-fd 7 --status-fd 8 -- sh -c 'read -r line <"$1/go"; "$1/notify" "STATUS=almost
READY=1" READY=1 "--wait=$1/go"' sh "$TMP" 7>"$TMP/ready" 8>"$TMP/status" &
	pid=$!
	exec 5<"$TMP/ready" 6<>"$TMP/go"
	settle 50 grep -q '"exec"' "$TMP/status"
	assertFalse 'not ready before' "grep -q ready '$TMP/status'"
	echo >&6
	# the reader of the descriptor gets the line and then the end of file, although the program
	# still runs
	run cat <&5
	assert_out ready
	assertTrue 'the program still runs' "kill -0 $pid"
	echo >&6
	wait $pid
	assertEquals 0 $?
	exec 5<&- 6<&-
	assertEquals 'created exec ready exit' "$(jq -r .event "$TMP/status" | xargs)"
	assertEquals "$(jq -r 'select(.event == "exec") | .pid' "$TMP/status")" \
		"$(jq -r 'select(.event == "ready") | .pid' "$TMP/status")"
}

test_the_line_is_written_when_the_program_is_ready()
{
	in_modes line_comes_late
}

no_line()
{
	# shellcheck disable=SC2086 # several words
	run $mode --notify --ready-fd 7 --status-fd 8 -- sh -c '"$1/notify" STATUS=READY=1; "$1/notify" READY=0; "$1/notify" XREADY=1
		"$1/notify" READY=11; exit 3' sh "$TMP" 7>"$TMP/line" 8>"$TMP/status"
	assert_rc 3
	assert_err_empty
	assertFalse 'no line' "[ -s '$TMP/line' ]"
	assertEquals 'created exec exit' "$(jq -r .event "$TMP/status" | xargs)"
}

test_no_line_is_written_if_the_program_is_never_ready()
{
	in_modes no_line
}

last_words()
{
	# shellcheck disable=SC2086 # several words
	run $mode --notify --ready-fd 7 -- "$TMP/notify" READY=1 7>"$TMP/line"
	assert_rc 0
	assertEquals ready "$(cat "$TMP/line")"
}

test_the_message_of_a_program_that_ends_at_once_is_passed_on()
{
	in_modes last_words
}

# Two pending standard signals with the same number become one. If the kernel sent SIGIO for each
# message, nsinit would not forward a SIGIO that another process sends at the same time.
signal_with_a_message()
{
	# a new session, so that the process group of nsunshare is orphaned, and it does not stop
	# together with nsinit
	# shellcheck disable=SC2086 # several words
	setsid $mode --notify --ready-fd 7 -- sh -c 'trap "exit 5" IO; { read -r line <"$1/go"; exec "$1/notify" READY=1 "--wait=$1/end"; } &
		echo >"$1/began"; while :; do sleep 0.02; done' sh "$TMP" 7>"$TMP/line" &
	pid=$!
	settle 50 test -e "$TMP/began"
	init=$(pgrep -P "$pid" -x nsinit || echo "$pid")
	kill -STOP "$init"
	echo >"$TMP/go"
	# the shell waits here until notify has sent the message and opens the FIFO for reading
	exec 6>"$TMP/end"
	kill -IO "$init"
	kill -CONT "$init"
	wait "$pid"
	assertEquals 5 $?
	assertEquals ready "$(cat "$TMP/line")"
	exec 6>&-
	rm "$TMP/began"
}

test_forwards_sigio_while_a_message_is_pending()
{
	in_modes signal_with_a_message
}

test_the_program_has_no_descriptor_of_nsinit()
{
	run nsinit --notify --ready-fd 7 -- sh -c 'ls /proc/self/fd; echo "$NOTIFY_SOCKET"' 7>/dev/null
	assert_ok
	assertEquals '0 1 2 3' "$(sed -n 1,4p "$TMP/out" | xargs)"
	case $(sed -n 5p "$TMP/out") in
	@?????) : ;;
	*) fail "an abstract address expected: $out" ;;
	esac
}

# A process outside of the pid namespace may send to the socket, but nsinit must ignore the message,
# because the process is not its descendant.
stranger()
{
	# shellcheck disable=SC2086 # several words
	$mode --notify --ready-fd 7 -- sh -c 'echo "$NOTIFY_SOCKET" >"$1/name"; read -r line <"$1/go"' sh "$TMP" 7>"$TMP/line" &
	pid=$!
	settle 50 test -s "$TMP/name"
	NOTIFY_SOCKET=$(cat "$TMP/name") run "$TMP/notify" READY=1
	assert_ok
	echo >"$TMP/go"
	wait $pid
	assertEquals 0 $?
	assertFalse 'no line' "[ -s '$TMP/line' ]"
	rm "$TMP/name"
}

test_a_message_of_another_process_is_ignored()
{
	in_modes stranger
}

test_the_variable_of_the_caller_is_replaced_only_with_the_option()
{
	run env NOTIFY_SOCKET=/outer nsinit -- sh -c 'echo "$NOTIFY_SOCKET"'
	assert_out /outer
	run env NOTIFY_SOCKET=/outer nsinit --notify --status-fd 7 -- sh -c 'echo "$NOTIFY_SOCKET"' 7>/dev/null
	assert_out_has @
}

# systemd-notify sends a descriptor with BARRIER=1 and waits until nsinit has closed it.
test_descriptors_of_a_message_are_closed()
{
	feature systemd-notify || return 0
	run timeout 20 nsinit --notify --ready-fd 7 -- systemd-notify --ready 7>"$TMP/line"
	assert_rc 0
	assertEquals ready "$(cat "$TMP/line")"
}

test_a_signal_IO_of_another_process_is_forwarded()
{
	start nsinit --notify --status-fd 2 -- sh -c 'trap "echo io; exit 4" IO; echo ready; while :; do sleep 0.02; done'
	kill -IO "$pid"
	finish
	assert_rc 4
	assert_out io
}

test_the_option_needs_a_descriptor()
{
	run nsinit --notify -- true
	assert_rc 125
	assert_err_has '--notify requires --ready-fd or --status-fd'
}

. shunit2
