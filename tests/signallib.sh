# shellcheck shell=sh disable=SC2034 # the tests use out, rc and took
# SPDX-License-Identifier: GPL-2.0-or-later
# signallib.sh: starts a program in the background and waits until it is ready for signals. Sourced
# after testlib.sh.
#
#	start nsinit signals count 10
#	kill -USR1 "$pid"
#	finish
#	assert_rc 0

# start CMD…: starts CMD in the background and waits until it writes "ready". Sets $pid to the pid
# of CMD. Redirects the standard error of CMD to $TMP/err.
start()
{
	rm -f "$TMP/fifo"
	mkfifo "$TMP/fifo"
	"$@" >"$TMP/fifo" 2>"$TMP/err" &
	pid=$!
	exec 4<"$TMP/fifo"
	read -r line <&4
	assertEquals ready "$line"
}

# finish: waits until every process that has the output pipe open has ended. Sets $out to the
# remaining output, $rc to the exit status, and $took to the number of seconds that it waited.
finish()
{
	_began=$(date +%s)
	out=$(cat <&4)
	exec 4<&-
	wait "$pid"
	rc=$?
	took=$(($(date +%s) - _began))
	_ran='the program'
}
