#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nspivot-sandbox: checks the sandbox preset, binds without a destination or without a source, and
# the console.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"
make_box
mkdir -p "$TMP/src"
echo content >"$TMP/src/file"

# own COMMAND…: runs the command in new namespaces, in which each id of the caller is mapped to
# itself.
own()
{
	if [ "$(id -u)" = 0 ]; then
		nsunshare -mp -- "$@"
	else
		nsunshare -cmp --keep-caps -- "$@"
	fi
}

test_sandbox_shows_the_host_read_only_and_hides_private_directories()
{
	mkdir "$TMP/home"
	: >"$TMP/home/secret"
	# the sandbox must hide a file in /tmp; this directory is the host's if the test runs without
	# the sandbox of tests/run
	of_host=$(mktemp /tmp/of-the-host.XXXXXX)
	run env HOME="$TMP/home" nspivot --explain --preset=sandbox
	assert_ok
	assert_out_has "--tmpfs=$TMP/home:mode=0700,nosuid,nodev"
	HOME=$TMP/home
	export HOME
	run own nspivot --preset=sandbox -- sh -c '
		id -u; ls -A /run; echo "$HOME"/*; ls -A /tmp | grep -c host; touch "$HOME/a" /tmp/b && echo ok
		stat -c %a "$HOME" /tmp; echo /proc/[0-9]*; touch /etc/x /usr/x'
	rm "$of_host"
	assert_rc 1
	assert_out_has "$(id -u)
$HOME/*
0
ok
700
1777
/proc/1"
	assertEquals 'both writes are refused' 2 "$(grep -c 'Read-only' "$TMP/err")"
	assertTrue 'the home directory of the host is unchanged' "[ -e $TMP/home/secret ] && [ ! -e $TMP/home/a ]"
}

test_sandbox_has_devices_shm_and_where_possible_pts()
{
	run own nspivot --preset=sandbox -- sh -c 'echo x >/dev/null && : >/dev/shm/x && grep -c " /dev/pts devpts" /proc/mounts'
	# determine if the kernel can mount devpts, because older kernels can do so only if user 0
	# is mapped
	pts=0
	own mount -t devpts none /mnt && pts=1
	assert_out $pts
	run in_ns nspivot --preset=sandbox -- grep -c " /dev/pts devpts" /proc/mounts
	assert_ok
	assert_out 1
}

test_sandbox_without_a_home_directory_hides_none()
{
	for home in / "$TMP/none" relative "/tmp/../etc" ''; do
		run env "HOME=$home" nspivot --explain --preset=sandbox
		assert_ok
		assertEquals "HOME=$home" 1 "$(grep -c -- --tmpfs "$TMP/out")"
	done
	mkdir "$TMP/a:b,c\\d"
	HOME="$TMP/a:b,c\\d"
	export HOME
	run own nspivot --preset=sandbox -- sh -c 'touch "$HOME/x" && ls "$HOME"'
	assert_ok
	assert_out x
}

test_devpts_try_ignores_only_a_missing_user_0()
{
	run nspivot --explain --devpts=/dev/pts:try,mode=0600 "$box"
	assert_ok
	# with and without the mount API
	for NSPIVOT_UNDER in '' 'enosys mount_setattr --'; do
		run box --proc=/proc --devpts=/dev/pts:try,mode=0600 "$box" -- /bin/grep -o 'devpts.*mode=600' /proc/mounts
		assert_ok
		run box --devpts=/dev/pts:try,nonsense=1 "$box" -- /bin/true
		assert_refused 125 '/dev/pts: cannot mount devpts: Invalid argument'
	done
	NSPIVOT_UNDER=
	# own does not map user 0 if an ordinary user runs it
	run own enosys mount_setattr -- nspivot --dir /dev --devpts=/dev/pts:try --bind=/bin/busybox "$box" -- /bin/busybox true
	assert_ok
}

test_bind_without_destination_uses_the_path_of_the_source()
{
	run box "--bind=$TMP/src" "--ro-bind=$TMP/src/file" --proc /proc "$box" -- \
		/bin/sh -c "cat $TMP/src/file; grep -c $TMP/src /proc/mounts; echo x >$TMP/src/file"
	assert_rc 1
	assert_out 'content
2'
	assert_err_has 'Read-only'
	run box "--bind=$TMP/src::ro" "$box" -- /bin/sh -c "echo x >$TMP/src/file"
	assert_rc 1
	assert_err_has 'Read-only'
	for arg in src fd:9 '' :/x; do
		run nspivot --explain "--bind=$arg" "$box"
		assert_refused 125 "--bind: invalid argument '$arg', expected <src>:<dst>"
	done
}

test_try_ignores_only_a_missing_source()
{
	run box "--bind-try=$TMP/none" "--ro-bind-try=$TMP/none:/none" "--bind-try=$TMP/src:/rw" \
		"--ro-bind-try=$TMP/src:/ro" "$box" -- \
		/bin/sh -c 'cat /rw/file /ro/file; echo /non*; touch /rw/new; touch /ro/new2'
	assert_rc 1
	assert_out 'content
content
/non*'
	assertTrue 'writable' "[ -e $TMP/src/new ]"
	rm -f "$TMP/src/new"
	assert_err_has 'Read-only'
	run box "--bind-try=$TMP/src/file/x:/x" "$box" -- /bin/true
	assert_refused 125 'Not a directory'
	run box "--bind=$TMP/none:/x" "$box" -- /bin/true
	assert_refused 125 'No such file'
}

test_console_is_the_terminal_of_the_caller()
{
	for NSPIVOT_UNDER in '' "$OLD_KERNEL"; do
		# shellcheck disable=SC2086 # separate words
		run pty sh -c 'tty; exec "$@"' sh "$(command -v nsunshare)" -rmp -- $NSPIVOT_UNDER nspivot \
			--proc=/proc --dev --console "$box" -- \
			/bin/sh -c 'stat -c "%t:%T" /dev/console; echo hello >/dev/console; stat -L -c "%t:%T" /proc/self/fd/0'
		assert_out_has hello
		assertEquals "$out" 2 "$(tr -d '\r' <"$TMP/out" | grep -c '^[0-9a-f]*:[0-9a-f]*$')"
		assertEquals 'one device' 1 "$(tr -d '\r' <"$TMP/out" | grep '^[0-9a-f]*:[0-9a-f]*$' | sort -u | wc -l)"
	done
	NSPIVOT_UNDER=
}

test_console_cannot_change_the_terminal()
{
	run pty nsunshare -rmp -- nspivot --tmpfs=/c --console=/c/tty "$box" -- \
		/bin/busybox chmod 777 /c/tty
	assert_out_has 'Read-only'
}

test_console_without_a_terminal_is_an_error_unless_try()
{
	run box --console "$box" -- /bin/true </dev/null
	assert_refused 125 'none of the descriptors 0 to 2 is a terminal'
	assert_err_has '--console=/dev/console:try'
	run box --console=/dev/console:try "$box" -- /bin/true </dev/null
	assert_ok
	assertTrue 'no file is created' "[ ! -e $box/dev/console ]"
}

. shunit2
