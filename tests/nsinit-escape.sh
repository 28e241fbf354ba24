#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsinit-escape: process 1 gives the program no access to the host.
# as: root user
. "${0%/*}/testlib.sh"
require_ns user mnt pid
require_tool setpriv

box=$TMP/box
mkdir -p "$box"
cp "$NSUTILS_HELPERS/escape" "$box/escape"
# this directory would be /proc/1/cwd of an unprotected process 1
mkdir "$TMP/host"
cd "$TMP/host" || exit 1

caps=chown,dac_override,fowner,fsetid,kill,setgid,setuid,setpcap,net_raw,net_bind_service,sys_chroot,mknod,audit_write,setfcap

# new WORDS…: runs nsunshare WORDS in new namespaces, as root of the host if the test runs as root.
new()
{
	if [ "$(id -u)" = 0 ]; then
		nsunshare -mp "$@"
	else
		nsunshare -Umpr "$@"
	fi
}

# Checks that the helper finds the ways out if process 1 is not nsinit.
test_an_unprotected_process_1_leads_to_the_host()
{
	run new --mount-proc -- sh -c 'escape places; true'
	assert_out_has '/proc/1/cwd: is not /'
	run new --mount-proc -- nsinit -- escape places
	assert_out 'no way out'
	run new --mount-proc -- sh -c 'exec 3</etc/passwd; escape all; true'
	assert_out_has '/proc/1/exe: opened as a path'
	assert_out_has '/proc/1/exe: opened for reading'
	[ "$(id -u)" != 0 ] || assert_out_has '/proc/1/exe: opened for writing'
	assert_out_has '/proc/1/mem: opened for writing'
	assert_out_has '/proc/1/fd/3: opened for reading'
	# opening these needs CAP_SYS_ADMIN in the initial user namespace
	[ "$(id -u)" != 0 ] || assert_out_has '/proc/1/map_files/'
	run new --mount-proc -- setpriv --bounding-set "-all,$(echo ",$caps" | sed 's/,/,+/g; s/^,//')" \
		--inh-caps=-all sh -c 'escape; true'
	assert_out_has '/proc/1/exe: opened for reading'
}

# Runs a command with process 1 as nsinit, and as nsunshare --init.
for_each_init()
{
	for init in '-- nsinit --' '--init --'; do
		"$@"
		assert_ok
		assert_out 'no way out'
	done
}

# shellcheck disable=SC2086 # several words
pivoted() # WORDS…: runs a program in the box: process 1 starts nspivot, which starts the program
{
	run new $init nspivot --proc /proc "$box" -- "$@"
}

# shellcheck disable=SC2086 # several words
not_pivoted()
{
	run new --mount-proc $init "$@"
}

test_dockers_capabilities_do_not_reach_the_host_through_process_1()
{
	for_each_init pivoted /escape
	for_each_init pivoted /escape docker
	for_each_init not_pivoted escape
}

test_no_capability_leads_out_by_root_or_working_directory()
{
	for_each_init pivoted /escape places
	for_each_init not_pivoted escape places
}

# The capabilities of process 1 are not enough to reach it, because process 1 is not dumpable.
test_a_program_with_the_same_capabilities_does_not_reach_process_1()
{
	run new --mount-proc -- setpriv --bounding-set "-all,$(echo ",$caps" | sed 's/,/,+/g; s/^,//')" \
		--inh-caps=-all nsinit -- escape
	assert_ok
	assert_out 'no way out'
	[ "$(id -u)" = 0 ] || return 0
	for init in '-- nsinit --' '--init --'; do
		# shellcheck disable=SC2086 # several words
		run setpriv --bounding-set -sys_ptrace --inh-caps=-all nsunshare -mp --mount-proc $init escape all
		assert_ok
		assert_out 'no way out'
	done
	run setpriv --bounding-set -sys_ptrace --inh-caps=-all nsunshare -mp --mount-proc -- sh -c 'escape all; true'
	assert_out_has '/proc/1/exe: opened for writing'
}

test_a_program_in_a_nested_user_namespace_does_not_reach_process_1()
{
	run new --mount-proc -- nsinit -- nsunshare -Ur -- escape all
	assert_ok
	assert_out 'no way out'
}

# The user who created the namespaces can still enter them through process 1.
test_the_owner_can_enter_by_process_1()
{
	for init in '-- nsinit --keep-fd 3' '--init --keep-fd 3'; do
		# shellcheck disable=SC2086 # several words
		start_holder nsunshare -Umpr --kill-child --mount-proc $init -- sh -c 'echo ready >&3; exec sleep 1000 3>&-'
		run nsenter2 -a -t "$(pgrep -P "$holder")" -- echo entered
		assert_rc 0
		assert_out entered
		stop_holder
	done
}

. shunit2
