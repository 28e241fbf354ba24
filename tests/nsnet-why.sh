#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsnet-why: breaks one requirement of a packet's path at a time. Checks that `nsnet why` reports
# this requirement first and that the printed cure works.
# Runs as root.
# Time limit: 150 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/netlib.sh"
require_ns net mnt
require_tool ip nft
host_is_ours

oneTimeSetUp()
{
	mkdir "$TMP/etc" && cp -a /etc/passwd /etc/group /etc/alternatives "$TMP/etc" && mount --bind "$TMP/etc" /etc
}

# Creates a network without faults, using ip(8) and nft(8).
setUp()
{
	echo nameserver 192.0.2.53 >/etc/resolv.conf
	echo 'hosts: files' >/etc/nsswitch.conf
	echo '203.0.113.9 server.test' >/etc/hosts
	ip netns add world && ip netns add web
	ip -batch - <<-END
		link add up0 type veth peer name w0 netns world
		addr add 198.51.100.1/24 dev up0
		link set up0 up
		route add default via 198.51.100.7
		link add br0 type bridge
		addr add 10.1.0.1/24 dev br0
		link set br0 up
		link add v0 master br0 up type veth peer name eth0 netns web
	END
	ip -n world link set w0 up
	ip -n web -batch - <<-END
		link set lo up
		addr add 10.1.0.2/24 dev eth0
		link set eth0 up
		route add default via 10.1.0.1
	END
	echo 1 >/proc/sys/net/ipv4/conf/br0/forwarding
	echo 1 >/proc/sys/net/ipv4/conf/up0/forwarding
	nft -f - <<-END
		add table ip t
		add chain ip t post { type nat hook postrouting priority srcnat; }
		add rule ip t post ip saddr 10.1.0.0/24 masquerade
	END
	settle 20 forwards v0
}

tearDown()
{
	stop_servers
	nft flush ruleset
	clear_network
	rm -rf /etc/netns
}

# serve NETNS|- PROTO PORT: starts a server in the namespace NETNS, or, if the argument is "-", in
# the namespace of the test. Adds its pid to $servers. Returns when the server listens.
serve()
{
	in=
	[ "$1" = - ] || in="ip netns exec $1"
	if [ "$2" = tcp ]; then
		$in busybox nc -ll -p "$3" -e cat </dev/null &
	else
		$in perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalPort => shift, Proto => "udp") or die;
			while (defined $s->recv($_, 99)) { $s->send($_) }' "$3" &
	fi
	# shellcheck disable=SC2086 # several words
	wait_for_server "$2" "$3" $in
}

# assert_cause FRAGMENT [cured]: asserts that exactly one check fails and that its message contains
# FRAGMENT. With the second argument, executes the commands that the report prints after "cure:",
# and asserts that all checks then succeed.
assert_cause()
{
	run nsnet why web ${to:+"$to"}
	assert_rc 1
	assert_err_empty
	assertEquals "one check fails: $out" 1 "$(printf '%s\n' "$out" | grep -c ^FAIL)"
	assert_out_has "FAIL  $1"
	[ $# = 2 ] || return 0
	printf '%s\n' "$out" | sed -n '/^FAIL/{n;s/^ *cure: //p;}' >"$TMP/cure"
	run sh -e "$TMP/cure"
	assert_rc 0
	# try again, because the kernel may report the carrier of a device a second after the device
	# is up
	if ! settle 20 is_cured; then
		run nsnet why web ${to:+"$to"}
	fi
	assert_rc 0
}

is_cured()
{
	nsnet why web ${to:+"$to"} >/dev/null
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

test_reports_the_other_end_of_a_pair_that_is_down()
{
	ip link set v0 down
	assert_cause "the other end of 'eth0', 'v0' of the host, is down" cured
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

test_cure_for_forwarding_adds_the_missing_translation()
{
	nft flush ruleset
	echo 0 >/proc/sys/net/ipv4/conf/br0/forwarding
	echo 0 >/proc/sys/net/ipv4/conf/up0/forwarding
	assert_cause "the host does not forward packets from 'br0'" cured
	nsnet del --force br0
}

test_reports_disabled_forwarding_of_answers()
{
	echo 0 >/proc/sys/net/ipv4/conf/up0/forwarding
	assert_cause "the host does not forward the answers that arrive on 'up0'" cured
}

test_reports_a_host_without_a_route()
{
	ip route del default
	assert_cause 'the host itself has no route to 203.0.113.1'
}

test_reports_a_route_that_discards_packets()
{
	for kind in prohibit unreachable blackhole; do
		ip route add $kind 203.0.113.0/24
		assert_cause "a route of the host discards packets to 203.0.113.1 ($kind)"
		assert_out_has 'cure: ip route show match 203.0.113.1'
		ip route del $kind 203.0.113.0/24
	done
}

test_reports_a_source_refused_by_the_reverse_path_filter()
{
	echo 1 >/proc/sys/net/ipv4/conf/br0/rp_filter
	ip route add 10.1.0.2/32 via 198.51.100.9
	assert_cause "the host refuses packets from 10.1.0.2 on 'br0'"
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
	assert_cause '10.1.0.2 is a private address that no NAT rule translates' cured
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
	assert_cause '/etc/resolv.conf names only servers at loopback addresses'
	# create the file resolv.conf that ip-netns(8) uses for the namespace web
	mkdir -p /etc/netns/web && echo nameserver 192.0.2.1 >/etc/netns/web/resolv.conf
	run nsnet why web
	assert_ok
}

test_reports_a_tentative_address()
{
	ip -n web addr flush dev eth0
	echo 1000 >/proc/sys/net/ipv6/conf/br0/dad_transmits
	ip netns exec web sysctl -qw net.ipv6.conf.eth0.dad_transmits=1000
	ip -n web addr add fd00:1::2/64 dev eth0
	to=fd00:1::1 assert_cause 'the address fd00:1::2/64 cannot be used yet (tentative)'
}

test_reports_a_route_of_the_namespace_that_prohibits_the_destination()
{
	# ip-route(8): the kernel reports EACCES, EHOSTUNREACH and EINVAL for these types of routes
	for kind in prohibit unreachable blackhole; do
		ip -n web route add $kind 203.0.113.0/24
		assert_cause 'a route of the namespace forbids 203.0.113.1'
		ip -n web route del $kind 203.0.113.0/24
	done
}

test_reports_rules_of_the_namespace_that_drop_packets()
{
	ip netns exec web nft 'table ip f { chain o { type filter hook output priority 0; ip daddr 203.0.113.0/24 drop; }; }'
	assert_cause "the chain 'o' of the table 'ip f' drops the packets, in the namespace," cured
}

test_reports_rules_of_the_namespace_that_drop_answers()
{
	ip netns exec web nft 'table ip f { chain i { type filter hook input priority 0; policy drop; iifname "lo" accept; }; }'
	assert_cause "the chain 'i' of the table 'ip f' drops the answers, in the namespace, (policy drop)" cured
}

test_reports_a_gateway_that_does_not_answer()
{
	ip -n web neigh replace 10.1.0.1 dev eth0 nud failed
	assert_cause "no device on the link of 'eth0' answers for the address 10.1.0.1"
}

test_reports_an_outdated_hardware_address_of_the_gateway()
{
	ip -n web neigh replace 10.1.0.1 dev eth0 lladdr 02:00:00:00:00:77 nud reachable
	assert_cause 'the neighbour table of the namespace has an outdated hardware address for 10.1.0.1: 02:00:00:00:00:77' cured
}

test_reports_a_bridge_port_that_does_not_forward()
{
	bridge link set dev v0 state 2
	assert_cause "the port 'v0' of the bridge 'br0' does not forward packets yet" cured
}

test_reports_answers_that_return_through_another_device()
{
	ip link add d0 type veth peer name d1 netns world
	ip link set d0 up && ip -n world link set d1 up
	ip route add 10.1.0.2/32 dev d0
	assert_cause "answers to 10.1.0.2 do not return through 'br0', but through 'd0'" cured
}

test_reports_a_next_hop_that_does_not_answer()
{
	ip neigh replace 198.51.100.7 dev up0 nud failed
	assert_cause "the next hop 198.51.100.7 on 'up0' of the host does not answer"
}

test_reports_a_rule_that_drops_the_packets()
{
	nft 'table inet f { chain fw { type filter hook forward priority 0; ip saddr { 10.1.0.0/24, 10.2.0.0/24 } counter reject; }; }'
	assert_cause "the chain 'fw' of the table 'inet f' drops the packets (ip saddr { 10.1.0.0/24" cured
}

test_reports_a_rule_that_drops_the_answers()
{
	nft 'table ip f { chain fw { type filter hook forward priority 0; policy drop; iifname "br0" accept; }; }'
	assert_cause "the chain 'fw' of the table 'ip f' drops the answers (policy drop)" cured
}

# Creates the firewall chains of Docker, but no rule for the bridge.
test_reports_the_chains_of_docker_that_drop()
{
	nft 'table ip filter {
		chain DOCKER-USER { return; }
		chain DOCKER-FORWARD { iifname "docker0" accept; oifname "docker0" ct state established,related accept; }
		chain FORWARD {
			type filter hook forward priority 0; policy drop;
			counter jump DOCKER-USER
			counter jump DOCKER-FORWARD
		}
	}'
	assert_cause "the chain 'FORWARD' of the table 'ip filter' drops the packets (policy drop)"
	assert_out_has 'cure: iptables-nft -I DOCKER-USER -i br0 -j ACCEPT; iptables-nft -I DOCKER-USER -o br0 -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT'
}

test_names_the_command_of_firewalld_for_its_table()
{
	nft 'table inet firewalld { chain filter_FORWARD { type filter hook forward priority 10; ct state established accept; reject; }; }'
	assert_cause "the chain 'filter_FORWARD' of the table 'inet firewalld' drops the packets"
	assert_out_has 'cure: firewall-cmd --zone=trusted --add-interface=br0'
}

# iptables-nft refuses to list a table with a match that only nft(8) can express, such as "ct state".
test_a_cure_keeps_iptables_working()
{
	command -v iptables-nft >/dev/null || {
		echo 'n/a: there is no iptables-nft'
		return
	}
	iptables-nft -P FORWARD DROP && iptables-nft -N DOCKER-USER && iptables-nft -A FORWARD -j DOCKER-USER
	assert_cause "the chain 'FORWARD' of the table 'ip filter' drops the packets (policy drop)" cured
	run iptables-nft -S DOCKER-USER
	assert_rc 0
	assert_out_has '-A DOCKER-USER -i br0 -j ACCEPT'
	ip netns exec web iptables-nft -P INPUT DROP
	ip netns exec web iptables-nft -A INPUT -i lo -j ACCEPT
	assert_cause "the chain 'INPUT' of the table 'ip filter' drops the answers, in the namespace, (policy drop)" cured
	run ip netns exec web iptables-nft -S INPUT
	assert_rc 0
	iptables-nft -t mangle -A FORWARD -i br0 -j DROP
	assert_cause "the chain 'FORWARD' of the table 'ip mangle' drops the packets" cured
	run iptables-nft -t mangle -S FORWARD
	assert_rc 0
}

test_a_rule_that_is_not_understood_is_reported_as_such()
{
	nft 'table ip f { chain fw { type filter hook forward priority 0; ip ttl 7 drop; }; }'
	run nsnet why web
	assert_ok
	assert_out_has "?     the chain 'fw' of the table 'ip f' may drop the packets; find out with --probe (ip ttl 7 drop)"
	nft 'add rule ip f fw iifname "other0" ip ttl 7 drop'
	nft delete rule ip f fw handle "$(nft -a list chain ip f fw | sed -n 's/.*ttl 7 drop # handle //p' | head -n 1)"
	run nsnet why web
	assert_ok
	assert_out_has "ok    no chain at 'forward' drops the packets"
	assert_out_lacks '?   '
}

test_translation_of_another_subnet_does_not_count()
{
	nft flush chain ip t post
	nft add rule ip t post ip saddr 10.2.0.0/24 masquerade
	assert_cause '10.1.0.2 is a private address that no NAT rule translates'
}

test_reports_rules_that_drop_packets_to_the_host()
{
	nft 'table ip f { chain input { type filter hook input priority 0; policy drop; }; }'
	to=10.1.0.1 assert_cause "the chain 'input' of the table 'ip f' drops the packets (policy drop)" cured
}

test_reports_a_missing_server_on_the_host()
{
	to=10.1.0.1:81 assert_cause 'no program of the host listens on the port 81'
	serve - tcp 81
	run nsnet why web 10.1.0.1:81
	assert_ok
	run nsnet why web 10.1.0.1:81/udp
	assert_out_has 'FAIL  no program of the host listens on the port 81'
}

test_reports_a_missing_server_in_the_namespace()
{
	to=10.1.0.2:80 assert_cause 'no program in the namespace listens on the port 80'
	serve web tcp 80
	run nsnet why web 10.1.0.2:80
	assert_ok
}

test_applies_ip_rules_to_bridged_packets()
{
	nft 'table ip f { chain fw { type filter hook forward priority 0; policy drop; }; }'
	# without the module br_netfilter, the kernel does not apply the rules to packets that a
	# bridge forwards
	if [ ! -e /proc/sys/net/bridge ]; then
		run nsnet why web 10.1.0.3
		assert_ok
		return
	fi
	echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables
	to=10.1.0.3 assert_cause "the chain 'fw' of the table 'ip f' drops the packets" cured
}

publish()
{
	nft add table ip p
	nft 'add chain ip p pre { type nat hook prerouting priority dstnat; }'
	nft add rule ip p pre "$1" dport 8080 dnat to 10.1.0.2:80
}

test_reports_a_published_port_without_a_server()
{
	publish tcp
	assert_cause 'no program in the namespace listens on the port 80/tcp, which is published as 8080'
	serve web tcp 80
	run nsnet why web
	assert_ok
	assert_out_has 'the port 8080/tcp of the host leads to the namespace'
}

test_reports_a_host_program_on_the_published_port()
{
	publish tcp
	serve web tcp 80
	serve - tcp 8080
	assert_cause 'a program of the host listens on the published port 8080/tcp as well'
}

test_reports_another_rule_for_the_published_port()
{
	nft add table ip o
	nft 'add chain ip o pre { type nat hook prerouting priority dstnat; }'
	nft add rule ip o pre tcp dport 8080 dnat to 10.1.0.99:80
	publish tcp
	serve web tcp 80
	assert_cause "the table 'ip o' sends the published port 8080/tcp to 10.1.0.99 instead"
}

# A datagram arrived before the rule was added. It has created an entry of connection tracking that
# leads to the host and not to the namespace.
test_reports_an_old_connection_to_the_published_port()
{
	serve web udp 80
	nft 'table ip c { chain pre { type filter hook prerouting priority -150; ct state new; }; }'
	ip -n world addr add 198.51.100.7/24 dev w0
	serve - udp 8080
	ip netns exec world perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(PeerAddr => "198.51.100.1:8080",
		Proto => "udp"); $s->send("x"); $s->recv($_, 9)'
	kill "${servers##* }"
	wait "${servers##* }"
	servers=${servers% *}
	publish udp
	assert_cause 'old entries of connection tracking still send the published port 8080/udp to another address'
}

test_reports_missing_hairpin_mode_for_its_own_published_port()
{
	publish tcp
	serve web tcp 80
	to=198.51.100.1:8080 assert_cause "the host forwards the port 8080 back to this namespace, but the bridge port 'v0' does not send packets back to their source (hairpin)" cured
}

test_reports_an_unreachable_name_server()
{
	ip -n web route del default
	ip -n web route add 203.0.113.0/24 via 10.1.0.1
	assert_cause 'the namespace has no route to the name server 192.0.2.53 of /etc/resolv.conf'
}

test_accepts_a_name_server_in_the_namespace()
{
	echo nameserver 127.0.0.53 >/etc/resolv.conf
	serve web udp 53
	run nsnet why web
	assert_ok
	assert_out_has 'a name server runs in the namespace'
}

test_reports_disabled_forwarding_of_ipv6()
{
	ip addr add fd00:1::1/64 dev br0 nodad && ip -n web addr add fd00:1::2/64 dev eth0 nodad
	ip addr add 2001:db8::1/64 dev up0 nodad && ip -6 route add default via 2001:db8::7
	ip -n web -6 route add default via fd00:1::1
	nft 'table ip6 t { chain post { type nat hook postrouting priority srcnat; masquerade; }; }'
	to=2001:db8:1::1 assert_cause 'the host does not forward IPv6 packets' cured
	echo 0 >/proc/sys/net/ipv6/conf/all/forwarding
}

test_accepts_a_destination_with_a_name_and_a_port()
{
	for to in server.test server.test:80 203.0.113.9:80 server.test:53/udp '[203.0.113.9]:80/tcp' :80; do
		run nsnet why web "$to"
		assert_ok
		assert_out_has 'the route to 203.0.113.'
	done
	run nsnet why web no-such.test
	assert_refused 1 "cannot look up the address of 'no-such.test'"
	for to in 203.0.113.9:0 203.0.113.9:x 203.0.113.9/24 203.0.113.9:80/sctp; do
		run nsnet why web "$to"
		assert_rc 1
		assert_err_has "invalid destination '$to', expected <address>[:<port>[/udp]]"
	done
	for to in '[2001:db8::1' '2001:db8::1]'; do
		run nsnet why web "$to"
		assert_rc 1
		assert_err_has "invalid host '$to', expected an IP address or a host name"
	done
	to=
}

test_notes_that_users_cannot_ping()
{
	ip netns exec web sysctl -qw 'net.ipv4.ping_group_range=1 0'
	run nsnet why web
	assert_ok
	assert_out_has 'note  ordinary users of the namespace cannot use ping'
	printf '%s\n' "$out" | sed -n '/^note/{n;s/^ *cure: //p;}' >"$TMP/cure"
	run sh -e "$TMP/cure"
	run nsnet why web
	assert_ok
	assert_out_has 'ok    '
	assert_out_lacks ping
}

# assert_probe DESTINATION FRAGMENT: runs nsnet why --probe, which sends a packet from the namespace
# web to DESTINATION. Asserts that this check fails with a message that contains FRAGMENT, and that
# no firewall rules of the probe remain in either namespace.
assert_probe()
{
	run nsnet why --probe web "$1"
	assert_rc 1
	assert_err_empty
	assert_out_has "FAIL  $2"
	assert_no_probe_rules
}

assert_no_probe_rules()
{
	assert_empty "$({ nft list tables; ip netns exec web nft list tables; } | grep nsnet_probe)"
}

world_answers()
{
	ip -n world addr add 198.51.100.7/24 dev w0
}

test_a_probe_is_answered()
{
	world_answers
	run nsnet why --probe web 198.51.100.7:80
	assert_rc 1
	assert_out_has 'FAIL  the probe arrived, and 198.51.100.7 refused the port 80'
	serve world tcp 80
	serve world udp 53
	for to in 198.51.100.7 198.51.100.7:80 198.51.100.7:53/udp; do
		run nsnet why --probe web $to
		assert_ok
		assert_out_has 'ok    the probe was answered'
	done
	assert_no_probe_rules
}

test_a_probe_over_ipv6_is_answered()
{
	ip addr add fd00:1::1/64 dev br0 nodad && ip -n web addr add fd00:1::2/64 dev eth0 nodad
	run nsnet why --probe web fd00:1::1
	assert_ok
	assert_out_has 'ok    the probe was answered'
}

test_a_probe_names_the_chain_and_the_rule_that_drops()
{
	world_answers
	nft add table ip f
	nft 'add chain ip f fw { type filter hook forward priority 0; }'
	nft add rule ip f fw ip ttl '!=' 7 counter drop
	run nsnet why web
	assert_ok
	assert_probe 198.51.100.7 "the probe was dropped by the chain 'fw' of the table 'ip f' of the host (ip ttl != 7 counter"
	printf '%s\n' "$out" | sed -n '/^FAIL/{n;s/^ *cure: //p;}' >"$TMP/cure"
	run sh -e "$TMP/cure"
	run nsnet why --probe web 198.51.100.7
	assert_out_has 'ok    the probe was answered'
}

test_a_probe_names_a_policy_that_drops()
{
	nft 'table inet f { chain fw { type filter hook forward priority 0; policy drop; }; }'
	assert_probe 198.51.100.7 "the chain 'fw'"
	assert_out_has "FAIL  the probe was dropped by the chain 'fw' of the table 'inet f' of the host (policy drop)"
}

test_a_probe_names_a_rule_that_drops_the_answer()
{
	world_answers
	nft 'table inet f { chain fw { type filter hook forward priority 0; iifname "up0" ip ttl != 7 drop; }; }'
	assert_probe 198.51.100.7 "the answer to the probe was dropped by the chain 'fw' of the table 'inet f' of the host"
}

test_a_probe_names_a_rule_of_the_namespace()
{
	world_answers
	ip netns exec web nft 'table ip f { chain o { type filter hook output priority 0; ip ttl != 7 drop; }; }'
	assert_probe 198.51.100.7 "the probe was dropped by the chain 'o' of the table 'ip f' of the namespace (ip ttl != 7 drop)"
	ip netns exec web nft 'flush ruleset; table ip f { chain i { type filter hook input priority 0; ip ttl != 7 drop; }; }'
	assert_probe 198.51.100.7 "the answer to the probe was dropped by the chain 'i' of the table 'ip f' of the namespace"
}

test_a_probe_without_an_answer_reports_how_far_it_came()
{
	world_answers
	ip netns exec world nft 'table ip f { chain i { type filter hook input priority 0; policy drop; }; }'
	assert_probe 198.51.100.7 'the probe was not answered, and no firewall rule of the host dropped it'
	bridge link set dev v0 state 0
	assert_probe 198.51.100.7 'the probe was not answered, and did not reach the firewall rules of the host'
	ip -n web route del default
	run nsnet why --probe web 198.51.100.7
	assert_out_has '?     the probe was not sent, because there is no route'
}

probe_rules_are_there()
{
	nft list tables | grep -q nsnet_probe && ip netns exec web nft list tables | grep -q nsnet_probe
}

# assert_probe_ended_by SIGNAL STATUS: starts a probe that gets no answer, sends SIGNAL to it when
# its rules are in both namespaces, and asserts that it then exits with STATUS. Tries again, because
# on a slow machine the probe may have ended before the signal is sent.
assert_probe_ended_by()
{
	for _ in 1 2 3 4 5; do
		nsnet why --probe web >/dev/null &
		killed=$!
		until probe_rules_are_there; do
			kill -0 "$killed" || break
		done
		kill -s "$1" "$killed"
		wait "$killed"
		status=$?
		[ $status != "$2" ] || break
	done
	assertEquals 'the signal has ended the probe' "$2" "$status"
}

# If a table has the flag `owner` (Linux 5.12), the kernel removes the table when nsnet ends.
test_a_killed_probe_leaves_no_rules()
{
	assert_probe_ended_by KILL 137
	if ! feature nft-owner; then
		# gc can determine that a process has ended only in the initial pid namespace, but
		# the test runs in another pid namespace
		nft flush ruleset
		ip netns exec web nft flush ruleset
	fi
	settle 50 sh -c '! nft list tables | grep -q nsnet_probe'
	assert_no_probe_rules
}

test_a_terminated_probe_leaves_no_rules()
{
	assert_probe_ended_by TERM 143
	assert_no_probe_rules
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
	run nsnet why web 1.2.3
	assert_rc 1
	assert_err_has "invalid host '1.2.3', expected an IP address"
	run nsnet why
	assert_err_has 'missing argument'
}

# readdress SUBNET: gives the bridge the address SUBNET.1 and the namespace the address SUBNET.2.
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
		assert_out_has "FAIL  $subnet.2 is a private address that no NAT rule translates"
	done
	for subnet in 11.0.0 172.15.255 172.32.0 192.167.7 192.169.0 100.63.255 100.128.0; do
		readdress $subnet
		run nsnet why web
		assert_ok
		assert_out_has "ok    $subnet.2 is not a private address"
	done
}

test_accepts_snat_as_translation()
{
	nft flush ruleset
	nft add table ip t
	nft 'add chain ip t post { type nat hook postrouting priority srcnat; }'
	nft add rule ip t post ip saddr 10.1.0.0/24 snat to 198.51.100.1
	run nsnet why web
	assert_ok
	assert_out_has "ok    the table 'ip t' translates 10.1.0.2"
}

test_a_drop_of_another_hook_is_not_the_cause()
{
	nft add table ip filter
	nft 'add chain ip filter in { type filter hook input priority 0; policy drop; }'
	nft 'add chain ip filter pass { type filter hook forward priority 0; policy accept; }'
	run nsnet why web
	assert_ok
	assert_out_has "ok    no chain at 'forward' drops the packets"
}

test_checks_only_the_path_to_the_host_or_a_neighbour()
{
	run nsnet why web 198.51.100.1
	assert_ok
	assert_out_has 'ok    198.51.100.1 is an address of the host'
	assert_out_lacks forwards
	run nsnet why web 10.1.0.77
	assert_ok
	assert_out_has 'ok    the destination is on the same link'
	assert_out_lacks 'the host'
}

test_checks_a_pair_without_a_bridge()
{
	ip link set v0 nomaster && ip addr flush dev br0 && ip addr add 10.1.0.1/24 dev v0
	echo 1 >/proc/sys/net/ipv4/conf/v0/forwarding
	run nsnet why web
	assert_ok
	assert_out_has "ok    the other end of 'eth0' is 'v0' of the host"
	nft flush ruleset
	run nsnet why web
	assert_rc 1
	assert_out_has 'cure: nsnet add <name> ... --nat'
}

test_reports_an_uplink_without_carrier()
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

test_checks_a_device_that_is_not_a_pair()
{
	ip link del v0
	ip -n web link add b0 type bridge && ip -n web addr add 10.1.0.2/24 dev b0 && ip -n web link set b0 up
	ip -n web route add default via 10.1.0.1
	ip -n web link add p0 type veth peer name p1 && ip -n web link set p0 master b0 up
	# wait, because the kernel notices only a moment later that the carrier is lost
	settle 20 b0_has no-carrier
	run nsnet why web
	assert_rc 1
	assert_out_has "FAIL  'b0' has no carrier"
	ip -n web link set p1 up
	settle 20 b0_has lower_up
	run nsnet why web
	assert_rc 0
	assert_out_has "ok    'b0' has carrier; it is not a pair with another namespace"
}

# For about a second, the kernel checks that no other host on the network has the address (duplicate
# address detection). Until then, the address is tentative.
test_a_tentative_address_is_not_usable()
{
	ip addr add fd00:1::1/64 dev br0
	echo 10 >/proc/sys/net/ipv6/conf/br0/dad_transmits
	ip netns exec web sh -c 'echo 20 >/proc/sys/net/ipv6/conf/eth0/dad_transmits'
	ip -n web addr add fd00:1::2/64 dev eth0
	run nsnet why web fd00:2::7
	assert_rc 1
	assert_out_has 'FAIL  the address fd00:1::2/64 cannot be used yet (tentative)'
	ip -n web addr del fd00:1::2/64 dev eth0 && ip -n web addr add fd00:1::2/64 dev eth0 nodad
	run nsnet why web fd00:2::7
	assert_out_has 'ok    there is an address (fd00:1::2/64)'
	assert_out_has 'FAIL  the namespace has no route to fd00:2::7'
}

test_lines_of_resolv_conf_are_read_exactly()
{
	# without a nameserver line in resolv.conf, the resolver asks the local host
	# (resolv.conf(5))
	printf 'nameservers 192.0.2.1\nsearch example\n' >/etc/resolv.conf
	run nsnet why web
	assert_rc 1
	assert_out_has 'FAIL  /etc/resolv.conf names only servers at loopback addresses'
	printf 'nameserver\t127.0.0.1\nnameserver ::1\n' >/etc/resolv.conf
	run nsnet why web
	assert_rc 1
	assert_out_has 'FAIL  /etc/resolv.conf names only servers at loopback addresses'
	printf 'nameserver 127.0.0.1\nnameserver  192.0.2.1' >/etc/resolv.conf
	run nsnet why web
	assert_ok
	rm /etc/resolv.conf
	run nsnet why web
	assert_ok
	assert_out_has "?     cannot read '/etc/resolv.conf': No such file or directory"
	# nsnet must not treat an unreadable /etc/netns/NAME/resolv.conf like a missing file
	mkdir -p /etc/netns/web/resolv.conf
	run nsnet why web
	assert_ok
	assert_out_has "?     cannot read '/etc/netns/web/resolv.conf': Is a directory"
	rmdir /etc/netns/web/resolv.conf
	echo nameserver 127.0.0.1 >/etc/resolv.conf
	run nsnet why /run/netns/web
	assert_rc 1
	assert_out_has 'cure: nsnet add <name> --dns host'
}

test_wrong_arguments_are_refused()
{
	run nsnet why web no-such-host.test
	assert_refused 1 "cannot look up the address of 'no-such-host.test'"
	run nsnet why web 10.0.0.0/8
	assert_rc 1
	assert_out_empty
	assert_err_has "invalid destination '10.0.0.0/8', expected <address>[:<port>[/udp]]"
	run nsnet why web 10.0.0
	assert_rc 1
	assert_out_empty
	assert_err_has "invalid host '10.0.0', expected an IP address or a host name"
	run nsnet why nobody
	assert_refused 1 "the network namespace 'nobody': No such file or directory"
	run nsnet why self:x
	assert_refused 1 "invalid reference 'self:x'"
	run nsnet why 999999999
	assert_refused 1 "invalid number '999999999'"
}

. shunit2
