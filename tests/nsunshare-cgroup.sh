#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsunshare-cgroup: the program in a control group of version 2 or 1, made and removed, with limits that hold.
# as: root
. "${0%/*}/testlib.sh"
. "${0%/*}/cgrouplib.sh"
require_root
require_ns cgroup pid

name=/$own_cgroup
[ -n "$v2$v1cpu" ] || skip 'no cgroup file system is mounted'

test_made_entered_and_removed()
{
	note_state
	for option in --fork --pid; do
		run nsunshare $option --into-cgroup "$name" --cgroup-create cat /proc/self/cgroup
		assert_ok
		assert_out_has "$name"
		[ -z "$v2" ] || assert_out_has "0::$name"
	done
	assert_no_leftovers
}

test_a_new_cgroup_namespace_has_its_own_root()
{
	run nsunshare --cgroup --into-cgroup "$name" --cgroup-create cat /proc/self/cgroup
	assert_ok
	assert_out_lacks "$name"
	[ -z "$v2" ] || assert_out_has '0::/'
}

test_an_existing_one_stays()
{
	for mount in $v2 $v1cpu; do
		mkdir "$mount$name"
		for option in --fork --no-fork; do
			run nsunshare $option --into-cgroup "$name" cat /proc/self/cgroup
			assert_ok
			assert_out_has "$name"
			run nsunshare $option --into-cgroup "$mount$name" cat /proc/self/cgroup
			assert_ok
			assert_out_has "$name"
		done
		assertTrue "rmdir '$mount$name'"
	done
}

test_a_relative_name_is_below_the_own_cgroup()
{
	[ -n "$v2" ] || return 0
	own=$(sed -n 's/^0:://p' /proc/self/cgroup)
	run nsunshare --into-cgroup "${name#/}" --cgroup-create sed -n 's/^0:://p' /proc/self/cgroup
	assert_ok
	assert_out "${own%/}$name"
}

test_settings_are_written()
{
	note_state
	if [ -n "$v1cpu" ]; then
		run nsunshare --into-cgroup "$name" --cgroup-create --cgroup-set cpu.cfs_quota_us=30000 \
			cat "$v1cpu$name/cpu.cfs_quota_us"
		assert_ok
		assert_out 30000
		run nsunshare --into-cgroup "$name" --cgroup-create --cgroup-set cpu.cfs_quota_us=rubbish true
		assert_refused 125 "cannot write 'rubbish' to $v1cpu$name/cpu.cfs_quota_us"
	fi
	if [ -n "$v2" ] && feature cgroup2-cpu; then
		run nsunshare --into-cgroup "$name" --cgroup-create --cgroup-set 'cpu.max=30000 100000' \
			cat "$v2$name/cpu.max"
		assert_ok
		assert_out '30000 100000'
	fi
	if [ -n "$v2" ]; then
		run nsunshare --into-cgroup "$name" --cgroup-create --cgroup-set cgroup.max.depth=7 \
			cat "$v2$name/cgroup.max.depth"
		assert_ok
		assert_out 7
	fi
	run nsunshare --into-cgroup "$name" --cgroup-create --cgroup-set no.such=1 true
	assert_refused 125 "no cgroup file 'no.such'"
	assert_no_leftovers
}

test_what_is_missing_above_is_made_and_removed()
{
	note_state
	mount=${v2:-$v1cpu}
	for where in "$name" "$mount$name"; do
		run nsunshare -p --into-cgroup "$where/b/c//d" --cgroup-create cat /proc/self/cgroup
		assert_ok
		assert_out_has "$name/b/c/d"
		run nsunshare -p --into-cgroup "$where/b/c" --cgroup-create /nonexistent
		assert_refused 127 /nonexistent
	done
	assert_no_leftovers
	# what was there stays, and so does what somebody else has come to use
	mkdir "$mount$name"
	run nsunshare --into-cgroup "$name/b/c" --cgroup-create true
	assert_ok
	assertTrue 'removed what it had not made' "[ -d '$mount$name' ] && [ ! -e '$mount$name/b' ]"
	run nsunshare --into-cgroup "$name/b/c" --cgroup-create mkdir "$mount$name/b/other"
	assert_ok
	assertTrue "rmdir '$mount$name/b/other' '$mount$name/b' '$mount$name'"
	assert_no_leftovers
}

test_a_quota_holds()
{
	assert_quota_holds nsunshare -p --into-cgroup "$name" --cgroup-create
}

test_what_cannot_be_is_told()
{
	run nsunshare --into-cgroup "$name" true
	assert_refused 125 "no cgroup '$name'"
	assert_err_has 'hint: --cgroup-create'
	run nsunshare --cgroup-create true
	assert_refused 125 'needs --into-cgroup'
	run nsunshare --into-cgroup x --cgroup-set cpu.max true
	assert_refused 125 'is not FILE=VALUE'
	run nsunshare --into-cgroup x --cgroup-set ../x=1 true
	assert_refused 125 'is not FILE=VALUE'
	run nsunshare --into-cgroup '' true
	assert_refused 125 'needs a name'
}

test_nothing_is_left_when_the_program_cannot_run()
{
	note_state
	run nsunshare -p --into-cgroup "$name" --cgroup-create --wd /nonexistent true
	assert_refused 125 /nonexistent
	run nsunshare -p --into-cgroup "$name" --cgroup-create /nonexistent
	assert_refused 127 /nonexistent
	assert_no_leftovers
}

. shunit2
