#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nspivot-copyup: checks the option copy-up of --tmpfs.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"
make_box
ln -s busybox "$box/bin/ln"
ln -s busybox "$box/bin/find"
ln -s busybox "$box/bin/rm"
data=$box/data
mkdir -p "$data/dir/empty" "$box/proc"
head -c 40000 /dev/zero | tr '\0' x >"$data/dir/large"
echo content >"$data/file"
chmod 4751 "$data/file"
ln -s /no/such/target "$data/link"
mkfifo -m 620 "$data/fifo"
chmod 1750 "$data/dir"
touch -h -d '2001-02-03 04:05:06 UTC' "$data/link" "$data/fifo" "$data/dir/large" "$data/file" "$data/dir/empty" "$data/dir"
[ "$(id -u)" != 0 ] || chown -h 5:6 "$data/link" "$data/file" "$data/dir"
[ "$(id -u)" != 0 ] || chmod 4751 "$data/file"
chmod 2711 "$data"

# describe: the shell command that prints type, mode, owner and time of all files in /data.
describe='cd /data && find . | while read -r f; do stat -c "%n %F %a %u:%g %Y" "$f"; done | grep -v "^\. " | sort; readlink link'
ln -s busybox "$box/bin/sort"

# listing: runs `describe` in the root $box with a read-only bind of $data on /data, and sets $out
# to the output. The owners are shown as ids of the user namespace of the program.
listing()
{
	run in_ns nspivot --ro-bind "$data:/data" "$box" -- /bin/sh -c "$describe"
	assert_ok
}

test_the_tmpfs_has_a_copy_that_the_program_can_change()
{
	listing
	assert_out_has './file regular file 4751'
	assert_out_has /no/such/target
	expected=$out
	for under in '' "$OLD_KERNEL"; do
		# shellcheck disable=SC2086 # separate words
		run in_ns $under nspivot --tmpfs /data:copy-up,size=1m "$box" -- /bin/sh -c "$describe"
		assert_ok
		assert_out "$expected"
		# shellcheck disable=SC2086
		run in_ns $under nspivot --proc /proc --tmpfs /data:copy-up "$box" -- \
			/bin/sh -c 'cd /data && stat -c %a . && cat file && wc -c <dir/large && echo new >file && rm -r dir && cat file
				grep -o " /data .*- tmpfs" /proc/self/mountinfo | wc -l'
		assert_ok
		assert_out '2711
content
40000
new
1'
	done
	assertEquals content "$(cat "$data/file")"
	assertEquals 40000 "$(wc -c <"$data/dir/large")"
}

test_the_mode_of_the_tmpfs_can_be_given()
{
	run in_ns nspivot --tmpfs /data:copy-up,mode=700 "$box" -- /bin/sh -c 'stat -c %a /data; cat /data/file'
	assert_ok
	assert_out '700
content'
}

test_a_missing_directory_is_created()
{
	run in_ns nspivot --tmpfs /new:copy-up "$box" -- /bin/sh -c 'stat -c %a /new; ls /new'
	assert_ok
	assert_out 1777
	rmdir "$box/new"
	echo text >"$box/plain"
	run in_ns nspivot --tmpfs /plain:copy-up "$box" -- /bin/true
	assert_refused 125 "'/plain' in the new root is a file, on which a directory cannot be mounted"
	rm "$box/plain"
}

test_a_copy_that_does_not_fit_is_an_error()
{
	run in_ns nspivot --tmpfs /data:copy-up,size=8k "$box" -- /bin/echo ran
	assert_refused 125 "cannot copy the contents of '/data' to the tmpfs: No space left on device"
}

# A symbolic link in the root must resolve to a directory in the root, and not to a directory of the
# host.
test_a_link_in_the_path_stays_in_the_root()
{
	mkdir "$TMP/outside"
	echo secret >"$TMP/outside/file"
	ln -s "$TMP/outside" "$box/trap"
	run in_ns nspivot --tmpfs /trap:copy-up "$box" -- /bin/sh -c "echo ran; ls '$TMP/outside'"
	assert_ok
	assert_out ran
	rm -rf "${box:?}/trap" "${box:?}/$TMP"
}

test_the_option_is_refused_for_other_file_systems()
{
	run in_ns nspivot --shm=/dev/shm:copy-up "$box" -- /bin/true
	assert_rc 125
	# before Linux 5.12, nspivot uses mount(2), and its error message does not name copy-up
	! kernel_call mount_setattr || assert_err_has copy-up
}

. shunit2
