#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-answers-faults: checks that --containers, --find, --diff, --caps and --stale report a value
# that cannot be read, and that --strict then fails.
# Runs as root.
# Time limit: 120 seconds.
# shellcheck disable=SC2154 # testlib.sh sets rc, out and err
. "${0%/*}/testlib.sh"
# shellcheck disable=SC2034 # faultlib.sh reads it; check-long tries all faults
FAULT_MAX=20
. "${0%/*}/faultlib.sh"
. "${0%/*}/listfaultlib.sh"
require_ns user mnt uts net pid
require_tool ip

# steady: a filter that removes values that differ between two runs: the age, the memory, and the
# reference. The reference is PID instead of PID:INODE if there is no pidfd.
steady()
{
	sed -e '/"age":/d' -e '/"memory":/d' -e '/"ref":/d' -e '/"start":/d'
}

# start_target: starts a process in new namespaces, one of which has an IP address. Sets $target to
# its pid.
start_target()
{
	start_holder unshare -m -n -u -p -f --kill-child sh -c '
		hostname web; ip link set lo up; ip address add 10.7.0.1/24 dev lo; echo ready >&3 && exec sleep 1000 3>&-'
	target=$(pgrep -P "$holder")
	await_sleep "$target"
}

tearDown()
{
	stop_holders
	[ -z "${target-}" ] || tail -s 0.02 --pid="$target" -f /dev/null
	target=
}

test_containers_are_complete_or_the_failure_is_reported()
{
	start_target
	fault_all -f '1 3' -x "$ANSWERS" -c whole_or_reported -- nslist --containers -J
}

test_strict_fails_if_a_container_lacks_a_value()
{
	start_target
	fault_all -f '1 3' -x "$ANSWERS" -c same -- \
		nslist --containers --strict -rno NAME,NPROCS,TYPES,HOSTNAME,ADDRESS,ROOTFS,CGROUP,COMMAND
}

test_answers_are_complete_or_the_failure_is_reported()
{
	start_target
	for what in addr:10.7.0.1 link:lo name:web "pid:$target" mount:/proc; do
		fault_all -f '1 3' -x "$ANSWERS" -c whole_or_reported -- nslist --strict --find "$what" -o TYPE,NS,NAME,MATCH
	done
}

test_other_views_are_complete_or_the_failure_is_reported()
{
	start_target
	fault_all -f '1 3' -x "$ANSWERS" -c whole_or_reported -- nslist --diff $$ "$target" -t uts,net,user
	fault_all -f '1 3' -x "$ANSWERS" -c whole_or_reported -- nslist --caps $$ "net:$target"
	ip netns add blue
	umount /run/netns/blue
	fault_all -f '1 3' -x "$ANSWERS" -c whole_or_reported -- nslist --stale
	rm /run/netns/blue
}

. shunit2
