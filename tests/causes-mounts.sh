#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# causes-mounts: checks that nspivot says why a mount cannot be made, and gives no wrong reason.
# Runs as root and as an ordinary user.
# Time limit: 120 seconds.
# shellcheck disable=SC2016 # the table expands $T
. "${0%/*}/testlib.sh"
. "${0%/*}/causelib.sh"
require_ns user mnt pid

oneTimeSetUp()
{
	chmod 755 "$TMP"
	mkdir -p "$TMP/root/dir" "$TMP/low/sub" "$TMP/low2" "$TMP/up" "$TMP/work" "$TMP/other"
	echo text >"$TMP/file"
	echo text >"$TMP/root/file"
	user_namespace=
	[ "$(id -u)" = 0 ] || user_namespace=-r
	cat >"$TMP/box" <<-SCRIPT
		#!/bin/sh
		# runs nspivot in new namespaces, with a tmpfs on \$T/other
		exec nsunshare -m $user_namespace -- sh -c 'mount -t tmpfs none "\$T/other" && mkdir "\$T/other/work" && exec nspivot "\$@"' sh "\$@"
	SCRIPT
	chmod 755 "$TMP/box"
}

test_a_file_and_a_directory_are_not_mounted_on_each_other()
{
	situations <<-'TABLE'
	125 | ./box --bind=$T/file:/dir root -- /bin/true | hint: specify a directory as the source, or '/dir/<name>' as the destination: a file cannot be mounted on a directory | is a file
	125 | ./box --bind=$T/low:/file root -- /bin/true | hint: specify a file as the source, or another destination: '/file' in the new root is a file | '/file/<name>'
	125 | ./box --tmpfs=/file root -- /bin/true | hint: specify a directory as the destination: '/file' in the new root is a file | as the source
	125 | ./box --bind=$T/none:/dir root -- /bin/true | cannot open '$T/none': No such file or directory | hint: name a
	127 | ./box --bind=$T/low:/dir --bind=$T/file:/file root -- /bin/none | cannot execute | mounted on
	127 | ./box --bind=$T/low:/new --bind=$T/file:/newfile root -- /bin/none | cannot execute | mounted on
	TABLE
}

# Before Linux 5.12, nspivot uses mount(2), for which the kernel provides no messages.
test_the_message_of_the_kernel_about_a_file_system_is_printed()
{
	kernel_call mount_setattr || return 0
	situations <<-'TABLE'
	125 | ./box --tmpfs=/dir:size=bad root -- /bin/true | hint: the kernel reports: tmpfs: Bad value for 'size' | see /proc/filesystems
	125 | nsunshare -rm enosys -e ENODEV fsopen -- nspivot --tmpfs=/dir root -- /bin/true | hint: see /proc/filesystems for the types that this kernel supports | the kernel reports
	TABLE
}

test_a_mistake_in_an_overlay_is_named()
{
	[ -z "$user_namespace" ] || feature overlay-userns || return 0
	situations <<-'TABLE'
	125 | ./box --overlay=/dir:lower=$T/low,upper=$T/up root -- /bin/true | hint: add work=<dir>, an empty directory on the same mount as upper=$T/up | do not contain
	125 | ./box --overlay=/dir:lower=$T/low,work=$T/work root -- /bin/true | hint: add upper=<dir>, or omit work= | add work=
	125 | ./box --overlay=/dir:lower=$T/low,upper=$T/up,work=$T/other/work root -- /bin/true | hint: move work= to the mount of upper=$T/up: both must be on the same mount | add work=
	125 | ./box --overlay=/dir:lower=$T/low,upper=$T/up,work=$T/up root -- /bin/true | hint: use directories for upper= and work= that do not contain each other | same mount
	125 | ./box --overlay=/dir:lower=$T/file,lower=$T/low root -- /bin/true | hint: use a directory as the layer instead of the file '$T/file' | two layers
	125 | ./box --overlay=/dir:lower=$T/low root -- /bin/true | hint: add upper= and work=, or another lower=: an overlay needs two layers | is a mount
	125 | ./box --overlay=/dir:lower=$T/low:upper=$T/up root -- /bin/true | hint: separate lower=, upper= and work= by commas | use a directory as the layer
	125 | ./box --overlay=/dir:lower=$T/low,upper=tmpfs,work=$T/work root -- /bin/true | hint: omit work=, because upper=tmpfs has its own work directory | add upper=<dir>
	127 | ./box --overlay=/dir:lower=$T/low,upper=tmpfs root -- /bin/none | cannot execute | omit work=, because
	125 | ./box --overlay=/dir:lower=$T/low,lower=$T/low/sub root -- /bin/true | hint: use directories for lower=, upper= and work= that do not contain each other | two layers
	125 | ./box --overlay=/dir:lower=$T/none,lower=$T/low root -- /bin/true | No such file | separate lower=, upper= and work= by commas
	125 | ./box --overlay=/dir:lower=$T/none,lower=$T/low root -- /bin/true | cannot open layer '$T/none': No such file or directory | hint:
	127 | ./box --overlay=/dir:lower=$T/low,lower=$T/low2 root -- /bin/none | cannot execute | overlay
	TABLE
}

# In a nested user namespace, the mounts that come from the outer user namespace are locked
# together.
test_a_layer_with_inherited_mounts_below_is_named()
{
	feature overlay-userns && kernel_call open_tree || return 0
	mkdir -p "$TMP/layer/mnt"
	run env T="$TMP" nsunshare -rm -- sh -c 'mount -t tmpfs none "$T/layer/mnt" && exec nsunshare -rm -- nspivot "$@"' sh \
		"--overlay=/dir:lower=$TMP/layer,lower=$TMP/low" "$TMP/root" -- /bin/true
	assert_rc 125
	assert_err_has "hint: use a layer without mounts below it: in a user namespace, the mount '$TMP/layer/mnt' cannot be separated from '$TMP/layer'"
	# a submount that was made in the same user namespace is not locked, so the layer is
	# accepted
	run env T="$TMP" nsunshare -rm -- sh -c 'mount -t tmpfs none "$T/layer/mnt" && exec nspivot "$@"' sh \
		"--overlay=/dir:lower=$TMP/layer,lower=$TMP/low" "$TMP/root" -- /bin/none
	assert_rc 127
	assert_err_lacks 'without mounts'
}

test_a_read_only_parent_is_named()
{
	situations <<-'TABLE'
	125 | ./box --ro-bind=$T/low:/dir --tmpfs=/dir/new root -- /bin/true | hint: create '/dir/new' in the source of the mount on '/dir', because an earlier option has made this mount read-only | in the root,
	125 | ./box --ro-bind=$T/low:/dir --dir=/dir/new root -- /bin/true | hint: create '/dir/new' in the source of the mount on '/dir', | in the root,
	125 | ./box --ro-bind=$T/low:/dir --symlink=x:/dir/new root -- /bin/true | hint: create '/dir/new' in the source of the mount on '/dir', | in the root,
	125 | ./box --ro-bind=$T/low:/dir --file=$T/file:/dir/new root -- /bin/true | hint: create '/dir/new' in the source of the mount on '/dir', | in the root,
	127 | ./box --ro-bind=$T/low:/dir --tmpfs=/dir/sub root -- /bin/none | cannot execute | read-only
	TABLE
	run env T="$TMP" nsunshare -rm -- sh -c 'mount --bind "$T/root" "$T/root" && mount -o remount,bind,ro "$T/root" &&
		exec nspivot --tmpfs=/new "$T/root" -- /bin/true'
	assert_rc 125
	assert_err_has "hint: create '/new' beforehand, because the root is read-only"
	assert_err_lacks 'earlier option'
}

test_lost_capabilities_are_named()
{
	# Runs only as an ordinary user.
	situations <<-'TABLE'
	125 | nsunshare -Umpc -- nspivot --host-root -- id -u | hint: add --keep-caps to nsunshare, or map the user to 0 with -r | nsunshare -Um:
	125 | nsunshare -Umc -- nspivot root -- /bin/true | hint: add --keep-caps to nsunshare | nsunshare -Um:
	125 | nsunshare -Uc -- nspivot root -- /bin/true | nsunshare | --keep-caps
	125 | nspivot --force root -- /bin/true | hint: create a mount namespace with nsunshare -m as root, or with nsunshare -Um: CAP_SYS_ADMIN is missing | --keep-caps
	127 | nsunshare -Umc --keep-caps -- nspivot root -- /bin/none | cannot execute | --keep-caps
	TABLE
}

# In a user namespace, an inherited mount may not be bound without the mounts below it (EINVAL). The
# message for this cause must not appear if a file is bound to a directory, which fails with ENOTDIR.
test_explains_a_bind_refused_without_the_mounts_below()
{
	# Runs only as an ordinary user.
	mkdir -p "$TMP/locked" "$TMP/root/bound"
	for under in '' 'enosys open_tree,move_mount,fsopen,mount_setattr,openat2 --'; do
		# shellcheck disable=SC2016 # the inner shell expands it
		run nsunshare -rm sh -c 'mount -t tmpfs none "$0/locked" && mkdir "$0/locked/below" &&
			mount -t tmpfs none "$0/locked/below" &&
			exec nsunshare -rm $1 nspivot --bind="$0/locked:/bound:norec" "$0/root" -- /bin/none' "$TMP" "$under"
		assert_rc 125
		assert_err_has 'hint: omit norec: in a user namespace, inherited mounts can be bound only together with the mounts below them'
		# shellcheck disable=SC2016
		run nsunshare -rm sh -c 'exec $1 nspivot --bind="$0/file:/bound:norec" "$0/root" -- /bin/none' "$TMP" "$under"
		assert_rc 125
		assert_err_has 'a file cannot be mounted on a directory'
		assert_err_lacks 'omit norec'
	done
}

# The existing proc file system is read-only, so maps cannot be written.
test_explains_a_read_only_proc()
{
	# Runs only as an ordinary user.
	mkdir -p "$TMP/root/mnt"
	for option in '' :ro; do
		# shellcheck disable=SC2016 # the inner shell expands it
		run nsunshare -rmp --mount-proc sh -c 'mount -o remount,ro /proc &&
			exec unshare -Ump --fork --keep-caps nspivot --proc=/mnt$1 "$0/root" -- /bin/none' "$TMP" "$option"
		if [ -z "$option" ]; then
			assert_rc 125
			assert_err_has 'hint: add the option ro: /proc is read-only, so a proc that is mounted in a user namespace must be read-only, too'
		else
			assert_rc 127
			assert_err_lacks 'add the option ro'
		fi
	done
}

test_explains_a_mount_namespace_that_cannot_be_identified()
{
	# Runs only as root.
	# shellcheck disable=SC2016 # the inner shell expands it
	run unshare -m sh -c 'cd "$0" && mount -t tmpfs none /proc/$$/ns && exec nspivot "$0/root" -- /bin/true' "$TMP"
	assert_refused 125 'cannot examine /proc/self/ns/mnt to identify the mount namespace: No such file'
	assert_err_has 'hint: use --force to skip this check'
}

test_explains_a_mount_namespace_that_cannot_be_compared()
{
	# Runs only as root.
	# shellcheck disable=SC2016 # the inner shell expands it
	set -- 'for process in 1 2; do
			[ ! -d /proc/$process ] || mount -t tmpfs none /proc/$process
		done
		exec setarch --uname-2.6 nspivot "$0/root" -- /bin/true' "$TMP"
	run unshare -m sh -c "$@"
	assert_refused 125 'cannot determine whether this is the initial mount namespace of the host'
	assert_err_has 'hint: use --force to skip this check'
	# the check is not needed in another user namespace, so nspivot gets as far as the program,
	# which the new root lacks
	run nsunshare -rm sh -c "$@"
	assert_refused 127 "cannot execute '/bin/true'"
	assert_err_lacks 'to skip this check'
}

test_names_the_missing_capability_if_a_mount_namespace_cannot_be_compared()
{
	# Runs only as an ordinary user.
	run setarch --uname-2.6 nspivot "$TMP/root" -- /bin/true
	assert_rc 125
	assert_err_has 'hint: create a mount namespace with nsunshare -m as root'
	assert_err_has 'CAP_SYS_ADMIN is missing'
	assert_err_lacks 'to skip this check'
}

test_names_a_process_that_could_reach_the_old_root()
{
	mkdir "$TMP/root/proc"
	set -- nspivot --proc=/proc "$TMP/root" -- /bin/true
	run nsunshare -rmp sh -c '"$@"; exit $?' "$TMP" "$@"
	assert_err_has "through its cwd"
	assert_err_has 'hint: make this process change its working directory to /, as nsinit does'
	assert_err_lacks 'use a pid namespace'
	rmdir "$TMP/root/proc"
	[ "$(id -u)" = 0 ] || return 0
	start_holder sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	run nsunshare -m -- "$@"
	assert_rc 125
	assert_err_has "through its root"
	assert_err_has "hint: use a pid namespace (nsunshare -p), or --force: the new root's /proc shows a process that has another root directory"
	assert_err_lacks 'make this process change its working directory'
}

test_a_default_acl_changes_the_mode_of_a_directory()
{
	# Runs only as an ordinary user.
	mkdir "$TMP/root/acl"
	setfacl -d -m u::rx,g::-,o::- "$TMP/root/acl" || return 0
	situations <<-'TABLE'
	125 | ./box --dir=/acl/new root -- /bin/true | hint: remove the default ACL of the parent directory | stop the process
	127 | ./box --dir=/dir/new root -- /bin/none | cannot execute | remove the default ACL
	TABLE
	rm -r "$TMP/root/acl"
}

test_the_propagation_of_a_chroot_cannot_be_changed()
{
	# Runs only as root.
	for d in usr bin lib lib64 "$NSUTILS_BIN" proc; do
		mkdir -p "$TMP/jail/$d"
	done
	# shellcheck disable=SC2016 # the inner shell expands it
	run unshare -m sh -c 'cd / && for d in usr bin lib lib64 ".$1" proc; do mount --rbind "$d" "$0/$d" || exit 99; done
		exec chroot "$0" "$1/nsunshare" -m true' "$TMP/jail" "$NSUTILS_BIN"
	assert_refused 125 'cannot change the propagation of /: Invalid argument'
	assert_err_has 'hint: use --propagation=unchanged, because / is not a mount point in a chroot'
	run enosys -e ENOMEM mount -- nsunshare -m true
	assert_refused 125 'cannot change the propagation of /: Cannot allocate memory'
	assert_err_lacks 'use --propagation=unchanged'
}

. shunit2
