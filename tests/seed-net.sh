#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seed-net: the examples for network namespaces in two Chinese articles. "Introduction to
# Namespaces" (2023) shows loopback, a device moved to a container and back, and a veth pair with
# NAT to a server outside. "Docker Basics: Linux Namespace" shows a bridge, which has two containers
# here, and named namespaces. The test's own network namespace plays the host.
# Runs as root.
# Time limit: 90 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/netlib.sh"
require_ns net mnt
require_tool ip nft

# container: starts a process in a new network namespace. Sets $pid to its pid.
container()
{
	start_holder nsunshare -n --lo -- sh -c 'echo $$ >&3; exec sleep 1000 3>&-'
	pid=$holder_line
}

reaches() # PID ADDRESS: asserts that the process PID can connect to TCP port 7 of ADDRESS
{
	run nsenter2 -t "$1" -n -- bash -c "$get" "$2" 7
	assert_ok
	assert_out hello
}

# serve_in PID: starts a server in the network namespace of the process PID.
serve_in()
{
	start_server 7 hello nsenter2 -t "$1" -n --
}

tearDown()
{
	stop_holders
	stop_servers
}

test_lo_brings_loopback_up()
{
	run nsunshare -n -- ip -br link show lo
	assert_out_has DOWN
	run nsunshare -n --lo -- ip -br addr show lo
	assert_ok
	assert_out_has 127.0.0.1/8
}

# One end of a veth pair replaces the second network card that the article "Introduction to
# Namespaces" moves to a container. When the kernel destroys a namespace, it destroys the virtual
# devices but returns the physical ones. So the test moves the device back first.
test_moves_a_device_in_and_back()
{
	ip link add nic0 type veth peer name wire0
	container
	ip link set nic0 netns "$pid"
	run ip link show nic0
	assert_rc 1
	run nsenter2 -t "$pid" -n -- ip -br link show nic0
	assert_out_has DOWN
	nsenter2 -t "$pid" -n -- ip addr add 192.0.2.131/24 dev nic0
	nsenter2 -t "$pid" -n -- ip link set nic0 up
	nsenter2 -t "$pid" -n -- ip route add default via 192.0.2.2
	run nsenter2 -t "$pid" -n -- ip route
	assert_ok
	assert_out_has 'default via 192.0.2.2 dev nic0'
	run nsenter2 -t "$pid" -n -- ip link set nic0 netns $$
	assert_ok
	run ip link show nic0
	assert_rc 0
	ip link del nic0
}

test_a_veth_pair_with_nat_reaches_a_server_outside()
{
	container
	inner=$pid
	container
	outside=$pid
	# create the network outside: 198.51.100.0/24 connects the host and a server
	ip link add up0 type veth peer name eth0 netns "$outside"
	ip addr add 198.51.100.1/24 dev up0 && ip link set up0 up
	nsenter2 -t "$outside" -n -- ip addr add 198.51.100.7/24 dev eth0
	nsenter2 -t "$outside" -n -- ip link set eth0 up
	serve_in "$outside"
	# connect the container with the commands of an article on veth pairs and NAT: create a veth
	# pair, move and rename one end, and add addresses and a default route
	ip link add veth_b type veth peer name veth_a
	ip link set veth_a netns "$inner" name eth0
	ip addr add 10.60.0.1/24 dev veth_b && ip link set veth_b up
	nsenter2 -t "$inner" -n -- ip addr add 10.60.0.2/24 dev eth0
	nsenter2 -t "$inner" -n -- ip link set eth0 up
	nsenter2 -t "$inner" -n -- ip route add default via 10.60.0.1
	# the server has no route to 10.60.0.0/24, so it cannot answer without NAT
	echo 1 >/proc/sys/net/ipv4/ip_forward
	run nsenter2 -t "$inner" -n -- timeout 0.3 bash -c 'exec 3<>/dev/tcp/198.51.100.7/7'
	assert_rc 124
	nft add table ip seed_nat
	nft 'add chain ip seed_nat post { type nat hook postrouting priority srcnat; }'
	nft 'add rule ip seed_nat post ip saddr 10.60.0.0/16 oifname != "veth_b" snat to 198.51.100.1'
	reaches "$inner" 198.51.100.7
	echo 0 >/proc/sys/net/ipv4/ip_forward
	nft delete table ip seed_nat
	ip link del veth_b
	ip link del up0
}

test_two_containers_on_a_bridge_reach_each_other()
{
	ip link add lxcbr0 type bridge stp_state 0
	ip addr add 192.168.10.1/24 dev lxcbr0 && ip link set lxcbr0 up
	for n in 11 12; do
		container
		ip link add "br0.$n" type veth peer name eth0 netns "$pid"
		ip link set "br0.$n" master lxcbr0 up
		nsenter2 -t "$pid" -n -- ip addr add "192.168.10.$n/24" dev eth0
		nsenter2 -t "$pid" -n -- ip link set eth0 up
		if [ $n = 11 ]; then first=$pid; fi
	done
	serve_in "$pid"
	reaches "$first" 192.168.10.12
	ip link del lxcbr0
}

# The following tests create the same networks as the tests above, each with a single nsnet(1)
# command.
test_one_command_brings_lo_up()
{
	run nsnet run -- ip -br addr show lo
	assert_ok
	assert_out_has 127.0.0.1/8
}

test_one_command_moves_a_device_in_and_back()
{
	container
	outside=$pid
	ip link add nic0 type veth peer name eth0 netns "$outside"
	ip addr add 192.0.2.129/24 dev nic0 && ip link set nic0 up
	nsenter2 -t "$outside" -n -- sh -c 'ip addr add 192.0.2.2/24 dev eth0; ip link set eth0 up
		ip addr add 198.51.100.7/32 dev lo'
	serve_in "$outside"
	run nsnet run --move nic0,192.0.2.131/24,gw=192.0.2.2 -- bash -c "$get" 198.51.100.7 7
	assert_ok
	assert_out hello
	run ip -br addr show nic0
	assert_out_has 192.0.2.129/24
	assert_out_lacks 192.0.2.131
	ip link del nic0
}

test_one_command_connects_a_pair_with_nat_to_a_server_outside()
{
	container
	outside=$pid
	ip link add up0 type veth peer name eth0 netns "$outside"
	ip addr add 198.51.100.1/24 dev up0 && ip link set up0 up
	nsenter2 -t "$outside" -n -- ip addr add 198.51.100.7/24 dev eth0
	nsenter2 -t "$outside" -n -- ip link set eth0 up
	serve_in "$outside"
	run nsnet run --link eth0,10.60.0.2/24,gw=10.60.0.1 --nat -- bash -c "$get" 198.51.100.7 7
	assert_ok
	assert_out hello
	settle 50 has_no_tables
	assert_empty 'no firewall rule is left' "$(nft list tables)"
	# wait, because the kernel destroys the namespace and the veth pair in the background
	settle 100 has_no_veth
	assert_empty 'the pair is gone' "$(ip -br link show type veth | grep ^vethns)"
	ip link del up0
}

test_one_command_connects_each_container_to_a_bridge()
{
	nsnet add c12 --bridge lxcbr0,192.168.10.1/24
	serve c12 7
	run nsnet run --bridge lxcbr0 -- bash -c "$get" 192.168.10.2 7
	assert_ok
	assert_out 'hello from c12'
	stop_servers
	# the kernel removes the device of the ended program in the background
	settle 50 eval '[ "$(ip -o link show master lxcbr0 | wc -l)" = 1 ]'
	run nsnet del c12 lxcbr0
	assert_ok
	# the kernel removes the devices of a namespace some time after its last process has ended
	settle 50 only_device_is lo
	assertEquals lo "$(ip -br link | cut -d' ' -f1)"
}

# inside_and_port NAME: prints the devices, addresses and routes of the network namespace NAME, the
# bridge and its port, and the firewall rules, without names, indices and hardware addresses.
inside_and_port()
{
	ip -n "$1" -d -o link show eth0 | grep -o -e 'mtu [0-9]*' -e '[<,]UP[,>]' -e ' veth '
	ip -n "$1" -o -4 addr show eth0 | grep -o 'inet [^ ]*'
	ip -n "$1" route | sed 's/ proto static//'
	ip -d -o link show master lxcbr0 | grep -o -e 'mtu [0-9]*' -e '[<,]UP[,>]' -e ' veth ' -e 'state forwarding' -e 'hairpin o[a-z]*'
	ip -d -o link show lxcbr0 | grep -o -e 'mtu [0-9]*' -e '[<,]UP[,>]' -e 'stp_state [01]'
	ip -o -4 addr show lxcbr0 | grep -o 'inet [^ ]*'
	nft list ruleset
}

# The commands are those of the article "Docker Basics: Linux Namespace", except that ip(8) replaces
# brctl(8) and ifconfig(8), and that the test also brings up the device lxcbr0.1. nsnet must create
# the same network.
test_one_line_makes_the_same_network_as_the_article()
{
	ip link add lxcbr0 type bridge && ip addr add 192.168.10.1/24 dev lxcbr0 && ip link set lxcbr0 up
	ip netns add ns1
	ip link add lxcbr0.1 type veth peer name eth0.1
	ip link set lxcbr0.1 master lxcbr0 && ip link set lxcbr0.1 up
	ip link set eth0.1 netns ns1
	ip -n ns1 link set eth0.1 name eth0
	ip -n ns1 addr add 192.168.10.12/24 dev eth0 && ip -n ns1 link set eth0 up
	ip -n ns1 route add default via 192.168.10.1
	settle 20 forwards lxcbr0.1
	expected=$(inside_and_port ns1)
	ip netns del ns1 && ip link del lxcbr0
	settle 50 only_device_is lo
	nsnet bridge lxcbr0,192.168.10.1/24 && nsnet add ns1 --link eth0@lxcbr0,192.168.10.12/24
	assertEquals "$expected" "$(inside_and_port ns1)"
	nsnet del ns1 lxcbr0
}

test_one_command_gives_a_program_its_own_resolv_conf()
{
	before=$(cat /etc/resolv.conf)
	run nsnet run --dns 192.0.2.53 -- grep nameserver /etc/resolv.conf
	assert_ok
	assert_out 'nameserver 192.0.2.53'
	assertEquals "$before" "$(cat /etc/resolv.conf)"
}

# The named namespaces of ip(8) are files on which a namespace is mounted. nsenter2 accepts the
# names of these files, and nslist lists them.
test_named_namespaces_have_their_own_resolv_conf()
{
	ip netns add ns1
	run nsenter2 -t netns:ns1 -- readlink /proc/self/ns/net
	assert_ok
	assert_out "$(ip netns exec ns1 readlink /proc/self/ns/net)"
	! feature nslist || {
		run nslist -t net -o NSFS -nr
		assert_rc 0
		assert_out_has /run/netns/ns1
	}
	# ip(8) bind-mounts the files for the namespace over files in /etc. The test mounts them
	# over a copy of /etc, because it must not change the machine.
	run nsunshare -m -- sh -euc '
		mkdir "$0/etc" && cp /etc/resolv.conf "$0/etc" && mkdir -p "$0/etc/netns/ns1"
		echo nameserver 192.0.2.53 >"$0/etc/netns/ns1/resolv.conf"
		mount --bind "$0/etc" /etc
		ip netns exec ns1 cat /etc/resolv.conf
		nsunshare -m -- sh -c "mount --bind /etc/netns/ns1/resolv.conf /etc/resolv.conf &&
			exec nsenter2 -t netns:ns1 -- cat /etc/resolv.conf"
		cmp /etc/resolv.conf "$0/etc/resolv.conf" && ! grep 192.0.2.53 /etc/resolv.conf' "$TMP"
	assert_ok
	assert_out 'nameserver 192.0.2.53
nameserver 192.0.2.53'
	ip netns del ns1
}

. shunit2
