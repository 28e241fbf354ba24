#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nspivot-faults: makes each system call fail once, with / shared. Checks that the program does not
# run and that no mount, file or process remains.
# Runs as root and as an ordinary user.
# Time limit: 120 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/faultlib.sh"
. "${0%/*}/rootlib.sh"
require_feature static-helpers
make_box
cp "$NSUTILS_HELPERS/probe" "$box/probe"
put_final "$box/final" /probe
# The program /final, which nspivot executes, also prints the modes of the created files.
sed -i '2a for f in / /dev/* /etc/* /made/*; do [ ! -e "$f" ] || stat -c "%n %a %u %g %t:%T" "$f"; done' "$box/final"
chmod 711 "$TMP"

# tidy STATUSES COMMAND…: runs the command. If it exits with one of the statuses, removes the empty
# mount points that nspivot leaves in the root. The test then reports remaining mount points only after
# other statuses.
cat >"$TMP/tidy" <<EOF
#!/bin/sh
statuses=" \$1 "
shift
"\$@"
rc=\$?
case "\$statuses" in
*" \$rc "*) find '$box' -mindepth 1 -depth -empty -not -name etc -delete ;;
esac
exit \$rc
EOF
chmod 755 "$TMP/tidy"
rm -rf "${box:?}/proc"
mkdir -p "$TMP/src"

NS=-mpiuC
if [ "$(id -u)" = 0 ]; then
	mount --make-rshared /
else
	NS="-U -r $NS"
fi

# faults MAX OPTION…: makes each system call of nspivot fail in turn, or a sample of at most MAX
# calls. Status 127 is accepted, because the search for the program may fail. After a failed execve(2),
# the mount points may remain with the docker preset: nspivot has then dropped the capabilities that it
# needs to undo its steps.
faults()
{
	_max=$1 _tidy=0
	# accept two differences after a fault: after ENOENT, nspivot does not mask the path, which
	# seems not to exist; and if mount(2) fails with EBUSY, it first mounts an additional empty
	# tmpfs on the mount point and then repeats the mount on this tmpfs
	_explained='(openat2?|statx|newfstatat|fstat):[0-9]+ ENOENT|:mount:[0-9]+ EBUSY'
	shift
	[ "$1" != --preset=docker ] || _tidy='0 126 127'
	# shellcheck disable=SC2086 # several words
	FAULT_MAX=${FAULT_MAX:-$_max} fault_all -f '125 127' -x "$_explained" -b nspivot -- "$TMP/tidy" "$_tidy" nsunshare $NS --propagation unchanged -- \
		$NSPIVOT_UNDER nspivot "$@" "$box" -- /final
}

test_failed_call_leaves_nothing()
{
	faults 40 --preset=docker --etc-hosts auto --ro-bind "$TMP/src:/etc/src"
}

test_failed_call_leaves_nothing_on_an_old_kernel()
{
	NSPIVOT_UNDER=$OLD_KERNEL
	faults 24 --preset=docker --etc-hosts auto --ro-bind "$TMP/src:/etc/src"
	NSPIVOT_UNDER=
}

test_failed_call_leaves_nothing_with_the_other_presets()
{
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		for preset in none minimal systemd host; do
			faults 4 --preset=$preset
		done
	done
	NSPIVOT_UNDER=
}

# Tests the options that no preset contains.
test_failed_call_leaves_nothing_with_the_options_of_no_preset()
{
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		faults 8 --overlay "/:upper=tmpfs" --dir /made/dir:mode=700 --symlink /x:/made/link \
			--file "$0:/made/file" --mask /made/dir --bind "$TMP/src:/s" --tmpfs /t/u --readonly /t/u \
			--readonly / --put-old /old
	done
	NSPIVOT_UNDER=
}

# If a directory of the upper layer cannot be created, the overlay must not be mounted without it. An
# overlay needs an upper layer or two lower layers.
test_failed_directory_of_an_upper_layer_is_reported()
{
	sed '2a mkdir /written || echo "the overlay is read-only"' "$box/final" >"$box/writes"
	chmod 755 "$box/writes"
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		# shellcheck disable=SC2086 # several words
		fault_all -f '125 127' -s mkdirat -b nspivot -- "$TMP/tidy" 0 nsunshare $NS --propagation unchanged -- \
			$NSPIVOT_UNDER nspivot --overlay "/:lower=$TMP/src,lower=$box,upper=tmpfs" "$box" -- /writes
	done
	NSPIVOT_UNDER=
	rm "$box/writes"
}

# If --dev-node cannot create the node, it binds the caller's node at the same path instead.
test_failed_call_leaves_nothing_with_nodes_copies_and_propagation()
{
	mkdir -p "$box/full/dir"
	echo text >"$box/full/dir/file"
	ln -sf /nowhere "$box/full/link"
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		faults 10 --dev-node /dev/null --dev-node /dev/zero=c:1:5:0640 --tmpfs /full:copy-up --propagation shared
	done
	NSPIVOT_UNDER=
	rm -r "${box:?}/full"
}

test_kill_at_any_call_leaves_nothing()
{
	# a killed nspivot cannot remove the mount points that it has created, so create them first
	mkdir -p "$box/proc" "$box/dev" "$box/tmp"
	# shellcheck disable=SC2086
	FAULT_MAX=${FAULT_MAX:-16} fault_kill -b nspivot -- nsunshare $NS --kill-child --propagation unchanged -- \
		nspivot --preset=minimal --dev --tmpfs /tmp "$box" -- /final
}

# If any later step fails, nspivot must remove the mount points that it has created.
test_failure_removes_created_mount_points()
{
	rm -rf "${box:?}/proc" "${box:?}/dev" "${box:?}/sys"
	note_state
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		for last in --bind=/none:/x --tmpfs=/x/y:size=bad --proc=/x:hidepid=bad --mask=/none --overlay=/x:lower=/none; do
			run box --proc /proc --dev --tmpfs /deep/er --file "$0:/made/file" --dir /made/dir "$last" \
				"$box" -- /final
			assert_rc 125
			assert_out_empty
			assert_err_one_line
			assert_no_leftovers
		done
	done
	NSPIVOT_UNDER=
}

# The program, or the last step before it, fails after the new root is complete. nspivot must then
# remove the mount points that it has created.
test_failure_after_the_pivot_removes_created_mount_points()
{
	note_state
	NS_TOO=iuC
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		for last in --setenv=A=b --chdir=/none --put-old=/old --readonly=/ --preset=docker; do
			program=none
			[ $last != --chdir=/none ] || program=/bin/ls
			run box --tmpfs /deep/er --dev=/other --dir /made/dir --file "$0:/made/file" --bind "$TMP/src:/src" \
				--dir /src/dir --readonly /src "$last" "$box" -- $program
			case $last in
			--chdir*) assert_rc 125 ;;
			*) assert_rc 127 ;;
			esac
			assert_out_empty
			assert_err_one_line
			assert_no_leftovers
		done
	done
	NSPIVOT_UNDER='' NS_TOO=
}

# early CALL:N OPTION…: runs nspivot and makes its Nth system call CALL fail with EINVAL. Kernels
# 5.12 to 6.14 return EINVAL for a mount on a detached tree and for a clone of a part of it. nspivot
# then attaches the tree and completes it there.
early()
{
	_call=$1
	shift
	# shellcheck disable=SC2086
	run failat -b nspivot -s ${_call%:*} -k ${_call#*:} -e EINVAL -u ls -u sh -u final -o "$TMP/report" -- \
		nsunshare $NS -- nspivot "$@"
	assertTrue 'the call failed' "grep -q '^failed ' '$TMP/report'"
	rm "$TMP/report"
}

test_tree_is_attached_early_if_mounts_on_it_fail()
{
	kernel_call move_mount || return 0
	find "$box" -mindepth 1 -depth -empty -not -name etc -delete
	note_state
	for call in move_mount:1 open_tree:2; do
		early $call --preset=docker --file "$0:/file" --mask /final --readonly /bin "$box" -- \
			/bin/sh -c 'cat /proc/self/mountinfo; touch /bin/x; cat /final; ls /..; grep -q early /file && echo file'
		assert_rc 0
		assert_out_has ' /proc/sys ro,'
		assert_out_has ' /sys ro,nosuid,nodev,noexec'
		assert_out_has '
file'
		assert_err_has 'Read-only'
		assert_out_lacks usr
		find "$box" -mindepth 1 -depth -empty -not -name etc -delete
		early $call --preset=docker --file "$0:/file" --readonly /bin --bind=/none:/x "$box" -- /final
		assert_refused 125 /none
		assert_no_leftovers
		early $call --tmpfs /x --readonly /bin --put-old /old "$box" -- /bin/sh -c 'ls /; ls /old'
		assert_ok
		assert_out_has usr
		find "$box" -mindepth 1 -depth -empty -not -name etc -delete
	done
}

test_hint_shows_the_message_of_the_kernel()
{
	run box --tmpfs /x:size=bad "$box" -- /final
	assert_err_has "hint: the kernel reports: tmpfs: Bad value for 'size'"
	run box --tmpfs /x:nonsense "$box" -- /final
	assert_err_has "the kernel reports: tmpfs: Unknown parameter 'nonsense'"
	run box --overlay '/x:lower=/etc,upper=/none,work=/none' "$box" -- /final
	assert_refused 125 "cannot open layer '/none'"
}

test_full_or_read_only_root_is_refused()
{
	run box --tmpfs /t:nr_inodes=1 --dir /t/x "$box" -- /final
	assert_refused 125 'No space left'
	assert_err_lacks 'increase the sysctl fs.mount-max'
	mkdir -p "$box/ro"
	run box --ro-bind "$box/ro:/ro" --tmpfs /ro/x "$box" -- /final
	assert_refused 125 'Read-only'
	assert_err_has "hint: create '/ro/x' in the source of the mount on '/ro', because an earlier option has made this mount read-only"
	run box --ro-bind "$box/ro:/etc" --etc-hosts auto "$box" -- /final
	assert_refused 125 'Read-only'
}

test_program_on_a_noexec_mount_exits_126()
{
	mkdir -p "$TMP/src"
	cp "$box/final" "$TMP/src/final"
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		run box --bind "$TMP/src:/x:noexec" "$box" -- /x/final
		assert_refused 126 'Permission denied'
		assert_err_has 'is noexec'
	done
	NSPIVOT_UNDER=
}

test_exceeded_quota_is_reported()
{
	note_state
	NSPIVOT_UNDER='enosys -e EDQUOT mkdirat --'
	run box --tmpfs /new "$box" -- /final
	NSPIVOT_UNDER=
	assert_refused 125 "cannot create '/new' in the new root: Disk quota exceeded"
	assert_no_leftovers
}

test_works_with_a_hundred_binds()
{
	i=0
	set --
	while [ $i -lt 100 ]; do
		set -- "$@" --bind "$box/etc:/many/$i"
		i=$((i + 1))
	done
	run box --tmpfs /many "$@" --proc /proc "$box" -- /bin/grep -c ' /many/' /proc/self/mountinfo
	assert_ok
	assert_out 100
}

# each_call CALL ERRNO OPTION…: runs nspivot with box() without a fault, and stores CALL and ERRNO
# for refused_at(). Sets $points to the number of times that nspivot makes the system call CALL.
each_call()
{
	_call=$1 _errno=$2
	shift 2
	# shellcheck disable=SC2086 # several words
	set -- nsunshare $NS -- $NSPIVOT_UNDER nspivot "$@" "$box" -- /final
	run failat -b nspivot -u final -s "$_call" --list -o "$TMP/list" -- "$@"
	assert_ok
	assert_out_has 'final ran'
	points=$(wc -l <"$TMP/list")
}

# refused_at N OPTION…: runs nspivot with these options and makes its Nth system call CALL fail with
# ERRNO; each_call() must have stored CALL and ERRNO. Sets $rc, $out and $err, and fails the test if
# nspivot makes fewer than N of these calls.
refused_at()
{
	_k=$1
	shift
	# shellcheck disable=SC2086
	run failat -b nspivot -u final -s "$_call" -k "$_k" -e "$_errno" -o "$TMP/report" -- \
		nsunshare $NS -- $NSPIVOT_UNDER nspivot "$@" "$box" -- /final
	assertTrue "no call $_k" "grep -q '^failed ' '$TMP/report'"
	rm -f "$TMP/report" "$TMP/list"
}

test_an_old_root_that_cannot_be_detached_is_refused()
{
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		each_call umount2 EPERM
		assertTrue 'the old root is unmounted' "[ $points -gt 0 ]"
		k=0
		while [ $((k += 1)) -le "$points" ]; do
			refused_at $k
			assert_refused 125 'cannot detach the old root: Operation not permitted'
		done
	done
	NSPIVOT_UNDER=
}

# The last system call that attaches a mount moves the old root. The test makes this call fail.
test_an_old_root_that_cannot_be_moved_is_refused()
{
	note_state
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		[ -z "$NSPIVOT_UNDER" ] && call=move_mount || call=mount
		each_call "$call" EINVAL --put-old /old
		rmdir "$box/old"
		refused_at "$points" --put-old /old
		assert_refused 125 'the old root: Invalid argument'
		assert_no_leftovers
	done
	NSPIVOT_UNDER=
}

# The limit of the file size (ulimit -f) must be large enough for the copy of the nspivot binary
# that nspivot makes in a memfd.
test_a_file_that_cannot_be_written_whole_is_refused()
{
	head -c 8000000 /dev/zero >"$TMP/big"
	note_state
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		# shellcheck disable=SC2016,SC2086 # the inner shell expands it; several words
		run in_ns sh -c 'cd / && trap "" XFSZ && ulimit -f 8192 && exec "$@"' sh \
			$NSPIVOT_UNDER nspivot --file "$TMP/big:/made" "$box" -- /final
		assert_refused 125 '/made'
		assert_err_has 'File too large'
		assert_no_leftovers
	done
	rm "$TMP/big"
	NSPIVOT_UNDER=
}

test_a_link_that_cannot_be_read_is_refused()
{
	ln -s etc "$box/link"
	note_state
	NSPIVOT_UNDER=$OLD_KERNEL
	each_call readlinkat EIO --dir /link/made
	rmdir "$box/etc/made"
	assertTrue 'the link is read' "[ $points -gt 0 ]"
	k=0
	while [ $((k += 1)) -le "$points" ]; do
		refused_at $k --dir /link/made
		assert_refused 125 'Input/output error'
		assert_no_leftovers
	done
	rm "$box/link"
	NSPIVOT_UNDER=
}

test_refused_pivot_names_the_filter_only_for_eperm()
{
	for NSPIVOT_UNDER in '' 'enosys open_tree,move_mount,fsopen,mount_setattr,openat2 --'; do
		NSPIVOT_UNDER="enosys -e EPERM pivot_root -- $NSPIVOT_UNDER"
		run box --tmpfs /t "$box" -- /final
		assert_refused 125 'Operation not permitted'
		assert_err_has 'hint: allow pivot_root(2) in the seccomp filter of this process'
		NSPIVOT_UNDER="enosys -e EINVAL pivot_root --"
		run box "$box" -- /final
		assert_refused 125 'Invalid argument'
		assert_err_lacks hint
	done
	NSPIVOT_UNDER=
}

# openat2(2) fails with EAGAIN after a race with a rename, and with EINTR after a signal. nspivot
# must then repeat the call.
test_openat2_is_retried_after_eagain_and_eintr()
{
	kernel_call openat2 || return 0
	mkdir "$box/etc/src"
	for error in EAGAIN EINTR; do
		each_call openat2 $error --ro-bind "$TMP/src:/etc/src"
		assertTrue 'paths are looked up' "[ $points -gt 0 ]"
		k=0
		while [ $((k += 1)) -le "$points" ]; do
			refused_at $k --ro-bind "$TMP/src:/etc/src"
			assert_ok
			assert_out_has 'final ran'
		done
	done
	rmdir "$box/etc/src"
}

. shunit2
