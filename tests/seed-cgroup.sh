#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seed-cgroup: the examples for cgroup namespaces in the Chinese article "Introduction to
# Namespaces" (2023): a container sees only its own control group, and a quota limits an endless
# loop.
# Runs as root.
. "${0%/*}/testlib.sh"
. "${0%/*}/cgrouplib.sh"
require_root
require_ns cgroup mnt

[ -n "$v2" ] || skip 'no cgroup2 is mounted'
name=/$own_cgroup

# An article on cgroup namespaces uses a separate command for each of these steps: create a group,
# move a process into it, create a namespace, and mount cgroup2 again. Here, a single nsunshare
# performs all steps except the mount.
test_a_container_sees_only_its_own_group()
{
	note_state
	run nsunshare -mC --into-cgroup "$name" --cgroup-create -- sh -c '
		cat /proc/self/cgroup | grep ^0:
		umount -l "$0" && mount -t cgroup2 none "$0" && cat "$0/cgroup.procs" | grep -cx "[1-9][0-9]*"
		[ -d "$0$1" ] || echo "no other group"' "$v2" "$name"
	assert_ok
	assert_out_has '0::/
'
	assert_out_has 'no other group'
	assert_no_leftovers
}

# From outside, the group is visible under its name, and its limits can be set.
test_the_group_is_visible_outside_by_name()
{
	start_holder nsunshare -C --into-cgroup "$name" --cgroup-create -- sh -c 'echo $$ >&3; exec sleep 1000 3>&-'
	run grep -x "$holder_line" "$v2$name/cgroup.procs"
	assert_rc 0
	# the program is in a group outside of the namespace, so its path begins with /..
	# (cgroup_namespaces(7))
	run nsenter2 -t "$holder_line" -C -- grep ^0: /proc/self/cgroup
	assert_ok
	assert_out_has '0::/..'
	stop_holder
	remove_cgroup "$v2$name"
}

# A quota of a control group must limit the CPU time of an endless loop.
test_a_quota_limits_a_burner()
{
	assert_quota_holds nsunshare -pC --into-cgroup "$name" --cgroup-create
}

. shunit2
