#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# demo-runs: checks that demo.sh succeeds for root and for an ordinary user and leaves nothing
# behind.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_tool busybox nsidmap nsinit
require_feature nslist

demo=${0%/*}/demo.sh

# line AFTER PATTERN: returns 0 if the output has a line that matches PATTERN, below the line that
# begins with AFTER.
line()
{
	sed -n "\\|^$1|,\$p" "$TMP/out" | grep -q "$2"
}

test_container_is_created_and_visible_from_inside_and_outside()
{
	note_state
	began=$(date +%s%N)
	run sh "$demo"
	ms=$((($(date +%s%N) - began) / 1000000))
	assert_rc 0
	assert_no_leftovers
	assertTrue "took $ms ms" "[ $ms -lt 20000 ]"

	# the program in the container prints its hostname, pid and ids, the uptime, which starts at
	# zero, and the mounts and processes of the container
	assert_out_has 'hostname  box, in /etc/hostname box'
	assert_out_has 'pid       2'
	assert_out_has 'uid=0(root) gid=0'
	assertTrue 'uptime' "line hostname '^uptime *1\\{0,1\\}[0-9]\\.[0-9]*\$'"
	for dir in / /proc /sys /dev /dev/pts /tmp /run /etc/hosts /etc/hostname /etc/resolv.conf; do
		assertTrue "mount on $dir" "line mounts '^[^ ]* $dir '"
	done
	assertFalse 'a mount of the old root' "line mounts '^[^ ]* /home\\|/boot '"
	assertTrue 'process 1' "line processes '^ *1 .*nsinit'"

	# nslist counts two processes in each of the eight namespaces, and in most of them also the
	# parent that waits for the program; nsenter2 runs ps in these namespaces
	for type in user:3 mnt:3 uts:3 ipc:3 pid:2 cgroup:3 net:3 time:2; do
		assertTrue "nslist shows $type" "line '. nslist' '^[0-9]* ${type%:*} *${type#*:} '"
	done
	assertTrue 'ps by nsenter2' "line '. nsenter2' '^ *2 .*/bin/sh /run/hello'"
	assertTrue 'ps by nsenter2 is inside' "line '. nsenter2' '^ *[0-9]* .*/bin/ps'"
}

test_every_command_is_printed()
{
	run sh "$demo"
	assert_rc 0
	assert_out_has '$ nsidmap plan --auto | nsunshare --map=- -UmpnuiCT'
	assert_out_has '$ nslist -o NS,TYPE,NPROCS,PID,USER,COMMAND'
	assert_out_has '$ nsenter2 --target'
}

# A dynamically linked busybox cannot run in the container's root directory, which contains no
# shared libraries.
test_uses_the_root_of_the_host_without_a_static_busybox()
{
	mkdir "$TMP/dynamic"
	printf '#!/bin/sh\n# /lib64/ld-linux\nexit 1\n' >"$TMP/dynamic/busybox"
	chmod +x "$TMP/dynamic/busybox"
	run sh "$demo" "$TMP/dynamic"
	assert_rc 0
	assert_out_has ' --host-root -- /bin/sh /run/hello'
	assert_out_has 'hostname  box, in /etc/hostname box'
	assert_out_has 'pid       2'
	assertTrue 'its root is a tmpfs' "line mounts '^tmpfs / tmpfs '"
	assertTrue 'the host is read-only in it' "line mounts ' /usr [^ ]* ro,'"
	assertTrue 'ps by nsenter2' "line '. nsenter2' 'PID *TTY'"
}

test_exits_with_the_status_of_a_failed_command()
{
	mkdir "$TMP/bin"
	printf '#!/bin/sh\nexit 42\n' >"$TMP/bin/nspivot"
	chmod +x "$TMP/bin/nspivot"
	run sh "$demo" "$TMP/bin"
	assert_rc 42
	assert_out_lacks 'hostname  '
}

. shunit2
