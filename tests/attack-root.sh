#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# attack-root: checks that neither the owner of a root directory nor a program in it can bypass
# masks, modes, device rules and checks.
# Runs as root.
# Time limit: 150 seconds.
# shellcheck disable=SC2154,SC2016 # rc, out and err are testlib.sh's; for the inner shells
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"

setUp()
{
	NSPIVOT_UNDER=
	rm -rf "$box"
	make_box
	ln -s busybox "$box/bin/chmod"
	ln -s busybox "$box/bin/mknod"
	secret=$TMP/secret
	rm -rf "$secret"
	mkdir -m 700 "$secret"
}

# ---- The owner of the root directory replaces a path component by a symbolic link during the set-up
# (CVE-2021-30465, CVE-2025-31133).

# pauses: creates two FIFOs. An option --file of nspivot that reads one of them waits until a
# background process has exchanged the names of $box/proc and $box/fake.
pauses()
{
	rm -f "$TMP/pause1" "$TMP/pause2"
	mkfifo "$TMP/pause1" "$TMP/pause2"
	(
		for i in 1 2; do
			exec 4>"$TMP/pause$i"
			mv "$box/proc" "$box/other" && mv "$box/fake" "$box/proc" && mv "$box/other" "$box/fake"
			exec 4>&-
		done
	) &
	pauser=$!
}

# exchanged_and_back COMMAND…: runs the command, exchanges the names of $box/proc and $box/fake
# while it runs, and exchanges them back.
exchanged_and_back()
{
	pauses
	run "$@"
	kill -KILL $pauser 2>/dev/null
	wait $pauser 2>/dev/null
}

# by_name: makes $box/proc/sys read-only with mount(8), which accepts only path names, and executes
# /look in the root $box. Reads both FIFOs of pauses(), so that the names are exchanged before the
# mount and exchanged back after it.
by_name()
{
	cat >"$TMP/by_name" <<-EOT
		mount --rbind '$box' '$box' && mount -t proc proc '$box/proc' || exit 99
		cat '$TMP/pause1'
		[ ! -e '$box/proc/sys' ] || { mount --bind '$box/proc/sys' '$box/proc/sys' &&
			mount -o remount,bind,ro '$box/proc/sys'; }
		cat '$TMP/pause2'
		exec chroot '$box' /look
	EOT
	unshare --mount --pid --fork sh "$TMP/by_name"
}

test_control_proc_is_writable_without_the_protection()
{
	# Runs no tool: This test shows that the attack works against mount(8), which lacks the
	# protection of nspivot.
	forge
	exchanged_and_back by_name
	assertEquals "$err" 0 "$rc"
	assert_out_has writable
}

exchanged_between_options()
{
	forge
	exchanged_and_back box --proc=/proc --file "$TMP/pause1:/one" --readonly /proc/sys:try \
		--mask /proc/timer_list:try --file "$TMP/pause2:/two" "$box" -- /look
	assert_out_lacks writable
	case $rc in
	0) assert_out_has ended ;;
	*) assert_refused 125 'Stale file handle' ;;
	esac
}

test_mask_stays_on_proc_when_names_are_exchanged()
{
	exchanged_between_options
	NSPIVOT_UNDER=$OLD_KERNEL
	exchanged_between_options
}

# There are more mounts than descriptors, so nspivot cannot keep a descriptor for each mount.
test_mask_stays_on_proc_after_a_thousand_mounts()
{
	forge
	mkdir "$box/many"
	# shellcheck disable=SC2046 # several words
	exchanged_and_back prlimit --nofile=1024: nsunshare -mp -- nspivot --tmpfs /many \
		$(seq -f "--bind=$box/etc:/many/%.0f" 1000) --proc=/proc --file "$TMP/pause1:/one" \
		--readonly /proc/sys:try --file "$TMP/pause2:/two" "$box" -- /look
	assert_out_lacks writable
	case $rc in
	0) assert_out_has ended ;;
	*) assert_refused 125 'Stale file handle' ;;
	esac
}

# The path at which proc is mounted contains a symbolic link, which the owner of the root changes.
test_mask_stays_on_a_proc_reached_through_a_link()
{
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		forge
		rmdir "$box/proc"
		mkdir -p "$box/real"
		ln -s real "$box/proc"
		exchanged_and_back box --proc=/proc --file "$TMP/pause1:/one" --readonly /proc/sys:try \
			--file "$TMP/pause2:/two" "$box" -- /look
		assert_out_lacks writable
		case $rc in
		0) assert_out_has ended ;;
		*) assert_refused 125 'Stale file handle' ;;
		esac
		rm -rf "$box/proc" "$box/fake" "$box/real" "$box/other"
	done
}

# Exchanges the names of $box/proc and $box/fake at a sample of the system calls of nspivot.
# attack-root-long.sh exchanges them at all system calls.
test_exchange_at_any_call_leaves_no_writable_proc()
{
	forge
	every=7
	[ "$NSUTILS_SLOW" -lt 10 ] || every=21
	exchange_at_each "$box/proc" "$box/fake" --preset=docker "$box" -- /look
	every=1
	assertEquals 'runs with a writable proc' 0 "$(grep -c writable "$TMP/said")"
	assertTrue 'some runs were refused because of the exchange' "[ $refused -gt 0 ]"
	assertTrue 'some runs succeeded' "[ $ran -gt 0 ]"
}

test_exchange_at_any_time_leaves_no_writable_proc()
{
	forge
	race_proc 20
}

# The path /proc/../proc/sys leaves the proc mount with ".." and enters it again through the name
# "proc", which the owner of the root can exchange for another directory in the meantime.
test_refuses_a_destination_that_leads_back_up()
{
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		for verb in --mask --readonly --tmpfs --dir; do
			run box --proc=/proc $verb /proc/../proc/sys "$box" -- /bin/true
			assert_refused 125 "invalid destination '/proc/../proc/sys': '..' cannot follow a name"
		done
		run box --proc=/proc --readonly /../proc/sys "$box" -- /bin/sh -c 'echo x >/proc/sys/kernel/core_pattern'
		assert_err_has 'Read-only file system'
	done
	NSPIVOT_UNDER=
	run box --put-old /etc/../old "$box" -- /bin/true
	assertEquals "$err" 125 "$rc"
	assert_err_has "'..' cannot follow a name"
}

# If a path is absent when nspivot processes an option with ":try", the path must also be absent in
# the new root.
test_refuses_a_try_path_that_appears_later()
{
	for verb in mask readonly; do
		for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
			rm -rf "$box/late" "$TMP/pause1"
			mkfifo "$TMP/pause1"
			(exec 4>"$TMP/pause1" && mkdir "$box/late") &
			run box --$verb /late:try --file "$TMP/pause1:/one" "$box" -- /bin/true
			wait
			assert_refused 125 "was missing when its ':try' option was processed, but exists now"
			run box --$verb /never:try "$box" -- /bin/true
			assert_ok
		done
	done
}

# ---- The mode of a directory that nspivot creates

# At each system call of nspivot, the directory of the option --dir is exchanged with a link to a
# directory outside, or with a directory that the owner of the root may not enter.
test_dir_option_changes_the_mode_of_no_other_file()
{
	mode=2777
	# AddressSanitizer makes several hundred system calls when nspivot starts
	[ -z "${ASAN_OPTIONS+set}" ] || every=5
	# limit the descriptors, because before Linux 5.11 nspivot makes a system call for each one
	few='prlimit --nofile=64'
	for NSPIVOT_UNDER in "$few" "$few $OLD_KERNEL"; do
		ln -s "$secret" "$box/link"
		after_each='rmdir "$box/d"'
		exchange_at_each "$box/d" "$box/link" --dir /d:mode=$mode "$box" -- /bin/true
		assertEquals "$mode, a directory outside" 700 "$(stat -c %a "$secret")"
		assertTrue 'some runs were refused because of the exchange' "[ $refused -gt 0 ]"
		mkdir -m 700 "$box/closed"
		: >"$box/closed/file"
		after_each='rmdir "$box/d"; stat -c %a "$box/closed" >>"$TMP/modes"'
		rm -f "$TMP/modes"
		exchange_at_each "$box/d" "$box/closed" --dir /d:mode=$mode "$box" -- /bin/true
		assertEquals "$mode, a directory of the root" 700 "$(sort -u "$TMP/modes")"
		assertTrue 'some runs were refused because of the exchange' "[ $refused -gt 0 ]"
		rm -rf "$box/link" "$box/closed"
	done
	after_each='' every=1
}

test_dir_option_ignores_the_umask()
{
	for mode in 755 777 1777 2770 4711 0; do
		rm -rf "$box/d"
		run in_ns sh -c "umask 077; exec nspivot --dir /d:mode=$mode '$box' -- /bin/true"
		assert_ok
		assertEquals $mode "$(stat -c %a "$box/d")"
	done
}

# ---- System calls that fail while nspivot checks the old root

# visible: starts a process whose /proc/PID/root is the old root. nspivot is not in a new pid
# namespace here, so this process is visible to nspivot, which must refuse to pivot.
visible()
{
	echo reached >"$secret/file"
	start_holder sh -c 'echo >&3; exec sleep infinity 3>&-'
}

test_control_a_visible_process_leads_to_the_old_root()
{
	visible
	run unshare --mount nspivot --force --proc=/proc "$box" -- /bin/cat "/proc/$holder/root$secret/file"
	assert_out reached
	run unshare --mount sh -c 'mount --rbind "$0" "$0" && mount -t proc proc "$0/proc" && mkdir -p "$0/old" && cd "$0" &&
		pivot_root . old && exec /bin/cat "$@"' "$box" "/proc/$holder/root$secret/file"
	assert_out reached
}

test_too_few_descriptors_never_hide_a_process_of_the_old_root()
{
	visible
	run unshare --mount nspivot --proc=/proc "$box" -- /bin/cat "/proc/$holder/root$secret/file"
	assert_refused 125 'could still reach the old root'
	for limit in $(seq 4 20); do
		run unshare --mount prlimit --nofile="$limit" nspivot --proc=/proc "$box" -- \
			/bin/cat "/proc/$holder/root$secret/file"
		assertNotEquals "limit $limit: $err" 0 "$rc"
		assertNotContains "limit $limit" "$out" reached
	done
}

test_failed_call_never_hides_a_process_of_the_old_root()
{
	visible
	for call in openat:EMFILE openat2:ENOMEM getdents64:EIO fstatfs:EIO statx:EIO newfstatat:EIO fstat:EIO; do
		fail_each "${call%:*}" "${call#*:}" unshare --mount nspivot --proc=/proc "$box" -- \
			/bin/cat "/proc/$holder/root$secret/file"
		assertEquals "runs with $call that reached the old root" 0 "$(grep -c reached "$TMP/said")"
		# skip the check if the C library uses another system call instead of $call
		[ "$calls" = 0 ] || assertTrue "no run with $call was refused" "grep -q '^nspivot: ' '$TMP/said'"
	done
}

# With --host-root, everything in / must be visible in the new root; otherwise nspivot must fail.
test_failed_call_never_omits_a_part_of_the_host()
{
	run in_ns nspivot --host-root -- /bin/ls /
	assert_ok
	whole=$out
	for limit in $(seq 4 2 24); do
		run in_ns prlimit --nofile="$limit" nspivot --host-root -- /bin/ls /
		[ "$rc" != 0 ] || assertEquals "limit $limit" "$whole" "$out"
	done
	for call in openat:EMFILE getdents64:EIO fstat:EIO newfstatat:EIO; do
		fail_each "${call%:*}" "${call#*:}" nsunshare -mp -- nspivot --host-root -- /bin/sh -c 'ls / | cksum'
		assertEquals "incomplete roots with $call" 0 \
			"$(grep '^[0-9]* [0-9]*$' "$TMP/said" | grep -cvx "$(printf '%s\n' "$whole" | cksum)")"
	done
}

# ---- Devices

# The program tries to create and open a device node in each writable directory.
cat >"$TMP/device" <<'EOF'
for dir in "$@"; do
	mknod $dir/node c 1 3 && echo made
	( : <$dir/node ) && echo opened
	rm -f $dir/node
done
echo ended
EOF

test_control_a_device_is_opened_without_the_protection()
{
	# Runs no tool: This test shows that a program can open a new device node under unshare(1),
	# which does not prevent this, unlike nspivot.
	ln -s busybox "$box/bin/rm"
	run unshare --mount --root="$box" /bin/sh -c "$(cat "$TMP/device")" sh /
	assert_out 'made
opened
ended'
}

test_docker_preset_allows_no_device_node()
{
	ln -s busybox "$box/bin/rm"
	NS_TOO=iuC
	mkdir -p "$TMP/src"
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		run box --preset=docker "$box" -- /bin/sh -c "$(cat "$TMP/device")" sh / /dev /dev/shm
		assert_out ended
		# with --cap-keep=mknod, the program can create a device node, but must not be able
		# to open it
		for preset in docker systemd; do
			run box --preset=$preset --cap-keep=mknod,dac_override --tmpfs /t --bind "$TMP/src:/src" "$box" -- \
				/bin/sh -c "$(cat "$TMP/device")" sh / /dev /dev/shm /t /src
			assert_out 'made
made
made
made
made
ended'
		done
		# the device can be opened if its mount has the option dev, or if the device node
		# itself is bind-mounted
		run box --preset=docker --cap-keep=mknod,dac_override --tmpfs /t:dev --bind /dev/null:/null "$box" -- \
			/bin/sh -c "$(cat "$TMP/device")"'; ( : </null ) && echo null' sh /t
		assert_out 'made
opened
ended
null'
	done
	NS_TOO=
}

test_docker_preset_limits_the_capabilities_if_some_become_ambient()
{
	# Runs only as root.
	NS_TOO=iuC
	for ambient in none all chown,sys_admin; do
		run box --preset=docker --cap-ambient=$ambient "$box" -- /bin/busybox grep CapBnd /proc/self/status
		assert_ok
		# the default capabilities of docker except mknod
		assert_out 'CapBnd:	00000000a00425fb'
	done
	run box --preset=docker --cap-ambient=all --cap-drop=chown "$box" -- /bin/busybox grep CapBnd /proc/self/status
	assert_out 'CapBnd:	00000000a00425fa'
	NS_TOO=
}

test_dev_allows_no_other_device_node()
{
	ln -s busybox "$box/bin/rm"
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		run box --dev "$box" -- /bin/sh -c "$(cat "$TMP/device")"'; for n in null zero full random urandom; do
			( : </dev/$n ) || echo $n; done; echo x >/dev/null && echo writes' sh /dev
		assert_out 'made
ended
writes'
	done
}

# with_own_dev COMMAND…: runs the command in a mount namespace whose /dev is a tmpfs with test
# nodes, which replace the device nodes of the host. Then appends the modes of the nodes to $out.
with_own_dev()
{
	cat >"$TMP/own_dev" <<-EOT
		mkdir -p '$TMP/dev' && mount -t tmpfs dev '$TMP/dev' && cd '$TMP/dev' || exit 99
		for n in null,3 zero,5 full,7 random,8 urandom,9; do
			mknod -m 666 \${n%,*} c 1 \${n#*,}
		done
		mknod -m 666 tty c 5 0
		cd / && mount --rbind '$TMP/dev' /dev || exit 99
		"\$@"
		stat -c '%n %a' /dev/null /dev/zero
	EOT
	run unshare --mount sh "$TMP/own_dev" "$@"
}

test_node_of_the_host_cannot_be_changed()
{
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		# shellcheck disable=SC2086 # several words
		for maps in '' '-Ur --map-users=0:0:65536 --map-groups=0:0:65536'; do
			# a masked file is a bind mount of /dev/null
			with_own_dev nsunshare -mp $maps -- $NSPIVOT_UNDER nspivot --proc=/proc --mask /proc/uptime --dev "$box" -- \
				/bin/sh -c 'chmod 000 /dev/null /dev/zero /proc/uptime; echo x >/dev/null && echo writes'
			assertContains "$err" "$out" writes
			assert_out_has '/dev/null 666'
			assert_out_has '/dev/zero 666'
			assertContains "$err" "$err" 'Read-only file system'
		done
	done
}

test_control_a_bound_node_can_be_changed()
{
	# Runs no tool: This test shows that the attack works against bwrap(1), which binds the
	# device nodes without write protection.
	with_own_dev bwrap --bind "$box" / --dev /dev /bin/chmod 000 /dev/null
	assert_out_has '/dev/null 0'
}

. shunit2
