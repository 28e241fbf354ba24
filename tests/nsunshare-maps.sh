#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsunshare-maps: checks the maps that each option creates, which equal those of unshare(1), and the
# maps that are refused.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns user
require_tool strace

uid=$(id -u) gid=$(id -g)

# maps: a command that prints the uid and gid map of the program on one line.
# shellcheck disable=SC2016 # the inner shell expands it
maps='set -- $(cat /proc/self/uid_map) : $(cat /proc/self/gid_map); echo $*'

test_maps_root_current_and_named_ids()
{
	run nsunshare -r sh -c "$maps; cat /proc/self/setgroups"
	assert_ok
	assert_out "0 $uid 1 : 0 $gid 1
deny"
	run nsunshare -c sh -c "$maps"
	assert_out "$uid $uid 1 : $gid $gid 1"
	run nsunshare --map-root-user --map-current-user sh -c "$maps"
	assert_out "$uid $uid 1 : $gid $gid 1"
	run nsunshare --map-user 77 --map-group 88 sh -c "$maps"
	assert_out "77 $uid 1 : 88 $gid 1"
	run nsunshare --map-user daemon --map-group tty sh -c "$maps"
	assert_out "1 $uid 1 : 5 $gid 1"
	run nsunshare --map-user 7 sh -c "$maps; id -g"
	assert_ok
	assert_out "7 $uid 1 :
65534"
}

test_a_user_namespace_can_have_no_map()
{
	run nsunshare --user id -u
	assert_ok
	assert_out 65534
}

test_maps_all_subordinate_ids_of_the_user_in_order()
{
	# Runs only as an ordinary user.
	feature sandbox || return 0
	run nsunshare -r --map-auto sh -c "$maps"
	assert_ok
	assert_out "0 $uid 1 1 1000000 65536 65537 2000000 10000 : 0 $gid 1 1 1500000 65536 65537 2500000 20000"
	run nsunshare --map-subids sh -c "$maps"
	assert_ok
	assert_out '1000000 1000000 65536 2000000 2000000 10000 : 1500000 1500000 65536 2500000 2500000 20000'
	run nsunshare -c --map-users auto --map-groups subids sh -c "$maps"
	assert_ok
	assert_out "$uid $uid 1 0 1000000 $uid $((uid + 1)) $((1000000 + uid)) $((65536 - uid)) 65537 2000000 10000 : $gid $gid 1 1500000 1500000 65536 2500000 2500000 20000"
	run nsunshare -p -r --map-auto sh -c "$maps"
	assert_ok
	assert_out "0 $uid 1 1 1000000 65536 65537 2000000 10000 : 0 $gid 1 1 1500000 65536 65537 2500000 20000"
}

test_maps_explicit_ranges_and_a_single_id_over_them()
{
	feature sandbox || return 0
	outside=1000000
	[ "$uid" = 0 ] && outside=5000
	gids=$((outside == 5000 ? 6000 : 1500000))
	run nsunshare --map-users "10:$outside:20" --map-groups "10:$gids:20" sh -c "$maps"
	assert_ok
	assert_out "10 $outside 20 : 10 $gids 20"
	run nsunshare --map-users "$outside,10,20" --map-groups "$gids,10,20" sh -c "$maps"
	assert_out "10 $outside 20 : 10 $gids 20"
	run nsunshare --map-users "10:$outside:10" --map-users "30:$((outside + 10)):10" --map-groups "10:$gids:1" sh -c "$maps"
	assert_out "10 $outside 10 30 $((outside + 10)) 10 : 10 $gids 1"
	# the single id takes one inside id of the range, and the remaining inside ids are mapped to the
	# outside ids in ascending order
	run nsunshare --map-users "10:$outside:20" --map-user 12 --map-groups "10:$gids:20" --map-group 15 sh -c "$maps"
	assert_ok
	assert_out "12 $uid 1 10 $outside 2 13 $((outside + 2)) 17 : 15 $gid 1 10 $gids 5 16 $((gids + 5)) 14"
}

# The NSS module of tests/helpers returns seven ranges for every user. nsunshare must load the
# library of the module only if it needs subordinate ids.
test_maps_all_ranges_of_nss()
{
	# Runs only as root.
	feature libsubid || return 0
	{ cat /etc/nsswitch.conf; echo 'subid: nstest'; } >"$TMP/nsswitch"
	mount --bind "$TMP/nsswitch" /etc/nsswitch.conf
	run env LD_LIBRARY_PATH="$NSUTILS_HELPERS" strace -f -qq -e trace=openat -o "$TMP/with" \
		nsunshare -r --map-auto cat /proc/self/uid_map /proc/self/gid_map
	run_rc=$rc run_out=$out
	run strace -f -qq -e trace=openat -o "$TMP/without" nsunshare -r --map-users 1:5000:1 true
	umount /etc/nsswitch.conf
	assert_ok
	assertEquals 0 "$run_rc"
	assertEquals 16 "$(echo "$run_out" | wc -l)"
	assertEquals '61 2600 10' "$(echo "$run_out" | awk 'END { print $1, $2, $3 }')"
	assertTrue 'libsubid is loaded' "grep -q 'libsubid.so.* = [0-9]' '$TMP/with'"
	assertTrue 'its newest version is tried' "grep -q libsubid.so.6 '$TMP/with'"
	assertFalse 'libsubid is not loaded' "grep -q libsubid.so '$TMP/without'"
}

# If only uids are mapped, the gids must stay unmapped, and vice versa. nsunshare must run newuidmap
# and newgidmap only if the map requires them.
test_maps_ranges_of_only_users_or_only_groups()
{
	# Runs only as an ordinary user.
	feature sandbox || return 0
	users=0:1000000:7 groups=0:1500000:9
	for option in --no-fork --fork; do
		run nsunshare $option --map-users "$users" sh -c "$maps; id -u; id -g"
		assert_ok
		assert_out '0 1000000 7 :
65534
65534'
		run nsunshare $option --map-groups "$groups" sh -c "$maps"
		assert_ok
		assert_out ': 0 1500000 9'
	done
	feature sandbox || return 0
	run nsunshare --map-users auto sh -c "$maps"
	assert_ok
	assert_out '0 1000000 65536 65536 2000000 10000 :'
	run nsunshare --map-groups subids sh -c "$maps"
	assert_ok
	assert_out ': 1500000 1500000 65536 2500000 2500000 20000'
}

# A map with a subordinate group must be written by newgidmap or by root. A map with only the user's
# own group needs neither of them.
test_setgroups_is_denied_if_only_the_callers_group_is_mapped()
{
	feature sandbox || return 0
	for count in 1 9; do
		run nsunshare --map-groups "0:1500000:$count" sh -c "$maps; cat /proc/self/setgroups"
		assert_ok
		assert_out ": 0 1500000 $count
allow"
	done
	run nsunshare --map-users 0:1000000:9 sh -c "$maps; cat /proc/self/setgroups"
	assert_ok
	assert_out '0 1000000 9 :
allow'
}

test_root_maps_all_ids_itself()
{
	# Runs only as root.
	run nsunshare --map-users all --map-groups all sh -c "$maps"
	assert_ok
	assert_out '0 0 4294967295 : 0 0 4294967295'
	run nsunshare --map-users 0:0:100 --map-groups 0:0:100 --fork sh -c "$maps; cat /proc/self/setgroups"
	assert_ok
	assert_out '0 0 100 : 0 0 100
allow'
	run nsunshare --map-users 0:0:100 --map-groups 0:0:100 --setgroups deny cat /proc/self/setgroups
	assert_out deny
}

test_reads_a_map_from_an_argument_a_stream_a_file_or_a_process()
{
	word="u:0:$uid:1,g:0:$gid:1,s:deny"
	run nsunshare --map="$word" sh -c "$maps"
	assert_ok
	assert_out "0 $uid 1 : 0 $gid 1"
	printf 'uid 5 %s 1\ngid 6 %s 1\n' "$uid" "$gid" >"$TMP/map"
	run nsunshare --map="$TMP/map" sh -c "$maps"
	assert_out "5 $uid 1 : 6 $gid 1"
	run nsunshare --map=- sh -c "$maps; cat" <"$TMP/map"
	assert_ok
	assert_out "5 $uid 1 : 6 $gid 1"
	run nsunshare --map=fd:7 sh -c "$maps" 7<"$TMP/map"
	assert_out "5 $uid 1 : 6 $gid 1"
	start_holder nsunshare --map="$word" sh -c 'echo $$ >&3; exec sleep infinity 3>&-'
	run nsunshare --map="like:$holder_line" sh -c "$maps"
	assert_ok
	assert_out "0 $uid 1 : 0 $gid 1"
}

test_auto_is_the_map_of_nsidmap_plan()
{
	word=$(nsidmap plan --auto --format arg 2>/dev/null)
	assertNotNull 'nsidmap has a map' "$word"
	run nsunshare --map="$word" sh -c "$maps; cat /proc/self/setgroups"
	cp "$TMP/out" "$TMP/planned"
	run nsunshare --map=auto sh -c "$maps; cat /proc/self/setgroups"
	assert_ok
	assertTrue 'the same map' "cmp '$TMP/planned' '$TMP/out'"
	[ "$uid" = 0 ] || assert_out_has "0 $uid 1"
	run nsunshare --map=auto -r true
	assert_refused 125 '--map cannot be used with'
}

test_auto_uses_the_ranges_of_the_owner()
{
	# Runs only as root.
	run nsidmap plan --auto --user "$NSTEST_UID" --format arg
	assert_ok
	run nsunshare --map="$out" sh -c "$maps"
	cp "$TMP/out" "$TMP/planned"
	run nsunshare --owner "$NSTEST_UID:$NSTEST_UID" --map=auto sh -c "$maps"
	assert_ok
	assertTrue 'the map of the owner' "cmp '$TMP/planned' '$TMP/out'"
	run nsunshare --map=auto sh -c "$maps"
	assert_ok
	assertFalse 'not the map of root' "cmp -s '$TMP/planned' '$TMP/out'"
}

test_reports_a_failed_producer_of_a_map()
{
	start_holder nsunshare -U sh -c 'echo $$ >&3; exec sleep infinity 3>&-'
	run nsunshare --map="like:$holder_line" echo ran
	assert_refused 125 "like:$holder_line: no id of this user namespace is mapped to an id of the caller's user namespace"
	run nsunshare --map=- true </dev/null
	assert_refused 125 'the map is empty'
	run nsunshare --map=- echo ran <<-'MAP'
		uid 0 0 1
	MAP
	assert_refused 125 'the map has no gid line'
}

test_refuses_invalid_ranges()
{
	for n in '' ' 1' '1 ' +1 -1 -0 0x10 1k 1.5 4294967295 4294967296 4294967297 18446744073709551616; do
		run nsunshare "--map-user=$n" id -u
		assert_refused 125 "--map-user: unknown user '$n'"
		run nsunshare -r "--setuid=$n" id -u
		assert_refused 125 "--setuid: unknown user '$n'"
		run nsunshare -r "--setgid=$n" id -u
		assert_refused 125 "--setgid: unknown group '$n'"
		run nsunshare "--map-users=0:$n:1" id -u
		assert_refused 125 "uid map: invalid range '0:$n:1'"
	done
	for range in 0 0:0 0:0:0 0:0:4294967297 4294967294:0:2 0:0:1:1 a:b:c; do
		run nsunshare "--map-users=$range" true
		assert_refused 125 "uid map: invalid range '$range'"
	done
	run nsunshare --map-users 0:0:1 --map-groups 0:0 true
	assert_refused 125 "gid map: invalid range '0:0', expected INSIDE:OUTSIDE:COUNT"
	run nsunshare --map-users 0:0:1 --map-groups 0:0:2 --map-groups 1:5:1 true
	assert_refused 125 'gid map: extent 2: inside range 1-1 overlaps extent 1'
	run nsunshare --map-user nobody-of-that-name true
	assert_refused 125 "--map-user: unknown user 'nobody-of-that-name'"
}

test_refuses_map_options_that_exclude_each_other()
{
	run nsunshare --map=u:0:0:1,g:0:0:1 -r true
	assert_refused 125 '--map cannot be used with -r, -c or another map option'
	run nsunshare --setgroups deny true
	assert_refused 125 '--setgroups requires'
	run nsunshare -r --setgroups allow true
	assert_refused 125 'cannot be used with a map of one group'
	assert_err_has hint:
	run nsunshare --setgroups maybe -U true
	assert_refused 125 "--setgroups: unknown value 'maybe'"
}

test_owner_option_makes_the_user_own_the_namespace()
{
	# Runs only as root.
	for option in --fork --pid --no-fork; do
		run nsunshare "$option" --owner 1234:2345 --map-users 0:1234:1 --map-groups 0:2345:1 sh -c "$maps; id -u; id -G"
		assert_ok
		assert_out '0 1234 1 : 0 2345 1
0
0'
		run nsunshare "$option" --owner nstest:tty -r sh -c "$maps"
		assert_ok
		assert_out '0 61234 1 : 0 5 1'
	done
	# the map options must use the subordinate ids of the user that --owner names
	run nsunshare --owner nstest:nstest -r --map-auto sh -c "$maps"
	assert_ok
	assert_out '0 61234 1 1 1000000 65536 65537 2000000 10000 : 0 61234 1 1 1500000 65536 65537 2500000 20000'
	run nsunshare --owner daemon:nstest --map-auto true
	assert_refused 125 'uid map: user daemon has no range of subordinate uids'
	run nsunshare -f --owner 1234:2345 -r -T --boottime 5 true
	assert_ok
	run nsunshare --owner 1234 true
	assert_refused 125 '<uid>:<gid>'
}

test_owner_option_requires_root()
{
	# Runs only as an ordinary user.
	run nsunshare --owner 1234:2345 -r true
	assert_refused 125 '--owner'
	assert_err_has 'hint: run the command as root to use --owner'
	assert_err_lacks 'use a user namespace in which setgroups is allowed'
	run nsunshare -r nsunshare --owner 0:0 true
	assert_refused 125 '--owner'
	assert_err_has 'hint: use a user namespace in which setgroups is allowed'
	assert_err_lacks 'as root to use --owner'
	assert_err_lacks 'use ids that are mapped in this user namespace'
}

test_refuses_an_owner_that_is_not_mapped()
{
	# Runs only as root.
	run nsunshare --map=u:0:0:9,g:0:0:9 nsunshare --owner 12:3 true
	assert_refused 125 '--owner'
	assert_err_has 'hint: use ids that are mapped'
}

. shunit2
