#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsunshare-outside: checks nsunshare --setup-outside.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
. "${0%/*}/signallib.sh"
require_ns user pid mnt uts net

setUp()
{
	rm -rf "${TMP:?}"/*
	mkfifo "$TMP/fifo"
}

test_the_command_runs_outside_with_the_pid_of_the_child()
{
	for with in --fork --pid --init --no-fork; do
		run nsunshare -rmu $with --setup-outside \
			'readlink /proc/self/ns/uts; readlink /proc/$NSUTILS_REF/ns/uts; pwd; id -u; cat /proc/$NSUTILS_REF/uid_map' \
			-- sh -c 'readlink /proc/self/ns/uts; echo "${NSUTILS_REF-none}"'
		assert_ok
		assertEquals 'outside' "$(readlink /proc/self/ns/uts)" "$(sed -n 1p "$TMP/out")"
		assertNotEquals 'the child is inside' "$(sed -n 1p "$TMP/out")" "$(sed -n 2p "$TMP/out")"
		assertEquals 'directory of the caller' "$PWD" "$(sed -n 3p "$TMP/out")"
		assertEquals 'user of the caller' "$(id -u)" "$(sed -n 4p "$TMP/out")"
		assertEquals 'the maps are written' "0 $(id -u) 1" "$(sed -n 5p "$TMP/out" | xargs)"
		assertEquals 'the program is in the namespace of the child' "$(sed -n 2p "$TMP/out")" \
			"$(sed -n 6p "$TMP/out")"
		assertEquals 'the program does not get the variable' none "$(sed -n 7p "$TMP/out")"
	done
}

# The command of --setup-outside moves a network device into the namespace before the command of
# --setup runs.
test_the_command_comes_before_setup()
{
	# Runs only as root.
	require_tool ip
	# the outer shell keeps the network namespace of left0 alive, because the kernel would
	# remove moved0, the peer of left0, together with that namespace
	run nsunshare -n -- sh -c 'nsunshare -n --setup-outside "$1" --setup "$2" -- ip -br link show moved0; exit $?' sh \
		'ip link add moved0 type veth peer name left0 && ip link set moved0 netns $NSUTILS_REF' 'ip link set moved0 up'
	assert_ok
	assert_out_has moved0
}

test_the_variable_is_a_reference()
{
	run nsunshare -ru --setup-outside 'nsenter2 -t $NSUTILS_REF -U -u readlink /proc/self/ns/uts' -- \
		readlink /proc/self/ns/uts
	assert_ok
	assertNotEquals 'another uts namespace' "$(readlink /proc/self/ns/uts)" "$(sed -n 1p "$TMP/out")"
	assertEquals 'that of the program' "$(sed -n 2p "$TMP/out")" "$(sed -n 1p "$TMP/out")"
}

test_a_failure_prevents_the_program()
{
	for with in --fork --pid --init --no-fork; do
		run nsunshare -rm $with --setup-outside 'exit 7' -- echo ran
		assert_refused 125 "--setup-outside 'exit 7' failed with status 7"
		assert_out_empty
		run nsunshare -rm $with --setup-outside 'kill -USR1 $$' -- echo ran
		assert_refused 125 'was killed by signal 10'
		assert_out_empty
	done
}

test_the_signals_of_the_command_are_those_of_the_caller()
{
	for with in --fork --no-fork; do
		run env --ignore-signal=HUP nsunshare -rm $with \
			--setup-outside 'grep -E "SigBlk|SigIgn" /proc/self/status' -- true
		assert_ok
		assert_out 'SigBlk:	0000000000000000
SigIgn:	0000000000000001'
	done
}

test_a_signal_ends_the_wait_and_the_command()
{
	for with in --fork --pid --init --no-fork '--no-fork without pidfds'; do
		under=
		[ "$with" = "${with% without*}" ] || under='enosys pidfd_open --'
		mkfifo "$TMP/held"
		$under nsunshare -rm "${with%% *}" --setup-outside "exec 4>'$TMP/held'; echo ready >'$TMP/fifo'; exec sleep 1000" \
			-- touch "$TMP/ran" 2>"$TMP/err" &
		pid=$!
		# shellcheck disable=SC2094 # the first open must not wait for a writer
		exec 5<>"$TMP/held" 6<"$TMP/held" 5>&-
		read -r line <"$TMP/fifo"
		kill -TERM $pid
		wait $pid
		assertEquals "$with" 143 $?
		# wait until the command has ended: it has the write end of the FIFO open, so cat
		# then reads the end of file
		run timeout 20 cat <&6
		assert_rc 0
		exec 6<&-
		rm "$TMP/held"
		assertFalse 'the program has not run' "[ -e '$TMP/ran' ]"
	done
}

test_the_command_has_no_descriptor_of_the_tool()
{
	run sh -c 'ls /proc/self/fd'
	want=$out
	for with in '' "--pid-file $TMP/pid"; do
		# shellcheck disable=SC2086 # several words
		run nsunshare -rmp $with --setup-outside 'ls /proc/self/fd' -- true
		assert_ok
		assert_out "$want"
	done
}

. shunit2
