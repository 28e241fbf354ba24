#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# interrupt-faults: checks that a tool repeats a system call that a signal has interrupted, with the
# same result as an undisturbed run.
# Runs as root and as an ordinary user.
# Time limit: 120 seconds.
# shellcheck disable=SC2154 # rc, out and err are testlib.sh's
. "${0%/*}/testlib.sh"
. "${0%/*}/faultlib.sh"
require_ns user mnt uts net pid time
waits=write,sendto,sendmsg,recvfrom,recvmsg,poll,ppoll,wait4,waitid,fstatfs,flock,read
FAULT_MAX=${FAULT_MAX:-30}

# interrupted OPTION… -- COMMAND…: interrupts each system call of the command that may block, and
# by default accepts a wrong result after an interrupted fstatfs(2). The tools do not repeat an
# fstatfs(2) of a file of /proc, because this call never blocks. They repeat an fstatfs(2) of a
# namespace file, because this call can block if a network file system is mounted over the file.
interrupted()
{
	fault_all -f none -e EINTR -s $waits -x "${unless:-:fstatfs:}" "$@"
}

# start_target: starts a process in new user, mount, network, uts and time namespaces. Sets $holder
# to its pid.
start_target()
{
	start_holder unshare --user --map-root-user --mount --net --uts --time \
		sh -c 'echo ready >&3 && exec sleep 1000 3>&-'
	await_sleep "$holder"
}

test_interrupted_calls_do_not_disturb_the_start()
{
	interrupted -- nsunshare -rmpuiT --mount-proc --boottime 5 --kill-child -- "$FINAL"
	interrupted -- nsunshare -rp --status-fd 2 --wait-fd 0 --init -- "$FINAL"
	interrupted -- nsidmap run "$(nsidmap plan --root --format arg)" -- "$FINAL"
}

test_an_interrupted_wait_for_newuidmap_is_repeated()
{
	# Runs only as root.
	# Do not interrupt the calls of newuidmap, nor those of the C library that read passwd.
	unless='^1:read:1 |^1[.]1[.]1[.][0-9]+:'
	! loads_nss || unless="^1:read:3 |$unless"
	interrupted -b nsunshare -- setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups \
		nsunshare -r --map-auto -m -- "$FINAL"
	unless=
}

test_interrupted_calls_do_not_disturb_entering()
{
	start_target
	interrupted -- nsenter2 -t "$holder" -a --kill-child "$FINAL"
	echo "$holder" >"$TMP/refs"
	# -m: nsenter2 reads the output in a different number of parts in each run
	interrupted -m 30 -b nsenter2 -- sh -c 'exec nsenter2 --each --prefix -a -- "$1" <"$2"' sh "$FINAL" "$TMP/refs"
}

test_interrupted_calls_do_not_change_a_listing()
{
	start_target
	! feature nslist || interrupted -- nslist -rno NS,TYPE,NETNSID,NIFS,HOSTNAME,COMMAND -p "$holder"
	interrupted -- nsidmap show -rno INSIDE,UID,GID "$holder"
	interrupted -- nstimeoffset --features
	# do not interrupt the system calls of newuidmap, which is not part of this project
	unless='^1[.][0-9]+:' interrupted -- nsunshare --features
	unless=
}

test_interrupted_calls_do_not_disturb_a_network()
{
	# Runs only as root.
	require_tool ip
	interrupted -- nsnet run -- "$FINAL"
	interrupted -- nsnet show --all -rno IF self
	: >"$TMP/kept"
	nsunshare -r "--user=$TMP/kept" true
	interrupted -- nsidmap show -rno INSIDE,UID,GID "$TMP/kept"
	umount "$TMP/kept"
}

# open(2) can be interrupted only if the file system waits for a server, as NFS and FUSE do.
test_an_interrupted_open_is_repeated()
{
	FAULT_MAX=10 fault_all -f none -e EINTR -s openat,open -- nsunshare -rT --boottime 5 -- "$FINAL"
	FAULT_MAX=10 fault_all -f none -e EINTR -s openat,open -- nsidmap show -rno INSIDE,UID,GID
}

. shunit2
