#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seed-uts-ipc: the examples of articles on uts and ipc namespaces: changes inside are invisible
# outside.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns uts ipc
require_tool ipcmk ipcs hostname domainname

# An ordinary user first needs a user namespace, which then owns the other namespaces.
own=''
[ "$(id -u)" = 0 ] || own=-r

test_host_and_domain_name_change_inside_only()
{
	run sh -c 'hostname; domainname'
	before=$out
	run nsunshare $own -u -- sh -c 'hostname bird; domainname nest; hostname; domainname'
	assert_ok
	assert_out 'bird
nest'
	run sh -c 'hostname; domainname'
	assert_out "$before"
}

test_hostname_option_sets_the_name()
{
	run nsunshare $own --hostname container -- uname -n
	assert_ok
	assert_out container
}

test_a_queue_outside_is_invisible_inside()
{
	run ipcmk -Q
	assert_rc 0
	run ipcs -q
	assert_out_has "$(id -un)"
	run nsunshare $own -i -- ipcs -q
	assert_ok
	assert_out_has msqid
	assert_out_lacks 0x
	ipcrm -a
}

test_a_queue_inside_is_invisible_outside()
{
	run nsunshare $own -i -- sh -c 'ipcmk -Q >/dev/null; ipcs -q'
	assert_ok
	assert_out_has 0x
	run ipcs -q
	assert_ok
	assert_out_has msqid
	assert_out_lacks 0x
}

# POSIX message queues are files of the mqueue file system, which has one instance for each ipc
# namespace.
test_posix_queues_are_separate()
{
	run nsunshare $own -im -- sh -c '
		mkdir "$0" && mount -t mqueue none "$0" && touch "$0/queue" && ls "$0" &&
		nsunshare -im -- sh -c "umount $0; mount -t mqueue none $0; ls -A $0 | wc -l"' "$TMP/mq"
	assert_ok
	assert_out 'queue
0'
}

# shm_open(3) creates a file in /dev/shm, and mmap(2) shares its memory. So the mount namespace, and
# not the ipc namespace, separates this shared memory.
test_shared_memory_belongs_to_the_mount_namespace()
{
	mkdir "$TMP/mem"
	for how in "shm /seed /dev/shm" "map $TMP/mem/seed $TMP/mem"; do
		# shellcheck disable=SC2086 # several words
		set -- $how
		start_holder sh -c 'exec shared "$0" "$1" text >"$2"' "$1" "$2" "$TMP/last"
		# a process with another file system on /dev/shm cannot see the file
		run nsunshare $own -m -- sh -c 'mount -t tmpfs none "$2" && exec shared "$0" "$1"' "$@"
		assert_rc 1
		assert_err_has 'No such file or directory'
		# a process in another ipc namespace still shares the memory, so each process sees
		# what the other process has written
		run nsunshare $own -i -- shared "$1" "$2"
		assert_ok
		assert_out text
		wait "$holder"
		assertEquals "$1" '!ext' "$(cat "$TMP/last")"
		rm -f "/dev/shm$2" "$2"
	done
}

. shunit2
