#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsnet-show: checks that the connections between namespaces are shown as a table, a tree, JSON and
# a graph.
# Runs as root.
# Time limit: 90 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/netlib.sh"
require_ns net mnt
require_tool ip jq nft
host_is_ours

# ip(8) creates the devices, so that the expected values do not depend on nsnet.
setUp()
{
	ip netns add web && ip netns add db
	ip link add br0 type bridge && ip addr add 10.1.0.1/24 dev br0 && ip link set br0 up
	ip link add v0 master br0 up type veth peer name eth0 netns web
	ip -n web addr add 10.1.0.2/24 dev eth0 && ip -n web link set eth0 up
	ip -n web route add default via 10.1.0.1
	ip -n web link add x0 type veth peer name x1 netns db
	# br0 is up when one of its ports forwards
	settle 20 forwards v0
}

no_namespace_has_a_number()
{
	[ -z "$(ip netns list-id)" ]
}

# The kernel removes a namespace in the background. Wait until its number is free, because some
# functions expect that the next namespace gets the number 0.
tearDown()
{
	clear_network
	settle 20 no_namespace_has_a_number
}

test_table_shows_both_ends_of_a_pair()
{
	run nsnet show -rn -o REF,IF,STATE,ADDRS,GW,MASTER,PEER netns:web netns:db self
	assert_ok
	assert_out 'netns:web eth0 UP 10.1.0.2/24 10.1.0.1 - self:v0
netns:web x0 DOWN - - - netns:db:x1
netns:db x1 DOWN - - - netns:web:x0
self br0 UP 10.1.0.1/24 - - -
self v0 UP - - br0 netns:web:eth0'
}

test_shows_the_devices_of_all_namespaces()
{
	run nsnet show --raw --noheadings --output REF,IF
	assert_ok
	assert_out_has 'netns:web eth0'
	assert_out_has 'netns:db x1'
	assert_out_lacks ' lo'
	run nsnet show --all -rn -o IF netns:db
	assert_out 'lo
x1'
}

test_peer_outside_the_selection_is_shown_by_number()
{
	run nsnet show -rn -o IF,PEER netns:db
	assert_out 'x1 ?nsid:0'
}

# nsnet show does not find a namespace that only an open descriptor keeps alive. In this
# case, nsnet show --strict must exit with status 3, and name the device that has its other end there.
test_answer_is_incomplete_if_an_end_is_in_a_namespace_that_was_not_found()
{
	run nsnet show --strict -rn -o IF
	assert_ok
	exec 7</run/netns/db
	ip netns del db
	run nsnet show --strict -rn -o REF,IF,PEER
	assert_rc 3
	assert_out_has 'netns:web x0 ?nsid:'
	assertEquals "nsnet: incomplete output: the other end of 'netns:web:x0' (namespace not found)" "$err"
	run nsnet show -rn -o IF
	exec 7<&-
	assert_ok
	run nsnet show --strict -rn -o IF netns:web
	assert_ok
}

test_json_has_the_values_of_the_table()
{
	run nsnet show --json netns:web self
	assert_ok
	assertEquals '["self","v0",["10.1.0.2/24"],["10.1.0.1"],true]' "$(printf %s "$out" |
		jq -c '(.namespaces[0].links[0] | [.peerref, .peerif, .addrs, .gw]) + [.complete]')"
}

test_tree_shows_ports_below_their_bridge()
{
	run nsnet show --tree self netns:web
	assert_out 'self
  br0 10.1.0.1/24
    v0 -> netns:web:eth0
netns:web
  eth0 10.1.0.2/24 -> self:v0
  x0 (down) -> ?nsid:1'
}

test_graph_has_one_edge_for_each_pair()
{
	run nsnet show --dot self netns:web netns:db
	assert_ok
	assertEquals 3 "$(printf '%s\n' "$out" | grep -c -e ' -- ')"
	assertEquals 3 "$(printf '%s\n' "$out" | grep -c subgraph)"
	assert_out_has 'label="netns:web"'
	assert_out_has "label=\"self\\n(the caller's namespace)\""
}

test_graph_shows_namespaces_without_devices_and_unknown_ends()
{
	ip netns add empty
	run nsnet show --dot netns:empty netns:db
	assert_ok
	assertEquals 1 "$(printf '%s\n' "$out" | grep -c 'label="no devices"')"
	assertEquals 1 "$(printf '%s\n' "$out" | grep -c 'label="?nsid:0"')"
	assertEquals 1 "$(printf '%s\n' "$out" | grep -c -e ' -- .*dashed')"
	ip netns del empty
}

test_the_other_end_of_a_pair_has_its_own_columns()
{
	run nsnet show -rn -o NAME,IF,PEERREF,PEERIF,MTU netns:web self
	assert_ok
	assert_out 'web eth0 self v0 1500
web x0 - - 1500
- br0 - - 1500
- v0 netns:web eth0 1500'
}

test_rules_and_published_ports_are_shown()
{
	nsnet bridge br1,10.2.0.1/24 --nat
	nsnet add app-1 --bridge br1 --publish 8080:80 --publish 53:53/udp
	run nsnet show -rn -o IF,TABLE,PORTS netns:app-1 self
	assert_ok
	assert_out_has 'eth0 inet\x20nsnet_ns/app/1 8080:80/tcp,53:53/udp'
	assert_out_has 'br1 inet\x20nsnet_br/br1 -'
	assert_out_has 'br0 - -'
	run nsnet show -J netns:app-1 self
	assertEquals '["inet nsnet_ns/app/1",["8080:80/tcp","53:53/udp"],"app-1"]' "$(printf %s "$out" |
		jq -c '.namespaces[0] | [.links[0].table, .links[0].ports, .name]')"
	nsnet del app-1 br1
}

test_processes_and_holders_are_counted()
{
	start_holder ip netns exec web sh -c 'echo x >&3; exec sleep 1000 3>&-'
	run nsnet show -rn -o IF,PROCS,HOLDERS netns:web
	assert_ok
	# count the mounts of the namespace file, in the mount namespaces of the test and of ip(8)
	assertTrue "$out" '[ "$(printf "%s\n" "$out" | grep -c "^[ex]t*h*0 1 [1-9]$")" = 2 ]'
	before=${out##* }
	start_holder sh -c 'exec 4</run/netns/web; echo x >&3; exec sleep 1000 3>&-'
	run nsnet show -rn -o IF,PROCS,HOLDERS netns:web
	assertEquals "$((before + 1))" "${out##* }"
	run nsnet show -J -o HOLDERS netns:web
	assert_json ".namespaces[0] | .procs == 1 and .holders == $((before + 1))"
	run nsnet show -rn -o NAME,IF,PROCS
	assert_out_has 'web eth0 1'
	assert_out_has 'db x1 0'
	stop_holders
}

# Other tools must accept each reference that nsnet show prints, and must find the listed device in
# that namespace.
test_other_tools_accept_the_references()
{
	start_holder nsunshare -n -- sh -c 'ip link add here0 type veth peer name there0; echo x >&3; exec sleep 1000 3>&-'
	nsnet show -rn -o REF,IF >"$TMP/rows"
	assertTrue 'four namespaces at least' "[ $(cut -d' ' -f1 "$TMP/rows" | sort -u | wc -l) -ge 4 ]"
	while read -r ref device; do
		nsenter2 -t "$ref" -n -- ip -o link show dev "$device" >/dev/null || fail "$ref has no $device"
	done <"$TMP/rows"
	stop_holders
}

# There are eight namespaces on two bridges. The graph must contain each connection once, and each
# device in the box of its namespace.
test_graph_shows_eight_namespaces_on_two_bridges()
{
	clear_network
	nsnet bridge br1,10.1.0.1/24
	nsnet bridge br2,10.2.0.1/24
	for n in 1 2 3 4; do
		nsnet add "a$n" --bridge br1
		nsnet add "b$n" --bridge br2
	done
	run nsnet show --dot self netns:a1 netns:a2 netns:a3 netns:a4 netns:b1 netns:b2 netns:b3 netns:b4
	assert_ok
	assertEquals 'boxes' 9 "$(printf '%s\n' "$out" | grep -c subgraph)"
	assertEquals 'ports of bridges' 8 "$(printf '%s\n' "$out" | grep -c 'style=bold')"
	assertEquals 'pairs' 8 "$(printf '%s\n' "$out" | grep -e ' -- ' | grep -vc bold)"
	assertEquals 'bridges' 2 "$(printf '%s\n' "$out" | grep -c hexagon)"
	run nsnet show --tree self
	assert_out_has 'br2 10.2.0.1/24'
	assertEquals 'ports' 8 "$(printf '%s\n' "$out" | grep -c '^    vethns')"
}

test_output_formats_exclude_each_other()
{
	run nsnet show --json --tree
	assert_rc 1
	assert_err_has '--json cannot be used with --tree or --dot'
}

test_lists_columns_and_refuses_unknown_columns()
{
	columns='REF NAME NS IF KIND STATE ADDRS GW MASTER PEER PEERREF PEERIF MAC MTU TABLE PORTS PROCS HOLDERS ALIAS'
	for option in --list-columns -H; do
		run nsnet show $option
		assert_ok
		assertEquals "$columns" "$(awk 'NF > 1 { print $1 }' "$TMP/out" | xargs)"
		assert_out_has 'PEER       other end of a pair, as <ref>:<device>'
	done
	for column in $columns; do
		run nsnet show -o "$column" self
		assert_ok
		assertEquals "$column" "$(head -n 1 "$TMP/out" | xargs)"
	done
	for unknown in NONE PEE PEERS; do
		run nsnet show -o "IF,$unknown"
		assert_refused 1 "nsnet: unknown column '$unknown'"
	done
}

test_strict_fails_if_a_namespace_cannot_be_entered()
{
	run nsnet show --strict -rn -o REF netns:web
	assert_ok
	run enosys -e EPERM setns -- nsnet show -rn -o REF netns:web
	assert_ok
	run enosys -e EPERM setns -- nsnet show --strict -rn -o REF netns:web
	assert_refused 3 "nsnet: incomplete output: network namespace 'netns:web' (Operation not permitted)"
	run enosys -e EPERM setns -- nsnet show --strict -rn -o REF netns:web self netns:db
	assert_rc 3
	assert_err_has "network namespace 'netns:web' and 1 more (Operation not permitted)"
	# an ordinary user cannot examine all processes either
	run as_nstest nsnet show --strict -rn -o REF
	assert_rc 3
	assert_err_has 'nsnet: incomplete output: '
	assert_err_has ' (permission denied)'
	assert_err_one_line
	run nsnet show 999999999999
	assert_refused 1 "cannot find the network namespace '999999999999'"
}

test_strict_fails_if_the_firewall_rules_cannot_be_read()
{
	run nsnet show --strict --json self
	assert_ok
	run as_nstest nsnet show --strict --json self
	assert_rc 3
	assert_json '.complete == false'
	assert_err_has 'nsnet: incomplete output: '
	# libnftables prints another line
	assert_err_has 'firewall rules ('
	assert_err_has 'Operation not permitted'
}

test_headings_have_their_own_line_and_cells_are_aligned()
{
	run nsnet show -o IF,STATE,MASTER self
	assert_ok
	assert_out 'IF  STATE MASTER
br0 UP    -
v0  UP    br0'
	run nsnet show --raw -o if,State self
	assert_out 'IF STATE
br0 UP
v0 UP'
}

test_each_column_has_the_value_of_ip()
{
	ip link set v0 mtu 1400 address 02:00:00:00:00:07 alias 'to the "web"'
	run nsnet show -rn -o IF,NS,KIND,MAC,MTU,ALIAS,MASTER,PEER self
	assert_ok
	assert_out_has "v0 $(stat -Lc %i /proc/self/ns/net) veth 02:00:00:00:00:07 1400 to\\x20the\\x20\"web\" br0 ?nsid:0"
	run nsnet show --all -rn -o IF,NS,KIND,MTU,ALIAS netns:db
	assert_out_has "lo $(stat -Lc %i /run/netns/db) - 65536 -"
	run nsnet show --json --all self
	assertEquals '["v0","veth",1400,"02:00:00:00:00:07","to the \"web\"","br0"]' "$(printf %s "$out" |
		jq -c '.namespaces[0].links[] | select(.if == "v0") | [.if, .kind, .mtu, .mac, .alias, .master]')"
	assertEquals '["lo",null,null,[],null]' "$(printf %s "$out" |
		jq -c '.namespaces[0].links[] | select(.if == "lo") | [.if, .kind, .alias, .gw, .peerif]')"
}

test_addresses_and_gateways_are_lists()
{
	ip -n web addr add fd00:1::2/64 dev eth0 nodad && ip -n web -6 route add default via fd00:1::1
	run nsnet show -rn -o IF,ADDRS,GW netns:web
	assert_out_has 'eth0 10.1.0.2/24,fd00:1::2/64 10.1.0.1,fd00:1::1'
	run nsnet show --json netns:web
	assert_json '.namespaces[0].links[0] | .addrs == ["10.1.0.2/24", "fd00:1::2/64"] and .gw == ["10.1.0.1", "fd00:1::1"]'
}

test_shows_carrier_and_pairs_within_a_namespace()
{
	ip link add a0 type veth peer name a1
	ip link set a0 up
	ip -n web link set eth0 down
	run nsnet show -rn -o IF,STATE,PEER self
	assert_out_has 'v0 NO-CARRIER ?nsid:0'
	assert_out_has 'a0 NO-CARRIER self:a1'
	assert_out_has 'a1 DOWN self:a0'
	run nsnet show --dot self
	assertEquals 'the pair once, the port, and the unknown end' 3 "$(printf '%s\n' "$out" | grep -c -e ' -- ')"
	assert_out_has 'label="a1"'
	assert_out_has 'style=dashed'
	assert_out_has 'label="br0\n10.1.0.1/24", shape=hexagon'
	run nsnet show --tree self
	assert_out_has '  a0 -> self:a1'
	assert_out_has '  a1 (down) -> self:a0'
}

test_names_of_devices_cannot_break_the_output()
{
	name=$(printf 'q"\\\001\303\251')
	ip link add "$name" type bridge || return
	run nsnet show --dot self
	assert_out_has 'label="q?????"'
	run nsnet show -rn -o IF self
	assert_out_has '"\\x01'
	run nsnet show --json self
	assertEquals "$name" "$(jq -r '[.namespaces[0].links[].if] | last' "$TMP/out")"
}

test_accepts_options_after_arguments()
{
	run nsnet show -J self
	assert_ok
	expected=$out
	run nsnet show self -J
	assert_ok
	assert_out "$expected"
}

. shunit2
