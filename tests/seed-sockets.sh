#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seed-sockets: what sockets and signals show across namespaces. The article asks what pid a receiver sees of a sender
# that its pid namespace does not have: it is 0.
# as: root user
. "${0%/*}/testlib.sh"
require_ns pid net user uts

own=''
[ "$(id -u)" = 0 ] || own=-r
socket=$TMP/socket

# receiver [PREFIX…]: listens, writes what it hears of the sender to $TMP/heard.
receiver()
{
	rm -f "$socket"
	start_holder "$@" sh -c 'exec sockpeer recv "$0" >"$1"' "$socket" "$TMP/heard"
}

# heard: when the receiver has ended, what it wrote.
heard()
{
	wait "$holder"
	run cat "$TMP/heard"
}

test_a_receiver_outside_sees_the_pid_that_it_knows()
{
	receiver env
	nsunshare $own -p -- sockpeer send "$socket" &
	sender=$!
	heard
	assert_out_lacks 'pid 1 '
	assert_out_lacks 'pid 0 '
	assert_out_has "uid $(id -u)"
	wait "$sender"
}

test_a_receiver_inside_sees_0_of_a_sender_outside()
{
	receiver nsunshare $own -p --
	sockpeer send "$socket"
	heard
	assert_out_has 'pid 0 '
}

test_and_nobody_where_the_id_is_not_mapped()
{
	receiver nsunshare -U --map-user=7 --map-group=7 --
	nsunshare -U -- sockpeer send "$socket"
	heard
	assert_out_has 'uid 7'
}

# A name without a file: whoever has another network namespace does not find it, and may have the same for himself.
test_abstract_sockets_go_with_the_network_namespace()
{
	start_holder sh -c 'exec sockpeer recv @seed >"$0"' "$TMP/heard"
	run nsunshare $own -n -- sockpeer send @seed
	assert_rc 1
	assert_err_has 'Connection refused'
	run sockpeer recv @seed
	assert_err_has 'Address already in use'
	# the mount and ipc namespaces have no part in it
	run nsunshare $own -mi -- sockpeer send @seed
	assert_ok
	heard
	assert_out_has "uid $(id -u)"
}

test_signals_go_with_the_pid_namespace()
{
	start_holder sh -c 'echo $$ >&3; exec sleep 1000 3>&-'
	run nsunshare $own -p -- sh -c 'kill -0 "$0"' "$holder_line"
	assert_rc 1
	assert_err_has 'No such process'
}

# A descriptor of a namespace that came over a socket: setns(2) is told which type it must be.
taken() # FLAG
{
	rm -f "$socket"
	start_holder nsunshare $own -u -- sh -c 'exec sockpeer take "$0" "$1" >"$2"' "$socket" "$1" "$TMP/heard"
	sockpeer give "$socket" /proc/self/ns/uts
	heard
}

test_a_received_descriptor_is_entered_with_its_type_checked()
{
	taken 0x04000000
	if [ "$(id -u)" = 0 ]; then
		assert_out "$(readlink /proc/self/ns/uts)"
	else
		# without a privilege over the namespace that is received, a type alone does not help
		assert_out 'Operation not permitted'
	fi
	taken 0x40000000
	assert_out 'Invalid argument'
}

. shunit2
