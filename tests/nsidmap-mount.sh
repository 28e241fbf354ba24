#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsidmap-mount: checks idmapped mounts, which show files with other owners, and passing them as
# descriptors.
# Runs as root.
. "${0%/*}/testlib.sh"
require_root
require_kernel_call mount_setattr
require_feature tmpfs-idmap
require_tool busybox nspivot nsunshare perl

oneTimeSetUp()
{
	mkdir -p "$TMP/src/below" "$TMP/dst"
	touch "$TMP/src/f"
	chown 5:6 "$TMP/src/f"
	mount -t tmpfs none "$TMP/src/below"
	touch "$TMP/src/below/g"
	chown 7:8 "$TMP/src/below/g"
}

oneTimeTearDown()
{
	mountpoint -q "$TMP/src/below" || return 0
	umount "$TMP/src/below"
}

map=u:0:100000:1000,g:0:200000:1000

test_files_belong_to_the_outside_ids()
{
	run nsidmap mount "$TMP/src" "$TMP/dst" --map $map
	assert_ok
	run stat -c '%u %g' "$TMP/dst/f"
	assert_out '100005 200006'
	run ls "$TMP/dst/below"
	assert_ok
	assert_out_empty
	umount "$TMP/dst"
	run stat -c '%u %g' "$TMP/src/f"
	assert_out '5 6'
}

test_recursive_option_includes_mounts_below()
{
	run nsidmap mount --recursive --map $map "$TMP/src" "$TMP/dst"
	assert_ok
	run stat -c '%u %g' "$TMP/dst/below/g"
	assert_out '100007 200008'
	umount -R "$TMP/dst"
}

test_passes_the_tree_to_a_program()
{
	note_state
	run nsidmap mount --map $map --fd 9 "$TMP/src" -- stat -L -c '%u %g' /proc/self/fd/9/f
	assert_ok
	assert_out '100005 200006'
	assert_no_leftovers
	run nsidmap mount --map $map --fd 9 "$TMP/src" -- sh -c 'ls /proc/self/fd'
	assert_out_has 9
	run nsidmap mount --map $map --fd 9 "$TMP/src" -- /nosuch/program
	assert_refused 127 "cannot execute '/nosuch/program': No such file or directory"
	run nsidmap mount --map $map --fd 2 "$TMP/src" -- true
	assert_refused 125 "--fd: invalid number '2', expected 3 to 65535"
}

# The usual sequence of commands: nsidmap creates the idmapped mount in the caller's namespaces, and
# the program attaches the mount in the new user and mount namespaces.
test_attaches_the_tree_in_a_user_namespace()
{
	# system call 429 is move_mount(9, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH)
	run nsidmap mount --map $map --fd 9 "$TMP/src" -- \
		nsunshare --map $map --mount --setuid 0 --setgid 0 -- \
		perl -e 'syscall(429, 9, my $empty = "", -100, my $target = "/mnt", 4) == 0 or die $!;
			exec "stat", "-c", "%u %g", "/mnt/f"'
	assert_ok
	assert_out '5 6'
}

# The idmapped tree becomes the root file system, so the last command of the sequence is nspivot.
test_nspivot_uses_the_tree_as_root()
{
	mkdir "$TMP/root"
	cp "$(command -v busybox)" "$TMP/root/busybox"
	touch "$TMP/root/f"
	chown 5:6 "$TMP/root/f"
	run nsidmap mount --map $map --fd 9 "$TMP/root" -- \
		nsunshare --map $map --mount --setuid 0 --setgid 0 -- \
		nspivot --preset=none fd:9 -- /busybox stat -c '%u %g' /f
	assert_ok
	assert_out '5 6'
}

# Runs the whole sequence of commands of nsidmap(1), without nsinit and with nsinit as process 1,
# which keeps descriptor 9 (the idmapped mount) open for nspivot. A file that the container creates
# must have the same ids on disk as in the container.
test_container_runs_on_the_tree()
{
	mkdir -p "$TMP/whole/proc" "$TMP/whole/dev" "$TMP/whole/sys" "$TMP/whole/tmp" "$TMP/whole/etc"
	cp "$(command -v busybox)" "$TMP/whole/busybox"
	touch "$TMP/whole/f"
	chown 5:6 "$TMP/whole/f"
	note_state
	for init in '' 'nsinit --keep-fd 9 --'; do
		# shellcheck disable=SC2086,SC2016 # several words; for the inner shell
		run nsidmap mount --map $map --fd 9 "$TMP/whole" -- \
			nsunshare --map $map --setuid 0 --setgid 0 -mpuinC -- $init \
			nspivot --preset=docker --no-new-privs fd:9 -- /busybox sh -c '
				/busybox rm -f /made && echo >/made
				/busybox stat -c "%u %g" /f /made
				/busybox grep -c " / .*idmapped" /proc/mounts
				[ -e /proc/self/fd/9 ] || echo closed'
		assert_ok
		assert_out '5 6
0 0
1
closed'
		run stat -c '%u %g' "$TMP/whole/made"
		assert_out '0 0'
		rm "$TMP/whole/made"
	done
	assert_no_leftovers
}

test_explains_refused_mounts()
{
	note_state
	run nsidmap mount --map $map /proc "$TMP/dst"
	assert_refused 1 "cannot map the ids of '/proc': Invalid argument"
	assert_err_has 'hint: use another directory: the file system of this directory or a file system mounted below it does not support idmapped mounts'
	run nsidmap mount --map $map "$TMP/nosuch" "$TMP/dst"
	assert_refused 1 "cannot copy the mount of '$TMP/nosuch': No such file"
	run nsidmap mount --map $map "$TMP/src" "$TMP/nosuch"
	assert_refused 1 "cannot mount on '$TMP/nosuch'"
	run nsidmap mount "$TMP/src" "$TMP/dst"
	assert_rc 1
	assert_err_has 'missing --map'
	chmod 755 "$TMP"
	run as_nstest nsidmap mount --map $map "$TMP/src" "$TMP/dst"
	assert_refused 1 "cannot copy the mount of '$TMP/src': Operation not permitted"
	assert_err_has 'hint: run the command with CAP_SYS_ADMIN, which is needed to copy a mount'
	assert_no_leftovers
}

test_exits_2_without_mount_setattr()
{
	run enosys mount_setattr -- nsidmap mount --map $map "$TMP/src" "$TMP/dst"
	assert_refused 2 'Function not implemented'
	assert_err_has 'hint: use Linux 5.12 or later for idmapped mounts'
}

test_reports_a_file_system_without_idmapped_mounts()
{
	run nsidmap mount --map u:0:7:1,g:0:7:1 --fd 5 /proc -- echo ran
	assert_refused 125 "cannot map the ids of '/proc': Invalid argument"
	assert_err_has 'does not support idmapped mounts'
}

. shunit2
