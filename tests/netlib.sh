# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# netlib.sh: functions for the tests of networks. The runner gives each file its own network
# namespace and /run, which play the part of the host. Sourced after testlib.sh.

# host_is_ours: exits unless this network namespace was created for the test. The machine's own
# namespace has at least one device besides lo, and a new namespace has none. For an ordinary user,
# the runner creates no network namespace.
host_is_ours()
{
	require_feature sandbox
	[ "$NSUTILS_TEST" = ns ] && ! ip -o link | grep -qv ': lo:' && return
	echo 'FAIL: the network is not that of the test'
	exit 1
}

# dump_network: prints all objects in this network namespace that nsnet can create, without counters
# and ages. Omits link-local addresses, because the kernel gives a bridge a link-local address when
# the bridge gets its first port. Omits the flags NO-CARRIER, LOWER_UP and linkdown, which the
# kernel changes in the background.
dump_network()
{
	ip -o link | sed 's/ qdisc.*//; s/NO-CARRIER,//; s/,LOWER_UP//'
	ip -o addr | grep -v ' fe80::' | sed 's/ *valid_lft.*//'
	{ ip route show table all && ip -6 route show table main; } | grep -v -e fe80:: -e ff00:: | sed 's, linkdown,,'
	ls /run/netns 2>/dev/null
	cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv[46]/conf/all/forwarding
	nft list ruleset 2>/dev/null
}

note_network()
{
	dump_network >"$TMP/state.network"
}

_network_is_as_noted()
{
	dump_network >"$TMP/state.network.now"
	cmp -s "$TMP/state.network" "$TMP/state.network.now"
}

# assert_network_as_noted: asserts that dump_network prints the same as when note_network was
# called. Retries, because the kernel removes the devices of dead namespaces in the background,
# usually within milliseconds.
assert_network_as_noted()
{
	settle 50 _network_is_as_noted
	assert_no_difference 'the network is unchanged' "$TMP/state.network" "$TMP/state.network.now"
}

# only_device_is NAME: succeeds if this network namespace has only the device NAME.
only_device_is()
{
	[ "$(ip -br link | cut -d' ' -f1)" = "$1" ]
}

# forwards PORT [NETNS]: succeeds if the port of a bridge in the namespace NETNS forwards packets. It
# does not until the kernel has processed the carrier of its device in the background.
forwards()
{
	${2:+ip netns exec "$2"} bridge link show dev "$1" | grep -q 'state forwarding'
}

# has_no_tables: succeeds if this network namespace has no nft(8) tables.
# has_no_veth: succeeds if it has no veth device that nsnet created.
has_no_tables()
{
	[ -z "$(nft list tables)" ]
}

has_no_veth()
{
	! ip -br link show type veth | grep -q ^vethns
}

# clear_network: removes everything that a test created. Uses only ip(8).
clear_network()
{
	ip -all netns delete 2>/dev/null
	for _dev in $(ip -o link | sed -n 's/^[0-9]*: \([^:@]*\)[:@].*/\1/p'); do
		[ "$_dev" = lo ] || ip link del "$_dev" 2>/dev/null
	done
	return 0
}

# answers NETNS ADDRESS [SECONDS]: connects from the namespace NETNS to TCP port 9 of the host
# ADDRESS. No program must listen on this port. Succeeds if the host refuses the connection within
# SECONDS (20), which proves that packets reach the host and that its answers return.
answers()
{
	ip netns exec "$1" timeout "${3:-20}" bash -c "exec 3<>/dev/tcp/$2/9" 2>&1 | grep -q refused
}

# put_world: creates the namespace "world", which plays the internet, with the addresses 198.51.100.7
# and 2001:db8:1::7, and connects it with the device up0 of this namespace. Gives both devices
# link-local addresses that can be used at once. Otherwise, the kernel adds such addresses, detects
# duplicates for up to two seconds, and forwards no IPv6 packet to a new neighbour before that.
put_world()
{
	ip netns add world
	ip link add up0 type veth peer name w0 netns world
	ip addr add 198.51.100.1/24 dev up0 && ip addr add 2001:db8:1::1/64 dev up0 nodad
	ip addr add fe80::1/64 dev up0 nodad
	ip link set up0 up
	ip -n world addr add 198.51.100.7/24 dev w0 && ip -n world addr add 2001:db8:1::7/64 dev w0 nodad
	ip -n world addr add fe80::7/64 dev w0 nodad
	ip -n world link set w0 up
}

# wait_for_server tcp|udp PORT [COMMAND...]: waits until the program that was started in the background
# last listens on the port PORT. COMMAND, for example "ip netns exec web", executes ss(8) in the
# namespace of this server. If the server ends, the test fails.
# start_server PORT TEXT [COMMAND...]: starts a TCP server with COMMAND. The server sends TEXT.
# serve NETNS PORT: starts a TCP server in NETNS that sends a greeting.
# stop_servers: ends the servers.
wait_for_server()
{
	servers="${servers:-} $!"
	_proto=$1 _port=$2
	shift 2
	until "$@" ss -Hln "--$_proto" "sport = $_port" | grep -q .; do
		if ! kill -0 "${servers##* }"; then
			fail "the server of the port $_port/$_proto has ended"
			return 1
		fi
	done
}

start_server()
{
	_port=$1 _text=$2
	shift 2
	"$@" busybox nc -ll -p "$_port" -e echo "$_text" &
	wait_for_server tcp "$_port" "$@"
}

serve()
{
	start_server "$2" "hello from $1" ip netns exec "$1"
}

stop_servers()
{
	# shellcheck disable=SC2086 # several pids
	[ -z "${servers:-}" ] || kill -KILL $servers
	servers=
	wait
}

# get: a bash(1) script with the arguments ADDRESS and PORT, which connects to the server and prints
# its greeting. Ends after the server and then the client have closed the connection, because a TCP
# socket whose FIN is not acknowledged keeps its network namespace, and the devices in it, for minutes.
# shellcheck disable=SC2016,SC2034 # the script is expanded later; the test files use it
get='exec 3<>/dev/tcp/$0/$1 && cat <&3 && exec 3>&- && while ss -Htn "dport = $1" | grep -q .; do :; done'

# serve_in_holder: a sh(1) script for start_holder with the arguments PORT and COMMAND..., which
# starts a TCP server that executes COMMAND for each connection. Writes a line when the server listens.
# shellcheck disable=SC2016,SC2034 # the script is expanded later; the test files use it
serve_in_holder='busybox nc -ll -p "$0" -e "$@" 3>&- &
	until ss -Hltn "sport = $0" | grep -q .; do :; done; echo ready >&3; exec 3>&-; wait'

# nic_state: prints the settings of the device nic0 that nsnet must restore.
nic_state()
{
	ip -o addr show nic0 scope global | sed 's/^[0-9]*: //'
	ip route
	ip -6 route | grep fd00
	ip link show nic0 | grep -o -e 'mtu [0-9]*' -e '[<,]UP[,>]' -e 'alias .*'
}

# put_pasta: creates $TMP/bin/pasta, a script that replaces pasta(1). The script writes its
# arguments to $TMP/args, creates one device in the namespaces that its arguments name, writes its
# pid to $TMP/pid, and waits.
put_pasta()
{
	mkdir "$TMP/bin"
	cat >"$TMP/bin/pasta" <<SCRIPT
#!/bin/sh
echo "\$*" >"$TMP/args"
while [ \$# -gt 0 ]; do
	case \$1 in
	--userns) user=\$2 ;;
	--netns) net=\$2 ;;
	--refuse) exit 3 ;;
	--no-route) exec sleep 1000 ;;
	esac
	shift
done
echo \$\$ >"$TMP/pid"
nsenter2 "--user=\$user" "--net=\$net" --keep-caps -- sh -ec 'ip link set lo up
	ip link add eth0 type veth peer name eth1
	ip addr add 192.0.2.2/24 dev eth0
	ip link set eth0 up && ip link set eth1 up
	ip route add default via 192.0.2.1' || exit 4
exec sleep 1000
SCRIPT
	chmod 755 "$TMP/bin/pasta"
}
