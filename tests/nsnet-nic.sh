#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsnet-nic: checks that a lent network device returns to the initial namespace with its old
# settings, even after SIGKILL. The kernel moves only physical devices back, and only to the initial
# namespace. Therefore the test needs a virtual machine, which build-aux/in-kernel starts.
# Runs as root.
# Runs in the initial pid namespace.
# Time limit: 90 seconds.
. "${0%/*}/testlib.sh"
require_ns net mnt
require_tool ip
require_feature guest-nic

initial()
{
	nsenter --net=/dev/initial-net -- "$@"
}

nic=$(initial ip -o link | sed -n 's/^[0-9]*: \(e[a-z0-9]*\): .*/\1/p' | head -n 1)
[ -n "$nic" ] || skip 'the machine has no NIC'

nic_has_carrier()
{
	initial ip link show "$nic" | grep -q LOWER_UP
}

nic_state()
{
	settle 100 nic_has_carrier
	initial ip -o addr show "$nic" scope global | sed 's/^[0-9]*: //'
	initial ip route show dev "$nic"
	initial ip -o link show "$nic" | grep -o -e 'mtu [0-9]*' -e '[<,]UP[,>]' -e 'alias .*'
}

setUp()
{
	initial ip link set "$nic" mtu 1400 up
	# wait until the device has a carrier, because otherwise the routes have the flag linkdown
	settle 100 nic_has_carrier
	initial ip addr add 192.0.2.1/24 dev "$nic"
	initial ip addr add fd00:9::1/64 dev "$nic" nodad
	initial ip route add 10.99.0.0/16 via 192.0.2.2 dev "$nic" proto static
	before=$(nic_state)
}

tearDown()
{
	stop_holders
	initial ip addr flush dev "$nic"
	initial ip link set "$nic" mtu 1500 down
}

# nic_is_back NAME: succeeds if the initial network namespace has a device NAME again.
nic_is_back()
{
	initial ip link show dev "$1" 2>/dev/null | grep -q alias
}

# lend_and_kill: starts an nsnet process that lends the device to a program, kills nsnet, and then
# kills the program.
lend_and_kill()
{
	start_holder nsenter --net=/dev/initial-net -- nsnet run --move "$nic,name=in0" -- \
		sh -c 'ip -br link show in0 >&2; echo $$ >&3; exec sleep 1000 3>&-' || return
	assert_empty 'it has left' "$(initial ip -o link show "$nic" 2>/dev/null)"
	kill -KILL "$holder"
	wait "$holder" 2>/dev/null
	kill -KILL "$holder_line"
}

test_the_device_returns_when_the_program_ends()
{
	run initial nsnet run --move "$nic" -- ip -br link show "$nic"
	assert_ok
	assert_out_has DOWN
	assertEquals "$before" "$(nic_state)"
}

test_gc_restores_the_device_after_sigkill()
{
	lend_and_kill
	settle 100 nic_is_back in0
	run initial nsnet gc --dry-run
	assert_out "device $nic"
	run initial nsnet gc
	assert_ok
	assert_out "device $nic"
	assertEquals "$before" "$(nic_state)"
}

test_a_device_with_the_old_name_only_delays_the_return()
{
	lend_and_kill
	settle 100 nic_is_back in0
	initial ip link add "$nic" type veth peer name other0
	run initial nsnet gc
	assert_rc 1
	assert_err_has "cannot restore the device '$nic': File exists"
	assertTrue 'the record is there' "nic_is_back in0"
	initial ip link del "$nic"
	run initial nsnet gc
	assert_ok
	assertEquals "$before" "$(nic_state)"
}

test_del_returns_the_device_that_add_lent()
{
	run initial nsnet add web --move "$nic,name=in0,192.0.2.131/24"
	assert_ok
	run ip -n web -br addr show in0
	assert_out_has 192.0.2.131/24
	run initial nsnet del web
	assert_ok
	assertEquals "$before" "$(nic_state)"
}

test_gc_restores_the_device_of_a_namespace_that_ip_deleted()
{
	run initial nsnet add web --move "$nic,name=in0"
	assert_ok
	ip netns del web
	settle 100 nic_is_back in0
	run initial nsnet gc
	assert_ok
	assert_out "device $nic"
	assertEquals "$before" "$(nic_state)"
}

. shunit2
