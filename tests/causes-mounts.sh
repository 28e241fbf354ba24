#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# causes-mounts: checks that nspivot says why a mount cannot be made, and gives no wrong reason.
# as: root user
# budget: 120
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
	cat >"$TMP/box" <<-'SCRIPT'
		#!/bin/sh
		# runs nspivot in new namespaces, with a tmpfs on $T/other
		exec nsunshare -rm -- sh -c 'mount -t tmpfs none "$T/other" && mkdir "$T/other/work" && exec nspivot "$@"' sh "$@"
	SCRIPT
	chmod 755 "$TMP/box"
}

test_a_file_and_a_directory_are_not_mounted_on_each_other()
{
	situations <<-'TABLE'
	125 | ./box --bind=$T/file:/dir root -- /bin/true | hint: name a directory as the source, or '/dir/<name>' as the destination: a file cannot be mounted on a directory | is a file
	125 | ./box --bind=$T/low:/file root -- /bin/true | hint: name a file as the source, or another destination: '/file' in the new root is a file | '/file/<name>'
	125 | ./box --tmpfs=/file root -- /bin/true | hint: name a directory: '/file' in the new root is a file | as the source
	125 | ./box --bind=$T/none:/dir root -- /bin/true | cannot open '$T/none': No such file or directory | hint: name a
	127 | ./box --bind=$T/low:/dir --bind=$T/file:/file root -- /bin/none | cannot execute | mounted on
	127 | ./box --bind=$T/low:/new --bind=$T/file:/newfile root -- /bin/none | cannot execute | mounted on
	TABLE
}

test_a_mistake_in_an_overlay_is_named()
{
	situations <<-'TABLE'
	125 | ./box --overlay=/dir:lower=$T/low,upper=$T/up root -- /bin/true | hint: add work=<dir>, an empty directory on the same mount as upper=$T/up | do not contain
	125 | ./box --overlay=/dir:lower=$T/low,work=$T/work root -- /bin/true | hint: add upper=<dir>, or omit work= | add work=
	125 | ./box --overlay=/dir:lower=$T/low,upper=$T/up,work=$T/other/work root -- /bin/true | hint: move work= to the mount of upper=$T/up: both must be on the same mount | add work=
	125 | ./box --overlay=/dir:lower=$T/low,upper=$T/up,work=$T/up root -- /bin/true | hint: use directories for upper= and work= that do not contain each other | same mount
	125 | ./box --overlay=/dir:lower=$T/file,lower=$T/low root -- /bin/true | hint: name a directory: the layer '$T/file' is a file | two layers
	125 | ./box --overlay=/dir:lower=$T/low root -- /bin/true | hint: add upper= and work=, or another lower=: an overlay needs two layers | is a mount
	125 | ./box --overlay=/dir:lower=$T/low:upper=$T/up root -- /bin/true | hint: separate lower=, upper= and work= by commas | two layers
	125 | ./box --overlay=/dir:lower=$T/none,lower=$T/low root -- /bin/true | cannot open layer '$T/none': No such file or directory | hint:
	127 | ./box --overlay=/dir:lower=$T/low,lower=$T/low2 root -- /bin/none | cannot execute | overlay
	TABLE
}

# In a nested user namespace, the mounts that come from the outer user namespace are locked
# together.
test_a_layer_with_inherited_mounts_below_is_named()
{
	mkdir -p "$TMP/layer/mnt"
	run env T="$TMP" nsunshare -rm -- sh -c 'mount -t tmpfs none "$T/layer/mnt" && exec nsunshare -rm -- nspivot "$@"' sh \
		"--overlay=/dir:lower=$TMP/layer,lower=$TMP/low" "$TMP/root" -- /bin/true
	assert_rc 125
	assert_err_has "hint: use a layer without mounts below it: '$TMP/layer/mnt' is a mount, and a user namespace may not separate it from '$TMP/layer'"
	# a control: the mount below was made in the same user namespace, so it is not locked
	run env T="$TMP" nsunshare -rm -- sh -c 'mount -t tmpfs none "$T/layer/mnt" && exec nspivot "$@"' sh \
		"--overlay=/dir:lower=$TMP/layer,lower=$TMP/low" "$TMP/root" -- /bin/none
	assert_rc 127
	assert_err_lacks 'without mounts'
}

test_a_read_only_parent_is_named()
{
	situations <<-'TABLE'
	125 | ./box --ro-bind=$T/low:/dir --tmpfs=/dir/new root -- /bin/true | hint: create '/dir/new' in the source of '/dir', which an earlier option has mounted read-only | in the root,
	125 | ./box --ro-bind=$T/low:/dir --dir=/dir/new root -- /bin/true | hint: create '/dir/new' in the source of '/dir', | in the root,
	125 | ./box --ro-bind=$T/low:/dir --symlink=x:/dir/new root -- /bin/true | hint: create '/dir/new' in the source of '/dir', | in the root,
	125 | ./box --ro-bind=$T/low:/dir --file=$T/file:/dir/new root -- /bin/true | hint: create '/dir/new' in the source of '/dir', | in the root,
	127 | ./box --ro-bind=$T/low:/dir --tmpfs=/dir/sub root -- /bin/none | cannot execute | read-only
	TABLE
	run env T="$TMP" nsunshare -rm -- sh -c 'mount --bind "$T/root" "$T/root" && mount -o remount,bind,ro "$T/root" &&
		exec nspivot --tmpfs=/new "$T/root" -- /bin/true'
	assert_rc 125
	assert_err_has "hint: create '/new' in the root, which is read-only"
	assert_err_lacks 'earlier option'
}

# as: user
test_lost_capabilities_are_named()
{
	situations <<-'TABLE'
	125 | nsunshare -Umpc -- nspivot --host-root -- id -u | hint: add --keep-caps to nsunshare, or map the user to 0 with -r | nsunshare -Um:
	125 | nsunshare -Umc -- nspivot root -- /bin/true | hint: add --keep-caps to nsunshare | nsunshare -Um:
	125 | nsunshare -Uc -- nspivot root -- /bin/true | nsunshare | --keep-caps
	125 | nspivot --force root -- /bin/true | hint: create a mount namespace with nsunshare -m as root, or with nsunshare -Um: CAP_SYS_ADMIN is missing | --keep-caps
	127 | nsunshare -Umc --keep-caps -- nspivot root -- /bin/none | cannot execute | --keep-caps
	TABLE
}

. shunit2
