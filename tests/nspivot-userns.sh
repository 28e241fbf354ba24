#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nspivot-userns: checks that nspivot works in a user namespace, and that its hints explain refused
# mounts.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"
require_ns user
make_box

# userns TYPES COMMAND…: runs the command in a new user namespace, and in new namespaces of the
# given types.
userns()
{
	_types=$1
	shift
	nsunshare "-U$_types" -r -- "$@"
}

test_hint_names_the_mount_that_hides_a_part_of_proc()
{
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		run userns mp sh -c "mount -t proc proc /proc && mount --bind /dev/null /proc/keys &&
			exec nsunshare -Ump -r -- $NSPIVOT_UNDER nspivot --proc /proc '$box' -- /bin/ls"
		assert_refused 125 'cannot mount proc'
		assert_err_has ' on /proc/keys, or use nspivot --bind /proc:'
	done
	NSPIVOT_UNDER=
}

test_mount_on_an_empty_proc_directory_does_not_prevent_proc()
{
	run userns mp sh -c "mount -t proc proc /proc && mount -t tmpfs x /proc/sys/fs/binfmt_misc
		exec nsunshare -Ump -r -- nspivot --proc /proc '$box' -- /bin/sh -c 'echo /proc/1/st*us'"
	assert_rc 0
	assert_out_has /proc/1/status
}

test_hint_names_the_missing_namespace()
{
	for missing in m:--proc=/proc:pid:-p mp:--mqueue:ipc:-i mp:--cgroup2:cgroup:-C; do
		# shellcheck disable=SC2046 # several words
		set -- $(echo "$missing" | tr : ' ' | sed 's| /proc||')
		case $2 in
		--proc*) what=--proc=/proc type=pid letter=-p ;;
		*) what=$2 type=$3 letter=$4 ;;
		esac
		for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
			# shellcheck disable=SC2086
			run userns "$1" $NSPIVOT_UNDER nspivot "$what" "$box" -- /bin/ls
			assert_refused 125 'not permitted'
			assert_err_has "$type namespace that this user namespace owns"
			assert_err_has "nsunshare $letter"
		done
	done
	NSPIVOT_UNDER=
}

test_hint_without_privilege_names_nsunshare()
{
	run userns p nspivot "$box" -- /bin/ls
	assert_refused 125 'not permitted'
	assert_err_has 'belongs to another user namespace'
	[ "$(id -u)" != 0 ] || return 0
	run nspivot "$box" -- /bin/ls
	assert_refused 125 'Operation not permitted'
	assert_err_has 'hint: create a mount namespace with nsunshare -m as root, or with nsunshare -Um: CAP_SYS_ADMIN is missing'
}

test_sysfs_without_a_network_namespace_is_bound_read_only()
{
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		# shellcheck disable=SC2086
		run userns mp $NSPIVOT_UNDER nspivot --preset=minimal --sysfs "$box" -- \
			/bin/sh -c 'ls /sys; cut -d" " -f2,4 /proc/mounts | grep "^/sys"'
		assert_ok
		assert_out_has kernel
		assert_out_has '/sys ro,nosuid,nodev,noexec'
		assert_out_lacks ' rw'
	done
	NSPIVOT_UNDER=
}

test_dev_and_devpts_work_in_a_user_namespace()
{
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		# shellcheck disable=SC2086
		run userns mp $NSPIVOT_UNDER nspivot --dev --devpts "$box" -- \
			/bin/sh -c 'echo x >/dev/null && stat -c %t:%T /dev/null && ls /dev/pts'
		assert_ok
		assert_out_has 1:3
		assert_out_has ptmx
	done
	NSPIVOT_UNDER=
	run userns mp nspivot --devpts=/dev/pts:gid=5 "$box" -- /bin/ls
	assert_refused 125 'cannot mount devpts'
}

test_overlay_in_a_user_namespace_uses_userxattr()
{
	feature overlay-userns || return 0
	mkdir -p "$TMP/low/dir" "$TMP/up" "$TMP/work"
	echo 1 >"$TMP/low/dir/file"
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		# shellcheck disable=SC2086
		run userns mp $NSPIVOT_UNDER nspivot --proc /proc --overlay "/ov:lower=$TMP/low,upper=$TMP/up,work=$TMP/work" "$box" -- \
			/bin/sh -c 'grep -o userxattr /proc/mounts; rm -r /ov/dir 2>/dev/null || echo x >/ov/dir/file'
		assert_rc 0
		assert_out userxattr
		chmod -R 700 "$TMP/work"
		rm -rf "$TMP/up" "$TMP/work"
		mkdir "$TMP/up" "$TMP/work"
	done
	NSPIVOT_UNDER=
}

test_overlay_accepts_any_name_of_a_layer()
{
	feature overlay-userns || return 0
	mkdir -p "$TMP/a:b,c\\d" "$TMP/e"
	echo 1 >"$TMP/a:b,c\\d/odd"
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		# shellcheck disable=SC2086
		run userns mp $NSPIVOT_UNDER nspivot --overlay "/ov:lower=$TMP/a:b\\,c\\\\d,lower=$TMP/e" "$box" -- /bin/ls /ov
		assert_ok
		assert_out odd
		mkdir "$TMP/u:p,p\\er" "$TMP/w:o,r\\k"
		# shellcheck disable=SC2086
		run userns mp $NSPIVOT_UNDER nspivot --overlay "/ov:lower=$TMP/e,upper=$TMP/u:p\\,p\\\\er,work=$TMP/w:o\\,r\\\\k" "$box" -- \
			/bin/sh -c 'echo 1 >/ov/new'
		assert_ok
		assertTrue 'the upper layer has the file' '[ -e "$TMP/u:p,p\er/new" ]'
		chmod -R 700 "$TMP/w:o,r\\k"
		rm -rf "$TMP/u:p,p\\er" "$TMP/w:o,r\\k"
	done
	NSPIVOT_UNDER=
}

# The caller is root of a user namespace that does not map the owner of the directory, so it may not
# enter the directory. The message must contain the path.
test_refuses_a_root_directory_that_it_may_not_enter()
{
	# Runs only as root.
	mkdir "$TMP/closed"
	chown 12345:12345 "$TMP/closed"
	chmod 700 "$TMP/closed"
	chmod 711 "$TMP"
	run nsunshare --map=u:0:61234:1,g:0:61234:1 -S 0 -G 0 -mp -- nspivot --tmpfs "/x" "$TMP/closed" -- /bin/ls
	assert_refused 125 "cannot create '/x' in the new root: Permission denied"
}

test_works_where_the_user_may_not_list_the_old_root()
{
	# Runs only as root.
	chmod 711 "$TMP"
	mkdir "$TMP/unlisted"
	# shellcheck disable=SC2016 # the inner shell expands it
	run unshare --mount sh -c '
		mount -t tmpfs -o mode=711 none "$0" && cd "$0" || exit
		for dir in /*; do
			if [ -L "$dir" ]; then cp -P "$dir" .; elif [ -d "$dir" ]; then mkdir ".$dir" && mount --rbind "$dir" ".$dir"; fi
		done
		pivot_root . . && umount -l . && exec setpriv --reuid "$1" --regid "$1" --clear-groups sh -c "
			ls / 2>/dev/null || exec nsunshare -rm -- nspivot $2 -- /bin/busybox echo ran"' "$TMP/unlisted" "$NSTEST_UID" "$box"
	assert_ok
	assert_out ran
}

# Without a network namespace, nspivot binds the host's /sys, which contains a cgroup2 mount.
# mount(2) refuses to mount another cgroup2 on that mount.
test_mounts_cgroup2_on_the_cgroup2_of_a_bound_sys()
{
	# Runs only as root.
	feature libmount || return 0
	for NSPIVOT_UNDER in '' 'enosys mount_setattr --' "$OLD_KERNEL"; do
		run unshare -m sh -c "{ stat -fc %T /sys/fs/cgroup | grep -qx cgroup2fs ||
			mount -t cgroup2 c /sys/fs/cgroup; } &&
			exec nsunshare -rmpiuC -- $NSPIVOT_UNDER nspivot --preset=docker '$box' -- \
			/bin/grep ' /sys/fs/cgroup ' /proc/self/mountinfo"
		assert_ok
		# the topmost mount must show the root of the cgroup namespace
		assertEquals 'cgroup2 /' "$(tail -n 1 "$TMP/out" | sed 's/^[^ ]* [^ ]* [^ ]* \([^ ]*\) .* - \([^ ]*\) .*/\2 \1/')"
	done
	NSPIVOT_UNDER=
}

. shunit2
