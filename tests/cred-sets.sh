#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# cred-sets: checks the ids, the groups and all five capability sets that nsunshare, nsenter2 and
# nspivot give the program.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
. "${0%/*}/credlib.sh"
require_ns mnt uts

chown=0 net_raw=13 sys_admin=21
none=$(bits)

sets()
{
	for set in inheritable permitted effective bounding ambient; do
		fact "cap-$set"
	done | tr '\n' ' '
}

assert_sets()
{
	assertEquals "$tool: inheritable permitted effective bounding ambient" "$* " "$(sets)"
}

test_credentials_are_unchanged_without_options()
{
	seccomp=$(sed -n 's/^Seccomp:[^0-9]*//p' /proc/self/status)
	for tool in $CARRIERS; do
		carry -- probe
		assert_ok
		assert_fact 'uid 0 0 0' 'gid 0 0 0' 'no-new-privs 0' "seccomp $seccomp"
		assertNotEquals "$none" "$(fact cap-effective)"
	done
}

test_drop_all_leaves_nothing_in_any_set()
{
	for tool in $CARRIERS; do
		carry --cap-drop all -- probe
		assert_ok
		assert_sets "$none" "$none" "$none" "$none" "$none"
	done
}

test_dropped_capabilities_are_gone_from_all_sets()
{
	for tool in $CARRIERS; do
		carry -- probe
		full=$(fact cap-bounding)
		carry --cap-drop net_raw,CAP_CHOWN --cap-drop 21 -- probe
		assert_ok
		left=$(printf '%016x' $((0x$full & ~(1 << net_raw | 1 << chown | 1 << sys_admin))))
		assert_sets "$none" "$left" "$left" "$left" "$none"
	done
}

# A program that root executes gets its capabilities from the bounding set. Its inheritable set must
# be empty (CVE-2022-29162).
test_root_has_the_kept_capabilities_only()
{
	want=$(bits $chown $net_raw)
	for tool in $CARRIERS; do
		for options in '--cap-keep chown,net_raw' '--cap-drop all --cap-keep chown --cap-keep net_raw' \
			'--cap-keep chown,net_raw,sys_admin --cap-drop all'; do
			# shellcheck disable=SC2086
			carry $options -- probe
			assert_ok
			case $options in
			*sys_admin*) want_now=$(bits $chown $net_raw $sys_admin) ;;
			*) want_now=$want ;;
			esac
			assert_sets "$none" "$want_now" "$want_now" "$want_now" "$none"
		done
	done
}

test_kept_capabilities_survive_the_change_of_user()
{
	# Runs only as root.
	want=$(bits $chown $net_raw)
	for tool in $CARRIERS; do
		carry -S 1000 -G 1001 --cap-keep chown,net_raw -- probe
		assert_ok
		assert_fact 'uid 1000 1000 1000' 'gid 1001 1001 1001' groups
		assert_sets "$want" "$want" "$want" "$want" "$want"
	done
}

test_a_user_has_no_capabilities_unless_kept()
{
	# Runs only as root.
	for tool in $CARRIERS; do
		carry --setuid 1000 --setgid 1000 --cap-drop net_raw -- probe
		assert_ok
		assertEquals "$none $none $none" "$(fact cap-permitted) $(fact cap-effective) $(fact cap-ambient)"
		assertEquals 0 $((0x$(fact cap-bounding) >> net_raw & 1))
	done
}

# In a new user namespace the bounding set is full, even if it was restricted outside.
test_capabilities_stay_dropped_in_a_new_user_namespace()
{
	run nsunshare -Ur --cap-drop sys_admin,net_raw -- probe
	tool=nsunshare
	assert_ok
	for set in permitted effective bounding; do
		assertEquals 0 $((0x$(fact cap-$set) >> net_raw & 1))
		assertEquals 0 $((0x$(fact cap-$set) >> sys_admin & 1))
	done
	run nsunshare -Ur --cap-drop sys_admin -- unshare --mount true
	assert_rc 1
	assert_err_has 'unshare failed: Operation not permitted'
}

# Ambient capabilities are also passed on to programs that the program executes. Here sh executes
# the helper program `probe`, which prints its capabilities.
test_keep_caps_makes_capabilities_ambient()
{
	run nsunshare -Uc --keep-caps -- sh -c 'exec probe'
	tool=nsunshare
	assert_ok
	assertNotEquals "$none" "$(fact cap-ambient)"
	assertEquals "$(fact cap-ambient)" "$(fact cap-effective)"
	assertEquals "$(fact cap-ambient)" "$(fact cap-inheritable)"
	[ "$(id -u)" != 0 ] || return 0
	run nsunshare -Uc -- sh -c 'exec probe'
	assertEquals "$none $none" "$(fact cap-ambient) $(fact cap-effective)"
	run nsunshare -Uc --cap-keep net_raw -- sh -c 'exec probe'
	want=$(bits $net_raw)
	assert_sets "$want" "$want" "$want" "$want" "$want"
}

# Ambient capabilities of an ordinary caller are passed on unless an option drops or keeps
# capabilities.
test_ambient_capabilities_are_lost_if_others_are_dropped()
{
	# Runs only as root.
	tool=nsunshare
	set -- setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups \
		--inh-caps=+net_raw,+chown,+sys_admin,+setpcap --ambient-caps=+net_raw,+chown,+sys_admin,+setpcap
	run "$@" nsunshare --uts -- probe
	assert_fact "cap-ambient $(bits $chown $net_raw $sys_admin 8)"
	run "$@" nsunshare --uts --cap-drop net_raw -- probe
	assert_fact "cap-ambient $none" "cap-inheritable $none" "cap-effective $none"
	run "$@" nsunshare --uts --cap-keep chown -- probe
	want=$(bits $chown)
	assert_sets "$want" "$want" "$want" "$want" "$want"
}

# If a user other than 0 executes a program, the program has only the ambient capabilities
# (capabilities(7)). The capabilities of --cap-keep stay in the bounding set.
test_cap_ambient_chooses_the_ambient_capabilities()
{
	for tool in $CARRIERS; do
		carry --cap-keep chown,kill --cap-ambient kill -- probe
		assert_ok
		assert_fact "cap-bounding $(bits 0 5)" "cap-ambient $(bits 5)" "cap-effective $(bits 0 5)"
	done
}

test_cap_ambient_limits_what_another_user_gets()
{
	# Runs only as root.
	for tool in $CARRIERS; do
		carry --cap-keep chown,kill --cap-ambient kill --setuid 7 --setgid 7 -- probe
		assert_ok
		assert_fact "cap-bounding $(bits 0 5)" "cap-ambient $(bits 5)" "cap-effective $(bits 5)"
		carry --cap-keep chown,kill --cap-ambient none --setuid 7 --setgid 7 -- probe
		assert_ok
		assert_fact "cap-bounding $(bits 0 5)" "cap-ambient $(bits)" "cap-permitted $(bits)"
		carry --cap-ambient all --setuid 7 --setgid 7 -- probe
		assert_ok
		assert_fact "cap-effective $(fact cap-bounding)"
		carry --cap-ambient kil -- probe
		assert_refused 125 "--cap-ambient: unknown capability 'kil'"
	done
}

test_all_ids_and_groups_are_changed()
{
	# Runs only as root.
	for tool in $CARRIERS; do
		carry -G 7 -S 5 --groups 8,9 -- probe
		assert_ok
		assert_fact 'uid 5 5 5' 'gid 7 7 7' 'groups 8 9' "cap-effective $none"
		carry --setuid nstest --setgid nstest --groups root,nstest -- probe
		assert_ok
		assert_fact "uid $NSTEST_UID $NSTEST_UID $NSTEST_UID" "gid $NSTEST_UID $NSTEST_UID $NSTEST_UID" \
			"groups 0 $NSTEST_UID"
		before='setpriv --groups 3 unshare'
		carry -- probe
		assert_fact 'groups 3'
		carry -G tty -- probe
		assert_fact 'gid 5 5 5' groups
		carry --groups none -- probe
		assert_fact groups
		before=
	done
}

# The unit tests check which ids are refused. This test checks that each tool refuses them.
test_refuses_invalid_ids()
{
	for tool in $CARRIERS; do
		for option in setuid setgid groups; do
			carry "--$option=4294967296" -- echo ran
			assert_refused 125 "--$option: unknown "
		done
	done
}

test_an_unmapped_id_is_reported()
{
	run nsunshare -Ur -S 5 -- echo ran
	assert_refused 125 'cannot become user 5: Invalid argument'
	assert_err_has 'hint: use a mapped id: user 5 is not mapped in this user namespace'
}

test_refuses_unknown_capabilities()
{
	for tool in $CARRIERS; do
		carry --cap-drop chown,nonsense -- echo ran
		assert_refused 125 "--cap-drop: unknown capability 'nonsense'"
		carry --cap-keep chown --cap-drop chown -- echo ran
		assert_refused 125 'chown is both dropped and kept'
	done
}

# A change of ids clears the parent-death signal (prctl(2)), so the tool must set it afterwards.
test_kill_child_signal_survives_the_change_of_user()
{
	# Runs only as root.
	tool=nsunshare
	run nsunshare --fork --kill-child -S 1000 -G 1000 --cap-keep chown --no-new-privs -- probe
	assert_ok
	assert_fact 'uid 1000 1000 1000' 'pdeathsig 9'
	tool=nsenter2
	run nsenter2 --uts=/proc/self/ns/uts --kill-child -S 1000 -G 1000 --cap-keep chown --no-new-privs -- probe
	assert_ok
	assert_fact 'uid 1000 1000 1000' 'pdeathsig 9'
}

. shunit2
