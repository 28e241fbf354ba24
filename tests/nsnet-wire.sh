#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsnet-wire: checks that run, add, link, bridge, attach and del connect namespaces as requested and
# remove everything that they created.
# Runs as root.
# Time limit: 120 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/netlib.sh"
require_ns net mnt
require_tool ip jq strace
host_is_ours

tearDown()
{
	stop_holders
	clear_network
}

test_run_connects_a_program_to_a_bridge()
{
	run nsnet run --bridge br0,10.1.0.1/24 -- sh -c 'ip -j addr show eth0; ip -j route'
	assert_ok
	assertEquals 10.1.0.2/24 "$(printf %s "$out" | jq -sr '.[0][0].addr_info[0] | "\(.local)/\(.prefixlen)"')"
	assertEquals 10.1.0.1 "$(printf %s "$out" | jq -sr '.[1][] | select(.dst == "default").gateway')"
	run ip -br addr show br0
	assert_out_has 10.1.0.1/24
}

test_two_namespaces_on_a_bridge_reach_each_other_and_the_host()
{
	nsnet bridge br0,10.1.0.1/24,fd00:1::1/64
	nsnet add web --bridge br0
	nsnet add db --bridge br0
	assertTrue 'web reaches db' 'answers web 10.1.0.3'
	assertTrue 'web reaches the host' 'answers web 10.1.0.1'
	assertTrue 'web reaches db by IPv6' 'answers web fd00:1::3'
}

test_the_host_end_of_a_pair_has_the_address_of_the_gateway()
{
	nsnet add web --link eth0,10.60.0.2/24,gw=10.60.0.1
	assertTrue 'web reaches the host' 'answers web 10.60.0.1'
	run ip netns exec web ip -j route
	assertEquals 10.60.0.1 "$(printf %s "$out" | jq -r '.[] | select(.dst == "default").gateway')"
}

test_link_connects_two_namespaces_without_the_host()
{
	nsnet add a
	nsnet add b
	run nsnet link netns:a:peer0,10.9.0.1/30 netns:b,10.9.0.2/30
	assert_ok
	assertTrue 'a reaches b' 'answers a 10.9.0.2'
	assertFalse 'the host has no device' 'ip -o link | grep -v ": lo:"'
	run ip -n b -br addr show eth0
	assert_out_has 10.9.0.2/30
}

test_names_are_accepted_as_references()
{
	nsnet add red
	nsnet add blue --link eth0@red:eth0,10.60.0.2/24
	run nsnet link red:x0,10.9.0.1/30 blue,10.9.0.2/30
	assert_ok
	run nsnet show -rn -o REF,IF,ADDRS,PEER red blue
	assert_out 'netns:red eth0 - netns:blue:eth0
netns:red x0 10.9.0.1/30 netns:blue:eth1
netns:blue eth0 10.60.0.2/24 netns:red:eth0
netns:blue eth1 10.9.0.2/30 netns:red:x0'
	run nsnet link red green
	assert_refused 1 "cannot find the network namespace 'green'"
	run nsnet show green
	assert_rc 1
	assert_err_has "cannot find the network namespace 'green'"
}

# Each `nsnet run` of the loop uses the same address. When it begins, the kernel may not have
# removed the bridge port of the previous `nsnet run` yet. nsnet must then wait until the port is
# removed.
test_address_of_another_namespace_is_refused_unless_forced()
{
	nsnet bridge br0,10.1.0.1/24
	for i in 1 2 3 4 5 6 7 8; do
		nsnet run --link eth0@br0,10.1.0.9/24 -- true || fail "run $i failed"
	done
	nsnet add web --link eth0@br0,10.1.0.9/24
	run nsnet add web --link eth0@br0,10.1.0.9/24
	assert_ok
	run nsnet add db --link eth0@br0,10.1.0.9/24
	assert_refused 1 "on the bridge 'br0', the namespace 'web' already has the address 10.1.0.9"
	assertTrue 'no name is left' '[ ! -e /run/netns/db ]'
	run nsnet add db --link eth0@br0,10.1.0.1/24
	assert_refused 1 "the bridge 'br0' already has the address 10.1.0.1"
	run nsnet add db --link eth0@br0,10.1.0.9/24 --force
	assert_ok
	start_holder nsnet run --link eth0@br0,10.1.0.8/24 --ready-fd 3 -- sleep 1000
	run nsnet run --link eth0@br0,10.1.0.8/24 -- true
	assert_refused 125 "the namespace 'run' already has the address 10.1.0.8"
}

test_link_sets_the_mtu_of_both_ends()
{
	nsnet add a
	nsnet add b
	nsnet link --mtu 1400 netns:a:x0 netns:b:x0
	assertEquals 1400 "$(ip -n a -j link show x0 | jq '.[0].mtu')"
	assertEquals 1400 "$(ip -n b -j link show x0 | jq '.[0].mtu')"
}

test_a_bridge_keeps_its_mtu_and_its_hardware_address()
{
	nsnet bridge --mtu 1400 br0,10.1.0.1/24
	nsnet add web --bridge br0
	assertEquals 1400 "$(ip -n web -j link show eth0 | jq '.[0].mtu')"
	assertEquals 1400 "$(ip -j link show br0 | jq '.[0].mtu')"
	nsnet del web
	assertEquals 1400 "$(ip -j link show br0 | jq '.[0].mtu')"
	assertEquals 02:62:0a:01:00:01 "$(ip -j link show br0 | jq -r '.[0].address')"
}

test_an_existing_process_is_connected_by_its_pid()
{
	start_holder nsunshare -n -- sh -c 'echo $$ >&3; exec sleep 1000 3>&-'
	nsnet bridge br0,10.1.0.1/24
	run nsnet add "$holder_line" --bridge br0
	assert_ok
	run nsenter2 -t "$holder_line" -n -- ip -br addr show eth0
	assert_out_has 10.1.0.2/24
	run nsnet del "$holder_line"
	assert_ok
	run nsenter2 -t "$holder_line" -n -- ip -br link show eth0
	assert_rc 1
}

# A new user namespace owns the network namespace. Only a process with privilege in the initial user
# namespace can connect such a network namespace to the host.
test_a_container_with_a_user_namespace_is_connected_from_outside()
{
	nsnet bridge br0,10.1.0.1/24
	start_holder nsunshare -U -r -n -m --lo -- sh -c 'echo $$ >&3; exec sleep 1000 3>&-'
	run nsnet add "$holder_line" --bridge br0
	assert_ok
	run nsenter2 -t "$holder_line" -U -n -- ip -o -4 addr show eth0
	assert_out_has 'inet 10.1.0.2/24'
	run nsnet why "$holder_line" 10.1.0.1
	assert_ok
	stop_holders
}

test_a_container_is_connected_before_its_program_starts()
{
	# shellcheck disable=SC2016 # the shell of the container's caller
	run nsunshare -Urmpn --setup-outside 'nsnet add "$NSUTILS_REF" --bridge br0,10.1.0.1/24,fd00:1::1/64' -- \
		ip -o addr show eth0 scope global
	assert_ok
	assert_out_has 'inet 10.1.0.2/24'
	assert_out_has 'inet6 fd00:1::2/64'
	assert_out_lacks tentative
}

# The commands that `nsnet --explain` prints must also work for namespaces without a name.
test_the_explained_commands_reach_processes()
{
	start_holder nsunshare -n --lo -- sh -c 'echo $$ >&3; exec sleep 1000 3>&-'
	first=$holder_line
	start_holder nsunshare -n --lo -- sh -c 'echo $$ >&3; exec sleep 1000 3>&-'
	nsnet bridge br0,10.1.0.1/24
	run nsnet add "$first" --bridge br0 --ping --explain
	cp "$TMP/out" "$TMP/commands"
	run nsnet link "$first:a0,10.9.0.1/30" "$holder_line:b0,10.9.0.2/30" --explain
	cat "$TMP/out" >>"$TMP/commands"
	run sh -e "$TMP/commands"
	assert_ok
	run nsenter2 -t "$first" -n -- ip -o -4 addr show scope global
	assert_out_has 'inet 10.1.0.2/24'
	assert_out_has 'inet 10.9.0.1/30'
	run nsenter2 -t "$holder_line" -n -- ip -o -4 addr show b0
	assert_out_has 'inet 10.9.0.2/30'
	# the commands that `nsnet why` prints as cures must also work for namespaces without a name
	nsenter2 -t "$first" -n -- ip link set lo down
	run nsnet why "$first" 10.1.0.1
	assert_rc 1
	printf '%s\n' "$out" | sed -n '/^FAIL/{n;s/^ *cure: //p;}' >"$TMP/cure"
	run sh -e "$TMP/cure"
	run nsnet why "$first" 10.1.0.1
	assert_ok
	stop_holders
}

test_add_can_be_repeated()
{
	nsnet add web --bridge br0,10.1.0.1/24
	before=$(ip -n web -o -4 addr; ip -o link | sed "s/ qdisc.*//")
	run nsnet add web --bridge br0,10.1.0.1/24
	assert_ok
	assertEquals "$before" "$(ip -n web -o -4 addr; ip -o link | sed "s/ qdisc.*//")"
	run nsnet add web --bridge br1,10.2.0.1/24
	assert_refused 1 "is not connected to 'br1'"
}

test_failed_add_undoes_all_steps()
{
	nsnet bridge br0,10.1.0.1/24
	note_network
	# The gateway of the route is not in a subnet of the device, so the kernel refuses to add
	# the route, which is the last step of nsnet.
	run nsnet add web --bridge br0 --bridge br7,10.7.0.1/24 --route 10.9.0.0/16,via=203.0.113.1
	assert_refused 1 'cannot add the route to 10.9.0.0/16 via 203.0.113.1'
	assert_network_as_noted
}

test_refusal_shows_the_message_of_the_kernel()
{
	run nsnet add web --link eth0,10.60.0.2/24,gw=10.60.0.1 --route 10.9.0.0/16,via=203.0.113.1
	assert_err_has 'the kernel reports: Nexthop has invalid gateway'
}

test_macvlan_uses_a_device_of_the_host()
{
	nsnet bridge br0,10.1.0.1/24
	run nsnet run --link eth0=macvlan:br0,10.1.0.9/24 -- ip -d link show eth0
	assert_ok
	assert_out_has 'macvlan mode bridge'
	run nsnet run --link eth0=macvlan:none0 -- true
	assert_refused 125 "the device 'none0'"
}

test_mac_and_mtu_options_are_applied()
{
	run nsnet run --link eth0,10.60.0.2/24,mac=02:00:00:00:00:07,mtu=1300 -- ip -br link show eth0
	assert_out_has 02:00:00:00:00:07
	run nsnet run --link eth0,10.60.0.2/24,mtu=1300 -- ip link show eth0
	assert_out_has 'mtu 1300'
	# Without mac=, nsnet derives the hardware address from the IP address, so that the
	# neighbour caches of other hosts remain valid.
	assert_out_has 02:6e:0a:3c:00:02
}

test_gateway_none_leaves_no_default_route()
{
	nsnet bridge br0,10.1.0.1/24
	run nsnet run --link eth0@br0,auto,gw=none -- sh -c 'ip route show default; ip -br addr show eth0 | cut -d" " -f1'
	assert_ok
	assert_out_has eth0
	assert_out_lacks default
}

test_no_lo_leaves_lo_down()
{
	run nsnet run --lo -- ip -br addr show lo
	assert_out_has 127.0.0.1/8
	run nsnet run --no-lo -- ip -br link show lo
	assert_out_has DOWN
}

test_sysctl_and_ping_change_only_the_new_namespace()
{
	before=$(cat /proc/sys/net/ipv4/ping_group_range /proc/sys/net/ipv4/ip_unprivileged_port_start)
	run nsnet run --ping --sysctl net.ipv4.ip_unprivileged_port_start=80 -- \
		cat /proc/sys/net/ipv4/ping_group_range /proc/sys/net/ipv4/ip_unprivileged_port_start
	assert_out "0	2147483647
80"
	assertEquals "$before" \
		"$(cat /proc/sys/net/ipv4/ping_group_range /proc/sys/net/ipv4/ip_unprivileged_port_start)"
	run nsnet run --sysctl kernel.hostname=x -- true
	assert_rc 125
	assert_err_has 'is not a network sysctl (net.*)'
	run nsnet run --sysctl net.none=1 -- true
	assert_refused 125 "cannot write '1'"
}

test_ipv6_address_can_be_bound_at_once()
{
	nsnet bridge br0,fd00:1::1/64
	# bind(2) fails while duplicate address detection is in progress
	# shellcheck disable=SC2016 # perl
	run nsnet run --bridge br0 -- perl -MIO::Socket::IP -e '
		IO::Socket::IP->new(LocalHost => "fd00:1::2", LocalPort => 99, Listen => 1) or die "bind: $!";
		print "bound\n"'
	assert_ok
	assert_out bound
	run nsnet run --bridge br0 -- ip -o addr show eth0 scope global
	assert_ok
	assert_out_has fd00:1::
	assert_out_lacks tentative
}

# The kernel completes the set-up of new devices and IPv6 addresses in the background. If the program
# ran before that, the kernel would drop some of the first answers to its neighbor solicitations, and
# repeat them only after a second.
connect_at_once()
{
	run nsnet run --link "eth0$link" -- timeout 0.9 busybox nc "$to" 9
}

test_the_first_packet_is_answered_at_once()
{
	ip netns add other
	nsnet bridge br0,10.1.0.1/24
	nsnet bridge br1,fd00:1::1/64
	while read -r to link; do
		for round in 1 2 3 4; do
			settle 50 has_no_veth
			connect_at_once
			# try again, because the machine may have been busy for that time
			_has "$err" refused || { settle 50 has_no_veth && connect_at_once; }
			assertContains "$link, round $round" "$err" refused
		done
	done <<-EOF
		10.1.0.1 @br0,auto
		fd00:1::1 @br1,auto
		10.2.0.1 ,10.2.0.2/24,gw=10.2.0.1
		fd00:2::1 ,fd00:2::2/64,gw=fd00:2::1
		fd00:3::2 @netns:other,fd00:3::2/64
	EOF
}

test_attach_gives_a_running_namespace_a_name()
{
	start_holder nsunshare -n -- sh -c 'echo $$ >&3; exec sleep 1000 3>&-'
	run nsnet attach box "$holder_line"
	assert_ok
	assertEquals "$(readlink "/proc/$holder_line/ns/net")" "$(ip netns exec box readlink /proc/self/ns/net)"
	run nsnet attach box self
	assert_refused 1 "the name 'box'"
	run nsnet del box
	assert_rc 1
	assert_err_has 'but the network namespace is still in use'
	run ip netns list
	assert_out_empty
}

test_del_returns_after_the_devices_are_removed()
{
	nsnet add web --bridge br0,10.1.0.1/24
	nsnet del web
	run ip -br link show type veth
	assert_out_empty
	run nsnet del web
	assert_refused 1 "'web' is neither a named namespace nor a bridge"
}

# The veth device x0 in the namespace a has the same index as the veth device eth0 in web, and the
# peers of both devices also have the same index. But the peer of x0 is in the namespace b, so nsnet
# must not treat x0 as connected to the bridge br0.
test_connections_with_a_third_namespace_are_not_mistaken_for_its_own()
{
	nsnet add web --bridge br0,10.1.0.1/24
	inner=$(ip -n web -o link show eth0 | cut -d: -f1)
	outer=$(ip -o link show master br0 | cut -d: -f1)
	ip netns add a && ip netns add b
	ip -n b link add index "$outer" name y0 type veth peer name x0 index "$inner" netns a
	run nsnet add /run/netns/a --link x0@br0,10.1.0.9/24
	assert_refused 1 "the device 'x0' exists already, and is not connected to 'br0'"
	run nsnet del /run/netns/a
	assert_ok
	run ip -n a -br link show x0
	assert_rc 0
	run nsnet del /run/netns/web
	assert_ok
	run ip -n web -br link show eth0
	assert_rc 1
}

test_a_name_can_be_used_again_at_once()
{
	nsnet bridge br0,10.1.0.1/24
	failed=0
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 \
		39 40 41 42 43 44 45 46 47 48 49 50; do
		nsnet add web --bridge br0 && [ -e /run/netns/web ] && nsnet del web || failed=$i
	done
	assertEquals 'number of the failed round' 0 "$failed"
}

# The kernel removes the veth pair of `nsnet run`, and the route through it, some milliseconds after
# the program has ended.
test_a_pair_can_be_used_again_at_once()
{
	failed=0
	for i in $(seq 20); do
		nsnet run --link eth0,10.2.0.2/24,gw=10.2.0.1 -- true || failed=$i
	done
	assertEquals 'number of the failed round' 0 "$failed"
	start_holder nsnet run --link eth0,10.2.0.2/24,gw=10.2.0.1 -- sh -c 'echo x >&3; exec sleep 1000 3>&-'
	run nsnet run --link eth0,10.2.0.3/24,gw=10.2.0.1 -- true
	assert_refused 125 'overlaps the route to 10.2.0.0/24'
	stop_holder
}

test_parallel_runs_get_different_addresses()
{
	nsnet bridge br0,10.1.0.1/24
	note_network
	mkfifo "$TMP/go"
	for i in $(seq 50); do
		nsnet run --bridge br0 -- sh -c 'ip -o -4 addr show eth0; read -r _ <"$0"' "$TMP/go" >"$TMP/run.$i" &
	done
	until [ "$(cat "$TMP"/run.* 2>/dev/null | wc -l)" = 50 ]; do
		sleep 0.1
	done
	assertEquals 50 "$(cat "$TMP"/run.* | awk '{ print $4 }' | sort -u | wc -l)"
	# each program reads one line, and may open the FIFO late
	exec 7<>"$TMP/go"
	yes '' | head -n 50 >&7
	wait
	exec 7>&-
	assert_network_as_noted
}

test_del_refuses_a_bridge_with_ports_or_not_created_by_nsnet()
{
	nsnet add web --bridge br0,10.1.0.1/24
	run nsnet del br0
	assert_refused 1 "the bridge 'br0' has 1 port"
	run nsnet del --force br0
	assert_ok
	ip link add br9 type bridge
	run nsnet del br9
	assert_refused 1 'was not created by nsnet'
	run ip -br link show br9
	assert_rc 0
}

test_gc_removes_only_files_of_killed_runs()
{
	nsnet add web
	: >/run/netns/dead
	echo text >/run/netns/text
	run nsnet gc --dry-run
	assert_out /run/netns/dead
	assertTrue 'a dry run removes nothing' '[ -e /run/netns/dead ]'
	run nsnet gc
	assert_out /run/netns/dead
	assertEquals 'text web' "$(cd /run/netns && echo *)"
	rm /run/netns/text
}

test_overlapping_subnets_are_refused_unless_forced()
{
	nsnet bridge br0,10.1.0.1/16
	run nsnet bridge br1,10.1.9.1/24
	assert_refused 1 'overlaps the route to 10.1.0.0/16'
	run nsnet bridge br1,10.1.9.1/24 --force
	assert_ok
}

test_run_neither_forks_nor_moves_a_device()
{
	nsnet bridge br0,10.1.0.1/24
	run strace -f -e trace=fork,vfork,clone,clone3,execve,sendto -o "$TMP/trace" nsnet run --bridge br0 -- true
	assert_ok
	assertTrue 'a device is created' "grep -q RTM_NEWLINK '$TMP/trace'"
	assertEquals 'processes' 1 "$(awk '{ print $1 }' "$TMP/trace" | sort -u | wc -l)"
	# nsnet must not send a netlink request that moves a device; such a request contains both
	# the index of a device and a namespace
	assertEquals 0 "$(grep RTM_NEWLINK "$TMP/trace" | grep -v 'ifi_index=0' | grep -c IFLA_NET_NS)"
}

# A veth device replaces a physical device in this test. The kernel destroys a veth device together
# with its namespace, so nsnet must move the device back before the kernel destroys the namespace.
# The test does not cover the case that the kernel moves a physical device back.
test_moved_device_returns_in_its_previous_state()
{
	ip link add nic0 type veth peer name wire0
	ip link set nic0 mtu 1400
	ip addr add 192.0.2.1/24 dev nic0 && ip addr add fd00:9::1/64 dev nic0 nodad
	ip link set wire0 up && ip link set nic0 up
	ip route add 10.99.0.0/16 via 192.0.2.2 dev nic0 proto static
	before=$(nic_state)
	run nsnet run --move nic0,name=in0 -- sh -c 'ip -br link show in0; ip -d link show in0'
	assert_ok
	assert_out_has DOWN
	assert_out_has 'alias nsnet-nic:nic0 1400 up'
	assertEquals "$before" "$(nic_state)"
	# nsnet must also move the device back if the program fails or cannot be executed, or if
	# nsnet is terminated
	run nsnet run --move nic0 -- sh -c 'exit 3'
	assert_rc 3
	run nsnet run --move nic0 -- /dev
	assert_refused 126 "cannot execute '/dev': Permission denied"
	start_holder nsnet run --move nic0 --ready-fd 3 -- sleep 1000
	kill "$holder"
	wait "$holder"
	assertEquals "$before" "$(nic_state)"
}

test_moved_device_gets_addresses_and_a_gateway()
{
	ip link add nic0 type veth peer name wire0
	ip addr add 192.0.2.1/24 dev nic0 && ip link set wire0 up && ip link set nic0 up
	before=$(nic_state)
	run nsnet run --move nic0,192.0.2.131/24,fd00:9::2/64,gw=192.0.2.2,name=in0 -- \
		sh -c 'ip -br addr show dev in0; ip route show default'
	assert_ok
	assert_out_has 'UP '
	assert_out_has '192.0.2.131/24'
	assert_out_has 'fd00:9::2/64'
	assert_out_has 'default via 192.0.2.2 dev in0'
	assertEquals "$before" "$(nic_state)"
	run nsnet run --move nic0,192.0.2.131/24,gw=198.51.100.1 -- true
	assert_refused 125 'cannot add the route to 0.0.0.0/0 via 198.51.100.1'
	assertEquals "$before" "$(nic_state)"
}

test_warns_of_a_dhcp_client_of_the_moved_device()
{
	ip link add nic0 type veth peer name wire0
	ip addr add 192.0.2.1/24 dev nic0
	run nsnet run --move nic0 -- true
	assert_ok
	ip addr add 192.0.2.7/24 dev nic0 valid_lft 3600 preferred_lft 3600
	run nsnet run --move nic0 -- true
	assert_rc 0
	assert_err_has "a DHCP client of the host manages the address 192.0.2.7/24 of 'nic0'"
}

test_explained_commands_move_a_device_and_return_it()
{
	ip link add nic0 type veth peer name wire0
	ip addr add 192.0.2.1/24 dev nic0 && ip link set wire0 up && ip link set nic0 up
	ip route add 10.99.0.0/16 via 192.0.2.2 dev nic0 proto static
	before=$(nic_state)
	run nsnet run --move nic0,name=in0,192.0.2.131/24,gw=192.0.2.2 --explain -- ip -br addr show in0
	cp "$TMP/out" "$TMP/commands"
	run sh -e "$TMP/commands"
	assert_ok
	assert_out_has in0
	assert_out_has 192.0.2.131/24
	assertEquals "$before" "$(nic_state)"
}

test_gc_restores_a_device_from_its_record()
{
	ip link add nic0 type veth peer name wire0
	ip link set wire0 up
	# simulate the state of a physical device that the kernel has moved back because its
	# namespace was destroyed
	ip link set nic0 name dev7 alias 'nsnet-nic:nic0 1400 up 192.0.2.1/24 10.99.0.0/16=192.0.2.2'
	run nsnet gc
	assert_ok
	assert_out 'device nic0'
	run nic_state
	assert_out_has 192.0.2.1/24
	assert_out_has '10.99.0.0/16 via 192.0.2.2 dev nic0'
	assert_out_has 'mtu 1400'
	assert_out_lacks alias
	# if another device has the old name by now, nsnet must keep the alias, which records the
	# old settings of the device
	ip link set nic0 down
	ip link set nic0 name dev7 alias 'nsnet-nic:wire0 1400 up 192.0.2.1/24'
	run nsnet gc
	assert_rc 1
	assert_err_has "cannot restore the device 'wire0': File exists"
	run ip -d link show dev7
	assert_out_has nsnet-nic:wire0
}

test_refuses_to_move_a_device_that_the_host_needs()
{
	ip link add nic0 type veth peer name wire0
	ip addr add 192.0.2.1/24 dev nic0 && ip link set wire0 up && ip link set nic0 up
	ip route add default via 192.0.2.2
	run nsnet run --move nic0 -- true
	assert_refused 125 "the default route uses the device 'nic0'"
	run nsnet run --move nic0 --force -- true
	assert_ok
	run ip route show default
	assert_out_has 'via 192.0.2.2'
	run nsnet run --move none0 -- true
	assert_refused 125 "the device 'none0'"
	ip link set nic0 alias mine
	run nsnet run --move nic0 --force -- true
	assert_refused 125 'has an alias'
}

test_handles_report_the_program()
{
	# descriptor 3 of the output is that of ls itself
	run nsnet run --ready-fd 6 --close-fds --keep-fd 4 -- ls /proc/self/fd 6>"$TMP/ready" 4>/dev/null 5>/dev/null
	assert_ok
	assert_out '0
1
2
3
4'
	assertEquals ready "$(cat "$TMP/ready")"
	run nsnet run --pid-file "$TMP/pid" --status-fd 6 -- sh -c 'echo $$; cat "$0"; exit 3' "$TMP/pid" 6>"$TMP/status"
	assert_rc 3
	pid=${out%%[!0-9]*}
	assert_out "$pid
$pid"
	assertEquals "$pid 3" "$(jq -r 'select(.event == "exit") | "\(.pid) \(.status)"' "$TMP/status")"
	assertFalse 'the pid file is removed' '[ -e "$TMP/pid" ]'
	assert_program_waits "$TMP/late" nsnet run --wait-fd 6 -- cat "$TMP/late"
}

test_program_inherits_no_descriptor_of_the_host()
{
	run nsnet run --bridge br0,10.1.0.1/24 -- sh -c 'ls -l /proc/self/fd'
	assert_out_has null
	assert_out_lacks socket
	assert_out_lacks net:
}

test_exits_with_the_status_of_the_program()
{
	run nsnet run -- sh -c 'exit 7'
	assert_rc 7
	run nsnet run -- /none
	assert_refused 127 "cannot execute '/none': No such file or directory"
	run nsnet run -- /dev
	assert_refused 126 "cannot execute '/dev': Permission denied"
	run nsnet run
	assert_refused 125 'missing program'
}

test_refuses_a_device_that_is_not_a_bridge()
{
	ip link add nic0 type veth peer name nic1
	run nsnet run --link eth0@nic0,10.1.0.2/24 -- echo ran
	assert_refused 125 "the device 'nic0' is not a bridge"
	run nsnet run --link eth0@none0,10.1.0.2/24 -- echo ran
	assert_rc 125
	assert_out_empty
	assert_err_has "the bridge 'none0': No such device"
	assert_err_has "create the bridge with 'nsnet bridge none0,"
}

. shunit2
