#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsenter2-basic: checks that nsenter2 enters the namespaces of a process and returns the exit
# status of the program.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
require_ns user mnt uts ipc net pid cgroup

# start_target: starts a process in new namespaces and sets $target to its pid. The user of the test
# is root in the user namespace of this process.
start_target()
{
	start_holder unshare --user --map-root-user --mount --uts --ipc --net --pid --cgroup --fork \
		--kill-child --mount-proc sh -c 'hostname inside; echo ready >&3; exec sleep 1000 3>&-' &&
		target=$(ps -o pid= --ppid "$holder") && target=${target##* }
}

ns_of()
{
	readlink "/proc/$1/ns/$2"
}

test_all_option_enters_every_namespace_type()
{
	start_target
	for t in mnt uts ipc net pid user cgroup; do
		ns_of "$target" $t
	done >"$TMP/want"
	run nsenter2 -t "$target" -a -- sh -c \
		'for t in mnt uts ipc net pid user cgroup; do readlink /proc/self/ns/$t; done'
	assert_ok
	assert_out "$(cat "$TMP/want")"
}

test_enters_only_the_types_given()
{
	start_target
	run nsenter2 --target "$target" --user --uts hostname
	assert_ok
	assert_out inside
	run nsenter2 -t "$target" -U -n readlink /proc/self/ns/net /proc/self/ns/uts
	assert_ok
	assert_out "$(ns_of "$target" net)
$(ns_of self uts)"
}

test_letters_after_a_type_option_are_a_file_name()
{
	start_target
	run nsenter2 -t "$target" -Unp true
	assert_refused 125 "cannot open 'np'"
	assert_err_has "write '-U -np'"
}

test_enters_namespace_files()
{
	start_target
	run nsenter2 "--user=/proc/$target/ns/user" "-n=/proc/$target/ns/net" readlink /proc/self/ns/net
	assert_ok
	assert_out "$(ns_of "$target" net)"
}

test_enters_a_single_namespace_by_reference()
{
	start_target
	run nsenter2 -t "user:$target" readlink /proc/self/ns/user
	assert_ok
	assert_out "$(ns_of "$target" user)"
}

test_refuses_a_file_of_another_type()
{
	run nsenter2 --net=/proc/self/ns/uts true
	assert_refused 125 "'/proc/self/ns/uts' is a uts namespace, not a net namespace"
	run nsenter2 --net=/etc/passwd true
	assert_refused 125 "'/etc/passwd' is not a namespace file"
}

test_program_runs_in_the_pid_namespace()
{
	start_target
	await_sleep "$target"
	run nsenter2 -at "$target" sh -c 'ps -o comm= 1'
	assert_ok
	assert_out sleep
}

test_no_fork_leaves_the_program_outside_the_pid_namespace()
{
	start_target
	run nsenter2 --no-fork -t "$target" -U -p readlink /proc/self/ns/pid /proc/self/ns/pid_for_children
	assert_ok
	assert_out "$(ns_of self pid)
$(ns_of "$target" pid)"
}

test_exit_status_is_that_of_the_program()
{
	start_target
	for i in 0 1 42 125 255; do
		run nsenter2 -at "$target" sh -c "exit $i"
		assert_rc $i
		run nsenter2 -t "$target" -U sh -c "exit $i"
		assert_rc $i
	done
	run nsenter2 -at "$target" no-such-program
	assert_refused 127 "cannot execute 'no-such-program': No such file or directory"
	run nsenter2 -at "$target" /etc/passwd
	assert_refused 126 "cannot execute '/etc/passwd': Permission denied"
}

test_dies_from_the_same_signal_as_the_program()
{
	start_target
	for signal in 15 9; do
		# perl distinguishes a signal from an exit status, which sh does not
		run perl -e 'system @ARGV; print $? & 127, " ", $? >> 8' nsenter2 -at "$target" sh -c "kill -$signal \$\$"
		assert_ok
		assert_out "$signal 0"
	done
}

test_runs_a_shell_by_default()
{
	start_target
	echo 'echo "$0"; hostname' >"$TMP/script"
	run nsenter2 -at "$target" <"$TMP/script"
	assert_ok
	assert_out '-sh
inside'
}

test_explain_does_nothing()
{
	start_target
	run nsenter2 -at "$target" --explain -- touch "$TMP/made"
	assert_ok
	assert_out_has "enter mnt, uts, ipc, net, pid, user, cgroup of process $target: setns(2)"
	assert_out_has "execute touch $TMP/made: execve(2)"
	assertFalse "[ -e $TMP/made ]"
}

test_refuses_an_invalid_process()
{
	for ref in '' 0 -1 +1 ' 1' 4294967297 1/../2 4194305 99999999999999999999; do
		run nsenter2 -t "$ref" -a true
		assert_rc 125
		assert_out_empty
		assert_err_has "'$ref'"
		assert_err_one_line
	done
	run nsenter2 -a true
	assert_rc 125
	assert_err_has 'requires --target'
}

test_waits_for_the_program_even_if_sigchld_is_ignored()
{
	start_target
	for words in '-a -t' '-a --pty -t'; do
		# shellcheck disable=SC2086 # several words
		run env --ignore-signal=CHLD nsenter2 $words "$target" -- sh -c 'exit 5'
		assert_rc 5
		assert_err_empty
	done
	run env --ignore-signal=CHLD nsenter2 --each -a -- sh -c 'exit 5' <<-REFS
		$target
	REFS
	assert_rc 5
}

. shunit2
