#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# calls-faults: makes each system call fail once, in commands that the fault tests of the single
# tools do not run.
# Runs as root and as an ordinary user.
# Time limit: 180 seconds.
# shellcheck disable=SC2154,SC2016 # rc, out and err are testlib.sh's; faultlib.sh evaluates the checks
. "${0%/*}/testlib.sh"
. "${0%/*}/faultlib.sh"
require_ns user mnt uts net pid time
FAULT_MAX=${FAULT_MAX:-12}

# start_target: starts a process in new user, mount, network, uts and time namespaces. Sets $holder
# to its pid.
start_target()
{
	start_holder nsunshare --map-root-user --mount --net --uts --monotonic 3600 --boottime 86400 \
		sh -c 'echo ready >&3 && exec sleep 1000 3>&-'
	await_sleep "$holder"
}

# said_or_same: succeeds if the tool printed an error message, or if its output equals that of a run
# without a fault.
said_or_same()
{
	[ -z "$err" ] || return 0
	_fault_output >"$TMP/files.out"
	diff "$TMP/files.want" "$TMP/files.out"
}

# As soon as the program runs, nsunshare keeps the namespace files. So the script $TMP/kept removes
# them if the program has run.
test_persist_and_unpersist_succeed_or_are_undone()
{
	# Runs only as root.
	cat >"$TMP/kept" <<-'SCRIPT'
		#!/bin/sh
		said=$("$@")
		rc=$?
		printf '%s\n' "$said"
		case $said in
		*'final ran'*) { ls "$KEPT"; umount "$KEPT"/*; umount "$KEPT"; rm -r "$KEPT"; } 2>/dev/null ;;
		esac
		exit $rc
	SCRIPT
	cat >"$TMP/keep-first" <<-'SCRIPT'
		#!/bin/sh
		"$PREPARE" --persist "$KEPT" -u -i -n true || exit 99
		nsunshare --unpersist "$KEPT"
		rc=$?
		[ ! -e "$KEPT" ] || { umount "$KEPT"/*; umount "$KEPT"; rm -r "$KEPT"; } 2>/dev/null
		[ $rc != 0 ] || echo removed
		exit $rc
	SCRIPT
	chmod 755 "$TMP/kept" "$TMP/keep-first"
	cp "$NSUTILS_BIN/nsunshare" "$TMP/prepare"
	KEPT=$TMP/dir PREPARE=$TMP/prepare
	export KEPT PREPARE
	fault_all -b nsunshare -- "$TMP/kept" nsunshare --persist "$KEPT" -u -i -n -- "$FINAL"
	fault_all -b nsunshare -- "$TMP/kept" nsunshare --persist "$KEPT" -mpf -- "$FINAL"
	# nsunshare --unpersist ignores a file that it cannot find or open, and does not remove it
	fault_all -b nsunshare -f '1 125' -x ':openat2?:' -- "$TMP/keep-first"
}

test_a_search_finds_the_namespace_or_reports_the_failure()
{
	# Runs only as root.
	start_target
	uts=$(stat -Lc %i "/proc/$holder/ns/uts")
	# accept a wrong result if nsenter2 cannot read a file of /proc, because this file may be
	# the only one that refers to the namespace
	fault_all -x ':(openat|readlinkat|newfstatat|getdents64|read|statx|ioctl|fstat|faccessat2?):' -- \
		nsenter2 -t "$uts" -u "$FINAL"
}

# A tool starts some children on a separate stack by clone(2) with CLONE_VM and CLONE_VFORK. If the
# memory for this stack cannot be allocated, the tool starts the child as fork(2) does.
test_a_child_starts_without_memory_for_another_stack()
{
	# Runs only as root.
	FAULT_MAX=100 fault_all -s mmap -- nsunshare -mpui --mount-proc -- "$FINAL"
}

test_handles_work_or_the_failure_is_reported()
{
	start_target
	fault_all -f '125 126 127' -- nsenter2 -t "$holder" -U -u --ready-fd 2 --close-fds "$FINAL"
	fault_all -x ':(wait4|write):' -- nsenter2 -t "$holder" -U -u --status-fd 2 "$FINAL"
	fault_all -x ':(wait4|write):' -- nsunshare -Ur --status-fd 2 --wait-fd 0 -- "$FINAL"
}

test_a_listing_is_complete_or_reports_what_is_missing()
{
	feature nslist || return 0
	start_target
	refused='(openat|readlinkat|newfstatat|statx|faccessat2?|listns|ioctl|setns|bind|getsockname|sendto|recvfrom|recvmsg|pidfd_open|pidfd_getfd|fstat|clone3?|vfork|socketpair|process_vm_readv):[0-9]+ (EACCES|ENOENT|EPERM|ENOTTY|EINVAL|ENOSYS|ESRCH|ENOBUFS|EMFILE)'
	fault_all -f '1 3' -x "$refused" -c said_or_same -- nslist --members "user:$holder"
	# As lsns(8) does, nslist -p prints nothing if the process has ended. pidfd_send_signal(2)
	# then fails with ESRCH. Count the processes only in the namespaces of the target, because
	# the others may contain processes of the machine.
	for view in NS,TYPE 'NS,TYPE,NPROCS -t user,mnt,net,uts,time'; do
		# shellcheck disable=SC2086 # words
		fault_all -f '1 3' -x "$refused|:pidfd_send_signal:1 ESRCH" -c said_or_same -- nslist -rno $view -p "$holder"
	done
}

test_maps_of_another_process_are_shown_or_the_failure_is_reported()
{
	start_target
	preload_nss
	# a value that cannot be read is printed as a dash
	fault_all -f 1 -x ':(newfstatat|fstat):' -c '_has "$out" "-" || said_or_same' -- nsidmap show -n "$holder"
	fault_all -f 1 -- nsidmap translate --from "$holder" 0
	# the times of the clocks differ between two runs, so compare only the offsets
	fault_all -f '1 125' -c '[ "$(printf "%s\n" "$out" | awk "NR == 2 { print \$1, \$4, \$5 }")" = "$holder 3600 86400" ]' -- \
		nstimeoffset --show "$holder"
	unset LD_PRELOAD
}

# --features reports a feature as missing if its test fails, so it prints no message about a failed
# call.
test_features_are_printed_in_spite_of_failed_calls()
{
	for tool in nsunshare nsenter2 nspivot nsidmap nstimeoffset nslist; do
		[ $tool != nslist ] || feature nslist || continue
		fault_all -f '1 125' -c '[ -n "$out" ] || [ -n "$err" ]' -- $tool --features
	done
}

test_a_terminal_is_relayed_or_the_failure_is_reported()
{
	start_target
	# The program writes its report at once. Otherwise the number of calls of the relay process
	# would depend on the parts in which the report arrives.
	mkdir "$TMP/pty"
	printf '#!/bin/sh\nreport=$(%s)\necho "$report"\n' "$FINAL" >"$TMP/pty/final"
	chmod 755 "$TMP/pty" "$TMP/pty/final"
	# accept wrong results for the calls that the relay process may make after the program was
	# executed; the number of the terminal may change, because other programs open terminals (a
	# line of a terminal ends with a carriage return)
	fault_all -i '^fd [0-2] /dev/pts/[0-9]+[[:space:]]*$' -x ':(wait4|poll|read|write|recvmsg|ioctl|close|rt_sig[a-z]*|signalfd4|fcntl):' -- nsenter2 -t "$holder" -U -u --pty "$TMP/pty/final"
}

. shunit2
