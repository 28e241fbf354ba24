# shellcheck shell=sh disable=SC2034 # v2 is for the tests
# SPDX-License-Identifier: GPL-2.0-or-later
# cgrouplib.sh: the cgroup file systems of the machine, and a quota that holds. Sourced after
# testlib.sh.

# cgroup_mount TYPE OPTION: where the first one with the option is mounted.
cgroup_mount()
{
	awk -v type="$1" -v option="$2" '{
		for (i = 7; $i != "-"; i++)
			;
		if ($(i + 1) == type && index("," $(i + 3) ",", "," option ",")) {
			print $5
			exit
		}
	}' /proc/self/mountinfo
}

v2=$(cgroup_mount cgroup2 rw)		# "" where there is none, as the next
v1cpu=$(cgroup_mount cgroup cpu)	# the version 1 hierarchy that has the controller cpu

# find_freezer: sets dir, the root of a hierarchy that can freeze its cgroups, and file, frozen and
# thawed: what is written to which file.
find_freezer()
{
	dir=$(cgroup_mount cgroup freezer) file=freezer.state frozen=FROZEN thawed=THAWED
	[ -n "$dir" ] || dir=$v2 file=cgroup.freeze frozen=1 thawed=0
}

# assert_quota_holds CMD…: CMD is nsunshare with what makes a cgroup for the program. Two burners of
# one to two seconds of wall time get what a quota of a fifth gives: at most 0.4 s of processor time.
assert_quota_holds()
{
	if [ -n "$v1cpu" ]; then
		set -- "$@" --cgroup-set cpu.cfs_period_us=100000 --cgroup-set cpu.cfs_quota_us=20000
	elif feature cgroup2-cpu; then
		set -- "$@" --cgroup-set 'cpu.max=20000 100000'
	else
		return 0	# and n/a
	fi
	run sh -c '"$@" cpu-burner 2 2; times' sh "$@"
	# on a machine that is busy otherwise they get less
	_used=$(sed -n '$s/^0m\([0-9]*\)\.\([0-9][0-9]\).*/\1\2/p' "$TMP/out")
	[ "${_used:-99}" -ge 1 ] && [ "${_used:-99}" -le 60 ]
	_verdict $? "processor time that the quota allows expected, not $_used hundredths of a second"
}
