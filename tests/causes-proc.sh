#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# causes-proc: checks that the tools say why a process or its namespaces cannot be opened or
# entered, and give no wrong reason.
# Runs as root and as an ordinary user.
# Time limit: 120 seconds.
# shellcheck disable=SC2016 # the table expands $T
. "${0%/*}/testlib.sh"
. "${0%/*}/causelib.sh"
require_ns user mnt pid net uts

test_another_user_is_named()
{
	# Runs only as root.
	start_holder sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	run as_nstest nsenter2 -t "$holder" -n true
	assert_refused 125 "cannot open /proc/$holder/ns/net: Permission denied"
	assert_err_has "hint: run the command as user 0 or with CAP_SYS_PTRACE (as root), because process $holder belongs to user 0"
	assert_err_lacks "because process $holder is not dumpable (prctl(2)): "
	assert_err_lacks 'and the caller has group'
	run as_nstest nsidmap show "user:$holder"
	assert_refused 1 'Permission denied'
	assert_err_lacks dumpable
	start_holder setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups --bounding-set -all \
		sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	run as_nstest nsenter2 -t "$holder" -n true
	assert_refused 125 "cannot enter the net namespace of process $holder"
	assert_err_lacks 'belongs to user'
}

test_another_group_is_named()
{
	# Runs only as root.
	start_holder setpriv --reuid "$NSTEST_UID" --regid 12 --clear-groups sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	run as_nstest nsenter2 -t "$holder" -n true
	assert_refused 125 "cannot open /proc/$holder/ns/net: Permission denied"
	assert_err_has "because process $holder has group 12 and the caller has group $NSTEST_UID"
	assert_err_lacks 'belongs to user'
}

# A process that executes a file that its user cannot read is not dumpable (execve(2)).
test_a_process_that_is_not_dumpable_is_named()
{
	# Runs only as root.
	chmod 755 "$TMP"
	cp /bin/sleep "$TMP/secret"
	chmod 711 "$TMP/secret"
	start_holder setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups \
		sh -c 'echo ready >&3; exec "$0" 1000 3>&-' "$TMP/secret"
	settle 50 grep -q secret "/proc/$holder/comm"
	run as_nstest nsenter2 -t "$holder" -n true
	assert_refused 125 "cannot open /proc/$holder/ns/net: Permission denied"
	assert_err_has "because process $holder is not dumpable"
	assert_err_lacks 'belongs to user'
	assert_err_lacks 'capabilities that'
}

test_names_a_capability_that_the_caller_lacks()
{
	# Runs only as root.
	start_holder setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups --inh-caps +net_raw \
		--ambient-caps +net_raw sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	run as_nstest nsenter2 -t "$holder" -n true
	assert_refused 125 "cannot open /proc/$holder/ns/net: Permission denied"
	assert_err_has "because process $holder has capabilities that the caller lacks, such as net_raw"
	assert_err_lacks dumpable
	assert_err_lacks 'outside of this user namespace'
}

test_a_user_namespace_that_is_not_below_is_named()
{
	start_holder sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	run nsunshare -r nsenter2 -t "$holder" -n true
	assert_refused 125 "cannot open /proc/$holder/ns/net: Permission denied"
	assert_err_has "hint: run the command outside of this user namespace, because process $holder is in a user namespace that is not a descendant of this namespace"
	assert_err_lacks dumpable
	assert_err_lacks 'capabilities that'
	run nsunshare -U nsenter2 -t "$holder" -n true
	assert_refused 125 "cannot open /proc/$holder/ns/net: Permission denied"
	assert_err_has 'hint: run the command outside of this user namespace'
	# the hint must not appear for a user namespace that is a descendant of the caller's,
	# because the caller can open it
	start_holder nsunshare -rn --ready-fd 3 -- sleep 1000
	run nsenter2 -t "$holder" -U -n true
	assert_ok
	assert_err_lacks hint
}

test_hidepid_is_named()
{
	# Runs only as root.
	kernel_call pidfd_open || return 0
	start_holder sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	for option in 2 invisible 4; do
		run unshare -m sh -c 'mount -t proc -o hidepid='$option' proc /proc && HOME=/ exec setpriv --reuid "$@"' \
			sh "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups nsenter2 -t "$holder" -n true
		assert_refused 125 "cannot open /proc/$holder: Permission denied"
		assert_err_has 'hint: run the command as root, because /proc is mounted with hidepid'
		assert_err_lacks 'No such process'
	done
	run unshare -m sh -c 'mount -t proc -o hidepid=1 proc /proc && exec setpriv --reuid "$@"' \
		sh "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups nsenter2 -t "$holder" -n true
	assert_rc 125
	assert_err_has 'hint: run the command as root, because /proc is mounted with hidepid=1'
	# if the process has ended, the message must report this and must not name hidepid
	stop_holder "$holder"
	run unshare -m sh -c 'mount -t proc -o hidepid=2 proc /proc && exec setpriv --reuid "$@"' \
		sh "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups nsenter2 -t "$holder" -n true
	assert_refused 125 "process $holder: No such process"
	assert_err_lacks hidepid
	run as_nstest nsenter2 -t "$holder" -n true
	assert_refused 125 "process $holder: No such process"
	assert_err_lacks hidepid
}

test_a_missing_proc_is_named()
{
	situations <<-'TABLE'
	0 | nsunshare -rm sh -c 'nsunshare -r true' | - | hint
	TABLE
	feature no-sanitizer || return 0 # AddressSanitizer needs /proc
	situations <<-'TABLE'
	125 | nsunshare -rm sh -c 'mount -t tmpfs none /proc; nsenter2 -t 1 -n true' | hint: mount the proc file system: mount -t proc proc /proc | hidepid
	1 | nsunshare -rm sh -c 'mount -t tmpfs none /proc; nslist' | hint: mount the proc file system | hidepid
	1 | nsunshare -rm sh -c 'mount -t tmpfs none /proc; nsidmap show self' | hint: mount the proc file system | hidepid
	125 | nsunshare -rm sh -c 'mount -t tmpfs none /proc; nstimeoffset -b 1 true' | hint: mount the proc file system | hidepid
	125 | nsunshare -rm sh -c 'mount -t tmpfs none /proc; nsunshare -r true' | hint: mount the proc file system | hidepid
	TABLE
}

test_a_chroot_without_proc_is_a_possible_reason()
{
	# Runs only as root.
	feature no-sanitizer || return 0 # AddressSanitizer needs /proc
	mkdir -p "$TMP/root"
	mount --bind / "$TMP/root"
	for d in usr lib lib64 bin tmp work; do
		[ ! -d "/$d" ] || [ -L "/$d" ] || mount --rbind "/$d" "$TMP/root/$d"
	done
	run chroot "$TMP/root" "$NSUTILS_BIN/nsunshare" -r true
	umount -l "$TMP/root"
	assert_refused 125 'Operation not permitted'
	assert_err_has 'hint: mount the proc file system on /proc, without which the reason cannot be found; a chroot is a possible reason'
}

test_a_target_without_a_type_is_explained()
{
	run nsenter2 -t "$$" echo ran
	assert_rc 0
	assert_out ran
	assert_err_has "no namespace of process $$ is selected"
	assert_err_has 'hint: add --all (-a), or name the types to enter, such as --net (-n)'
	for option in '--follow=umask' '--wd' '--root'; do
		run nsenter2 -t self $option echo ran
		case $(id -u)$option in
		0* | *--follow* | *--wd) assert_out ran ;;
		*) assert_refused 125 'Operation not permitted' ;; # chroot(2) needs CAP_SYS_CHROOT
		esac
		assert_err_lacks 'is selected'
		assert_err_lacks 'add --all (-a)'
	done
	run nsenter2 --wd=/ echo ran
	assert_ok
	assert_err_empty
}

test_a_namespace_of_the_caller_itself_is_named()
{
	# Runs only as an ordinary user.
	start_holder nsunshare -rm --ready-fd 3 -- sleep 1000
	run nsenter2 -t "$holder" -U -m -u true
	assert_refused 125 "cannot enter the uts namespace of process $holder: Operation not permitted"
	assert_err_has 'hint: omit --uts, or use --all: the caller is in this namespace already'
	run nsenter2 -t "$holder" -U -m -u -i true
	assert_rc 125
	assert_err_has 'hint: omit --uts and --ipc, or use --all: the caller is in these namespaces already'
	run nsenter2 -t "$holder" -U -m true
	assert_ok
	run nsenter2 -t "$holder" --all true
	assert_ok
	assert_err_lacks 'or use --all: the caller is in'
	run nsenter2 -t "$holder" -m true
	assert_refused 125 "cannot enter the mnt namespace of process $holder: Operation not permitted"
	assert_err_has 'hint: add --user to enter the user namespace that owns this namespace'
	assert_err_lacks 'omit --mount'
}

test_the_callers_user_namespace_is_named()
{
	start_holder sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	run nsenter2 -t "$holder" -U true
	assert_rc 125
	assert_err_has 'hint: omit --user, or use --all: the caller is in this user namespace already'
	start_holder nsunshare -r --ready-fd 3 -- sleep 1000
	run nsenter2 -t "$holder" -U true
	assert_ok
	assert_err_lacks 'the caller is in this user namespace already'
}

test_the_owner_of_a_namespace_is_considered()
{
	# Runs only as root.
	# The caller did not create the user namespace that owns the network namespace.
	start_holder setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups nsunshare -Un --ready-fd 3 -- sleep 1000
	exec 8<"/proc/$holder/ns/net"
	run setpriv --reuid 54321 --regid 54321 --clear-groups nsenter2 --net=/proc/self/fd/8 true
	assert_refused 125 'cannot enter the net namespace /proc/self/fd/8: Operation not permitted'
	assert_err_has "hint: run the command with CAP_SYS_ADMIN in the caller's user namespace"
	assert_err_lacks 'add --user'
	run as_nstest nsenter2 --net=/proc/self/fd/8 true
	assert_rc 125
	assert_err_has 'hint: add --user to enter the user namespace that owns this namespace'
	assert_err_lacks "CAP_SYS_ADMIN in the caller's user namespace"
	exec 8<&-
	# the network namespace belongs to an ancestor of the caller's user namespace
	exec 8</proc/self/ns/net
	run nsunshare -rn nsenter2 --net=/proc/self/fd/8 true
	exec 8<&-
	assert_rc 125
	assert_err_has "hint: omit --net, or run the command with more privileges: this namespace is owned by a user namespace that is not a descendant of the caller's user namespace"
	assert_err_lacks 'add --user'
	run as_nstest nsenter2 -t "$holder" --net true
	assert_refused 125 "cannot enter the net namespace of process $holder: Operation not permitted"
	assert_err_lacks 'or run the command with more privileges'
}

test_explains_attributes_that_need_the_user_namespace()
{
	# Runs only as an ordinary user.
	start_holder nsunshare -r --ready-fd 3 -- sleep 1000
	run nsenter2 -t "$holder" --follow=caps true
	assert_refused 125 "--follow=caps: nsenter2 must enter the user namespace of process $holder"
	assert_err_has 'hint: enter this namespace with --user, or limit --follow to nnp,oom,umask,cwd,root'
	for options in '--follow=umask' '-U --follow=caps'; do
		# shellcheck disable=SC2086 # several words
		run nsenter2 -t "$holder" $options true
		assert_ok
		assert_err_lacks 'enter this namespace with --user'
	done
}

test_a_namespace_without_a_process_is_named()
{
	# Runs only as root.
	touch "$TMP/time"
	chmod 755 "$TMP"
	run nsunshare --time="$TMP/time" true
	assert_ok
	run as_nstest nstimeoffset -b "=@$TMP/time" --print
	assert_rc 125
	assert_err_has 'hint: run the command with CAP_SYS_ADMIN, because a namespace without a process must be entered to read its offsets'
	run nstimeoffset -b "=@$TMP/time" --print
	umount "$TMP/time"
	assert_ok
	assert_err_lacks 'because a namespace without a process must be entered to read its offsets'
}

test_explains_a_bounding_set_that_cannot_be_changed()
{
	# Runs only as an ordinary user.
	run nsunshare -r setpriv --bounding-set -setpcap --inh-caps -setpcap nsunshare --cap-drop=net_raw true
	assert_rc 125
	assert_err_has 'hint: run the command with CAP_SETPCAP'
	run nsunshare -r nsunshare --cap-drop=net_raw true
	assert_ok
	run nsunshare -r enosys -e EPERM prctl -- nsunshare --cap-drop=net_raw true
	assert_refused 125 'cannot drop capabilities from the bounding set: Operation not permitted'
	assert_err_lacks 'run the command with CAP_SETPCAP'
}

test_proc_of_another_pid_namespace_is_named()
{
	# Runs only as an ordinary user.
	run nsunshare -rmp -- nsidmap show 1
	assert_rc 1
	assert_err_has 'hint: mount the proc file system of this pid namespace: mount -t proc proc /proc'
	run nsunshare -rp --mount-proc -- nsidmap show 1
	assert_ok
	run nsunshare -rp --mount-proc -- nsidmap show 999
	assert_rc 1
	assert_err_has 'process 999: No such process'
	assert_err_lacks 'mount the proc file system of this pid namespace'
}

test_a_user_namespace_of_another_user_is_named()
{
	# Runs only as root.
	start_holder setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups nsunshare -U --ready-fd 3 -- sleep 1000
	exec 8<"/proc/$holder/ns/user"
	run setpriv --reuid 54321 --regid 54321 --clear-groups nsenter2 --user=/proc/self/fd/8 true
	assert_rc 125
	assert_err_has "hint: run the command as user $NSTEST_UID, who created this user namespace, or with CAP_SYS_ADMIN (as root)"
	run as_nstest nsenter2 --user=/proc/self/fd/8 --preserve-credentials true
	exec 8<&-
	assert_ok
	assert_err_lacks hint
}

test_an_ended_pid_namespace_is_named()
{
	run nsunshare -rm sh -c 'nsunshare --pid="$1/pid" true && nsenter2 --pid="$1/pid" echo ran' sh "$TMP"
	assert_refused 125 'cannot create a process: Cannot allocate memory'
	assert_err_has 'hint: create a new pid namespace: this one has ended, because its process 1 has ended'
	# process 1 of this pid namespace still runs, so no message may say that the namespace has
	# ended
	start_holder nsunshare -rp --ready-fd 3 -- sleep 1000
	run nsenter2 -t "$(sleep_of "$holder")" -U -p echo ran
	assert_ok
	assert_out ran
	assert_err_lacks 'has ended'
	run nsunshare -r --pid="$TMP/none" --no-fork true
	assert_refused 125 'a pid namespace without a process cannot be mounted'
}

. shunit2
