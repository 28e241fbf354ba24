#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsidmap-scan: checks the list of file owners that have no id in a map.
# Runs as root.
. "${0%/*}/testlib.sh"
require_root
require_tool setcap setfacl strace

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

test_lists_lost_ids()
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

test_lists_ids_in_acls()
{
	mkdir -p "$TMP/acl/dir"
	touch "$TMP/acl/file" "$TMP/acl/other"
	chown -R 100000:100000 "$TMP/acl"
	setfacl -m u:77:r,u:100007:rw,g:88:r,g:100008:r "$TMP/acl/file"
	setfacl -m u:77:r "$TMP/acl/other"
	setfacl -m d:u:77:r,d:g:99:x,u:77:r "$TMP/acl/dir"
	ln -s file "$TMP/acl/link"
	chown -h 100000:100000 "$TMP/acl/link"
	# an id that occurs twice in the ACL of a file must be counted once
	run nsidmap scan "$TMP/acl" --map $map --raw --noheadings --output KIND,ID,FILES
	assert_rc 1
	assert_err_empty
	assert_out 'uid 77 3
gid 88 1
gid 99 1'
	run nsidmap scan "$TMP/acl/dir" --map $map -r -n -o ID,AS,FIRST
	assert_out "77 acl $TMP/acl/dir
99 default-acl $TMP/acl/dir"
	run nsidmap scan "$TMP/acl" --map u:0:77:1,u:1:100000:100,g:0:88:1,g:5:99:1,g:6:100000:100
	assert_ok
	# --inside means that the files have inside ids, as on an idmapped mount of the tree
	run nsidmap scan "$TMP/acl" --inside --map u:77:0:1,u:100000:1:5,g:88:0:1,g:99:1:1,g:100000:2:9 -r -n -o KIND,ID,AS
	assert_rc 1
	assert_out 'uid 100007 acl'
}

# File capabilities of a user namespace contain the uid of its root (capabilities(7)).
test_lists_the_root_uid_of_file_capabilities()
{
	mkdir "$TMP/caps"
	cp /bin/true "$TMP/caps/a"
	cp /bin/true "$TMP/caps/b"
	cp /bin/true "$TMP/caps/c"
	chown -R 100000:100000 "$TMP/caps"
	setcap -n 100000 cap_net_raw+ep "$TMP/caps/a"
	setcap -n 300000 cap_net_raw+ep "$TMP/caps/b"
	setcap cap_net_raw+ep "$TMP/caps/c"
	run nsidmap scan "$TMP/caps" --map $map -r -n -o KIND,ID,FILES,AS,FIRST
	assert_rc 1
	assert_err_empty
	assert_out "uid 300000 1 capability $TMP/caps/b"
	# if the caller's namespace has no id for the root uid in a file capability, getxattr(2)
	# fails with EOVERFLOW
	chmod 755 "$TMP" "$TMP/caps"
	run nsidmap run $map -- nsidmap scan "$TMP/caps" --map u:0:0:10,g:0:0:10 -r -n -o KIND,ID,AS
	assert_rc 1
	assert_out 'uid 4294967295 capability'
}

test_reports_unreadable_attributes()
{
	mkdir "$TMP/bad"
	run strace -qq -o /dev/null -e trace=getxattr -e inject=getxattr:error=EIO:when=1 \
		nsidmap scan --map like:self --strict "$TMP/bad"
	assert_rc 3
	assert_err_has "nsidmap: cannot read the acl of '$TMP/bad': Input/output error"
	run nsidmap scan --map like:self --strict "$TMP/bad"
	assert_ok
}

test_exits_0_if_no_id_is_lost()
{
	run nsidmap scan --map like:self -n "$TMP/tree"
	assert_ok
	assert_out_empty
	run nsidmap scan --map $map -n -r -o KIND,ID "$TMP/tree/deep"
	assert_rc 1
	assert_out 'uid 5
gid 7
gid 4000000000'
}

test_inside_option_checks_inside_ids()
{
	run nsidmap scan --map u:5:0:1,g:0:0:100 --inside -n -r -o KIND,ID "$TMP/tree/deep/c"
	assert_ok
	assert_out_empty
	run nsidmap scan --map u:0:5:1,g:0:0:100 --inside -n -r -o KIND,ID "$TMP/tree/deep/c"
	assert_rc 1
	assert_out 'uid 5'
}

test_stays_on_one_file_system()
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
	assert_out '5
7'
}

test_reports_unreadable_files()
{
	run nsidmap scan --map like:self "$TMP/nosuch"
	assert_rc 1
	assert_err_has "nsidmap: cannot read '$TMP/nosuch': No such file"
	chmod 755 "$TMP"
	chmod 700 "$TMP/tree/deep"
	run as_nstest nsidmap scan --map like:self -J "$TMP/tree"
	assert_rc 1
	assert_err_has "cannot read '$TMP/tree/deep': Permission denied"
	assert_out_has '"complete": false'
	run as_nstest nsidmap scan --strict --map like:self "$TMP/tree"
	chmod 755 "$TMP/tree/deep"
	assert_rc 3
	run as_nstest nsidmap scan --strict --map like:self "$TMP/tree"
	assert_ok
}

. shunit2
