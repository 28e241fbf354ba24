#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seed-cgroup: the article on control groups: a container that sees only its own, and burners that a quota holds.
# as: root
. "${0%/*}/testlib.sh"
require_root
require_ns cgroup mnt

v2=$(awk '{ for (i = 7; $i != "-"; i++); if ($(i + 1) == "cgroup2") { print $5; exit } }' /proc/self/mountinfo)
[ -n "$v2" ] || skip 'no cgroup2 is mounted'
name=/$own_cgroup

# What the article does by hand: a group, a process in it, a new namespace, cgroup2 mounted anew.
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

# From outside the group has its name, and its limits can be set.
test_outside_it_is_there_by_name()
{
	start_holder nsunshare -C --into-cgroup "$name" --cgroup-create -- sh -c 'echo $$ >&3; exec sleep 1000 3>&-'
	run grep -x "$holder_line" "$v2$name/cgroup.procs"
	assert_rc 0
	run nsenter2 -t "$holder_line" -C -- grep ^0: /proc/self/cgroup
	assert_ok
	stop_holder
	remove_cgroup "$v2$name"
}

# The article's load, two burners for one to two seconds: with a quota of a fifth they get at most 0.4 s of processor time.
test_a_burner_is_held_by_a_quota()
{
	if awk '{ for (i = 7; $i != "-"; i++); if ($(i + 1) == "cgroup" && "," $(i + 3) "," ~ /,cpu,/) found = 1 }
		END { exit !found }' /proc/self/mountinfo; then
		set -- --cgroup-set cpu.cfs_period_us=100000 --cgroup-set cpu.cfs_quota_us=20000
	elif feature cgroup2-cpu; then
		set -- --cgroup-set 'cpu.max=20000 100000'
	else
		return 0
	fi
	run sh -c 'nsunshare -pC --into-cgroup "$0" --cgroup-create "$@" cpu-burner 2 2; times' "$name" "$@"
	used=$(sed -n '$s/^0m\([0-9]*\)\.\([0-9]\).*/\1\2/p' "$TMP/out")
	assertTrue "tenths of a second used: $used ($out)" "[ '${used:-99}' -ge 1 ] && [ '${used:-99}' -le 6 ]"
}

. shunit2
