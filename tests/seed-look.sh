#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seed-look: does with nslist and nsenter2 what the Chinese article "Introduction to Namespaces"
# (2023) shows or describes for the namespace API: print type, owner and parent of a namespace, list
# namespaces that only a mount keeps alive, and call setns(2) with a pidfd.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns user uts net

own=''
[ "$(id -u)" = 0 ] || own=-r

# shown KEY: prints the value of KEY from the output of --show.
shown()
{
	printf '%s\n' "$out" | sed -n "s/^$1  *//p"
}

# ns_show, an example program in the article "Introduction to Namespaces", uses the ioctls
# NS_GET_NSTYPE, NS_GET_USERNS, NS_GET_PARENT and NS_GET_OWNER_UID. nslist --show must print the
# same facts.
test_shows_type_owner_and_parent()
{
	feature nslist || return 0
	start_holder nsunshare -r -u -- sh -c 'echo $$ >&3; exec sleep 1000 3>&-'
	user=$(stat -Lc %i "/proc/$holder_line/ns/user")
	run nslist --show "uts:$holder_line"
	assert_rc 0
	assertEquals uts "$(shown TYPE)"
	assertEquals 'the owner' "$user" "$(shown ONS)"
	run nslist --show "user:$holder_line"
	assert_rc 0
	assertEquals user "$(shown TYPE)"
	assertEquals 'the parent' "$(stat -Lc %i /proc/self/ns/user)" "$(shown PNS)"
	assertEquals 'the creator' "$(id -un)" "$(shown CREATOR)"
}

# lsns(8) before util-linux 2.39 lists only namespaces that have a process.
test_lists_a_namespace_kept_by_a_mount()
{
	feature nslist || return 0
	run nsunshare $own -m -- sh -c '
		mount -t tmpfs none "$0" && mount --make-private "$0" && touch "$0/kept" &&
		nsunshare -f "--uts=$0/kept" true &&
		lsns -n -o NS | grep -c "$(stat -Lc %i "$0/kept")"
		nslist -P -t uts -n -r -o NPROCS,HELD,NSFS
		nsenter2 "--uts=$0/kept" stat -Lc %i /proc/self/ns/uts >"$0/inode" &&
		stat -Lc %i "$0/kept" | cmp - "$0/inode"' "$TMP"
	assert_rc 0
	[ "$(printf '%s\n' 2.39 "$(lsns --version | sed 's/.* //')" | sort -V | head -n 1)" = 2.39 ] ||
		assertEquals 'lsns lists it' 0 "$(sed -n 1p "$TMP/out")"
	assert_out_has "0 mnt $TMP/kept"
}

# A single setns(2) with a pidfd enters the namespaces of all types that the process is in.
test_setns_accepts_a_pidfd()
{
	kernel_call pidfd_open || return 0
	start_holder nsunshare $own -u --hostname bird -i -- sh -c 'echo $$ >&3; exec sleep 1000 3>&-'
	if [ "$(id -u)" = 0 ]; then
		run perl -e 'my $fd = syscall(434, $ARGV[0] + 0, 0);
			syscall(308, $fd, 0x04000000 | 0x08000000) == 0 or die "$!";
			exec "uname", "-n"' "$holder_line"
		assert_ok
		assert_out bird
	fi
	run failat -s setns --list -o "$TMP/calls" -- nsenter2 -t "$holder_line" -a -- uname -n
	assert_out bird
	[ "$(id -u)" != 0 ] || assertEquals 'calls of setns' 1 "$(grep -c setns "$TMP/calls")"
}

. shunit2
