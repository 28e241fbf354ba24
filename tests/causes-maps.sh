#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# causes-maps: checks that the tools say why newuidmap(1) refuses a map, and give no wrong reason.
# Runs as root and as an ordinary user.
# Time limit: 120 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/causelib.sh"
require_ns user
require_feature sandbox

uid=$(id -u)

test_names_the_range_that_the_user_does_not_own()
{
	# Runs only as an ordinary user.
	situations <<-'TABLE'
	125 | nsunshare --map-users 0:5000:9 true | in /etc/subuid (see 'nsidmap subids'), which do not contain 5000-5008 | written already
	125 | nsunshare --map=u:0:1000000:70000,g:0:1000000:1 true | which do not contain 1000000-1069999 | written already
	125 | nsunshare --map=u:0:1000000:5,u:5:777:1,g:0:1000000:1 true | which do not contain 777-777 | 1000000-1000004
	125 | nsunshare --map=u:0:1000000:5,g:0:777:2 true | in /etc/subgid (see 'nsidmap subids'), which do not contain 777-778 | /etc/subuid
	0 | nsunshare --map=u:0:1000000:5,u:5:2000000:5,g:0:1500000:1 true | - | hint
	TABLE
}

test_names_a_map_that_has_been_written()
{
	# Runs only as an ordinary user.
	start_holder nsunshare -r --ready-fd 3 -- sleep 1000
	run nsidmap write "$holder" u:0:1000000:5,g:0:1500000:1 --via helpers
	assert_rc 1
	assert_err_has 'because the map of this one has been written already, and a map can be written only once'
	assert_err_lacks 'do not contain'
	start_holder sh -c 'exec unshare -U sh -c "echo ready >&3; exec sleep 1000 3>&-"'
	run nsidmap write "$holder" u:0:1000000:5,g:0:1500000:1 --via helpers
	assert_ok
	assert_err_lacks hint
}

test_names_a_root_that_is_not_mapped()
{
	# Runs only as an ordinary user.
	feature setuid-newuidmap || return 0
	run nsunshare --map="u:$uid:$uid:1,u:1000000:1000000:5,g:$uid:$uid:1,g:1500000:1500000:1" \
		nsunshare --map=u:0:1000000:5,g:0:1500000:1 true
	assert_refused 125 'cannot map more than your own id'
	assert_err_has 'newuidmap belongs to root of another user namespace, who is not mapped in this one'
	assert_err_lacks 'neither setuid root'
	run nsunshare -c nsunshare -c true
	assert_ok
	# newuidmap(1) fails in the same way if it lacks the set-user-ID bit; the message must then
	# name the missing bit as the reason
	mkdir -p "$TMP/bin"
	for t in newuidmap newgidmap; do
		cp "$(command -v $t)" "$TMP/bin/$t"
		chmod 755 "$TMP/bin/$t"
	done
	run env PATH="$TMP/bin:$PATH" nsunshare --map=u:0:1000000:5,g:0:1500000:1 true
	assert_refused 125 'cannot map more than your own id'
	assert_err_has 'neither setuid root'
	assert_err_lacks 'not mapped in this one'
	# in a user namespace, a set-user-ID program of another user, who is mapped
	chmod 711 "$TMP" "$TMP/bin"
	# shellcheck disable=SC2016 # the inner shell expands it
	run nsunshare --map="u:0:$uid:1,u:1:1000000:5,g:0:$(id -g):1,g:1:1500000:5" sh -c '
		chown 1 "$0"/* && chmod 4755 "$0"/* || exit
		exec setpriv --reuid 2 --regid 2 --clear-groups env PATH="$0:$PATH" nsunshare --map=u:0:3:2,g:0:3:2 true' "$TMP/bin"
	assert_refused 125 'cannot map more than your own id'
	assert_err_has 'neither setuid root'
	assert_err_lacks 'not mapped in this one'
}

test_names_a_missing_library_of_nsswitch_conf()
{
	# Runs only as root.
	: >"$TMP/library"
	{ cat /etc/nsswitch.conf; echo 'subid: nosuch'; } >"$TMP/nsswitch"
	mount --bind "$TMP/nsswitch" /etc/nsswitch.conf
	set -- /usr/lib/*/libsubid.so.*
	for lib; do
		[ ! -e "$lib" ] || mount --bind "$TMP/library" "$lib"
	done
	run nsidmap subids nstest
	for lib; do
		[ ! -e "$lib" ] || umount "$lib"
	done
	umount /etc/nsswitch.conf
	assert_rc 1
	assert_err_has 'hint: install libsubid, because the subid line of nsswitch.conf names a module'
	run nsidmap subids nstest
	assert_ok
	assert_err_lacks 'install libsubid'
}

# In the subuid and subgid files of the tests, the user root has no range.
test_names_a_missing_module_of_nsswitch_conf()
{
	# Runs only as root.
	feature libsubid || return 0
	for module in nosuch files; do
		{ cat /etc/nsswitch.conf; echo "subid: $module"; } >"$TMP/nsswitch"
		mount --bind "$TMP/nsswitch" /etc/nsswitch.conf
		run nsunshare --map-auto true
		umount /etc/nsswitch.conf
		assert_refused 125 'has no range of subordinate uids'
		if [ $module = nosuch ]; then
			assert_err_has 'hint: install libsubid_nosuch.so, which the subid line of nsswitch.conf names, or add a range to /etc/subuid'
		else
			assert_err_has 'hint: add a range to /etc/subuid'
			assert_err_lacks install
		fi
	done
}

. shunit2
