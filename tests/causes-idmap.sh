#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# causes-idmap: checks the hints of nsidmap. Each hint has a situation in which it must appear and a
# similar one in which it must not.
# Runs as root and as an ordinary user.
# Time limit: 120 seconds.
. "${0%/*}/testlib.sh"
require_ns user mnt
require_feature sandbox

# start_target [PREFIX…]: starts a process in a user namespace without maps, and sets $holder to its
# pid. PREFIX is a command that executes unshare(1), such as setpriv.
start_target()
{
	start_holder "$@" unshare --user sh -c 'echo ready >&3; exec sleep 1000 3>&-'
}

test_explains_a_map_refused_to_a_user()
{
	# Runs only as an ordinary user.
	start_target
	run nsidmap write --via direct "$holder" u:0:61234:1,g:0:61234:1,s:allow
	assert_rc 1
	assert_err_has 'hint: deny setgroups first, or run the command with CAP_SETGID'
	assert_err_lacks 'map only your own id'
	start_target
	run nsidmap write --via direct "$holder" u:0:5:1,g:0:61234:1,s:deny
	assert_rc 1
	assert_err_has 'hint: map only your own id, or run the command with CAP_SETUID'
	assert_err_lacks 'deny setgroups first'
}

test_explains_a_map_refused_to_root_without_a_capability()
{
	# Runs only as root.
	feature setfcap-to-map-root || return 0
	start_target
	set -- setpriv --bounding-set -setfcap --inh-caps -setfcap
	run "$@" nsidmap write --via direct "$holder" u:0:0:5,g:0:0:5
	assert_rc 1
	assert_err_has 'hint: run the command with CAP_SETFCAP, which is needed to map id 0 of the parent namespace'
	run setpriv --bounding-set -setuid,-setfcap --inh-caps -setuid,-setfcap nsidmap write --via direct "$holder" u:0:1:5,g:0:0:5
	assert_rc 1
	assert_err_has 'hint: map only your own id, or run the command with CAP_SETUID'
	assert_err_lacks 'which is needed to map id 0'
	run "$@" nsidmap write --via direct "$holder" u:0:1:5,g:0:0:5
	assert_ok
}

test_explains_a_map_refused_to_the_process_itself()
{
	# Runs only as an ordinary user.
	id=$(id -u)
	run unshare -U --keep-caps nsidmap write --via direct self u:0:0:5,g:0:0:1,s:deny
	assert_rc 1
	assert_err_has "hint: write the map from the parent namespace, or map only the id of the namespace's creator (for a gid, deny setgroups first)"
	assert_err_lacks '(to map id 0 of the parent'
	run unshare -U --keep-caps nsidmap write --via direct self u:0:5:1,g:0:5:1,s:deny
	assert_rc 1
	assert_err_has "hint: write the map from the parent namespace, or map only the id of the namespace's creator"
	assert_err_lacks '(for a gid, deny setgroups first)'
	assert_err_lacks '(0 only'
	run unshare -U --keep-caps nsidmap write --via direct self "u:0:$id:1,g:0:$id:1,s:deny"
	assert_ok
	assert_err_lacks 'write the map from the parent namespace'
}

test_explains_a_map_that_has_been_written()
{
	# Runs only as an ordinary user.
	run nsidmap write --via direct $$ u:0:0:1,g:0:0:1
	assert_rc 1
	assert_err_has "hint: specify a process in another user namespace: the caller's user namespace has a map already"
	assert_err_lacks 'can be written only once'
	start_target
	map="u:0:$(id -u):1,g:0:$(id -g):1,s:deny"
	nsidmap write "$holder" "$map"
	run nsidmap write --via direct "$holder" "$map"
	assert_rc 1
	assert_err_has 'hint: create a new user namespace, because the map of this one has been written already, and a map can be written only once'
	assert_err_lacks 'specify a process in another user namespace'
	assert_err_lacks 'enter the namespace or its parent'
}

test_explains_setgroups_that_cannot_be_changed()
{
	start_target
	echo deny >"/proc/$holder/setgroups"
	run nsidmap write --via direct "$holder" "u:0:$(id -u):1,g:0:$(id -g):1,s:allow"
	assert_refused 1 "cannot write /proc/$holder/setgroups"
	assert_err_has 'hint: create a new user namespace, because setgroups has been denied in this one and cannot be allowed again'
	assert_err_lacks 'deny setgroups before'
	[ "$(id -u)" = 0 ] || return 0
	start_target
	echo 0 0 1 >"/proc/$holder/gid_map"
	run nsidmap write --via direct "$holder" u:0:0:1,g:0:0:1,s:deny
	assert_refused 1 "cannot write /proc/$holder/setgroups"
	assert_err_has 'hint: deny setgroups before the gid map is written'
	assert_err_lacks 'create a new user namespace, because setgroups'
}

test_explains_a_read_only_proc()
{
	# Runs only as an ordinary user.
	# shellcheck disable=SC2016 # the inner shell expands it
	run nsunshare -rmp --mount-proc sh -c 'mount -o remount,ro /proc && nsunshare -U -r true'
	assert_refused 125 'Read-only file system'
	assert_err_has 'hint: make /proc writable: mount -o remount,rw /proc'
	run nsunshare -rmp --mount-proc nsidmap write --via direct self u:0:0:1,g:0:0:1
	assert_refused 1 'uid_map: Operation not permitted'
	assert_err_lacks 'make /proc writable'
}

test_explains_a_process_of_another_user()
{
	# Runs only as root.
	start_target setpriv --reuid 54321 --regid 54321 --clear-groups
	run as_nstest nsidmap write --via direct "$holder" u:0:61234:1,g:0:61234:1
	assert_rc 1
	assert_err_has 'hint: run the command as the owner of the process'
	assert_err_lacks 'belongs to root'
	start_target
	run as_nstest nsidmap write --via direct "$holder" u:0:61234:1,g:0:61234:1
	assert_rc 1
	assert_err_has 'hint: run the command as root, because the process belongs to root'
	assert_err_lacks 'as the owner of the process'
}

test_explains_a_mount_that_cannot_be_copied()
{
	# Runs only as root.
	kernel_call open_tree || return 0
	map=u:0:1000:9,g:0:1000:9
	mkdir -p "$TMP/src" "$TMP/dst"
	chmod 755 "$TMP"
	run as_nstest nsidmap mount --map $map "$TMP/src" "$TMP/dst"
	assert_refused 1 "cannot copy the mount of '$TMP/src': Operation not permitted"
	assert_err_has 'hint: run the command with CAP_SYS_ADMIN, which is needed to copy a mount'
	run enosys -e EPERM open_tree -- nsidmap mount --map $map "$TMP/src" "$TMP/dst"
	assert_refused 1 "cannot copy the mount of '$TMP/src': Operation not permitted"
	assert_err_lacks 'which is needed to copy a mount'
}

test_explains_a_mount_whose_ids_cannot_be_mapped()
{
	# Runs only as root.
	kernel_call mount_setattr && feature tmpfs-idmap || return 0
	mkdir -p "$TMP/src" "$TMP/dst" "$TMP/more"
	map=u:0:1000:9,g:0:1000:9
	run nsidmap mount --map $map "$TMP/src" "$TMP/dst"
	assert_ok
	run nsidmap mount --map $map "$TMP/dst" "$TMP/more"
	assert_refused 1 "cannot map the ids of '$TMP/dst': Operation not permitted"
	assert_err_has 'hint: use another mount of the file system: this mount is already idmapped'
	assert_err_lacks 'does not support idmapped mounts'
	umount "$TMP/dst"
	run nsunshare -rm nsidmap mount --map u:0:0:1,g:0:0:1 "$TMP/src" "$TMP/dst"
	assert_refused 1 "cannot map the ids of '$TMP/src': Operation not permitted"
	assert_err_has 'hint: run the command with CAP_SYS_ADMIN in the user namespace in which the file system was mounted'
	assert_err_lacks 'this mount is already idmapped'
	run nsidmap mount --map $map /proc "$TMP/dst"
	assert_refused 1 "cannot map the ids of '/proc': Invalid argument"
	assert_err_has 'hint: use another directory: the file system of this directory or a file system mounted below it does not support'
	assert_err_lacks 'use Linux 5.12 or later'
}

# In a user namespace, an inherited mount cannot be copied without the mounts below it, so the
# message must recommend --recursive. An unbindable mount, as in the first command of the test,
# cannot be copied even with --recursive, so the message must not recommend this option.
test_explains_a_mount_with_locked_mounts_below()
{
	# Runs only as an ordinary user.
	kernel_call open_tree || return 0
	mkdir -p "$TMP/locked/below" "$TMP/dst"
	# shellcheck disable=SC2016 # the inner shell expands it
	run nsunshare -rm sh -c 'mount -t tmpfs none "$0/locked" && mkdir "$0/locked/below" &&
		mount -t tmpfs none "$0/locked/below" && mount --make-unbindable "$0/locked" &&
		exec nsidmap mount --map u:0:0:1,g:0:0:1 "$0/locked" "$0/dst"' "$TMP"
	assert_refused 1 "cannot copy the mount of '$TMP/locked': Invalid argument"
	assert_err_lacks 'add --recursive'
	# shellcheck disable=SC2016
	run nsunshare -rm sh -c 'mount -t tmpfs none "$0/locked" && mkdir "$0/locked/below" &&
		mount -t tmpfs none "$0/locked/below" &&
		exec nsunshare -rm nsidmap mount --map u:0:0:1,g:0:0:1 "$0/locked" "$0/dst"' "$TMP"
	assert_refused 1 "cannot copy the mount of '$TMP/locked': Invalid argument"
	assert_err_has 'hint: add --recursive: in a user namespace, an inherited mount cannot be separated from the mounts below it'
}

test_explains_a_file_whose_owner_cannot_be_changed()
{
	# Runs only as root.
	mkdir "$TMP/tree"
	echo >"$TMP/tree/file"
	chown -R 61234:61234 "$TMP/tree"
	chmod 755 "$TMP"
	run as_nstest nsidmap chown --from u:0:61234:1,g:0:61234:1 --to u:0:5:1,g:0:5:1 "$TMP/tree"
	assert_rc 1
	assert_err_has "cannot change the owner of '$TMP/tree"
	assert_err_lacks 'the attribute prevents a change of owner'
	assert_err_lacks 'change the owners in two steps'
	assert_err_lacks 'set XDG_RUNTIME_DIR'
}

. shunit2
