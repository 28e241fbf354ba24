#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsnet-standin: runs nsnet run --pasta with a script that replaces pasta(1), and checks the
# arguments of pasta, its end, and its failures.
# Runs as root and as an ordinary user.
# Time limit: 60 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/netlib.sh"
require_ns user net
require_tool ip
require_kernel_call pidfd_open
host_is_ours

put_pasta
PATH=$TMP/bin:$PATH

setUp()
{
	rm -f "$TMP/args" "$TMP/pid"
}

pasta_has_ended()
{
	! kill -0 "$(cat "$TMP/pid")" 2>/dev/null
}

test_the_program_starts_when_the_default_route_exists()
{
	run nsnet run --pasta -- ip route show default
	assert_rc 0
	assert_out_has 'default via 192.0.2.1 dev eth0'
	assertTrue 'pasta has ended with the program' 'settle 20 pasta_has_ended'
}

test_pasta_gets_the_namespaces_of_the_program_and_forwards_nothing()
{
	# shellcheck disable=SC2016 # for the shell inside
	run nsnet run --pasta -- sh -c 'readlink /proc/self/ns/user /proc/self/ns/net; echo $$'
	assert_rc 0
	assertNotEquals "$(readlink /proc/self/ns/user)" "$(printf '%s\n' "$out" | sed -n 1p)"
	assertNotEquals "$(readlink /proc/self/ns/net)" "$(printf '%s\n' "$out" | sed -n 2p)"
	pid=$(printf '%s\n' "$out" | sed -n 3p)
	assertEquals "-f -q --config-net -T none -U none --no-map-gw -t none -u none --userns /proc/$pid/ns/user --netns /proc/$pid/ns/net" \
		"$(cat "$TMP/args")"
}

# The background process that runs pasta is at the other end of a UNIX socket.
test_nsnet_keeps_no_socket_of_the_background_process()
{
	start_holder nsnet run --pasta --status-fd 6 -- sh -c 'echo x >&3; exec sleep 1000 3>&-' 6>/dev/null
	sockets=$(find "/proc/$holder/fd" -type l -printf '%l\n' | sed -n 's/^socket:\[\([0-9]*\)\]$/\1/p')
	assertTrue 'nsnet has netlink sockets' '[ -n "$sockets" ]'
	# the seventh column is the inode
	run awk -v sockets="$(echo "$sockets" | xargs)" '
		BEGIN { n = split(sockets, s, " "); for (i = 1; i <= n; i++) mine[s[i]] = 1 }
		$7 in mine' /proc/net/unix
	assert_ok
	assert_out_empty
	stop_holder
}

test_published_ports_and_further_arguments_are_passed_on()
{
	run nsnet run '--pasta=-4  --mtu 1400' --publish 8080:80 --publish 192.0.2.9:5353:53/udp -- true
	assert_rc 0
	assertEquals '-f -q --config-net -T none -U none --no-map-gw -t 8080:80 -u 192.0.2.9/5353:53 -4 --mtu 1400' \
		"$(sed 's/ --userns .*//' "$TMP/args")"
	run nsnet run '--pasta=-4  --mtu 1400' --publish 8080:80 --publish 192.0.2.9:5353:53/udp --explain -- echo 'a b'
	assert_out "pasta -f -q --config-net -T none -U none --no-map-gw -t 8080:80 -u 192.0.2.9/5353:53 -4 --mtu 1400 -- echo 'a b'"
	run nsnet run --pasta="$(printf '%0600d' 0)" -- echo ran
	assert_rc 125
	assert_err_has '--pasta: the arguments are too long'
}

test_the_program_keeps_its_user_and_group()
{
	want="$(id -u) $(id -g) deny"
	run nsnet run --pasta -- sh -c 'echo "$(id -u) $(id -g) $(cat /proc/self/setgroups)"'
	assert_out "$want"
}

test_the_exit_status_is_that_of_the_program()
{
	run nsnet run --pasta -- sh -c 'exit 7'
	assert_rc 7
	run nsnet run --pasta -- /nonexistent
	assert_refused 127 "cannot execute '/nonexistent': No such file or directory"
	assertTrue 'pasta has ended' 'settle 20 pasta_has_ended'
}

test_pasta_ends_with_a_killed_program()
{
	start_holder nsnet run --pasta --ready-fd 3 -- sleep 1000
	assertFalse 'pasta runs' pasta_has_ended
	kill -KILL "$holder"
	assertTrue 'pasta has ended' 'settle 20 pasta_has_ended'
}

test_a_pasta_that_fails_prevents_the_start()
{
	run nsnet run --pasta=--refuse -- echo ran
	assert_refused 125 'nsnet: pasta could not connect the namespace'
	# use a stub instead of the installed pasta(1)
	path=$TMP/bin:$NSUTILS_BIN
	rm -f "$TMP/bin/away"
	mv "$TMP/bin/pasta" "$TMP/bin/away"
	run env PATH="$path" nsnet run --pasta -- /bin/echo ran
	mv "$TMP/bin/away" "$TMP/bin/pasta"
	assert_refused 125 'cannot execute pasta: not found'
	assert_err_has 'install the package passt'
	chmod 644 "$TMP/bin/pasta"
	run env PATH="$path" nsnet run --pasta -- /bin/echo ran
	chmod 755 "$TMP/bin/pasta"
	assert_refused 125 'pasta could not connect the namespace'
}

test_a_pasta_that_adds_no_route_prevents_the_start()
{
	run nsnet run --pasta=--no-route -- echo ran
	assert_refused 125 'pasta added no default route'
}

. shunit2
