#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsidmap-scan: the owners of files that a map would lose.
# as: root
. "${0%/*}/testlib.sh"
require_root

oneTimeSetUp()
{
	mkdir -p "$TMP/tree/deep/deeper"
	touch "$TMP/tree/a" "$TMP/tree/b" "$TMP/tree/deep/c" "$TMP/tree/deep/deeper/d e"
	ln -s /etc/passwd "$TMP/tree/link"
	chown 100000:100000 "$TMP/tree" "$TMP/tree/deep" "$TMP/tree/deep/deeper" "$TMP/tree/b"
	chown -h 100005:100000 "$TMP/tree/link"
	chown 5:100001 "$TMP/tree/a"
	chown 5:7 "$TMP/tree/deep/c"
	chown 100001:4000000000 "$TMP/tree/deep/deeper/d e"
}

map=u:0:100000:1000,g:0:100000:1000

test_counts_and_lists_what_is_lost()
{
	run nsidmap scan "$TMP/tree" --map $map --raw --noheadings --output KIND,ID,FILES
	assert_rc 1
	assert_err_empty
	assert_out 'uid 5 2
gid 7 1
gid 4000000000 1'
	run nsidmap scan --map $map -r -n -o FIRST "$TMP/tree"
	assert_out_has 'deep/deeper/d\x20e'
	run nsidmap scan --map $map --json "$TMP/tree"
	assert_out_has '"id": 4000000000'
	assert_out_has 'deep/deeper/d e"'
}

test_nothing_lost_is_exit_0()
{
	run nsidmap scan --map like:self -n "$TMP/tree"
	assert_ok
	assert_out_empty
}

test_inside_ids()
{
	run nsidmap scan --map u:5:0:1,g:0:0:100 --inside -n -r -o KIND,ID "$TMP/tree/deep/c"
	assert_ok
	assert_out_empty
	run nsidmap scan --map u:0:5:1,g:0:0:100 --inside -n -r -o KIND,ID "$TMP/tree/deep/c"
	assert_rc 1
	assert_out 'uid 5'
}

test_may_stay_on_one_file_system()
{
	mount -t tmpfs -o uid=77,gid=100000 none "$TMP/tree/deep/deeper"
	touch "$TMP/tree/deep/deeper/m"
	chown 78:100000 "$TMP/tree/deep/deeper/m"
	run nsidmap scan --map $map -n -r -o ID --one-file-system "$TMP/tree"
	cp "$TMP/out" "$TMP/one"
	run nsidmap scan --map $map -n -r -o ID "$TMP/tree"
	umount "$TMP/tree/deep/deeper"
	assert_out_has 78
	run cat "$TMP/one"
	assert_out_lacks 78
}

test_what_cannot_be_read_is_said()
{
	run nsidmap scan --map like:self "$TMP/nosuch"
	assert_rc 1
	assert_err_has "nsidmap: cannot look at '$TMP/nosuch': No such file"
	chmod 755 "$TMP"
	chmod 700 "$TMP/tree/deep"
	run as_nstest nsidmap scan --map like:self -J "$TMP/tree"
	assert_rc 1
	assert_err_has "cannot look at '$TMP/tree/deep': Permission denied"
	assert_out_has '"complete": false'
	run as_nstest nsidmap scan --strict --map like:self "$TMP/tree"
	chmod 755 "$TMP/tree/deep"
	assert_rc 3
	run as_nstest nsidmap scan --strict --map like:self "$TMP/tree"
	assert_ok
}

. shunit2
