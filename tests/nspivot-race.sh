#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nspivot-race: a directory exchanged for a link never leads outside, in 10,000 runs with each way to resolve and mount.
# as: root user
# suite: long
# budget: 900
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"
harm

# Verifies that the race happened: in some runs the exchange was between two steps.
assert_hit()
{
	assertTrue "of $n runs only $refused were hit" "[ $refused -gt $((n / 100)) ]"
}

test_exchange_during_openat2_never_leads_outside()
{
	NSPIVOT_UNDER=
	race 4000
	assert_hit
}

test_exchange_during_the_walk_never_leads_outside()
{
	NSPIVOT_UNDER='enosys openat2 --'
	race 3000
	assert_hit
}

test_exchange_during_mount_never_leads_outside()
{
	NSPIVOT_UNDER=$OLD_KERNEL
	race 3000
	assert_hit
}

. shunit2
