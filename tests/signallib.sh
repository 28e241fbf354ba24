# shellcheck shell=sh disable=SC2034 # out, rc and took are for the tests
# SPDX-License-Identifier: GPL-2.0-or-later
# signallib.sh: a program in the background that says when it is ready for signals. Sourced after testlib.sh.
#
#	start nsinit signals count 10
#	kill -USR1 "$pid"
#	finish
#	assert_rc 0

# start CMD…: in the background, until it writes "ready". Sets $pid; its standard error is in $TMP/err.
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

# finish: until every writer has ended. What was shown since, in $out; status in $rc, seconds in $took.
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
