#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsinit-escape: checks that the program cannot reach the host through process 1.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns user mnt pid
require_tool setpriv

box=$TMP/box
mkdir -p "$box"
cp "$NSUTILS_HELPERS/escape" "$box/escape"
# use $TMP/host as the working directory, because the program could reach this directory through
# /proc/1/cwd if process 1 lacked the protection of nsinit
mkdir "$TMP/host"
cd "$TMP/host" || exit 1

caps=chown,dac_override,fowner,fsetid,kill,setgid,setuid,setpcap,net_raw,net_bind_service,sys_chroot,mknod,audit_write,setfcap

# new ARGUMENT…: runs nsunshare with the arguments in new namespaces. If the test runs as root, the
# program keeps the uids of the host.
new()
{
	if [ "$(id -u)" = 0 ]; then
		nsunshare -mp "$@"
	else
		nsunshare -Umpr "$@"
	fi
}

# For comparison: if process 1 is a shell instead of nsinit, the helper `escape` finds ways out of
# the namespaces.
test_control_unprotected_process_1_leads_to_the_host()
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
	# opening entries of map_files needs CAP_SYS_ADMIN in the initial user namespace
	[ "$(id -u)" != 0 ] || assert_out_has '/proc/1/map_files/'
	run new --mount-proc -- setpriv --bounding-set "-all,$(echo ",$caps" | sed 's/,/,+/g; s/^,//')" \
		--inh-caps=-all sh -c 'escape; true'
	assert_out_has '/proc/1/exe: opened for reading'
}

# for_each_init COMMAND…: runs the command with nsinit as process 1, and with nsunshare --init.
for_each_init()
{
	for init in '-- nsinit --' '--init --'; do
		"$@"
		assert_ok
		assert_out 'no way out'
	done
}

# shellcheck disable=SC2086 # several words
pivoted() # PROGRAM…: runs the program in $box; process 1 starts nspivot, which starts the program
{
	run new $init nspivot --proc /proc "$box" -- "$@"
}

# shellcheck disable=SC2086 # several words
not_pivoted() # PROGRAM…: runs the program with the root of the host
{
	run new --mount-proc $init "$@"
}

test_program_with_dockers_capabilities_cannot_reach_the_host()
{
	for_each_init not_pivoted escape
	feature static-helpers || return 0
	for_each_init pivoted /escape
	for_each_init pivoted /escape docker
}

test_root_and_directory_of_process_1_do_not_lead_to_the_host()
{
	for_each_init not_pivoted escape places
	feature static-helpers || return 0
	for_each_init pivoted /escape places
}

# The program has the same capabilities as process 1. They do not suffice to read the /proc files of
# process 1, because process 1 is not dumpable.
test_program_with_the_same_capabilities_cannot_read_process_1()
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

test_program_in_a_nested_user_namespace_cannot_read_process_1()
{
	run new --mount-proc -- nsinit -- nsunshare -Ur -- escape all
	assert_ok
	assert_out 'no way out'
}

# The user who created the namespaces must still be able to enter them with nsenter2, with process 1
# as the target.
test_owner_can_enter_the_namespaces_of_process_1()
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
