# shellcheck shell=sh disable=SC2034 # the tests use v2
# SPDX-License-Identifier: GPL-2.0-or-later
# cgrouplib.sh: finds the cgroup file systems of the machine, and asserts that a cpu quota is
# applied. Sourced after testlib.sh.

# cgroup_mount TYPE OPTION: prints the mount point of the first file system of TYPE that has the
# mount option OPTION, or nothing.
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

v2=$(cgroup_mount cgroup2 rw)		# empty if no writable version 2 hierarchy is mounted
v1cpu=$(cgroup_mount cgroup cpu)	# the version 1 hierarchy of the cpu controller, or empty

# find_freezer: sets $dir to the root of a cgroup hierarchy that supports freezing, $file to the
# name of the file that freezes a cgroup, and $frozen and $thawed to the values to write to this
# file.
# freeze DIR: freezes the cgroup with the directory DIR in this hierarchy.
find_freezer()
{
	dir=$(cgroup_mount cgroup freezer) file=freezer.state frozen=FROZEN thawed=THAWED
	[ -n "$dir" ] || dir=$v2 file=cgroup.freeze frozen=1 thawed=0
}

freeze()
{
	echo "$frozen" >"$1/$file"
	# with version 2, the kernel freezes the process in the background
	[ "$file" != cgroup.freeze ] || settle 50 grep -q 'frozen 1' "$1/cgroup.events"
}

# assert_quota_holds CMD…: CMD is nsunshare with options that create a cgroup for the program. The
# function runs two endless loops as the program, ends them after one to two seconds, and asserts
# that a quota of one fifth of a processor limits them to about 0.4 seconds of processor time.
assert_quota_holds()
{
	if [ -n "$v1cpu" ]; then
		set -- "$@" --cgroup-set cpu.cfs_period_us=100000 --cgroup-set cpu.cfs_quota_us=20000
	elif feature cgroup2-cpu; then
		set -- "$@" --cgroup-set 'cpu.max=20000 100000'
	else
		return 0	# feature() has reported n/a for this test
	fi
	run sh -c '"$@" cpu-burner 2 2; times' sh "$@"
	# accept 0.01 seconds, too, because on a busy machine the two endless loops get less
	# processor time than the quota allows
	_used=$(sed -n '$s/^0m\([0-9]*\)\.\([0-9][0-9]\).*/\1\2/p' "$TMP/out")
	[ "${_used:-99}" -ge 1 ] && [ "${_used:-99}" -le 60 ]
	_verdict $? "processor time that the quota allows expected, not $_used hundredths of a second"
}
