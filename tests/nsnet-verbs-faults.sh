#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsnet-verbs-faults: makes each system call of each verb fail once. Checks that a verb that reports
# success has done all of its work.
# Runs as root.
# Time limit: 180 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/netlib.sh"
. "${0%/*}/faultlib.sh"
# libnftables, which child processes of nsnet call, opens files and sockets without O_CLOEXEC. The
# helper failat reports such a descriptor of the first child as "inheritable 1.1:CALL FD". Accept
# these reports for all children.
FAULT_ACCEPT='^inheritable 1[.]'
require_ns net mnt
require_tool ip nft
host_is_ours

# prepare the network with a copy of nsnet that has another name, so that failat does not count its
# system calls
cp "$NSUTILS_BIN/nsnet" "$TMP/prepare"

# $TMP/host COMMAND…: runs a command of nsnet. The test starts this script once for each fault, in a
# new network namespace; the script mounts a tmpfs on /run. It first creates a bridge, the namespace
# "web" on this bridge, and the namespace "other". Its output ends with the state of the network
# after the command. The output omits names that the kernel chooses, the devices of `nsnet run`,
# which disappear a moment later, and states that depend on timing.
cat >"$TMP/host" <<SCRIPT
#!/bin/sh
network()
{
	for ns in '' \$(ls /run/netns 2>/dev/null); do
		echo "== \$ns"
		ip \${ns:+-n "\$ns"} -o link
		ip \${ns:+-n "\$ns"} -o addr
		ip \${ns:+-n "\$ns"} route
	done 2>&1 | sed -e '/ fe80::/d' -e 's/^[0-9]*: //' -e 's/@[^:]*:/:/' -e 's/ qdisc.*alias/ alias/' -e 's/ qdisc.*//' -e 's/ *valid_lft.*//' -e 's/veth[0-9a-z]*/veth/g' -e 's/<[^>]*\\bUP\\b[^>]*>/up/' -e 's/<[^>]*>/down/' -e 's/ linkdown//' -e '/alias nsnet:run /d' | sort
	ls /run/netns
	cat /proc/sys/net/ipv4/conf/br*/route_localnet
	[ ! -d /etc/netns ] || grep -r . /etc/netns
	# omit the rules of "nsnet run", which the kernel removes a moment after the socket that
	# created them is closed
	[ "\$2" = run ] || nft list ruleset | sed 's/veth[0-9a-z]*/veth/g'
}
# Repeats the dump if ip(8) reports that the dump was interrupted, which happens if the kernel
# removes a device during the dump.
state()
{
	while network "\$@" >"$TMP/files.state"; grep -q '^Dump was interrupted' "$TMP/files.state"; do :; done
	cat "$TMP/files.state"
}
mount -t tmpfs none /run && ip link set lo up &&
	"$TMP/prepare" bridge br0,10.1.0.1/24 && "$TMP/prepare" add web --bridge br0 &&
	"$TMP/prepare" add other --lo || exit 99
eval "\$before"
# The state before the command is the same in each run of a fault_all, which removes the file at its
# end. failat names a process by the number of earlier children of its parent, so start a subshell
# in each run.
([ -e "$TMP/files.before" ] || state "\$@" >"$TMP/files.before")
"\$@" >"$TMP/files.said"
rc=\$?
state "\$@" >"$TMP/files.then"
cat "$TMP/files.said" "$TMP/files.then"
# if a verb succeeds, it must have changed the network or printed something
if [ \$rc = 0 ] && [ ! -s "$TMP/files.said" ] && cmp -s "$TMP/files.before" "$TMP/files.then"; then
	exit 98
fi
exit \$rc
SCRIPT
chmod 755 "$TMP/host"

before=

# libnftables 0.9.8, which does not support the table flag `owner`, reports success even if a request
# for its cache fails.
nft_errors='^$'
feature nft-owner >/dev/null || nft_errors=':sendto:'

# verb MAX EXCEPTION COMMAND…: makes system calls of the command fail, one in each run and at most
# MAX of them. Accepts wrong results that match EXCEPTION. The calls of the program "cat" are left
# out, which nsnet run executes.
verb()
{
	_max=$1 _unless=$2
	shift 2
	FAULT_MAX=$_max fault_all -f '1 2 3 125' -i '"(ref|inode|peerref)":' -x "$_unless" -b nsnet -u cat -- unshare --net --mount "$TMP/host" "$@"
}

test_del_reports_what_it_could_not_remove()
{
	verb 12 '^$' nsnet del web
	verb 9 '^$' nsnet del --force br0
}

test_add_is_complete_or_reports_the_failure()
{
	verb 15 '^$' nsnet add third --bridge br0 --route 10.9.0.0/16,via=10.1.0.1 --sysctl net.ipv4.ip_forward=1
	verb 9 '^$' nsnet add web --link eth1,10.7.0.2/24,gw=10.7.0.1
}

test_link_and_attach_are_complete_or_report_the_failure()
{
	verb 12 '^$' nsnet link netns:web:a0,10.8.0.1/24 netns:other:b0,10.8.0.2/24
	verb 9 '^$' nsnet attach mine netns:web
}

test_bridge_with_nat_is_complete_or_reports_the_failure()
{
	verb 15 "$nft_errors" nsnet bridge br1,10.2.0.1/24 --mtu 1400 --nat
}

test_port_of_a_loopback_address_is_published_or_the_failure_is_reported()
{
	verb 20 "$nft_errors" nsnet add third --bridge br0 --publish 127.0.0.1:8080:80
}

test_gc_is_complete_or_reports_the_failure()
{
	before=': >/run/netns/dead'
	export before
	# ignore ENOENT, which means that another process has removed the directory or file already
	verb 12 ':(openat|newfstatat):[0-9]+ ENOENT' nsnet gc
	before=
}

# whole_or_reported: succeeds if the listing is complete, or if a message or the listing itself
# reports that something is missing.
whole_or_reported()
{
	[ -z "$err" ] || return 0
	_has "$out" '"complete": false' && return
	_fault_output >"$TMP/files.out"
	diff "$TMP/files.want" "$TMP/files.out"
}

test_a_listing_is_complete_or_reports_missing_parts()
{
	FAULT_MAX=20 fault_all -f '1 3' -i '"(ref|inode|peerref)":' -c whole_or_reported -b nsnet -- \
		unshare --net --mount "$TMP/host" nsnet show --json self netns:web
}

test_run_with_files_is_complete_or_reports_the_failure()
{
	verb 12 '^$' nsnet run --bridge br0 --dns 192.0.2.53 --publish 8080:80 -- cat /etc/resolv.conf
}

test_a_lent_device_returns_in_spite_of_failed_calls()
{
	before='ip link add nic0 type veth peer name nic1 && ip addr add 192.0.2.1/24 dev nic0 && ip link set nic0 up &&
		ip link set nic1 up && ip route add 10.3.0.0/16 via 192.0.2.7'
	export before
	# nsnet exits with the status of ip(8), which succeeds only if the device in0 is in the new
	# namespace while ip runs
	FAULT_MAX=25 fault_all -i "^in0" -c whole_or_reported -u ip -b nsnet -- unshare --net --mount "$TMP/host" nsnet run --move nic0,name=in0 -- ip -br link show in0
	before=
}

. shunit2
