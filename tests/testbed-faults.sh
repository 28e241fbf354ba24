#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# testbed-faults: checks that faultlib finds no fault in programs that report their errors, and
# finds the faults of stand-ins that do not.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/faultlib.sh"
. "${0%/*}/cgrouplib.sh"

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
# runs in a subshell, so its asserts do not count. -x accepts the wrong results of the shell that
# interprets a stand-in, so that only the fault of the stand-in remains.
assert_reported()
{
	_text=$1
	shift
	said=$(FAULT_MAX=10 fault_all -x '^1' "$@" 2>&1)
	assertContains 'an assert fails:' "$said" 'ASSERT:'
	assertContains 'the reason is printed:' "$said" "$_text"
}

test_reports_a_tool_that_leaves_its_name_and_then_refuses_to_run()
{
	put_standin <<-'SCRIPT'
		#!/bin/sh
		[ ! -e "$0.name" ] || { echo 'the name exists' >&2; exit 125; }
		: >"$0.name"
		exec "$1"
	SCRIPT
	assert_reported 'fault the undisturbed run: a mount, file or cgroup was left' -- "$TMP/standin" "$FINAL"
	rm "$TMP/standin.name"
}

# faultlib cannot see what this stand-in leaves, because it ignores $TMP/files*.
test_reports_a_tool_that_can_run_only_once()
{
	put_standin <<-'SCRIPT'
		#!/bin/sh
		[ ! -e "${0%/*}/files.name" ] || { echo 'the name exists' >&2; exit 125; }
		: >"${0%/*}/files.name"
		exec "$1"
	SCRIPT
	assert_reported 'fault the repeated undisturbed run: exit status 0 expected' -- "$TMP/standin" "$FINAL"
}

test_reports_a_tool_that_does_not_reach_the_calls_again()
{
	put_standin <<-'SCRIPT'
		#!/bin/sh
		[ -e "${0%/*}/files.seen" ] || cat /dev/null /dev/null /dev/null
		: >"${0%/*}/files.seen"
		exec "$1"
	SCRIPT
	assert_reported 'points that were not reached' -- "$TMP/standin" "$FINAL"
}

# In its first run, the stand-in opens three files more than in the next runs.
test_lists_the_calls_again_if_they_have_changed()
{
	put_standin <<-'SCRIPT'
		#!/bin/sh
		[ -e "${0%/*}/files.seen" ] || more='/dev/null /dev/null /dev/null'
		: >"${0%/*}/files.seen"
		exec cat "$0.text" $more
	SCRIPT
	echo text >"$TMP/standin.text"
	assert_reported 'points that were not reached' -m 0 -f 1 -b cat -s openat -- "$TMP/standin"
	fault_all -l again -m 0 -f 1 -b cat -s openat -- "$TMP/standin"
}

# The stand-in succeeds only if it can read a file, and otherwise leaves another one. The option -x
# in assert_reported accepts the wrong status, but not the file.
test_reports_a_file_in_spite_of_an_accepted_status()
{
	put_standin <<-'SCRIPT'
		#!/bin/sh
		cat "$0.text" || { : >"$0.left"; exit 7; }
	SCRIPT
	echo text >"$TMP/standin.text"
	assert_reported 'a mount, file or cgroup was left' -b cat -s openat -- "$TMP/standin"
	assertNotContains 'the status is accepted:' "$said" 'exit status 125 expected'
	rm "$TMP/standin.left"
}

test_reports_a_cgroup_that_is_left()
{
	# Runs only as root.
	find_freezer
	CGROUP=$dir/$own_cgroup
	export CGROUP
	put_standin <<-'SCRIPT'
		#!/bin/sh
		mkdir -p "$CGROUP"
		exec "$1"
	SCRIPT
	assert_reported "> $CGROUP" -- "$TMP/standin" "$FINAL"
	rmdir "$CGROUP"
}

. shunit2
