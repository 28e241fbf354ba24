#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsnet-why: breaks one requirement of a packet's path at a time. Checks that `nsnet why` reports
# this requirement first and that the printed cure works.
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

# Creates a network that works, with ip(8) and nft(8).
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

# assert_cause FRAGMENT [cured]: asserts that exactly one check fails and that its message begins
# with FRAGMENT. With "cured", runs the printed cure and asserts that all checks succeed afterwards.
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

test_working_network_passes_all_checks()
{
	run nsnet why web
	assert_ok
	assert_out_lacks FAIL
	assertTrue 'at least twelve checks' '[ "$(printf "%s\n" "$out" | grep -c ^ok)" -ge 12 ]'
	run nsnet why netns:web 10.1.0.1
	assert_ok
}

test_reports_that_lo_is_down()
{
	ip -n web link set lo down
	assert_cause 'lo is down' cured
}

test_reports_a_missing_device()
{
	ip link del v0
	assert_cause 'the namespace has no device except lo'
}

test_reports_a_device_inside_that_is_down()
{
	ip -n web link set eth0 down
	run nsnet why web
	assert_rc 1
	assert_out_has 'FAIL  no device except lo is up'
}

test_reports_a_missing_address()
{
	ip -n web addr flush dev eth0
	assert_cause 'no device has an address'
}

test_reports_a_missing_route()
{
	ip -n web route del default
	assert_cause 'the namespace has no route to 203.0.113.1'
}

test_reports_an_other_end_that_is_down()
{
	ip link set v0 down
	assert_cause "the other end of 'eth0', 'v0', is down" cured
}

test_reports_a_bridge_that_is_down()
{
	ip link set br0 down
	run nsnet why web
	assert_out_has "FAIL  the bridge 'br0' is down"
}

test_reports_a_gateway_address_that_no_host_has()
{
	ip -n web route replace default via 10.1.0.77
	assert_cause 'the host does not have the address 10.1.0.77 of the gateway'
}

test_reports_disabled_forwarding()
{
	echo 0 >/proc/sys/net/ipv4/conf/br0/forwarding
	assert_cause "the host does not forward packets from 'br0'" cured
}

test_reports_disabled_forwarding_of_answers()
{
	echo 0 >/proc/sys/net/ipv4/conf/up0/forwarding
	assert_cause "the host does not forward the answers that come in by 'up0'" cured
}

test_reports_a_host_without_a_route()
{
	ip route del default
	assert_cause 'the host itself has no route to 203.0.113.1'
}

test_reports_a_prohibited_destination()
{
	ip route add prohibit 203.0.113.0/24
	assert_cause 'the host prohibits 203.0.113.1'
	ip route del prohibit 203.0.113.0/24
}

test_reports_a_source_refused_by_the_reverse_path_filter()
{
	echo 1 >/proc/sys/net/ipv4/conf/br0/rp_filter
	ip route add 10.1.0.2/32 via 198.51.100.9
	assert_cause "the host refuses 10.1.0.2 from 'br0'"
}

test_reports_a_chain_that_drops_packets()
{
	nft add table ip filter
	nft 'add chain ip filter FORWARD { type filter hook forward priority 0; policy drop; }'
	assert_cause "the chain 'FORWARD' of the table 'ip filter' drops"
}

test_reports_missing_address_translation()
{
	nft flush ruleset
	assert_cause '10.1.0.2 is a private address, and nothing translates it' cured
	nsnet del --force br0
}

test_reports_an_mtu_larger_than_that_of_the_uplink()
{
	ip link set up0 mtu 1400
	assert_cause "the MTU of 'eth0' is 1500, and that of 'up0' is 1400" cured
}

test_reports_a_name_server_on_loopback()
{
	echo nameserver 127.0.0.53 >/etc/resolv.conf
	assert_cause '/etc/resolv.conf names servers of loopback only'
	# a file of ip-netns(8) for the namespace takes precedence
	mkdir -p /etc/netns/web && echo nameserver 192.0.2.1 >/etc/netns/web/resolv.conf
	run nsnet why web
	assert_ok
}

test_why_changes_nothing()
{
	note_network
	run nsnet why web
	assert_out_has 'ok    lo is up'
	assert_network_as_noted
}

test_reports_invalid_arguments()
{
	run nsnet why none
	assert_refused 1 "the network namespace 'none'"
	run nsnet why web x
	assert_rc 1
	assert_err_has "'x' is not an IP address"
	run nsnet why
	assert_err_has 'missing argument'
}

# readdress SUBNET: gives the bridge the address SUBNET.1 and the namespace SUBNET.2.
readdress()
{
	ip addr flush dev br0 && ip addr add "$1.1/24" dev br0
	ip -n web addr flush dev eth0 && ip -n web addr add "$1.2/24" dev eth0 && ip -n web route add default via "$1.1"
}

test_each_private_subnet_needs_translation()
{
	nft flush ruleset
	for subnet in 10.9.9 172.16.1 172.31.255 192.168.7 100.64.0 100.127.1; do
		readdress $subnet
		run nsnet why web
		assert_rc 1
		assert_out_has "FAIL  $subnet.2 is a private address, and nothing translates it"
	done
	for subnet in 11.0.0 172.15.255 172.32.0 192.167.7 192.169.0 100.63.255 100.128.0; do
		readdress $subnet
		run nsnet why web
		assert_ok
		assert_out_has "ok    $subnet.2 is not a private address"
	done
}

test_snat_translates_as_well()
{
	nft flush ruleset
	nft add table ip t
	nft 'add chain ip t post { type nat hook postrouting priority srcnat; }'
	nft add rule ip t post ip saddr 10.1.0.0/24 snat to 198.51.100.1
	run nsnet why web
	assert_ok
	assert_out_has 'ok    private addresses are translated'
}

test_a_drop_of_another_hook_is_not_the_cause()
{
	nft add table ip filter
	nft 'add chain ip filter in { type filter hook input priority 0; policy drop; }'
	nft 'add chain ip filter pass { type filter hook forward priority 0; policy accept; }'
	run nsnet why web
	assert_ok
	assert_out_has 'ok    no chain drops all forwarded packets'
}

test_the_way_to_the_host_or_a_neighbour_ends_there()
{
	run nsnet why web 198.51.100.1
	assert_ok
	assert_out_has 'ok    198.51.100.1 is an address of the host'
	assert_out_lacks forwards
	run nsnet why web 10.1.0.77
	assert_ok
	assert_out_has 'ok    the destination is a neighbour'
	assert_out_lacks 'the host'
}

test_a_pair_without_a_bridge_ends_at_the_host()
{
	ip link set v0 nomaster && ip addr flush dev br0 && ip addr add 10.1.0.1/24 dev v0
	echo 1 >/proc/sys/net/ipv4/conf/v0/forwarding
	run nsnet why web
	assert_ok
	assert_out_has "ok    'eth0' ends at 'v0' of the host"
	nft flush ruleset
	run nsnet why web
	assert_rc 1
	assert_out_has 'cure: nsnet add <name> ... --nat'
}

test_an_uplink_without_carrier()
{
	ip -n world link set w0 down
	run nsnet why web
	assert_rc 1
	assert_out_has "FAIL  'up0' of the host has no carrier"
}

b0_has()
{
	ip -n web link show b0 | grep -qi "[<,]$1[,>]"
}

test_a_device_that_is_no_pair()
{
	ip link del v0
	ip -n web link add b0 type bridge && ip -n web addr add 10.1.0.2/24 dev b0 && ip -n web link set b0 up
	ip -n web route add default via 10.1.0.1
	ip -n web link add p0 type veth peer name p1 && ip -n web link set p0 master b0 up
	# the kernel notices a moment later
	settle 20 b0_has no-carrier
	run nsnet why web
	assert_rc 1
	assert_out_has "FAIL  'b0' has no carrier"
	ip -n web link set p1 up
	settle 20 b0_has lower_up
	run nsnet why web
	assert_rc 0
	assert_out_has "ok    'b0' has no other end that could be looked at"
}

test_a_peer_in_another_namespace_is_left_to_another_call()
{
	ip netns add third
	ip link set v0 netns third
	run nsnet why web
	assert_rc 1
	assert_out_has "FAIL  'eth0' has no carrier"
	assert_out_has 'cure: bring the other end up'
	ip -n third link set v0 up
	run nsnet why web
	assert_ok
	assert_out_has 'ok    the other end is in another namespace: run why there'
	assert_out_lacks 'of the host'
}

# The kernel looks for another host with the address for about a second.
test_a_tentative_address_is_not_usable()
{
	ip addr add fd00:1::1/64 dev br0
	echo 10 >/proc/sys/net/ipv6/conf/br0/dad_transmits
	ip netns exec web sh -c 'echo 20 >/proc/sys/net/ipv6/conf/eth0/dad_transmits'
	ip -n web addr add fd00:1::2/64 dev eth0
	run nsnet why web fd00:2::7
	assert_rc 1
	assert_out_has 'FAIL  the address fd00:1::2/64 is not usable yet (tentative)'
	ip -n web addr del fd00:1::2/64 dev eth0 && ip -n web addr add fd00:1::2/64 dev eth0 nodad
	run nsnet why web fd00:2::7
	assert_out_has 'ok    there is an address (fd00:1::2/64)'
	assert_out_has 'FAIL  the namespace has no route to fd00:2::7'
}

test_lines_of_resolv_conf_are_read_exactly()
{
	printf 'nameservers 127.0.0.1\nsearch example\n' >/etc/resolv.conf
	run nsnet why web
	assert_ok
	printf 'nameserver\t127.0.0.1\nnameserver ::1\n' >/etc/resolv.conf
	run nsnet why web
	assert_rc 1
	assert_out_has 'names servers of loopback only'
	printf 'nameserver 127.0.0.1\nnameserver  192.0.2.1' >/etc/resolv.conf
	run nsnet why web
	assert_ok
	rm /etc/resolv.conf
	run nsnet why web
	assert_ok
	assert_out_has 'ok    there is no resolv.conf'
	echo nameserver 127.0.0.1 >/etc/resolv.conf
	run nsnet why /run/netns/web
	assert_rc 1
	assert_out_has 'cure: nsnet add <name> --dns host'
}

test_wrong_arguments_are_refused()
{
	for addr in x 10.0.0.0/8 '' 10.0.0; do
		run nsnet why web "$addr"
		assert_rc 1
		assert_out_empty
		assert_err_has "'$addr' is not an IP address"
	done
	run nsnet why nobody
	assert_refused 1 "the network namespace 'nobody': No such file or directory"
	run nsnet why self:x
	assert_rc 1
	assert_out_empty
	run nsnet why 999999999
	assert_rc 1
	assert_out_empty
}

. shunit2
