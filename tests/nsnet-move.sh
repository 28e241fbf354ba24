#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsnet-move: checks that `add --move` lends a device to a named namespace, and that `del` returns
# the device with its old settings. The device is one end of a veth pair. nsnet-nic repeats the
# tests of killed runs with a physical device, in a virtual machine.
# Runs as root.
# Time limit: 120 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/netlib.sh"
. "${0%/*}/faultlib.sh"
require_ns net mnt
require_tool ip
host_is_ours

setUp()
{
	ip link add nic0 type veth peer name wire0
	ip link set nic0 mtu 1400
	ip addr add 192.0.2.1/24 dev nic0 && ip addr add fd00:9::1/64 dev nic0 nodad
	ip link set wire0 up && ip link set nic0 up
	ip route add 10.99.0.0/16 via 192.0.2.2 dev nic0 proto static
	before=$(nic_state)
}

tearDown()
{
	stop_holders
	clear_network
}

test_del_returns_the_device_with_its_settings()
{
	run nsnet add web --move nic0,name=in0,192.0.2.131/24,fd00:9::2/64,gw=192.0.2.2
	assert_ok
	assertFalse 'the device has left the host' 'ip link show nic0'
	run ip -n web -br addr show in0
	assert_out_has 'UP '
	assert_out_has 192.0.2.131/24
	assert_out_has fd00:9::2/64
	run ip -n web route show default
	assert_out_has 'via 192.0.2.2 dev in0'
	run nsnet del web
	assert_ok
	assertEquals "$before" "$(nic_state)"
	assertFalse 'the name is removed' '[ -e /run/netns/web ]'
}

test_del_returns_all_devices_of_a_namespace()
{
	ip link add nic1 type veth peer name wire1
	nsnet add web --move nic0
	run nsnet add web --move nic1,name=in1
	assert_ok
	run ip -n web -br link show in1
	assert_ok
	run nsnet del netns:web
	assert_ok
	assertEquals "$before" "$(nic_state)"
	run ip -d link show nic1
	assert_out_has 'state DOWN'
	assert_out_lacks alias
}

test_a_reference_lends_and_returns_a_device()
{
	start_holder unshare -n sh -c 'echo $$ >&3; exec sleep 1000 3>&-'
	run nsnet add "$holder_line" --move nic0,192.0.2.131/24
	assert_ok
	run nsenter -t "$holder_line" -n ip -br addr show nic0
	assert_out_has 192.0.2.131/24
	run nsnet del "$holder_line"
	assert_ok
	assertEquals "$before" "$(nic_state)"
}

test_repeated_add_accepts_the_lent_device()
{
	nsnet add web --move nic0,name=in0
	run nsnet add web --move nic0,name=in0,192.0.2.131/24
	assert_ok
	run ip -n web -br addr show in0
	assert_out_has 192.0.2.131/24
	nsnet del web
	assertEquals "$before" "$(nic_state)"
}

test_explained_commands_lend_the_device()
{
	run nsnet add web --move nic0,name=in0,192.0.2.131/24 --explain
	assert_ok
	assertEquals 'nothing is changed' "$before" "$(nic_state)"
	cp "$TMP/out" "$TMP/commands"
	run sh -e "$TMP/commands"
	assert_ok
	run ip -n web -br addr show in0
	assert_out_has 192.0.2.131/24
	run nsnet del web
	assert_ok
	assertEquals "$before" "$(nic_state)"
}

test_check_finds_conflicts_and_moves_nothing()
{
	run nsnet add web --move nic0 --check
	assert_ok
	assertEquals "$before" "$(nic_state)"
	assertFalse 'there is no name' '[ -e /run/netns/web ]'
	ip route add default via 192.0.2.2
	run nsnet add web --move nic0 --check
	assert_refused 1 "the default route uses the device 'nic0'"
	ip route del default
	run nsnet add web --move none0 --check
	assert_refused 1 "cannot find the device 'none0'"
	nsnet add web --link nic0,10.60.0.2/24
	run nsnet add web --move nic0 --check
	assert_refused 1 "another device 'nic0' exists in the namespace"
}

test_failed_add_returns_the_device()
{
	run nsnet add web --move nic0,192.0.2.131/24,gw=198.51.100.1
	assert_refused 1 'cannot add the route to 0.0.0.0/0 via 198.51.100.1'
	assertEquals "$before" "$(nic_state)"
	assertFalse 'there is no name' '[ -e /run/netns/web ]'
}

test_del_changes_nothing_if_the_old_name_is_in_use()
{
	nsnet add web --move nic0,name=in0 --link eth0,10.60.0.2/24
	ip link add nic0 type veth peer name other0
	run nsnet del web
	assert_refused 1 "cannot move the device 'nic0' back: File exists"
	assert_err_has "rename the other device 'nic0', and repeat the command"
	assert_err_lacks 'run the command in the network namespace from which the device was lent'
	run ip -n web link show in0
	assert_ok
	run ip -n web link show eth0
	assert_ok
	ip link del nic0
	run nsnet del web
	assert_ok
	assertEquals "$before" "$(nic_state)"
}

test_del_refuses_in_another_network_namespace()
{
	nsnet add web --move nic0,name=in0
	run unshare -n nsnet del web
	assert_refused 1 "the device 'in0' was not lent from the caller's network namespace"
	assert_err_has 'run the command in the network namespace from which the device was lent'
	assert_err_lacks "rename the other device 'nic0', and repeat the command"
	run ip -n web link show in0
	assert_ok
	nsnet del web
	assertEquals "$before" "$(nic_state)"
}

test_del_finds_a_device_that_was_renamed()
{
	nsnet add web --move nic0
	run ip -n web link set nic0 name dev7
	assert_ok
	run nsnet del web
	assert_ok
	assertEquals "$before" "$(nic_state)"
}

# $TMP/host ARGUMENT…: prepares a network, and runs nsnet with the arguments. The test starts this
# script once for each fault, in a new network namespace; the script mounts a tmpfs on /run. Prints
# which namespace has the device nic0. After a failed `add`, the device must be in the host's
# network namespace. After a successful `del`, the device must be back in that namespace with its
# old settings.
cat >"$TMP/host" <<SCRIPT
#!/bin/sh
where()
{
	ip -br link show nic0 >/dev/null 2>&1 && echo "host \$(ip -o addr show nic0 | grep -c 192.0.2.1/24)"
	ip -n web -br link show nic0 >/dev/null 2>&1 && echo web
}
mount -t tmpfs none /run && ip link set lo up &&
	ip link add nic0 type veth peer name wire0 && ip addr add 192.0.2.1/24 dev nic0 &&
	ip link set nic0 up && ip link set wire0 up || exit 99
[ "\$1" != del ] || "$TMP/prepare" add web --move nic0 || exit 99
nsnet "\$@"
rc=\$?
where
exit \$rc
SCRIPT
chmod 755 "$TMP/host"
# prepare the network with a copy of nsnet that has another name, so that failat does not count its
# system calls
cp "$NSUTILS_BIN/nsnet" "$TMP/prepare"

test_each_failed_call_of_add_leaves_the_device_or_moves_it()
{
	feature no-sanitizer || return 0 # AddressSanitizer ends nsnet if a system call of its own fails
	FAULT_MAX=30 fault_all -f 1 -b nsnet -- unshare --net --mount "$TMP/host" add web --move nic0
}

test_each_failed_call_of_del_is_reported()
{
	feature no-sanitizer || return 0 # AddressSanitizer ends nsnet if a system call of its own fails
	FAULT_MAX=30 fault_all -f 1 -b nsnet -- unshare --net --mount "$TMP/host" del web
}

. shunit2
