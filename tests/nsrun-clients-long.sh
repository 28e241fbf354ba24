#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsrun-clients-long: runs systemd and nginx in a Debian 12 image, and 50 sandboxes at the same time.
# Runs as root and as an ordinary user.
# Runs only in check-long.
# Time limit: 300 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/nsrunlib.sh"
require_feature nslist
require_ns user mnt pid uts ipc net cgroup
# build-aux/check creates the image. If it is missing, skip the whole file before shunit2 starts,
# because shunit2 would report a skip in a test function as a failure.
[ -d "${NSUTILS_DEBIAN:-/none}" ] || skip 'needs the image of tests/helpers/debian-image.sh'
work_in "$TMP/work"
export XDG_RUNTIME_DIR="$TMP"
mkdir -p /run/nsutils 2>/dev/null

# await_name NAME: waits until nslist finds the program that `nsrun --name NAME` has started.
await_name()
{
	settle 100 nslist --show "name:$1" -t pid >/dev/null 2>&1
}

test_systemd_boots_and_halts()
{
	# Runs only as root.
	note_state
	nsrun --profile system --name box --overlay -R "$NSUTILS_DEBIAN" -- /lib/systemd/systemd --show-status=false \
		</dev/null >"$TMP/log" 2>&1 &
	pid=$!
	await_name box
	# retry until systemd has created the socket that systemctl connects to
	tries=0
	while [ $((tries += 1)) -lt 200 ]; do
		run nsenter2 -t name:box -a -- systemctl is-system-running --wait
		case $out in
		running | degraded) break ;;
		esac
		sleep 0.1
	done
	case $out in
	running | degraded) assertTrue 0 ;;
	*) fail "systemd is '$out' $err" && cat "$TMP/log" ;;
	esac
	run nsenter2 -t name:box -p -m -- ps -o comm= 1
	assert_out systemd
	run nsrun --stop box
	assert_ok
	wait "$pid"
	assertEquals 'halted: process 1 ends by SIGINT' 130 $?
	rm -f "$TMP/log"
	assert_no_leftovers
}

test_the_boot_is_visible_on_the_terminal()
{
	# Runs only as root.
	run pty -t 100 -e 'Multi-User System' -k 15 -e 'Reached target' -- nsrun --profile system --name tty --overlay -R "$NSUTILS_DEBIAN" -- \
		/lib/systemd/systemd --show-status=true
	assert_out_has 'Reached target'
	assertNotEquals 'pty reached all steps' 99 "$rc"
}

test_nginx_serves_a_file_and_stops()
{
	# Runs only as root.
	note_state
	echo hello >hello
	nsrun --profile service --name web --overlay -R "$NSUTILS_DEBIAN" --ro-bind "$PWD/hello:/var/www/html/hello" -- \
		nginx -g 'daemon off;' </dev/null >"$TMP/log" 2>&1 &
	await_name web
	tries=0
	while [ $((tries += 1)) -lt 100 ]; do
		# run the bash of the host in the network namespace of the container
		# shellcheck disable=SC2016
		run nsenter2 -t name:web -n -- bash -c 'exec 3<>/dev/tcp/127.0.0.1/80 &&
			printf "GET /hello HTTP/1.0\r\n\r\n" >&3 && cat <&3'
		[ "$rc" != 0 ] || break
		sleep 0.1
	done
	assert_out_has '200 OK'
	assert_out_has hello
	run nsrun --stop web
	assert_ok
	rm -f "$TMP/log" hello
	assert_no_leftovers
}

test_fifty_sandboxes_at_the_same_time()
{
	note_state
	n=0
	while [ $((n += 1)) -le 50 ]; do
		nsrun -- sh -c "echo run $n >file$n" &
	done
	wait
	run sh -c 'cat file* | sort -u | wc -l'
	assert_out 50
	rm -f file*
	assert_no_leftovers
}

. shunit2
