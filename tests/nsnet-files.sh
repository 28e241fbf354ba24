#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsnet-files: checks the files in /etc that a program of nsnet sees, and the commands that
# --explain prints.
# Runs as root.
# Time limit: 90 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/netlib.sh"
require_ns net mnt
require_tool ip
host_is_ours

# A directory with copies of a few files is mounted over /etc, so that the files of the machine stay
# unchanged.
oneTimeSetUp()
{
	mkdir "$TMP/etc" && cp -a /etc/passwd /etc/group /etc/alternatives "$TMP/etc" && mount --bind "$TMP/etc" /etc
}

tearDown()
{
	clear_network
	rm -rf /etc/netns /etc/resolv.conf "$TMP/real"
}

# A user who can write to /run/netns must not be able to block root's nsnet with a FIFO, or to make
# nsnet open a device.
test_a_fifo_or_device_in_place_of_a_name_is_not_opened()
{
	mkdir -p /run/netns
	mkfifo /run/netns/web
	mknod /run/netns/node c 1 5
	for verb in 'add web' 'del web' 'why web' 'run web -- true' 'attach web self' 'add node' 'del node'; do
		# shellcheck disable=SC2086 # several words
		run strace -qq -f -o "$TMP/trace" -e trace=openat,openat2 timeout 20 nsnet $verb
		assert_err_has 'is not a network namespace'
		assert_empty "$(grep -e '/run/netns/web"' -e '/run/netns/node"' "$TMP/trace" | grep -v O_PATH)"
	done
	run timeout 20 nsnet gc
	assert_rc 0
	assertTrue 'the FIFO stays' '[ -p /run/netns/web ]'
	rm /run/netns/web /run/netns/node
}

# Nor must the user be able to give a name to a namespace of another place.
test_a_symbolic_link_in_place_of_a_name_is_not_followed()
{
	nsnet add web
	ln -s /run/netns/web /run/netns/link
	for verb in 'del link' 'why link' 'run link -- true'; do
		# shellcheck disable=SC2086 # several words
		run nsnet $verb
		assert_err_has "'/run/netns/link' is not a network namespace"
	done
	assertTrue 'the link stays' '[ -L /run/netns/link ]'
	run nsnet run web -- ls /sys/class/net
	assert_out lo
	rm /run/netns/link
}

test_dns_file_stays_if_the_target_of_the_link_is_replaced()
{
	kernel_call move_mount || return 0
	mkdir "$TMP/real"
	echo nameserver 192.0.2.1 >"$TMP/real/resolv.conf"
	ln -s "$TMP/real/resolv.conf" /etc/resolv.conf
	run nsnet run --dns 192.0.2.9 -- sh -c 'cat /etc/resolv.conf
		nsenter2 -t $PPID -m -- sh -c "echo other >$0/real/new; mv $0/real/new $0/real/resolv.conf"
		cat /etc/resolv.conf' "$TMP"
	assert_out '# made by nsnet
nameserver 192.0.2.9
# made by nsnet
nameserver 192.0.2.9'
	run cat /etc/resolv.conf
	assert_out other
}

test_dns_host_omits_loopback_servers()
{
	servers='nameserver 192.0.2.5\nnameserver\t::1234\n# nameserver ::1\nnameserver::1\n'
	printf '%b' 'search example\nnameserver 127.0.0.53\nnameserver\t::1\nnameserver ::1 # local\n' "$servers" \
		>/etc/resolv.conf
	run nsnet run --dns host -- cat /etc/resolv.conf
	assert_out "$(printf '%b' '# made by nsnet\nsearch example\n' "$servers")"
	echo nameserver 127.0.0.53 >/etc/resolv.conf
	run nsnet run --dns host -- cat /etc/resolv.conf
	assert_refused 125 'no name server of this host can be reached'
	mkdir -p /run/systemd/resolve
	echo nameserver 192.0.2.6 >/run/systemd/resolve/resolv.conf
	run nsnet run --dns host -- cat /etc/resolv.conf
	assert_out '# made by nsnet
nameserver 192.0.2.6'
	mv /etc/resolv.conf /etc/moved && mkdir /etc/resolv.conf
	run nsnet run --dns host -- true
	assert_refused 125 "cannot read '/etc/resolv.conf': Is a directory"
	assert_err_has 'specify another server'
	rm -r /run/systemd /etc/resolv.conf /etc/moved
}

test_dns_requires_an_existing_resolv_conf()
{
	run nsnet run --dns 192.0.2.9 -- true
	assert_refused 125 "cannot mount on '/etc/resolv.conf'"
	assert_err_has "create the file '/etc/resolv.conf'"
}

test_named_namespace_has_the_files_of_ip_netns()
{
	echo nameserver 192.0.2.1 >/etc/resolv.conf
	run nsnet add web --dns 192.0.2.7
	assert_ok
	run ip netns exec web cat /etc/resolv.conf
	assert_out_has 'nameserver 192.0.2.7'
	run nsnet run web -- cat /etc/resolv.conf
	assert_out_has 'nameserver 192.0.2.7'
	run nsnet run web -- ls /sys/class/net
	assert_out lo
	run nsnet del web
	assert_ok
	assertFalse 'the file is removed' '[ -e /etc/netns/web ]'
}

test_del_keeps_files_that_nsnet_did_not_create()
{
	nsnet add web
	assertTrue 'the name is there' '[ -e /run/netns/web ]'
	mkdir -p /etc/netns/web
	echo nameserver 192.0.2.3 >/etc/netns/web/resolv.conf
	nsnet del web
	assertFalse 'the name is removed' '[ -e /run/netns/web ]'
	assertTrue 'the file stays' '[ -e /etc/netns/web/resolv.conf ]'
}

# state: prints the network of the host and of the namespace web as ip(8) reports it, and the
# ping_group_range and resolv.conf of web. Omits numbers that the kernel chooses, and omits
# link-local addresses and carrier flags, because they depend on timing.
state()
{
	carrier='["NO-CARRIER", "LOWER_UP"]'
	ip -o -d link show type bridge | sed 's/.*: br/br/; s/ .*//'
	ip -o addr show | sed 's/^[0-9]*: //; s/ *valid_lft.*//' | grep -v -e vethns -e ' fe80::'
	ip -d -j link show type veth | jq -c --argjson carrier "$carrier" '.[] | [.mtu, .address, .ifalias, .master, .num_tx_queues, .flags - $carrier]'
	ip -n web -o addr | sed 's/ *valid_lft.*//' | grep -v ' fe80::'
	ip -n web route
	ip -n web -6 route show default
	ip -n web -j link show | jq -c --argjson carrier "$carrier" '.[] | [.ifname, .mtu, .address, .flags - $carrier]'
	ip netns exec web cat /proc/sys/net/ipv4/ping_group_range
	cat /etc/netns/web/resolv.conf
}

test_explained_commands_have_the_same_effect()
{
	set -- web --bridge br0,10.1.0.1/24,fd00:1::1/64 --link eth1,10.60.0.2/24,gw=10.60.0.1,mtu=1400 \
		--route 10.77.0.0/16,via=10.1.0.7 --ping --dns 192.0.2.2
	echo nameserver 192.0.2.1 >/etc/resolv.conf
	run nsnet add "$@" --explain
	assert_ok
	cp "$TMP/out" "$TMP/commands"
	assert_empty 'nothing was done' "$(ip netns list)"
	nsnet add "$@"
	state >"$TMP/by-nsnet"
	tearDown
	run sh -e "$TMP/commands"
	assert_ok
	state >"$TMP/by-commands"
	assertTrue 'the state is not empty' '[ "$(wc -l <"$TMP/by-nsnet")" -gt 15 ]'
	assertEquals "$(cat "$TMP/by-nsnet")" "$(cat "$TMP/by-commands")"
}

test_explained_run_gives_the_output_of_the_program()
{
	run nsnet run --bridge br0,10.1.0.1/24 --explain -- printf '%s|' "a b'c" '$x'
	assert_ok
	cp "$TMP/out" "$TMP/commands"
	run sh -e "$TMP/commands"
	assert_out "a b'c|\$x|"
}

test_check_changes_nothing_and_finds_conflicts()
{
	note_network
	run nsnet add web --bridge br0,10.1.0.1/24 --check
	assert_ok
	assert_network_as_noted
	nsnet bridge br0,10.1.0.1/24
	run nsnet add web --bridge br1,10.1.0.9/24 --check
	assert_refused 1 'overlaps'
	run nsnet add web --bridge none0 --check
	assert_refused 1 "the bridge 'none0'"
	assert_err_has "create the bridge with 'nsnet bridge none0"
}

test_del_removes_only_a_file_of_its_own()
{
	mkdir -p /etc/netns/web || return
	printf '# made by nsnet\nnameserver 192.0.2.1\n' >"$TMP/marked"
	ln -s "$TMP/marked" /etc/netns/web/resolv.conf
	nsnet add web
	run nsnet del web
	assert_ok
	assertTrue 'a link is not followed' '[ -L /etc/netns/web/resolv.conf ]'
	assertFalse 'the name is removed' '[ -e /run/netns/web ]'
	rm /etc/netns/web/resolv.conf
	cp "$TMP/marked" /etc/netns/web/resolv.conf
	nsnet add web
	run nsnet del web
	assert_ok
	assertFalse 'its own file and the directory are removed' '[ -e /etc/netns/web ]'
}

# Adding the firewall rules is the last step. If it fails, nsnet must remove the results of all
# earlier steps.
test_rules_that_are_refused_leave_neither_name_nor_file()
{
	nsnet bridge br0,10.1.0.1/24
	failed=0 worked=0 k=0
	while [ $((k += 1)) -le 8 ]; do
		run failat -o "$TMP/report" -s sendmsg -k $k -e EPERM -- nsnet add web --bridge br0 --nat --dns 192.0.2.53
		if [ "$rc" = 0 ]; then
			worked=$((worked + 1))
			nsnet del web
			continue
		fi
		failed=$((failed + 1))
		if [ -e /run/netns/web ] || [ -e /etc/netns/web ]; then
			fail "call $k: something is left"
		fi
	done
	assertNotEquals 'some runs failed' 0 $failed
	assertNotEquals 'some runs worked' 0 $worked
}

. shunit2
