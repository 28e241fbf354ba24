#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsnet-show: checks that the connections between namespaces are shown as a table, a tree, JSON and
# a graph.
# as: root
# budget: 60
. "${0%/*}/testlib.sh"
. "${0%/*}/netlib.sh"
require_ns net mnt
require_tool ip jq
host_is_ours

# The devices are created with ip(8), so that the expected values do not depend on nsnet.
setUp()
{
	ip netns add web && ip netns add db
	ip link add br0 type bridge && ip addr add 10.1.0.1/24 dev br0 && ip link set br0 up
	ip link add v0 master br0 up type veth peer name eth0 netns web
	ip -n web addr add 10.1.0.2/24 dev eth0 && ip -n web link set eth0 up
	ip -n web route add default via 10.1.0.1
	ip -n web link add x0 type veth peer name x1 netns db
}

tearDown()
{
	clear_network
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
}

test_lists_columns_and_refuses_unknown_columns()
{
	run nsnet show --list-columns
	assert_ok
	assert_out_has 'PEER'
	run nsnet show -o NONE
	assert_rc 1
	assert_err_has "unknown column 'NONE'"
}

test_strict_fails_if_a_namespace_cannot_be_entered()
{
	run as_nstest nsnet show --strict -rn -o REF
	assert_rc 3
	run nsnet show 999999999999
	assert_rc 1
}

test_headings_are_a_line_of_their_own_and_cells_are_aligned()
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
	assert_out_has "v0 $(stat -Lc %i /proc/self/ns/net) veth 02:00:00:00:00:07 1400 to_the_\"web\" br0 ?nsid:0"
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

test_carrier_and_pairs_within_a_namespace()
{
	ip link add a0 type veth peer name a1
	ip link set a0 up
	ip -n web link set eth0 down
	run nsnet show -rn -o IF,STATE,PEER self
	assert_out_has 'v0 NO-CARRIER ?nsid:0'
	assert_out_has 'a0 NO-CARRIER self:a1'
	assert_out_has 'a1 DOWN self:a0'
	run nsnet show --dot self
	assertEquals 'the pair once, and the port' 2 "$(printf '%s\n' "$out" | grep -c -e ' -- ')"
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

. shunit2
