#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsoci-rootless-long: runs podman(1) as an ordinary user with examples/nsoci as its OCI runtime.
# Runs as an ordinary user.
# Runs only in check-long.
# Time limit: 300 seconds.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"
. "${0%/*}/ocilib.sh"
. "${0%/*}/podmanlib.sh"

# podman keeps a process running so that its user namespace continues to exist.
oneTimeTearDown()
{
	podman system migrate >/dev/null 2>&1
}

test_runs_as_root_of_the_user_namespace()
{
	run start_container --rm box:1 sh -c 'id -u; cat /proc/self/uid_map | wc -l; hostname >/dev/null && exit 7'
	assert_rc 7
	assert_out '0
3'
}

test_keep_id_runs_with_the_id_of_the_user()
{
	run start_container --rm --userns=keep-id box:1 sh -c 'id -u; touch /tmp/file && ls -ln /tmp/file | cut -c1-10'
	assert_rc 0
	assert_out "$(id -u)
-rw-r--r--"
}

test_podman_exec_and_stop_work()
{
	start_container --detach --name one box:1 sh -c 'trap "exit 9" TERM; while :; do sleep 0.1; done' >/dev/null
	run podman exec one sh -c 'cat /proc/1/comm; exit 4'
	assert_rc 4
	assert_out sh
	podman stop --time 5 one >/dev/null
	assertEquals 9 "$(podman inspect one --format '{{.State.ExitCode}}')"
}

. shunit2
