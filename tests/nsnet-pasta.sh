#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsnet-pasta: checks the network that an ordinary user gets by pasta(1). The test's namespace plays
# the host, and another namespace plays the internet.
# Runs as root.
# Time limit: 60 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/netlib.sh"
require_ns net mnt user
require_tool ip
require_feature pasta
require_kernel_call pidfd_open
host_is_ours

# Replaces /dev/net/tun, because on some machines only root may open the file.
oneTimeSetUp()
{
	mknod "$TMP/tun" c 10 200 && chmod 666 "$TMP/tun" && mount --bind "$TMP/tun" /dev/net/tun
	ip link set lo up
	ip netns add world
	ip link add up0 type veth peer name w0 netns world
	ip addr add 198.51.100.1/24 dev up0 && ip link set up0 up
	ip -n world addr add 198.51.100.7/24 dev w0 && ip -n world link set w0 up
	ip route add default via 198.51.100.7
	serve world 7
}

oneTimeTearDown()
{
	stop_servers
	clear_network
}

# pasta executes a variant of itself that is optimized for the processor and has another name
# (passt.avx2).
has_no_pasta()
{
	! pgrep -x 'pas(ta|st).*' >/dev/null
}

# no_pasta: succeeds if no pasta process remains after a second.
no_pasta()
{
	settle 10 has_no_pasta
}

test_user_reaches_the_outside_and_keeps_its_ids()
{
	run as_nstest nsnet run --pasta -- bash -c 'id -u; exec 3<>/dev/tcp/198.51.100.7/7 && read -r line <&3 && echo "$line"'
	assert_rc 0
	assert_out "$NSTEST_UID
hello from world"
	assertTrue 'pasta has ended with the program' no_pasta
}

# pasta in Debian 12 loses the answer of a server that closes the connection at once. This server
# waits until the client closes it.
test_published_port_is_reachable_from_the_world()
{
	start_holder setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups -- nsnet run --pasta \
		--publish 8080:8081 -- sh -c "$serve_in_holder" 8081 cat
	# pasta in Debian 12 sometimes loses data that arrives right after it has accepted a
	# connection. So the client connects again; the time limit for all attempts is five seconds.
	run ip netns exec world sh -c 'for try in 1 2 3 4 5; do
		timeout 1 bash -c "exec 3<>/dev/tcp/198.51.100.1/8080 && echo inside >&3 && read -r line <&3 && echo \"\$line\"" && exit
	done; exit 1'
	assert_out inside
	assertFalse 'pasta runs' has_no_pasta
	stop_holder
	assertTrue 'pasta has ended with the program' no_pasta
}

test_pasta_ends_with_a_killed_program()
{
	start_holder setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups -- nsnet run --pasta \
		--ready-fd 3 -- sleep 1000
	assertFalse 'pasta runs' has_no_pasta
	kill -KILL "$holder"
	assertTrue 'pasta has ended' no_pasta
}

test_failures_of_pasta_are_reported()
{
	run as_nstest nsnet run --pasta=--no-such-option -- echo ran
	assert_rc 125
	assert_out_empty
	assert_err_has 'nsnet: pasta could not connect the namespace'
	mkdir "$TMP/bin" && cp "$(command -v nsnet)" "$TMP/bin"
	chmod 755 "$TMP"
	run as_nstest env PATH="$TMP/bin" nsnet run --pasta -- /bin/true
	assert_rc 125
	assert_err_has 'cannot execute pasta: not found'
	assert_err_has 'install the package passt'
}

test_options_of_other_network_types_are_refused()
{
	run nsnet run --pasta --bridge br0 -- true
	assert_rc 125
	assert_err_has 'can be combined only with --publish'
	run nsnet run --pasta --publish 8080:80 --explain -- echo 'a b'
	assert_out "pasta -f -q --config-net -T none -U none --no-map-gw -t 8080:80 -u none -- echo 'a b'"
}

. shunit2
