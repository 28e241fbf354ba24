#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsidmap-subids: checks the list of a user's ranges and the check of the files.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_tool strace

subids()
{
	printf '%b' "$1" >"$TMP/subuid"
	printf '%b' "${2-}" >"$TMP/subgid"
	mount --bind "$TMP/subuid" /etc/subuid && mount --bind "$TMP/subgid" /etc/subgid
}

test_lists_all_ranges_by_name_and_by_uid()
{
	feature sandbox || return 0
	for user in nstest 61234; do
		run nsidmap subids $user --raw --noheadings
		assert_ok
		assert_out 'uid 1000000 65536 1065535 1
uid 2000000 10000 2009999 2
gid 1500000 65536 1565535 1
gid 2500000 20000 2519999 2'
	done
	# test a user and a uid that have no ranges
	for user in root 4000000000; do
		run nsidmap subids --output USER,START -n $user
		assert_ok
		assert_out_empty
	done
}

test_a_name_without_account_and_ranges_is_an_error()
{
	feature sandbox || return 0
	run nsidmap subids nosuchuser
	assert_rc 1
	assert_out_empty
	assert_err_has "nsidmap: unknown user 'nosuchuser'"
	[ "$(id -u)" = 0 ] || return 0
	subids 'nosuchuser:3000000:10\n'
	run nsidmap subids -n --raw nosuchuser
	umount /etc/subuid /etc/subgid
	assert_ok
	assert_out 'uid 3000000 10 3000009 1'
}

test_json_has_numbers()
{
	feature sandbox || return 0
	run nsidmap subids nstest --json
	assert_ok
	assert_out_has '"start": 1000000'
	assert_out_has '"complete": true'
}

test_lint_accepts_valid_files()
{
	feature subids || return 0
	run nsidmap subids "$(id -un)"
	[ "$(id -u)" != 0 ] || run nsidmap subids nstest
	assert_out_has 65536
	run nsidmap subids --lint
	assert_ok
	assert_out_empty
}

test_lint_reports_every_kind_of_error()
{
	# Runs only as root.
	subids '#comment\nalice:100000:65536\nbob:150000:10\ncarol:61000:1000\nshort:1\nwrap:4294967290:10\ncr:1:1\r\n:5:5\nbob:165535:1\n' \
		'neg:-5:5\nzero:5:0\ndave:0:70000'
	run nsidmap subids --lint
	umount /etc/subuid /etc/subgid
	assert_rc 1
	assert_err_empty
	assert_out "/etc/subuid: line 5: the line has fewer than three fields
/etc/subuid: line 6: the range exceeds the last id, 4294967294
/etc/subuid: line 7: the line ends in a carriage return
/etc/subuid: line 8: the owner is empty
/etc/subuid: line 3: bob's range 150000-150009 overlaps alice's range 100000-165535 of line 2
/etc/subuid: line 9: bob's range 165535-165535 overlaps alice's range 100000-165535 of line 2
/etc/subuid: line 4: carol's range 61000-61999 contains 61234, the id of nstest
/etc/subgid: line 1: the start is not a decimal number
/etc/subgid: line 2: the count is 0
/etc/subgid: line 3: dave's range 0-69999 contains 0, the id of root"
}

test_lint_is_incomplete_without_all_accounts()
{
	run nsidmap subids --lint --strict
	assert_ok
	# NSS reports the error of its last module and not that of the module that failed first, so
	# the test does not check the reason in the message
	for strict in '' --strict; do
		run strace -qq -o /dev/null -P /etc/passwd -e trace=openat -e inject=openat:error=EIO \
			nsidmap subids --lint ${strict:+$strict}
		assert_err_has 'nsidmap: incomplete check: cannot read all users: '
		assert_rc $((${#strict} ? 3 : 0))
	done
}

test_lint_checks_100000_lines()
{
	# Runs only as root.
	awk 'BEGIN { for (i = 0; i < 100000; i++) print "user" i ":" 100000 + i * 10 ":10"; print "x:599999:1" }' >"$TMP/many"
	mount --bind "$TMP/many" /etc/subuid
	run timeout 20 nsidmap subids --lint
	umount /etc/subuid
	assert_rc 1
	assert_out "/etc/subuid: line 100001: x's range 599999-599999 overlaps user49999's range 599990-599999 of line 50000"
}

test_reports_ignored_lines()
{
	# Runs only as root.
	subids 'nstest:5:5\r\nnstest:7:1\n'
	run nsidmap subids nstest -n -o START
	umount /etc/subuid /etc/subgid
	assert_rc 0
	assert_out 7
	assert_err_has 'nsidmap: line 1 of /etc/subuid is ignored: the line ends in a carriage return'
}

# nsidmap uses libsubid if nsswitch.conf names a module. If the module does not exist, libsubid
# reads the files but provides no line numbers.
test_uses_nss_if_nsswitch_conf_names_it()
{
	# Runs only as root.
	feature libsubid || return 0
	{ cat /etc/nsswitch.conf; echo 'subid: nosuchmodule'; } >"$TMP/nsswitch"
	mount --bind "$TMP/nsswitch" /etc/nsswitch.conf
	run nsidmap subids nstest -n -r
	umount /etc/nsswitch.conf
	assert_ok
	assert_out_has 'uid 2000000 10000 2009999 -'
	{ cat /etc/nsswitch.conf; echo 'subid: files'; } >"$TMP/nsswitch"
	mount --bind "$TMP/nsswitch" /etc/nsswitch.conf
	run nsidmap subids nstest -n -o START
	umount /etc/nsswitch.conf
	assert_out_has 1000000
}

# The NSS module of tests/helpers returns seven ranges for every user, and nsidmap must not read the
# files.
test_uses_all_ranges_of_nss()
{
	# Runs only as root.
	feature libsubid || return 0
	{ cat /etc/nsswitch.conf; echo 'subid: nstest'; } >"$TMP/nsswitch"
	mount --bind "$TMP/nsswitch" /etc/nsswitch.conf
	run env LD_LIBRARY_PATH="$NSUTILS_HELPERS" nsidmap plan --style lxc --user nstest --format arg --only gid
	umount /etc/nsswitch.conf
	assert_ok
	assert_out g:0:2000:10,g:10:2100:10,g:20:2200:10,g:30:2300:10,g:40:2400:10,g:50:2500:10,g:60:2600:10
}

# getpwent(3) reports no error if it cannot open the only source of users, so nsidmap must open the
# file itself to find the error.
test_lint_names_an_unreadable_account_file()
{
	# Runs only as root.
	printf 'passwd: files\ngroup: files\n' >"$TMP/nsswitch"
	for file in passwd group; do
		cp "/etc/$file" "$TMP/closed"
		chmod 600 "$TMP/closed"
		# shellcheck disable=SC2016 # the inner shell expands it
		run unshare -m sh -c 'mount --bind "$0/nsswitch" /etc/nsswitch.conf && mount --bind "$0/closed" "/etc/$1" &&
			exec setpriv --reuid "$2" --regid "$2" --clear-groups nsidmap subids --lint --strict' "$TMP" $file "$NSTEST_UID"
		assert_rc 3
		case $file in
		passwd) assert_err_has 'cannot read all users: Permission denied' ;;
		group) assert_err_has 'cannot read all groups: Permission denied' ;;
		esac
	done
}

. shunit2
