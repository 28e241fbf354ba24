#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsoci-podman-long: runs podman(1) with examples/nsoci as its OCI runtime.
# Runs as root.
# Runs only in check-long.
# Time limit: 600 seconds.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"
. "${0%/*}/ocilib.sh"
. "${0%/*}/podmanlib.sh"

oneTimeTearDown()
{
	podman rmi --all --force >/dev/null 2>&1
}

# remove_rest: deletes the containers that podman can no longer delete, because conmon or nsoci was
# killed.
remove_rest()
{
	for dir in /run/nsoci/*/; do
		[ ! -d "$dir" ] || "$TMP/engine/crun" delete --force "$(basename "$dir")"
	done
}

nothing_is_left()
{
	[ -z "$(ls /run/nsoci 2>/dev/null)" ] && ! pgrep -x conmon >/dev/null
}

test_run_passes_output_and_status()
{
	run start_container --rm box:1 sh -c 'echo out; echo err >&2; id -u; exit 7'
	assert_rc 7
	assert_out 'out
0'
	assert_err_has err
	assertTrue 'nothing is left' 'settle 50 nothing_is_left'
}

test_options_reach_the_program()
{
	echo content >"$TMP/file"
	run start_container --rm --read-only --tmpfs /t:size=1m --volume "$TMP/file:/mnt/file:ro" --user 33 --group-add 5 \
		--cap-add SYS_TIME --security-opt no-new-privileges --hostname box-name --env 'A=a b' --workdir /tmp \
		--sysctl net.ipv4.ip_forward=1 --oom-score-adj 100 --umask 077 --device /dev/full box:1 \
		sh -c 'id; hostname; echo "$A"; pwd; umask; cat /mnt/file /proc/self/oom_score_adj /proc/sys/net/ipv4/ip_forward
			grep -E "^(Cap(Prm|Amb)|NoNewPrivs|Seccomp):" /proc/self/status; touch /t/x && echo writable
			touch /x 2>/dev/null || echo read-only; ulimit -n'
	assert_rc 0
	assert_out 'uid=33(web) gid=33(web) groups=5,33(web)
box-name
a b
/tmp
0077
content
100
1
CapPrm:	0000000002000000
CapAmb:	0000000002000000
NoNewPrivs:	1
Seccomp:	2
writable
read-only
1024'
}

test_podman_init_and_terminal_work()
{
	# nsinit needs the C library, so mount its libraries into the container
	libraries=$(ldd "$(command -v nsinit)" | grep -o "/lib[^ ]*" | sed "s,.*,--volume &:&:ro,")
	# shellcheck disable=SC2086 # separate words
	run start_container --rm --init --init-path "$(command -v nsinit)" $libraries box:1 sh -c 'cat /proc/1/comm'
	assert_rc 0
	assert_out_has podman-init
	run pty -t 30 -e terminal -- podman run --rm -it --network none --cgroups=disabled --ulimit nofile=1024:1024 \
		--ulimit nproc=1000:1000 box:1 sh -c 'tty; test -t 0 && echo terminal'
	assert_rc 0
	assert_out_has /dev/console
}

test_podman_exec_logs_inspect_and_stop_work()
{
	start_container --detach --name one box:1 sh -c 'trap "echo stopping; exit 9" TERM; echo up; while :; do sleep 0.1; done' >/dev/null
	run podman exec --env B=1 one sh -c 'echo "$B $(cat /proc/1/comm)"; exit 4'
	assert_rc 4
	assert_out '1 sh'
	run pty -t 30 -e /dev/pts/0 -- podman exec -it one tty
	assert_rc 0
	assert_out_has /dev/pts/0
	pid=$(podman inspect one --format '{{.State.Pid}}')
	assertEquals sh "$(cat "/proc/$pid/comm")"
	run podman stop --time 5 one
	assert_rc 0
	assertEquals 'exited 9' "$(podman inspect one --format '{{.State.Status}} {{.State.ExitCode}}')"
	run podman logs one
	assert_out_has up
	assert_out_has stopping
	run podman start one
	assert_rc 0
	run podman kill --signal KILL one
	assert_rc 0
	podman wait one >/dev/null
	assertEquals 137 "$(podman inspect one --format '{{.State.ExitCode}}')"
}

test_errors_are_reported()
{
	run start_container --rm box:1 /bin/missing
	assertTrue 'the status is that of podman' "[ $rc -ge 125 ]"
	assert_err_has 'cannot set up the container'
	assertTrue 'nothing is left' 'settle 50 nothing_is_left'
}

test_a_killed_monitor_leaves_nothing_after_a_forced_removal()
{
	for victim in conmon nsoci; do
		start_container --detach --name two box:1 sleep 1000 >/dev/null
		pid=$(podman inspect two --format '{{.State.Pid}}')
		pkill -KILL -x $victim
		podman rm --force --time 0 two >/dev/null 2>&1
		remove_rest
		assertFalse "$victim: the program has ended" "kill -0 $pid 2>/dev/null"
		assertTrue "$victim: nothing is left" 'settle 50 nothing_is_left'
	done
}

test_a_create_that_is_killed_leaves_nothing_after_a_forced_removal()
{
	create="sh $TMP/engine/crun .* create " killed=0
	for after in 0 0.005 0.01 0.02 0.03 0.05; do
		start_container --detach --name three box:1 sleep 1000 >/dev/null 2>&1 &
		until pgrep -f "$create" >/dev/null || ! kill -0 $! 2>/dev/null; do :; done
		sleep $after
		# count only a process that had begun to create the container
		if pkill -KILL -f "$create" && [ -n "$(ls /run/nsoci)" ]; then
			killed=$((killed + 1))
		fi
		# conmon would wait until the program of the container closes its standard error
		pkill -KILL -f "$TMP/engine/crun"
		wait $!
		podman rm --force --time 0 three >/dev/null 2>&1
		remove_rest
		assertTrue "killed after $after s: nothing is left" 'settle 50 nothing_is_left'
		assertFalse "killed after $after s: no program runs" 'pgrep -x -f "sleep 1000" >/dev/null'
	done
	assertTrue 'nsoci create was killed' "[ $killed -gt 0 ]"
}

test_twenty_containers_run_at_once()
{
	for n in $(seq 20); do
		start_container --rm box:1 sh -c "echo number $n" >"$TMP/said.$n" 2>&1 &
	done
	wait
	assertEquals "$(seq -f 'number %g' 20)" "$(for n in $(seq 20); do cat "$TMP/said.$n"; done)"
	assertTrue 'nothing is left' 'settle 100 nothing_is_left'
}

. shunit2
