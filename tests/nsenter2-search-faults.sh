#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsenter2-search-faults: checks that a failed call in the search for a namespace, by inode or by
# id, never leads to another namespace.
# Runs as root.
# Time limit: 120 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/listlib.sh"
# shellcheck disable=SC2034 # faultlib.sh reads it; check-long tries all faults
FAULT_MAX=40
. "${0%/*}/faultlib.sh"
require_ns user uts net

# held_by_a_socket: sets $inode to the inode of a network namespace that exists only because a
# process has a socket in it.
held_by_a_socket()
{
	hold socket
}

# held_by_an_inner_mount: sets $inode to the inode of a network namespace whose file is mounted in a
# mount namespace without a process.
held_by_an_inner_mount()
{
	inode=${inner:-}
	[ -z "$inode" ] || return 0
	mkdir "$TMP/pins"
	mount -t tmpfs t "$TMP/pins"
	mount --make-private "$TMP/pins"
	: >"$TMP/pins/mnt"
	# use nsunshare, because since Linux 6.18 the new mount namespace may have a lower id than
	# the caller's, and unshare(1) cannot mount the file of such a namespace
	nsunshare --mount="$TMP/pins/mnt" sh -c 'mount -t tmpfs t /mnt && : >/mnt/net &&
		unshare --net=/mnt/net true && stat -L -c %i /mnt/net >"$0"' "$TMP/inode" || return
	inner=$(cat "$TMP/inode")
	inode=$inner
}

test_failed_call_never_finds_another_namespace_than_that_of_the_socket()
{
	kernel_call pidfd_getfd || return 0
	held_by_a_socket
	fault_all -- nsenter2 -t "net:$inode" -n -- "$FINAL"
}

test_failed_call_never_finds_another_namespace_than_that_of_the_mount()
{
	held_by_an_inner_mount
	fault_all -- nsenter2 -t "net:$inode" -n -- "$FINAL"
}

test_search_reports_too_few_descriptors()
{
	held_by_an_inner_mount
	for n in 5 6 7 8 9 10 12 14; do
		run sh -c "ulimit -n $n; exec nsenter2 -t net:$inode -n readlink /proc/self/ns/net"
		if [ "$rc" = 0 ]; then
			assert_out "net:[$inode]"
			assert_err_empty
		else
			assert_refused 125 'Too many open files'
		fi
	done
	run nsenter2 -t "net:$inode" -n readlink /proc/self/ns/net
	assert_ok
	assert_out "net:[$inode]"
}

. shunit2
