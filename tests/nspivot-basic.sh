#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nspivot-basic: a root of busybox is assembled, entered and left, as root and in a user namespace.
# as: root user
. "${0%/*}/testlib.sh"
require_tool busybox
require_ns mnt pid

box=$TMP/box
mkdir -p "$box/bin" "$box/etc"
cp "$(command -v busybox)" "$box/bin/busybox"
for applet in sh cat ls stat touch readlink; do
	ln -s busybox "$box/bin/$applet"
done

# in namespaces of our own; an ordinary user as mapped root
box()
{
	if [ "$(id -u)" = 0 ]; then
		nsunshare -mpn -- nspivot "$@"
	else
		nsunshare -Umpn -r -- nspivot "$@"
	fi
}

test_preset_minimal_has_two_mounts()
{
	run box --preset=minimal "$box" -- /bin/cat /proc/self/mountinfo
	assert_ok
	assertEquals 'mounts' 2 "$(wc -l <"$TMP/out")"
}

test_a_plain_root_is_the_only_mount_and_has_no_way_back()
{
	run box "$box" -- /bin/sh -c 'cd / && echo .. ../bin/* && ls / && pwd'
	assert_ok
	assert_out_has bin
	assert_out_lacks usr
}

test_dev_is_minimal_and_works()
{
	run box --proc /proc --dev --devpts --shm "$box" -- /bin/sh -c 'echo x >/dev/null && ls /dev && stat -c %t:%T /dev/null'
	assert_ok
	assert_out_has urandom
	assert_out_has ptmx
	assert_out_has 1:3
	assert_out_lacks mem
}

test_a_bind_is_there_and_a_read_only_one_is_read_only()
{
	mkdir -p "$TMP/src"
	echo data >"$TMP/src/file"
	run box --bind "$TMP/src:/rw" --ro-bind "$TMP/src:/ro" "$box" -- \
		/bin/sh -c 'cat /ro/file; touch /rw/new; touch /ro/new2'
	assert_rc 1
	assert_out data
	assert_err_has 'Read-only'
	assertTrue 'written through the bind' "[ -e '$TMP/src/new' ]"
	assertFalse 'written through the read-only bind' "[ -e '$TMP/src/new2' ]"
}

test_a_failed_mount_leaves_nothing()
{
	note_state
	run box --tmpfs /made/for/it --tmpfs /made/too:size=nonsense "$box" -- /bin/cat /dev/null
	assert_refused 125 '/made/too: cannot mount tmpfs'
	assert_err_has 'the kernel says'
	assert_no_leftovers
}

test_a_program_that_is_not_there_is_127()
{
	run box "$box" -- /bin/none
	assert_refused 127 '/bin/none'
}

test_etc_files_are_shown_and_the_own_ones_stay()
{
	echo own >"$box/etc/hostname"
	echo given >"$TMP/given"
	run box --etc-hostname "$TMP/given" --etc-hosts auto --etc-resolv-conf auto "$box" -- \
		/bin/sh -c 'cat /etc/hostname /etc/hosts'
	assert_ok
	assert_out_has given
	assert_out_has localhost
	assertEquals own "$(cat "$box/etc/hostname")"
}

test_explain_prints_presets_as_plain_options()
{
	run nspivot --explain --preset=docker "$box" -- /bin/sh
	assert_ok
	assert_out_has '--mask=/proc/keys:try'
	assert_out_has '--readonly=/proc/sys:try'
}

test_no_descriptor_but_the_three()
{
	# shellcheck disable=SC2016 # for the shell inside
	run box --proc /proc "$box" -- /bin/sh -c 'for f in /proc/$$/fd/*; do echo "${f##*/}"; done' 7</
	assert_ok
	assert_out_lacks 7
}

. shunit2
