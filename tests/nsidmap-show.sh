#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsidmap-show: the maps of namespaces, uids beside gids, from three points of view.
# as: root user
. "${0%/*}/testlib.sh"
require_ns user

start_ns()
{
	start_holder unshare --user sh -c 'echo ready >&3; exec sleep infinity 3>&-' || return 1
	nsidmap plan --root | nsidmap write "$holder"
}

test_own_namespace_without_a_reference()
{
	run nsidmap show
	assert_ok
	assert_out_has "$(stat -Lc user:%i /proc/self/ns/user)"
	cp "$TMP/out" "$TMP/want"
	run nsidmap show self
	assert_out "$(cat "$TMP/want")"
}

test_names_single_ids()
{
	start_ns
	run nsidmap show --noheadings --raw --output INSIDE,COUNT,UID,GID,PUID,PGID,USER,GROUP "$holder"
	assert_ok
	assert_out "0 1 $(id -u) $(id -g) $(id -u) $(id -g) $(id -un) $(id -gn)"
}

# A row is cut wherever one of the two maps is, and the other may have nothing there.
test_uids_and_gids_are_side_by_side()
{
	start_holder unshare --user sh -c 'echo ready >&3; exec sleep infinity 3>&-'
	if [ "$(id -u)" = 0 ]; then
		map=u:0:1000000:10,u:20:61234:1,g:0:1500000:15,g:20:1600000:3
	else
		map=u:0:1000000:10,u:20:61234:1,g:0:1500000:15,g:20:1500100:3
	fi
	nsidmap write "$holder" $map
	run nsidmap show "$holder" --output INSIDE,COUNT,UID,GID,IUID,IGID,USER
	assert_ok
	third=${map##*:20:}
	third=${third%:3}
	assert_out "INSIDE COUNT     UID     GID    IUID    IGID USER
     0    10 1000000 1500000 1000000 1500000 
    10     5       - 1500010       - 1500010 
    20     1   61234 $third   61234 $third nstest
    21     2       - $((third + 1))       - $((third + 1)) "
}

test_columns_can_be_chosen()
{
	start_ns
	run nsidmap show --list-columns
	assert_ok
	assert_out_has 'SETGROUPS'
	run nsidmap show -r -o +REF "$holder"
	assert_ok
	assert_out_has 'NS INSIDE COUNT UID GID PUID PGID IUID IGID USER GROUP REF'
	assert_out_has " $holder"
	run nsidmap show -n -o setgroups,ref "$holder"
	assert_out_has "$(cat "/proc/$holder/setgroups") $holder"
	run nsidmap show -o NOSUCH
	assert_rc 1
	assert_err_has "unknown column 'NOSUCH'"
}

test_json_has_numbers_and_nulls()
{
	start_ns
	run nsidmap show --json "$holder"
	assert_ok
	assert_out_has '"inside": 0'
	assert_out_has "\"uid\": $(id -u)"
	assert_out_has "\"ns\": \"$(stat -Lc user:%i "/proc/$holder/ns/user")\""
	assert_out_has '"complete": true'
	run nsidmap show --json -o GID,SETGROUPS "$holder"
	assert_ok
	run echo "$(tr -d ' \n' <"$TMP/out")"
	assert_out "{\"ranges\":[{\"gid\":$(id -g),\"setgroups\":\"$(cat "/proc/$holder/setgroups")\"}],\"complete\":true}"
	# a namespace does not see beyond its parent
	run nsenter -t "$holder" -U --preserve-credentials nsidmap show --json
	assert_ok
	assert_out_has '"iuid": null'
	assert_out_has "\"puid\": $(id -u)"
}

test_an_unwritten_map_is_empty()
{
	start_holder unshare --user sh -c 'echo ready >&3; exec sleep infinity 3>&-'
	run nsidmap show -n -r -o INSIDE,COUNT,UID,GID,REF "$holder"
	assert_ok
	assert_out "- 0 - - $holder"
}

test_what_is_not_there_is_named_and_the_rest_shown()
{
	run nsidmap show -n 4194304 self
	assert_rc 1
	assert_out_has user:
	assert_err_has 4194304
	run nsidmap show 4194305
	assert_rc 1
	assert_out_lacks 0
}

# No process is in it: a helper of ours enters it, as its owner may.
test_a_namespace_that_only_a_descriptor_holds()
{
	start_ns
	exec 9<"/proc/$holder/ns/user"
	stop_holder
	note_state
	run nsidmap show -n -r -o INSIDE,COUNT,UID,GID fd:9
	exec 9<&-
	assert_ok
	assert_out "0 1 $(id -u) $(id -g)"
	assert_no_leftovers
}

# From beside a namespace only what both have in common is seen.
test_a_part_only_is_said_and_strict_is_3()
{
	start_ns
	first=$holder
	start_ns
	run nsenter -t "$holder" -U --preserve-credentials nsidmap show -n -r -o INSIDE,UID "$first"
	assert_rc 0
	assert_err_has "nsidmap: incomplete: only a part of the maps of '$first' is seen from here"
	run nsenter -t "$holder" -U --preserve-credentials nsidmap show --strict --json "$first"
	assert_rc 3
	assert_out_has '"complete": false'
	run nsenter -t "$holder" -U --preserve-credentials nsidmap show --strict
	assert_ok
	run nsidmap show --strict "$first"
	assert_ok
}

# Its namespaces may not be looked at, but its maps may: those of our own namespace.
test_a_process_of_somebody_else()
{
	run nsidmap show -n -r -o INSIDE,UID,GID 1
	assert_ok
	assert_out '0 0 0'
	run nsidmap translate --from 1 7
	assert_ok
	assert_out 7
}

. shunit2
