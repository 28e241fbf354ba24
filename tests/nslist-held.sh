#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-held: namespaces that no process is in are found by what holds them, and HELD says what.
# as: root
. "${0%/*}/testlib.sh"
require_root
require_ns uts ipc net user time

# hold KIND [ARG]: a holder; sets $type and $inode.
hold()
{
	start_holder holder "$@"
	type=${holder_line% *}
	inode=${holder_line#* }
}

# assert_held HELD: the namespace has one row, no process, and is held by that alone.
assert_held()
{
	assert_ok
	assertEquals "$inode $type 0 $1" "$(grep "^$inode " "$TMP/out" | cut -d' ' -f1-4)"
}

list()
{
	run nslist -rn -o NS,TYPE,NPROCS,HELD,HOLDERS "$@"
}

test_by_a_thread()
{
	hold task
	list
	assert_held task
	assert_out_has "tid:"
	list --sources proc,fd,sock,mnt,children
	assert_out_lacks "$inode"
}

test_by_an_open_descriptor()
{
	hold fd
	list
	assert_held fd
	assert_out_has "$holder/fd/"
	list --sources proc,task
	assert_out_lacks "$inode"
}

test_by_a_descriptor_that_one_thread_has()
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
	assert_out "$inode $(readlink /proc/self/ns/user | tr -dc 0-9)"
	list --sources proc,fd
	assert_out_lacks "$inode"
}

test_by_a_socket()
{
	kernel_call pidfd_getfd || return 0
	hold socket
	list
	assert_held sock
	assert_out_has "socket:$holder/"
	list --sources sock
	assert_held sock
	list --sources fd
	assert_out_lacks "$inode"
}

test_by_a_mount_in_another_mount_namespace()
{
	hold mount "$TMP/at"
	list
	assert_held mnt
	assert_out_has ":$TMP/at"
	list --sources fd
	assert_out_lacks "$inode"
}

test_by_a_mount_in_a_mount_namespace_without_a_process()
{
	hold lostmount "$TMP/at"
	list
	assert_held mnt
	assert_out_has ":$TMP/at"
	run nslist -rn -t mnt -o NPROCS,HELD,NMOUNTS -P
	assert_rc 0
	assert_out_has '0 fd '
	# it was opened there: who owns it is known
	run nslist -rn -t uts -P -o NS,ONS
	assert_out "$inode $(readlink /proc/self/ns/user | tr -dc 0-9)"
}

test_by_a_mount_on_a_kernel_without_statmount()
{
	hold lostmount "$TMP/at"
	run enosys statmount,listmount,listns -- nslist -rn -o NS,TYPE,NPROCS,HELD
	assert_held mnt
}

# Its handle is stale once a mount namespace is gone. To who is not root it is, too, where it may not be opened.
test_a_mount_namespace_that_goes_while_it_is_looked_at()
{
	run enosys -e ESTALE listmount -- nslist -rn -t uts -o NS
	assert_rc 0
	assert_out_has "$(readlink /proc/self/ns/uts | tr -dc 0-9)"
	[ "$(id -u)" != 0 ] || assert_err_lacks mount
}

test_by_a_mount_of_our_own()
{
	mkdir "$TMP/d"
	run holder bind 2 "$TMP/d"
	assert_ok
	run nslist -rn -t uts -P -o HELD,NSFS,NAME
	assert_ok
	assert_out "mnt $TMP/d/1 1
mnt $TMP/d/2 2"
	umount "$TMP/d/1" "$TMP/d/2"
}

test_by_children_to_come()
{
	hold children
	list
	assert_held children
	assert_out_has "children:$holder"
	list --sources fd
	assert_out_lacks "$inode"
}

test_clocks_of_a_time_namespace_that_no_process_is_in()
{
	run nsunshare --time="$TMP/clocks" --boottime -5 --monotonic 7 -- true
	assert_ok
	run nslist -rn -t time -P -o HELD,BOOTOFF,MONOOFF
	assert_ok
	assert_out 'mnt -5 7'
	umount "$TMP/clocks"
}

# no link of /proc leads to it, only a pidfd does (6.11)
test_a_pid_namespace_that_waits_for_its_first_process()
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

test_a_namespace_that_an_older_kernel_does_not_show_is_told_of()
{
	kernel_call pidfd_open || return 0
	hold newpid
	run enosys pidfd_open -- nslist -t pid -n --sources proc,children
	assert_rc 0
	assert_err_has 'incomplete output: 1 namespace (not supported by this kernel)'
	assert_err_one_line
	run enosys pidfd_open -- nslist -t pid -n --sources proc,children --strict
	assert_rc 3
}

test_as_the_parent_of_another()
{
	hold parent
	list
	assert_held parent,owner
	run nslist -rn -t user -Tparent -o NS,NCHILD,NOWNED
	assert_out_has "$inode 1 1"
}

test_counts_threads_where_they_are()
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

test_the_set_is_that_of_all_links_of_proc()
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

# Each socket is one holder, however many there are and however many processes share it.
test_by_hundreds_of_sockets_of_two_processes()
{
	kernel_call pidfd_getfd || return 0
	start_holder unshare --net perl -e '
		$^F = 9999;
		for (1 .. 600) { socket($s[$_], 1, 1, 0) or die "socket: $!" }
		open(my $f, ">&=3") or die;
		# the child has the same sockets
		syswrite $f, readlink("/proc/self/ns/net") . "\n" if fork;
		close $f;
		exec "unshare", "--net", "sleep", "1000"'
	inode=$(echo "$holder_line" | tr -dc 0-9)
	# both have left that namespace
	until [ "$(find /proc -maxdepth 3 -path '/proc/[0-9]*/ns/net' -lname "net:\[$inode\]" 2>/dev/null | wc -l)" = 0 ]; do
		:
	done
	run nslist -rn -t net -o NS,NPROCS,HELD,HOLDERS
	assert_rc 0
	assertEquals "$inode 0 sock" "$(grep "^$inode " "$TMP/out" | cut -d' ' -f1-3)"
	assertEquals 'sockets' 600 "$(grep "^$inode " "$TMP/out" | tr -s ' ,' '\n' | grep -c '^socket:')"
}

test_sockets_that_may_not_be_looked_at_are_counted()
{
	hold socket
	run enosys -e EPERM pidfd_getfd -- nslist -rn -t net -o NS,TYPE
	assert_rc 0
	assert_out_lacks "$inode"
	assert_out_has "$(readlink /proc/self/ns/net | tr -dc 0-9) net"
	assert_err_has incomplete
	run enosys -e EPERM pidfd_getfd -- nslist -rn --strict -t net -o NS,TYPE
	assert_rc 3
}

# Where a descriptor is lacking the namespace is not just left out.
test_a_process_that_cannot_be_looked_at_for_lack_of_descriptors_is_an_error()
{
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

# Kernels before 6.8 have /proc/PID/mountinfo alone, which needs a process or a visit.
test_by_a_mount_that_only_mountinfo_tells()
{
	hold lostmount "$TMP/at"
	run enosys statmount,listmount -- nslist -rn -t "$type" -o NS,TYPE,NPROCS,HELD,HOLDERS
	assert_held mnt
	assert_out_has ":$TMP/at"
}

. shunit2
