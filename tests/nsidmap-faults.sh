#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsidmap-faults: checks that a failed system call is reported and never leads to a wrong answer.
# Runs as root and as an ordinary user.
# Time limit: 60 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/faultlib.sh"
preload_nss
# the account whose ranges the tests ask for: nstest, or the user if the test runs without the sandbox
name=$(id -un "$NSTEST_UID")

test_plan_reports_failed_calls()
{
	feature sandbox || return 0
	FAULT_MAX=20 fault_all -f 1 -- nsidmap plan --style lxc --user "$name"
}

test_show_and_translate_report_failed_calls()
{
	FAULT_MAX=12 fault_all -f 1 -- nsidmap show -n -o INSIDE,UID,GID
	FAULT_MAX=12 fault_all -f 1 -- nsidmap translate 0 5
}

test_subids_by_name_reports_failed_calls()
{
	# success is accepted if openat(2) fails with ENOENT (option -x of fault_all), because a
	# missing subuid or subgid file means that the user has no ranges
	FAULT_MAX=12 fault_all -f 1 -x 'openat:[0-9]+ ENOENT' -- nsidmap subids "$name"
}

# If nsidmap cannot read the passwd file, it must not report that the user does not exist. The
# option -x of fault_all accepts ENOENT of openat(2), because a missing file means that there are no
# users. If a later NSS module answers, NSS discards the error of an earlier module.
test_subids_by_uid_reports_failed_calls()
{
	FAULT_MAX=20 fault_all -f 1 -x 'openat:[0-9]+ ENOENT' -- \
		nsidmap subids "$NSTEST_UID"
}

test_scan_reports_failed_calls()
{
	mkdir "$TMP/tree"
	touch "$TMP/tree/a" "$TMP/tree/b"
	run nsidmap scan -rn --map "u:0:$(id -u):1,g:0:4242:1" -o KIND,ID,FILES "$TMP/tree"
	assert_rc 1
	assert_out "gid $(id -g) 3"
	FAULT_MAX=20 fault_all -f '1 3' -o none -- nsidmap scan --strict -n --map like:self "$TMP/tree"
}

test_chown_reports_failed_calls()
{
	# Runs only as root.
	mkdir "$TMP/own"
	touch "$TMP/own/a" "$TMP/own/b"
	mkdir -p /run/nsutils
	# Each run first resets the owners, which the run before it has changed. It removes the
	# journal, because a run that fails may leave an empty one. -x accepts ENOENT of openat(2),
	# which means that another process has removed the file.
	FAULT_MAX=60 fault_all -f 1 -o none -x ':openat:[56] ENOENT' -b nsidmap -u rm \
		-c '[ "$(find "$TMP/own" -uid 0 -o -gid 0)" = "" ]' -- \
		sh -c 'chown -R 0:0 "$1" && nsidmap chown --from u:0:0:9,g:0:0:9 \
			--to u:0:100000:9,g:0:100000:9 "$1"
		rc=$?; rm -f /run/nsutils/chown-*; exit $rc' sh "$TMP/own"
}

test_mount_reports_failed_calls()
{
	# Runs only as root.
	kernel_call mount_setattr || return 0
	mkdir "$TMP/src"
	FAULT_MAX=30 fault_all -- nsidmap mount --map u:0:5:1,g:0:6:1 --fd 9 "$TMP/src" -- "$FINAL"
}

# The program prints its maps and ids, which must equal those of an undisturbed run.
test_run_reports_failed_calls()
{
	FAULT_MAX=30 fault_all -- nsidmap run "$(nsidmap plan --root --format arg)" -- "$FINAL"
}

# Each run writes the map of a new process, because a map can be written only once.
test_write_reports_failed_calls()
{
	cat >"$TMP/write" <<-'SCRIPT'
		#!/bin/sh
		mkfifo "$0.ready"
		unshare --user sh -c 'echo >"$0"; exec sleep infinity' "$0.ready" &
		read -r line <"$0.ready"
		rm "$0.ready"
		nsidmap write "$!" "$1"
		rc=$?
		[ "$rc" != 0 ] || sed 's/  */ /g' "/proc/$!/uid_map" "/proc/$!/gid_map"
		kill "$!"
		exit "$rc"
	SCRIPT
	chmod 755 "$TMP/write"
	FAULT_MAX=30 fault_all -b nsidmap -f 1 -- "$TMP/write" "$(nsidmap plan --root --format arg)"
}

test_reports_failed_output()
{
	for verb in show plan "subids $name" 'translate 0' 'merge u:0:0:1,g:0:0:1' --help 'plan --help' --version; do
		# shellcheck disable=SC2086 # several words
		nsidmap $verb >/dev/full 2>"$TMP/said"
		run echo $?
		assert_out 1
		run cat "$TMP/said"
		assert_out_has 'cannot write to standard output: No space left on device'
		# shellcheck disable=SC2086
		nsidmap $verb >&- 2>"$TMP/said"
		run echo $?
		assert_out 1
	done
}

# The message must name the first error, which stopped the command, and not a later error that the
# first one caused.
test_reports_the_first_error()
{
	# Runs only as root.
	kernel_call mount_setattr && feature tmpfs-idmap || return 0
	mkdir -p "$TMP/from" "$TMP/to"
	set -- nsidmap mount --map u:0:100000:9,g:0:100000:9 "$TMP/from" "$TMP/to"
	run unshare -m failat -s openat,openat2,pidfd_open --list -o "$TMP/report" -- "$@"
	assert_rc 0
	points=$(wc -l <"$TMP/report")
	failed=0 k=0
	while [ $((k += 1)) -le "$points" ]; do
		run unshare -m failat -s openat,openat2,pidfd_open -k $k -e EMFILE -o "$TMP/report" -- "$@"
		[ "$rc" != 0 ] || continue
		failed=$((failed + 1))
		assert_err_has 'Too many open files'
		assert_err_one_line
	done
	rm -f "$TMP/report"
	assertTrue "runs that failed: $failed" "[ $failed -gt 0 ]"
}

. shunit2
