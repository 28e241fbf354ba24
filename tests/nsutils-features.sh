#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsutils-features: checks that --features of every tool tries each feature and reports whether it
# is available.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns user mnt time
require_tool jq

tools='nsunshare nsenter2 nsidmap nstimeoffset nspivot nsinit'
! feature nslist >/dev/null || tools="$tools nslist"

test_each_tool_reports_features_in_lines_and_in_json()
{
	for tool in $tools; do
		run "$tool" --features
		assert_ok
		lines=$(printf '%s\n' "$out" | sed 's/  */ /')
		assert_empty 'lines of an unknown form' "$(printf '%s\n' "$lines" | grep -vE '^[a-z0-9_-]+ (yes|no)$')"
		run "$tool" --features -J
		assert_ok
		assertEquals "$lines" "$(printf '%s\n' "$out" | jq -r 'to_entries[] | "\(.key) \(if .value then "yes" else "no" end)"')"
		run "$tool" --features --json
		assert_ok
	done
}

test_help_lists_the_options_below_headings()
{
	for tool in $tools 'nsnet add' 'nsidmap plan'; do
		# shellcheck disable=SC2086 # two words
		run $tool --help
		assert_ok
		assert_out_has "For more details see ${tool%% *}(1)."
		assertEquals "$tool" 'options below a heading, empty headings: 1 0' "$(echo "$out" | awk '
			/^ +-/ && !any++ { below += heading }
			heading && $0 == "" { empty++ }
			{ heading = /^[A-Z].*:$/ }
			END { print "options below a heading, empty headings:", below + 0, empty + 0 }')"
	done
}

test_json_requires_features()
{
	for tool in nsunshare nsenter2 nsinit nspivot; do
		run "$tool" --json true
		assert_rc 125
		assert_err_has '--json requires --features'
	done
	run nsidmap --json
	assert_rc 1
	assert_err_has '--json requires --features'
	run nstimeoffset --json -b +1 true
	assert_refused 125 '--json requires --show or --features'
}

# denied CALL TOOL FEATURE: asserts that TOOL reports FEATURE as missing if the system call CALL is
# denied.
denied()
{
	{ [ "$2" != nslist ] || feature nslist; } && kernel_call "$1" || return 0
	run enosys "$1" -- "$2" --features -J
	assert_ok
	assertEquals "$3 without $1(2)" false "$(printf '%s\n' "$out" | jq ".\"$3\"")"
}

test_reports_a_feature_without_its_system_call_as_missing()
{
	denied pidfd_open nsenter2 setns-pidfd
	denied pidfd_open nslist pidfd
	denied close_range nsinit close-range
	denied prctl nsinit subreaper
	denied setns nstimeoffset time-without-fork-in-user
	denied unshare nsidmap user
	denied unshare nsunshare net-in-user
	denied mount_setattr nspivot mount-setattr
	denied openat2 nspivot openat2
	denied bpf nslist bpf-iterators
}

# has CALL TOOL FEATURE: asserts that TOOL reports FEATURE as available if the kernel has the system
# call CALL. Needs no privilege.
has()
{
	{ [ "$2" != nslist ] || feature nslist; } && kernel_call "$1" || return 0
	run "$2" --features -J
	assert_ok
	assertEquals "$3 with $1(2)" true "$(printf '%s\n' "$out" | jq ".\"$3\"")"
}

test_reports_a_feature_with_its_system_call_as_available()
{
	has pidfd_open nslist pidfd
	has pidfd_open nsenter2 setns-pidfd
	! feature close-range-cloexec || has close_range nsinit close-range
	has mount_setattr nspivot mount-setattr
	has openat2 nspivot openat2
	has fsopen nspivot mount-api
	has clone3 nsunshare clone3-pidfd
}

. shunit2
