#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# attack-root: the owner of a root directory, or a program in it, does not get around masks, modes and checks.
# as: root
# budget: 60
# shellcheck disable=SC2154 # rc, out and err are testlib.sh's
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"

setUp()
{
	rm -rf "$box"
	make_box
	ln -s busybox "$box/bin/chmod"
}

# The owner of the root exchanges the mount point of proc for a directory of its own all the time.
test_an_exchanged_proc_is_never_writable()
{
	mkdir -p "$box/proc" "$box/fake/sys/kernel"
	: >"$box/fake/sys/kernel/core_pattern"
	start_holder exchange "$box/proc" "$box/fake"
	n=0 ran=0 refused=0
	while [ $n -lt 20 ]; do
		n=$((n + 1))
		run in_ns nspivot --preset=docker "$box" -- /bin/sh -c \
			'for d in /proc /fake; do cd $d; [ ! -e self/stat ] || { echo proc; ( : >>sys/kernel/core_pattern ) 2>/dev/null && echo writable; :; }; done'
		case $rc in
		0) ran=$((ran + 1)) ;;
		*) refused=$((refused + 1)) ;;
		esac
		assertNotContains "$err" "$out" writable
	done
	stop_holder
	echo "of $n runs $ran ran, $refused were refused"
	assertEquals "$n" $((ran + refused))
	# undisturbed, it runs and proc is there
	rm -rf "$box/proc" "$box/fake"
	run in_ns nspivot --preset=docker "$box" -- /bin/sh -c 'echo x >/proc/sys/kernel/core_pattern; [ -e /proc/self/stat ] && echo proc'
	assertEquals "$err" proc "$out"
}

# A process of the old root is visible: whatever the limit, the pivot never happens.
test_too_few_descriptors_never_hide_a_process_of_the_old_root()
{
	run unshare --mount nspivot --proc=/proc "$box" -- /bin/echo pivoted
	assert_refused 125 'within reach'
	for limit in 5 6 7 8 9 10 11 12 13 14 15 16; do
		run unshare --mount prlimit --nofile=$limit nspivot --proc=/proc "$box" -- /bin/echo pivoted
		assertNotEquals "limit $limit: $err" 0 "$rc"
		assertNotContains "limit $limit" "$out" pivoted
	done
}

test_the_docker_preset_makes_no_device()
{
	run in_ns nspivot --preset=docker "$box" -- /bin/cat /proc/self/status
	assert_rc 0
	bound=$(sed -n 's/^CapBnd:[[:space:]]*//p' "$TMP/out")
	assertEquals 'CAP_MKNOD' 0 $((0x$bound >> 27 & 1))
	assertEquals 'CAP_CHOWN, the control' 1 $((0x$bound & 1))
	run in_ns nspivot --preset=docker --cap-keep=mknod "$box" -- /bin/cat /proc/self/status
	bound=$(sed -n 's/^CapBnd:[[:space:]]*//p' "$TMP/out")
	assertEquals 'CAP_MKNOD that --cap-keep names' 1 $((0x$bound >> 27 & 1))
}

# In a user namespace the nodes are those of the caller, bound. The attacked node is one of the test's own.
test_a_bound_node_of_the_caller_cannot_be_changed()
{
	cat >"$TMP/attack" <<-'END'
		mount -t tmpfs -o mode=755 dev /dev || exit 9
		for node in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
			rest=${node#*:}
			mknod -m 666 "/dev/${node%%:*}" c "${rest%:*}" "${rest#*:}" || exit 9
		done
		"$@"
		stat -c 'mode %a' /dev/null
	END
	set -- nsunshare -Umpr --map-users=0:0:65536 --map-groups=0:0:65536 --
	run unshare --mount sh "$TMP/attack" "$@" nspivot --dev "$box" -- \
		/bin/sh -c 'chmod 000 /dev/null; echo x >/dev/null && echo writes'
	assertEquals "$err" 'writes
mode 666' "$out"
	assertContains "$err" 'Read-only file system'
	# the control: a plain bind of the node
	run unshare --mount sh "$TMP/attack" "$@" sh -c 'touch "$0/node" && mount --bind /dev/null "$0/node" && chmod 000 "$0/node"' "$box"
	assertEquals "the control: $err" 'mode 0' "$out"
}

. shunit2
