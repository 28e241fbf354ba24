#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nspivot-initial: checks that nspivot refuses to pivot in the initial mount namespace of the host.
# The namespace belongs to a process of the initial pid namespace.
# Runs as root.
# Runs in the initial pid namespace.
. "${0%/*}/testlib.sh"
require_root
require_feature initial-mounts

test_initial_mount_namespace_is_refused()
{
	for pid in 1 2; do
		[ ! -e "/proc/$pid/ns/mnt" ] || mnt=/proc/$pid/ns/mnt
	done
	# All calls that change mounts fail with EIO, so the mounts of the machine are safe even if
	# nspivot does not refuse. --force shows this.
	set -- nsenter2 --mount="$mnt" -- "$(command -v enosys)" -e EIO \
		mount,umount2,pivot_root,open_tree,move_mount,mount_setattr,fsopen,fsmount,unshare,setns -- \
		"$(command -v nspivot)"
	run "$@" / -- /bin/true
	assert_refused 125 'this is the initial mount namespace of the host'
	assert_err_has "hint: run 'nsunshare -m -- nspivot ...', or use --force to pivot here"
	run "$@" --force / -- /bin/true
	assert_refused 125 'Input/output error'
}

. shunit2
