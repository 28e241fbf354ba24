#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsenter2-hostile: checks targets that end, give false information, or try to get out of their
# namespaces.
# Runs as root and as an ordinary user.
# Time limit: 120 seconds.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
require_ns user mnt uts net pid
require_tool perl strace script

# start_target PROGRAM…: runs PROGRAM in new namespaces. Sets $target to the pid of the first
# process of PROGRAM.
start_target()
{
	start_holder unshare --user --map-root-user --mount --uts --net --pid --fork --kill-child --mount-proc "$@" \
		sh -c 'echo ready >&3; exec sleep 1000 3>&-' &&
		target=$(ps -o pid= --ppid "$holder") && target=${target##* } || return 1
	await_sleep "$target"
}

own_pidfd_inode='my $fd = syscall(434, $ARGV[0] + 0, 0); open(my $f, "<&=", $fd) or die; print((stat $f)[1], "\n")'

test_target_that_ends_is_entered_completely_or_not_at_all()
{
	kernel_call pidfd_open || return 0
	start_target env
	run strace -qq -o "$TMP/trace" -e trace=setns nsenter2 -t "$target" -a true
	assert_ok
	assertEquals 1 "$(grep -c setns "$TMP/trace")"
	run failat -u touch -k 1:setns:1 -e ESRCH -o "$TMP/report" -- nsenter2 -t "$target" -a -- touch "$TMP/made"
	assert_refused 125 "process $target: No such process"
	assertFalse 'the program has run' "[ -e $TMP/made ]"
}

# Without pidfds, nsenter2 opens the namespace files one by one, and it opens all of them before it
# enters the first namespace. If a system call fails, nsenter2 must refuse to run the program,
# unless the call was not needed.
test_target_that_ends_is_entered_completely_or_not_without_pidfds()
{
	start_target env
	want=$(for t in mnt uts net pid user; do readlink "/proc/$target/ns/$t"; done)
	set -- nsenter2 -t "$target" -a -- sh -c 'for t; do readlink "/proc/self/ns/$t"; done' sh mnt uts net pid user
	enosys pidfd_open -- failat -u sh -s openat,setns --list -o "$TMP/list" -- "$@" >/dev/null
	points=$(awk '$2 ~ /^1:openat:/ { print $2 }' "$TMP/list")
	assertEquals 'setns comes after every open' "$(echo "$points" | tail -n 1)" \
		"$(awk '$2 ~ /:setns:/ { print last; exit } { last = $2 }' "$TMP/list")"
	refused=0
	for point in $points; do
		run enosys pidfd_open -- failat -u sh -k "$point" -e ESRCH -o "$TMP/report" -- "$@"
		if [ "$rc" = 0 ]; then
			assert_out "$want"
		else
			assert_rc 125
			assert_out_empty
			assert_err_has 'No such process'
			refused=$((refused + 1))
		fi
	done
	assertTrue "each of the five namespaces is needed, but only $refused calls are" "[ $refused -ge 5 ]"
}

test_refuses_another_process_with_a_reused_pid()
{
	kernel_call pidfd_open || return 0
	start_target env
	if ! feature pidfd-inode >/dev/null; then
		run nsenter2 -t "$target:7" -U true
		assert_refused 125 'pidfd inodes are not supported by this kernel'
		return 0
	fi
	inode=$(perl -e "$own_pidfd_inode" "$target")
	run nsenter2 -t "$target:$inode" -U true
	assert_ok
	run nsenter2 -t "$target:$((inode + 1))" -U -- touch "$TMP/made"
	assert_refused 125 "process $target does not have pidfd inode $((inode + 1))"
	assertFalse "[ -e $TMP/made ]"
}

# tests/unit/ns/test-ref.c tests references to kernel threads, because no kernel thread is visible
# in this pid namespace.
test_zombie_and_thread_have_specific_messages()
{
	# perl never waits for its child, so the child stays a zombie; some shells would reap it
	start_holder perl -e 'my $p = fork; exit 0 unless $p; open(my $o, ">&=", 3); syswrite($o, "$p\n"); close $o; sleep 1000'
	while state=$(grep '^State:' "/proc/$holder_line/status") && [ "${state#*Z (}" = "$state" ]; do :; done
	run nsenter2 -t "$holder_line" -a true
	assert_refused 125 "process $holder_line has ended (zombie)"
	assert_err_lacks 'to name the thread'
	start_holder perl -e 'use threads; threads->create(sub { open(my $o, ">&=", 3); syswrite($o, syscall(186) . "\n"); sleep 1000 })->join'
	run nsenter2 -t "$holder_line" -a true
	assert_refused 125 "$holder_line is a thread of process $holder, not a process"
	assert_err_has "hint: use tid:$holder_line to name the thread"
	run enosys pidfd_open -- nsenter2 -t "$holder_line" -a true
	assert_refused 125 "$holder_line is a thread of process $holder, not a process"
	run nsenter2 -t "tid:$holder_line" -a true
	assert_ok
	stop_holder
	run nsenter2 -t "$holder" -a true
	assert_refused 125 "process $holder: No such process"
}

test_enters_types_in_the_order_that_the_privileges_require()
{
	# the uts namespace is owned by the caller's user namespace, the network namespace by the
	# target's user namespace
	if [ "$(id -u)" = 0 ]; then
		start_holder unshare --uts unshare --user --map-root-user --net sh -c 'echo ready >&3; exec sleep 1000 3>&-'
		run nsenter2 -t "$holder" -U -u -n readlink /proc/self/ns/uts
		assert_ok
		assert_out "$(readlink "/proc/$holder/ns/uts")"
		p=/proc/$holder/ns
		run nsenter2 --user="$p/user" --uts="$p/uts" --net="$p/net" readlink /proc/self/ns/uts
		assert_ok
		assert_out "$(readlink "/proc/$holder/ns/uts")"
	else
		start_target env
		p=/proc/$target/ns
		run nsenter2 --net="$p/net" --uts="$p/uts" --user="$p/user" readlink /proc/self/ns/net
		assert_ok
		assert_out "$(readlink "$p/net")"
		run nsenter2 --net="$p/net" true
		assert_refused 125 "cannot enter the net namespace $p/net: Operation not permitted"
		assert_err_has 'hint: add --user to enter the user namespace that owns this namespace'
		start_holder sh -c 'echo ready >&3; exec sleep 1000 3>&-'
		run nsenter2 -t "$holder" -n true
		assert_refused 125 "cannot enter the net namespace of process $holder: Operation not permitted"
	fi
}

test_enters_a_target_in_the_same_namespaces()
{
	start_holder sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	run nsenter2 -t "$holder" -a readlink /proc/self/ns/net
	assert_ok
	assert_out "$(readlink /proc/self/ns/net)"
	run nsenter2 -t "$holder" -U true
	assert_refused 125 "cannot enter the user namespace of process $holder: Invalid argument"
	assert_err_has 'hint: omit --user, or use --all: the caller is in this user namespace already'
}

test_refuses_files_that_are_not_namespaces_of_the_type()
{
	mkfifo "$TMP/fifo"
	mkdir "$TMP/dir"
	: >"$TMP/file"
	ln -s loop "$TMP/loop"
	for f in fifo dir file; do
		run timeout 10 nsenter2 --net="$TMP/$f" true
		assert_refused 125 "--net: '$TMP/$f' is not a namespace file"
	done
	run timeout 10 nsenter2 --net=/dev/tty true
	assert_refused 125 "'/dev/tty' is not a namespace file"
	run nsenter2 --net="$TMP/loop" true
	assert_refused 125 'Too many levels of symbolic links'
	run nsenter2 --net="$TMP/none" true
	assert_refused 125 "cannot open '$TMP/none': No such file"
	run nsenter2 --net=/proc/self/ns/uts true
	assert_refused 125 "'/proc/self/ns/uts' is a uts namespace, not a net namespace"
	run nsenter2 -t fd:5 true 5<"$TMP/file"
	assert_refused 125 "'fd:5' is not a namespace file"
	# two references to deleted files: an open file that is not a namespace file, and a name
	# that does not exist any more
	exec 5<"$TMP/file"
	rm "$TMP/file"
	run nsenter2 --net=/proc/self/fd/5 true
	assert_refused 125 "--net: '/proc/self/fd/5' is not a namespace file"
	run nsenter2 "--net=$TMP/file (deleted)" true
	assert_refused 125 "cannot open '$TMP/file (deleted)': No such file"
	exec 5<&-
	start_target env
	p=/proc/$target/ns/net
	stop_holder
	while [ -e "$p" ]; do :; done
	run nsenter2 "--net=$p" true
	assert_refused 125 "cannot open '$p': No such file"
}

# The file on which the namespace was mounted is deleted, but the descriptor still refers to the
# namespace.
test_enters_a_namespace_whose_file_was_deleted()
{
	# Runs only as root.
	: >"$TMP/net"
	unshare "--net=$TMP/net" true
	inode=$(stat -c %i "$TMP/net")
	exec 5<"$TMP/net"
	umount --lazy "$TMP/net"
	run nsenter2 "--net=$TMP/net" true
	assert_refused 125 "'$TMP/net' is not a namespace file"
	rm "$TMP/net"
	for o in '-t fd:5' "-t $$/fd/5" '-t self/fd/5' --net=/proc/self/fd/5; do
		# shellcheck disable=SC2086
		run nsenter2 $o readlink /proc/self/ns/net
		assert_ok
		assert_out "net:[$inode]"
	done
	exec 5<&-
}

# The kernel does not let a process enter a time namespace while the process shares its memory with
# another one, as a child of vfork(2) does.
test_each_enters_a_time_and_user_namespace()
{
	start_holder unshare --user --map-root-user --time --fork --kill-child sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	target=$(ps -o pid= --ppid "$holder")
	target=${target##* }
	echo "$target" >"$TMP/refs"
	run nsenter2 --each --user --time -- readlink /proc/self/ns/time <"$TMP/refs"
	assert_rc 0
	assert_out "$(readlink "/proc/$target/ns/time")"
}

test_directories_of_the_target_do_not_lead_out_of_its_root()
{
	# the working directory of the target is outside its root directory
	mkdir -p "$TMP/root/usr" "$TMP/beside"
	ln -s usr/bin usr/lib usr/lib64 "$TMP/root"
	start_target sh -c "cd $TMP/beside && mount -n --rbind /usr $TMP/root/usr && "'exec perl -e "chroot(shift) or die; exec @ARGV" "$@"' sh "$TMP/root"
	run nsenter2 -t "$target" -a --root --wd pwd
	assert_refused 125 'the working directory of the target is outside the root directory'
	# a symbolic link in the target's root must be resolved inside this root
	ln -s / "$TMP/root/link"
	run nsenter2 -t "$target" -a --root -W /link sh -c 'echo /*'
	assert_ok
	assert_out '/bin /lib /lib64 /link /usr'
}

test_the_program_inherits_no_descriptor_of_nsenter2()
{
	start_target env
	for o in '' --join-cgroup '--root --wd' --follow --kill-child; do
		# shellcheck disable=SC2086
		run nsenter2 -t "$target" -a $o -- sh -c 'ls /proc/self/fd | tr "\n" " "'
		assert_ok
		assert_out '0 1 2 3 '
	done
	p=/proc/$target/ns
	run nsenter2 --user="$p/user" --net="$p/net" --mount="$p/mnt" --pid="$p/pid" -- sh -c 'ls /proc/self/fd | tr "\n" " "'
	assert_ok
	assert_out '0 1 2 3 '
	# if the standard streams are closed, nsenter2 must not use their numbers for its own
	# descriptors
	nsenter2 -t "$target" -a -- sh -c '{ for n in 0 1 2; do readlink "/proc/$$/fd/$n"; done; } >"$1"' sh "$TMP/fds" <&- >&- 2>&-
	assertEquals "$TMP/fds" "$(cat "$TMP/fds")"
}

test_program_with_less_privilege_cannot_open_the_binary()
{
	# Runs only as root.
	# The kernel executes nsenter2 as the interpreter of the target's script, with arguments
	# that the target chooses.
	mkdir -p "$TMP/cage/usr" "$TMP/cage/proc"
	ln -s usr/bin usr/lib usr/lib64 "$TMP/cage"
	printf '#!/proc/self/exe --version\n' >"$TMP/cage/evil"
	chmod +x "$TMP/cage/evil"
	start_holder unshare --mount --pid --fork --kill-child sh -c 'mount -n --rbind /usr "$1/usr" && mount -n -t proc proc "$1/proc" &&
		exec unshare --root="$1" sh -c "echo ready >&3; exec sleep 1000 3>&-"' sh "$TMP/cage"
	target=$(ps -o pid= --ppid "$holder")
	target=${target##* }
	for o in '--cap-drop sys_admin' '--cap-keep chown' --no-new-privs --follow; do
		# shellcheck disable=SC2086
		run strace -qq -f -o "$TMP/trace" -e trace=execve,execveat nsenter2 -t "$target" -m -p --root $o -- true
		assert_rc 0
		assertEquals "$o: executed again from a sealed copy" 1 "$(grep -c 'execve("/dev/fd/\|execveat(' "$TMP/trace")"
	done
	run nsenter2 -t "$target" -m -p --root --cap-drop sys_admin -- /evil
	assert_out_has 'nsenter2 from'
	run strace -qq -f -o "$TMP/trace" -e trace=execve,execveat nsenter2 -t "$target" -p -n -- true
	assert_ok
	assertEquals 'not executed again without a new mount namespace' 0 "$(grep -c 'execve("/dev/fd/\|execveat(' "$TMP/trace")"
}

# nsenter2 executes itself again from a sealed copy in memory. The target can reach only this copy,
# to which no process can write.
test_user_namespace_with_the_same_root_cannot_write_the_binary()
{
	# Runs only as root.
	mkdir -p "$TMP/jail/usr" "$TMP/jail/proc" "$TMP/jail/dev"
	: >"$TMP/jail/dev/null" # perl needs /dev/null
	ln -s usr/bin usr/lib usr/lib64 "$TMP/jail"
	printf '#!/proc/self/exe --wait-fd=9\n' >"$TMP/jail/evil"
	chmod +x "$TMP/jail/evil"
	start_holder unshare --user --map-root-user --mount --pid --fork --kill-child sh -c 'mount -n --rbind /usr "$1/usr" &&
		mount -n -t proc proc "$1/proc" && exec unshare --root="$1" sh -c "echo ready >&3; exec sleep 1000 3>&-"' sh "$TMP/jail"
	target=$(ps -o pid= --ppid "$holder")
	target=${target##* }
	mkfifo "$TMP/stay"
	nsenter2 -t "$target" -U -m -p --root -- /evil 9<"$TMP/stay" &
	pid=$!
	exec 7>"$TMP/stay"
	until child=$(ps -o pid= --ppid $pid) && child=${child##* } &&
		[ "$(tr '\0' ' ' <"/proc/${child:-0}/cmdline")" = '/proc/self/exe --wait-fd=9 /evil ' ]; do :; done
	inside=$(awk '/^NSpid/ { print $NF }' "/proc/$child/status")
	run nsenter -t "$target" -U -m -p --root --preserve-credentials perl -e '
		my $exe = "/proc/$ARGV[0]/exe";
		open(my $f, "<", $exe) or die "$exe: $!";
		print readlink($exe), "\n";
		exit if readlink($exe) !~ m{^/memfd:};
		kill 9, $ARGV[0];
		my $w;
		1 until open($w, "+<", "/proc/self/fd/" . fileno $f) or !$!{ETXTBSY};
		print defined $w && defined syswrite($w, "x") ? "written\n" : "$!\n"' "$inside"
	assert_rc 0
	assert_out '/memfd:nsenter2 (deleted)
Operation not permitted'
	exec 7>&-
	wait $pid || :
}

test_processes_of_the_target_cannot_trace_nsenter2()
{
	start_target env
	mkfifo "$TMP/go"
	# --wait-fd makes nsenter2 wait after it has entered the namespaces and before the exec
	nsenter2 -t "$target" -a --wait-fd 5 true 5<"$TMP/go" &
	pid=$!
	exec 7>"$TMP/go"
	inside=''
	while [ -z "$inside" ] && kill -0 $pid; do
		child=$(ps -o pid= --ppid $pid)
		# the child has one pid in each of the two pid namespaces
		inside=$(awk '/^NSpid/ && NF > 2 { print $NF }' "/proc/${child##* }/status" 2>/dev/null)
	done
	# a process that nsenter(1) starts inside, as root of the user namespace of the target,
	# attacks the child
	run nsenter -t "$target" -U -m -p --preserve-credentials sh -c "ls -l /proc/$inside/exe /proc/$inside/fd/ 2>&1
		cat /proc/$inside/environ; strace -p $inside -o /dev/null true
		perl -e 'open(my \$m, \"+<\", \"/proc/$inside/mem\") and print \"its memory is open\n\"'"
	assert_err_lacks unrecognised
	assert_out_has 'Permission denied'
	assert_out_lacks nsenter2
	assert_out_lacks 'its memory is open'
	exec 7>&-
	wait $pid
	assertEquals 0 $?
}

test_loads_no_file_after_entering()
{
	start_target env
	run strace -qq -f -o "$TMP/trace" -e trace=setns,openat,open,execve nsenter2 -t "$target" -a --setuid root -- /bin/true
	assert_ok
	# nsenter2 may open a file relative to a directory descriptor that it already has, such as
	# setgroups in /proc/PID, because the target cannot replace such a file
	assert_empty "$(sed -n '/setns/,/execve/{ /open(/p; /AT_FDCWD/p; }' "$TMP/trace" | grep -v execve)"
	sed -n '/setns/,$p' "$TMP/trace" | grep -q execve
	assertTrue 'the trace has the exec' $?
}


test_groups_are_dropped_before_the_ids_change()
{
	start_target env
	run strace -qq -f -o "$TMP/trace" -e trace=setgroups,setresgid,setresuid,setns nsenter2 -t "$target" -a true
	assert_ok
	order=$(sed -n 's/^[0-9]* *\(set[a-z]*\)(.*/\1/p' "$TMP/trace" | uniq | xargs)
	case $order in
	'setns setresgid setresuid' | 'setgroups setns setresgid setresuid' | 'setns setgroups setresgid setresuid') ;;
	*) fail "order: $order" ;;
	esac
	[ "$(id -u)" = 0 ] || return 0
	# setgroups(2) is denied in the target's user namespace, so nsenter2 must drop the caller's
	# groups before it enters that namespace
	run setpriv --groups 7,8 nsenter2 -t "$target" -a id -G
	assert_ok
	assert_out 0
}

test_accepts_any_environment_of_the_target()
{
	start_target perl -e '$ENV{LINES2} = "a\nb"; $ENV{"NO\nNAME"} = ""; $ENV{BIG} = "x" x 100000; $ENV{LD_LIBRARY_PATH} = "/nowhere"; exec @ARGV'
	run nsenter2 -t "$target" -a --env -- perl -e 'print length $ENV{BIG}, " ", $ENV{LINES2}, " ", $ENV{LD_LIBRARY_PATH}'
	assert_ok
	assert_out '100000 a
b /nowhere'
	# the target has overwritten its environment: there are entries without '=', and no NUL at
	# the end
	start_holder perl -e 'open(my $o, ">&=", 3); $0 = "x" x 4000; syswrite($o, "ready\n"); close $o; sleep 1000'
	run nsenter2 -t "$holder" --env /usr/bin/env true
	assert_ok
}

# tests/nsenter2-terminal.sh also tests stopping and continuing, with a shell on a terminal.
test_stops_and_continues_with_the_program()
{
	start_target env
	mkfifo "$TMP/up"
	# a new session, so that the process group of nsenter2 is orphaned
	setsid nsenter2 -t "$target" -a -- sh -c 'echo $$ >"$1"; kill -STOP $$; echo continued; exit 6' sh "$TMP/up" \
		>"$TMP/said" 2>"$TMP/complaints" &
	pid=$!
	read -r _ <"$TMP/up"
	# nsenter2 is in an orphaned process group, and the kernel does not stop processes of such a
	# group. So only the child is stopped, and it continues when nsenter2 gets SIGCONT.
	child=$(ps -o pid= --ppid $pid)
	child=${child##* }
	while state=$(grep '^State:' "/proc/$child/status") && [ "${state#*T (}" = "$state" ]; do :; done
	assertEquals 'T (stopped)' "${state#State:?}"
	assertTrue 'nsenter2 waits' "kill -0 $pid && ! grep -q '^State:.T' /proc/$pid/status"
	run cat "$TMP/said"
	assert_ok
	assert_out_empty
	kill -CONT $pid
	wait $pid
	assertEquals 6 $?
	assertEquals continued "$(cat "$TMP/said")"
	assert_empty "$(cat "$TMP/complaints")"
}

test_program_is_the_foreground_job_of_its_terminal()
{
	start_target env
	cat >"$TMP/session" <<-END
		nsenter2 -t $target -a -- perl -e 'use POSIX; print POSIX::tcgetpgrp(0) == getpgrp() ? "foreground\n" : "background\n"'
	END
	run pty -e foreground -- sh "$TMP/session"
	assert_out_has foreground
}

test_all_leaves_out_a_type_that_the_kernel_lacks()
{
	# Runs only as root.
	start_target env
	mkdir "$TMP/ns"
	# bind mounts over /proc/PID/ns imitate a kernel without time, cgroup and mount namespaces
	run unshare --mount sh -c '
		for p in "$1" $$; do
			rm -rf "$2/$p"; mkdir "$2/$p"
			for t in uts ipc net pid pid_for_children user; do
				: >"$2/$p/$t" && mount -n --bind "/proc/$p/ns/$t" "$2/$p/$t" || exit 1
			done
			mount -n --rbind "$2/$p" "/proc/$p/ns" || exit 1
		done
		exec nsenter2 -t "$1" -a --explain true' sh "$target" "$TMP/ns"
	assert_ok
	assert_out_has "enter uts, net, pid, user of process $target"
}

test_refuses_a_proc_of_another_pid_namespace()
{
	start_target env
	run unshare --user --map-root-user --pid --fork nsenter2 -t 1 -a true
	assert_refused 125 '/proc belongs to another pid namespace'
	feature no-sanitizer || return 0 # AddressSanitizer needs /proc
	run unshare --user --map-root-user --mount sh -c 'mount -n -t tmpfs none /proc && exec nsenter2 -t 1 -a true'
	assert_refused 125 'cannot use /proc: it is not mounted'
}

test_foreign_bytes_are_escaped()
{
	run nsenter2 -t "$(printf 'x\033]0;\a')" true
	assert_refused 125 'x\x1b]0;\x07'
	run nsenter2 --net="$(printf '/tmp/\033[2J')" true
	assert_refused 125 '/tmp/\x1b[2J'
}

test_lost_output_is_an_error()
{
	for o in --help --version --explain; do
		run sh -c "nsenter2 $o true >/dev/full"
		assert_rc 125
		assert_err_has 'cannot write to standard output'
	done
}

test_handles_ignored_signals_long_arguments_and_a_removed_directory()
{
	start_target env
	status='grep -E ^Sig(Ign|Blk) /proc/self/status'
	# shellcheck disable=SC2086 # several words
	want=$(env --ignore-signal=CHLD --block-signal=USR1 $status)
	# shellcheck disable=SC2086
	run env --ignore-signal=CHLD --block-signal=USR1 nsenter2 -t "$target" -a $status
	assert_ok
	assert_out "$want"
	long=$(head -c 120000 /dev/zero | tr '\0' x)
	run nsenter2 -t "$target" -a sh -c 'echo ${#1}' sh "$long"
	_ran='a long argument'
	assert_ok
	assert_out 120000
	mkdir "$TMP/gone"
	run sh -c 'cd "$1/gone" && rmdir "$1/gone" && exec nsenter2 -t "$2" -U --root=/ pwd' sh "$TMP" "$target"
	assert_ok
	assert_out /
	[ "$(id -u)" != 0 ] || return 0 # RLIMIT_NPROC does not limit root
	run prlimit --nproc=1 nsenter2 -t "$target" -a true
	assert_refused 125 'cannot create a process: Resource temporarily unavailable'
}

test_reports_a_lack_of_descriptors()
{
	start_target env
	# test limits above 3, because the dynamic loader needs one free descriptor
	for n in 4 5; do
		run sh -c "ulimit -n $n; exec nsenter2 -t $target -a true"
		assert_refused 125 'Too many open files'
	done
}

. shunit2
