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

. shunit2
