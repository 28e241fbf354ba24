#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsutils-setuid: checks that a tool whose actions the caller controls refuses to run with more
# privilege than the caller has.
# Runs as root.
. "${0%/*}/testlib.sh"
require_root
require_ns user
require_tool setcap

tools='nsunshare nsenter2 nstimeoffset nspivot nsinit'

oneTimeSetUp()
{
	chmod 711 "$TMP"
	for tool in $tools nsidmap; do
		cp "$NSUTILS_BIN/$tool" "$TMP/$tool"
	done
}

# options TOOL: prints the options with which TOOL would run a program in this test.
options()
{
	case $1 in
	nsenter2) echo --uts=/proc/self/ns/uts ;;
	nstimeoffset) echo -b =0 ;;
	nspivot) echo / ;;
	*) echo ;;
	esac
}

# assert_none_runs CMD…: asserts that each tool refuses to run if CMD executes it. CMD changes the
# user first.
assert_none_runs()
{
	for tool in $tools; do
		# shellcheck disable=SC2046 # several words
		run "$@" "$TMP/$tool" $(options "$tool") id -u
		assert_refused 125 "$tool: cannot run as a setuid or setgid program or with file capabilities"
	done
}

# is_sanitized: succeeds if the tools are built with sanitizers. A sanitizer reads
# /proc/self/environ, which an ordinary user cannot read in a process with raised privilege.
is_sanitized()
{
	[ -n "${ASAN_OPTIONS+set}" ]
}

test_refuses_to_run_setuid_or_setgid()
{
	for mode in 4755 2755; do
		who=as_nstest
		if [ $mode = 2755 ] && is_sanitized; then
			who="setpriv --regid $NSTEST_UID --clear-groups"
		fi
		for tool in $tools; do
			chmod $mode "$TMP/$tool"
		done
		# shellcheck disable=SC2086 # several words
		assert_none_runs $who
	done
	# if the owner of the file runs the tool, the setuid bit does not change the user
	run "$TMP/nsunshare" -r true
	assert_ok
	run "$TMP/nsinit" -- true
	assert_ok
	chmod 755 "$TMP"/ns*
}

test_refuses_to_run_with_file_capabilities()
{
	feature no-sanitizer || return 0
	for tool in $tools; do
		setcap cap_sys_admin,cap_setuid+ep "$TMP/$tool" || return
	done
	assert_none_runs as_nstest
	# Root has CAP_SYS_ADMIN in any case. An ordinary user can have it as an ambient capability.
	run "$TMP/nsunshare" -u true
	assert_ok
	run setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups --inh-caps=+sys_admin \
		--ambient-caps=+sys_admin nsunshare -u true
	assert_ok
}

test_refuses_to_mount_and_to_write()
{
	mkdir "$TMP/at"
	chmod 4755 "$TMP/nsidmap"
	run as_nstest "$TMP/nsidmap" mount "$TMP" "$TMP/at" --map u:0:0:1,g:0:0:1
	assert_refused 1 'nsidmap: cannot run as a setuid or setgid program'
	run as_nstest "$TMP/nsidmap" write $$ u:0:0:1,g:0:0:1
	assert_refused 1 'nsidmap: cannot run as a setuid or setgid program'
	run as_nstest "$TMP/nsidmap" run u:0:0:1,g:0:0:1 -- true
	assert_refused 125 'nsidmap: cannot run as a setuid or setgid program'
}

# nslist only shows information, so an administrator may give it capabilities to see more.
test_a_reporter_runs_with_file_capabilities()
{
	feature nslist || return 0
	feature no-sanitizer || return 0
	cp "$NSUTILS_BIN/nslist" "$TMP/nslist"
	setcap cap_sys_ptrace+ep "$TMP/nslist" || return
	run as_nstest "$TMP/nslist" -n
	assert_ok
	assert_out_has ' uts '
}

. shunit2
