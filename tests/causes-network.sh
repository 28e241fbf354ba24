#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# causes-network: checks the hints of nsnet. Each hint has a situation in which it must appear and a
# similar one in which it must not.
# Runs as root.
# Time limit: 120 seconds.
# shellcheck disable=SC2016 # the table expands $T
. "${0%/*}/testlib.sh"
. "${0%/*}/netlib.sh"
. "${0%/*}/causelib.sh"
require_ns net mnt user
require_tool ip nft
host_is_ours

# A bind mount replaces /etc, so the machine's files stay unchanged.
oneTimeSetUp()
{
	mkdir "$TMP/etc" && cp -a /etc/passwd /etc/group /etc/alternatives "$TMP/etc" && mount --bind "$TMP/etc" /etc
	ip link set lo up
}

tearDown()
{
	stop_holders
	nft flush ruleset
	clear_network
}

test_a_missing_object_is_named_with_the_verb_that_creates_it()
{
	ip link add br1 type bridge
	ip link add br2 type bridge
	ip addr add 10.2.0.1/24 dev br2
	situations <<-'TABLE'
	125 | nsnet run none -- true | hint: create the namespace with 'nsnet add none' | -
	0 | nsnet add known | - | -
	127 | nsnet run known true | hint: use 'nsnet run known -- <program>' to run a program in the network namespace 'known' | -
	127 | nsnet run none true | cannot execute 'none': No such file | to run a program in the network namespace
	1 | nsnet add web --link eth0@known | hint: use '@netns:known' to connect a device with the network namespace 'known' | create the bridge
	1 | nsnet why none | the network namespace 'none': No such file | create the namespace with 'nsnet add
	1 | nsnet add web --link eth0@none0,10.1.0.2/24 | hint: create the bridge with 'nsnet bridge none0,<address>/<length>' | give the bridge
	1 | nsnet add web --bridge lo | the device 'lo' is not a bridge | create the bridge with 'nsnet bridge
	1 | nsnet add web --bridge br1 | hint: give the bridge an address with 'nsnet bridge br1,<address>/<length>' | create it
	0 | nsnet add with --bridge br1,10.9.9.9/24 | - | give the bridge an address
	1 | nsnet add nat --nat | hint: add '--bridge <bridge>,<address>/<length>', for example '--bridge br0,10.0.0.1/24' | -
	0 | nsnet add nat --bridge br2 --nat | - | for example '--bridge br0
	0 | nsnet add one --bridge br2,10.2.0.7/24 | - | -
	1 | nsnet add two --link eth0@br2,10.2.0.2/24 | hint: choose another address, or use --force | -
	1 | nsnet add two --link eth0@br2,10.2.0.1/24 | the bridge 'br2' already has the address 10.2.0.1 | choose another address
	TABLE
}

test_explains_a_subnet_or_port_that_is_in_use()
{
	ip link add up0 type veth peer name w0
	ip link set w0 up
	ip addr add 10.3.0.1/24 dev up0
	ip link set up0 up
	start_server 8080 hello
	echo 'table ip x { chain pre { type nat hook prerouting priority -100; tcp dport 9090 dnat to 10.3.0.8:80; }; }' >"$TMP/rules"
	situations <<-'TABLE'
	1 | nsnet bridge br0,10.3.0.9/24 | hint: choose another subnet, or use --force | -
	0 | nsnet bridge br0,10.4.0.1/24 | - | choose another subnet
	1 | nsnet add web --bridge br0 --publish 8080:80 | hint: choose another port, or use --force to redirect a port on which a program listens | -
	1 | nsnet add web --bridge br0 --publish 80 | --publish: invalid '80' | choose another port
	1 | nft -f rules && nsnet add web --bridge br0 --publish 9090:80 | hint: choose another port, or use --force | on which a program listens
	0 | nsnet add web --bridge br0 --publish 8081:80 | - | choose another port
	TABLE
	stop_servers
}

test_explains_an_object_that_is_not_removed()
{
	ip link add br1 type bridge
	ip link add br3 type bridge
	ip link add v1 type veth peer name v2
	nsnet bridge br2,10.2.0.1/24
	ip link set v1 master br2 up
	situations <<-'TABLE'
	1 | nsnet del br1 | hint: remove the bridge with --force, or with 'ip link del br1' | -
	1 | nsnet del br2 | hint: use --force, or first delete the namespaces that use the bridge ('nsnet show' lists them) | ip link del
	1 | nsnet del none | 'none' is neither a named namespace nor a bridge | delete the namespaces that use
	0 | nsnet del --force br1 | - | remove the bridge with --force
	TABLE
	nsnet add web
	start_holder ip netns exec web sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	run nsnet del web
	assert_rc 1
	assert_err_has "hint: list the users of the namespace with 'nslist --show net:"
	nsnet add web
	run nsnet del web
	assert_rc 0
	assert_err_lacks 'list the users of the namespace'
}

test_explains_a_device_that_is_not_moved()
{
	ip link add up0 type veth peer name w0
	ip link set w0 up
	ip link add up1 type veth peer name w1
	ip link set up1 alias 'nsnet: up1'
	ip addr add 10.3.0.1/24 dev up0
	ip link set up0 up
	ip route add default via 10.3.0.7
	situations <<-'TABLE'
	125 | nsnet run --move up0 -- true | hint: use --force to move the device even if this host becomes unreachable | alias
	125 | nsnet run --move up1 -- true | hint: remove the alias, where nsnet records the addresses of a lent device | becomes unreachable
	125 | nsnet run --move lo -- true | the device 'lo' cannot be lent | remove the alias
	TABLE
	ip route del default
	run nsnet run --move up0 -- sh -c 'exit 3'
	assert_rc 3
	assert_err_lacks 'becomes unreachable'
	assert_err_lacks 'stop the DHCP client'
	ip addr change 10.3.0.1/24 dev up0 valid_lft 1000 preferred_lft 1000
	run nsnet run --move up0 -- true
	assert_err_has 'hint: stop the DHCP client before you move the device'
	ip link show up0 >/dev/null
	run nsnet run --move up0 -- nsenter "--net=/proc/$$/ns/net" ip link add up0 type bridge
	assert_err_has "cannot move the device 'up0' back"
	assert_err_has "hint: rename the other device 'up0', and run 'nsnet gc' after all processes have left the namespace"
}

test_explains_a_name_server_that_cannot_be_used()
{
	: >/etc/resolv.conf
	echo nameserver 127.0.0.53 >/etc/resolv.conf
	situations <<-'TABLE'
	125 | nsnet run --dns host -- true | hint: specify another server with --dns <address> | create the file
	0 | nsnet run --dns 192.0.2.9 -- true | - | create the file
	125 | nsnet run --dns 192.0.2.999 -- true | --dns: invalid IP address '192.0.2.999' | specify another server with
	125 | rm /etc/resolv.conf; nsnet run --dns 192.0.2.9 -- true | hint: create the file '/etc/resolv.conf' as the mount point | specify another server
	TABLE
}

test_explains_a_missing_library_or_program()
{
	kernel_call pidfd_open || return 0
	mkdir "$TMP/none"
	: >"$TMP/none/library"
	situations <<-'TABLE'
	125 | PATH=$T/none $(command -v nsnet) run --pasta -- /bin/true | hint: install the package passt | -
	125 | nsnet run --link eth0@none0,10.1.0.2/24 -- true | cannot find the bridge | install the package passt
	TABLE
	run enosys -e EOPNOTSUPP sendmsg -- nsnet bridge br0,10.1.0.1/24 --nat
	assert_refused 1 'cannot set the firewall rules'
	assert_err_has 'hint: libnftables reports: '
	for lib in /usr/lib/*/libnftables.so.1; do
		[ ! -e "$lib" ] || mount --bind "$TMP/none/library" "$lib"
	done
	run nsnet bridge br0,10.1.0.1/24 --nat
	assert_rc 2
	assert_err_has 'hint: install libnftables, or use the commands that --explain prints'
	run nsnet bridge br0,10.1.0.1/24
	for lib in /usr/lib/*/libnftables.so.1; do
		umount "$lib" 2>/dev/null
	done
	assert_ok
	assert_err_lacks 'install libnftables'
	assert_err_lacks 'libnftables reports'
}

# A filter denies a system call to root, who has the capabilities for it, so the hint must not ask
# for a capability.
test_explains_a_missing_privilege()
{
	nsnet bridge br2,10.2.0.1/24
	nsnet add target
	situations <<-'TABLE'
	125 | setpriv --bounding-set -sys_admin --inh-caps -sys_admin nsnet run -- true | hint: create a user namespace first, for example with 'nsunshare -rn -- <program>' | -
	125 | enosys -e EPERM unshare -- nsnet run -- true | hint: allow unshare(2) | create a user namespace first
	1 | setpriv --bounding-set -net_admin --inh-caps -net_admin nsnet bridge br0 | hint: run the command with CAP_NET_ADMIN, and to enter another network namespace, with CAP_SYS_ADMIN in the user namespace that owns it | -
	1 | failat -b nsnet -s setns -k 1 -e EPERM -o r -- nsnet add target --link eth0@br2,10.2.0.9/24 | cannot enter the network namespace: Operation not permitted | run the command with CAP_NET_ADMIN
	1 | setpriv --bounding-set -sys_admin --inh-caps -sys_admin nsnet add web | hint: run the command with CAP_SYS_ADMIN, because the name of a namespace is a bind mount | -
	1 | setpriv --bounding-set -sys_admin --inh-caps -sys_admin nsnet bridge br0/0 | invalid device name 'br0/0' | because the name of a namespace is a bind mount
	TABLE
}

. shunit2
