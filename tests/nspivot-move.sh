#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nspivot-move: checks that --move-root leaves an initramfs, and that it removes the files of the
# initramfs and no others.
# Runs as root.
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"
make_box

# initramfs SCRIPT [OPTION…]: runs SCRIPT as process 1 of a system whose root is a tmpfs. nspivot
# builds this root and binds the tools and their libraries into it. If $UNDER is set, this command
# (such as failat) runs the nsunshare that creates the system, and thus acts on all its processes.
initramfs()
{
	rm -rf "$TMP/real"
	mkdir -p "$TMP/real"
	cp -a "$box/." "$TMP/real"
	mkdir -p "$TMP/real/proc" "$TMP/real/dev" "$TMP/real/etc/kept"
	cat >"$TMP/script" <<-EOF
		mount -t proc proc /proc && mkdir /new && mount --bind /real /new || exit 99
		mkdir -p /junk/deep /junk/mnt && touch /junk/file /junk/deep/file && ln -s /kept /junk/link
		mount --bind /kept /junk/mnt || exit 99
		$1
	EOF
	mkdir -p "$TMP/kept"
	touch "$TMP/kept/file"
	# bind the directory to which instrumented tools (build-aux/coverage) write their counters
	set --
	counters=/var/tmp/nsutils-coverage
	[ ! -d "$counters" ] || set -- --bind "$counters:$counters"
	# shellcheck disable=SC2086 # several words
	run ${UNDER:-} nsunshare -mp -- nspivot --force --host-root --readonly=/usr --file /dev/null:/init "$@" --bind "$TMP/real:/real" \
		--bind "$TMP/kept:/kept" --ro-bind "$NSUTILS_BIN:/tools" --ro-bind "$NSUTILS_HELPERS:/helpers" \
		--ro-bind "$TMP/script:/script" \
		-- /bin/sh /script
}

test_move_root_enters_the_new_root_and_removes_files_of_the_old()
{
	# a directory of the old root is also mounted in the new root, where the program sees which
	# of its files are left
	initramfs 'mkdir /seen && mount --bind /seen /new/etc/kept && touch /seen/removed || exit 99
		mkdir /seen/mnt && mount --bind /kept /seen/mnt || exit 99
		exec /tools/nspivot --move-root /new -- /bin/sh -c "cat /proc/1/mountinfo; ls /; ls /.. /proc/1/root/..
			echo left: /etc/kept/*"'
	assert_ok
	assertEquals 'left: /etc/kept/mnt' "$(grep ^left: "$TMP/out")"
	assert_out_has bin
	assert_out_lacks junk
	assert_out_has ' /proc '
	assertTrue 'files bound below the old root still exist' "[ -e '$TMP/kept/file' ] && [ -d '$TMP/real/etc/kept' ]"
}

# move_exchanged OPTIONS: calls initramfs() with a script that executes `nspivot --move-root`. The
# helper failat with OPTIONS traces this nspivot. OPTIONS can make failat exchange the mount point
# of a proc file system with another directory during one system call of nspivot, as the owner of
# the new root could. The new root is $TMP/real, which initramfs() fills.
move_exchanged()
{
	UNDER="failat -b mover -u look $1 -o $TMP/report --" initramfs "ln -s /tools/nspivot /mover; mkdir -p /new/p /new/fake/sys/kernel /new/fake/fs
		exec /mover --move-root --proc=/p --readonly /p/sys --mask /p/fs /new -- /look"
}

test_move_root_with_exchange_at_any_call_leaves_no_writable_proc()
{
	cat >"$box/look" <<-'EOT'
		#!/bin/sh
		for dir in /p /fake; do
			[ -e $dir/self/stat ] && echo proc && ( : >>$dir/sys/kernel/core_pattern ) && echo writable
		done
		[ -e /proc/self/stat ] && echo moved
		echo ended
	EOT
	chmod 755 "$box/look"
	move_exchanged --count
	assertEquals "$err" 'proc
moved
ended' "$out"
	calls=$(cat "$TMP/report") k=0 ran=0 refused=0
	for pair in p,fake proc,etc; do
		k=0
		while [ $((k += 9)) -le "$calls" ]; do
			move_exchanged "-k $k --exchange $TMP/real/${pair%,*},$TMP/real/${pair#*,}"
			assert_out_lacks writable
			case $rc in
			0) ran=$((ran + 1)) ;;
			125) refused=$((refused + 1)) ;;
			*) fail "call $k: exit status $rc: $err" ;;
			esac
		done
		assertTrue "$pair: $ran ran, $refused were refused" "[ $ran -gt 0 ] && [ $refused -gt 0 ]"
	done
}

test_move_root_without_init_is_refused_and_removes_nothing()
{
	initramfs 'umount /init; rm -f /init; exec /tools/nspivot --move-root /new -- /bin/ls /'
	assert_refused 125 'is not an initramfs'
	# nspivot is process 1 of another pid namespace, so that the script can look afterwards
	initramfs 'umount /init; rm -f /init
		/tools/nsunshare -p -- /tools/nspivot --move-root /new -- /bin/ls /; e=$?; echo /junk/*; exit $e'
	assert_rc 125
	assert_err_has 'is not an initramfs'
	assert_out '/junk/deep /junk/file /junk/link /junk/mnt'
}

test_move_root_is_refused_unless_process_1()
{
	initramfs '/tools/nspivot --move-root /new -- /bin/ls /; e=$?; ls /junk; exit $e'
	assert_rc 125
	assert_err_has 'only process 1'
	assert_out_has file
}

test_move_root_is_refused_on_a_disk()
{
	touch "$box/init"
	cp "$NSUTILS_BIN/nspivot" "$box/bin/nspivot"
	# $box may be on a tmpfs, which nspivot accepts as an initramfs, so use an overlay of $box
	mkdir -p "$box/proc" "$box/usr" "$box/lib" "$box/lib64" "$TMP/empty" "$TMP/disk"
	mount -t overlay -o "lowerdir=$TMP/empty:$box" none "$TMP/disk"
	run in_ns nspivot --proc /proc --ro-bind /usr:/usr --ro-bind /lib64:/lib64 --ro-bind /lib:/lib "$TMP/disk" -- \
		/bin/nspivot --move-root /etc -- /bin/ls
	umount "$TMP/disk"
	assert_refused 125 'is not an initramfs'
	assertTrue 'the root is complete' "[ -e '$box/bin/sh' ] && [ -e '$box/init' ]"
}

# A test cannot mount a file system of the type rootfs, which only the initramfs has. So it mounts a
# file with a false mount table over /proc/1/mountinfo.
test_hint_of_a_pivot_in_an_initramfs_names_move_root()
{
	initramfs 'echo "1 1 0:2 / / rw - rootfs rootfs rw" >/table; mount --bind /table /proc/1/mountinfo
		exec /helpers/enosys -e EINVAL pivot_root -- /tools/nspivot --force /new -- /bin/sh -c "echo ran"'
	assert_rc 125
	assert_out_lacks ran
	assert_err_has 'Invalid argument'
	assert_err_has 'hint: use --move-root: pivot_root(2) cannot leave an initramfs'
	initramfs 'exec /helpers/enosys -e EINVAL pivot_root -- /tools/nspivot --force /new -- /bin/sh -c "echo ran"'
	assert_rc 125
	assert_err_has 'Invalid argument'
	assert_err_lacks 'use --move-root'
}

. shunit2
