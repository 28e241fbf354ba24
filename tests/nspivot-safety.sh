#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nspivot-safety: checks that restrictions are applied, that unsafe pivots are refused, and that the
# program cannot reach the old root.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"
make_box

# each_way FUNCTION: calls the function once with the mount API and once with mount(2) only.
each_way()
{
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		"$@"
	done
	NSPIVOT_UNDER=
}

# with_mounts COMMAND…: runs the command in new namespaces, with a tmpfs on $TMP/src/sub and another
# tmpfs below it.
mkdir -p "$TMP/src/sub" "$box/src"
cat >"$TMP/with_mounts" <<EOF
#!/bin/sh
mount -t tmpfs -o \${SUBOPTS:-rw} sub '$TMP/src/sub' && mkdir '$TMP/src/sub/deep' &&
mount -t tmpfs deep '$TMP/src/sub/deep' && cd / && exec "\$@"
EOF
chmod 755 "$TMP/with_mounts"

recursive()
{
	# shellcheck disable=SC2086 # several words
	run in_ns "$TMP/with_mounts" $NSPIVOT_UNDER nspivot --ro-bind "$TMP/src:/src" "$box" -- \
		/bin/sh -c 'for d in src src/sub src/sub/deep; do touch /$d/x || echo no; done'
	assert_out 'no
no
no'
	# shellcheck disable=SC2086
	run in_ns "$TMP/with_mounts" $NSPIVOT_UNDER nspivot --proc /proc --bind "$TMP/src:/src:nosuid,noexec,nodev" "$box" -- \
		/bin/grep -c ' /src.* rw,nosuid,nodev,noexec' /proc/mounts
	assert_out 3
	# shellcheck disable=SC2086
	run in_ns "$TMP/with_mounts" $NSPIVOT_UNDER nspivot --readonly / "$TMP/src" -- /bin/none
	assert_refused 127 "cannot execute '/bin/none'"
}

test_ro_bind_applies_to_all_mounts_below()
{
	each_way recursive
}

readonly_root()
{
	cp "$box/bin/busybox" "$TMP/src/busybox"
	# shellcheck disable=SC2086
	run in_ns "$TMP/with_mounts" $NSPIVOT_UNDER nspivot --readonly / "$TMP/src" -- \
		/busybox sh -c 'for d in / /sub /sub/deep; do /busybox touch $d/x || echo no; done'
	assert_out 'no
no
no'
}

test_read_only_root_applies_to_the_mounts_of_newroot()
{
	each_way readonly_root
}

norec()
{
	# shellcheck disable=SC2086
	run in_ns "$TMP/with_mounts" $NSPIVOT_UNDER nspivot --bind "$TMP/src:/src:norec" "$box" -- \
		/bin/sh -c 'ls -d /src/sub; ls /src/sub'
	assert_ok
	assert_out /src/sub
}

test_norec_excludes_the_mounts_below()
{
	each_way norec
}

# In a mount namespace of a new user namespace, the kernel locks the flags of the inherited mounts
# (mount_namespaces(7)). A bind must keep these flags and succeed.
locked()
{
	# shellcheck disable=SC2086
	run in_ns sh -c "mount -t tmpfs -o ro,nosuid,nodev,noexec x '$TMP/src/sub' && cd / && exec \
		nsunshare -Ump -r -- $NSPIVOT_UNDER nspivot --bind '$TMP/src:/src' --proc /proc '$box' -- \
		/bin/sh -c 'grep -c \" /src/sub tmpfs ro,nosuid,nodev,noexec\" /proc/mounts; touch /src/sub/x'"
	assert_rc 1
	assert_out 1
	assert_err_has 'Read-only'
}

test_bind_keeps_locked_flags()
{
	each_way locked
}

test_working_directory_of_the_caller_does_not_lead_out()
{
	run in_ns sh -c "cd '$TMP/src' && exec nspivot '$box' -- /bin/sh -c 'pwd; ls ..; ls ../../..'"
	assert_ok
	assert_out "/
$(ls "$box"; ls "$box")"
}

test_refuses_a_process_1_with_a_working_directory_in_the_old_root()
{
	# the shell is process 1, and its working directory stays in the old root, so nspivot must
	# refuse to run
	run in_ns sh -c "cd '$TMP' && nspivot --preset=minimal '$box' -- /bin/ls /; echo \$?"
	assert_out 125
	assert_err_has 'through its cwd'
	run in_ns sh -c "cd / && nspivot --preset=minimal '$box' -- /bin/sh -c 'ls /proc/1/cwd/ /proc/1/root/'; :"
	assert_ok
	assert_out_has bin
	assert_out_lacks usr
	# with --force, nspivot must not check for processes in the old root
	run in_ns sh -c "cd '$TMP' && nspivot --force --preset=minimal '$box' -- /bin/ls /; :"
	assert_ok
	assert_out "$(ls "$box")"
}

# A test must not change the root of the machine's mount namespace. So this test only verifies that
# nspivot checks the namespace first; test-tree.c tests the check itself.
test_refuses_the_mount_namespace_of_the_machine_unless_forced()
{
	for preset in none minimal docker systemd host; do
		run nspivot --explain --preset=$preset "$box" -- /bin/ls
		assert_ok
		assertEquals 'first' ' 1 caller verify that this is not the machine' "$(sed -n "1s/'.*//p" "$TMP/out")"
		run nspivot --explain --force --preset=$preset "$box" -- /bin/ls
		assert_ok
		assert_out_lacks 'verify that this is not'
	done
}

test_refuses_visible_processes_of_another_root()
{
	# Runs only as root.
	run nsunshare -m -- nspivot --preset=minimal "$box" -- /bin/ls /
	assert_refused 125 'could still reach the old root through its root'
	run nsunshare -m -- nspivot "$box" -- /bin/ls /
	assert_ok
}

test_busy_old_root_is_detached()
{
	run in_ns sh -c "cd / && { sleep 60 9<'$TMP/src/sub' & } && nspivot --preset=minimal '$box' -- \
		/bin/sh -c 'wc -l </proc/self/mountinfo'; kill \$!"
	assert_out 2
}

test_old_root_with_stacked_mounts_is_detached()
{
	run in_ns sh -c "mount -t tmpfs one / && exec nspivot --preset=minimal '$box' -- \
		/bin/sh -c 'wc -l </proc/self/mountinfo; ls /..'"
	assert_ok
	assertEquals 'mounts' 2 "$(head -n 1 "$TMP/out")"
	assert_out_has bin
}

test_new_dev_null_replaces_the_old_one_on_standard_descriptors()
{
	# the mount table contains the mount of the new /dev/null, but not that of the old /dev/null
	run box --proc /proc --dev "$box" -- /bin/sh -c '
		id=$(grep mnt_id: /proc/self/fdinfo/0 | cut -f 2)
		grep "^$id " /proc/self/mountinfo | cut -d " " -f 5' </dev/null
	assert_ok
	assert_out /dev/null
}

test_nested_user_namespace_works_after_the_pivot()
{
	run box --host-root --proc /proc --dev -- unshare -U -r id -u
	assert_ok
	assert_out 0
}

test_nodev_makes_devices_unusable()
{
	# Runs only as root.
	mknod "$TMP/src/null" c 1 3
	run box --bind "$TMP/src:/src:nodev" --dev "$box" -- /bin/sh -c 'echo x >/src/null'
	assert_rc 1
	assert_err_has 'Permission denied'
	rm "$TMP/src/null"
}

test_docker_preset_keeps_only_its_capabilities()
{
	NS_TOO=inuC
	run box --preset=docker "$box" -- /bin/grep Cap /proc/self/status
	assert_ok
	assert_out_has 'CapInh:	0000000000000000'
	assert_out_has 'CapPrm:	00000000a00425fb'
	assert_out_has 'CapBnd:	00000000a00425fb'
	assert_out_has 'CapAmb:	0000000000000000'
	run box --preset=docker --cap-keep sys_admin "$box" -- /bin/grep CapBnd /proc/self/status
	assert_out_has '0000000000200000'
	run box --preset=docker --cap-drop chown --no-new-privs --rlimit nofile=99 --new-session \
		--clear-env --setenv A=b --whitelist-env TERM --unsetenv TERM "$box" -- \
		/bin/sh -c 'grep -E "CapBnd|NoNew" /proc/self/status; ulimit -n; echo $A$HOME'
	NS_TOO=
	assert_ok
	assert_out_has 00000000a00425fa
	assert_out_has 'NoNewPrivs:	1'
	assert_out_has '99
b'
}

test_masked_paths_of_the_docker_preset_are_empty()
{
	NS_TOO=inuC
	run box --preset=docker "$box" -- /bin/sh -c 'echo looked; cat /proc/keys /proc/timer_list; ls /sys/firmware; 
		for file in /proc/sys/kernel/hostname /proc/sysrq-trigger; do (: >$file) && echo written; done'
	NS_TOO=
	assert_out looked
	assert_err_has '/proc/sys/kernel/hostname: Read-only file system'
}

test_uid_and_gid_options_set_the_ids()
{
	run box --setuid 0 --setgid 0 --keep-caps "$box" -- /bin/id -u
	assert_ok
	assert_out 0
	[ "$(id -u)" = 0 ] || return 0
	NSPIVOT_UNDER='setpriv --groups 7,8 --'
	run box "$box" -- /bin/id -G
	assert_ok
	assert_out '0 7 8'
	run box --groups none "$box" -- /bin/id -G
	NSPIVOT_UNDER=
	assert_ok
	assert_out 0
	run box --setuid 7 --setgid 8 "$box" -- /bin/id
	assert_ok
	assert_out_has 'uid=7 gid=8'
	printf '\006\0\0\0\0\0\377\177' >"$TMP/filter"
	run box --proc /proc --seccomp "$TMP/filter" "$box" -- /bin/grep ^Seccomp: /proc/self/status
	assert_ok
	assert_out 'Seccomp:	2'
}

# "unshare -c --keep-caps" gives ambient capabilities to a caller whose id in the user namespace is
# not 0. nspivot must be able to use them, and must not pass them to the program.
test_ambient_capabilities_suffice_and_do_not_reach_the_program()
{
	as=
	[ "$(id -u)" != 0 ] || as='setpriv --reuid 61234 --regid 61234 --clear-groups'
	chmod 711 "$TMP"
	mkdir -p "$box/proc" "$box/dev" "$box/tmp"
	# shellcheck disable=SC2086 # several words
	run $as unshare -Ump --fork -c --keep-caps nspivot --preset=minimal --dev --tmpfs /tmp "$box" -- \
		/bin/sh -c 'grep -E "Cap(Inh|Prm|Eff|Amb)" /proc/self/status; id -u'
	assert_ok
	assertEquals 'number of empty capability sets' 4 "$(grep -c 0000000000000000 "$TMP/out")"
	assert_out_has "$NSTEST_UID"
}

readonly_alone()
{
	run box --tmpfs /t --bind "$TMP/src:/src" --readonly / "$box" -- \
		/bin/sh -c 'touch /t/x && touch /src/x && echo made; for d in / /etc; do touch $d/x || echo no; done'
	assert_out 'made
no
no'
	assertEquals 'errors' 2 "$(grep -c Read-only "$TMP/err")"
	rm -f "$TMP/src/x"
}

# With --readonly for the root, the mounts that other options add must keep their flags.
test_read_only_root_leaves_added_mounts_writable()
{
	each_way readonly_alone
}

test_refuses_to_keep_the_group_root()
{
	# Runs only as root.
	run box --setuid 7 "$box" -- /bin/id
	assert_refused 125 'with --setuid 7 alone, the program would keep the group root'
	assert_err_has 'hint: add --setgid, or --groups to set only the supplementary groups'
	run box --setuid 7 --groups none "$box" -- /bin/id -u
	assert_ok
	assert_err_lacks 'add --setgid'
	assert_out 7
	name=$(id -un "$NSTEST_UID")
	run box --setuid "$name" "$box" -- /bin/id -g
	assert_ok
	assert_out "$(id -g "$name")"
}

. shunit2
