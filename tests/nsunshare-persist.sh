#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsunshare-persist: checks that nsunshare mounts namespaces on files, creates missing files, and
# undoes both if the program cannot run.
# Runs as root.
. "${0%/*}/testlib.sh"
require_root
require_ns user mnt pid net uts ipc cgroup time

setUp()
{
	mkdir "$TMP/d"
	mount --bind "$TMP/d" "$TMP/d" && mount --make-private "$TMP/d"
}

tearDown()
{
	stop_holders
	umount -R "$TMP/d" && rm -rf "$TMP/d"
}

# inode FILE: prints the inode of the namespace that is mounted on FILE.
inode()
{
	stat -Lc %i "$1"
}

test_mounts_every_type_on_a_missing_file()
{
	for t in mnt:mount uts:uts ipc:ipc net:net pid:pid user:user cgroup:cgroup time:time; do
		file=$TMP/d/${t%%:*}
		run nsunshare -f "--${t##*:}=$file" stat -Lc %i "/proc/self/ns/${t%%:*}"
		assert_ok
		assert_out "$(inode "$file")"
	done
}

# strace delays the helper process of nsunshare, so it still runs when the program begins. The
# program must nevertheless be able to unmount the namespace.
test_the_program_can_unmount_the_namespace()
{
	require_tool strace
	: >"$TMP/d/net"
	run strace -f -qq -o /dev/null -b execve -e inject=recvfrom:delay_exit=200000 \
		nsunshare "--net=$TMP/d/net" sh -c 'umount "$1" && echo unmounted' sh "$TMP/d/net"
	assert_ok
	assert_out unmounted
	assertEquals 'an empty file' 0 "$(stat -c %s "$TMP/d/net")"
	assertFalse 'the namespace is not mounted' "grep -q '$TMP/d/net ' /proc/self/mountinfo"
}

test_mounts_namespaces_without_a_fork()
{
	run nsunshare -r "--uts=$TMP/d/uts" "--mount=$TMP/d/mnt" "--time=$TMP/d/time" "--user=$TMP/d/user" \
		stat -Lc %i /proc/self/ns/uts /proc/self/ns/mnt /proc/self/ns/time /proc/self/ns/user
	assert_ok
	assert_out "$(stat -c %i "$TMP/d/uts" "$TMP/d/mnt" "$TMP/d/time" "$TMP/d/user")"
	run nsenter "--uts=$TMP/d/uts" readlink /proc/self/ns/uts
	assert_out "uts:[$(inode "$TMP/d/uts")]"
}

test_mounts_namespaces_on_existing_and_relative_files()
{
	touch "$TMP/d/there"
	cd "$TMP/d" || return
	run nsunshare --uts=there --ipc=missing true
	cd "$TMP" || return
	assert_ok
	assertTrue "[ '$(stat -fc %T "$TMP/d/there")' = nsfs ]"
	assertTrue "[ '$(stat -fc %T "$TMP/d/missing")' = nsfs ]"
}

test_nothing_is_left_if_the_program_cannot_be_executed()
{
	note_state
	for options in "-f" "" "-p -r"; do
		# shellcheck disable=SC2086 # several words
		run nsunshare $options "--mount=$TMP/d/mnt" "--uts=$TMP/d/uts" --wd /nonexistent true
		assert_refused 125 /nonexistent
		assert_no_leftovers
		# shellcheck disable=SC2086
		run nsunshare $options "--mount=$TMP/d/mnt" "--uts=$TMP/d/uts" /nonexistent
		assert_refused 127 /nonexistent
		assert_no_leftovers
		# shellcheck disable=SC2086
		run nsunshare $options "--uts=$TMP/d/uts" "--ipc=$TMP/d/no/such" "--net=$TMP/d/net" true
		assert_refused 125 "$TMP/d/no/such"
		assert_no_leftovers
	done
	run nsunshare "--uts=$TMP/d" true
	assert_refused 125 "cannot mount a namespace on '$TMP/d'"
}

test_a_mount_namespace_on_a_shared_mount_is_explained()
{
	mount --make-shared "$TMP/d"
	# create a peer of the mount in another mount namespace, so that the mount is really shared
	start_holder unshare -m --propagation unchanged sh -c 'echo $$ >&3; exec sleep infinity 3>&-'
	note_state
	run nsunshare "--mount=$TMP/d/mnt" true
	assert_refused 125 "cannot mount the mnt namespace on '$TMP/d/mnt'"
	assert_err_has 'hint: use --persist DIR, or run'
	assert_no_leftovers
}

# Since Linux 6.18, each processor numbers its mount namespaces separately. The kernel permits the
# mount of a mount namespace only in a mount namespace with a lower number.
test_a_mount_namespace_is_mounted_whatever_processor_created_it()
{
	feature two-processors || return 0
	for order in '0 1' '1 0'; do
		# shellcheck disable=SC2016 # the inner shell expands them
		run taskset -c "${order% *}" unshare --mount --propagation private taskset -c "${order#* }" \
			sh -c 'mount -t tmpfs t "$0" && : >"$0/mnt" &&
				nsunshare "--mount=$0/mnt" sh -c "taskset -cp \$\$" && stat -fc %T "$0/mnt"' "$TMP/d"
		assert_ok
		assertEquals "$order" "${order#* }
nsfs" "${out##*: }"
	done
}

test_mounting_a_pid_namespace_requires_a_fork()
{
	run nsunshare --no-fork "--pid=$TMP/d/pid" true
	assert_refused 125 '--no-fork cannot be used with --pid=<file> or --persist'
}

# The injected ENOENT has the same effect as another process that removes a file. nsunshare cannot
# know that another process is the cause, so nsunshare must not print a hint.
test_no_hint_for_a_file_removed_by_another_process()
{
	run failat -o /dev/null -k 1.1:mount:1 -e ENOENT -- nsunshare -f "--uts=$TMP/d/uts" true
	assert_refused 125 "cannot mount the uts namespace on '$TMP/d/uts': No such file or directory"
	assert_err_lacks hint
}

test_persist_and_unpersist_work_on_a_directory()
{
	note_state
	mount --make-shared "$TMP/d"
	run nsunshare -mpunT --persist "$TMP/d/box" stat -Lc %i /proc/self/ns/mnt /proc/self/ns/net
	assert_ok
	assert_out "$(stat -c %i "$TMP/d/box/mnt" "$TMP/d/box/net")"
	assertEquals 'mnt net pid time uts' "$(echo "$TMP"/d/box/* | sed "s|$TMP/d/box/||g")"
	run nsenter "--uts=$TMP/d/box/uts" true
	assert_ok
	run nsunshare --unpersist "$TMP/d/box"
	assert_ok
	mount --make-private "$TMP/d"
	assert_no_leftovers
	run nsunshare --unpersist "$TMP/d/box"
	assert_refused 125 "cannot find namespaces in '$TMP/d/box'"
}

test_a_failed_persist_leaves_no_directory()
{
	mount --make-shared "$TMP/d"
	note_state
	run nsunshare -mu --persist "$TMP/d/box" --wd /nonexistent true
	assert_refused 125 /nonexistent
	run nsunshare -mu --persist "$TMP/d/no/box" true
	assert_refused 125 "cannot create '$TMP/d/no/box'"
	assert_no_leftovers
}

# The argument is a symbolic link. nsunshare mounts the namespace on the target of the link, but the
# error message must name the link.
test_persist_and_unpersist_follow_symbolic_links()
{
	mkdir "$TMP/d/box"
	touch "$TMP/d/file"
	ln -s file "$TMP/d/link"
	ln -s box "$TMP/d/way"
	mount --make-shared "$TMP/d"
	note_state
	run nsunshare "--uts=$TMP/d/way" true
	assert_refused 125 "cannot mount a namespace on '$TMP/d/way': Is a directory"
	run nsunshare "--uts=$TMP/d/link" stat -Lc %i /proc/self/ns/uts
	assert_ok
	assert_out "$(inode "$TMP/d/file")"
	umount "$TMP/d/file"
	run nsunshare "--uts=$TMP/d/link" --wd /nonexistent true
	assert_refused 125 /nonexistent
	run nsunshare -mu --persist "$TMP/d/way" --wd /nonexistent true
	assert_refused 125 /nonexistent
	assert_no_leftovers
	run nsunshare -mu --persist "$TMP/d/way" stat -Lc %i /proc/self/ns/uts
	assert_ok
	assert_out "$(inode "$TMP/d/box/uts")"
	run nsunshare --unpersist "$TMP/d/way"
	assert_ok
	assert_no_leftovers
	mount --make-private "$TMP/d"
}

test_unpersist_leaves_other_mounts_and_files()
{
	mkdir "$TMP/d/mine"
	mount -t tmpfs none "$TMP/d/mine"
	echo text >"$TMP/d/mine/uts"
	touch "$TMP/d/mine/other"
	run nsunshare --ipc --persist "$TMP/d/mine" true
	assert_ok
	assertTrue 'the namespace' "mountpoint -q '$TMP/d/mine/ipc'"
	run nsunshare --unpersist "$TMP/d/mine"
	assert_ok
	assertTrue 'the mount' "mountpoint -q '$TMP/d/mine'"
	assertEquals text "$(cat "$TMP/d/mine/uts")"
	assertTrue 'the other file' "[ -e '$TMP/d/mine/other' ]"
	umount "$TMP/d/mine"
}

test_unpersist_refuses_other_options_and_a_program()
{
	# Runs only as root.
	nsunshare -u --persist "$TMP/kept" true
	for with in --explain "--persist=$TMP/other"; do
		run nsunshare "$with" --unpersist "$TMP/kept"
		assert_rc 125
		assert_err_has "${with%=*} cannot be used with --unpersist"
	done
	run nsunshare --unpersist "$TMP/kept" echo ran
	assert_refused 125 '--unpersist cannot be used with a program'
	assertTrue 'still kept' "[ -e '$TMP/kept/uts' ]"
	run nsunshare --unpersist "$TMP/kept"
	assert_ok
}

# A signal kills the whole process group of nsunshare while nsunshare waits because a pipe is full.
# The helper process must survive and unmount the namespaces.
test_a_signal_to_the_group_leaves_no_mount()
{
	mkfifo "$TMP/full"
	exec 6<>"$TMP/full"
	dd if=/dev/zero of="$TMP/full" bs=4096 count=1000 oflag=nonblock 2>/dev/null
	setsid nsunshare -u --persist "$TMP/d/pins" --ready-fd 6 touch "$TMP/ran" &
	pid=$!
	until grep -q " $TMP/d/pins/uts " /proc/self/mountinfo || ! kill -0 "$pid"; do
		:
	done
	pinned=$(grep -c " $TMP/d/pins/uts " /proc/self/mountinfo)
	kill -s TERM -- "-$pid"
	wait "$pid"
	rc=$?
	tries=200
	while [ -e "$TMP/d/pins" ] && [ $((tries -= 1)) -gt 0 ]; do
		sleep 0.02
	done
	exec 6>&-
	rm "$TMP/full"
	assertEquals 'the pin was there' 1 "$pinned"
	assertNotEquals 0 $rc
	assertFalse 'the program was run' "[ -e '$TMP/ran' ]"
	assertFalse 'a pin was left' "[ -e '$TMP/d/pins' ]"
	assertEquals 'mounts of pins' 0 "$(grep -c "$TMP/d/pins" /proc/self/mountinfo)"
}

. shunit2
