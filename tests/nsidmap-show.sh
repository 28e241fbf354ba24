#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsidmap-show: the maps of namespaces, from three points of view.
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
	run nsidmap show --noheadings --raw --output KIND,INSIDE,COUNT,ME,PARENT,NAME "$holder"
	assert_ok
	assert_out "uid 0 1 $(id -u) $(id -u) $(id -un)
gid 0 1 $(id -g) $(id -g) $(id -gn)"
}

test_columns_can_be_chosen()
{
	start_ns
	run nsidmap show --list-columns
	assert_ok
	assert_out_has 'SETGROUPS'
	run nsidmap show -r -o +REF "$holder"
	assert_ok
	assert_out_has 'NS KIND INSIDE COUNT ME PARENT INITIAL NAME REF'
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
	assert_out_has "\"me\": $(id -u)"
	assert_out_has "\"inode\": $(stat -Lc %i "/proc/$holder/ns/user")"
	assert_out_has '"complete": true'
	# a namespace does not see beyond its parent
	run nsenter -t "$holder" -U --preserve-credentials nsidmap show --json
	assert_ok
	assert_out_has '"initial": null'
	assert_out_has "\"parent\": $(id -u)"
}

test_an_unwritten_map_is_empty()
{
	start_holder unshare --user sh -c 'echo ready >&3; exec sleep infinity 3>&-'
	run nsidmap show -n "$holder"
	assert_ok
	assert_out_empty
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
	run nsidmap show -n -r -o KIND,INSIDE,COUNT,ME fd:9
	exec 9<&-
	assert_ok
	assert_out "uid 0 1 $(id -u)
gid 0 1 $(id -g)"
	assert_no_leftovers
}

# Its namespaces may not be looked at, but its maps may: those of our own namespace.
test_a_process_of_somebody_else()
{
	run nsidmap show -n -r -o KIND,INSIDE,ME 1
	assert_ok
	assert_out 'uid 0 0
gid 0 0'
	run nsidmap translate --from 1 7
	assert_ok
	assert_out 7
}

. shunit2
