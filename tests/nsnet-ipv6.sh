#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsnet-ipv6: checks address translation, published ports and forwarding for IPv6. The test's
# namespace plays the host, and the namespace "world" plays the internet. The world has no route to
# the subnets of the host's namespaces.
# Runs as root.
# Time limit: 120 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/netlib.sh"
. "${0%/*}/faultlib.sh"
# libnftables, which child processes of nsnet call, opens files and sockets without O_CLOEXEC. The
# helper failat reports such a descriptor of the first child as "inheritable 1.1:CALL FD". Accept
# these reports for all children.
FAULT_ACCEPT='^inheritable 1[.]'
require_ns net mnt
require_tool ip nft busybox
host_is_ours

setUp()
{
	ip link set lo up
	put_world
}

tearDown()
{
	stop_servers
	stop_holders
	nsnet del br0 br1 2>/dev/null
	clear_network
	nft flush ruleset
	echo 0 >/proc/sys/net/ipv6/conf/all/forwarding
}

# sysctls: prints the sysctls of IPv6 forwarding that nsnet must restore.
sysctls()
{
	for file in all/forwarding up0/forwarding up0/accept_ra up0/force_forwarding; do
		echo "$file $(cat "/proc/sys/net/ipv6/conf/$file" 2>/dev/null)"
	done
}

test_run_reaches_the_outside_only_with_nat()
{
	serve world 7
	before=$(sysctls)
	nsnet bridge br0,10.1.0.1/24,fd00:1::1/64
	run nsnet run --bridge br0 -- timeout 0.5 bash -c "$get" 2001:db8:1::7 7
	assert_rc 124
	run nsnet run --bridge br0 --nat -- timeout 20 bash -c "$get" 2001:db8:1::7 7
	assert_ok
	assert_out 'hello from world'
	run nsnet run --bridge br0 --nat -- timeout 20 bash -c "$get" 198.51.100.7 7
	assert_out 'hello from world'
	assertEquals 'the sysctls are restored' "$before" "$(sysctls)"
	assert_empty 'the rules end with the program' "$(nft list tables)"
}

test_a_host_without_ipv4_has_nat()
{
	serve world 7
	run nsnet run --bridge br0,fd00:1::1/64 --nat -- timeout 20 bash -c "$get" 2001:db8:1::7 7
	assert_ok
	assert_out 'hello from world'
}

test_pair_with_the_host_reaches_the_outside_with_a_given_address()
{
	serve world 7
	ip addr add 2001:db8:1::9/64 dev up0 nodad
	nsnet add web --link eth0,fd00:6::2/64,gw=fd00:6::1 --nat=2001:db8:1::9
	run ip netns exec web timeout 20 bash -c "$get" 2001:db8:1::7 7
	assert_out 'hello from world'
	run nft list ruleset
	assert_out_has 'snat ip6 to 2001:db8:1::9'
	before=$(sysctls)
	run nsnet del web
	assert_ok
	assertNotEquals 'del resets the sysctls' "$before" "$(sysctls)"
	assert_empty 'no rules remain' "$(nft list tables)"
}

test_forwarding_ends_with_the_last_user()
{
	serve world 7
	before=$(sysctls)
	nsnet bridge br0,fd00:1::1/64 --nat
	nsnet add web --bridge br1,fd00:2::1/64 --nat
	nsnet add other --bridge br0
	during=$(sysctls)
	assertNotEquals 'forwarding is allowed' "$before" "$during"
	nsnet del web
	assertEquals 'the bridge still needs it' "$during" "$(sysctls)"
	run ip netns exec other timeout 20 bash -c "$get" 2001:db8:1::7 7
	assert_out 'hello from world'
	nsnet del other br0
	assertEquals 'the sysctls are restored' "$before" "$(sysctls)"
	assert_empty 'no rules remain' "$(nft list tables)"
}

test_published_port_is_reachable_from_world_host_and_bridge()
{
	nsnet bridge br0,10.1.0.1/24,fd00:1::1/64
	nsnet add web --bridge br0 --publish 8080:80
	serve web 80
	for address in 198.51.100.1 2001:db8:1::1; do
		run ip netns exec world timeout 20 bash -c "$get" "$address" 8080
		assert_out 'hello from web'
		run timeout 20 bash -c "$get" "$address" 8080
		assert_out 'hello from web'
		run nsnet run --bridge br0 -- timeout 20 bash -c "$get" "$address" 8080
		assert_out 'hello from web'
		run ip netns exec web timeout 20 bash -c "$get" "$address" 8080
		assert_out 'hello from web'
	done
	run nsnet show web -rn -o PORTS
	assert_out '8080:80/tcp'
	kill "${servers##* }"
	wait "${servers##* }"
	servers=
	run nsnet del web
	assert_ok
	# the host itself refuses the connection, and does not forward it any more
	run ip netns exec world timeout 20 bash -c "$get" 2001:db8:1::1 8080
	assert_err_has 'Connection refused'
}

# Connection tracking stores the destination of a UDP connection. The kernel sends later packets of
# the connection to this destination, even if a rule was added or removed. So nsnet must delete the
# stored entry.
test_a_published_udp_port_takes_over_old_connections()
{
	nft 'table ip6 c { chain pre { type filter hook prerouting priority -150; ct state new; }; }'
	nsnet bridge br0,fd00:1::1/64
	mkfifo "$TMP/ask" "$TMP/answers"
	# shellcheck disable=SC2016 # perl
	ip netns exec world perl -MIO::Socket::IP -e '$| = 1; $SIG{ALRM} = sub { die };
		$s = IO::Socket::IP->new(PeerHost => "2001:db8:1::1", PeerPort => 8080, Proto => "udp");
		while (<STDIN>) {
			$s->send("x");
			eval { alarm 20; $_ = ""; $s->recv($_, 9); alarm 0; };
			print $_ eq "x" ? "answered\n" : "no answer\n";
		}' <"$TMP/ask" >"$TMP/answers" &
	servers=$!
	exec 7>"$TMP/ask" 8<"$TMP/answers"
	echo >&7
	read -r line <&8
	assertEquals 'no answer' "$line"
	nsnet add web --bridge br0 --publish 8080:80/udp
	# shellcheck disable=SC2016 # perl
	ip netns exec web perl -MIO::Socket::IP -e '$s = IO::Socket::IP->new(LocalHost => "::", LocalPort => 80, Proto => "udp");
		while (defined $s->recv($_, 9)) { $s->send($_) }' &
	wait_for_server udp 80 ip netns exec web
	echo >&7
	read -r line <&8
	assertEquals answered "$line"
	nsnet del web 2>/dev/null
	echo >&7
	read -r line <&8
	assertEquals 'no answer' "$line"
	exec 7>&- 8<&-
}

test_an_address_limits_a_published_port()
{
	ip addr add 2001:db8:1::9/64 dev up0 nodad
	nsnet add web --bridge br0,10.1.0.1/24,fd00:1::1/64 --publish '[2001:db8:1::9]:8080:80'
	serve web 80
	run ip netns exec world timeout 20 bash -c "$get" 2001:db8:1::9 8080
	assert_out 'hello from web'
	run ip netns exec world timeout 0.5 bash -c "$get" 2001:db8:1::1 8080
	assertNotEquals 'another address' 0 "$rc"
	run ip netns exec world timeout 0.5 bash -c "$get" 198.51.100.1 8080
	assertNotEquals 'the other family' 0 "$rc"
	# the same port of another address is free
	run nsnet add db --bridge br0 --publish '[2001:db8:1::1]:8080:80' --check
	assert_ok
	run nsnet add db --bridge br0 --publish '[2001:db8:1::9]:8080:80' --check
	assert_refused 1 'already forwards port 8080/tcp of the host to fd00:1::2'
	run nsnet add db --bridge br0 --publish 8080:80 --check
	assert_refused 1 'already forwards port 8080/tcp of the host to fd00:1::2'
}

# The kernel forwards no packet to a new neighbour through a device whose link-local address is
# tentative. It has no other source address for the neighbour solicitation.
test_packets_are_forwarded_at_once()
{
	nsnet add web --bridge br0,10.1.0.1/24,fd00:1::1/64 --bridge br1,fd00:2::1/64
	nsnet add db --link eth0,10.3.0.2/24,fd00:3::2/64,gw=10.3.0.1,gw=fd00:3::1
	nsnet add log --link eth0,fd00:4::2/64,gw=fd00:4::1
	for address in 10.1.0.1/24 fd00:2::1/64 10.3.0.1/24 fd00:4::1/64; do
		dev=$(ip -o addr show to "$address" | awk '{ print $2 }')
		run ip -6 -o addr show dev "$dev" scope link
		assertEquals "link-local addresses of $dev" 1 "$(echo "$out" | grep -c 'inet6 fe80::')"
		assert_out_has ' scope link nodad '
	done
	run nsnet bridge --explain br3,10.6.0.1/24
	assert_out_lacks fe80
}

test_a_port_in_use_is_refused()
{
	nsnet bridge br0,fd00:1::1/64
	start_server 8080 hello
	run nsnet add web --bridge br0 --publish '[2001:db8:1::1]:8080:80'
	assert_refused 1 'cannot publish port 8080/tcp of the host'
}

test_invalid_ports_are_refused()
{
	for port in '2001:db8::1:8080:80' '[198.51.100.1]:8080:80' '[::1]8080:80' '[2001:db8::1/64]:80:80'; do
		run nsnet add web --bridge br0,fd00:1::1/64 --publish "$port"
		assert_rc 1
		assert_err_has "invalid '$port', expected [<address>:]<port>:<port>[/udp]"
	done
	run nsnet add web --bridge br0,fd00:1::1/64 --publish '[::1]:8080:80'
	assert_rc 1
	assert_err_has 'a port of ::1 cannot be forwarded'
	run nsnet add web --bridge br0,10.1.0.1/24 --publish '[2001:db8::1]:8080:80'
	assert_refused 1 'needs a device with an IPv6 address'
	run nsnet add web --bridge br1,fd00:1::1/64 --publish '198.51.100.1:8080:80'
	assert_refused 1 'needs a device with an IPv4 address'
}

# A host that does not forward IPv6 packets must not become a router between its other networks.
test_other_networks_of_the_host_stay_separate()
{
	ip netns add lan
	ip link add up1 type veth peer name l0 netns lan
	ip addr add 2001:db8:2::1/64 dev up1 nodad && ip link set up1 up
	ip -n lan addr add 2001:db8:2::7/64 dev l0 nodad && ip -n lan link set l0 up
	ip -n lan route add default via 2001:db8:2::1
	ip -n world route add 2001:db8:2::/64 via 2001:db8:1::1
	serve world 7
	nsnet bridge br0,fd00:1::1/64 --nat
	run nsnet run --bridge br0 -- timeout 20 bash -c "$get" 2001:db8:1::7 7
	assert_out 'hello from world'
	run ip netns exec lan timeout 0.5 bash -c "$get" 2001:db8:1::7 7
	assert_rc 124
	# without the rules, the router must forward the packets, which proves that the rules have
	# dropped them
	nft delete table inet nsnet_ipv6
	echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
	run ip netns exec lan timeout 20 bash -c "$get" 2001:db8:1::7 7
	assert_out 'hello from world'
}

test_new_connections_to_the_subnet_are_dropped()
{
	nsnet add web --bridge br0,fd00:1::1/64 --nat
	serve web 80
	ip -n world route add fd00:1::/64 via 2001:db8:1::1
	run ip netns exec world timeout 0.5 bash -c "$get" fd00:1::2 80
	assert_rc 124
	# without the rule of nsnet, the host forwards the packets, so the rule has dropped them
	nft flush chain inet nsnet_ns/web forw
	run ip netns exec world timeout 20 bash -c "$get" fd00:1::2 80
	assert_out 'hello from web'
}

test_a_router_is_not_changed()
{
	echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
	before=$(sysctls)
	serve world 7
	nsnet add web --bridge br0,fd00:1::1/64 --nat
	assertFalse 'there is no table' 'nft list table inet nsnet_ipv6 2>/dev/null'
	run ip netns exec web timeout 20 bash -c "$get" 2001:db8:1::7 7
	assert_out 'hello from world'
	nsnet del web
	assertEquals "$before" "$(sysctls)"
}

test_a_value_that_the_administrator_set_stays()
{
	nsnet bridge br0,fd00:1::1/64
	if [ ! -e /proc/sys/net/ipv6/conf/br0/force_forwarding ]; then
		echo 'n/a: there is no force_forwarding'
		return
	fi
	echo 1 >/proc/sys/net/ipv6/conf/br0/force_forwarding
	nsnet add web --bridge br0 --nat
	run nsnet del web
	assert_ok
	assertEquals 1 "$(cat /proc/sys/net/ipv6/conf/br0/force_forwarding)"
	assertEquals 0 "$(cat /proc/sys/net/ipv6/conf/up0/force_forwarding)"
}

# On kernels before Linux 6.17, only conf/all/forwarding allows IPv6 forwarding. With this sysctl, a
# device ignores router advertisements unless its accept_ra is 2, so nsnet must set accept_ra.
test_router_advertisements_are_still_accepted()
{
	before=$(cat /proc/sys/net/ipv6/conf/up0/accept_ra)
	nsnet bridge br0,fd00:1::1/64 --nat
	assertTrue 'forwarding is allowed' 'nft list table inet nsnet_ipv6 >/dev/null'
	if [ "$(cat /proc/sys/net/ipv6/conf/all/forwarding)" = 1 ]; then
		assertEquals 2 "$(cat /proc/sys/net/ipv6/conf/up0/accept_ra)"
	else
		assertEquals "$before" "$(cat /proc/sys/net/ipv6/conf/up0/accept_ra)"
	fi
	nsnet del br0
	assertEquals "$before" "$(cat /proc/sys/net/ipv6/conf/up0/accept_ra)"
}

test_gc_resets_what_a_killed_run_left()
{
	# without the table flag `owner`, nsnet gc keeps the table, because the process that created
	# it may run in another pid namespace
	feature nft-owner || return 0
	before=$(sysctls)
	start_holder nsnet run --bridge br0,fd00:1::1/64 --nat -- sh -c 'echo x >&3; exec sleep 1000 3>&-'
	kill -KILL "$holder"
	wait "$holder" 2>/dev/null
	assertNotEquals 'forwarding is still allowed' "$before" "$(sysctls)"
	run nsnet gc --dry-run
	assert_out 'table inet nsnet_ipv6'
	assertNotEquals 'a dry run changes nothing' "$before" "$(sysctls)"
	run nsnet gc
	assert_ok
	assert_out 'table inet nsnet_ipv6'
	assertEquals "$before" "$(sysctls)"
	assert_empty 'no rules remain' "$(nft list tables)"
}

test_explained_commands_have_the_same_result()
{
	serve world 7
	run nsnet add web --bridge br0,10.1.0.1/24,fd00:1::1/64 --nat --publish 8080:80 --explain
	assert_ok
	cp "$TMP/out" "$TMP/commands"
	run sh -e "$TMP/commands"
	assert_ok
	run ip netns exec web timeout 20 bash -c "$get" 2001:db8:1::7 7
	assert_out 'hello from world'
	nft list ruleset >"$TMP/explained"
	nsnet del web br0
	assert_empty 'del removes all rules' "$(nft list tables)"
	nsnet add web --bridge br0,10.1.0.1/24,fd00:1::1/64 --nat --publish 8080:80
	run nft list ruleset
	assert_out "$(cat "$TMP/explained")"
}

# $TMP/host ARGUMENT…: prepares a network, and runs nsnet with the arguments. The test starts this
# script once for each fault, in a new network namespace; the script mounts a tmpfs on /run. Exits
# with 98 if nsnet fails and leaves other values of the sysctls than before, and with 97 if it leaves
# firewall rules.
cat >"$TMP/host" <<SCRIPT
#!/bin/sh
sysctls()
{
	cat /proc/sys/net/ipv6/conf/all/forwarding /proc/sys/net/ipv6/conf/up0/force_forwarding 2>/dev/null
}
mount -t tmpfs none /run && ip link set lo up && ip link add up0 type veth peer name w0 &&
	ip addr add 2001:db8:1::1/64 dev up0 nodad && ip link set up0 up && ip link set w0 up || exit 99
before=\$(sysctls)
nsnet "\$@" || {
	rc=\$?
	[ "\$before" = "\$(sysctls)" ] || exit 98
	[ -z "\$(nft list tables)" ] || exit 97
	exit \$rc
}
sysctls
nft list tables
SCRIPT
chmod 755 "$TMP/host"

test_each_failed_call_is_reported_and_leaves_the_sysctls()
{
	run unshare --net --mount "$TMP/host" bridge br0,fd00:1::1/64 --nat
	assert_ok
	assert_out_has 'table inet nsnet_'
	# If memory allocation fails, libnftables ends the process with status 3. If nsnet cannot
	# load the library, it exits with 2. -x excludes ENOENT of openat(2), which nsnet ignores,
	# because the device may have been removed or the kernel may not have the sysctl.
	FAULT_MAX=60 fault_all -f '1 2 3' -x ':openat:[0-9]+ ENOENT' -s openat,write,read,flock,setns,socket -b nsnet -- \
		unshare --net --mount "$TMP/host" bridge br0,fd00:1::1/64 --nat
}

test_why_names_the_missing_forwarding_and_translation()
{
	serve world 7
	nsnet add web --bridge br0,fd00:1::1/64
	ip route add default via 2001:db8:1::7
	run nsnet why web 2001:db8:1::7
	assert_rc 1
	assert_out_has 'FAIL  the host does not forward IPv6 packets'
	assert_out_has 'cure: nsnet bridge br0 --nat'
	echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
	run nsnet why web 2001:db8:ffff::7
	assert_rc 1
	assert_out_has 'is a private address that no NAT rule translates'
	echo 0 >/proc/sys/net/ipv6/conf/all/forwarding
	nsnet bridge br0 --nat
	run nsnet why web 2001:db8:1::7
	assert_out_has "the table 'inet nsnet_br/br0' translates fd00:1::2"
	assert_out_lacks 'FAIL  the host'
}

test_why_checks_a_published_port()
{
	nsnet add web --bridge br0,fd00:1::1/64 --publish 8080:80
	run nsnet why web 2001:db8:1::7
	assert_out_has 'no program in the namespace listens on the port 80/tcp, which is published as 8080'
	serve web 80
	run nsnet why web 2001:db8:1::7
	assert_out_has 'the port 8080/tcp of the host leads to the namespace'
}

. shunit2
