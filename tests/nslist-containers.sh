#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-containers: checks which groups of processes nslist --containers shows, and their columns.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/listlib.sh"
. "${0%/*}/cgrouplib.sh"
require_ns user uts pid mnt net ipc
require_tool jq ip
require_feature sandbox # other containers change the output

id64=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
containers=

# tearDown: waits until the pid namespaces of the containers have vanished, so that the next test
# does not see the containers. Also removes the cgroups.
tearDown()
{
	stop_holders
	for _pid in $containers; do
		tail -s 0.02 --pid="$_pid" -f /dev/null
	done
	containers=
	find /sys/fs/cgroup -depth -type d -path "*$own_cgroup*" 2>/dev/null | while read -r _dir; do
		remove_cgroup "$_dir"
	done
	return 0
}

# contain OPTIONS [CMD]: starts a shell in the new namespaces that OPTIONS of unshare(1) select. The
# shell runs CMD and then sleeps. Sets $box to the pid of the shell in the test's pid namespace. For
# an ordinary user, also creates a user namespace.
contain()
{
	_user='-U -r'
	[ "$(id -u)" != 0 ] || _user=
	# shellcheck disable=SC2086 # the options are separate words
	start_holder unshare $_user $1 sh -c "${2:-:}
		echo >&3; exec sleep infinity 3>&-"
	box=$holder
	case " $1 " in
	*' -p '*) box=$(pgrep -P "$holder") ;;
	esac
	await_sleep "$box"
	containers="$containers $box"
}

# rows: reads the JSON of the last run, and prints NAME and PID of each container.
rows()
{
	jq -r '.. | objects | select(has("pid")) | "\(.name) \(.pid)"' "$TMP/out"
}

# value KEY: reads the JSON of the last run, and prints the value of KEY of the container whose PID
# is $box.
value()
{
	jq -r ".. | objects | select(.pid? == $box) | .$1 | if type == \"array\" then join(\",\") else tostring end" "$TMP/out"
}

# in_cgroup PATH: moves process $box to a new cgroup PATH below the cgroup of this test, in all
# hierarchies.
in_cgroup()
{
	# shellcheck disable=SC2013 # mount points without blanks
	for _mount in $(awk '{ for (i = 7; $i != "-"; i++) ; if ($(i + 1) ~ /^cgroup2?$/) print $5 }' /proc/self/mountinfo); do
		mkdir -p "$_mount/$own_cgroup/$1" 2>/dev/null
		# Ignore an error, because a new cgroup of the version 1 cpuset controller accepts
		# no process until cpuset.cpus and cpuset.mems are set (cpuset(7)).
		echo "$box" >"$_mount/$own_cgroup/$1/cgroup.procs" 2>/dev/null
	done
	grep -q "$own_cgroup/$1" "/proc/$box/cgroup"
}

test_lists_nothing_without_containers()
{
	run nslist --containers -J
	assert_ok
	assert_empty "$(rows)"
	assert_json ".containers == []"
	run nslist --containers
	assert_ok
}

test_shows_a_pid_namespace_as_one_container_with_its_columns()
{
	contain '--kill-child -p -f -m -u -n -i' 'hostname web; unshare -m sleep infinity 3>&- &'
	run nslist --containers -J
	assert_ok
	assertEquals "web $box" "$(rows)"
	assertEquals 2 "$(value nprocs)"
	assertEquals web "$(value hostname)"
	assertEquals 'sleep infinity' "$(value command)"
	assertEquals "$(inode_of "$box" pid) pid" "$(value ns) $(value type)"
	assertTrue 'the namespaces of the container' "case $(value types) in mnt,uts,ipc,net,pid | mnt,uts,ipc,net,pid,user) true ;; *) false ;; esac"
	assert_at_most 600 "$(value age)"
	run nslist --containers -rno NAME,PID,NPROCS,HOSTNAME
	assert_ok
	assert_out "web $box 2 web"
	run nslist --containers
	assert_ok
	assert_out_has 'NAME'
	assertEquals 'NAME PID USER NPROCS TYPES HOSTNAME AGE MEMORY ADDRESS ROOTFS CGROUP COMMAND' "$(head -n 1 "$TMP/out" | xargs)"
	assertTrue 'the age has a unit' "grep -qE '^web .* [0-9]+[smh] ' '$TMP/out'"
}

test_reference_leads_nsenter2_into_the_container()
{
	contain '--kill-child -p -f -m -u -n -i' 'hostname web'
	run nslist --containers -rno REF
	assert_ok
	ref=$out
	run nsenter2 -t "$ref" -a -- hostname
	assert_ok
	assert_out web
	run nslist --containers -rno PID "$ref"
	assert_ok
	assert_out "$box"
	run nslist --containers -rno PID "$$"
	assert_ok
	assert_out_empty
	run nslist --containers -rno PID "pid:$(inode_of "$box" pid)"
	assert_ok
	assert_out "$box"
}

test_nests_a_container_in_a_container()
{
	contain '--kill-child -p -f -m -u -n -i' 'hostname outer; unshare -p -f -u --kill-child sh -c "hostname inner; exec sleep infinity 3>&-" &'
	until inner=$(pgrep -P "$(pgrep -P "$box" unshare)" 2>/dev/null); do
		:
	done
	await_sleep "$inner"
	run nslist --containers -J -o NAME,NPROCS
	assert_ok
	assertEquals outer "$(jq -r '.containers[].name' "$TMP/out")"
	assertEquals 'inner 1' "$(jq -r '.containers[].children[] | "\(.name) \(.nprocs)"' "$TMP/out")"
	run nslist --containers -n -o NAME
	assert_ok
	assertTrue 'the inner name is drawn below the outer one' "printf '%s\n' '$out' | sed -n 2p | grep -qE '^.+inner *$'"
	run nslist --containers -l -n -o NAME
	assert_ok
	assert_out "outer
inner"
}

test_prints_the_addresses_inside()
{
	contain '--kill-child -p -f -m -u -n -i' 'ip link set lo up; ip link add v0 type veth peer name v1; ip address add 10.9.8.7/24 dev v0; ip -6 address add fd00::7/64 dev v0 nodad; ip link set v0 up; ip link set v1 up'
	run nslist --containers -J
	assert_ok
	assertEquals '10.9.8.7,fd00::7' "$(value address)"
	run nslist --containers -n -o ADDRESS
	assert_ok
	assert_out '10.9.8.7,fd00::7'
}

test_reads_the_namespaces_of_a_rootless_container()
{
	if [ "$(id -u)" != 0 ]; then
		contain '--kill-child -p -f -u -n' 'hostname mine; ip link set lo up; ip address add 10.1.1.1/32 dev lo'
		run nslist --containers -J
	else
		# shellcheck disable=SC2016 # the inner shell expands it
		start_holder setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups unshare -U -r -p -f --kill-child -u -n sh -c '
			hostname mine; ip link set lo up; ip address add 10.1.1.1/32 dev lo; echo >&3; exec sleep infinity 3>&-'
		box=$(pgrep -P "$holder")
		containers=$box
		await_sleep "$box"
		run as_nstest nslist --containers -J
	fi
	assert_ok
	assertEquals "mine $box" "$(rows)"
	assertEquals 10.1.1.1 "$(value address)"
	assertEquals mine "$(value hostname)"
}

test_shows_a_sandbox_with_its_own_user_namespace()
{
	start_holder unshare -U -r sh -c 'echo >&3; exec sleep infinity 3>&-'
	box=$holder
	await_sleep "$box"
	run nslist --containers -J
	assert_ok
	assertEquals "sleep $box" "$(rows)"
	assertEquals user "$(value types)"
	assertEquals "$(inode_of "$box" user) user" "$(value ns) $(value type)"
}

# The parent process that waits in the new mount and user namespace must not count as a second
# container.
test_does_not_count_the_waiting_parent()
{
	start_holder nsunshare -U -r -m -p -f --mount-proc --ready-fd 3 -- sleep infinity
	box=$(pgrep -P "$holder")
	containers=$box
	await_sleep "$box"
	run nslist --containers -J --all
	assert_ok
	assertEquals "sleep $box" "$(rows)"
}

test_takes_the_name_of_a_run_first()
{
	dir=/run/nsutils
	[ "$(id -u)" = 0 ] || { mkdir -m 700 "$TMP/run"; export XDG_RUNTIME_DIR="$TMP/run"; dir=$TMP/run/nsutils; }
	start_holder nsunshare -U -r -u -p --hostname other --name my-run --ready-fd 3 -- sleep infinity
	settle 50 test -e "$dir/my-run.json"
	box=$(sleep_of "$holder")
	containers=$box
	run nslist --containers -rno NAME
	assert_ok
	assert_out my-run
	run nslist --find name:my-run -t uts -rno NS
	assert_ok
	assert_out "$(inode_of "$box" uts)"
}

test_shows_a_chain_of_the_suite()
{
	start_holder nsunshare -U -r -m -p -f --kill-child --ready-fd 3 -- nsinit -- nspivot --host-root --proc /proc -- sleep infinity
	box=$(pgrep -P "$holder")
	containers=$box
	until pgrep -P "$box" sleep >"$TMP/sleep"; do
		:
	done
	run nslist --containers -J
	assert_ok
	assertEquals "$box" "$(jq -r '.containers[].pid' "$TMP/out")"
	assertEquals 2 "$(value nprocs)"
}

test_takes_the_name_from_the_control_group()
{
	# Runs only as root.
	[ -n "$v2$v1cpu" ] || { feature cgroup2; return 0; }
	while read -r group name; do
		contain '--kill-child -p -f -m -u' 'hostname other'
		in_cgroup "$group" || fail "cannot move the process to $group"
		run nslist --containers -rno NAME "$box"
		assert_ok
		assert_out "$name"
		tearDown
	done <<-E
	docker-$id64.scope 0123456789ab
	docker/$id64 0123456789ab
	machine.slice/libpod-$id64.scope 0123456789ab
	kubepods.slice/cri-containerd-$id64.scope 0123456789ab
	kubepods.slice/crio-$id64.scope 0123456789ab
	kubepods/pod1/$id64 0123456789ab
	lxc.payload.web/init.scope web
	machine.slice/machine-web.scope/payload web
	machine.slice/systemd-nspawn@db.service/payload db
	system.slice/web.service web.service
	user.slice/session-3.scope other
	user.slice/user@0.service other
	E
}

test_hides_services_with_the_root_of_the_host()
{
	# Runs only as root.
	[ -n "$v2$v1cpu" ] || { feature cgroup2; return 0; }
	contain '-m'
	in_cgroup system.slice/private.service
	run nslist --containers -J
	assert_ok
	assert_json ".containers == []"
	run nslist --containers -J --all
	assertEquals "private.service $box" "$(rows)"
	tearDown
	contain '-m -U -r'
	in_cgroup system.slice/private.service
	run nslist --containers -J
	assert_json ".containers == []"
	run nslist --containers -J --all
	assertEquals "private.service $box" "$(rows)"
	tearDown
	mkdir "$TMP/root"
	contain '-m' "mount -t tmpfs r '$TMP/root'; cd '$TMP/root'; for d in bin lib lib64 usr proc old; do [ -e /\$d ] || [ \$d = old ] || continue; mkdir \$d; [ \$d = old ] || mount --rbind /\$d \$d; done; pivot_root . old; :"
	in_cgroup system.slice/private.service
	run nslist --containers -J
	assertEquals "private.service $box" "$(rows)"
	assertEquals tmpfs "$(value rootfs)"
}

# nslist finds the mount of the container's root directory by its id with statmount(2), or in
# mountinfo if the kernel lacks statmount(2) or if the caller may not use it.
test_prints_the_root_of_a_container_with_and_without_statmount()
{
	mkdir "$TMP/root"
	# fill: commands that bind-mount /usr, /bin and /lib of the host below the current directory
	fill='mkdir bin lib lib64 usr old; for d in bin lib lib64 usr; do [ ! -e /$d ] || mount --rbind /$d $d; done'
	new="mount -t tmpfs r '$TMP/root'; cd '$TMP/root'"
	contain '--kill-child -p -f -m' "$new; $fill; pivot_root . old"
	whole=$box
	contain '--kill-child -p -f -m' "$new; mkdir sub; mount --bind sub sub; cd sub; $fill; pivot_root . old"
	part=$box
	contain '--kill-child -p -f -m' "$new; mkdir sub; cd sub; $fill; exec /usr/sbin/chroot . /bin/sh -c 'echo >&3; exec sleep infinity 3>&-'"
	no_mount=$box
	for tool in '' 'enosys statmount --'; do
		# shellcheck disable=SC2086 # several words
		run $tool nslist --containers -J
		assert_rc 0
		box=$whole
		assertEquals "$tool: a file system" tmpfs "$(value rootfs)"
		box=$part
		assertEquals "$tool: a directory" tmpfs:/sub "$(value rootfs)"
		box=$no_mount
		assertEquals "$tool: no mount" null "$(value rootfs)"
	done
}

test_shows_no_row_for_ip_netns_exec()
{
	# Runs only as root.
	ip netns add blue
	start_holder ip netns exec blue sh -c 'echo >&3; exec sleep infinity 3>&-'
	run nslist --containers -J --all
	assert_ok
	assert_json ".containers == []"
	stop_holders
	start_holder ip netns exec blue unshare -p -f --kill-child sh -c 'echo >&3; exec sleep infinity 3>&-'
	box=$(pgrep -P "$holder")
	containers=$box
	run nslist --containers -J
	assert_ok
	assertEquals "blue $box" "$(rows)"
	ip netns del blue
}

test_prints_the_memory_of_the_control_group()
{
	# Runs only as root.
	dir=$(cgroup_mount cgroup memory)
	file=memory.usage_in_bytes
	[ -n "$dir" ] || dir=$v2 file=memory.current
	[ -n "$dir" ] || { feature cgroup2; return 0; }
	# the memory that a process has used stays in the control group in which it was allocated, so
	# write a file after the process has entered the control group
	contain '--kill-child -p -f'
	in_cgroup docker-$id64.scope
	mkdir "$TMP/memory"
	sh -c 'echo $$ >"$1/cgroup.procs" && mount -t tmpfs none "$2" &&
		head -c 8000000 /dev/zero >"$2/file"' sh "$dir/$own_cgroup/docker-$id64.scope" "$TMP/memory"
	run nslist --containers -J
	assert_ok
	umount "$TMP/memory"
	if [ -e "$dir/$own_cgroup/docker-$id64.scope/$file" ]; then
		# a control group counts pages in advance, up to 64 for each processor
		assertTrue "8000000 bytes and some pages: $(value memory)" \
			"[ $(value memory) -ge 8000000 ] && [ $(value memory) -lt $((10000000 + 300000 * $(nproc --all))) ]"
	else
		assertEquals null "$(value memory)"
	fi
}

test_refuses_options_that_do_not_fit()
{
	run nslist --all
	assert_refused 1 '--all requires --containers'
	run nslist --containers --limits
	assert_rc 1
	assert_err_has '--containers cannot be used with --limits'
	run nslist --containers -o NETNSID
	assert_rc 1
	assert_err_has "unknown column 'NETNSID'"
	run nslist --containers -H
	assert_ok
	assert_out_has 'IP addresses that others can reach'
}

. shunit2
