#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsidmap-plan: checks the maps that are made from the ids and ranges of the caller.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_tool strace

# subids TEXT [GID-TEXT]: mounts files that contain TEXT and GID-TEXT (default: TEXT) on /etc/subuid
# and /etc/subgid. Requires root.
subids()
{
	printf '%b' "$1" >"$TMP/subuid"
	printf '%b' "${2-$1}" >"$TMP/subgid"
	mount --bind "$TMP/subuid" /etc/subuid && mount --bind "$TMP/subgid" /etc/subgid
}

is_root()
{
	[ "$(id -u)" = 0 ]
}

test_auto_uses_all_ranges_of_an_ordinary_user()
{
	# Runs only as an ordinary user.
	feature sandbox || return 0
	run nsidmap plan --auto
	assert_ok
	assert_out 'uid 0 61234 1
uid 1 1000000 65536
uid 65537 2000000 10000
gid 0 61234 1
gid 1 1500000 65536
gid 65537 2500000 20000'
}

test_auto_maps_identity_with_a_note_for_root_without_ranges()
{
	# Runs only as root.
	run nsidmap plan
	assert_rc 0
	assert_out 'uid 0 0 4294967295
gid 0 0 4294967295'
	assert_err_has 'nsidmap: every id is mapped to itself: user root has no range of subordinate uids'
}

test_auto_ignores_lines_of_other_users_for_root()
{
	# Runs only as root.
	subids 'alice:500000:1000\nroot:700000:1000\n'
	run nsidmap plan
	umount /etc/subuid /etc/subgid
	assert_ok
	assert_out 'uid 0 700000 1000
gid 0 700000 1000'
}

test_ignores_the_environment()
{
	feature sandbox || return 0
	own=u:0:61234:1,u:1:1000000:65536,u:65537:2000000:10000
	! is_root || own=u:0:0:4294967295
	# the runner gives nstest ranges, and gives root and daemon none
	for name in nstest daemon; do
		run env USER=$name LOGNAME=$name nsidmap plan --format arg --only uid
		assert_rc 0
		assert_out $own
	done
}

test_prints_every_format()
{
	feature sandbox || return 0
	run nsidmap plan --user nstest --style lxc --format arg
	assert_out 'u:0:1000000:65536,u:65536:2000000:10000,g:0:1500000:65536,g:65536:2500000:20000'
	run nsidmap plan --user 61234 --style lxc --format newuidmap
	assert_out '0 1000000 65536 65536 2000000 10000
0 1500000 65536 65536 2500000 20000'
	run nsidmap plan --user nstest --style lxc --format kernel --only gid
	assert_out '0 1500000 65536
65536 2500000 20000'
	run nsidmap plan --user nstest --style lxc --format unshare --only uid
	assert_out '--map-users=0:1000000:65536 --map-users=65536:2000000:10000'
	run nsidmap plan --user nstest --style lxc --format oci --only uid
	assert_out_has '"containerID": 65536'
	assert_out_lacks gidMappings
	run nsidmap plan --user nstest --style lxc -J
	assert_out_has '"outside": 2500000'
	run nsidmap plan --format kernel
	assert_rc 1
	assert_out_empty
	assert_err_has '--format kernel requires --only'
}

# The ranges belong to the caller, or, if the caller is root, to the user that an option names.
test_plans_a_map_in_every_style()
{
	feature sandbox || return 0
	run nsidmap plan --style lxc --user nstest --format arg --only uid
	assert_out u:0:1000000:65536,u:65536:2000000:10000
	run nsidmap plan --subids --user nstest --format arg --only uid
	assert_out u:1000000:1000000:65536,u:2000000:2000000:10000
	run nsidmap plan --style podman --user nstest --format arg --only uid
	assert_out u:0:61234:1,u:1:1000000:65536,u:65537:2000000:10000
	run nsidmap plan --root --user nstest --format arg --only uid
	assert_out u:0:61234:1
	run nsidmap plan --root --user 4242
	assert_refused 1 'the ids of user 4242 are unknown, because the user has no passwd entry'
	run nsidmap plan --current --format arg --only uid
	assert_out "u:$(id -u):$(id -u):1"
	run nsidmap plan --identity --format arg --only uid
	assert_out u:0:0:4294967295
	run nsidmap plan --style docker
	assert_refused 1 'user dockremap has no range of subordinate uids'
	is_root && return 0
	run nsidmap plan --keep-id --format arg --only uid
	assert_out u:0:1000000:61234,u:61234:61234:1,u:61235:1061234:4302,u:65537:2000000:10000
}

test_overlap_option_refuses_cuts_or_shifts_ranges()
{
	# Runs only as root.
	subids 'root:0:10\nroot:5:10\n'
	run nsidmap plan --style podman
	assert_refused 1 "the caller's id 0 is mapped twice: alone, and in the range 0-9"
	assert_err_has 'hint: add --overlap hole or --overlap shift'
	run nsidmap plan --style podman --overlap hole --format arg --only uid
	assert_out u:0:0:1,u:2:1:14
	run nsidmap plan --style podman --overlap shift --format arg --only uid
	assert_out u:0:0:1,u:1:1:14
	run nsidmap plan --overlap sometimes
	umount /etc/subuid /etc/subgid
	assert_rc 1
	assert_err_has "--overlap: unknown value 'sometimes'"
	assert_err_lacks 'add --overlap hole'
}

# both_refused FRAGMENT USER-FRAGMENT: asserts that nsidmap plan fails, for root with a message that
# contains FRAGMENT, and for nstest with USER-FRAGMENT.
both_refused()
{
	run nsidmap plan --style lxc
	assert_refused 1 "$1"
	run as_nstest nsidmap plan --style lxc
	assert_refused 1 "$2"
}

test_empty_files_have_no_ranges()
{
	# Runs only as root.
	subids ''
	both_refused 'user root has no range of subordinate uids' 'user nstest has no range of subordinate uids'
	run as_nstest nsidmap plan
	umount /etc/subuid /etc/subgid
	assert_rc 0
	assert_err_has "nsidmap: only your own id is mapped: user nstest has no range of subordinate uids"
}

test_reports_lines_with_carriage_returns()
{
	# Runs only as root.
	subids 'root:100000:65536\r\nnstest:300000:65536\r\n'
	both_refused 'user root has no range of subordinate uids' 'user nstest has no range of subordinate uids'
	assert_err_has 'hint: fix line 2 of /etc/subuid: the line ends in a carriage return'
	run nsidmap plan --style lxc
	umount /etc/subuid /etc/subgid
	assert_err_has 'hint: fix line 1 of /etc/subuid: the line ends in a carriage return'
	assert_err_lacks 'add a range to /etc/subuid with'
}

# The kernel refuses overlapping ranges, so the plan must use each id only once (incus issue 458).
test_ignores_invalid_lines()
{
	# Runs only as root.
	subids 'root:4294967290:10\nroot:5:0\nroot:1\nroot:-1:1\n:9:9\n#root:8:8\n0:300000:5' 'root:1:1\n'
	run nsidmap plan --style lxc --format arg
	umount /etc/subuid /etc/subgid
	assert_ok
	assert_out u:0:300000:5,g:0:1:1
}

test_accepts_missing_files_and_refuses_unreadable_files()
{
	# Runs only as root.
	mkdir "$TMP/etc"
	cp -a /etc/passwd /etc/group /etc/nsswitch.conf /etc/alternatives "$TMP/etc/"
	chmod 755 "$TMP/etc"
	mount --bind "$TMP/etc" /etc
	both_refused 'user root has no range of subordinate uids' 'user nstest has no range of subordinate uids'
	mkdir /etc/subuid
	both_refused 'cannot read /etc/subuid: Is a directory' 'cannot read /etc/subuid: Is a directory'
	rmdir /etc/subuid
	echo nstest:1:1 >/etc/subuid
	chmod 0 /etc/subuid
	# root can read the file although its mode has no read permission
	both_refused 'user root has no range of subordinate uids' 'cannot open /etc/subuid: Permission denied'
	# nsidmap must not print a map that contains only the caller's own id, because the
	# unreadable file may contain ranges
	run as_nstest nsidmap plan
	assert_refused 1 'cannot open /etc/subuid: Permission denied'
	run as_nstest nsidmap subids
	assert_refused 1 'cannot open /etc/subuid: Permission denied'
	run as_nstest nsidmap subids --lint
	umount /etc
	assert_refused 1 'cannot open /etc/subuid: Permission denied'
}

# nsidmap must not treat an unreadable passwd file like a file that lacks the user.
test_refuses_an_unreadable_passwd()
{
	# Runs only as root.
	cp /etc/passwd "$TMP/passwd"
	chmod 0 "$TMP/passwd"
	mount --bind "$TMP/passwd" /etc/passwd
	for verb in 'plan --style lxc' 'plan --auto' 'subids nstest'; do
		# shellcheck disable=SC2086 # several words
		run as_nstest nsidmap $verb
		assert_refused 1 'cannot look up user '
		assert_err_has 'Permission denied'
	done
	# the map of the caller's own id needs no passwd entry
	run as_nstest nsidmap plan --root --format arg
	umount /etc/passwd
	assert_ok
	assert_out u:0:61234:1,g:0:61234:1,s:deny
	run strace -qq -o /dev/null -P /etc/nsswitch.conf -e trace=read -e inject=read:error=EIO:when=3 \
		nsidmap plan --style lxc
	assert_refused 1 'cannot read /etc/nsswitch.conf: Input/output error'
}

test_reads_100000_lines_of_subuid()
{
	# Runs only as root.
	awk 'BEGIN { for (i = 0; i < 100000; i++) print "user" i ":" 100000 + i * 10 ":10"
		print "nstest:9:9"; printf "root:7:7" }' >"$TMP/many"
	chmod 755 "$TMP"
	mount --bind "$TMP/many" /etc/subuid && mount --bind "$TMP/many" /etc/subgid
	run timeout 20 nsidmap plan --style lxc --format arg
	assert_ok
	assert_out u:0:7:7,g:0:7:7
	run as_nstest timeout 20 nsidmap plan --style lxc --format arg
	umount /etc/subuid /etc/subgid
	assert_ok
	assert_out u:0:9:9,g:0:9:9
}

# All lines belong to one user. Adjacent ranges must be joined, and more than 340 ranges must be
# refused.
test_joins_or_refuses_many_ranges_of_one_user()
{
	# Runs only as root.
	awk 'BEGIN { for (i = 0; i < 100000; i++) print "root:" 100000 + i * 10 ":10" }' >"$TMP/many"
	mount --bind "$TMP/many" /etc/subuid && mount --bind "$TMP/many" /etc/subgid
	run timeout 20 nsidmap plan --style lxc --format arg
	assert_ok
	assert_out u:0:100000:1000000,g:0:100000:1000000
	awk 'BEGIN { for (i = 0; i < 100000; i++) print "root:" 100000 + i * 10 ":9" }' >"$TMP/many"
	run timeout 20 nsidmap plan --style lxc --format arg
	umount /etc/subuid /etc/subgid
	assert_refused 1 'uid map: extent 341: the map has 100000 lines, but a map can have at most 340'
}

# newuidmap checks each extent separately. It accepts an extent with the caller's own id and an
# extent with the range, but not a single extent with both.
test_keeps_the_callers_id_apart_from_an_adjacent_range()
{
	# Runs only as root.
	id=$NSTEST_UID
	subids "nstest:$((id + 1)):1000\\n"
	after=:0:$id:1,X:1:$((id + 1)):1000
	run as_nstest nsidmap plan --format arg
	assert_ok
	assert_out "$(echo "u$after,g$after" | sed 's/X/u/; s/X/g/')"
	run as_nstest nsidmap run -- cat /proc/self/uid_map
	assert_ok
	assertEquals "0 $id 1 1 $((id + 1)) 1000" "$(tr -s " \n" " " <"$TMP/out" | sed "s/^ //; s/ $//")"
	run as_nstest nsidmap plan --style podman --format newuidmap
	assert_ok
	assert_out "0 $id 1 1 $((id + 1)) 1000
0 $id 1 1 $((id + 1)) 1000"
	# `nsidmap plan` prints two adjacent extents, which `nsidmap merge` and `nsidmap run` must
	# not join
	run as_nstest sh -c 'nsidmap plan | nsidmap merge - | nsidmap run - -- cat /proc/self/gid_map'
	assert_ok
	assertEquals "0 $id 1 1 $((id + 1)) 1000" "$(tr -s " \n" " " <"$TMP/out" | sed "s/^ //; s/ $//")"
	run as_nstest sh -c "nsunshare --map=u:0:$id:1001,g:0:$id:1001 -U true"
	assert_ok
	umount /etc/subuid /etc/subgid
	subids "nstest:$((id - 10)):10\\nnstest:$((id + 1)):9\\n"
	for overlap in error hole shift; do
		run as_nstest nsidmap plan --keep-id --overlap $overlap --only uid --format newuidmap
		assert_ok
		case " $out " in
		*" $id $id 1 "*) ;;
		*) fail "the own id $id is not an extent of its own: $out" ;;
		esac
	done
	umount /etc/subuid /etc/subgid
	# use a subordinate range that contains the caller's own id
	subids "nstest:$((id - 5)):10\\n"
	for overlap in hole shift; do
		run as_nstest nsidmap plan --style podman --overlap $overlap --only uid --format newuidmap
		assert_ok
		case " $out " in
		*" 0 $id 1 "*) ;;
		*) fail "the own id $id is not an extent of its own: $out" ;;
		esac
	done
	umount /etc/subuid /etc/subgid
}

# The kernel refuses an extent that spans two extents of the parent's map.
test_splits_ranges_at_the_callers_own_map()
{
	# Runs only as root.
	run nsidmap run u:0:1000:1,u:1:100000:65536,g:0:5:2 -- nsidmap plan --identity --format arg
	assert_ok
	assert_out u:0:0:1,u:1:1:65536,g:0:0:2
	subids 'root:0:100\n' 'root:0:2\n'
	run nsidmap run u:0:1000:1,u:1:100000:65536,g:0:5:2 -- nsidmap plan --style lxc --format arg
	umount /etc/subuid /etc/subgid
	assert_ok
	assert_out u:0:0:1,u:1:1:99,g:0:0:2
}

test_accepts_a_user_without_a_passwd_entry()
{
	# Runs only as root.
	subids 'ghost:900000:10\n4242:800000:10\n'
	run nsidmap plan --style lxc --user ghost --format arg
	assert_out u:0:900000:10,g:0:900000:10
	run nsidmap plan --style lxc --user 4242 --format arg
	assert_out u:0:800000:10,g:0:800000:10
	# User 4242 has no passwd entry, which newuidmap needs, so --auto maps only the user's own
	# id and prints the reason.
	run setpriv --reuid 4242 --regid 4242 --clear-groups nsidmap plan --auto --format arg
	umount /etc/subuid /etc/subgid
	assert_rc 0
	assert_out u:0:4242:1,g:0:4242:1,s:deny
	assert_err_has 'add a passwd entry for uid 4242, which newuidmap needs'
	assert_err_lacks 'run the command without no_new_privs'
}

test_auto_maps_the_callers_id_without_newuidmap()
{
	# Runs only as an ordinary user.
	feature sandbox || return 0
	run setpriv --no-new-privs nsidmap plan --format arg
	assert_rc 0
	assert_out u:0:61234:1,g:0:61234:1,s:deny
	assert_err_has 'hint: run the command without no_new_privs'
	assert_err_lacks 'add a passwd entry for uid'
	run env PATH="$NSUTILS_BIN" nsidmap plan --format arg
	assert_out u:0:61234:1,g:0:61234:1,s:deny
	assert_err_has 'hint: install newuidmap (package uidmap)'
}

. shunit2
