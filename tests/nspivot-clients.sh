#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nspivot-clients: checks that typical container programs work in a Debian 12 image with the docker
# and systemd presets.
# Runs as root.
# Runs only in check-long.
# Time limit: 180 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"
require_ns uts ipc net cgroup
# build-aux/check creates the image. If it is missing, skip the whole file before shunit2 starts,
# because shunit2 would report a skip in a test function as a failure.
[ -d "${NSUTILS_DEBIAN:-/none}" ] || skip 'needs the image of tests/helpers/debian-image.sh'

# docker COMMAND…: runs the command in the image $NSUTILS_DEBIAN with the docker preset. An overlay
# keeps the image unchanged.
docker()
{
	nsunshare -mpiuC --hostname box -- nsinit -- \
		nspivot --overlay "/:lower=$NSUTILS_DEBIAN,upper=tmpfs" --preset=docker --etc-hosts auto \
		"$NSUTILS_DEBIAN" -- "$@"
}

test_apt_and_ps_work()
{
	run docker sh -c 'apt-get --version && ps ax && cat /etc/hostname && id && touch /var/x'
	assert_ok
	assert_out_has 'apt 2.'
	assert_out_has nsinit
	assert_out_has 'uid=0(root)'
	assertFalse 'the image is unchanged' "[ -e '$NSUTILS_DEBIAN/var/x' ]"
}

test_dpkg_and_users_work_with_dockers_capabilities()
{
	run docker sh -c 'useradd -m someone && su someone -c id && dpkg --audit && chown someone /tmp && date >/dev/null'
	assert_ok
	assert_out_has 'uid=1000(someone)'
}

test_nginx_serves_a_file()
{
	ip link set lo up
	# shellcheck disable=SC2016 # the inner shell expands it
	run docker bash -c 'echo hello >/var/www/html/hello && nginx && exec 3<>/dev/tcp/127.0.0.1/80 &&
		printf "GET /hello HTTP/1.0\r\n\r\n" >&3 && cat <&3 && nginx -s quit'
	assert_rc 0
	assert_out_has '200 OK'
	assert_out_has hello
}

test_shell_has_job_control()
{
	# without -f, wait can return while the job is still stopped; bash then refuses to exit
	run pty -t 20 -e '# ' -s 'sh -c "echo ru\"\"n; exec sleep 1000"\r' -e run -s '^Z' -e topped \
		-e '# ' -s 'kill %1; wait -f %1; echo al""ive\r' -e alive -s 'exit 3\r' -- nsunshare -mpiuC -- nsinit -- nspivot --overlay \
		"/:lower=$NSUTILS_DEBIAN,upper=tmpfs" --preset=docker "$NSUTILS_DEBIAN" -- bash --norc -i
	assert_rc 3
	assert_out_lacks 'no job control'
}

test_program_is_contained()
{
	# shellcheck disable=SC2016
	run docker sh -c 'mount -t tmpfs x /mnt; mknod /dev/vda b 254 0 && cat /dev/vda; ls /proc/1/root/; for f in /proc/1/fd/*; do
		readlink $f; done; echo x >/proc/1/map_files/none; unshare -m true; echo ended'
	assert_rc 0
	assert_out_has ended
	assert_err_has 'ermission denied'
	assert_out_lacks "$NSUTILS_DEBIAN"
}

# The test waits with `systemctl is-system-running --wait` until systemd has booted. It does not
# wait for the message READY=1, which systemd sends to the socket in NOTIFY_SOCKET after the boot.
test_systemd_boots()
{
	mkfifo "$TMP/fifo"
	nsunshare -mpiunC --hostname box -- nspivot --overlay "/:lower=$NSUTILS_DEBIAN,upper=tmpfs" \
		--preset=systemd --file /dev/null:/etc/fstab --setenv container=nsutils "$NSUTILS_DEBIAN" -- \
		/lib/systemd/systemd --show-status=false </dev/null >"$TMP/log" 2>&1 &
	pid=$!
	first=
	while [ -z "$first" ] && kill -0 "$pid" 2>/dev/null; do
		first=$(ps -o pid= --ppid "$pid" | tr -d ' ')
	done
	# retry until systemd has created the socket that systemctl connects to
	tries=0
	while [ $tries -lt 100 ]; do
		run nsenter2 --target "$first" --all -- systemctl is-system-running --wait
		case $out in
		running | degraded) break ;;
		esac
		tries=$((tries + 1))
		sleep 0.1
	done
	case $out in
	running | degraded) ;;
	*) fail "systemd is '$out' $err" && cat "$TMP/log" ;;
	esac
	run nsenter2 --target "$first" --all -- sh -c 'ps -o comm= 1; systemctl is-active dbus nginx'
	assert_out_has systemd
	assert_out_has active
	nsenter2 --target "$first" --all -- kill -s RTMIN+4 1
	wait "$pid"
	assertEquals 'powered off: process 1 ends by SIGINT' 130 $?
}

. shunit2
