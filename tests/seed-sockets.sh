#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seed-sockets: checks sockets and signals across namespaces. An article on PID namespaces asks
# which PID a receiver sees if its pid namespace does not contain the sender. The answer is 0.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns pid net user uts

own=''
[ "$(id -u)" = 0 ] || own=-r
socket=$TMP/socket

# receiver [PREFIX…]: starts a receiver with the command PREFIX. The receiver writes the credentials
# of the sender to $TMP/heard.
receiver()
{
	rm -f "$socket"
	start_holder "$@" sh -c 'exec sockpeer recv "$0" >"$1"' "$socket" "$TMP/heard"
}

# heard: waits until the process that receiver() started has ended, and sets $out to the credentials
# that this process has written.
heard()
{
	wait "$holder"
	run cat "$TMP/heard"
}

test_a_receiver_outside_sees_its_own_pid_of_the_sender()
{
	receiver env
	# the existing proc file system shows the sender the pid that it has outside
	# shellcheck disable=SC2016 # the inner shell expands it
	run nsunshare $own -p -- sh -c 'read -r pid _ </proc/self/stat && echo "$$ $pid" && exec sockpeer send "$0"' "$socket"
	assert_ok
	assertEquals 'the pid inside' 1 "${out% *}"
	pid=${out#* }
	heard
	assert_out_has "pid $pid uid $(id -u)"
}

test_a_receiver_inside_sees_pid_0_of_a_sender_outside()
{
	receiver nsunshare $own -p --
	sockpeer send "$socket"
	heard
	assert_out_has 'pid 0 '
}

test_a_receiver_sees_the_id_that_its_own_namespace_maps()
{
	# the user namespace of the sender maps no id, which makes no difference to the receiver
	receiver nsunshare -U --map-user=7 --map-group=7 --
	nsunshare -U -- sockpeer send "$socket"
	heard
	assert_out_has 'uid 7'
	# without a map, the receiver sees the overflow id (user_namespaces(7))
	receiver nsunshare -U --
	sockpeer send "$socket"
	heard
	assert_out_has "uid $(cat /proc/sys/kernel/overflowuid)"
}

# An abstract socket has no file. Its name is visible only in its network namespace, so sockets in
# other network namespaces can have the same name.
test_abstract_sockets_belong_to_the_network_namespace()
{
	start_holder sh -c 'exec sockpeer recv @seed >"$0"' "$TMP/heard"
	run nsunshare $own -n -- sockpeer send @seed
	assert_rc 1
	assert_err_has 'Connection refused'
	run sockpeer recv @seed
	assert_err_has 'Address already in use'
	# a sender in another mount and ipc namespace can still reach the socket
	run nsunshare $own -mi -- sockpeer send @seed
	assert_ok
	heard
	assert_out_has "uid $(id -u)"
}

test_signals_need_a_pid_in_the_namespace()
{
	start_holder sh -c 'echo $$ >&3; exec sleep 1000 3>&-'
	run nsunshare $own -p -- sh -c 'kill -0 "$0"' "$holder_line"
	assert_rc 1
	assert_err_has 'No such process'
}

# A process sends the descriptor of a namespace to another process through a socket, and setns(2)
# checks the type of the namespace.
taken() # FLAG: starts a process that receives a descriptor and calls setns(2) with it and FLAG
{
	rm -f "$socket"
	start_holder nsunshare $own -u -- sh -c 'exec sockpeer take "$0" "$1" >"$2"' "$socket" "$1" "$TMP/heard"
	sockpeer give "$socket" /proc/self/ns/uts
	heard
}

test_enters_a_received_descriptor_of_the_right_type()
{
	taken 0x04000000
	if [ "$(id -u)" = 0 ]; then
		assert_out "$(readlink /proc/self/ns/uts)"
	else
		# an ordinary user has no capability in the namespace of the descriptor, so setns(2)
		# fails
		assert_out 'Operation not permitted'
	fi
	taken 0x40000000
	assert_out 'Invalid argument'
}

. shunit2
