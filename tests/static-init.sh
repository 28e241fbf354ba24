#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# static-init: checks that nsinit of configure --enable-static-init works in an image without a C library.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns user pid mnt
# a program with sanitizers cannot be linked statically
require_feature no-sanitizer static-helpers
require_tool busybox nsinit-static

setUp()
{
	rm -rf "${TMP:?}"/*
	mkdir "$TMP/root" "$TMP/root/proc"
	cp "$(command -v nsinit-static)" "$TMP/root/nsinit"
	cp "$(command -v busybox)" "$TMP/root/busybox"
}

# in_image ARGUMENT…: runs the static nsinit as process 1 of a container of the image.
in_image()
{
	run nsunshare -rpm --root "$TMP/root" --mount-proc -- /nsinit "$@"
}

test_runs_a_program_without_a_C_library()
{
	in_image -- /busybox sh -c 'read -r _ name _ </proc/1/stat; echo "$name $$"; exit 7'
	assert_rc 7
	assert_err_empty
	assert_out '(nsinit) 2'
}

test_needs_no_loader()
{
	in_image --version
	assert_ok
	assert_out_has nsinit
}

test_ends_all_processes()
{
	in_image --grace 200ms -- /busybox sh -c '/busybox sh -c "trap : TERM; while :; do /busybox sleep 1; done" & exit 3'
	assert_rc 3
}

test_reports_a_missing_program()
{
	in_image -- /nonexistent
	assert_refused 127 "cannot execute '/nonexistent'"
}

# With the security module TOMOYO, execveat(2) fails with ENOENT if there is no /dev/fd.
test_runs_where_execveat_fails()
{
	run enosys -e ENOENT execveat -- nsunshare -rpm --root "$TMP/root" --mount-proc -- /nsinit -- /busybox echo ran
	assert_ok
	assert_out ran
}

test_passes_on_the_readiness_message()
{
	in_image --notify --status-fd 1 -- /busybox sh -c 'echo "socket $NOTIFY_SOCKET"'
	assert_rc 0
	assert_out_has 'socket @'
}

. shunit2
