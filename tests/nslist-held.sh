#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-held: checks that nslist finds namespaces without processes by their holders, and
# prints the holders in HELD.
# Runs as root.
. "${0%/*}/testlib.sh"
. "${0%/*}/listlib.sh"
require_root
require_ns uts ipc net user time

# assert_held KINDS: asserts that the namespace $inode has one row without a process, and that its
# column HELD lists exactly these kinds of holders (objects that keep a namespace alive).
assert_held()
{
	assert_ok
	assertEquals "$inode $type 0 $1" "$(grep "^$inode " "$TMP/out" | cut -d' ' -f1-4)"
}

list()
{
	run nslist -rn -o NS,TYPE,NPROCS,HELD,HOLDERS "$@"
}

# assert_not_in SOURCES: asserts that nslist does not find the namespace $inode if it reads only
# these sources.
assert_not_in()
{
	list --sources "$1"
	assert_ok
	assert_out_lacks "$inode"
}

test_finds_a_namespace_held_by_a_thread()
{
	hold task
	list
	assert_held task
	assert_out_has "tid:"
	assert_not_in proc,fd,sock,mnt,children
}

test_finds_a_namespace_held_by_an_open_descriptor()
{
	hold fd
	list
	assert_held fd
	assert_out_has "$holder/fd/"
	assert_not_in proc,task
}

test_finds_a_descriptor_that_only_one_thread_has()
{
	kernel_call kcmp || return 0
	hold taskfd
	list
	assert_held fd
	ref=$(awk -v ns="$inode" '$1 == ns { print $5 }' "$TMP/out")
	assertNotEquals "$holder" "$(echo "$ref" | cut -d/ -f3)"
	run nslist -rno NS "$ref"
	assert_out "$inode"
	run nslist -rn -t ipc -P -o NS,ONS
	assert_out "$inode $(own_inode user)"
	assert_not_in proc,fd
}

test_finds_a_namespace_held_by_a_socket()
{
	kernel_call pidfd_getfd || return 0
	hold socket
	list
	assert_held sock
	assert_out_has "socket:$holder/"
	list --sources sock
	assert_held sock
	assert_not_in fd
}

test_finds_a_mount_in_another_mount_namespace()
{
	hold mount "$TMP/at"
	list
	assert_held mnt
	assert_out_has ":$TMP/at"
	assert_not_in fd
}

test_finds_a_mount_in_a_mount_namespace_without_process()
{
	hold lostmount "$TMP/at"
	list
	assert_held mnt
	assert_out_has ":$TMP/at"
	run nslist -rn -t mnt -o NPROCS,HELD,NMOUNTS -P
	assert_rc 0
	assert_out_has '0 fd '
	# nslist has opened the namespace through its mount point, so nslist can print the owner
	run nslist -rn -t uts -P -o NS,ONS
	assert_out "$inode $(own_inode user)"
}

test_finds_a_mount_without_statmount_and_listns()
{
	hold lostmount "$TMP/at"
	run enosys statmount,listmount,listns -- nslist -rn -o NS,TYPE,NPROCS,HELD
	assert_held mnt
}

# The file handle of a vanished mount namespace is stale. An unprivileged caller also gets the error
# "stale" for a namespace that it may not open.
test_ignores_a_mount_namespace_that_vanishes_during_the_scan()
{
	run enosys -e ESTALE listmount -- nslist -rn -t uts -o NS
	assert_rc 0
	assert_out_has "$(own_inode uts)"
	[ "$(id -u)" != 0 ] || assert_err_lacks mount
}

test_finds_mounts_in_our_own_mount_namespace()
{
	mkdir "$TMP/d"
	run holder bind 2 "$TMP/d"
	assert_ok
	run nslist -rn -t uts -P -o HELD,NSFS,NAME
	assert_ok
	# a later namespace can have a lower inode, and then comes first
	assertEquals "mnt $TMP/d/1 1
mnt $TMP/d/2 2" "$(sort "$TMP/out")"
	umount "$TMP/d/1" "$TMP/d/2"
}

test_finds_a_namespace_of_future_children()
{
	hold children
	list
	assert_held children
	assert_out_has "children:$holder"
	assert_not_in fd
}

test_reads_clock_offsets_of_a_time_namespace_without_process()
{
	run nsunshare --time="$TMP/clocks" --boottime -5 --monotonic 7 -- true
	assert_ok
	run nslist -rn -t time -P -o HELD,BOOTOFF,MONOOFF
	assert_ok
	assert_out 'mnt -5 7'
	umount "$TMP/clocks"
}

# No link in /proc leads to a pid namespace that has had no process yet. Since Linux 6.11, a pidfd
# leads to such a namespace.
test_finds_a_pid_namespace_that_waits_for_its_first_process()
{
	kernel_call pidfd_open && feature pidfd-ns || return 0
	run nslist -rn -t pid -o NS
	before=$out
	hold newpid
	run nslist -rn -t pid -o NPROCS,HELD -P
	assert_ok
	assert_out '0 children'
	run nslist -rn -t pid -o NS
	assertNotEquals "$before" "$out"
}

test_reports_a_pid_namespace_that_an_old_kernel_hides()
{
	kernel_call pidfd_open && feature no-pid-link || return 0
	hold newpid
	run enosys pidfd_open -- nslist -t pid -n --sources proc,children
	assert_ok
	run enosys pidfd_open -- nslist -t pid -n --sources proc,children --strict
	assert_err_has 'incomplete output: 1 namespace (not supported by this kernel)'
	assert_err_one_line
	assert_rc 3
}

test_finds_a_namespace_held_as_parent_and_owner()
{
	hold parent
	list
	assert_held parent,owner
	run nslist -rn -t user -Tparent -o NS,NCHILD,NOWNED
	assert_out_has "$inode 1 1"
}

test_counts_threads_in_their_own_namespaces()
{
	hold threads 7
	run nslist -rn -t uts -p "$holder" -o NTHREADS,NPROCS,HELD
	assert_ok
	all=${out%% *}
	stop_holder
	run nslist -rn -t uts -p $$ -o NTHREADS
	assertEquals 8 $((all - out))
	hold task
	run nslist -rn -t uts -o NS,NTHREADS
	assert_out_has "$inode 1"
}

test_lists_every_namespace_link_in_proc()
{
	hold task
	hold fd
	run nslist -rn -o TYPE,NS --sources proc,task,children
	assert_ok
	cp "$TMP/out" "$TMP/listed"
	for link in /proc/[0-9]*/task/*/ns/*; do
		readlink "$link"
	done 2>/dev/null | tr -d '[]' | tr : ' ' | sort -u >"$TMP/links"
	sort -u "$TMP/listed" | comm -13 - "$TMP/links" >"$TMP/missing"
	assert_empty "$(cat "$TMP/missing")"
}

# Two processes share 600 sockets. Each socket must be counted as one holder.
test_counts_shared_sockets_once()
{
	kernel_call pidfd_getfd || return 0
	start_holder unshare --net perl -e '
		$^F = 9999;
		for (1 .. 600) { socket($s[$_], 1, 1, 0) or die "socket: $!" }
		open(my $f, ">&=3") or die;
		# the child process inherits the sockets from this process
		syswrite $f, readlink("/proc/self/ns/net") . "\n" if fork;
		close $f;
		exec "unshare", "--net", "sleep", "1000"'
	inode=$(echo "$holder_line" | tr -dc 0-9)
	# wait until both processes have left the namespace
	until [ "$(find /proc -maxdepth 3 -path '/proc/[0-9]*/ns/net' -lname "net:\[$inode\]" 2>/dev/null | wc -l)" = 0 ]; do
		:
	done
	run nslist -rn -t net -o NS,NPROCS,HELD,HOLDERS
	assert_rc 0
	assertEquals "$inode 0 sock" "$(grep "^$inode " "$TMP/out" | cut -d' ' -f1-3)"
	assertEquals 'sockets' 600 "$(grep "^$inode " "$TMP/out" | tr -s ' ,' '\n' | grep -c '^socket:')"
}

test_reports_sockets_that_it_may_not_read()
{
	kernel_call pidfd_getfd || return 0
	hold socket
	run enosys -e EPERM pidfd_getfd -- nslist -rn -t net -o NS,TYPE
	assert_ok
	assert_out_lacks "$inode"
	assert_out_has "$(own_inode net) net"
	run enosys -e EPERM pidfd_getfd -- nslist -rn --strict -t net -o NS,TYPE
	assert_rc 3
	assert_err_has 'incomplete output: 1 socket (permission denied)'
}

# If pidfd_open(2) fails with EMFILE, nslist must fail or print the whole list.
test_fails_rather_than_omit_a_namespace_without_free_descriptors()
{
	feature pidfd-ns && feature no-pid-link || return 0
	run nslist -rno NS -t pid
	before=$(wc -l <"$TMP/out")
	hold newpid
	run nslist -rno NS -t pid
	assert_ok
	assertEquals 'namespaces' $((before + 1)) "$(wc -l <"$TMP/out")"
	want=$out
	run failat -s pidfd_open --list -o "$TMP/report" -- nslist -rno NS -t pid
	points=$(wc -l <"$TMP/report")
	assertTrue 'pidfds are opened' "[ $points -gt 0 ]"
	k=0
	while [ $((k += 1)) -le "$points" ]; do
		run failat -s pidfd_open -k $k -e EMFILE -o "$TMP/report" -- nslist -rno NS -t pid
		if [ "$rc" = 0 ]; then
			assert_out "$want"
		else
			assert_refused 1 'Too many open files'
		fi
	done
	rm "$TMP/report"
}

# Kernels before Linux 6.8 report mounts only in /proc/PID/mountinfo. If no process is in a mount
# namespace, nslist must enter the namespace to read this file.
test_finds_a_mount_through_mountinfo_alone()
{
	hold lostmount "$TMP/at"
	run enosys statmount,listmount -- nslist -rn -t "$type" -o NS,TYPE,NPROCS,HELD,HOLDERS
	assert_held mnt
	assert_out_has ":$TMP/at"
}

# If nslist finds a descriptor that is closed before nslist opens the namespace, it must open the
# namespace through a mount, which it finds later.
test_opens_a_mounted_namespace_if_another_holder_is_gone()
{
	hold mount "$TMP/at"
	sleep infinity 5<"/proc/$holder/root$TMP/at" &
	_holders="$_holders $!"
	await_sleep $!
	for way in '' --no-bpf; do
		# shellcheck disable=SC2086 # an option or nothing
		run strace -f -qq -o "$TMP/trace" -P "$!/fd/5" -e trace=openat \
			-e inject=openat:error=ENOENT:when=2+ \
			nslist $way -rn --strict -t "$type" -o NS,ONS,HELD
		assert_ok
		assert_out_has "$inode $(own_inode user) fd,mnt"
		assertContains 'the descriptor is gone' "$(cat "$TMP/trace")" "\"$!/fd/5\""
	done
}

# nslist reads the sockets of other processes in a child that vfork(2) creates. If the memory for
# the stack of this child (8 MiB) cannot be allocated, nslist must use fork(2) instead.
test_finds_a_socket_without_memory_for_another_stack()
{
	feature no-sanitizer || return 0 # AddressSanitizer itself maps more memory than the limit
	kernel_call pidfd_getfd || return 0
	hold socket
	run prlimit --data=6000000 nslist -rn -o NS,TYPE,NPROCS,HELD,HOLDERS --sources sock
	assert_held sock
}

# pidfd_getfd(2) fails with EBADF if the process has closed the socket since nslist has found it.
test_a_socket_that_is_closed_is_no_error()
{
	kernel_call pidfd_getfd || return 0
	hold socket
	run failat --list -s pidfd_getfd -o "$TMP/report" -- nslist -rno NS,TYPE --sources sock
	assert_ok
	points=$(awk '{ print $2 }' "$TMP/report")
	assertTrue 'nslist reads sockets' "[ $(echo "$points" | wc -l) -ge 2 ]"
	for point in $points; do
		run failat -k "$point" -e EBADF -o "$TMP/report" -- nslist -rno NS,TYPE --sources sock
		assert_ok
		assertEquals "failed $point EBADF" "$(cat "$TMP/report")"
	done
}

test_each_refusal_to_read_a_socket_makes_the_list_incomplete()
{
	hold socket
	for error in EPERM EACCES ENOSYS EOPNOTSUPP EINVAL; do
		run enosys -e $error pidfd_getfd -- nslist -rn --strict -t net -o NS,TYPE
		assert_rc 3
		assert_out_has "$(own_inode net) net"
		assert_err_has 'incomplete output: 1 socket ('
	done
}

. shunit2
