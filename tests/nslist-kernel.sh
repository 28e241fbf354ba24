#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-kernel: checks that nslist finds namespaces with listns(2), and that nsenter2 enters them
# by id through an nsfs handle. Runs in the initial pid namespace, because elsewhere listns(2) shows
# even root only its own namespaces.
# Runs as root.
# Runs in the initial pid namespace.
. "${0%/*}/testlib.sh"
. "${0%/*}/listlib.sh"
require_root
require_ns uts ipc net user time

# Only a descriptor in the queue of a socket refers to the namespace, so no process and no file in
# /proc leads to it.
test_finds_a_namespace_held_by_a_descriptor_in_transit()
{
	hold flight
	run enosys listns -- nslist -rn -t uts -o NS
	assert_rc 0
	assert_out_has "$(readlink /proc/self/ns/uts | tr -dc 0-9)"
	assert_out_lacks "$inode"
	feature listns || return 0
	run nslist -rn -o NS,TYPE,NPROCS,HELD,ONS
	assert_rc 0
	assert_out_has "$inode uts 0 kernel $(own_inode user)"
	run nslist -rn --sources task,children,fd,sock,mnt -o NS
	assert_rc 0
	assert_out_lacks "$inode"
	# compare ids, because the kernel may give the inode number to a namespace of another test
	run nslist -rn --sources kernel -o NS,ID
	row=$(echo "$out" | grep "^$inode ")
	assertNotNull 'nslist lists the namespace' "$row"
	stop_holder
	run nslist -rn --sources kernel -o NS,ID
	assert_rc 0
	assert_out_lacks "$row"
}

# Linux 6.12 to 6.17 lists all mount namespaces, but opens none of them by its id. nslist must find
# their holders, to open a namespace that is mounted there.
test_owner_of_a_mounted_namespace_is_found_without_ids()
{
	hold lostmount "$TMP/at"
	run enosys open_by_handle_at -- nslist --no-bpf -rn -t uts -P -o NS,ONS
	assert_rc 0
	assert_out_has "$inode $(own_inode user)"
}

test_id_enters_a_namespace_that_proc_does_not_show()
{
	feature listns || return 0
	hold flight
	run nslist -rn --sources kernel -t uts -o NS,ID,REF
	id=$(printf '%s\n' "$out" | sed -n "s/^$inode \([0-9]*\) id:\1\$/\1/p")
	assertNotNull 'REF is the id' "$id"
	for ref in "--uts=:$id" "-tid:$id"; do
		run nsenter2 "$ref" readlink /proc/self/ns/uts
		assert_ok
		assert_out "uts:[$inode]"
	done
	run nsenter2 --net=":$id" true
	assert_refused 125 'is a uts namespace, not a net namespace'
	run nslist --show "id:$id"
	assert_rc 0
	assert_out_has "$inode"
	stop_holder
	run nsenter2 -t "id:$id" true
	assert_refused 125 "namespace id $id"
}

# sources_agree: succeeds if two searches, one of them with all sources, find the same namespaces, except
# the network namespace $inode. Other tests may create namespaces between the searches.
sources_agree()
{
	nslist -rn -o TYPE,NS >"$TMP/every"
	grep -vx "net $inode" "$TMP/every" >"$TMP/all"
	run nslist -rn -o TYPE,NS --sources kernel
	cmp -s "$TMP/out" "$TMP/all"
}

# listns(2) omits a network namespace that exists only because of a socket, so only a search with
# all sources (--sources) finds it.
test_kernel_source_lists_all_except_socket_held_namespaces()
{
	feature listns || return 0
	for kind in task fd flight children parent "lostmount $TMP/at"; do
		# shellcheck disable=SC2086 # several words
		hold $kind
	done
	hold socket
	settle 20 sources_agree
	assert_rc 0
	assertNotEquals 'the socket is found' "$(grep -c . "$TMP/every")" "$(grep -c . "$TMP/all")"
	assert_no_difference 'both lists' "$TMP/out" "$TMP/all"
}

test_kernel_source_shows_an_ordinary_user_only_own_namespaces()
{
	feature listns || return 0
	hold flight
	as_nstest nslist -rn --sources kernel -o NS,TYPE >"$TMP/out" 2>"$TMP/err"
	assertEquals 0 $?
	assert_empty "$(grep "^$inode " "$TMP/out")"
	assertEquals 1 "$(grep -c ' uts$' "$TMP/out")"
}

test_lists_namespaces_inside_another_pid_namespace()
{
	hold fd
	run unshare --pid --fork --mount-proc nslist -rn -o TYPE,NS
	assert_ok
	for type in pid mnt uts net user; do
		assert_out_has "$type "
	done
}

. shunit2
