#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-bpf: checks that nslist prints the same with BPF iterators and with --no-bpf, and that it
# reads /proc if the iterators cannot be used.
# Runs as root.
# Runs in the initial pid namespace.
# Time limit: 120 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/listlib.sh"
require_root
require_ns uts ipc net user time pid mnt
require_tool strace jq

# Omit the column AGE, which can change from one run to the next.
columns=$(nslist -H | awk '$1 != "AGE" { print $1 }' | paste -s -d ,)

# also KIND…: starts a holder of this kind (a process that keeps a namespace alive), and adds the
# inode of this namespace to $inodes.
also()
{
	hold "$@"
	inodes="$inodes|$inode"
}

# inside OPTION…: starts a process in new namespaces, sets $program to its pid, and adds the inodes
# of these namespaces to $inodes.
inside()
{
	start_holder nsunshare "$@" --pid-file "$TMP/pid" --ready-fd 3 -- sleep infinity
	program=$(cat "$TMP/pid")
	await_sleep "$program"
	for type in mnt uts ipc net pid user cgroup time; do
		number=$(inode_of "$program" "$type")
		# omit the namespaces of the test itself, because its commands start and end in them
		[ "$number" = "$(own_inode "$type")" ] || inodes="$inodes|$number"
	done
}

# scene: creates namespaces that objects of different kinds keep alive, such as processes,
# descriptors, sockets and mounts. Sets $inodes to a regular expression that matches the inodes of
# these namespaces.
scene()
{
	inodes=0
	for kind in task fd taskfd socket children parent flight; do
		also "$kind"
	done
	feature pidfd-ns && also newpid
	also mount "$TMP/mount"
	also lostmount "$TMP/lost"
	# start many threads, because nslist would read /proc if the machine had only a few
	start_holder holder threads 200
	inside --user --map-root-user --pid --fork --mount --uts --ipc --net --cgroup
	inside --pid --fork --mount-proc --uts
	sleep infinity 5<"/proc/$program/ns/net" 6<"/proc/$program/ns/uts" 7<"/proc/$program/ns/net" &
	_holders="$_holders $!"
}

# rows ARGS…: runs nslist and writes the rows of the namespaces that scene() created to $TMP/rows.
rows()
{
	run "$@"
	assert_rc 0
	grep -E "^($inodes) " "$TMP/out" | sort >"$TMP/rows"
}

# used_iterators: succeeds if nslist used a BPF iterator in the last run under strace.
used_iterators()
{
	grep -q -e 'BPF_ITER_CREATE.*= [0-9]' -e 'bpf resumed.*= [0-9]' "$TMP/trace"
}

# both_ways ARGS…: runs nslist twice. Writes the rows that come from the BPF iterators to
# $TMP/by-bpf, and the rows that come from /proc to $TMP/rows.
both_ways()
{
	rows strace -f --seccomp-bpf -o "$TMP/trace" -e trace=bpf nslist -rnl "$@"
	assertTrue "iterators were used: $*" used_iterators
	mv "$TMP/rows" "$TMP/by-bpf"
	rows strace -f --seccomp-bpf -o "$TMP/trace" -e trace=bpf nslist -rnl --no-bpf "$@"
	assertFalse "iterators were not used: $*" used_iterators
	cmp -s "$TMP/rows" "$TMP/by-bpf"
}

# same_rows ARGS…: asserts that nslist prints the same rows with BPF iterators and from /proc, and
# that it used the iterators. Another nslist on this machine may open a namespace of this test for a
# moment, so a difference counts only if it occurs in every attempt.
same_rows()
{
	settle 5 both_ways "$@"
	assertTrue "rows were printed: $*" "[ -s '$TMP/rows' ]"
	assert_no_difference "rows from /proc and with iterators: $*" "$TMP/rows" "$TMP/by-bpf"
}

has_iterators()
{
	feature bpf-iterators
}

test_bpf_and_proc_give_the_same_rows_in_all_columns()
{
	has_iterators && kernel_call pidfd_getfd || return 0
	scene
	same_rows -o "$columns"
	assertTrue 'the scene is visible' "[ $(grep -c . "$TMP/rows") -ge 16 ]"
}

test_bpf_and_proc_give_the_same_with_fewer_sources_and_types()
{
	has_iterators && kernel_call pidfd_getfd || return 0
	scene
	for sources in proc proc,task proc,task,children proc,fd proc,sock proc,task,fd,sock mnt kernel; do
		same_rows -o NS,TYPE,NPROCS,NTHREADS,NFDS,NSOCKS,HELD,HOLDERS --sources "$sources"
	done
	for type in mnt uts ipc net pid user cgroup time; do
		same_rows -o NS,TYPE,NPROCS,PID,PNS,ONS,HELD,HOLDERS -t "$type"
	done
}

# Before Linux 6.11, no program can open a pid namespace that has no process, so no tool would
# accept a reference to the namespace.
test_bpf_and_proc_omit_a_pid_namespace_that_cannot_be_opened()
{
	has_iterators && feature pidfd-ns && feature no-pid-link || return 0
	start_holder holder threads 200
	hold newpid
	run nslist -rn -t pid -o HOLDERS
	assert_out_has "children:$holder"
	for way in '' --no-bpf; do
		# shellcheck disable=SC2086 # an option or nothing
		run strace -f -o "$TMP/trace" -e trace=bpf enosys pidfd_open -- nslist $way \
			-rn -t pid -o HOLDERS --sources proc,task,children --strict
		assertEquals "iterators were used: <$way>" "${way:-yes}" \
			"$(used_iterators && echo yes || echo --no-bpf)"
		assert_out_lacks "children:$holder"
		assert_err_has '(not supported by this kernel)'
		assert_rc 3
	done
}

test_bpf_and_proc_give_the_same_trees_and_views()
{
	has_iterators || return 0
	inside --user --map-root-user --pid --fork --mount --uts
	ns=$(inode_of "$program" user)
	for tree in owner parent user+pid; do
		for bpf in '' --no-bpf; do
			# shellcheck disable=SC2086 # perhaps none
			run nslist -J "-T=$tree" $bpf
			jq ".. | objects | select(.ns? == $ns)" "$TMP/out" >"$TMP/tree$bpf"
		done
		assertTrue "the tree of $tree" "[ -s '$TMP/tree' ]"
		assert_no_difference "the tree of $tree" "$TMP/tree" "$TMP/tree--no-bpf"
	done
	for view in --show --members; do
		run nslist $view "uts:$(inode_of "$program" uts)"
		grep -v -e nslist -e AGE "$TMP/out" >"$TMP/by-bpf"
		run nslist --no-bpf $view "uts:$(inode_of "$program" uts)"
		grep -v -e nslist -e AGE "$TMP/out" >"$TMP/by-proc"
		assertContains "$view" "$(cat "$TMP/by-proc")" "$program"
		assert_no_difference "$view" "$TMP/by-proc" "$TMP/by-bpf"
	done
}

test_costs_no_system_call_per_process()
{
	has_iterators || return 0
	strace -f -c -o "$TMP/trace" nslist -o NS,TYPE,NPROCS >"$TMP/out" 2>&1
	before=$(awk '$NF == "total" { print $4 }' "$TMP/trace")
	start_holder holder sleepers 1000 </dev/null
	strace -f -c -o "$TMP/trace" nslist -o NS,TYPE,NPROCS >"$TMP/out" 2>&1
	after=$(awk '$NF == "total" { print $4 }' "$TMP/trace")
	# ignore other namespaces, because other tests create and remove them at the same time
	assertTrue "$before and $after calls" "[ $((after - before)) -lt 500 ]"
	assertTrue "$before calls" "[ ${before:-0} -gt 30 ]"
	assertTrue 'the new processes are counted' \
		"[ $(awk '$2 == "pid" { n += $3 } END { print n + 0 }' "$TMP/out") -ge 1000 ]"
}

# refused CMD…: asserts that nslist, started by CMD, uses no iterators and prints the same rows as
# with --no-bpf.
refused()
{
	run strace -f -o "$TMP/trace" -e trace=bpf "$@" nslist -rnl -o NS,TYPE,NPROCS,HELD
	assert_rc 0
	grep -E "^($inodes) " "$TMP/out" | sort >"$TMP/by-bpf"
	# omit the numbers in the message, because other processes come and go
	sed 's/[0-9][0-9]* //g' "$TMP/err" >"$TMP/err-bpf"
	assertFalse "iterators were used: $*" used_iterators
	rows "$@" nslist -rnl -o NS,TYPE,NPROCS,HELD --no-bpf
	sed 's/[0-9][0-9]* //g' "$TMP/err" >"$TMP/err-proc"
	assertTrue 'something was printed' "[ -s '$TMP/out' ]"
	assert_no_difference "rows: $*" "$TMP/rows" "$TMP/by-bpf"
	assert_no_difference "messages: $*" "$TMP/err-proc" "$TMP/err-bpf"
}

test_reads_proc_without_the_capabilities()
{
	inodes=0
	also fd
	for cap in sys_ptrace dac_read_search; do
		refused setpriv --inh-caps=-$cap --bounding-set=-$cap
	done
	refused setpriv --inh-caps=-sys_admin,-cap_39 --bounding-set=-sys_admin,-cap_39
}

test_reads_proc_as_root_of_a_user_namespace()
{
	inodes=0
	also fd
	refused unshare --user --map-root-user
}

test_reads_proc_in_another_pid_namespace()
{
	inodes=0
	also fd
	refused unshare --pid --fork --mount-proc
}

test_reads_proc_if_bpf_is_denied()
{
	inodes=0
	also fd
	for errno in ENOSYS EPERM EINVAL EACCES E2BIG ENOMEM; do
		refused enosys -e "$errno" bpf --
	done
}

test_reads_proc_without_the_types_of_the_kernel()
{
	has_iterators || return 0
	inodes=0
	also fd
	cat >"$TMP/hide" <<-'END'
		#!/bin/sh
		mount --bind "${BTF:-/dev/null}" /sys/kernel/btf/vmlinux && exec "$@"
	END
	chmod 755 "$TMP/hide"
	refused unshare --mount "$TMP/hide"
	head -c 3000000 /sys/kernel/btf/vmlinux >"$TMP/cut"
	refused unshare --mount env BTF="$TMP/cut" "$TMP/hide"
	tr 'n' 'm' </sys/kernel/btf/vmlinux >"$TMP/renamed"
	refused unshare --mount env BTF="$TMP/renamed" "$TMP/hide"
}

test_reads_proc_for_a_single_process()
{
	run strace -f -o "$TMP/trace" -e trace=bpf nslist -p $$ -rno NS,TYPE
	assert_rc 0
	assert_out_has "$(own_inode uts) uts"
	assertFalse used_iterators
}

# nslist must print the same rows for the namespaces of scene() in each run, while other processes
# start and end in the initial pid namespace and in another pid namespace.
test_lists_stable_namespaces_while_processes_start_and_end()
{
	has_iterators || return 0
	scene
	start_holder holder churn "$TMP/count1"
	start_holder unshare --pid --fork --kill-child holder churn "$TMP/count2"
	# without HELD and HOLDERS, because another test may open the namespaces for a moment
	rows nslist -rnl -o NS,TYPE,NPROCS,NTHREADS,PNS,ONS
	mv "$TMP/rows" "$TMP/stable"
	missing=0 i=0
	while [ $i -lt "${RUNS:-30}" ]; do
		i=$((i + 1))
		rows nslist -rnl -o NS,TYPE,NPROCS,NTHREADS,PNS,ONS
		diff "$TMP/stable" "$TMP/rows" || missing=$((missing + 1))
	done
	assertEquals 'runs with other rows' 0 $missing
	assertTrue 'the scene is visible' "[ $(grep -c . "$TMP/stable") -ge 16 ]"
}

test_features_name_the_condition_that_fails()
{
	has_iterators || return 0
	run nslist --features
	assert_out_has 'bpf-iterators              yes'
	run enosys bpf -- nslist --features
	assert_out_has 'bpf-kernel-types           yes'
	assert_out_has 'bpf-iterators              no'
	run unshare --pid --fork --mount-proc nslist --features
	assert_out_has 'bpf-permitted              no'
}

. shunit2
