#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsrun-runs: checks what a program sees in the profiles and with each option, and the exit status.
# Runs as root and as an ordinary user.
# Time limit: 120 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"
. "${0%/*}/cgrouplib.sh"
. "${0%/*}/nsrunlib.sh"
require_ns user mnt pid uts ipc net cgroup
make_box
ln -s busybox "$box/bin/hostname"
ln -s busybox "$box/bin/env"
work_in "$TMP/work"

test_sandbox_confines_the_program()
{
	: >"$HOME/secret"
	# shellcheck disable=SC2016 # for the inner shell
	run nsrun -- sh -c 'id -u; id -g; pwd; echo $HOME/* /tmp/* /run/*; touch here "$HOME/x" /tmp/x && echo written
		touch /etc/x 2>/dev/null || echo read-only; echo /proc/[0-9]*; ls /sys/class/net 2>/dev/null
		grep -h "^Cap\|^NoNew" /proc/self/status; tail -n +3 /proc/net/dev | cut -d: -f1; readlink /proc/self/ns/user'
	assert_ok
	assert_out_has "$(id -u)
$(id -g)
$TMP/work
$HOME/* /tmp/"
	assert_out_has '/run/*
written
read-only
/proc/1 /proc/2'
	assertEquals 'five empty capability sets' 5 "$(grep -c '^Cap.*:	0*$' "$TMP/out")"
	assert_out_has 'NoNewPrivs:	1'
	assert_out_has '    lo'
	assert_out_lacks "$(readlink /proc/self/ns/user)"
	assertTrue 'written to the working directory' "[ -e here ]"
	assertTrue 'not to the home directory' "[ ! -e '$HOME/x' ]"
}

test_sandbox_has_pseudo_terminals_and_no_controlling_terminal()
{
	require_tool script
	run nsrun -- script -qec 'tty' /dev/null </dev/null
	assert_rc 0
	assert_out_has /dev/pts/0
	run pty nsrun -- sh -c ': </dev/tty'
	assert_out_has '/dev/tty: No such device or address'
	assertNotEquals 0 "$rc"
}

# A file with file capabilities or the setuid bit gives no privilege.
test_sandbox_ignores_setuid_and_file_capabilities()
{
	# Runs only as root.
	cp "$(command -v id)" "$(command -v grep)" .
	chmod 4755 id
	setcap cap_net_raw+ep grep
	chown -R "$NSTEST_UID" . "$HOME"
	chmod 755 "$TMP"
	run as_nstest nsrun -- sh -c './id -u; ./grep CapEff /proc/self/status'
	assert_ok
	assert_out "$NSTEST_UID
CapEff:	0000000000000000"
}

test_build_can_write_only_to_its_directory()
{
	mkdir build
	run nsrun --profile build -- sh -c 'touch build/x && touch x'
	assert_rc 1
	assert_err_has 'Read-only'
	assertTrue 'written' "[ -e build/x ]"
	rm -r build
}

test_container_has_its_own_root_and_environment()
{
	# shellcheck disable=SC2016
	run env SECRET=1 nsrun -R "$box" --hostname box --setenv A=b -- /bin/sh -c 'hostname; cat /etc/hostname /etc/hosts
		id -u; env; pwd; echo /proc/[0-9]*; grep NoNew /proc/self/status'
	assert_ok
	assert_out_has 'box
box
127.0.0.1	localhost'
	assert_out_has 'A=b'
	assert_out_has 'HOME=/root'
	assert_out_lacks SECRET
	assert_out_has '/proc/1 '
	run nsrun -R "$box" -- /bin/ls /
	assert_out_has etc
	assert_out_lacks usr
	run nsrun --profile container -- sh -c 'echo x >/etc/x'
	assert_rc 2
	assert_err_has 'Read-only'
}

test_service_cannot_gain_privileges_and_can_notify()
{
	run env NOTIFY_SOCKET=/run/systemd/notify LANG=C SECRET=1 nsrun --profile service -R "$box" -- \
		/bin/sh -c 'grep NoNew /proc/self/status; ulimit -c; env'
	assert_ok
	assert_out_has 'NoNewPrivs:	1
0
'
	assert_out_has NOTIFY_SOCKET=/run/systemd/notify
	assert_out_lacks SECRET
}

test_system_runs_init_as_process_1()
{
	mkdir -p "$box/sbin"
	printf '#!/bin/sh\necho "pid $$ $container"; test -c /dev/console || echo no console\n' >"$box/sbin/init"
	chmod 755 "$box/sbin/init"
	run nsrun --profile system -R "$box" </dev/null
	assert_rc 0
	assert_out 'pid 1 nsutils
no console'
	run pty nsrun --profile system -R "$box"
	assert_rc 0
	assert_out_has 'pid 1 nsutils'
	assert_out_lacks 'no console'
}

test_as_selects_a_user_of_the_root_of_the_container()
{
	feature subids || return 0
	echo 'alice:x:1234:1235::/home/alice:/bin/sh' >"$box/etc/passwd"
	echo 'alice:x:1235:' >"$box/etc/group"
	for profile in container service; do
		# shellcheck disable=SC2016
		run nsrun --profile $profile -R "$box" --as alice -- /bin/sh -c 'id -u; id -g; echo "$HOME $USER"'
		assert_ok
		assert_out '1234
1235
/home/alice alice'
	done
	run nsrun -R "$box" --as bob -- /bin/true
	assert_refused 125 "has no user 'bob'"
	rm "$box/etc/passwd" "$box/etc/group"
}

test_bind_tmpfs_chdir_and_overlay_options_work()
{
	mkdir -p "$TMP/src"
	echo content >"$TMP/src/file"
	run nsrun --bind "$TMP/src:/tmp/a:b" --ro-bind "$TMP/src" --tmpfs /tmp/t --chdir /tmp/t -- true
	assert_refused 125 "nspivot: --bind: unknown option 'b'"
	run nsrun --bind "$TMP/src:/tmp/rw" --ro-bind "$TMP/src" --tmpfs /tmp/t --chdir /tmp/t -- \
		sh -c "pwd; cat /tmp/rw/file $TMP/src/file; touch x /tmp/rw/new; touch $TMP/src/new2"
	assert_rc 1
	assert_out '/tmp/t
content
content'
	assertTrue 'written' "[ -e $TMP/src/new ] && [ ! -e $TMP/src/new2 ]"
	feature overlay-userns || return 0
	run nsrun -R "$box" --overlay -- /bin/touch /new
	assert_ok
	assertTrue 'dropped' "[ ! -e $box/new ]"
	run nsrun -R "$box" "--overlay=$TMP/changes, x" -- /bin/touch /new
	assert_ok
	assertTrue 'saved' "[ ! -e $box/new ] && [ -e '$TMP/changes, x/upper/new' ]"
	run nsrun -R "$box" "--overlay=$TMP/changes, x" -- /bin/ls /new
	assert_ok
}

# an overlay of / is impossible, because the root of the host has mounts below it, such as /proc
test_overlay_of_the_host_root_names_the_mount_that_prevents_it()
{
	# Runs only as an ordinary user.
	feature overlay-userns && kernel_call open_tree || return 0
	run nsrun --overlay -- true
	assert_refused 125 'cannot mount overlay: Invalid argument'
	assert_err_has "use a layer without mounts below it: in a user namespace, the mount '/"
	assert_err_has "cannot be separated from '/'"
}

test_host_network_is_that_of_the_caller()
{
	run nsrun --net host -- readlink /proc/self/ns/net
	assert_ok
	assert_out "$(readlink /proc/self/ns/net)"
	[ ! -e /etc/resolv.conf ] || cp /etc/resolv.conf "$TMP/resolv.conf"
	for root in '' "$box"; do
		[ -e /etc/resolv.conf ] || continue
		run nsrun ${root:+-R} ${root:+"$root"} --net host -- /bin/cat /etc/resolv.conf
		assert_ok
		assertTrue 'the name servers of the caller' "cmp '$TMP/out' '$TMP/resolv.conf'"
	done
	run nsrun --net none -- readlink /proc/self/ns/net
	assert_ok
	assertNotEquals "$(readlink /proc/self/ns/net)" "$out"
}

test_bridge_connects_the_program()
{
	# Runs only as root.
	ip link add br0 type bridge
	ip addr add 10.77.0.1/24 dev br0
	ip link set br0 up
	run nsrun --net br0 -- ip -4 -o addr show dev eth0
	assert_rc 0
	assert_out_has 'inet 10.77.0.'
	ip link del br0
}

test_tty_gives_job_control_on_a_new_terminal()
{
	run pty -e ready -s 'exit 5\r' -- nsrun -t -- sh -c 'tty; stty -a >/dev/null; : </dev/tty && echo ready; read x; exit 5'
	assert_out_has ready
	assert_rc 5
}

test_limits_apply_and_the_control_group_is_removed()
{
	# Runs only as root.
	pids=$(cgroup_mount cgroup pids)
	[ -n "$pids$v2" ] || { feature cgroup-pids; return 0; }
	# the shell of the program is the third process, so it can create two more processes
	run nsrun --pids 4 --name "$own_cgroup" --with "nsunshare:--setup-outside=find /sys/fs/cgroup -name 'nsrun-$own_cgroup'" -- \
		sh -c 'for i in 1 2 3 4 5 6; do sleep 1 & done; wait'
	assert_err_has 'ork'
	assert_out_has "/nsrun-$own_cgroup"
	run find /sys/fs/cgroup -name "nsrun-$own_cgroup"
	assert_ok
	assert_out_empty
}

test_service_with_limits_of_its_profile()
{
	# Runs only as root.
	pids=$(cgroup_mount cgroup pids)
	[ -n "$pids$v2" ] || { feature cgroup-pids; return 0; }
	sed 's/^#   \(nsrun --pids=\).*/\14/; s/^#   \(nspivot --rlimit=nofile=\).*/\120:30/' \
		"$nsrun_data/profiles/service" >"$TMP/service"
	assertEquals 'the profile names both limits' 2 "$(diff "$nsrun_data/profiles/service" "$TMP/service" | grep -c '^>')"
	# shellcheck disable=SC2016 # for the inner shell
	run nsrun --profile "$TMP/service" --name "$own_cgroup" -R "$box" -- /bin/sh -c 'ulimit -n; ulimit -Hn
		for i in 1 2 3 4 5 6; do sleep 1 & done; wait'
	assert_out_has '20
30'
	assert_err_has 'ork'
	run find /sys/fs/cgroup -name "nsrun-$own_cgroup"
	assert_ok
	assert_out_empty
}

test_limits_without_a_delegated_control_group_give_a_hint()
{
	# Runs only as an ordinary user.
	run nsrun --pids 5 -- true
	assert_refused 125 cgroup
	assert_err_has 'hint: use a cgroup that is delegated to you'
}

test_exit_status_is_that_of_the_program()
{
	for status in 0 1 42 255; do
		run nsrun -- sh -c "exit $status"
		assert_rc $status
	done
	run nsrun -- /none
	assert_refused 127 "cannot execute '/none': No such file or directory"
	run nsrun -- /etc/passwd
	assert_refused 126 "cannot execute '/etc/passwd': Permission denied"
	run nsrun -R "$TMP/none" -- true
	assert_refused 125 "cannot open the new root '$TMP/none': No such file or directory"
	# shellcheck disable=SC2016
	run sh -c 'nsrun -- sh -c "kill -TERM \$\$"; echo $?'
	assert_out 143
}

test_input_output_and_descriptors_belong_to_the_program()
{
	run sh -c 'echo in | nsrun -- sh -c "cat; ls /proc/self/fd; echo out >&2"' 7</dev/null
	assert_rc 0
	assert_out 'in
0
1
2
3'
	assertEquals out "$err"
}

test_signal_to_nsrun_reaches_the_program()
{
	start_holder nsrun --with nsunshare:--keep-fd=3 --with nspivot:--keep-fd=3 -- \
		sh -c 'trap "exit 9" TERM; echo ready >&3; while :; do sleep 0.1; done'
	kill -TERM "$holder"
	wait "$holder"
	assertEquals 9 $?
	return 0
}

test_explain_shows_the_steps_of_each_tool()
{
	run nsrun --explain --hostname box -- prog
	assert_ok
	assert_out_has 'set the hostname'
	assert_out_has 'create the program'
	assert_out_has '--proc=/proc'
	assert_out_has 'execute prog'
	run nsunshare -m --explain -- nsinit --grace 1s -- nspivot --proc /proc "$box" -- /bin/true
	assert_ok
	assert_out_has '--proc=/proc'
	assert_out_has 'execute /bin/true'
	# nsunshare must execute the nspivot in the directory of nsunshare, because another program with this
	# name could perform its steps instead of printing them
	printf '#!/bin/sh\necho executed\n' >nspivot
	chmod 755 nspivot
	run nsunshare -m --explain -- ./nspivot --proc /proc "$box" -- /bin/true
	assert_ok
	assert_out_lacks executed
}

test_an_option_of_another_tool_gets_a_hint()
{
	while read -r option hint; do
		run nsrun "$option" -- true
		assert_refused 125 "unknown option '${option%%=*}'"
		assertEquals "hint: use '--with $hint'" "$(tail -n 1 "$TMP/err")"
	done <<-'EOT'
		--bind-try nspivot:--bind-try=<value>
		--bind-try=/x nspivot:--bind-try=<value>
		--no-new-privs nspivot:--no-new-privs
		--map-root-user nsunshare:--map-root-user
		--boottime nsunshare:--boottime=<value>
		--nat nsnet:--nat
		--group nsinit:--group
	EOT
	run nsrun --zzzz -- true
	assert_err_has "hint: see 'nsrun --help'"
}

. shunit2
