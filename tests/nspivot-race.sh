#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nspivot-race: a directory exchanged for a link, 10,000 times taken by each way of walking and mounting.
# as: root user
# suite: long
# budget: 600
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"
harm

test_openat2()
{
	NSPIVOT_UNDER=
	race 1250
	assert_canary
}

test_our_own_walk()
{
	NSPIVOT_UNDER='enosys openat2 --'
	race 1250
	assert_canary
}

test_mount()
{
	NSPIVOT_UNDER=$OLD_KERNEL
	race 1250
	assert_canary
}

. shunit2
