#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-find: checks what nslist --find finds, and that each answer has a reference.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/listlib.sh"
. "${0%/*}/cgrouplib.sh"
require_ns user uts pid mnt net
require_tool jq ip perl

# tearDown: waits until the pid namespace of the test has vanished.
tearDown()
{
	stop_holders
	[ -z "${box-}" ] || tail -s 0.02 --pid="$box" -f /dev/null
	box=
	[ "$(id -u)" != 0 ] || ip -all netns delete
}

# contain CMD: starts a shell in new namespaces. The shell runs CMD and then sleeps. Sets $box to
# its pid.
contain()
{
	_user=-r
	[ "$(id -u)" != 0 ] || _user=
	# shellcheck disable=SC2086 # root has no such option
	start_holder unshare $_user -m -u -n -p -f --kill-child sh -c "$1
		echo >&3; exec sleep infinity 3>&-"
	box=$(pgrep -P "$holder")
	await_sleep "$box"
}

# listen PROTOCOL PORT: prints a command that listens on the port until it is killed.
listen()
{
	_listen=
	[ "$1" = udp ] || _listen='Listen => 1,'
	# shellcheck disable=SC2016 # perl expands it
	printf 'perl -MIO::Socket::INET -e '\''$s = IO::Socket::INET->new(Proto => "%s", %s LocalPort => %s) or die; sleep'\''' "$1" "$_listen" "$2"
}

# both_listen: returns 0 if nslist finds both sockets of the test.
both_listen()
{
	nslist --find port:7777 && nslist --find port:7778/udp
} >/dev/null 2>&1

# answers: reads the JSON of the last run, and prints TYPE, inode and MATCH of each answer.
answers()
{
	jq -r '.found[] | "\(.type) \(.ns) \(.match)"' "$TMP/out"
}

test_finds_the_namespaces_of_a_process_and_its_container()
{
	contain 'hostname web'
	run nslist --find "pid:$box" -J
	assert_ok
	assertEquals "mnt uts ipc net pid user cgroup time" "$(jq -r '[.found[].type] | join(" ")' "$TMP/out")"
	assertEquals web "$(jq -r '[.found[].name] | unique | join(" ")' "$TMP/out")"
	run nslist --find "pid:$box" -t uts -rno NS,PID,NAME
	assert_ok
	assert_out "$(inode_of "$box" uts) $box web"
	run nslist --find pid:4194304
	assert_refused 1 "nothing matches 'pid:4194304'"
}

test_reference_of_an_answer_leads_into_the_namespace()
{
	contain 'hostname web'
	run nslist --find "pid:$box" -t uts -rno REF
	assert_ok
	ref=$out
	run nslist -rno NS "$ref"
	assert_ok
	assert_out "$(inode_of "$box" uts)"
	[ "$(id -u)" = 0 ] || return 0
	run nsenter2 -t "$ref" -- hostname
	assert_ok
	assert_out web
}

test_finds_a_namespace_by_its_inode()
{
	contain ''
	for form in "$(inode_of "$box" net)" "[$(inode_of "$box" net)]" "net:[$(inode_of "$box" net)]"; do
		run nslist --find "inode:$form" -J -o TYPE,NS,MATCH
		assert_ok
		assertEquals "net $(inode_of "$box" net) net:[$(inode_of "$box" net)]" "$(answers)"
	done
}

test_finds_a_device_and_the_other_end_of_the_pair()
{
	contain 'ip link add one-a type veth peer name one-b'
	net=$(inode_of "$box" net)
	run nslist --find link:one-b -J -o TYPE,NS,MATCH,PID
	assert_ok
	assertEquals "net $net one-b -> one-a in $(nslist -t net -rno REF "net:$net")" "$(answers)"
	run nslist --find link:one-c
	assert_rc 1
	assert_err_has "nothing matches 'link:one-c'"
}

test_finds_the_other_end_of_a_pair_in_another_namespace()
{
	# Runs only as root.
	ip netns add blue
	ip netns add red
	ip netns add other
	# the devices in the network namespace "other" have the same indices as w0 and w1, and
	# nslist must not confuse them
	ip link add a0 netns other type veth peer name a1 netns other
	ip link add w0 netns red type veth peer name w1 netns blue
	run nslist --find link:w0 -J -o TYPE,NAME,MATCH,NS
	assert_ok
	assertEquals 'red w0 -> w1 in netns:blue' "$(jq -r '.found[] | "\(.name) \(.match)"' "$TMP/out")"
	run nslist --find link:w1 -rno NAME
	assert_out blue
	run nslist --find name:blue -rno TYPE,NS
	assert_ok
	assert_out "net $(stat -c %i /run/netns/blue)"
}

test_finds_the_namespace_of_an_address()
{
	contain 'ip link set lo up; ip address add 10.77.0.1/24 dev lo; ip address add fd77::1/64 dev lo'
	net=$(inode_of "$box" net)
	run nslist --find addr:10.77.0.1 -J -o TYPE,NS,MATCH
	assert_ok
	assertEquals "net $net 10.77.0.1/24" "$(answers)"
	run nslist --find addr:fd77:0::1 -J -o TYPE,NS,MATCH
	assert_ok
	assertEquals "net $net fd77::1/64" "$(answers)"
	run nslist --find addr:10.77.0.2
	assert_refused 1 "nothing matches 'addr:10.77.0.2'"
}

test_finds_the_process_that_listens_on_a_port()
{
	contain "ip link set lo up; $(listen tcp 7777) 3>&- & $(listen udp 7778) 3>&- &"
	net=$(inode_of "$box" net)
	settle 50 both_listen
	run nslist --find port:7777 -J -o TYPE,NS,MATCH,PID,COMMAND
	assert_ok
	assertEquals "net $net 0.0.0.0:7777/tcp" "$(answers)"
	assertTrue 'the process has the socket' "pgrep -P $box perl | grep -qx $(jq -r '.found[0].pid' "$TMP/out")"
	assertTrue 'its command line has the port' "jq -r '.found[0].command' '$TMP/out' | grep -q 7777"
	run nslist --find port:7778/udp -J -o TYPE,NS,MATCH,PID
	assert_ok
	assertEquals "net $net 0.0.0.0:7778/udp" "$(answers)"
	run nslist --find port:7777/udp
	assert_refused 1 "nothing matches 'port:7777/udp'"
	run nslist --find port:7778
	assert_refused 1 "nothing matches 'port:7778'"
}

test_finds_the_mount_namespaces_that_still_have_a_mount()
{
	mkdir "$TMP/disk"
	# shellcheck disable=SC2016,SC2046 # the inner shells expand them; root has no option
	start_holder unshare $([ "$(id -u)" = 0 ] || echo -r) -m sh -c '
		mount -t tmpfs disk "$0"
		unshare -m sh -c "echo >&3; exec sleep infinity 3>&-" &
		while ! grep -q "^sleep" /proc/$!/comm; do :; done
		umount "$0"; exec sleep infinity 3>&-' "$TMP/disk"
	await_sleep "$holder"
	run nslist --find "mount:$TMP/disk" -J -o TYPE,NS,MATCH,PID
	assert_ok
	assertEquals "mnt $(inode_of "$(pgrep -P "$holder")" mnt) $TMP/disk" "$(answers)"
	device=$(awk -v path="$TMP/disk" '$5 == path { print $3 }' "/proc/$(pgrep -P "$holder")/mountinfo")
	run nslist --find "mount:$device" -J -o TYPE,NS,MATCH
	assert_ok
	assertEquals "mnt $(inode_of "$(pgrep -P "$holder")" mnt) $TMP/disk" "$(answers)"
	run nslist --find mount:/nowhere
	assert_refused 1 "nothing matches 'mount:/nowhere'"
}

test_finds_the_namespaces_of_a_control_group()
{
	contain ''
	# the path in the unified hierarchy or, if that is "/", the longest path
	path=$(awk '{ path = $0; sub(/^[0-9]*:[^:]*:/, "", path) }
		/^0:/ && path != "/" { best = path; exit }
		length(path) > length(best) { best = path }
		END { print best }' "/proc/$box/cgroup")
	run nslist --find "cgroup:$path" -J -o TYPE,NS,MATCH
	assert_ok
	assertEquals "uts $(inode_of "$box" uts) $path" "$(answers | grep "^uts $(inode_of "$box" uts) ")"
	run nslist --find cgroup:/no/such/group
	assert_refused 1 "nothing matches 'cgroup:/no/such/group'"
}

test_finds_only_the_processes_below_a_control_group()
{
	# Runs only as root.
	feature cgroup2 || return 0
	group=$v2/$own_cgroup
	contain ''
	mkdir "$group" "$group/sub"
	echo "$box" >"$group/sub/cgroup.procs"
	path=$(sed -n 's/^0:://p' "/proc/$box/cgroup")
	for t in mnt uts ipc net pid user cgroup time; do
		[ ! -e "/proc/$box/ns/$t" ] || echo "$t $(inode_of "$box" $t) $path"
	done | sort >"$TMP/expected"
	for below in "$path" "${path%/sub}"; do
		run nslist --find "cgroup:$below" -J -o TYPE,NS,MATCH
		assert_ok
		assertEquals "$(cat "$TMP/expected")" "$(answers | sort)"
	done
	# the beginning of a name is another group
	run nslist --find "cgroup:${path%?/sub}"
	assert_refused 1 "nothing matches 'cgroup:${path%?/sub}'"
	stop_holders
	remove_cgroup "$group/sub"
	remove_cgroup "$group"
}

test_finds_a_container_by_its_name()
{
	contain 'hostname web'
	run nslist --find name:web -t pid -t uts -J -o TYPE,NS,MATCH
	assert_ok
	assertEquals "uts $(inode_of "$box" uts) web
pid $(inode_of "$box" pid) web" "$(answers)"
	run nslist --find name:we
	assert_refused 1 "nothing matches 'name:we'"
}

test_refuses_an_invalid_question()
{
	run nslist --find nonsense:
	assert_refused 1 "--find: unknown object 'nonsense'"
	run nslist --find web
	assert_refused 1 "--find: invalid argument 'web', expected <object>:<value>"
	for what in pid:0 pid:x inode: inode:x 'inode:[5' 'inode:[5]x' 'inode:[]' 'inode:net:[x]' 'inode:[0]' \
		'inode:[0000000000000000000000005]' inode:4294967296 port:0 port:65536 port:80/sctp port: port:/tcp \
		port:00000080 addr:1.2.3 addr:10.0.0.1/24 link:a/b link: mount:disk mount: mount:8: mount::8 \
		mount:8:1x cgroup:x cgroup: name:; do
		run nslist --find "$what"
		assert_refused 1 "--find: invalid value '${what#*:}' for ${what%%:*}:"
	done
	run nslist --find pid:1 self
	assert_refused 1 "unexpected argument 'self'"
}

. shunit2
