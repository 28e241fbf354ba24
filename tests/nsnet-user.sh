#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsnet-user: checks nsnet for an ordinary user in its own namespaces, and the errors of the command
# line.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns user net mnt
require_tool ip

test_user_connects_its_own_namespaces()
{
	run nsunshare -rnm -- sh -c 'mount -t tmpfs none /run &&
		nsnet bridge br0,10.1.0.1/24 && nsnet add web --bridge br0 &&
		nsnet run --bridge br0 -- ip -o -4 addr show eth0'
	assert_ok
	assert_out_has 10.1.0.3/24
}

test_hint_tells_a_user_how_to_get_a_namespace()
{
	# Runs only as an ordinary user.
	run nsnet run -- true
	assert_refused 125 'cannot create a network namespace'
	assert_err_has 'nsunshare -rn'
	run nsnet bridge nst0
	assert_refused 1 "cannot create the bridge 'nst0'"
	assert_err_has CAP_NET_ADMIN
}

test_reports_invalid_arguments()
{
	while IFS='|' read -r text args; do
		# nsnet run exits with 125, because lower values are those of the program
		case $args in
		run*) status=125 ;;
		*) status=1 ;;
		esac
		# shellcheck disable=SC2086 # several words
		run nsnet $args
		assert_refused $status "$text"
	done <<-'EOF'
		missing verb|
		unknown verb 'x'|x
		missing program|run
		invalid device name 'a/b'|run --link a/b -- true
		invalid device name 'eth0123456789abcdef'|run --link eth0123456789abcdef -- true
		invalid IP address '10.0.0.1', expected <address>/<length>|run --link eth0,10.0.0.1 -- true
		no host can have the address|run --link eth0,10.0.0.0/24 -- true
		no host can have the address|run --link eth0,224.0.0.1/24 -- true
		is given twice|run --link eth0,10.0.0.1/24,10.0.0.1/25 -- true
		invalid hardware address '01:00:00:00:00:00'|run --link eth0,mac=01:00:00:00:00:00 -- true
		invalid MTU '1', expected 68 to 65535|run --link eth0,mtu=1 -- true
		auto is allowed only for a device on a bridge|run --link eth0,auto -- true
		auto cannot be used with an address|run --link eth0@br0,auto,10.0.0.2/24 -- true
		gw=none cannot be used with another gw=|run --link eth0@br0,gw=none,gw=10.0.0.1 -- true
		the gateway is not in the subnet of any|run --link eth0,10.0.0.2/24,gw=10.0.1.1 -- true
		expected macvlan:<device> or ipvlan|run --link eth0=vlan:x -- true
		the device lo cannot be created|run --link lo -- true
		two devices are named 'eth0'|run --link eth0 --link eth0 -- true
		invalid namespace 'a:b:c', expected a name or a reference|run --link eth0@a:b:c -- true
		expected via=|run --route 10.0.0.0/8,10.0.0.1 -- true
		missing gateway, expected via=<address>|run --route default -- true
		of different families|run --route 10.0.0.0/8,via=fd00::1 -- true
		invalid subnet 'x'|run --route x,via=10.0.0.1 -- true
		invalid IP address 'x'|run --dns x -- true
		invalid 'net', expected <key>=<value>|run --sysctl net -- true
		cannot be used with|run --lo --no-lo -- true
		can be combined only with --publish|run --pasta --bridge br0 -- true
		cannot be used with|run --explain --check -- true
		invalid name|add .x
		missing argument|add
		unexpected argument 'y'|add x y
		--dns needs a name|add self --dns 192.0.2.1
		missing argument|link self
		expected 68 to 65535|bridge br0 --mtu 1
		invalid name|attach a/b self
		missing argument|del
		with 'nsnet add', not with options of|run web --lo --bridge br0 -- true
	EOF
}

. shunit2
