#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# testbed-surroundings: checks that tests/run works in unusual surroundings: beside a second run, with
# another umask, without HOME, in a read-only or oddly named directory. Also checks the scripts
# end-all.sh and in-directory.sh.
# Runs as root and as an ordinary user.
# Time limit: 90 seconds.
. "${0%/*}/testlib.sh"

# Creates a second test bed. Its only test file starts a tool and uses a cgroup, a file in $TMP and
# the home directory. If the runner is root, it runs this file as root and as an ordinary user.
oneTimeSetUp()
{
	chmod 755 "$TMP"
	bed "$TMP/bed"
}

# bed DIR: creates a test bed in DIR, with the helpers and the tools of this build.
bed()
{
	mkdir -p "$1/tests" "$1/build/tests"
	cp "${0%/*}/run" "${0%/*}/testlib.sh" "${0%/*}/faultlib.sh" "${0%/*}/known-absent" "$1/tests"
	ln -s "$NSUTILS_HELPERS" "$1/build/tests/helpers"
	for tool in "$NSUTILS_BIN"/ns*; do
		ln -s "$tool" "$1/build/"
	done
	cat >"$1/tests/uses-all.sh" <<-'END'
		#!/bin/sh
		# Runs as root and as an ordinary user.
		. "${0%/*}/testlib.sh"
		test_all()
		{
			run nsunshare -U -r -- id -u
			assert_out 0
			run sh -c 'echo x >"$HOME/x" && cat "$HOME/x"'
			assert_out x
			assertEquals 'mode of a new file' 644 "$(: >"$TMP/f" && stat -c %a "$TMP/f")"
		}
		. shunit2
	END
}

# the counts that the runner must print: root runs test_all() twice, as root and as an ordinary user
if [ "$(id -u)" = 0 ]; then
	all='2 passed, 0 failed'
else
	all='1 passed, 0 failed'
fi

# runs COMMAND…: runs COMMAND, which starts the runner, and asserts that the test has passed.
runs()
{
	run "$@"
	assert_ok
	assert_out_has "$all"
}

test_two_runs_at_once_pass()
{
	for n in 1 2; do
		TMPDIR=$TMP "$TMP/bed/tests/run" "$TMP/bed/tests/uses-all.sh" >"$TMP/out.$n" 2>&1 &
		eval "run$n=$!"
	done
	# shellcheck disable=SC2154 # assigned by eval
	for n in 1:$run1 2:$run2; do
		wait "${n#*:}"
		assertEquals "status of run ${n%:*}" 0 $?
		assertContains "$(cat "$TMP/out.${n%:*}")" "$all"
	done
}

test_runs_with_another_umask()
{
	runs sh -c 'umask 077; exec "$0" "$1"' "$TMP/bed/tests/run" "$TMP/bed/tests/uses-all.sh"
}

test_runs_without_an_environment()
{
	runs env -i "$TMP/bed/tests/run" "$TMP/bed/tests/uses-all.sh"
}

test_runs_from_a_path_with_blanks()
{
	bed "$TMP/two  words"
	runs "$TMP/two  words/tests/run" "$TMP/two  words/tests/uses-all.sh"
}

# The runner copies what it needs, so it writes nothing to the source directory.
test_runs_from_a_read_only_source()
{
	bed "$TMP/fixed"
	if [ "$(id -u)" = 0 ]; then
		mount --bind "$TMP/fixed" "$TMP/fixed" && mount -o remount,bind,ro "$TMP/fixed"
	else
		chmod -R a-w "$TMP/fixed"
	fi
	run touch "$TMP/fixed/tests/x"
	assertNotEquals 'the source can be written' 0 "$rc"
	runs "$TMP/fixed/tests/run" "$TMP/fixed/tests/uses-all.sh"
	[ "$(id -u)" = 0 ] || chmod -R u+w "$TMP/fixed"
}

test_uses_another_directory_if_tmpdir_cannot_be_used()
{
	mkdir "$TMP/with blank"
	runs env TMPDIR="$TMP/with blank" "$TMP/bed/tests/run" "$TMP/bed/tests/uses-all.sh"
	runs env TMPDIR="$TMP/absent" "$TMP/bed/tests/run" "$TMP/bed/tests/uses-all.sh"
}

test_uses_another_directory_if_tmp_is_noexec()
{
	# Runs only as root.
	mkdir "$TMP/noexec"
	run mount -t tmpfs -o noexec,mode=1777 nsutils-test "$TMP/noexec"
	assert_ok
	runs env TMPDIR="$TMP/noexec" "$TMP/bed/tests/run" "$TMP/bed/tests/uses-all.sh"
	umount "$TMP/noexec"
}

test_runs_with_the_source_of_another_owner()
{
	# Runs only as root.
	bed "$TMP/foreign"
	chown -R "$NSTEST_UID:$NSTEST_UID" "$TMP/foreign"
	chmod 700 "$TMP/foreign"
	runs "$TMP/foreign/tests/run" "$TMP/foreign/tests/uses-all.sh"
}

# end-all.sh must end a process that ignores SIGTERM, a process in another session, and the
# processes of a pid namespace.
test_end_all_leaves_no_process()
{
	# without a pid namespace, pgrep(1) also finds the processes of another instance of this
	# test, so use an argument that differs between the instances
	long=$((100000 + $$))
	cat >"$TMP/leaves" <<-END
		#!/bin/sh
		trap '' TERM
		setsid sleep ${long}1 &
		nsunshare -U -r -p -f --kill-child -- env -i sleep ${long}2 &
		sleep ${long}3
	END
	chmod 755 "$TMP/leaves"
	for sig in INT:2 TERM:15 HUP:1; do
		setsid pristine "${0%/*}/helpers/end-all.sh" "$TMP/leaves" >"$TMP/out" 2>&1 &
		end_all=$!
		settle 100 sh -c 'pgrep -f "sleep ${0}1" && pgrep -f "sleep ${0}2" && pgrep -f "sleep ${0}3"' $long
		assertTrue 'the command has begun' $?
		kill -s "${sig%:*}" "$end_all"
		wait "$end_all"
		assertEquals "status after SIG${sig%:*}" "$((128 + ${sig#*:}))" $?
		settle 20 sh -c '! pgrep -f "sleep ${0}[123]"' $long
		assertTrue 'no process is left' $?
	done
}

test_end_all_returns_the_status_of_the_command()
{
	# Runs no tool: This test checks the helper end-all.sh of the test bed.
	run "${0%/*}/helpers/end-all.sh" sh -c 'exit 9'
	assert_rc 9
}

in_directory=${0%/*}/helpers/in-directory.sh

test_a_unit_test_runs_in_a_directory_below_tmpdir()
{
	# Runs no tool: This test checks the helper in-directory.sh of the test bed.
	mkdir "$TMP/own"
	run env TMPDIR="$TMP/own" "$in_directory" unit-program
	assert_ok
	assert_out_has "# $TMP/own/nsutils-test."
	assert_empty "$(ls -A "$TMP/own")"
	run env TMPDIR="$TMP/own" "$in_directory" sh -c 'mkdir "$TMPDIR/left" && exit 9'
	assert_rc 9
	assert_empty "$(ls -A "$TMP/own")"
}

# Makes /tmp and /var/tmp noexec. The directory of the test bed may be in one of them, so it becomes a
# separate mount first.
test_a_unit_test_runs_in_the_build_directory_if_tmp_is_noexec()
{
	# Runs only as root.
	# Runs no tool: This test checks the helper in-directory.sh of the test bed.
	mkdir "$TMP/build"
	# shellcheck disable=SC2016 # for the inner shell
	run env TMPDIR=/tmp unshare --mount sh -ec '
		mount --rbind "$0" "$0"
		for d in /tmp /var/tmp; do
			mount --rbind "$d" "$d"
			mount -o remount,bind,noexec "$d"
		done
		"$@"' "${0%/tests/*}" "$in_directory" --builddir "$TMP/build" unit-program
	assert_ok
	assert_out_has "# $TMP/build/nsutils-test."
	assert_empty "$(ls -A "$TMP/build")"
}

# ^C sends SIGINT to all processes in the process group, and kill(1) sends the signal to the script only.
test_a_unit_test_that_a_signal_ends_leaves_nothing()
{
	# Runs no tool: This test checks the helper in-directory.sh of the test bed.
	# without a pid namespace, pgrep(1) also finds the processes of another instance of this
	# test, so use an argument that differs between the instances
	name="unit-program $((100000 + $$))"
	mkdir "$TMP/ended"
	for sig in INT:2 TERM:15 HUP:1; do
		# shellcheck disable=SC2086 # two words
		TMPDIR=$TMP/ended WAITS=1 setsid pristine "$in_directory" $name >"$TMP/out" 2>&1 &
		script=$!
		settle 100 grep -qs "^# $TMP/ended/" "$TMP/out"
		assertTrue 'the program has begun' $?
		if [ "$sig" = INT:2 ]; then
			kill -s INT -- "-$script"
		else
			kill -s "${sig%:*}" "$script"
		fi
		wait "$script"
		assertEquals "status after SIG${sig%:*}" "$((128 + ${sig#*:}))" $?
		assert_empty "$(ls -A "$TMP/ended")"
		assert_empty "$(pgrep -f "$name")"
		rm -f "$TMP/out"
	done
}

. shunit2
