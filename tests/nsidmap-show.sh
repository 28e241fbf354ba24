#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsidmap-show: checks the three views of the maps of namespaces, with uids beside gids.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns user
require_tool strace

start_ns()
{
	start_holder unshare --user sh -c 'echo ready >&3; exec sleep infinity 3>&-' || return 1
	nsidmap plan --root | nsidmap write "$holder"
}

test_shows_the_callers_namespace_by_default()
{
	run nsidmap show
	assert_ok
	assert_out_has "$(stat -Lc user:%i /proc/self/ns/user)"
	cp "$TMP/out" "$TMP/want"
	run nsidmap show self
	assert_out "$(cat "$TMP/want")"
}

test_shows_single_ids_with_names()
{
	start_ns
	run nsidmap show --noheadings --raw --output INSIDE,COUNT,UID,GID,PUID,PGID,USER,GROUP "$holder"
	assert_ok
	assert_out "0 1 $(id -u) $(id -g) $(id -u) $(id -g) $(id -un) $(id -gn)"
}

# nsidmap looks up the name of an id only if it prints the name. /etc/nsswitch.conf is unreadable,
# too, because another source of names may know root.
test_reports_a_failed_lookup_of_a_name()
{
	start_ns
	for column in user:passwd:-u group:group:-g; do
		IFS=: read -r column file option <<-END
			$column
		END
		for fault in openat:error=EIO read:error=EIO; do
			set -- strace -qq -o "$TMP/trace" -P /etc/nsswitch.conf -P "/etc/$file" \
				-e "trace=${fault%%:*}" -e "inject=$fault"
			run "$@" nsidmap show -rno "$column" --strict "$holder"
			assert_rc 3
			assert_out -
			assert_err_has "nsidmap: cannot look up $column $(id "$option"): Input/output error"
			assert_err_one_line
			run "$@" nsidmap show -J -o "$column" "$holder"
			assert_rc 0
			assert_json ".complete == false and .ranges[0].$column == null"
			run "$@" nsidmap show -rno INSIDE --strict "$holder"
			assert_ok
			assert_out 0
		done
	done
}

# Each row of the output ends where a range of the uid map or of the gid map ends. If only one of
# the two maps has ids for a row, the row shows "-" as the ids of the other map.
test_shows_uids_beside_gids()
{
	feature sandbox || return 0
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

test_prints_the_chosen_columns()
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
	# a process inside a namespace cannot see ids that its parent namespace does not have
	run nsenter -t "$holder" -U --preserve-credentials nsidmap show --json
	assert_ok
	assert_out_has '"iuid": null'
	assert_out_has "\"puid\": $(id -u)"
}

test_shows_an_unwritten_map_as_empty()
{
	start_holder unshare --user sh -c 'echo ready >&3; exec sleep infinity 3>&-'
	run nsidmap show -n -r -o INSIDE,COUNT,UID,GID,REF "$holder"
	assert_ok
	assert_out "- 0 - - $holder"
}

test_reports_missing_references_and_shows_the_rest()
{
	run nsidmap show -n 4194304 self
	assert_rc 1
	assert_out_has user:
	assert_err_has 'nsidmap: process 4194304: No such process'
	run nsidmap show 4194305
	assert_refused 1 "invalid number '4194305'"
}

# The namespace has no process, so a helper process of the tool enters it.
test_shows_a_namespace_without_processes()
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

# A process in a sibling namespace sees only the ids that both namespaces have.
test_reports_partial_visibility()
{
	start_ns
	first=$holder
	start_ns
	run nsenter -t "$holder" -U --preserve-credentials nsidmap show -n -r -o INSIDE,UID "$first"
	assert_rc 0
	assert_err_has "nsidmap: incomplete output: only part of the maps of '$first' is visible from the caller's user namespace"
	run nsenter -t "$holder" -U --preserve-credentials nsidmap show --strict --json "$first"
	assert_rc 3
	assert_out_has '"complete": false'
	run nsenter -t "$holder" -U --preserve-credentials nsidmap show --strict
	assert_ok
	run nsidmap show --strict "$first"
	assert_ok
}

# The caller cannot read the namespace links of the process, but can read its maps.
test_shows_the_maps_of_another_users_process()
{
	run nsidmap show -n -r -o INSIDE,UID,GID 1
	assert_ok
	assert_out '0 0 0'
	run nsidmap translate --from 1 7
	assert_ok
	assert_out 7
}

test_a_namespace_that_may_not_be_entered_is_reported()
{
	# Runs only as root.
	: >"$TMP/kept"
	nsunshare -r "--user=$TMP/kept" true
	run nsidmap show "$TMP/kept"
	assert_rc 0
	run failat -o "$TMP/report" -s setns -k 1 -e EPERM -- nsidmap show "$TMP/kept"
	umount "$TMP/kept"
	assert_rc 1
	assert_err_has 'cannot enter the user namespace to read its maps: Operation not permitted'
	assert_err_has 'hint: run the command with CAP_SYS_ADMIN in this user namespace, which must be entered because no process in it is visible'
}

test_many_references_need_few_descriptors()
{
	many='' i=0
	while [ $((i += 1)) -le 40 ]; do
		many="$many self $$"
	done
	# shellcheck disable=SC2086 # words
	run sh -c 'ulimit -n 24 && exec nsidmap show -rno INSIDE "$@"' sh $many
	assert_ok
	assertTrue 'a line for each' "[ $(printf '%s\n' "$out" | wc -l) -ge 80 ]"
}

. shunit2
