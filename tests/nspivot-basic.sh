#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nspivot-basic: checks every option that builds a root, the pivot, and the program.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"
make_box

test_preset_minimal_has_two_mounts()
{
	run box --preset=minimal "$box" -- /bin/cat /proc/self/mountinfo
	assert_ok
	assertEquals 'mounts' 2 "$(wc -l <"$TMP/out")"
}

test_preset_none_has_one_mount_and_dotdot_stays_inside()
{
	run box --preset=none --detach "$box" -- /bin/sh -c 'cd / && echo ../* && pwd'
	assert_ok
	assert_out "$(cd "$box/bin" && echo ../*)
/"
	user=
	[ "$(id -u)" = 0 ] || user=-Ur
	# shellcheck disable=SC2086 # an option or nothing
	start_holder nsunshare $user -mp -- nspivot --preset=none --ready-fd 3 "$box" -- /bin/sleep 1000
	assertEquals 'mounts' 1 "$(wc -l <"/proc/$(sleep_of "$holder")/mountinfo")"
}

test_accepts_a_descriptor_as_new_root()
{
	run box --proc /proc fd:5 -- /bin/cat /proc/self/mountinfo 5<"$box"
	assert_ok
	assertEquals 'mounts' 2 "$(wc -l <"$TMP/out")"
}

test_dev_has_only_the_minimal_nodes()
{
	NS_TOO=i
	run box --proc /proc --dev --devpts --shm --mqueue "$box" -- \
		/bin/sh -c 'echo x >/dev/null && ls /dev && stat -c %t:%T /dev/null && stat -c %a /dev/shm /dev/pts/ptmx &&
			echo x | cat /dev/stdin >/dev/full; grep " /dev/mqueue " /proc/mounts'
	NS_TOO=
	assert_rc 0
	assertEquals 'files in /dev' 'fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero' \
		"$(sed '/:/,$d' "$TMP/out" | xargs)"
	assert_out_has 1:3
	assert_out_has '1777
666'
	assert_out_has 'mqueue /dev/mqueue mqueue'
	assert_err_has 'No space left'
}

test_sysfs_is_read_only_with_cgroup2_mounted_on_it()
{
	NS_TOO=nC
	run box --preset=minimal --sysfs --cgroup2=/sys/fs/cgroup:ro "$box" -- \
		/bin/cat /proc/mounts /sys/fs/cgroup/cgroup.controllers
	NS_TOO=
	assert_ok
	assert_out_has ' /sys sysfs ro,nosuid,nodev,noexec'
	assert_out_has ' /sys/fs/cgroup cgroup2 ro,'
}

test_bind_is_writable_and_ro_bind_is_read_only()
{
	mkdir -p "$TMP/src"
	echo data >"$TMP/src/file"
	run box --bind "$TMP/src:/rw" --ro-bind "$TMP/src:/ro" --bind "fd:6:/fd" "$box" -- \
		/bin/sh -c 'cat /ro/file /fd/file; touch /rw/new; touch /ro/new2' 6<"$TMP/src"
	assert_rc 1
	assert_out 'data
data'
	assert_err_has 'Read-only'
	assertTrue 'written through the bind' "[ -e '$TMP/src/new' ]"
	assertFalse 'written through the read-only bind' "[ -e '$TMP/src/new2' ]"
}

test_mounts_have_the_options_given()
{
	run box --proc /proc:hidepid=invisible --tmpfs /t:size=16k,mode=0700,noexec,nosuid,noatime "$box" -- \
		/bin/sh -c 'grep -E " /(t|proc) " /proc/mounts; stat -c %a /t'
	assert_ok
	assert_out_has 'hidepid=invisible'
	assert_out_has 'nosuid,noexec,noatime'
	assert_out_has 'size=16k'
	assert_out_has 700
}

# mount(2) takes the options of a superblock as flags, but fsconfig(2) takes them as parameters.
test_superblock_options_work_with_mount_api_and_mount()
{
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		run box --proc /proc --tmpfs /s:defaults,sync,dirsync,size=16k,lazytime --tmpfs /a:sync,async,noatime,atime,silent "$box" -- \
			/bin/grep -E ' /[sa] ' /proc/mounts
		assert_ok
		assert_out_has ' /s tmpfs rw,sync,dirsync,lazytime,relatime,size=16k'
		assert_out_has ' /a tmpfs rw,relatime'
	done
	NSPIVOT_UNDER=
}

test_creates_directories_links_and_files()
{
	rm -rf "${box:?}/made"
	echo from a file >"$TMP/content"
	run box --tmpfs /made --dir /made/dir:mode=0750 --symlink /bin/cat:/made/link \
		--file "$TMP/content:/made/one:mode=0600" --file fd:7:/made/two --file -:/made/three "$box" -- \
		/bin/sh -c 'cd /made && stat -c %a dir one && readlink link && cat one two three' \
		7<"$TMP/content" <"$TMP/content"
	assert_ok
	assert_out '750
600
/bin/cat
from a file
from a file
from a file'
}

test_mask_hides_paths_and_readonly_protects_them()
{
	mkdir -p "$box/secret" "$box/keep"
	echo key >"$box/secret/key"
	echo key >"$box/keyfile"
	run box --mask /secret --mask /keyfile --readonly /keep --mask /none:try --readonly /none:try "$box" -- \
		/bin/sh -c 'ls /secret; cat /keyfile; touch /keep/x || touch /secret/x || touch /free'
	assert_out_empty
	assert_rc 0
	assertFalse "[ -e '$box/keep/x' ]"
	assertTrue "[ -e '$box/free' ]"
	run box --mask /none "$box" -- /bin/ls
	assert_refused 125 "'/none' in the new root: No such file or directory"
	run box --readonly /none "$box" -- /bin/ls
	assert_refused 125 "'/none' in the new root: No such file or directory"
}

test_mount_points_are_created_before_the_root_is_read_only()
{
	rm -rf "${box:?}/t"
	run box --readonly / --tmpfs /t "$box" -- /bin/sh -c 'touch /t/x && touch /x'
	assert_rc 1
	assert_err_has '/x: Read-only'
}

test_readonly_applies_to_earlier_mounts_and_those_below()
{
	run box --tmpfs /t --tmpfs /t/below --readonly /t "$box" -- /bin/sh -c 'touch /t/x; touch /t/below/x'
	assert_rc 1
	assert_err_has '/t/x: Read-only'
	assert_err_has '/t/below/x: Read-only'
}

test_overlay_does_not_write_to_lower_layers()
{
	[ "$(id -u)" = 0 ] || feature overlay-userns || return 0
	mkdir -p "$TMP/low1" "$TMP/low2:x" "$TMP/up" "$TMP/work"
	echo 1 >"$TMP/low1/one"
	echo 2 >"$TMP/low2:x/two"
	run box --overlay "/ov:lower=$TMP/low1,lower=$TMP/low2:x,upper=$TMP/up,work=$TMP/work" "$box" -- \
		/bin/sh -c 'cat /ov/one /ov/two; echo 3 >/ov/three'
	assert_ok
	assert_out '1
2'
	assertEquals 3 "$(cat "$TMP/up/three")"
	run box --overlay "/:upper=tmpfs" --dir /only/here "$box" -- /bin/sh -c 'touch /written; ls /'
	assert_ok
	assert_out_has written
	assertFalse "[ -e '$box/written' ] || [ -e '$box/only' ]"
}

test_host_root_is_read_only()
{
	run box --host-root --proc /proc --dev -- sh -c 'ls /usr /tmp; touch /etc/x || touch /tmp/x'
	assert_rc 0
	assert_out_has bin
	assert_err_has Read-only
}

test_etc_options_show_files_and_leave_those_of_the_root_unchanged()
{
	echo own >"$box/etc/hostname"
	echo given >"$TMP/given"
	run box --etc-hostname "$TMP/given" --etc-hosts auto --etc-resolv-conf host "$box" -- \
		/bin/sh -c 'cat /etc/hostname /etc/hosts; echo x >/etc/hostname'
	assert_rc 1
	assert_out_has given
	assert_out_has localhost
	assertEquals own "$(cat "$box/etc/hostname")"
}

# An empty resolv.conf would hide the error from the program, which then finds no host.
test_resolv_conf_that_the_user_may_not_read_is_an_error()
{
	# Runs only as root.
	chmod 755 "$TMP"
	for mode in 644 600; do
		note_state
		run unshare -m sh -c 'mount -t tmpfs -o mode=755 etc /etc && echo nameserver 192.0.2.1 >/etc/resolv.conf &&
			chmod "$1" /etc/resolv.conf && shift && exec "$@"' sh $mode \
			setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups -- nsunshare -Ump -r -- \
			nspivot --tmpfs /etc --etc-resolv-conf=auto "$box" -- /bin/cat /etc/resolv.conf
		if [ $mode = 644 ]; then
			assert_ok
			assert_out 'nameserver 192.0.2.1'
		else
			assert_refused 125 "nspivot: cannot read '/etc/resolv.conf': Permission denied"
		fi
		assert_no_leftovers
	done
}

test_put_old_keeps_the_old_root()
{
	run box --put-old /old "$box" -- /bin/sh -c 'ls /old; ls /'
	assert_ok
	assert_out_has usr
	assert_out_has old
}

test_put_old_creates_its_directory_and_refuses_the_root_itself()
{
	touch "$box/plain"
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		run box --put-old=/a/b/c "$box" -- /bin/sh -c 'ls /a/b/c; ls /'
		assert_ok
		assert_out_has usr
		assertTrue 'the root has the directory' "grep -qx a '$TMP/out'"
		rm -r "${box:?}/a"
		ln -sfn . "$box/here"
		for root in / . .. /here; do
			run box --put-old=$root "$box" -- /bin/ls
			assert_refused 125 'would cover the new one: Device or resource busy'
		done
		run box --put-old=/plain "$box" -- /bin/ls
		assert_refused 125 "'/plain': Not a directory"
	done
	NSPIVOT_UNDER=
	rm "$box/plain" "$box/here"
}

# The README suggests the command of this test as a replacement for pivot_root(8).
test_accepts_dot_as_new_root_with_put_old()
{
	run in_ns sh -c "cd '$box' && exec nspivot --put-old /old . -- /bin/sh -c 'pwd; ls /old'"
	assert_ok
	assert_out_has usr
	rmdir "$box/old"
}

test_accepts_a_shared_mount_as_new_root()
{
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		# shellcheck disable=SC2086 # several words
		run in_ns sh -c "mount --make-rshared / && mount --bind '$box' '$box' && mount --make-shared '$box' &&
			exec $NSPIVOT_UNDER nspivot --preset=minimal '$box' -- /bin/cat /proc/self/mountinfo"
		assert_ok
		assertEquals 'mounts' 2 "$(wc -l <"$TMP/out")"
		assert_out_lacks shared:
	done
	NSPIVOT_UNDER=
}

test_hint_names_the_chroot_of_the_caller()
{
	mkdir -p "$TMP/jail/new/bin" "$TMP/jail/proc"
	for d in usr bin lib lib64 "$NSUTILS_BIN" "$NSUTILS_HELPERS"; do
		mkdir -p "$TMP/jail/$d"
	done
	cp "$box/bin/busybox" "$TMP/jail/new/bin/ls"
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		run in_ns sh -c "cd / && for d in usr bin lib lib64 .$NSUTILS_BIN .$NSUTILS_HELPERS proc; do
				mount --rbind \$d '$TMP/jail/'\$d || exit 99
			done
			exec chroot '$TMP/jail' $NSPIVOT_UNDER nspivot /new -- /bin/ls"
		assert_refused 125 'slave mount'
		assert_err_has 'hint: run nspivot outside of the chroot: / is not a mount point here'
	done
	NSPIVOT_UNDER=
}

test_mounts_have_their_type_as_source()
{
	[ "$(id -u)" = 0 ] || feature overlay-userns || return 0
	mkdir -p "$TMP/low1" "$TMP/low2"
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		run box --proc /proc --tmpfs /t --overlay "/o:lower=$TMP/low1,lower=$TMP/low2" "$box" -- /bin/cat /proc/mounts
		assert_ok
		assert_out_has 'proc /proc proc '
		assert_out_has 'tmpfs /t tmpfs '
		assert_out_has 'overlay /o overlay '
		assert_out_lacks none
	done
	NSPIVOT_UNDER=
}

# The preset host shows the processes of the host on purpose, so nspivot must not require --force.
# nspivot-safety.sh tests that nspivot still refuses to run in the mount namespace of the machine.
test_host_preset_works_without_force()
{
	run box --preset=host "$box" -- /bin/sh -c 'echo /proc/[0-9]* /sys/k*'
	assert_ok
	assert_out_has /proc/1
	assert_out_has /sys/kernel
}

test_chdir_is_relative_to_the_new_root()
{
	run box --chdir /etc "$box" -- /bin/sh -c 'pwd; cd ..; pwd'
	assert_ok
	assert_out '/etc
/'
	run box --chdir /none "$box" -- /bin/ls
	assert_refused 125 "cannot change the working directory to '/none': No such file or directory"
}

test_empty_program_exits_127()
{
	run box "$box" -- ''
	assert_refused 127 "cannot execute '': No such file or directory"
}

test_missing_program_exits_127_and_directory_exits_126()
{
	run box "$box" -- /bin/none
	assert_refused 127 '/bin/none'
	run box "$box" -- /etc
	assert_refused 126 "cannot execute '/etc': Permission denied"
}

test_explain_prints_presets_as_options_that_do_the_same()
{
	run nspivot --explain --preset=docker "$box" -- /bin/sh
	assert_ok
	assert_out_has '--mask=/proc/keys:try'
	assert_out_has '--readonly=/proc/sys:try'
	# the plan must be the same if the options that --preset=docker stands for are given one by
	# one
	sed -n 's/^ *[0-9]* caller \(--[^ ]*\): .*/\1/p' "$TMP/out" >"$TMP/plain"
	tail -n +1 "$TMP/out" | grep -- ' --' >"$TMP/of_preset"
	# shellcheck disable=SC2046 # several words
	run nspivot --explain $(cat "$TMP/plain") "$box" -- /bin/sh
	grep -- ' --' "$TMP/out" >"$TMP/of_options"
	assertTrue 'the same steps' "cmp -s '$TMP/of_preset' '$TMP/of_options'"
	for preset in none minimal systemd host; do
		run nspivot --explain --preset "$preset" "$box"
		assert_ok
	done
	run nspivot --preset nothing "$box"
	assert_refused 125 "unknown preset 'nothing'"
}

test_close_fds_closes_all_but_kept_descriptors()
{
	# shellcheck disable=SC2016 # the inner shell expands it
	run box --close-fds --keep-fd 8 --proc /proc "$box" -- \
		/bin/sh -c 'for f in /proc/$$/fd/*; do echo "fd ${f##*/}"; done' 7</ 8</dev/null
	assert_ok
	assert_out_lacks 'fd 7'
	assert_out_has 'fd 8'
	run box "$box" -- /bin/ls 0</
	assert_refused 125 'descriptor 0 refers to a directory'
}

test_ready_fd_gets_one_line_and_wait_fd_delays_the_program()
{
	run box --ready-fd 5 "$box" -- /bin/ls 5>"$TMP/told"
	assert_ok
	assertEquals 'one line' 1 "$(wc -l <"$TMP/told")"
	run box --ready-fd 5 "$box" -- /bin/none 5>"$TMP/told"
	assertEquals 'no line' 0 "$(wc -l <"$TMP/told")"
	run box --wait-fd 6 "$box" -- /bin/ls 6</dev/null
	assert_ok
	assert_program_waits "$box/late" box --wait-fd 6 "$box" -- /bin/cat /late
}

test_features_reports_kernel_features()
{
	run nspivot --features
	assert_ok
	assert_out_has 'openat2 '
	assert_out_has 'detached-tree '
	run enosys fsopen -- nspivot --features --json
	assert_ok
	assert_out_has '"mount-api": false'
}

test_idmapped_mount_is_attached_unchanged()
{
	# Runs only as root.
	kernel_call mount_setattr && feature tmpfs-idmap || return 0
	mkdir -p "$TMP/ids"
	touch "$TMP/ids/file"
	chown 61234:61234 "$TMP/ids/file"
	run nsidmap mount --map u:61234:7:1,g:61234:7:1 --fd 5 "$TMP/ids" -- \
		nsunshare -mp -- nspivot --bind fd:5:/ids:nosuid --ro-bind "$TMP/ids:/plain" "$box" -- \
		/bin/stat -c %u:%g /ids/file /plain/file
	assert_ok
	assert_out '7:7
61234:61234'
}

test_refuses_invalid_command_lines()
{
	for bad in --bind=:/b --tmpfs= '--tmpfs=/x:,' --dir=/x:mode=9 --dir=/x:mode= --symlink=x --file=/x \
		--mask=/x:no --keep-fd=99 --keep-fd=1x --put-old=; do
		run box "$bad" "$box" -- /bin/ls
		assert_refused 125 "nspivot: ${bad%%=*}: "
	done
	run nspivot
	assert_refused 125 'missing argument <newroot>'
	run nspivot --put-old /a --move-root "$box"
	assert_rc 125
	assert_err_has 'cannot be used with'
	run box "$TMP/nowhere" -- /bin/ls
	assert_refused 125 "cannot open the new root '$TMP/nowhere': No such file or directory"
	run box "$box/bin/busybox" -- /bin/ls
	assert_refused 125 'Not a directory'
}

test_explain_names_the_directories_of_the_pivot()
{
	run nspivot --explain --chdir /etc --put-old /old "$box" -- /bin/sh
	assert_ok
	assertEquals 'steps without text' 0 "$(grep -cE '^ *[0-9]+ [a-z]+ *:' "$TMP/out")"
	assert_out_has "$box"
	assertEquals 'the step that pivots' 1 "$(grep -c "pivot.* '/old': " "$TMP/out")"
	assertEquals 'the step after it' 1 "$(grep -c "'/etc': chdir(2)" "$TMP/out")"
	assertFalse 'a directory was created' "[ -e '$box/old' ]"
	run nspivot --explain --host-root --readonly=/ -- /bin/sh
	assert_ok
	assert_out_has ' bind the directories of / read-only on a tmpfs, read-only at the end: '
}

# The new root may lack the shell that $SHELL of the caller names. nspivot must then execute
# /bin/sh.
test_runs_a_shell_by_default()
{
	# shellcheck disable=SC2016 # the inner shell expands it
	echo 'echo shell $0 in $PWD; exit 7' >"$TMP/input"
	export SHELL=/bin/sh
	run box "$box" <"$TMP/input"
	assert_rc 7
	assert_out 'shell -sh in /'
	assert_err_empty
	export SHELL=/bin/none
	run box "$box" <"$TMP/input"
	export SHELL=/bin/sh
	assert_rc 7
	assert_out 'shell -sh in /'
	mv "$box/bin/sh" "$box/bin/moved"
	run box "$box" <"$TMP/input"
	mv "$box/bin/moved" "$box/bin/sh"
	assert_refused 127 /bin/sh
}

# Kernels 5.2 to 5.11 have the mount API but lack mount_setattr(2), which changes the flags of a
# mount. nspivot must nevertheless bind the directories of the host read-only.
test_host_root_works_without_mount_setattr()
{
	feature libmount || return 0
	for NSPIVOT_UNDER in 'enosys mount_setattr --' "$OLD_KERNEL"; do
		run box --host-root --proc /proc --dev --tmpfs /t:mode=711 -- \
			sh -c 'ls /usr; stat -c "%a %F" /t; touch /t/x && echo made; touch /etc/x || touch /usr/x'
		assert_rc 1
		assert_out_has bin
		assert_out_has '711 directory
made'
		assertEquals 'files that could not be created' 2 "$(grep -c Read-only "$TMP/err")"
	done
	NSPIVOT_UNDER=
}

# Without mount_setattr(2), nspivot needs libmount to find the mounts below another one.
test_reports_a_missing_libmount_if_the_kernel_lacks_mount_setattr()
{
	feature no-libmount || return 0
	mkdir "$TMP/src"
	NSPIVOT_UNDER='enosys mount_setattr --'
	for options in "--ro-bind $TMP/src:/src" "--bind $TMP/src:/src:nodev" --readonly=/; do
		# shellcheck disable=SC2086 # several words
		run box $options "$box" -- /bin/true
		assert_refused 125 'nsutils was built without libmount'
	done
	run box --bind "$TMP/src:/src" --readonly=/src "$box" -- /bin/true
	assert_refused 125 "cannot make '/src' read-only: cannot read '/proc/self/mountinfo': nsutils was built without libmount"
	run box --bind "$TMP/src:/src:ro,norec" "$box" -- /bin/sh -c 'touch /src/x || ls /src'
	assert_rc 0
	assert_err_has Read-only
	NSPIVOT_UNDER=
	rm -r "$TMP/src"
}

# If the kernel lacks the mount API, nspivot mounts a tmpfs over "/" before it builds the root with
# mount(2). A copy of "/" must not contain this tmpfs.
test_root_directory_is_copied_with_the_mounts_below_it()
{
	mkdir -p "$box/old"
	for NSPIVOT_UNDER in '' 'enosys mount_setattr --' "$OLD_KERNEL"; do
		run box --force / -- sh -c 'ls /usr; echo /proc/self/*id_map'
		assert_ok
		assert_out_has 'bin'
		assert_out_has '/proc/self/uid_map'
		run box --bind "/:/old" "$box" -- /bin/sh -c 'ls /old/usr; echo /old/proc/self/*id_map'
		assert_ok
		assert_out_has 'bin'
		assert_out_has /old/proc/self/uid_map
	done
	NSPIVOT_UNDER=
	rmdir "$box/old"
}

# If the program is not a regular file, execve(2) fails with EACCES. nspivot must then remove the
# mount points that it has created.
test_program_that_is_not_a_regular_file_exits_126()
{
	mkfifo "$box/fifo"
	note_state
	for program in /fifo /etc; do
		run box --tmpfs /made/here "$box" -- $program
		assert_refused 126 "$program': Permission denied"
		assert_no_leftovers
	done
	rm "$box/fifo"
}

test_symlink_accepts_an_existing_link_with_the_same_target()
{
	ln -s target "$box/there"
	run box --symlink target:/there "$box" -- /bin/readlink /there
	assert_ok
	assert_out target
	for other in targe target2 tarGet; do
		run box --symlink "$other:/there" "$box" -- /bin/true
		assert_refused 125 "cannot create symbolic link '/there' in the new root: File exists"
	done
	rm "$box/there"
}

. shunit2
