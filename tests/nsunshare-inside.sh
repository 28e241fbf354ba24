#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsunshare-inside: checks the mounts, names, clocks, loopback interface, directories and environment of the program.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
require_ns user mnt pid net uts time

test_mount_proc_shows_the_new_pid_namespace_only()
{
	run nsunshare -rp --mount-proc sh -c 'echo /proc/[0-9]*'
	assert_ok
	assert_out /proc/1
	mkdir "$TMP/proc"
	run nsunshare -rp --mount-proc="$TMP/proc" sh -c 'echo "$0"/[0-9]*' "$TMP/proc"
	assert_out "$TMP/proc/1"
	# the mounts of the caller are shared, but the proc that nsunshare mounts must not appear
	# among them
	before=$(cat /proc/self/mountinfo)
	run nsunshare -rp --propagation shared --mount-proc true
	assert_ok
	assertEquals "$before" "$(cat /proc/self/mountinfo)"
}

# A mount that is made in the new mount namespace appears outside only with --propagation shared or
# unchanged, and never if there is a new user namespace.
test_propagation_controls_which_mounts_appear_outside()
{
	# Runs only as root.
	mkdir -p "$TMP/dir/sub"
	mount -t tmpfs none "$TMP/dir" && mkdir "$TMP/dir/sub"
	mount --make-shared "$TMP/dir"
	for how in '' private slave; do
		run nsunshare -m ${how:+--propagation $how} mount -t tmpfs none "$TMP/dir/sub"
		assert_ok
		assertFalse "$how" "mountpoint -q '$TMP/dir/sub'"
	done
	for how in shared unchanged; do
		run nsunshare -m --propagation $how mount -t tmpfs none "$TMP/dir/sub"
		assert_ok
		assertTrue "$how" "mountpoint -q '$TMP/dir/sub'"
		umount "$TMP/dir/sub"
		run nsunshare -rm --propagation $how mount -t tmpfs none "$TMP/dir/sub"
		assert_ok
		assertFalse "$how with a user namespace" "mountpoint -q '$TMP/dir/sub'"
	done
	mount -t tmpfs none "$TMP/dir/sub"
	umount "$TMP/dir/sub"
	run nsunshare -m --propagation slave sh -c 'mount --bind / /mnt && grep -c "shared:" /proc/self/mountinfo'
	assert_out 0
	umount "$TMP/dir"
}

test_refuses_an_unknown_propagation()
{
	run nsunshare -rm --propagation rubbish true
	assert_rc 125
	assert_err_has "unknown propagation 'rubbish'"
}

test_hostname_and_domainname_are_set()
{
	run nsunshare -r --hostname box --domainname home sh -c 'uname -n; cat /proc/sys/kernel/domainname'
	assert_ok
	assert_out 'box
home'
	sixty_four=$(printf '%064d' 0)
	run nsunshare -r --hostname "$sixty_four" uname -n
	assert_out "$sixty_four"
	for option in hostname domainname; do
		run nsunshare -r --$option "1$sixty_four" echo ran
		assert_refused 125 'longer than 64 bytes'
	done
}

test_foreign_bytes_in_messages_are_escaped()
{
	run nsunshare -r --wd "$(printf '/x\033[31m\nforged: y')" true
	assert_refused 125 '\x1b[31m\x0aforged: y'
}

test_clock_options_move_the_clocks()
{
	run nsunshare -r --boottime 1000000 --monotonic 2000000 cat /proc/self/timens_offsets
	assert_ok
	assert_out 'monotonic     2000000         0
boottime      1000000         0'
	run nsunshare -rp -T --boottime 1000000 cat /proc/self/timens_offsets
	assert_out_has 'boottime      1000000         0'
	run nsunshare -r --boottime =0 cut -d. -f1 /proc/uptime
	assert_ok
	assertTrue 'just booted' "[ ${out:-9} -le 1 ]"
	run nsunshare -rf --boottime =1d cut -d. -f1 /proc/uptime
	assertTrue 'a day' "[ $out -ge 86400 ] && [ $out -le 86402 ]"
	echo 'monotonic 7 500' >"$TMP/offsets"
	run nsunshare -r --time-offsets "$TMP/offsets" cat /proc/self/timens_offsets
	assert_out_has 'monotonic           7       500'
	for clock in --monotonic --boottime; do
		run nsunshare -r $clock 1 --time-offsets "$TMP/offsets" echo ran
		assert_rc 125
		assert_out_empty
		assert_err_has "$clock cannot be used with --time-offsets"
	done
	# the program's own process is in the time namespace, although nsunshare neither forks nor
	# executes itself again
	run nsunshare -rT readlink /proc/self/ns/time /proc/self/ns/time_for_children
	assert_ok
	# shellcheck disable=SC2086 # two lines
	set -- $out
	assertEquals "$1" "$2"
	assertNotEquals 'the namespace is new' "$(readlink /proc/self/ns/time)" "$1"
}

test_lo_brings_the_loopback_interface_up()
{
	run nsunshare -r --lo sh -c 'exec 2>&1; cat /proc/net/if_inet6 /proc/net/fib_trie'
	assert_ok
	assert_out_has 127.0.0.1
	run nsunshare -rn cat /proc/net/fib_trie
	assert_ok
	assert_out_lacks 127.0.0.1
}

test_working_directory_and_root_are_changed()
{
	run nsunshare -r --wd /usr/bin pwd
	assert_ok
	assert_out /usr/bin
	mkdir -p "$TMP/root/bin" "$TMP/root/proc"
	cp "$(command -v busybox)" "$TMP/root/bin/sh"
	run nsunshare -rmp -R "$TMP/root" --mount-proc -w /bin /bin/sh -c 'echo $PWD; cd /proc; echo [0-9]*'
	assert_ok
	assert_out '/bin
1'
	run nsunshare -rR "$TMP/root" /bin/nothing
	assert_refused 127 /bin/nothing
	for what in /nonexistent /etc/passwd; do
		run nsunshare -r --root "$what" true
		assert_refused 125 "$what"
	done
}

test_setup_runs_before_the_program_with_all_capabilities()
{
	run nsunshare -rmp --mount-proc --setup 'mount -t tmpfs none /mnt && touch /mnt/here' ls /mnt
	assert_ok
	assert_out here
	# --setup must work with every uid inside, and it must not give the program additional
	# capabilities
	run nsunshare -cm --setup 'mount -t tmpfs none /mnt && touch /mnt/here' sh -c 'ls /mnt; grep CapAmb /proc/self/status'
	assert_ok
	assert_out 'here
CapAmb:	0000000000000000'
	run nsunshare -r --setup 'exit 3' echo ran
	assert_refused 125 "--setup 'exit 3' failed with status 3"
	run nsunshare -rp --setup 'kill -TERM $$' echo ran
	assert_refused 125 'was killed by signal 15'
	[ "$(id -u)" = 0 ] || return 0
	run nsunshare -u -S 1234 -G 1234 --setup 'echo inside >/proc/sys/kernel/hostname' sh -c 'uname -n; id -u'
	assert_ok
	assert_out 'inside
1234'
}

test_setup_without_a_shell_is_reported()
{
	mkdir "$TMP/empty"
	run nsunshare -r --root "$TMP/empty" --setup true true
	assert_refused 125 "cannot execute /bin/sh for --setup 'true': No such file or directory"
}

# If a process whose uid is not 0 executes a program, it loses all capabilities that are not ambient
# (capabilities(7)).
test_setup_has_all_capabilities_with_any_uid()
{
	for map in "--map-user=5 --map-group=5" --user; do
		# shellcheck disable=SC2086 # several words
		run nsunshare $map -u --setup 'hostname inside' sh -c 'uname -n; grep CapEff /proc/self/status'
		assert_ok
		assert_out 'inside
CapEff:	0000000000000000'
	done
	# user 0 has all capabilities in the new namespaces, so nsunshare must not make any of them
	# ambient for the command of --setup
	run nsunshare -r --setup 'grep CapAmb /proc/self/status' true
	assert_out 'CapAmb:	0000000000000000'
}

test_waits_for_setup_if_sigchld_is_ignored()
{
	for option in '' --fork; do
		run env --ignore-signal=CHLD nsunshare -r $option --setup 'exit 3' echo ran
		assert_refused 125 "--setup 'exit 3' failed with status 3"
		run env --ignore-signal=CHLD nsunshare -r $option --setup 'echo first' \
			grep SigIgn /proc/self/status
		assert_ok
		assert_out 'first
SigIgn:	0000000000010000'
	done
}

test_environment_options_change_the_environment()
{
	run env KEEP_A=1 KEEP_B=2 DROP=3 nsunshare -r --whitelist-env KEEP_A,KEEP_B,NONE env
	assert_ok
	assert_out 'KEEP_A=1
KEEP_B=2'
	run nsunshare -r --clear-env sh -c 'export -p; echo CLEARED'
	assert_out_lacks HOME=
	assert_out_has CLEARED
	run nsunshare -rp --clear-env --setenv A=1 --setenv B=2 --unsetenv A env
	assert_out B=2
}

test_mount_binfmt_registers_an_interpreter()
{
	feature binfmt-userns || return 0
	run nsunshare -rp --mount-proc --mount-binfmt cat /proc/sys/fs/binfmt_misc/status
	assert_ok
	assert_out enabled
	printf '#!/bin/sh\necho interpreted "$1"\n' >"$TMP/interpreter"
	chmod 755 "$TMP/interpreter"
	printf 'NSUT data' >"$TMP/data.nsut"
	chmod 755 "$TMP/data.nsut"
	run nsunshare -rp --load-interp ":nsut:E::nsut::$TMP/interpreter:" "$TMP/data.nsut"
	assert_ok
	assert_out "interpreted $TMP/data.nsut"
	mkdir "$TMP/binfmt"
	run nsunshare -r --mount-binfmt="$TMP/binfmt" -l rubbish true
	assert_refused 125 "cannot register the interpreter 'rubbish'"
	assert_err_has 'hint: write the definition as :name:type:offset:magic:mask:interpreter:flags'
	assert_err_lacks 'map user 0 with -r'
	run nsunshare --load-interp ":nsut:E::nsut::$TMP/interpreter:" true
	assert_refused 125 'Permission denied'
	assert_err_has 'hint: map user 0 with -r, because only user 0 can register an interpreter'
	assert_err_lacks 'write the definition as'
}

# A user namespace cannot mount binfmt_misc if the kernel is older than Linux 6.7 or lacks the
# module binfmt_misc, or if a security module denies the mount.
test_the_error_of_a_binfmt_mount_selects_the_hint()
{
	mkdir "$TMP/new"
	set -- failat -b nsunshare -s mount -o "$TMP/report" -k
	for_binfmt=2 # the first mount(2) changes the propagation of the root
	run setarch --uname-2.6 "$@" $for_binfmt -e EPERM -- nsunshare -r --mount-binfmt="$TMP/new" true
	assert_refused 125 "cannot mount binfmt_misc on '$TMP/new': Operation not permitted"
	assert_err_has 'hint: use Linux 6.7 or later for binfmt_misc in a user namespace'
	run "$@" $for_binfmt -e ENODEV -- nsunshare -r --mount-binfmt="$TMP/new" true
	assert_refused 125 "cannot mount binfmt_misc on '$TMP/new': No such device"
	assert_err_has "hint: load the kernel module with 'modprobe binfmt_misc'"
	assert_err_lacks 'use Linux 6.7 or later'
	run "$@" $for_binfmt -e ENOMEM -- nsunshare -r --mount-binfmt="$TMP/new" true
	assert_refused 125 "cannot mount binfmt_misc on '$TMP/new': Cannot allocate memory"
	assert_err_lacks 'load the kernel module'
	feature binfmt-userns || return 0
	run "$@" $for_binfmt -e EPERM -- nsunshare -r --mount-binfmt="$TMP/new" true
	assert_refused 125 "cannot mount binfmt_misc on '$TMP/new': Operation not permitted"
	assert_err_lacks 'use Linux 6.7 or later'
}

# With the flag F, the kernel opens the interpreter when the binary format is registered, so the
# interpreter may be outside the new root.
test_an_interpreter_outside_the_new_root_is_registered()
{
	feature binfmt-userns || return 0
	mkdir -p "$TMP/new/proc"
	cp "$(command -v busybox)" "$TMP/cat"
	printf 'NSUT data' >"$TMP/new/data.nsut"
	chmod 755 "$TMP/new/data.nsut"
	run nsunshare -rp -R "$TMP/new" -l ":nsut:E::nsut::$TMP/cat:F" /data.nsut
	assert_ok
	assert_out 'NSUT data'
	run nsunshare -rp -R "$TMP/new" -l ":nsut:E::nsut::$TMP/cat:" /data.nsut
	assert_refused 127 "cannot execute '/data.nsut': No such file or directory"
}

# The default mount point of --mount-binfmt is below /proc, so nsunshare also mounts a proc file
# system if the new pid namespace or the new root has none yet.
test_mount_binfmt_mounts_proc_if_needed()
{
	feature binfmt-userns || return 0
	run nsunshare -rp --mount-binfmt sh -c 'echo /proc/[0-9]*'
	assert_ok
	assert_out /proc/1
	mkdir -p "$TMP/root/bin" "$TMP/root/proc" "$TMP/root/binfmt"
	cp "$(command -v busybox)" "$TMP/root/bin/sh"
	run nsunshare -rp -R "$TMP/root" --mount-binfmt /bin/sh -c 'cd /proc; echo [0-9]* sys/fs/binfmt_misc/*'
	assert_ok
	assert_out '1 sys/fs/binfmt_misc/register sys/fs/binfmt_misc/status'
	# a mount point outside /proc does not need a proc file system
	run nsunshare -rp -R "$TMP/root" --mount-binfmt=/binfmt /bin/sh -c 'echo /proc/* /binfmt/*'
	assert_ok
	assert_out '/proc/* /binfmt/register /binfmt/status'
}

. shunit2
