#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nspivot-race: runs each method of path resolution and mounting 10,000 times while a directory is
# exchanged for a link. Checks that no run leads outside.
# Runs as root and as an ordinary user.
# Runs only in check-long.
# Time limit: 900 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"
harm

# assert_hit: asserts that more than 1 % of the runs noticed that the directory was exchanged for
# the link. This proves that exchanges happened between two steps of nspivot.
assert_hit()
{
	assertTrue "only $refused of $n runs noticed the exchange" "[ $refused -gt $((n / 100)) ]"
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
