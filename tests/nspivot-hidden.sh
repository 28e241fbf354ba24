#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nspivot-hidden: checks that no option can hide the mount of an earlier option, and that an option
# replaces an option of a preset with the same destination.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"
make_box
mkdir -p "$TMP/src" "$box/run" "$box/var"
echo content >"$TMP/src/file"
ln -s ../run "$box/var/run"

# hides OPTION1 OPTION2 LATER EARLIER: asserts that nspivot refuses these two options, and that its
# message names the destinations LATER and EARLIER.
hides()
{
	run box "$1" "$2" "$box" -- /bin/true
	assert_refused 125 "on '$3' would hide the earlier"
	assert_err_has "on '$4'"
}

test_refuses_a_mount_above_an_earlier_mount()
{
	hides "--bind=$TMP/src:/a/b/c" --tmpfs=/a /a /a/b/c
	hides "--bind=$TMP/src:/a/b" --tmpfs=/a//./b /a//./b /a/b
	hides --proc=/proc --tmpfs=/ / /proc
	hides --tmpfs=/a/x "--ro-bind=$TMP/src:/a" /a /a/x
	hides --mask=/bin/ls --tmpfs=/bin /bin /bin/ls
	assert_err_has 'hint: give --tmpfs before --mask'
	hides --tmpfs=/a "--file=$TMP/src/file:/a" /a /a
	assert_err_has 'hint: omit one of the two options'
	run box --put-old=/old --tmpfs=/a/x --tmpfs=/a "$box" -- /bin/true
	assert_refused 125 "on '/a' would hide the earlier"
}

test_refuses_a_mount_by_another_name_of_the_same_directory()
{
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		run box --tmpfs=/run --tmpfs=/var/run "$box" -- /bin/true
		assert_refused 125 "a mount on '/var/run' would hide the earlier mount on '/run'"
		run box --tmpfs=/run/x --tmpfs=/var/run "$box" -- /bin/true
		assert_refused 125 "cannot verify that '/run/x' is mounted: No such file or directory"
	done
	NSPIVOT_UNDER=
}

test_accepts_mounts_beside_and_below_each_other()
{
	run box --tmpfs=/a --tmpfs=/ab --tmpfs=/a/b --tmpfs=/a.b --dir=/d --tmpfs=/d --symlink=x:/a/link \
		--tmpfs=/a/c "$box" -- /bin/cut -d' ' -f2 /proc/none
	assert_rc 1
	run box --proc /proc --tmpfs=/a --tmpfs=/ab --tmpfs=/a/b --dir=/d --tmpfs=/d "$box" -- \
		/bin/cut -d' ' -f2 /proc/mounts
	assert_ok
	assert_out '/
/proc
/a
/ab
/a/b
/d'
}

test_accepts_mask_and_readonly_on_an_earlier_mount()
{
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		run box "--bind=$TMP/src:/src" --mask=/src/file --tmpfs=/a --readonly=/a --mask=/a "$box" -- \
			/bin/sh -c 'wc -c </src/file; touch /a/x'
		assert_rc 1
		assert_out 0
		assert_err_has 'Read-only'
		run box --tmpfs=/a --tmpfs=/a/b "--bind=$TMP/src/file:/a/file" --readonly=/a/file --mask=/a/file \
			--readonly=/a --mask=/a/b "$box" -- /bin/sh -c 'wc -c </a/file; touch /a/b/x; touch /a/x'
		assert_rc 1
		assert_out 0
		assertEquals 2 "$(grep -c 'Read-only' "$TMP/err")"
	done
	NSPIVOT_UNDER=
}

test_accepts_a_mount_that_covers_a_directory_of_the_host_root()
{
	run box --host-root --tmpfs=/etc -- /bin/sh -c 'echo /etc/*'
	assert_ok
	assert_out '/etc/*'
}

test_option_replaces_the_same_option_of_a_preset()
{
	NS_TOO=iC
	run box --preset=docker --shm=/dev/shm:size=3m --dev=/dev:size=1m "$box" -- \
		/bin/sh -c 'grep -o " /dev[a-z/]* .*size=[0-9]*" /proc/mounts'
	assert_ok
	assert_out_has '/dev/shm '
	assert_out_has size=3072
	assert_out_has size=1024
	NS_TOO=
	run nspivot --preset=docker --explain --dev=/dev:size=1m "$box"
	assert_ok
	dev=$(grep -n -- --dev=/dev:size=1m "$TMP/out" | cut -d: -f1)
	devpts=$(grep -n -- --devpts "$TMP/out" | cut -d: -f1)
	assertTrue 'before --devpts' "[ $dev -lt $devpts ]"
	assertEquals 'the replaced option is gone' 1 "$(grep -c -- '--dev[:=]' "$TMP/out")"
}

test_option_does_not_replace_a_mount_of_a_preset_by_a_mask()
{
	run nspivot --preset=docker --explain --mask=/dev/shm "$box"
	assert_ok
	assert_out_has ' --shm'
	assert_out_has '--mask=/dev/shm'
}

test_preset_after_an_option_with_the_same_destination_is_refused()
{
	run nspivot --shm --preset=docker --explain "$box"
	assert_refused 125 "on '/dev' would hide the earlier --shm on '/dev/shm'"
}

test_many_options_are_compared_fast()
{
	set --
	n=0
	while [ $((n += 1)) -le 3000 ]; do
		set -- "$@" "--tmpfs=/m/$n"
	done
	run timeout 5 nspivot --explain "$@" --tmpfs=/m "$box"
	assert_refused 125 "on '/m' would hide"
}

. shunit2
