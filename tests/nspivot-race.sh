#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nspivot-race: a directory exchanged for a link beside it, 10,000 runs over the ways of walking and mounting.
# as: root user
# suite: long
# budget: 900
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"
harm

# That the exchange hits is what makes the runs count: some see it happen between two of their steps.
assert_hit()
{
	assertTrue "of $n runs only $refused were hit" "[ $refused -gt $((n / 100)) ]"
}

test_openat2()
{
	NSPIVOT_UNDER=
	race 4000
	assert_hit
}

test_our_own_walk()
{
	NSPIVOT_UNDER='enosys openat2 --'
	race 3000
	assert_hit
}

test_mount()
{
	NSPIVOT_UNDER=$OLD_KERNEL
	race 3000
	assert_hit
}

. shunit2
