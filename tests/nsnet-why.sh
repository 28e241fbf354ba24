#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsnet-why: each switch on the way of a packet that is off, alone, is named first, and its cure helps.
# as: root
# budget: 90
. "${0%/*}/testlib.sh"
. "${0%/*}/netlib.sh"
require_ns net mnt
require_tool ip nft
host_is_ours

oneTimeSetUp()
{
	mkdir "$TMP/etc" && cp -a /etc/passwd /etc/group /etc/alternatives "$TMP/etc" && mount --bind "$TMP/etc" /etc
}

# A network in which all is well, made with ip(8) and nft(8).
setUp()
{
	echo nameserver 192.0.2.53 >/etc/resolv.conf
	ip netns add world && ip netns add web
	ip link add up0 type veth peer name w0 netns world
	ip addr add 198.51.100.1/24 dev up0 && ip link set up0 up && ip -n world link set w0 up
	ip route add default via 198.51.100.7
	ip link add br0 type bridge && ip addr add 10.1.0.1/24 dev br0 && ip link set br0 up
	ip link add v0 master br0 up type veth peer name eth0 netns web
	ip -n web link set lo up
	ip -n web addr add 10.1.0.2/24 dev eth0 && ip -n web link set eth0 up
	ip -n web route add default via 10.1.0.1
	echo 1 >/proc/sys/net/ipv4/conf/br0/forwarding
	echo 1 >/proc/sys/net/ipv4/conf/up0/forwarding
	nft add table ip t
	nft 'add chain ip t post { type nat hook postrouting priority srcnat; }'
	nft add rule ip t post ip saddr 10.1.0.0/24 masquerade
}

tearDown()
{
	nft flush ruleset
	clear_network
	rm -rf /etc/netns
}

# assert_cause FRAGMENT: one check fails, and says that. With a second argument the printed cure is carried out, and all
# is well afterwards.
assert_cause()
{
	run nsnet why web
	assert_rc 1
	assert_err_empty
	assertEquals "one check fails: $out" 1 "$(printf '%s\n' "$out" | grep -c ^FAIL)"
	assert_out_has "FAIL  $1"
	[ $# = 2 ] || return 0
	printf '%s\n' "$out" | sed -n 's/^ *cure: //p' >"$TMP/cure"
	run sh -e "$TMP/cure"
	assert_rc 0
	run nsnet why web
	assert_rc 0
}

test_a_network_that_works_passes_all_checks()
{
	run nsnet why web
	assert_ok
	assert_out_lacks FAIL
	assertTrue 'many checks' '[ "$(printf "%s\n" "$out" | grep -c ^ok)" -ge 12 ]'
	run nsnet why netns:web 10.1.0.1
	assert_ok
}

test_lo_down()
{
	ip -n web link set lo down
	assert_cause 'lo is down' cured
}

test_no_device()
{
	ip link del v0
	assert_cause 'the namespace has no device except lo'
}

test_the_device_inside_is_down()
{
	ip -n web link set eth0 down
	run nsnet why web
	assert_rc 1
	assert_out_has 'FAIL  no device except lo is up'
}

test_no_address()
{
	ip -n web addr flush dev eth0
	assert_cause 'no device has an address'
}

test_no_route()
{
	ip -n web route del default
	assert_cause 'the namespace has no route to 203.0.113.1'
}

test_the_other_end_is_down()
{
	ip link set v0 down
	assert_cause "the other end of 'eth0', 'v0', is down" cured
}

test_the_bridge_is_down()
{
	ip link set br0 down
	run nsnet why web
	assert_out_has "FAIL  the bridge 'br0' is down"
}

test_the_gateway_is_nobodys()
{
	ip -n web route replace default via 10.1.0.77
	assert_cause 'the host does not have the address 10.1.0.77 of the gateway'
}

test_forwarding_is_off()
{
	echo 0 >/proc/sys/net/ipv4/conf/br0/forwarding
	assert_cause "the host does not forward packets from 'br0'" cured
}

test_forwarding_of_answers_is_off()
{
	echo 0 >/proc/sys/net/ipv4/conf/up0/forwarding
	assert_cause "the host does not forward the answers that come in by 'up0'" cured
}

test_the_host_has_no_route()
{
	ip route del default
	assert_cause 'the host itself has no route to 203.0.113.1'
}

test_the_host_prohibits_the_destination()
{
	ip route add prohibit 203.0.113.0/24
	assert_cause 'the host prohibits 203.0.113.1'
	ip route del prohibit 203.0.113.0/24
}

test_the_reverse_path_filter_refuses_the_source()
{
	echo 1 >/proc/sys/net/ipv4/conf/br0/rp_filter
	ip route add 10.1.0.2/32 via 198.51.100.9
	assert_cause "the host refuses 10.1.0.2 from 'br0'"
}

test_a_foreign_chain_drops()
{
	nft add table ip filter
	nft 'add chain ip filter FORWARD { type filter hook forward priority 0; policy drop; }'
	assert_cause "the chain 'FORWARD' of the table 'ip filter' drops"
}

test_nothing_translates_private_addresses()
{
	nft flush ruleset
	assert_cause '10.1.0.2 is a private address, and nothing translates it' cured
	nsnet del --force br0
}

test_the_mtu_is_larger_than_that_of_the_uplink()
{
	ip link set up0 mtu 1400
	assert_cause "the MTU of 'eth0' is 1500, and that of 'up0' is 1400" cured
}

test_the_name_server_is_on_loopback()
{
	echo nameserver 127.0.0.53 >/etc/resolv.conf
	assert_cause '/etc/resolv.conf names servers of loopback only'
	# ip-netns(8) has a file for the namespace
	mkdir -p /etc/netns/web && echo nameserver 192.0.2.1 >/etc/netns/web/resolv.conf
	run nsnet why web
	assert_ok
}

test_nothing_is_changed()
{
	note_network
	run nsnet why web
	assert_out_has 'ok    lo is up'
	assert_network_as_noted
}

test_wrong_arguments_are_named()
{
	run nsnet why none
	assert_refused 1 "the network namespace 'none'"
	run nsnet why web x
	assert_rc 1
	assert_err_has "'x' is not an IP address"
	run nsnet why
	assert_err_has 'missing argument'
}

. shunit2
