#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-bpf-faults: checks that the list of nslist is complete, even if a system call fails while
# BPF iterators are used.
# Runs as root.
# Runs in the initial pid namespace.
# Time limit: 90 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/listlib.sh"
require_root
require_ns uts ipc net
require_feature bpf-iterators
: "${FAULT_MAX:=60}"
. "${0%/*}/faultlib.sh"

# Other processes of the machine may change during the test, so only the namespaces of this test are
# compared.
is_there()
{
	for _i in $held; do
		case $1 in
		*"$_i"*) ;;
		*) return 1 ;;
		esac
	done
}

test_a_failed_call_never_shortens_the_list()
{
	held=''
	for kind in fd task socket; do
		hold "$kind"
		held="$held $inode"
	done
	# with this many threads on the machine, nslist starts a second thread for the scan
	start_holder holder threads 400
	# -l: nslist makes some calls for each namespace of the machine, and other tests create and remove
	# namespaces during the runs
	fault_all -l again -f '1 3' -c 'is_there "$out"' -- nslist -rnlo NS,TYPE,HELD
}

test_reads_proc_without_a_message_after_a_failed_bpf_call()
{
	hold fd
	for errno in EPERM EINVAL EFAULT EMFILE ENOMEM E2BIG; do
		for n in 1 2 3 4 5 6 7 8; do
			run failat -k "1:bpf:$n" -e "$errno" -- nslist -rnlo NS,TYPE,HELD
			assert_rc 0
			assert_out_has "$inode ipc fd"
			assert_empty "$(grep -v -e '^failed ' -e 'permission denied' "$TMP/err")"
		done
	done
}

# no_program: succeeds if no BPF program of nslist is loaded. Retries for a moment, because another
# test may run nslist.
no_program()
{
	[ "$(bpf-programs nsutils)" = 0 ]
}

# nslist --watch keeps its programs loaded. This proves that no_program() detects loaded programs.
test_watch_loads_its_programs_once_and_leaves_none()
{
	start_holder strace -f -o "$TMP/trace" -e trace=bpf sh -c 'echo >&3; exec nslist --watch=0.05s 3>&-'
	settle 100 grep -q 'BPF_ITER_CREATE' "$TMP/trace"
	settle 50 some_program
	assertTrue 'programs are kept' $?
	before=$(grep -c ITER_CREATE "$TMP/trace")
	settle 100 sh -c "[ \$(grep -c ITER_CREATE '$TMP/trace') -gt $((before + 6)) ]"
	assertTrue 'iterators are used again' "[ $(grep -c ITER_CREATE "$TMP/trace") -gt $((before + 6)) ]"
	assertEquals 'programs are loaded once' 2 "$(grep -c PROG_LOAD "$TMP/trace")"
	stop_holder
	settle 50 no_program
	assertTrue 'nothing is left' $?
}

some_program()
{
	! no_program
}

test_leaves_no_program_in_the_kernel()
{
	run nslist -rno NS
	assert_rc 0
	settle 50 no_program
	assertTrue 'after a run' $?
	for n in 2 3 4 5 6; do
		run failat -k "1:bpf:$n" --kill 9 -- nslist -rno NS
		assertNotEquals 'killed' 0 "$rc"
		settle 50 no_program
		assertTrue "after a kill at call $n" $?
	done
}

. shunit2
