#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# attack-open: a process continuously replaces the files to which its descriptors refer. Checks that
# it can neither block a tool that root runs nor make the tool open these files.
# Runs as root.
# Time limit: 60 seconds.
# shellcheck disable=SC2154 # testlib.sh sets rc, out and err
. "${0%/*}/testlib.sh"
require_ns user mnt uts net
require_feature nslist

: "${TRIES:=8}"

# the ordinary user must be able to reach the FIFOs in $TMP
chmod 711 "$TMP"

# start_attacker KIND FILE: starts the helper `alternate KIND FILE` as an ordinary user who is root
# in a new user namespace. The helper continuously replaces its descriptors, so that each one is
# sometimes a namespace and sometimes another file.
start_attacker()
{
	start_holder setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups \
		unshare -Ur alternate "$1" "$2"
}

# start_watch FILE, end_watch: between the two calls, a process watches FILE. Afterwards $TMP/seen
# exists if a process opened FILE.
start_watch()
{
	_attacker=$holder _line=$holder_line
	rm -f "$TMP/seen"
	start_holder alternate watch "$1" "$TMP/seen"
	watch=$holder
	holder=$_attacker holder_line=$_line
}

end_watch()
{
	kill -s TERM "$watch" 2>/dev/null
	wait "$watch"
}

# look_again CMD…: runs the command TRIES times with a time limit, and sets $blocked to 1 if the
# limit is exceeded. The command must print a result or an error each time.
look_again()
{
	blocked=0 n=0
	while [ $n -lt "$TRIES" ] && [ $blocked = 0 ]; do
		n=$((n + 1))
		run timeout -k 1 10 "$@"
		case $rc in
		124 | 137) blocked=1 ;;
		*) assertNotNull "the tool did nothing: $*" "$out$err" ;;
		esac
	done
}

# control_blocks: for comparison, checks that the attack blocks `alternate naive`, which opens the
# descriptors by name. If the attack did not work, the tests would prove nothing.
control_blocks()
{
	run timeout -k 1 2 alternate naive "$holder"
	assertContains 'the control is not blocked' '124 137' "$rc"
}

test_descriptor_exchanged_with_a_fifo_blocks_no_tool()
{
	mkfifo -m 644 "$TMP/fifo"
	start_attacker fd "$TMP/fifo"
	control_blocks
	look_again nslist -rno NS,TYPE,REF -t uts
	assertEquals 'nslist is blocked' 0 $blocked
	assertEquals "$err" 0 "$rc"
	look_again nsenter2 -t "uts:${holder_line#* }" -- echo entered
	assertEquals 'nsenter2 -t uts:INODE is blocked' 0 $blocked
	look_again nsenter2 -t "$holder/fd/9" -- echo entered
	assertEquals 'nsenter2 -t PID/fd/N is blocked' 0 $blocked
	look_again nsidmap show "$holder/fd/9"
	assertEquals 'nsidmap is blocked' 0 $blocked
	rm "$TMP/fifo"
}

test_descriptor_exchanged_with_a_device_opens_no_device()
{
	mknod -m 666 "$TMP/node" c 1 5
	start_attacker fd "$TMP/node"
	start_watch "$TMP/node"
	alternate naive "$holder"
	end_watch
	assertTrue 'the control does not open the device' "[ -e '$TMP/seen' ]"
	start_watch "$TMP/node"
	look_again nslist -rno NS,TYPE,REF -t uts
	assertEquals "$err" 0 "$rc"
	look_again nsenter2 -t "uts:${holder_line#* }" -- echo entered
	look_again nsenter2 -t "$holder/fd/9" -- echo entered
	end_watch
	assertFalse 'the device was opened' "[ -e '$TMP/seen' ]"
	rm "$TMP/node"
}

test_unresponsive_file_server_blocks_no_tool()
{
	[ -c /dev/fuse ] || {
		echo 'n/a: no FUSE device'
		return 0
	}
	mkdir "$TMP/fuse"
	# an ordinary user needs the mount option allow_other of FUSE, which many administrators
	# permit
	start_holder alternate fuse "$TMP/fuse"
	control_blocks
	look_again nslist -rno NS,TYPE,REF -t uts
	assertEquals 'nslist is blocked' 0 $blocked
	look_again nsenter2 -t "uts:${holder_line#* }" -- echo entered
	assertEquals 'nsenter2 -t uts:INODE is blocked' 0 $blocked
	look_again nsenter2 -t "$holder/fd/9" -- echo entered
	assertEquals 'nsenter2 -t PID/fd/N is blocked' 0 $blocked
	stop_holder
	rmdir "$TMP/fuse"
}

test_socket_exchanged_with_a_file_blocks_no_tool()
{
	[ -c /dev/fuse ] || {
		echo 'n/a: no FUSE device'
		return 0
	}
	kernel_call pidfd_getfd || return 0
	mkdir "$TMP/fuse"
	start_holder alternate sock "$TMP/fuse"
	look_again nslist -rno NS,TYPE,REF -t net
	assertEquals 'nslist is blocked' 0 $blocked
	look_again nsenter2 -t "socket:$holder/9" -- echo entered
	assertEquals 'nsenter2 -t socket:PID/N is blocked' 0 $blocked
	# run `alternate naive` last: it copies descriptors without checking that they are still
	# sockets, and its close(2) of a FUSE file blocks until the FUSE server ends
	alternate naive "$holder" sock &
	naive=$!
	sleep 4
	assertTrue 'the control is not blocked' "kill -0 $naive"
	stop_holder
	wait $naive
	rmdir "$TMP/fuse"
}

# A namespace file is mounted in another mount namespace. A tmpfs there covers the mount and
# contains a symbolic link with the same name.
test_symlink_over_a_namespace_mount_is_not_followed()
{
	mkdir -m 755 "$TMP/dir"
	: >"$TMP/dir/ns"
	mknod -m 666 "$TMP/node" c 1 7
	# shellcheck disable=SC2016 # the inner shell expands it
	start_holder unshare -m sh -c 'mount --make-rprivate / && unshare -n sh -c "mount --bind /proc/self/ns/net $1/dir/ns" &&
		echo "net $(stat -L -c %i "$1/dir/ns")" >"$1/line" && mount -t tmpfs none "$1/dir" &&
		ln -s "$1/node" "$1/dir/ns" && cat "$1/line" >&3 && exec sleep 1000 3>&-' sh "$TMP"
	start_watch "$TMP/node"
	perl -e 'open my $f, "<", "/proc/$ARGV[0]/root$ARGV[1]/dir/ns"' "$holder" "$TMP"
	end_watch
	assertTrue 'the control does not open the device' "[ -e '$TMP/seen' ]"
	start_watch "$TMP/node"
	run nsenter2 -t "net:${holder_line#* }" -- true
	[ "$rc" = 0 ] || assert_refused 125 "cannot find net namespace ${holder_line#* }"
	run nslist -rno NS,TYPE,REF -t net
	assertContains "$err" "$out" "${holder_line#* }"
	end_watch
	assertFalse 'the device was opened' "[ -e '$TMP/seen' ]"
	stop_holder
	rm -r "$TMP/dir" "$TMP/node"
}

test_fifo_or_device_in_place_of_a_namespace_file_is_refused()
{
	mkdir -p /run/netns
	mkfifo -m 644 /run/netns/blue "$TMP/fifo"
	mknod -m 666 "$TMP/node" c 1 5
	start_watch "$TMP/node"
	run timeout 20 nsenter2 --net=/run/netns/blue -- true
	assert_refused 125 'is not a namespace file'
	run timeout 20 nsenter2 -t netns:blue -- true
	assert_refused 125 'is not a namespace file'
	run timeout 20 nsenter2 --net="$TMP/fifo" -- true
	assert_refused 125 'is not a namespace file'
	run timeout 20 nsenter2 --net="$TMP/node" -- true
	assert_refused 125 'is not a namespace file'
	run timeout 20 nsidmap show "$TMP/fifo"
	assert_rc 1
	assert_err_has 'is not a namespace file'
	run timeout 20 nslist -t net -o NS,NAME
	assert_rc 0
	end_watch
	assertFalse 'the device was opened' "[ -e '$TMP/seen' ]"
	rm -r /run/netns "$TMP/fifo" "$TMP/node"
}

# A namespace file can be opened safely only through a trusted /proc.
test_namespace_file_is_refused_without_a_trusted_proc()
{
	feature no-sanitizer || return 0 # AddressSanitizer needs /proc
	: >"$TMP/ns"
	# shellcheck disable=SC2016 # the inner shell expands it
	for over in 'mount -t tmpfs none /proc' 'mount -t tmpfs none /proc && mkdir -p /proc/self/fd /proc/self/ns'; do
		run unshare -mn sh -c 'mount --bind /proc/self/ns/net "$1" && eval "$2" && exec nsenter2 --net="$1" -- true' sh "$TMP/ns" "$over"
		assert_refused 125 'cannot find a proc file system on /proc'
	done
	rm "$TMP/ns"
}

. shunit2
