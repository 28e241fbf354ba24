#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsnet-why-router: checks that `nsnet why` finds the cause if a third network namespace, instead of
# the caller's, is the router of a namespace, and that the printed cure works there.
# Runs as root.
# Time limit: 60 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/netlib.sh"
require_ns net mnt
require_tool ip nft
host_is_ours

# Connects the namespace web with the bridge br0 of the namespace router, and the namespace router
# with the namespace world. The caller's namespace has a bridge and a veth device with the same
# names and indices as those in the namespace router, but both are down.
setUp()
{
	ip netns add router && ip netns add web && ip netns add world
	ip netns add other
	ip -n router link add br0 index 2 type bridge
	ip -n router link add v0 index 3 master br0 type veth peer name eth0 index 2 netns web
	ip link add br0 index 2 type bridge
	ip link add v0 index 3 master br0 type veth peer name eth0 index 2 netns other
	ip -n router addr add 10.1.0.1/24 dev br0 && ip -n router link set br0 up && ip -n router link set v0 up
	ip -n web link set lo up
	ip -n web addr add 10.1.0.2/24 dev eth0 && ip -n web link set eth0 up
	ip -n web route add default via 10.1.0.1
	ip -n router link add up0 type veth peer name w0 netns world
	ip -n router addr add 198.51.100.1/24 dev up0 && ip -n router link set up0 up
	ip -n world addr add 198.51.100.7/24 dev w0 && ip -n world link set w0 up
	ip -n router route add default via 198.51.100.7
	ip netns exec router sh -c 'echo 1 >/proc/sys/net/ipv4/conf/br0/forwarding
		echo 1 >/proc/sys/net/ipv4/conf/up0/forwarding'
	ip netns exec router nft 'table ip t { chain post { type nat hook postrouting priority srcnat; ip saddr 10.1.0.0/24 masquerade; }; }'
	settle 20 forwards v0 router
}

tearDown()
{
	stop_holders
	clear_network
}

# assert_cured FRAGMENT: asserts that exactly one check fails, that its message contains FRAGMENT,
# and that all checks succeed after the command that the report prints after "cure:" was executed.
assert_cured()
{
	run nsnet why web
	assert_rc 1
	assert_err_empty
	assertEquals "one check fails: $out" 1 "$(printf '%s\n' "$out" | grep -c ^FAIL)"
	assert_out_has "FAIL  $1"
	printf '%s\n' "$out" | sed -n '/^FAIL/{n;s/^ *cure: //p;}' >"$TMP/cure"
	run sh -e "$TMP/cure"
	assert_rc 0
	settle 20 nsnet_why_succeeds
	run nsnet why web
	assert_rc 0
}

nsnet_why_succeeds()
{
	nsnet why web >/dev/null
}

test_checks_the_path_through_the_router()
{
	note_network
	run nsnet why web
	assert_ok
	assert_out_has "ok    'v0' is a port of 'br0', which is up"
	assert_out_has 'ok    the gateway 10.1.0.1 is the namespace netns:router'
	assert_out_has "ok    the table 'ip t' translates 10.1.0.2"
	assert_out_has 'note  the path after the namespace netns:router is not checked'
	assert_out_has 'cure: nsnet why router'
	assert_out_lacks 'the host'
	run nsnet why web 10.1.0.1
	assert_ok
	assert_out_has 'ok    10.1.0.1 is an address of the namespace netns:router'
	assert_out_lacks 'is not checked'
	assert_network_as_noted
}

test_reports_a_server_that_is_missing_in_the_router()
{
	run nsnet why web 10.1.0.1:81
	assert_rc 1
	assert_out_has 'FAIL  no program of the namespace netns:router listens on the port 81'
	assert_out_has 'cure: start the server in the namespace netns:router'
}

test_each_cure_works_in_the_router()
{
	ip -n router link set v0 down
	assert_cured "the other end of 'eth0', 'v0' of the namespace netns:router, is down"
	ip -n router link set br0 down
	assert_cured "the bridge 'br0' is down"
	ip netns exec router sh -c 'echo 0 >/proc/sys/net/ipv4/conf/br0/forwarding'
	assert_cured "the namespace netns:router does not forward packets from 'br0'"
	ip netns exec router sh -c 'echo 0 >/proc/sys/net/ipv4/conf/up0/forwarding'
	assert_cured "the namespace netns:router does not forward the answers that arrive on 'up0'"
	ip netns exec router nft 'table ip f { chain fw { type filter hook forward priority 0; policy drop; }; }'
	assert_cured "the chain 'fw' of the table 'ip f' drops the packets (policy drop)"
	ip netns exec router nft delete table ip t
	assert_cured '10.1.0.2 is a private address that no NAT rule translates'
	run nft list tables
	assert_out_empty
}

test_a_probe_is_traced_through_the_router()
{
	run nsnet why --probe web 198.51.100.7
	assert_ok
	assert_out_has 'ok    the probe was answered'
	ip netns exec router nft 'table inet f { chain fw { type filter hook forward priority 0; ip ttl != 7 drop; }; }'
	run nsnet why --probe web 198.51.100.7
	assert_rc 1
	assert_out_has "FAIL  the probe was dropped by the chain 'fw' of the table 'inet f' of the namespace netns:router (ip ttl != 7 drop)"
	printf '%s\n' "$out" | sed -n '/^FAIL/{n;s/^ *cure: //p;}' >"$TMP/cure"
	run sh -e "$TMP/cure"
	assert_ok
	run nsnet why --probe web 198.51.100.7
	assert_out_has 'ok    the probe was answered'
	run ip netns exec router nft list tables
	assert_out_lacks nsnet_probe
}

test_a_router_without_a_name_is_found_by_its_process()
{
	start_holder ip netns exec router sh -c 'echo $$ >&3; exec sleep 1000 3>&-'
	ip netns del router
	ip netns exec web ip neigh flush all
	run nsnet why web
	assert_ok
	assert_out_has "ok    the gateway 10.1.0.1 is the namespace $holder_line"
	assert_out_has "cure: nsnet why /proc/$holder_line/ns/net"
}

# The namespace has neither a process nor a name, but an open descriptor keeps it alive.
test_a_router_that_cannot_be_found_is_reported_as_such()
{
	start_holder sh -c 'exec 4</run/netns/router; echo x >&3; exec sleep 1000 3>&-'
	ip netns del router
	run nsnet why web
	assert_ok
	assert_out_has "ok    'eth0' has carrier"
	assert_out_has "?     the other end of 'eth0' is in a network namespace that was not found"
	assert_out_lacks 'br0'
}

. shunit2
