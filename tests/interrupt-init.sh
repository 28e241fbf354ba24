#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# interrupt-init: checks that TERM, HUP and INT end each tool before it executes the program, even
# if the tool is process 1 of a pid namespace.
# Runs as root and as an ordinary user.
# Time limit: 120 seconds.
# shellcheck disable=SC2086,SC2154 # several words; rc, out and err are testlib.sh's
. "${0%/*}/testlib.sh"
require_ns user pid mnt

# Creates the FIFO $TMP/fifo, to which no data is written. The tools inherit the FIFO as descriptor
# 3.
oneTimeSetUp()
{
	mkfifo "$TMP/fifo" "$TMP/other"
	exec 9<>"$TMP/fifo"
	mkdir "$TMP/root"
}

# gone PID: returns 0 if the process has ended.
gone()
{
	case $(cut -d' ' -f3 "/proc/$1/stat" 2>/dev/null) in
	'' | Z | X) return 0 ;;
	esac
	return 1
}

# first_of PID: sets $first to the child of the process PID, which is process 1 of the new pid
# namespace. Returns 0 if the child has executed a tool.
first_of()
{
	first=$(pgrep -P "$1") || return 1
	case $(tr '\0' '\n' <"/proc/$first/cmdline" 2>/dev/null | head -n 1) in
	'' | unshare | env) return 1 ;;
	esac
}

# signal_first SIGNAL: sends the signal to process 1, and returns 0 if process 1 has ended. A signal
# that arrives before the tool can handle it is lost, so the caller must repeat the call.
signal_first()
{
	kill -s "$1" "$first" 2>/dev/null
	sleep 0.02
	gone "$first"
}

# assert_ends STATUS SIGNAL TOOL…: starts the tool as process 1 with arguments that make it block
# before it executes the program. Asserts that SIGNAL ends the tool with STATUS and that the program
# has not run.
assert_ends()
{
	_status=$1 _signal=$2
	shift 2
	# env sets the default signal actions, because a shell without job control ignores INT and
	# QUIT in its background processes, and unshare(1) of util-linux 2.36 ignores INT and TERM
	# in its child
	unshare --user --map-root-user --pid --fork --mount --mount-proc env --default-signal "$@" 3<&9 <"$TMP/fifo" >"$TMP/out" 2>"$TMP/err" &
	_unshare=$!
	settle 50 first_of $_unshare
	sleep 0.1
	assertFalse "waits: $* $(cat "$TMP/err")" "gone $first"
	settle 20 signal_first "$_signal"
	assertTrue "$_signal ends: $*" $?
	kill -KILL "$first" 2>/dev/null
	wait $_unshare 2>/dev/null
	assertEquals "$*" "$_status" $?
	assert_empty 'nothing ran' "$(cat "$TMP/out")"
}

# assert_all_end TOOL…: asserts that TERM, HUP and INT each end the tool as process 1.
assert_all_end()
{
	assert_ends 143 TERM "$@"
	assert_ends 129 HUP "$@"
	assert_ends 130 INT "$@"
}

test_a_signal_ends_the_wait_for_a_descriptor()
{
	for tool in nsunshare 'nsunshare --fork' 'nsunshare --init' nstimeoffset\ -b=0 nsinit 'nspivot --tmpfs /tmp' \
		'nsenter2 -t self -m' 'nsenter2 -t self -m --kill-child'; do
		dir=
		case $tool in
		nspivot*) dir=$TMP/root ;;
		esac
		assert_ends 143 TERM $tool --wait-fd 3 $dir -- echo ran
	done
	assert_all_end nspivot --tmpfs /tmp --wait-fd 3 "$TMP/root" -- echo ran
	assert_all_end nsunshare --wait-fd 3 -- echo ran
}

test_a_signal_ends_the_wait_for_standard_input()
{
	assert_all_end nspivot --file -:/f "$TMP/root" -- echo ran
	assert_ends 143 TERM nspivot --seccomp - "$TMP/root" -- echo ran
	assert_ends 143 TERM nsunshare --seccomp - -- echo ran
	assert_ends 143 TERM nsunshare -U --map - -- echo ran
	assert_ends 143 TERM nsunshare --fork -U --map - -- echo ran
	assert_ends 143 TERM nsunshare --time-offsets - -- echo ran
	assert_ends 143 TERM nsenter2 -t self -m --seccomp - -- echo ran
	assert_ends 143 TERM nsenter2 --each -- echo ran
	assert_ends 143 TERM nsidmap run - -- echo ran
}

# No process opens the FIFO $TMP/other for writing, so the tool blocks in open(2).
test_a_signal_ends_the_wait_for_a_fifo()
{
	assert_all_end nsunshare --seccomp "$TMP/other" -- echo ran
	assert_ends 143 TERM nspivot --seccomp "$TMP/other" "$TMP/root" -- echo ran
	assert_ends 143 TERM nsunshare -U --map "$TMP/other" -- echo ran
}

test_a_signal_ends_the_wait_for_a_setup_command()
{
	assert_ends 143 TERM nsunshare --setup 'exec sleep 1000' -- echo ran
	assert_ends 143 TERM nsunshare --fork --setup 'exec sleep 1000' -- echo ran
	assert_ends 143 TERM nsunshare --setup-outside 'exec sleep 1000' -- echo ran
	assert_ends 143 TERM nsunshare --fork --setup-outside 'exec sleep 1000' -- echo ran
}

test_an_ignored_signal_stays_ignored()
{
	unshare --user --map-root-user --pid --fork --mount --mount-proc env --default-signal --ignore-signal=HUP \
		nsunshare --wait-fd 3 -- grep SigIgn /proc/self/status 3<"$TMP/other" >"$TMP/out" &
	_unshare=$!
	exec 8>"$TMP/other"
	settle 50 first_of $_unshare
	assertTrue 'the tool waits' $?
	kill -HUP "$first"
	exec 8>&-
	wait $_unshare
	assertEquals 0 $?
	assertEquals 'SigIgn:	0000000000000001' "$(cat "$TMP/out")"
}

# The program starts with the default signal actions, because execve(2) removes the handlers of the
# tool.
test_the_program_gets_the_default_actions()
{
	run unshare --user --map-root-user --pid --fork --mount-proc nsunshare -u -- cat /proc/self/status
	assert_rc 0
	assert_out_has 'SigCgt:	0000000000000000'
}

. shunit2
