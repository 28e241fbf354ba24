#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# testbed-faults: checks that faultlib finds no fault in programs that report their errors, and
# finds the faults of stand-ins that do not.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/faultlib.sh"

test_accepts_an_exec_tool_that_reports_failures()
{
	fault_all -- env "$FINAL"
}

test_accepts_a_reporter_that_reports_failures()
{
	echo text >"$TMP/text"
	fault_all -f 1 -s openat,read,write -- cat "$TMP/text"
}

test_accepts_a_program_that_leaves_nothing_when_killed()
{
	fault_kill -- unshare --user --pid --fork --kill-child "$FINAL"
}

# put_standin: writes the standard input to $TMP/standin, which the next functions run as the tool.
put_standin()
{
	cat >"$TMP/standin"
	chmod 755 "$TMP/standin"
}

# assert_reported TEXT OPTION… -- CMD…: asserts that fault_all fails and prints TEXT. fault_all
# runs in a subshell, so its asserts do not count.
assert_reported()
{
	_text=$1
	shift
	said=$(fault_all "$@" 2>&1)
	assertContains 'an assert fails:' "$said" 'ASSERT:'
	assertContains 'the reason is printed:' "$said" "$_text"
}

# The stand-in succeeds only if it can read a file, and otherwise leaves another one. The option -x
# accepts the wrong status, but not the file.
test_reports_a_file_in_spite_of_an_accepted_status()
{
	put_standin <<-'SCRIPT'
		#!/bin/sh
		cat "$0.text" || { : >"$0.left"; exit 7; }
	SCRIPT
	echo text >"$TMP/standin.text"
	assert_reported 'a file or cgroup was left' -b cat -x '^1' -s openat -- "$TMP/standin"
	assertNotContains 'the status is accepted:' "$said" 'exit status 125 expected'
	rm "$TMP/standin.left"
}

. shunit2
