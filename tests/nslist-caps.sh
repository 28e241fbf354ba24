#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-caps: checks nslist --caps: the rules, and its answers about CAP_SYS_ADMIN against what the
# kernel permits to processes in random positions of a tree of user namespaces.
# Runs as root and as an ordinary user.
# Time limit: 120 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/listlib.sh"
require_ns user uts
require_tool jq nsenter

test_own_namespace_has_the_effective_capabilities()
{
	set -- setpriv --no-new-privs
	[ "$(id -u)" != 0 ] || set -- "$@" --bounding-set=-net_raw --inh-caps=-net_raw
	effective=$("$@" sed -n 's/^CapEff:	//p' /proc/self/status)
	run "$@" nslist -J --caps self user:self
	assert_ok
	assertEquals own "$(jq -r .rule "$TMP/out")"
	assert_json '.capabilities | index("cap_net_raw") == null'
	assertEquals "$effective" \
		"$(jq -r '.capabilities | length' "$TMP/out" | awk -v hex="$effective" '{
			n = 0
			for (i = 1; i <= length(hex); i++) { d = index("0123456789abcdef", substr(hex, i, 1)) - 1; while (d > 0) { n += d % 2; d = int(d / 2) } }
			print n == $1 ? hex : $1 }')"
}

test_creator_has_all_capabilities_in_the_child()
{
	start_holder unshare -U -r sh -c 'unshare -u sh -c "echo >&3; exec sleep infinity 3>&-"'
	run nslist --caps $$ "user:$holder"
	assert_ok
	assert_out "user:$(inode_of "$holder" user): all
The process is in the parent of a user namespace that its effective user created. There and in all descendants it has all capabilities."
	run nslist -J --caps $$ "$holder"
	assert_ok
	assertEquals "creator $(inode_of "$holder" user)" "$(jq -r '"\(.rule) \(.ns)"' "$TMP/out")"
	assertEquals $(($(cat /proc/sys/kernel/cap_last_cap) + 1)) "$(jq '.capabilities | length' "$TMP/out")"
	# a process in the child namespace has no capabilities in the parent namespace
	run nslist --caps "$holder" user:$$
	assert_ok
	assert_out_has ': none'
	# the process is in the user namespace that owns this uts namespace
	run nslist -J --caps "$holder" "uts:$(pgrep -P "$holder")"
	assert_ok
	assertEquals "own $(inode_of "$holder" user)" "$(jq -r '"\(.rule) \(.ns)"' "$TMP/out")"
}

test_refuses_other_arguments()
{
	for args in 'self' 'self self self' 'net:self self' 'user:self'; do
		# shellcheck disable=SC2086 # separate words
		run nslist --caps $args
		assert_refused 1 '--caps requires a process and a namespace'
	done
	run nslist --caps 4194304 self
	assert_refused 1 'process 4194304: No such process'
}

# ---- Random user namespaces and users

# random N: sets $drawn to a number below N. The sequence of numbers depends on $seed only.
random()
{
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	drawn=$((seed / 65536 % $1))
}

# draw_node: sets $node to a random element of $nodes.
draw_node()
{
	# shellcheck disable=SC2086 # separate words
	set -- $nodes
	random $#
	shift $drawn
	node=$1
}

# position PID UID: prints a command prefix that runs a program as user UID in the user namespace of
# process PID. The program has no capabilities unless UID is 0.
position()
{
	if [ "$(readlink "/proc/$1/ns/user")" = "$(readlink /proc/self/ns/user)" ]; then
		echo "setpriv --reuid $2 --regid 0 --clear-groups --"
	else
		echo "nsenter2 --target $1 --user -S $2 -G 0 --"
	fi
}

# start_in PID UID CMD…: starts CMD as user UID in the user namespace of process PID. CMD must write
# its pid to descriptor 3.
start_in()
{
	_at=$(position "$1" "$2")
	shift 2
	# shellcheck disable=SC2086 # separate words
	start_holder $_at "$@"
}

# sprout PARENT UID: as user UID, creates a child of the user namespace of process PARENT, with the
# ids 0 to 9. Adds a process in the new namespace to $nodes.
sprout()
{
	start_in "$1" "$2" unshare -U sh -c 'echo $$ >&3; exec sleep infinity 3>&-'
	for file in uid_map gid_map; do
		$(position "$1" 0) sh -c "echo '0 0 10' >/proc/$holder_line/$file"
	done
	nodes="$nodes $holder_line"
}

# kernel_permits PID UID TARGET: returns 0 if a process of user UID in the user namespace of process
# PID has CAP_SYS_ADMIN in the user namespace of process TARGET. If both namespaces are the same,
# tries unshare(2), otherwise setns(2) to the namespace of TARGET. Both calls require the
# capability.
kernel_permits()
{
	if [ "$(readlink "/proc/$1/ns/user")" = "$(readlink "/proc/$3/ns/user")" ]; then
		$(position "$1" "$2") unshare -u true
	else
		$(position "$1" "$2") nsenter --preserve-credentials --user=/proc/self/fd/9 true 9<"/proc/$3/ns/user"
	fi 2>/dev/null
}

test_agrees_with_the_kernel_in_random_namespaces()
{
	# Runs only as root.
	seed=20 count=0 yes=0
	start_holder sh -c 'echo $$ >&3; exec sleep infinity 3>&-'
	nodes=$holder_line
	for _ in 1 2 3 4 5 6 7; do
		draw_node
		random 3
		sprout "$node" $drawn
	done
	while [ $count -lt 200 ]; do
		draw_node
		in=$node
		draw_node
		to=$node
		random 3
		uid=$drawn
		count=$((count + 1))
		expected=no
		! kernel_permits "$in" "$uid" "$to" || expected=yes
		[ $expected = no ] || yes=$((yes + 1))
		# shellcheck disable=SC2016 # the inner shell expands it
		start_in "$in" "$uid" sh -c 'echo $$ >&3; exec sleep infinity 3>&-'
		run nslist -J --caps "$holder_line" "user:$to"
		stop_holder
		answer=$(jq -r 'if .capabilities | index("cap_sys_admin") then "yes" else "no" end' "$TMP/out")
		[ "$answer" = $expected ] || fail "uid $uid in $in, target $to: the kernel says $expected, nslist $answer: $out $err"
	done
	assertTrue "both answers occur: $yes of 200" "[ $yes -gt 20 ] && [ $yes -lt 180 ]"
	assertEquals 200 $count
}

. shunit2
