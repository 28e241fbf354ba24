#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsidmap-plan: the map that a caller should have, from its ids and its ranges.
# as: root user
. "${0%/*}/testlib.sh"

# subids TEXT [TEXT]: /etc/subuid and /etc/subgid are these from here on. Only root can do that.
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
	is_root && return 0
	run nsidmap plan --auto
	assert_ok
	assert_out 'uid 0 61234 1
uid 1 1000000 65536
uid 65537 2000000 10000
gid 0 61234 1
gid 1 1500000 65536
gid 65537 2500000 20000'
}

test_auto_of_root_without_ranges_is_identity_and_a_note()
{
	is_root || return 0
	run nsidmap plan
	assert_rc 0
	assert_out 'uid 0 0 4294967295
gid 0 0 4294967295'
	assert_err_has 'nsidmap: every id is mapped to itself: user root has no range of subordinate uids'
}

test_auto_of_root_takes_its_own_ranges_not_the_first_line()
{
	is_root || return 0
	subids 'alice:500000:1000\nroot:700000:1000\n'
	run nsidmap plan
	umount /etc/subuid /etc/subgid
	assert_ok
	assert_out 'uid 0 700000 1000
gid 0 700000 1000'
}

test_the_environment_changes_nothing()
{
	run nsidmap plan
	cp "$TMP/out" "$TMP/plain"
	USER=daemon LOGNAME=daemon run nsidmap plan
	assert_rc 0
	assert_out "$(cat "$TMP/plain")"
}

test_prints_every_format()
{
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
	assert_err_has '--only uid or gid'
}

. shunit2
