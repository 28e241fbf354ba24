#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsenter2-mounts: checks the mounts for the program alone: --mount-proc, --mount-sys, --etc-netns.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns user mnt pid net
require_tool ip ps

# start_target OPTION…: starts a process in new namespaces. Sets $target to its pid.
start_target()
{
	start_holder unshare -r -p -f --kill-child "$@" sh -c 'echo >&3; exec sleep 1000 3>&-'
	target=$(pgrep -P "$holder")
	await_sleep "$target"
}

tearDown()
{
	stop_holders
	[ -z "${target-}" ] || tail -s 0.02 --pid="$target" -f /dev/null
	target=
	[ "$(id -u)" != 0 ] || ip -all netns delete
}

test_mount_proc_shows_the_processes_of_the_target()
{
	start_target
	before=$(readlink /proc/self/ns/mnt)
	run nsenter2 -t "$target" --user --pid --mount-proc -- ps -e -o args=
	assert_ok
	assertEquals 2 "$(grep -c . "$TMP/out")"
	assertEquals 'sleep 1000' "$(sed -n 1p "$TMP/out")"
	run nsenter2 -t "$target" --user --pid --mount-proc -- readlink /proc/self/ns/mnt
	assert_ok
	assertNotEquals "$before" "$out"
	run ps -e -o args=
	assert_out_has "$0"
}

test_mounts_of_the_program_are_not_visible_outside()
{
	# Runs only as root.
	start_target
	mkdir "$TMP/shared"
	mount -t tmpfs none "$TMP/shared"
	mount --make-shared "$TMP/shared"
	run nsenter2 -t "$target" --pid --mount-proc -- grep -c ' shared:' /proc/self/mountinfo
	umount "$TMP/shared"
	assert_out 0
}

test_mount_sys_shows_the_devices_of_the_target()
{
	start_target -n
	nsenter2 -t "$target" --user --net -- ip link add inside0 type veth peer name inside1
	run nsenter2 -t "$target" --user --net --mount-sys -- ls /sys/class/net
	assert_ok
	assert_out_has inside0
	run ls /sys/class/net
	assert_out_lacks inside0
}

test_explain_prints_the_mounts()
{
	start_target
	run nsenter2 -t "$target" --user --pid --mount-proc --mount-sys --explain -- true
	assert_ok
	assert_out_has 'create a mount namespace for the program'
	assert_out_has 'mount proc on /proc'
	assert_out_has 'mount sysfs on /sys'
}

test_etc_netns_mounts_the_files_of_the_namespace()
{
	# Runs only as root.
	ip netns add blue
	# mount a copy over /etc, so the files of the machine stay unchanged
	mkdir "$TMP/etc" && cp -a /etc/passwd /etc/group /etc/alternatives "$TMP/etc" && mount --bind "$TMP/etc" /etc || return
	mkdir -p /etc/netns/blue
	echo 'nameserver 192.0.2.1' >/etc/netns/blue/resolv.conf
	echo nothing >/etc/netns/blue/no-such-file-in-etc
	: >/etc/resolv.conf
	for how in '-t netns:blue' '--net=/run/netns/blue' '--net=/var/run/netns/blue'; do
		# shellcheck disable=SC2086 # separate words
		run nsenter2 $how --etc-netns -- cat /etc/resolv.conf
		assert_ok
		assert_out 'nameserver 192.0.2.1'
	done
	run cat /etc/resolv.conf
	assert_out_lacks 192.0.2.1
	echo netns:blue >"$TMP/refs"
	run nsenter2 --each --prefix --etc-netns -- cat /etc/resolv.conf <"$TMP/refs"
	assert_rc 0
	assert_out 'netns:blue: nameserver 192.0.2.1'
	ip netns add red
	run nsenter2 -t netns:red --etc-netns -- true
	assert_ok
	umount /etc
}

test_refuses_etc_netns_without_a_name_or_with_another_root()
{
	start_target -n
	run nsenter2 -t "$target" --user --net --etc-netns -- true
	assert_refused 125 '--etc-netns: no network namespace with a name in /run/netns is selected'
	if [ "$(id -u)" = 0 ]; then
		# this path leads out of /run/netns, although it begins with /run/netns/
		mkdir -p /run/netns
		run nsenter2 "--net=/run/netns/../../proc/$target/ns/net" --etc-netns -- true
		assert_refused 125 '--etc-netns: no network namespace with a name in /run/netns is selected'
	fi
	for option in --all --mount --root; do
		run nsenter2 -t "$target" $option --etc-netns -- true
		assert_rc 125
		assert_err_has '--etc-netns cannot be used with --all, --mount or --root'
	done
}

test_reports_that_the_user_may_not_mount()
{
	# Runs only as an ordinary user.
	run nsenter2 --mount-proc -- true
	assert_refused 125 'cannot create a mount namespace: Operation not permitted'
}

. shunit2
