#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seed-user: the examples of articles on user namespaces: maps, how they look from other namespaces,
# and the capabilities that a process gains and loses.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns user
require_tool setpriv busybox ip

test_all_ids_are_nobody_without_a_map()
{
	run nsunshare -U -- sh -c 'id -u; id -g'
	assert_ok
	assert_out '65534
65534'
}

test_maps_the_callers_id_to_root()
{
	run nsunshare -r -- sh -c 'id -u; cat /proc/self/uid_map'
	assert_ok
	assert_out "0
         0 $(printf '%10s' "$(id -u)")          1"
}

test_maps_the_callers_id_to_another_id()
{
	run nsunshare --map-user=1000 --map-group=1000 -- sh -c 'id -u; id -g'
	assert_ok
	assert_out '1000
1000'
}

test_a_map_is_written_once()
{
	run nsunshare -r -- sh -c 'echo "0 0 1" | tee /proc/self/uid_map'
	assert_err_has 'Operation not permitted'
}

# The outside ids in uid_map are ids of the user namespace of the process that reads the file.
test_a_map_shows_other_outside_ids_to_another_namespace()
{
	start_holder nsunshare -r -- nsunshare --map-user=7 --map-group=7 -- sh -c 'echo $$ >&3; exec sleep 1000 3>&-'
	pid=$holder_line
	run cat "/proc/$pid/uid_map"
	assert_out "         7 $(printf '%10s' "$(id -u)")          1"
	run nsenter2 -t "$pid" -U -- cat "/proc/$pid/uid_map"
	assert_ok
	assert_out '         7          0          1'
	run nsidmap show -rno INSIDE,COUNT "$pid"
	assert_ok
	assert_out '7 1'
}

test_namespaces_nest_32_deep()
{
	run sh -c '
		chain="echo ran" n=0
		while [ $n -lt 31 ]; do chain="nsunshare -r -- $chain" n=$((n + 1)); done
		exec $chain'
	assert_ok
	assert_out ran
}

# The test sets the limit in a new user namespace, so the limit applies only to this test.
test_explains_a_limit_that_is_reached()
{
	run nsunshare -r -- sh -c 'echo 0 >/proc/sys/user/max_user_namespaces; nsunshare -r true'
	assert_refused 125 max_user_namespaces
}

test_root_inside_has_no_privilege_outside()
{
	run nsunshare -r -- sh -c 'id -u; hostname x'
	assert_out 0
	assert_err_has 'must be root'
	run nsunshare -r -u -- sh -c 'hostname x; hostname'
	assert_ok
	assert_out x
}

# The process keeps its ids and gains all capabilities in the namespace that it enters. It loses the
# capabilities in the namespace that it left.
test_a_process_that_joins_gains_all_capabilities()
{
	start_holder nsunshare -r -- sh -c 'echo $$ >&3; exec sleep 1000 3>&-'
	pid=$holder_line
	all=$(unshare -U -r sed -n 's/^CapEff:\t//p' /proc/self/status)
	run nsenter2 -t "$pid" -U -- sh -c 'id -u; sed -n "s/^CapEff:\t//p" /proc/self/status; hostname x'
	assert_out "0
$all"
	assert_err_has 'must be root'
}

# A process that has entered a user namespace has no privilege in the user namespace that it left.
# Even ping fails, because it needs a raw socket, and the entered user namespace does not own the
# network namespace.
test_a_process_that_joins_cannot_ping()
{
	[ "$(id -u)" != 0 ] || ip link set lo up
	start_holder nsunshare -r -- sh -c 'echo $$ >&3; exec sleep 1000 3>&-'
	if [ "$(id -u)" = 0 ]; then
		run busybox ping -c 1 127.0.0.1
		assert_rc 0
	fi
	run nsenter2 -t "$holder_line" -U -- busybox ping -c 1 127.0.0.1
	assert_rc 1
	assert_err_has 'permission denied'
	stop_holder
	# ping works in a network namespace that the entered user namespace owns
	start_holder nsunshare -r -n --lo -- sh -c 'echo $$ >&3; exec sleep 1000 3>&-'
	run nsenter2 -t "$holder_line" -U -n -- busybox ping -c 1 127.0.0.1
	assert_ok
}

. shunit2
