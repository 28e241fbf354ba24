#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nspivot-hostile: checks that nspivot creates, changes or mounts nothing outside the root,
# regardless of the contents of the root.
# Runs as root and as an ordinary user.
# Time limit: 90 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"

harm

# both OPTION…: runs nspivot with box() three times: with the mount API and openat2(2), without
# either of them, and with the mount API but without openat2(2).
both()
{
	for NSPIVOT_UNDER in '' "$OLD_KERNEL" 'enosys openat2 --'; do
		run box "$@" "$box" -- /bin/ls /
		assert_canary
	done
	NSPIVOT_UNDER=
}

test_absolute_links_are_resolved_inside_the_root()
{
	evil
	rmdir "$box/etc"
	ln -s "$canary" "$box/etc"
	ln -s /etc "$box/dev"
	ln -s "$canary/dir" "$box/proc"
	both --proc /proc --dev --devpts --etc-hosts auto --etc-hostname auto --dir /etc/new \
		--symlink x:/etc/link --file "$0:/etc/file" --tmpfs /etc/dir
	assertTrue 'created inside' "[ -d '$box$canary/dir' ]"
}

test_dotdot_is_resolved_inside_the_root()
{
	evil
	rmdir "$box/etc"
	ln -s "../../../../../../../../../../..$canary" "$box/etc"
	ln -s "../../../../../../..$canary/file" "$box/resolv"
	both --tmpfs /etc/dir --dir /../../../x --etc-resolv-conf auto --ro-bind "$0:/resolv" \
		--tmpfs "/../../../../../../../../..$canary/dir2"
	for dir in dir dir2; do
		assertTrue "$dir is created inside" "[ -d '$box$canary/$dir' ]"
	done
	run box --dir /../../../inside "$box" -- /bin/ls -d /inside
	assert_ok
	assert_out /inside
}

test_targets_of_dangling_links_are_created_inside_the_root()
{
	evil
	ln -s "$canary/none" "$box/etc/hosts"
	ln -s "$canary/no/deep" "$box/run"
	both --etc-hosts auto --tmpfs /run
	assertTrue 'a file created inside' "[ -f '$box$canary/none' ]"
	assertTrue 'a directory created inside' "[ -d '$box$canary/no/deep' ]"
}

test_magic_links_are_refused()
{
	evil
	ln -s /proc/self/root "$box/out"
	ln -s /proc/self/cwd "$box/cwd"
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		run box --proc /proc --tmpfs "/out$canary/dir" "$box" -- /bin/ls
		assert_canary
		assert_refused 125 'symbolic links'
		run box --proc /proc --dir /cwd/x "$box" -- /bin/ls
		assert_canary
		assert_refused 125 'symbolic links'
	done
	NSPIVOT_UNDER=
}

test_dev_binds_nodes_of_the_host_and_not_of_the_root()
{
	evil
	mkdir "$box/dev"
	ln -s "$canary/file" "$box/dev/null"
	ln -s "$canary/file" "$box/dev/console"
	ln -s "$canary/file" "$box/dev/ptmx"
	echo plain >"$box/plain"
	run box --proc /proc --mask /plain --mask /etc "$box" -- /bin/sh -c 'echo x >/plain; cat /plain; echo masked'
	assert_ok
	assert_out masked
	assert_canary
	assertEquals untouched "$(cat "$canary/file")"
	run box --dev "$box" -- /bin/sh -c 'echo x >/dev/null; stat -c %t:%T /dev/null'
	assert_canary
	assert_out 1:3
}

test_symbolic_link_as_new_root_is_followed_once()
{
	evil
	ln -sfn "$box" "$TMP/link"
	run box "$TMP/link" -- /bin/ls /
	assert_ok
	assert_out "$(ls "$box")"
}

test_loop_of_links_is_refused()
{
	evil
	ln -s loop "$box/loop"
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		run box --tmpfs /loop/x "$box" -- /bin/ls
		assert_refused 125 'symbolic links'
	done
	NSPIVOT_UNDER=
}

test_directory_exchanged_for_a_link_never_leads_outside()
{
	NSPIVOT_UNDER=
	race 40
	NSPIVOT_UNDER=$OLD_KERNEL
	race 20
	NSPIVOT_UNDER=
}

# bind_swapped: runs nspivot ten times with a read-only bind of $box/src, while a helper
# continuously exchanges this directory with $box/other. Asserts that each bind is read-only. Sets
# $seen to what the program has read from the binds.
bind_swapped()
{
	start_holder exchange "$box/src" "$box/other"
	n=0 seen=
	while [ $n -lt 10 ]; do
		run box --ro-bind "$box/src:/b/$n" "$box" -- /bin/sh -c \
			"cat /b/$n/file || cat /b/$n; echo x >/b/$n/file || echo x >/b/$n; :"
		n=$((n + 1))
		seen="$seen $out"
		assert_rc 0
		assert_err_has 'Read-only file system'
	done
	stop_holder
}

test_bind_source_is_opened_once()
{
	evil
	mkdir "$box/src"
	echo directory >"$box/src/file"
	echo file >"$box/other"
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		bind_swapped
		assert_empty 'only these two are visible' "$(echo "$seen" | tr -d ' \n' | sed 's/directory//g; s/file//g')"
		rm -rf "${box:?}/b"
	done
	NSPIVOT_UNDER=
	rm -r "$box/src" "$box/other" 2>/dev/null
	mkdir "$box/src"
	echo directory >"$box/src/file"
	# the caller, and not the root, chooses the source path, so nspivot follows a symbolic link
	# in this path; the bind stays read-only
	ln -s "$canary" "$box/other"
	bind_swapped
	assert_canary
}

# nspivot must mask a path only with a device that it has verified, even while a helper exchanges
# /dev/null with another file (CVE-2025-31133).
test_mask_uses_only_the_real_null_device()
{
	# Runs only as root.
	evil
	echo secret >"$box/plain"
	mkfifo "$TMP/ready"
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		n=0
		while [ $n -lt 5 ]; do
			# shellcheck disable=SC2086 # several words
			run in_ns sh -c "mount -t tmpfs dev /dev && mknod -m 666 /dev/null c 1 3 && ln -s '$canary/file' /dev/x &&
				{ exchange /dev/null /dev/x 3>'$TMP/ready' & } && read -r l <'$TMP/ready'; cd / && $NSPIVOT_UNDER nspivot --force \
				--mask /plain '$box' -- /bin/sh -c 'cat /plain; echo harm >/plain'; kill \$!; :"
			n=$((n + 1))
			assert_out_lacks untouched
		done
	done
	NSPIVOT_UNDER=
	rm "$TMP/ready"
	assert_canary
	assertEquals untouched "$(cat "$canary/file")"
	# for comparison: if /dev/null is unchanged, nspivot must mask the file and run the program
	run in_ns nspivot --dev --mask /plain "$box" -- /bin/sh -c 'cat /plain; echo masked'
	assert_out masked
}

# nspivot must not use a directory /proc of the root as a proc file system. It must mount a real
# proc file system over the directory, or ignore the directory.
test_proc_directory_of_the_root_is_not_used_as_proc()
{
	for kind in directory tmpfs bind; do
		evil
		mkdir -p "$box/proc/1" "$box/proc/self/fd" "$box/proc/sys/kernel" "$TMP/false"
		case $kind in
		directory) with=true ;;
		tmpfs) with="mount -t tmpfs proc '$box/proc' && mkdir -p '$box/proc/1' '$box/proc/sys/kernel'" ;;
		bind) with="mount --bind '$TMP/false' '$box/proc'" ;;
		esac
		mkdir -p "$TMP/false/1" "$TMP/false/sys/kernel" "$TMP/false/self/fd"
		for d in "$box/proc" "$TMP/false"; do
			ln -sfn / "$d/1/root"
			ln -sfn "$canary/file" "$d/keys"
			ln -sfn "$canary/file" "$d/sys/kernel/core_pattern"
			ln -sfn "$canary/file" "$d/self/fd/7"
		done
		look >"$TMP/before"
		for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
			# shellcheck disable=SC2086 # several words
			run in_ns sh -c "$with && cd / && exec $NSPIVOT_UNDER nspivot --proc /proc --mask /proc/keys:try \
				--readonly /proc/sys '$box' -- /bin/sh -c 'stat -f -c %T /proc; readlink /proc/1/root;
				echo x >/proc/sys/kernel/core_pattern; :'"
			assert_canary
			assert_out_has proc
			assert_err_has 'Read-only file system'
			# without a mount on it, /proc is treated as an ordinary directory
			# shellcheck disable=SC2086
			run in_ns sh -c "$with && cd / && exec $NSPIVOT_UNDER nspivot --mask /proc/keys:try \
				--readonly /proc/sys:try --dev '$box' -- /bin/ls /proc"
			assert_canary
		done
	done
	NSPIVOT_UNDER=
}

test_paths_with_special_characters_work()
{
	evil
	odd="$TMP/a b
c,d"
	mkdir -p "$odd" "$TMP/col:on" "$TMP/back\\slash"
	echo in >"$odd/file"
	echo colon >"$TMP/col:on/file"
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		run box --ro-bind "$odd:/x y
z,w" --bind "$TMP/col\\:on:/c\\:c" --bind "$TMP/back\\\\slash:/b\\\\b" "$box" -- \
			/bin/sh -c 'cat "/x y
z,w/file" /c:c/file; ls -d "/b\\b"'
		assert_ok
		assert_out_has 'in
colon'
	done
	NSPIVOT_UNDER=
}

# Without close_range(2) nspivot finds the open descriptors in /proc.
test_fake_proc_does_not_hide_descriptors_from_close_fds()
{
	evil
	mkdir -p "$box/proc/self/fd"
	for NSPIVOT_UNDER in 'enosys close_range --' ''; do
		run box --close-fds "$box" -- /bin/sh -c 'echo harm >&7' 7>>"$canary/file"
		assertNotEquals 'the descriptor is closed' 0 "$rc"
		# dash 0.5.12 writes "dup2(7,1)" instead of "7"
		assertTrue "$err" "grep -qE '7(,1[)])?: Bad file descriptor' '$TMP/err'"
		assertEquals untouched "$(cat "$canary/file")"
	done
	NSPIVOT_UNDER=
}

test_long_paths_are_created_or_refused()
{
	evil
	forty=$(printf '/d%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40)
	run box --tmpfs "$forty" "$box" -- /bin/stat -f -c %T "$forty"
	assert_ok
	assert_out tmpfs
	long=$(printf '%4100s' '' | tr ' ' x)
	run box --tmpfs "/$long" "$box" -- /bin/ls
	assert_refused 125 'too long'
	run box --tmpfs "/$(printf '%300s' '' | tr ' ' x)" "$box" -- /bin/ls
	assert_refused 125 'too long'
}

. shunit2
