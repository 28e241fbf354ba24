#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nspivot-nofile: checks that nspivot needs few descriptors for many files and binds.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"
make_box

test_many_files_and_binds_need_few_descriptors()
{
	for verb in file bind; do
		# shellcheck disable=SC2046 # several words
		NSPIVOT_UNDER='prlimit --nofile=128:' run box --tmpfs /m \
			$(seq -f "--$verb=/etc/hosts:/m/%.0f" 300) --proc /proc "$box" -- /bin/grep -c ' /m/' /proc/self/mountinfo
		assert_ok
		assert_out 300
	done
}

. shunit2
