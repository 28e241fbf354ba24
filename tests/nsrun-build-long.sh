#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsrun-build-long: configures and compiles this suite with nsrun --profile build, which makes the sources
# read-only.
# Runs as root and as an ordinary user.
# Runs only in check-long.
# Time limit: 300 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/nsrunlib.sh"
require_feature source-tree
require_ns user mnt pid uts ipc net cgroup
work_in "$TMP/work"

test_the_suite_is_built_from_read_only_sources()
{
	tar -C "$NSUTILS_SOURCE" -c --exclude=./build --exclude='./build-[!a]*' --exclude=./build-asan --exclude=./.git . | tar -x
	mkdir build
	note_state
	: >"$TMP/begin"
	run nsrun --profile build -- sh -c 'cd build && ../configure -q && make -s nspivot nsinit'
	assert_rc 0
	run build/nspivot --version
	assert_ok
	assert_out "$(nspivot --version)"
	run find . -path ./build -prune -o -newer "$TMP/begin" ! -path . -print
	assert_out_empty
	run nsrun --profile build -- touch configure.ac
	assert_rc 1
	assert_err_has 'Read-only'
	rm -r build
	mkdir build
	rm "$TMP/begin"
}

. shunit2
