#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nspivot-limits: checks that nspivot works with thousands of mounts, and that the message for one
# mount too many names the sysctl.
# Runs as root and as an ordinary user.
# Runs only in check-long.
# Time limit: 240 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"
make_box

# ten_thousand OPTION…: runs nspivot (see box) with 10,000 binds and the usual limit of open
# descriptors.
ten_thousand()
{
	NSPIVOT_UNDER="prlimit --nofile=1024: $NSPIVOT_UNDER"
	# shellcheck disable=SC2046 # several words
	run box --tmpfs /tmp $(seq -f "--bind=$box/etc:/many/%.0f" 10000) "$@"
}

test_works_with_ten_thousand_binds()
{
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		ten_thousand --proc /proc "$box" -- /bin/grep -c ' /many/' /proc/self/mountinfo
		assert_ok
		assert_out 10000
		rm -r "$box/many" "$box/tmp" "$box/proc"
	done
	NSPIVOT_UNDER=
}

test_failure_removes_ten_thousand_mount_points()
{
	note_state
	NSPIVOT_UNDER=
	ten_thousand --bind /none:/x "$box" -- /bin/ls
	NSPIVOT_UNDER=
	assert_refused 125 /none
	assert_no_leftovers
}

# The script fills the mount namespace up to the limit fs.mount-max: a tree that is bound into
# itself doubles the number of mounts, and then smaller trees fill the rest.
test_hint_names_the_sysctl_when_mounts_exceed_it()
{
	mkdir -p "$TMP/full"
	cat >"$TMP/fill" <<-EOF
		mount -t tmpfs t '$TMP/full' && cd '$TMP/full' || exit 99
		i=0
		while mkdir \$i && busybox mount -o rbind . \$i 2>/dev/null; do
			i=\$((i + 1))
		done
		while [ \$i -gt 0 ]; do
			i=\$((i - 1))
			mkdir half\$i && busybox mount -o rbind \$i half\$i 2>/dev/null
		done
		cd / && exec "\$@"
	EOF
	note_state
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		# shellcheck disable=SC2086 # several words
		run in_ns sh "$TMP/fill" $NSPIVOT_UNDER nspivot --tmpfs /x --tmpfs /y "$box" -- /bin/ls
		assert_refused 125 'No space left on device'
		assert_err_has 'hint: increase the sysctl fs.mount-max'
		assert_no_leftovers
	done
	NSPIVOT_UNDER=
}

. shunit2
