#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seed-root: the examples of three Chinese articles: a C program that builds a root like Docker's
# ("Docker Basics: Linux Namespace"), Go programs that start a rootless container ("Build Docker
# Step by Step: Namespaces in Go", 2020), and `pivot_root . .` with busybox, which leaves only the
# requested mounts ("Introduction to Namespaces", 2023).
# Runs as root and as an ordinary user.
# shellcheck disable=SC2086 # $own contains several words
. "${0%/*}/testlib.sh"
require_ns user mnt pid
require_tool busybox

# An ordinary user can mount sysfs only if there is a new network namespace.
own=''
[ "$(id -u)" = 0 ] || own='-r -n'

# Creates a root directory with busybox, and next to it the sources of the bind mounts: conf/ and a
# volume.
oneTimeSetUp()
{
	[ -d "$TMP/rootfs" ] && return 0
	mkdir -p "$TMP/rootfs/bin" "$TMP/conf" "$TMP/volume"
	cp "$(command -v busybox)" "$TMP/rootfs/bin/busybox"
	for applet in sh ls ps cat hostname id mount grep touch; do
		ln -s busybox "$TMP/rootfs/bin/$applet"
	done
	echo '127.0.0.1 container' >"$TMP/conf/hosts"
	echo container >"$TMP/conf/hostname"
	echo 'nameserver 192.0.2.53' >"$TMP/conf/resolv.conf"
	echo 'from the host' >"$TMP/volume/file"
	chmod 755 "$TMP"
	return 0
}

# container COMMAND: runs the command in a container that has uts, ipc, pid and mount namespaces,
# seven file systems besides the root, three bind-mounted files and a volume. An example program in C
# for mount namespaces creates a similar container. Sets $rc, $out and $err.
container()
{
	run nsunshare $own -mpui --hostname container -- nspivot --proc=/proc --sysfs --dev --devpts --shm --tmpfs=/tmp --tmpfs=/run \
		--etc-hosts="$TMP/conf/hosts" --etc-hostname="$TMP/conf/hostname" --etc-resolv-conf="$TMP/conf/resolv.conf" \
		--bind="$TMP/volume:/mnt" "$TMP/rootfs" -- /bin/sh -c "$1"
}

test_the_container_has_a_name_and_pid_1()
{
	container 'hostname; echo $$; ps -o pid,comm; exit'
	assert_ok
	assert_out_has 'container
1
'
	assert_out_has '    1 sh'
}

test_files_of_conf_appear_in_etc()
{
	container 'cat /etc/hosts /etc/hostname /etc/resolv.conf'
	assert_ok
	assert_out '127.0.0.1 container
container
nameserver 192.0.2.53'
}

test_the_volume_is_shared_both_ways()
{
	container 'cat /mnt/file; touch /mnt/made'
	assert_ok
	assert_out 'from the host'
	assertTrue 'created inside' "[ -e '$TMP/volume/made' ]"
}

# The C program in the article "Docker Basics: Linux Namespace" mounts the host's devtmpfs. nspivot
# provides only the few devices that a program needs.
test_the_container_has_few_devices()
{
	container 'ls /dev; echo x >/dev/null; [ -c /dev/tty ]'
	assert_ok
	# those that nspivot(1) lists for --dev, and the mount points of --devpts and --shm
	assert_out 'fd
full
null
ptmx
pts
random
shm
stderr
stdin
stdout
tty
urandom
zero'
}

test_nothing_remains_outside()
{
	note_state
	container 'echo ran'
	assert_ok
	assert_out_has ran
	assert_no_leftovers
	assertFalse 'no mount appeared outside' "grep -q '$TMP/rootfs' /proc/self/mountinfo"
}

test_the_container_of_the_go_programs_runs_without_root()
{
	run nsunshare -r -mpuin --mount-proc --clear-env --setenv "PATH=$PATH" --setenv 'PS1=-[namespace-process]-# ' -- \
		sh -c 'id -u; hostname bird; hostname; ipcs -q | grep -c 0x; echo $$; set -- /proc/[0-9]*; echo "$*"; echo "$PS1"'
	assert_ok
	assert_out '0
bird
0
1
/proc/1
-[namespace-process]-# '
}

# nsunshare clears the environment and sets only the prompt.
test_sets_a_prompt_in_a_cleared_environment()
{
	run nsunshare -r --clear-env --setenv 'PS1=-[namespace-process]-# ' -- /usr/bin/env
	assert_ok
	assert_out 'PS1=-[namespace-process]-# '
	echo 'echo in here' >"$TMP/typed"
	run nsunshare -r --clear-env --setenv 'PS1=-[namespace-process]-# ' -- /bin/sh -i <"$TMP/typed"
	assert_err_has '-[namespace-process]-# '
	assert_out 'in here'
}

# As in the article "Introduction to Namespaces", mountinfo must have only two lines after
# pivot_root(2): the root and proc.
test_pivot_leaves_only_the_requested_mounts()
{
	run nsunshare $own -mp -- nspivot --preset=minimal "$TMP/rootfs" -- /bin/cat /proc/self/mountinfo
	assert_ok
	assertEquals 'lines of mountinfo' 2 "$(wc -l <"$TMP/out")"
	assertEquals 'the mount points' '/
/proc' "$(cut -d' ' -f5 "$TMP/out")"
}

# After chroot(2), the kernel refuses to create a user namespace. After nspivot, it must permit
# this.
test_a_nested_user_namespace_works_after_pivot()
{
	run nsunshare $own -mp -- nspivot --preset=minimal --ro-bind="$NSUTILS_BIN:/suite" --ro-bind=/lib:/lib --ro-bind=/lib64:/lib64 \
		--ro-bind=/usr/lib:/usr/lib "$TMP/rootfs" -- /suite/nsunshare -r -- /bin/id -u
	assert_ok
	assert_out 0
}

. shunit2
