#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seed-uts-ipc: the articles on names and message queues: what is changed inside is not seen outside.
# as: root user
. "${0%/*}/testlib.sh"
require_ns uts ipc
require_tool ipcmk ipcs hostname domainname

# An ordinary user needs a user namespace that owns the others.
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

test_hostname_is_an_option()
{
	run nsunshare $own --hostname container -- uname -n
	assert_ok
	assert_out container
}

test_a_queue_outside_is_not_there_inside()
{
	run ipcmk -Q
	assert_rc 0
	run ipcs -q
	assert_out_has "$(id -un)"
	run nsunshare $own -i -- ipcs -q
	assert_ok
	assert_out_lacks 0x
	ipcrm -a
}

test_a_queue_inside_is_not_there_outside()
{
	run nsunshare $own -i -- sh -c 'ipcmk -Q >/dev/null; ipcs -q'
	assert_ok
	assert_out_has 0x
	run ipcs -q
	assert_out_lacks 0x
}

# POSIX message queues are files of the mqueue file system, one instance for each ipc namespace.
test_posix_queues_are_separate_too()
{
	run nsunshare $own -im -- sh -c '
		mkdir "$0" && mount -t mqueue none "$0" && touch "$0/queue" && ls "$0" &&
		nsunshare -im -- sh -c "umount $0; mount -t mqueue none $0; ls -A $0 | wc -l"' "$TMP/mq"
	assert_ok
	assert_out 'queue
0'
}

# shm_open(3) is a file below /dev/shm: it is the mount namespace that separates it, not the ipc one.
test_shared_memory_objects_go_with_mounts()
{
	run nsunshare $own -m -- sh -c '
		mount -t tmpfs none /dev/shm && echo text >/dev/shm/object &&
		nsunshare -i -- cat /dev/shm/object &&
		nsunshare -m -- sh -c "mount -t tmpfs none /dev/shm; ls -A /dev/shm | wc -l"'
	assert_ok
	assert_out 'text
0'
}

. shunit2
