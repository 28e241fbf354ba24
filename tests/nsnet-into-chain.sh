#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsnet-into-chain: checks that --into-chain accepts the packets of a namespace in a chain of
# another program whose policy drops them, and that the rules of that program stay unchanged. The
# test's namespace plays the host, and the namespace "world" plays the internet.
# Runs as root.
# Time limit: 120 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/netlib.sh"
. "${0%/*}/faultlib.sh"
# libnftables, which child processes of nsnet call, opens files and sockets without O_CLOEXEC. The
# helper failat reports such a descriptor of the first child as "inheritable 1.1:CALL FD". Accept
# these reports for all children.
FAULT_ACCEPT='^inheritable 1[.]'
require_ns net mnt
require_tool ip nft busybox
host_is_ours

setUp()
{
	ip link set lo up
	put_world
	# create the chains and rules that Docker creates
	nft 'table ip filter {
		chain DOCKER-USER { counter return; }
		chain FORWARD { type filter hook forward priority filter; policy drop; counter jump DOCKER-USER; oifname "docker0" ct state established,related counter accept; }
	}'
	note_foreign
}

tearDown()
{
	stop_servers
	stop_holders
	nsnet del br0 br1 2>/dev/null
	clear_network
	nft flush ruleset
}

# note_foreign: writes the rules of the other programs to $TMP/foreign. assert_foreign_as_noted
# asserts that they have not changed, and that no table of nsnet exists.
note_foreign()
{
	nft -s list ruleset >"$TMP/foreign"
}

assert_foreign_as_noted()
{
	nft -s list ruleset >"$TMP/foreign.now"
	assert_no_difference 'the other rules are unchanged' "$TMP/foreign" "$TMP/foreign.now"
}

# others: prints the rules of the table "ip filter", without those of nsnet.
others()
{
	nft -s list table ip filter | grep -v 'comment "nsnet_'
}

test_the_program_reaches_the_outside_only_with_the_rules()
{
	serve world 7
	run nsnet run --bridge br0,10.1.0.1/24 --nat -- timeout 0.5 bash -c "$get" 198.51.100.7 7
	assert_rc 124
	assert_err_has "use --into-chain 'ip filter/DOCKER-USER' to accept the packets"
	run nsnet run --bridge br0 --nat --into-chain filter/DOCKER-USER -- timeout 20 bash -c "$get" 198.51.100.7 7
	assert_ok
	assert_out 'hello from world'
	assert_err_lacks 'use --into-chain'
	assert_foreign_as_noted
}

test_a_published_port_is_reachable_until_del()
{
	run nsnet add web --bridge br0,10.1.0.1/24 --publish 8080:80 --into-chain 'ip filter/DOCKER-USER'
	assert_ok
	serve web 80
	run ip netns exec world timeout 20 bash -c "$get" 198.51.100.1 8080
	assert_out 'hello from web'
	assertEquals 'the other rules are unchanged' "$(cat "$TMP/foreign")" "$(others)"
	kill "${servers##* }"
	wait "${servers##* }"
	servers=
	run nsnet del web
	assert_ok
	assert_foreign_as_noted
}

# The rules in the chain DOCKER-USER accept new connections to the namespace. But the table of nsnet
# must drop connections to ports that are not published.
test_other_ports_stay_closed()
{
	nsnet add web --bridge br0,10.1.0.1/24 --nat --into-chain filter/DOCKER-USER
	serve web 80
	ip -n world route add 10.1.0.0/24 via 198.51.100.1
	run ip netns exec world timeout 0.5 bash -c "$get" 10.1.0.2 80
	assert_rc 124
	# without the table of nsnet, the rules in the chain would accept the connection
	nft delete table inet nsnet_ns/web
	run ip netns exec world timeout 20 bash -c "$get" 10.1.0.2 80
	assert_out 'hello from web'
}

test_repeated_commands_do_not_repeat_the_rules()
{
	nsnet bridge br0,10.1.0.1/24 --nat --into-chain filter/DOCKER-USER
	nsnet bridge br0,10.1.0.1/24 --nat --into-chain filter/DOCKER-USER
	run nft list table ip filter
	assertEquals 2 "$(printf '%s\n' "$out" | grep -c 'comment "nsnet_br/br0"')"
	# without --into-chain, nsnet must remove its rules from the chain
	nsnet bridge br0,10.1.0.1/24 --nat 2>/dev/null
	assertEquals "$(cat "$TMP/foreign")" "$(nft -s list table ip filter)"
	nsnet bridge br0,10.1.0.1/24 --nat --into-chain filter/DOCKER-USER
	run nsnet del br0
	assert_ok
	assert_foreign_as_noted
}

test_del_keeps_the_rules_of_other_namespaces()
{
	nsnet add web --bridge br0,10.1.0.1/24 --nat --into-chain filter/DOCKER-USER
	nsnet add web2 --bridge br1,10.2.0.1/24 --nat --into-chain filter/DOCKER-USER
	nsnet del web
	run nft list table ip filter
	assert_out_lacks '"nsnet_ns/web"'
	assert_out_has 'ip saddr 10.2.0.0/24 accept comment "nsnet_ns/web2"'
	nsnet del web2
	assert_foreign_as_noted
}

test_gc_removes_the_rules_of_a_killed_run()
{
	# without the table flag `owner`, nsnet gc keeps the table, because the process that created
	# it may run in another pid namespace
	feature nft-owner || return 0
	start_holder nsnet run --bridge br0,10.1.0.1/24 --nat --into-chain filter/DOCKER-USER -- \
		sh -c 'echo x >&3; exec sleep 1000 3>&-'
	kill -KILL "$holder"
	wait "$holder" 2>/dev/null
	run nsnet gc --dry-run
	assertEquals 2 "$(printf '%s\n' "$out" | grep -c '^rule ip filter DOCKER-USER handle ')"
	run nft list table ip filter
	assert_out_has 'comment "nsnet_run/'
	run nsnet gc
	assert_ok
	assert_foreign_as_noted
	run nsnet gc
	assert_out_empty
}

test_a_table_of_both_families_gets_rules_for_both()
{
	nft 'table inet fw { chain forward { type filter hook forward priority 10; policy drop; }; }'
	nft delete table ip filter
	note_foreign
	serve world 7
	nsnet add web --bridge br0,10.1.0.1/24,fd00:1::1/64 --nat --into-chain 'inet fw/forward'
	run ip netns exec web timeout 20 bash -c "$get" 198.51.100.7 7
	assert_out 'hello from world'
	run ip netns exec web timeout 20 bash -c "$get" 2001:db8:1::7 7
	assert_out 'hello from world'
	nsnet del web
	assert_foreign_as_noted
}

# iptables-nft refuses to list a table that has a rule which it cannot express.
test_iptables_still_lists_the_table()
{
	command -v iptables-nft >/dev/null || {
		echo 'n/a: there is no iptables-nft'
		return
	}
	nsnet add web --bridge br0,10.1.0.1/24 --nat --into-chain filter/DOCKER-USER
	run iptables-nft -S DOCKER-USER
	assert_rc 0
	assert_out_has '-s 10.1.0.0/24'
	assert_out_has '-d 10.1.0.0/24'
}

test_explained_commands_add_the_same_rules()
{
	run nsnet add web --bridge br0,10.1.0.1/24 --nat --into-chain filter/DOCKER-USER --explain
	assert_ok
	assert_foreign_as_noted
	cp "$TMP/out" "$TMP/commands"
	run sh -e "$TMP/commands"
	assert_ok
	nft -s list ruleset >"$TMP/explained"
	assertTrue 'the commands add rules' "grep -q 'comment \"nsnet_ns/web\"' '$TMP/explained'"
	nsnet del web
	assert_foreign_as_noted
	nsnet add web --bridge br0 --nat --into-chain filter/DOCKER-USER
	assertEquals "$(cat "$TMP/explained")" "$(nft -s list ruleset)"
}

test_a_missing_or_unsuitable_chain_is_refused()
{
	for verb in 'add web --bridge br0,10.1.0.1/24' 'bridge br0,10.1.0.1/24'; do
		# shellcheck disable=SC2086 # several words
		run nsnet $verb --nat --into-chain filter/NONE
		assert_refused 1 "cannot find the chain 'NONE' of the table 'ip filter'"
		assert_err_lacks 'name the family of the table: --into-chain'
		# shellcheck disable=SC2086 # several words
		run nsnet $verb --nat --into-chain 'ip6 filter/DOCKER-USER' --check
		assert_refused 1 "the table 'ip6 filter' does not match the address family of the forwarded packets"
		assert_err_has "name the family of the table: --into-chain '<family> filter/DOCKER-USER'"
	done
	for text in filter filter/ /chain 'ip filter' 'arp filter/x' 'filter/x;' 'filter/x y' 'a b/c'; do
		run nsnet add web --bridge br0,10.1.0.1/24 --nat --into-chain "$text"
		assert_rc 1
		assert_err_has "--into-chain: invalid '$text', expected [ip|ip6|inet ]<table>/<chain>"
	done
	run nsnet add web --bridge br0,10.1.0.1/24 --into-chain filter/DOCKER-USER
	assert_rc 1
	assert_err_has '--into-chain is allowed only with --nat or --publish'
	assert_foreign_as_noted
}

# $TMP/host ARGUMENT…: prepares a network, and runs nsnet with the arguments. The test starts this
# script once for each fault, in a new network namespace; the script mounts a tmpfs on /run. Exits
# with 98 if the result is wrong: after a failure of a command other than `del`, the chain must
# contain no rule of nsnet.
cat >"$TMP/host" <<SCRIPT
#!/bin/sh
mount -t tmpfs none /run && ip link set lo up &&
	nft 'table ip filter { chain FORWARD { type filter hook forward priority filter; policy drop; }; }' || exit 99
[ "\$1" != del ] || "$TMP/prepare" bridge br0,10.1.0.1/24 --nat --into-chain filter/FORWARD || exit 99
nsnet "\$@"
rc=\$?
[ \$rc = 0 ] || [ "\$1" = del ] || ! nft list table ip filter | grep -q nsnet_ || exit 98
nft list ruleset
exit \$rc
SCRIPT
chmod 755 "$TMP/host"
# prepare the network with a copy of nsnet that has another name, so that failat does not count its
# system calls
cp "$NSUTILS_BIN/nsnet" "$TMP/prepare"

test_each_failed_call_is_reported()
{
	# if memory allocation fails, libnftables ends the process with status 3; if nsnet cannot
	# load the library, it exits with 2
	FAULT_MAX=25 fault_all -f '1 2 3' -s sendmsg,sendto,recvmsg,recvfrom,socket -b nsnet -- \
		unshare --net --mount "$TMP/host" bridge br0,10.1.0.1/24 --nat --into-chain filter/FORWARD
	FAULT_MAX=25 fault_all -f '1 2 3' -s sendmsg,sendto,recvmsg,recvfrom,socket -b nsnet -- \
		unshare --net --mount "$TMP/host" del br0
}

. shunit2
