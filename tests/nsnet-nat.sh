#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsnet-nat: checks address translation, published ports and forwarding. The test's namespace plays
# the host, and the namespace "world" plays the internet. The world has no route to the subnets of
# the host's namespaces.
# Runs as root.
# Time limit: 90 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/netlib.sh"
require_ns net mnt
require_tool ip nft
host_is_ours

setUp()
{
	ip link set lo up
	ip netns add world
	ip link add up0 type veth peer name w0 netns world
	ip addr add 198.51.100.1/24 dev up0 && ip link set up0 up
	ip -n world addr add 198.51.100.7/24 dev w0 && ip -n world link set w0 up
}

tearDown()
{
	stop_servers
	stop_holders
	nsnet del br0 br1 2>/dev/null
	clear_network
	nft flush ruleset
	echo 0 >/proc/sys/net/ipv4/conf/all/forwarding
}

test_run_reaches_the_outside_only_with_nat()
{
	serve world 7
	nsnet bridge br0,10.1.0.1/24
	run nsnet run --bridge br0 -- timeout 0.5 bash -c "$get" 198.51.100.7 7
	assert_rc 124
	run nsnet run --bridge br0 --nat -- timeout 20 bash -c "$get" 198.51.100.7 7
	assert_ok
	assert_out 'hello from world'
	assert_empty 'the rules end with the program' "$(nft list tables)"
	assertEquals 0 "$(cat /proc/sys/net/ipv4/ip_forward)"
}

test_new_devices_have_the_lower_mtu_of_the_uplink()
{
	ip link set up0 mtu 1400
	ip route add default via 198.51.100.7
	run nsnet run --bridge br0,10.1.0.1/24 --nat -- ip link show eth0
	assert_out_has 'mtu 1400'
	run ip link show br0
	assert_out_has 'mtu 1400'
	run nsnet run --link eth0,10.60.0.2/24,gw=10.60.0.1 --nat -- ip link show eth0
	assert_out_has 'mtu 1400'
	run nsnet run --bridge br1,10.2.0.1/24 -- ip link show eth0
	assert_out_has 'mtu 1500'
	# veth devices and bridges have an MTU of 1500 by default, which needs no command
	for mtu in 1499 1500 1501; do
		ip link set up0 mtu $mtu
		for way in --bridge=br2,10.3.0.1/24 --link=eth0,10.60.0.2/24,gw=10.60.0.1; do
			run nsnet run --explain "$way" --nat -- true
			assert_ok
			case $mtu in
			1499) assert_out_has "mtu $mtu" ;;
			*) assert_out_lacks mtu ;;
			esac
		done
	done
	ip link set up0 mtu 1400
	ip route del default
}

test_pair_with_the_host_reaches_the_outside_with_nat()
{
	serve world 7
	run nsnet run --link eth0,10.60.0.2/24,gw=10.60.0.1 --nat=198.51.100.1 -- timeout 20 bash -c "$get" 198.51.100.7 7
	assert_ok
	assert_out 'hello from world'
}

test_a_bridge_with_nat_serves_all_its_namespaces()
{
	serve world 7
	nsnet bridge br0,10.1.0.1/24 --nat
	nsnet bridge br0,10.1.0.1/24 --nat
	assertEquals 1 "$(nft list tables | wc -l)"
	run nsnet run --bridge br0 -- timeout 20 bash -c "$get" 198.51.100.7 7
	assert_out 'hello from world'
	run nsnet del br0
	assert_ok
	assert_empty "$(nft list tables)"
}

test_published_port_is_reachable_from_world_host_and_bridge()
{
	nsnet bridge br0,10.1.0.1/24
	nsnet add web --bridge br0 --publish 8080:80
	serve web 80
	run ip netns exec world timeout 20 bash -c "$get" 198.51.100.1 8080
	assert_out 'hello from web'
	run timeout 20 bash -c "$get" 198.51.100.1 8080
	assert_out 'hello from web'
	run nsnet run --bridge br0 -- timeout 20 bash -c "$get" 198.51.100.1 8080
	assert_out 'hello from web'
	run ip netns exec web timeout 20 bash -c "$get" 198.51.100.1 8080
	assert_out 'hello from web'
	# nsnet must not publish the port on the loopback addresses
	run timeout 20 bash -c "$get" 127.0.0.1 8080
	assert_err_has 'Connection refused'
	kill "${servers##* }"
	wait "${servers##* }"
	servers=
	run nsnet del web
	assert_ok
	assert_empty "$(nft list tables)"
	# the host itself refuses the connection, and does not forward it any more
	run ip netns exec world timeout 20 bash -c "$get" 198.51.100.1 8080
	assert_err_has 'Connection refused'
}

# With br_netfilter, the firewall rules for IP packets also apply to packets that a bridge forwards.
# This is off in Debian until Docker switches it on.
test_ports_are_published_with_and_without_br_netfilter()
{
	file=/proc/sys/net/bridge/bridge-nf-call-iptables
	if [ ! -e "$file" ]; then
		echo 'n/a: the kernel has no br_netfilter'
		return
	fi
	nsnet bridge br0,10.1.0.1/24
	nsnet add web --bridge br0 --publish 8080:80 --publish 127.0.0.1:8081:80
	serve web 80
	before=$(cat "$file")
	for filter in 0 1; do
		echo $filter >"$file"
		for from in 'ip netns exec world' '' 'ip netns exec web' 'nsnet run --bridge br0 --'; do
			# shellcheck disable=SC2086 # several words
			run $from timeout 20 bash -c "$get" 198.51.100.1 8080
			assertEquals "from '$from', with bridge-nf-call-iptables $filter" 'hello from web' "$out"
		done
		run timeout 20 bash -c "$get" 127.0.0.1 8081
		assertEquals "127.0.0.1, with bridge-nf-call-iptables $filter" 'hello from web' "$out"
	done
	echo "$before" >"$file"
}

test_port_of_a_loopback_address_serves_only_the_host()
{
	nsnet add web --bridge br0,10.1.0.1/24 --publish 127.0.0.1:8080:80
	serve web 80
	run timeout 20 bash -c "$get" 127.0.0.1 8080
	assert_out 'hello from web'
	run timeout 1 bash -c "$get" 198.51.100.1 8080
	assertNotEquals 0 "$rc"
	run ip netns exec world timeout 1 bash -c "$get" 198.51.100.1 8080
	assertNotEquals 0 "$rc"
	run nsnet show -rn -o IF,PORTS netns:web
	assert_out 'eth0 8080:80/tcp'
	nsnet del web
	run nft list tables
	assert_out 'table inet nsnet_lo/br0'
	run nsnet gc
	assert_out_empty
	run nsnet del br0
	assert_ok
	assert_empty "$(nft list tables)"
}

test_port_of_a_loopback_address_works_for_a_pair()
{
	start_holder nsnet run --link eth0,10.60.0.2/24,gw=10.60.0.1 --publish 127.0.0.2:8081:80 -- \
		sh -c "$serve_in_holder" 80 echo hello
	run timeout 20 bash -c "$get" 127.0.0.2 8081
	assert_out hello
	run timeout 1 bash -c "$get" 127.0.0.1 8081
	assertNotEquals 0 "$rc"
	run nft list ruleset
	assert_out_has 'iifname != "lo" ip daddr 127.0.0.0/8 drop'
	stop_holders
	feature nft-owner || return 0
	settle 50 has_no_tables
	assert_empty "$(nft list tables)"
}

# With route_localnet, a host on the bridge could send packets to the loopback addresses of this
# host (CVE-2020-8558). nsnet must drop these packets. At the end, the test deletes the nft(8)
# table of nsnet. The connection then succeeds, which proves that the rules of this table dropped
# the packets.
test_loopback_services_of_the_host_stay_closed_to_the_bridge()
{
	nsnet add web --bridge br0,10.1.0.1/24 --publish 127.0.0.1:8080:80
	nsnet add bad --bridge br0
	ip netns exec bad sh -c 'ip addr del 127.0.0.1/8 dev lo; ip route add 127.0.0.0/8 via 10.1.0.1 dev eth0 src 10.1.0.3
		echo 1 >/proc/sys/net/ipv4/conf/eth0/route_localnet'
	start_server 9999 secret
	run ip netns exec bad timeout 1 bash -c "$get" 127.0.0.1 9999
	assert_rc 124
	# the rules of the namespace web are removed together with it, but the sysctl of the bridge
	# remains set
	nsnet del web
	run ip netns exec bad timeout 1 bash -c "$get" 127.0.0.1 9999
	assert_rc 124
	nft delete table inet nsnet_lo/br0
	run ip netns exec bad timeout 20 bash -c "$get" 127.0.0.1 9999
	assert_out secret
}

# Connection tracking stores the destination of a UDP connection. The kernel sends later packets of
# the connection to this destination, even if a rule was added or removed. So nsnet must delete the
# stored entry.
test_a_published_udp_port_takes_over_old_connections()
{
	nft 'table ip c { chain pre { type filter hook prerouting priority -150; ct state new; }; }'
	nsnet bridge br0,10.1.0.1/24
	mkfifo "$TMP/ask" "$TMP/answers"
	# shellcheck disable=SC2016 # perl
	ip netns exec world perl -MIO::Socket::INET -e '$| = 1; $SIG{ALRM} = sub { die };
		$s = IO::Socket::INET->new(PeerAddr => "198.51.100.1:8080", Proto => "udp");
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
	ip netns exec web perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalPort => 80, Proto => "udp");
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

# A namespace without a name is identified by its inode.
test_ports_of_a_process_are_published_until_del_or_gc()
{
	start_holder nsunshare -Urn --lo -- sh -c 'echo $$ >&3; exec sleep 1000 3>&-'
	inode=$(stat -Lc %i "/proc/$holder_line/ns/net")
	nsnet bridge br0,10.1.0.1/24
	run nsnet add "$holder_line" --bridge br0 --publish 8080:80
	assert_ok
	start_server 80 hello nsenter2 -t "$holder_line" -n --
	run ip netns exec world timeout 20 bash -c "$get" 198.51.100.1 8080
	assert_out hello
	run nsnet show -rn -o IF,TABLE,PORTS "$holder_line" self
	assert_out_has "eth0 inet\\x20nsnet_id/$inode 8080:80/tcp"
	run nsnet gc
	assert_out_empty
	run nsnet del "$holder_line"
	assert_ok
	assert_empty "$(nft list tables)"
	nsnet add "$holder_line" --bridge br0 --publish 8080:80
	kill "${servers##* }"
	wait "${servers##* }"
	servers=
	stop_holders
	settle 50 sh -c 'nsnet gc --dry-run | grep -q .'
	run nsnet gc
	assert_out "table inet nsnet_id/$inode"
	# if the reference contains a name, the table of rules is named after the name and not the
	# inode
	nsnet add web
	nsnet add netns:web --bridge br0 --publish 8080:80
	assertEquals 'table inet nsnet_ns/web' "$(nft list tables)"
	run nsnet del /run/netns/web
	assert_ok
	assert_empty "$(nft list tables)"
}

test_del_removes_rules_that_were_added_later()
{
	nsnet bridge br0,10.1.0.1/24
	nsnet add web --bridge br0
	nsnet add web --bridge br0 --publish 8080:80
	assertEquals 1 "$(nft list tables | wc -l)"
	run nsnet del web
	assert_ok
	assert_empty "$(nft list tables)"
}

test_the_world_reaches_published_ports_only()
{
	nsnet bridge br0,10.1.0.1/24
	nsnet add web --bridge br0 --publish 198.51.100.1:8080:80/tcp
	serve web 80
	ip -n world route add 10.1.0.0/24 via 198.51.100.1
	run ip netns exec world timeout 0.5 bash -c "$get" 10.1.0.2 80
	assert_rc 124
	run ip netns exec world timeout 20 bash -c "$get" 198.51.100.1 8080
	assert_out 'hello from web'
}

test_a_port_in_use_is_refused_unless_forced()
{
	start_server 8080 hello
	nsnet bridge br0,10.1.0.1/24
	run nsnet add web --bridge br0 --publish 8080:80
	assert_refused 1 'port 8080/tcp of the host: Address already in use'
	run nsnet add web --bridge br0 --publish 8080:80/udp
	assert_ok
	nsnet del web
	run nsnet add web --bridge br0 --publish 8080:80 --force
	assert_ok
}

test_a_port_of_another_table_is_refused_unless_forced()
{
	nsnet add web --bridge br0,10.1.0.1/24 --publish 8080:80
	run nsnet add web --bridge br0 --publish 8080:80
	assert_ok
	for port in 8080:80 198.51.100.1:8080:81; do
		run nsnet add db --bridge br0 --publish $port
		assert_refused 1 "the table 'inet nsnet_ns/web' already forwards port 8080/tcp of the host to 10.1.0.2"
	done
	assertTrue 'no name is left' '[ ! -e /run/netns/db ]'
	# the port is still free for other protocols and on the loopback addresses
	run nsnet add db --bridge br0 --publish 8080:80/udp --publish 127.0.0.1:8080:80
	assert_ok
	run nsnet run --bridge br0 --publish 127.0.0.1:8080:80 -- true
	assert_refused 125 "the table 'inet nsnet_ns/db' already forwards port 8080/tcp"
	run nsnet run --bridge br0 --publish 127.0.0.2:8080:80 -- true
	assert_ok
	run nsnet run --bridge br0 --publish 8080:80 --force -- true
	assert_ok
	# ip(8) does not remove the rules of a namespace
	ip netns del web
	settle 50 sh -c 'nsnet gc --dry-run | grep -q .'
	run nsnet run --bridge br0 --publish 8080:80 -- true
	assert_ok
	run nft list tables
	assert_out_lacks nsnet_ns/web
	nsnet del db
	nft 'table ip nat { chain p { type nat hook prerouting priority dstnat; iifname != "docker0" tcp dport 8081 counter dnat to 172.17.0.2:80; }; }'
	run nsnet run --bridge br0 --publish 8081:80 -- true
	assert_refused 125 "the table 'ip nat' already forwards port 8081/tcp of the host to 172.17.0.2"
}

test_rules_of_a_killed_run_are_removed_by_the_kernel()
{
	feature nft-owner || return 0
	nsnet bridge br0,10.1.0.1/24
	start_holder nsnet run --bridge br0 --nat --ready-fd 3 -- sleep 1000
	assertEquals 1 "$(nft list tables | wc -l)"
	run nft delete table inet "nsnet_run/$holder"
	assert_err_has 'Operation not permitted'
	kill -KILL "$holder"
	settle 50 has_no_tables
	assert_empty "$(nft list tables)"
}

test_gc_removes_only_rules_of_vanished_namespaces()
{
	nsnet bridge br0,10.1.0.1/24 --nat
	nsnet add web-1 --bridge br0 --nat
	nsnet add db --bridge br0 --nat
	nft add table inet nsnet_other
	run nsnet gc
	assert_ok
	assert_out_empty
	ip netns del web-1
	# the rules must remain as long as the network namespace, which is being removed, still has
	# its device
	settle 50 sh -c 'nsnet gc --dry-run | grep -q .'
	run nsnet gc
	assert_ok
	assert_out 'table inet nsnet_ns/web/1'
	assertEquals 'nsnet_br/br0 nsnet_ns/db nsnet_other' "$(nft list tables | sort | sed 's/table inet //' | xargs)"
	nsnet del db
	ip link del br0
	run nsnet gc
	assert_out 'table inet nsnet_br/br0'
}

# `add` sets the rules last. `run` sets them after it has found the program, and before it executes
# the program.
test_a_failed_add_or_run_leaves_no_rules()
{
	nsnet bridge br0,10.1.0.1/24
	run nsnet add web --bridge br0 --publish 8080:80 --sysctl net.none=1
	assert_refused 1 'cannot write'
	assert_empty "$(nft list tables)"
	printf '#!/no/interpreter\n' >"$TMP/program"
	chmod 755 "$TMP/program"
	run nsnet run --bridge br0 --nat -- "$TMP/program"
	assert_refused 127 "cannot execute '$TMP/program': No such file or directory"
	assertTrue 'the rules are removed' 'settle 20 has_no_tables'
}

test_program_does_not_inherit_the_firewall_socket()
{
	run nsnet run --bridge br0,10.1.0.1/24 --nat -- sh -c 'ls -l /proc/self/fd'
	assert_out_has 'null'
	assert_out_lacks socket
}

test_explained_rules_equal_the_installed_rules()
{
	nsnet bridge br0,10.1.0.1/24
	run nsnet add web --bridge br0 --nat --publish 8080:80 --publish 127.0.0.1:53:53/udp --explain
	cp "$TMP/out" "$TMP/commands"
	nsnet add web --bridge br0 --nat --publish 8080:80 --publish 127.0.0.1:53:53/udp
	nft list ruleset >"$TMP/by-nsnet"
	nsnet del web br0
	nsnet bridge br0,10.1.0.1/24
	run sh -e "$TMP/commands"
	assert_ok
	assertEquals "$(cat "$TMP/by-nsnet")" "$(nft list ruleset)"
	assertEquals 1 "$(cat /proc/sys/net/ipv4/conf/br0/route_localnet)"
}

# foreign_rules: prints the tables of other programs, without the values of counters.
foreign_rules()
{
	for table in 'ip nat' 'ip filter' 'inet firewalld' 'ip6 filter'; do
		# shellcheck disable=SC2086 # a family and a name
		nft -s list table $table
	done
}

# The test creates tables with chains like those of Docker and firewalld. These chains use the same
# hooks as the rules of nsnet.
test_tables_of_other_programs_stay_unchanged()
{
	nft -f - <<-'EOF'
		table ip nat {
			chain DOCKER { iifname "docker0" counter return; iifname != "docker0" tcp dport 8081 counter dnat to 172.17.0.2:80; }
			chain PREROUTING { type nat hook prerouting priority dstnat; fib daddr type local counter jump DOCKER; }
			chain POSTROUTING { type nat hook postrouting priority srcnat; oifname != "docker0" ip saddr 172.17.0.0/16 counter masquerade; }
		}
		table ip filter {
			chain DOCKER-USER { counter return; }
			chain FORWARD { type filter hook forward priority filter; policy drop; counter jump DOCKER-USER; oifname "docker0" ct state established,related counter accept; }
		}
		table ip6 filter { chain INPUT { type filter hook input priority filter; policy accept; }; }
		table inet firewalld {
			chain filter_FORWARD { type filter hook forward priority filter + 10; ct state established,related accept; reject with icmpx type admin-prohibited; }
			chain nat_POSTROUTING { type nat hook postrouting priority srcnat + 10; oifname "up0" masquerade; }
		}
	EOF
	foreign_rules >"$TMP/foreign"
	assertTrue 'the rules are there' "grep -q filter_FORWARD '$TMP/foreign'"
	nsnet bridge br0,10.1.0.1/24 --nat 2>/dev/null
	nsnet add web --bridge br0 --nat --publish 8080:80 --publish 53:53/udp 2>/dev/null
	run nsnet run --bridge br0 --nat -- true
	assert_rc 0
	run nsnet run --link eth0,10.60.0.2/24,gw=10.60.0.1 --nat --publish 8082:80 -- sh -c 'exit 3'
	assert_rc 3
	nsnet why --probe web >/dev/null
	run nsnet add bad --bridge br0 --publish 8083:80 --sysctl net.none=1
	assert_rc 1
	foreign_rules >"$TMP/foreign.now"
	assert_no_difference 'the other rules' "$TMP/foreign" "$TMP/foreign.now"
	assertEquals 'tables of nsnet' 2 "$(nft list tables | grep -c nsnet)"
	nsnet del web br0
	run nsnet gc
	assert_ok
	foreign_rules >"$TMP/foreign.now"
	assert_no_difference 'the other rules' "$TMP/foreign" "$TMP/foreign.now"
	assertEquals 'all tables' 4 "$(nft list tables | wc -l)"
}

test_chain_of_docker_that_drops_is_reported_with_a_working_remedy()
{
	ip route add default via 198.51.100.7
	nft -f - <<-'EOF'
		table ip filter {
			chain DOCKER-USER { return; }
			chain FORWARD { type filter hook forward priority filter; policy drop; jump DOCKER-USER; }
		}
	EOF
	nsnet add web --bridge br0,10.1.0.1/24
	run nsnet bridge br0 --nat
	assert_rc 0
	assert_err_has "the chain 'FORWARD' of the table 'ip filter' drops the forwarded packets of 10.1.0.0/24 (policy drop)"
	assertFalse 'the packets are dropped' 'answers web 198.51.100.7 1'
	chain=$(printf '%s\n' "$err" | sed -n "s/.*--into-chain '\(.*\)' to accept the packets.*/\1/p")
	run nsnet bridge br0 --nat --into-chain "$chain"
	assert_ok
	assertTrue 'the remedy works' 'answers web 198.51.100.7'
	run nft list chain ip filter DOCKER-USER
	assert_out_has 'ip saddr 10.1.0.0/24 accept'
	ip route del default
}

test_check_validates_the_rules_with_the_kernel()
{
	nsnet bridge br0,10.1.0.1/24
	assertTrue 'there is a bridge' 'ip link show br0 >/dev/null'
	run nsnet add web --bridge br0 --nat --check
	assert_ok
	assert_empty "$(nft list tables)"
}

test_reports_invalid_arguments()
{
	for port in 80 0:80 8080:65536 x:80 8080:80/sctp 300.0.0.1:80:80; do
		run nsnet add web --bridge br0,10.1.0.1/24 --publish "$port"
		assert_rc 1
		assert_err_has "--publish: invalid '$port', expected"
	done
	run nsnet add web --bridge br0,10.1.0.1/24 --nat=x
	assert_err_has 'invalid IP address'
	run nsnet add web --nat
	assert_refused 1 'need a bridge with an address'
	# nft(8) would interpret the text after the ';' in the name as rules
	run nsnet bridge 'a;b,10.1.0.1/24' --nat
	assert_refused 1 'cannot be used as the name of a firewall table'
}

test_a_run_that_cannot_fork_removes_its_rules()
{
	nsnet bridge br0,10.1.0.1/24
	run failat -o "$TMP/report" -s fork,vfork,clone,clone3 -k 1 -e EAGAIN -- nsnet run --bridge br0 --nat -- echo ran
	assert_rc 125
	assert_out_empty
	assertTrue 'the call failed' "grep -q '^failed ' '$TMP/report'"
	assertTrue 'the rules are removed' 'settle 20 has_no_tables'
}

# Only the initial pid namespace shows all processes, so in another pid namespace nsnet gc cannot
# determine that a process has ended.
test_gc_keeps_the_rules_of_a_process_that_it_cannot_see()
{
	nft add table inet nsnet_run/4194000
	nft add table inet nsnet_br/none0
	nft add table inet nsnet_br
	nft add table inet other
	run nsnet gc --dry-run
	assert_ok
	assert_out 'table inet nsnet_br/none0'
	run nsnet gc
	assert_ok
	assertEquals 'nsnet_br nsnet_run/4194000 other' "$(nft list tables | cut -d' ' -f3 | sort | xargs)"
}

test_explain_names_the_sysctl_of_a_pair()
{
	run nsnet add web --link eth0,10.7.0.2/24,gw=10.7.0.1 --nat --explain
	assert_ok
	assertTrue 'the sysctl' "grep -qx 'sysctl -qw net/ipv4/conf/vethns[0-9]*/forwarding=1' '$TMP/out'"
	assert_out_has 'nft -f -'
}

test_a_library_without_a_function_is_refused()
{
	mkdir "$TMP/lib"
	cp "$NSUTILS_HELPERS/libselinux_nstest.so" "$TMP/lib/libnftables.so.1"
	run env LD_LIBRARY_PATH="$TMP/lib" nsnet bridge br1,10.2.0.1/24 --nat
	assert_rc 2
	assert_out_empty
	assert_err_has 'missing function nft_ctx_'
}

# `add` with a path names the rules after the inode of the namespace.
test_del_removes_the_rules_of_all_owners_of_a_namespace()
{
	nsnet add web --link eth0,10.60.0.2/24,gw=10.60.0.1 --nat
	run nsnet add /run/netns/web --link eth1,10.61.0.2/24,gw=10.61.0.1 --nat
	assert_ok
	assertEquals 'there are two tables' 2 "$(nft list tables | wc -l)"
	run nsnet del web
	assert_ok
	assert_empty 'no rules remain' "$(nft list tables)"
	assertTrue 'no device remains' has_no_veth
}

. shunit2
