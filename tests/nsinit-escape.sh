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
# /proc/1/cwd would be here, and what it holds
mkdir "$TMP/host"
cd "$TMP/host" || exit 1

caps=chown,dac_override,fowner,fsetid,kill,setgid,setuid,setpcap,net_raw,net_bind_service,sys_chroot,mknod,audit_write,setfcap

# new WORDS…: in new namespaces, as root of the host where we are it.
new()
{
	if [ "$(id -u)" = 0 ]; then
		nsunshare -mp "$@"
	else
		nsunshare -Umpr "$@"
	fi
}

# That the helper finds what there is to find: without nsinit, or with one that is none.
test_control_an_unprotected_process_1_leads_to_the_host()
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
	# these are for CAP_SYS_ADMIN in the initial user namespace alone
	[ "$(id -u)" != 0 ] || assert_out_has '/proc/1/map_files/'
	run new --mount-proc -- setpriv --bounding-set "-all,$(echo ",$caps" | sed 's/,/,+/g; s/^,//')" \
		--inh-caps=-all sh -c 'escape; true'
	assert_out_has '/proc/1/exe: opened for reading'
}

# As nsinit in a chain, and as nsunshare itself.
for_each_init()
{
	for init in '-- nsinit --' '--init --'; do
		"$@"
		assert_ok
		assert_out 'no way out'
	done
}

# shellcheck disable=SC2086 # words
pivoted() # WORDS…: as a program of the box, from in front of which nothing but the init goes
{
	run new $init nspivot --proc /proc "$box" -- "$@"
}

# shellcheck disable=SC2086 # words
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

# Having what process 1 has does not suffice: it is undumpable.
test_a_program_with_the_same_capabilities_does_not_reach_it_either()
{
	run new --mount-proc -- setpriv --bounding-set "-all,$(echo ",$caps" | sed 's/,/,+/g; s/^,//')" \
		--inh-caps=-all nsinit -- escape
	assert_ok
	assert_out 'no way out'
	[ "$(id -u)" = 0 ] || return 0
	for init in '-- nsinit --' '--init --'; do
		# shellcheck disable=SC2086 # words
		run setpriv --bounding-set -sys_ptrace --inh-caps=-all nsunshare -mp --mount-proc $init escape all
		assert_ok
		assert_out 'no way out'
	done
	run setpriv --bounding-set -sys_ptrace --inh-caps=-all nsunshare -mp --mount-proc -- sh -c 'escape all; true'
	assert_out_has '/proc/1/exe: opened for writing'
}

test_a_program_in_a_user_namespace_below_does_not_reach_it()
{
	run new --mount-proc -- nsinit -- nsunshare -Ur -- escape all
	assert_ok
	assert_out 'no way out'
}

# Who made the namespaces still enters them by process 1.
test_the_owner_can_enter_by_process_1()
{
	for init in '-- nsinit --keep-fd 3' '--init --keep-fd 3'; do
		# shellcheck disable=SC2086 # words
		start_holder nsunshare -Umpr --kill-child --mount-proc $init -- sh -c 'echo ready >&3; exec sleep 1000 3>&-'
		run nsenter2 -a -t "$(pgrep -P "$holder")" -- echo entered
		assert_rc 0
		assert_out entered
		stop_holder
	done
}

. shunit2
