#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# testbed-runner: checks that tests/run and testlib.sh notice failures and other problems of a test
# file.
# Runs as root and as an ordinary user.
# Time limit: 120 seconds.
# shellcheck disable=SC2016 # the generated test files expand it
. "${0%/*}/testlib.sh"

good='test_good() { run true; assert_ok; }'

# Creates a second test bed below $TMP, with the helpers of this build. The file known-absent in it
# lists one feature that is absent, one that is present, and one whose command cannot be executed.
oneTimeSetUp()
{
	mkdir -p "$TMP/tests" "$TMP/build/tests"
	cp "${0%/*}/run" "${0%/*}/testlib.sh" "${0%/*}/faultlib.sh" "$TMP/tests"
	ln -s "$NSUTILS_HELPERS" "$TMP/build/tests/helpers"
	printf '%s\n' 'absent	false' 'present	true' 'broken	no-such-program' >"$TMP/tests/known-absent"
}

setUp()
{
	must=0 budget=60 only=
}

# with NAME LINE…: creates a test file NAME with these lines in the second test bed and runs it.
with()
{
	name=$1
	shift
	printf '%s\n' '#!/bin/sh' '# Runs as root and as an ordinary user.' "# Time limit: $budget seconds." \
		'. "${0%/*}/testlib.sh"' "$@" '. shunit2' >"$TMP/tests/$name.sh"
	# shellcheck disable=SC2086 # several words
	run env NSUTILS_MUST_RUN="$must" "$TMP/tests/run" $only "$TMP/tests/$name.sh"
}

test_counts_test_functions_instead_of_asserts()
{
	with two "$good" 'test_b() { run echo x; assert_rc 0; assert_out x; }'
	assert_rc 0
	assert_out_has 'two (user)'
	assert_out_has '2 passed, 0 failed '
}

test_a_failed_assert_fails_its_function_only()
{
	with bad "$good" 'test_bad() { run false; assert_rc 0; }'
	assert_rc 1
	assert_out_has 'FAIL bad (user): test_bad'
	assert_out_has 'exit status 0 expected'
	assert_out_lacks 'FAIL bad (user): test_good'
}

test_a_failed_assert_in_a_subshell_fails_the_function()
{
	with lost 'test_a() { (run false; assert_rc 0); return 0; }'
	assert_rc 1
	assert_out_has 'FAIL lost (user): test_a'
}

test_a_file_without_a_test_fails()
{
	with none
	assert_rc 1
	assert_out_has 'FAIL none (user): ran no test'
}

test_a_file_that_ends_early_fails()
{
	with early "$good" 'test_b() { exit 0; }' 'test_c() { return 0; }'
	assert_rc 1
	assert_out_has 'FAIL early (user): test_b'
	assert_out_has 'FAIL early (user): test_c: was not reached'
	assert_out_lacks 'FAIL early (user): test_good'
}

test_a_function_without_an_assert_fails()
{
	with silent "$good" 'test_silent() { run true; }' 'test_last() { run true; assert_ok; }'
	assert_rc 1
	assert_out_has 'FAIL silent (user): test_silent: makes no assert'
	assert_out_lacks 'FAIL silent (user): test_good'
	assert_out_lacks 'FAIL silent (user): test_last'
}

test_empty_values_are_not_accepted_as_equal()
{
	with empty 'test_equals() { assertEquals "" "$(false)"; }' \
		'test_not_equals() { assertNotEquals 5 ""; }' \
		'test_out() { run true; assert_out ""; }' \
		'test_number() { assert_at_most 5 ""; }' \
		'test_json() { run true; assert_json true; }' \
		'test_holder() { start_holder true; assertTrue 0; }' \
		'test_leftovers() { assert_no_leftovers; }' \
		'test_good() { run echo "{}"; assert_json ". == {}"; assert_empty ""; assert_at_most 5 5; }'
	assert_rc 1
	for t in equals not_equals out number json holder leftovers; do
		assert_out_has "FAIL empty (user): test_$t"
	done
	assert_out_lacks 'FAIL empty (user): test_good'
}

test_a_function_of_another_mode_is_not_run()
{
	with modes 'test_user() {' '	# Runs only as an ordinary user.' 'assertNotEquals 0 "$(id -u)"; }' 'test_root()' '{' \
		'	# Runs only as root.' 'assertEquals 0 "$(id -u)"; }' "$good"
	assert_rc 0
	assert_out_has 'modes (user)                                 2 passed, 0 failed'
	with nothing 'test_root() {' '	# Runs only as root.' 'assertEquals 0 "$(id -u)"; }'
	assert_rc 1
	assert_out_has 'no function of this file is run in the mode user'
}

test_a_function_without_its_feature_is_not_applicable()
{
	with na 'test_absent() { feature absent || return 0; assertTrue 0; }' \
		'test_partly() { assertTrue 0; feature absent || return 0; assertTrue 1; }'
	assert_rc 0
	assert_out_has '1 passed, 0 failed, 1 n/a'
}

test_a_run_without_a_result_fails()
{
	printf '%s\n' '#!/bin/sh' '# Runs as an ordinary user.' '. "${0%/*}/testlib.sh"' "$good" \
		'. shunit2' >"$TMP/tests/user-only.sh"
	run "$TMP/tests/run" --as user "$TMP/tests/user-only.sh"
	assert_rc 0
	assert_out_has '
1 passed, 0 failed'
	run "$TMP/tests/run" --as root "$TMP/tests/user-only.sh"
	assert_rc 1
	assert_out_has '
0 passed, 0 failed'
	assert_err_has 'no test was run'
}

test_a_file_of_another_suite_is_skipped()
{
	only='--suite long' with suite "$good"
	only=
	assert_rc 0
	assert_out_has '0 passed, 0 failed'
	only='--suite long --tap' with suite "$good"
	only=
	assert_rc 0
	assert_out_has 'ok 1 - suite # SKIP is in the suite check'
}

test_unknown_modes_suites_and_tags_are_refused()
{
	for only in '--as rot' '--suite chek'; do
		with unknown "$good"
		assert_rc 1
		assert_out_empty
		assert_err_has "'${only#* }'"
	done
	only=
	for tag in 'Runs only in check-lnog.' 'Runs only in check-long' 'Runs always in check-long.' \
		'Runs as an ordinary user and as root.' 'Time limit: 90 s.'; do
		printf '%s\n' '#!/bin/sh' '# Runs as root and as an ordinary user.' "# $tag" \
			'. "${0%/*}/testlib.sh"' "$good" '. shunit2' >"$TMP/tests/tag.sh"
		run "$TMP/tests/run" "$TMP/tests/tag.sh"
		assert_rc 1
		assert_out_empty
		assert_err_has "tag.sh: unknown tag: # $tag"
	done
}

test_only_option_runs_the_functions_that_match()
{
	only='--only test_b.*' with only "$good" 'test_b1() { assertTrue 0; }' 'test_xb2() { assertTrue 1; }'
	only=
	assert_rc 0
	assert_out_has '1 passed, 0 failed '
}

test_prints_tap_for_the_driver()
{
	only='--tap --as user'
	with tap "$good" 'test_bad() { assertEquals "x y" 1 2; }' \
		'test_absent() { feature absent || return 0; }'
	only=
	assert_rc 1
	assertEquals 'ok 1 - tap (user): test_good
not ok 2 - tap (user): test_bad
ok 3 - tap (user): test_absent # SKIP absent is absent here
1..3' "$(grep -v '^#' "$TMP/out")"
	assert_out_has '# ASSERT:x y'
}

test_unprivileged_skips_the_root_mode_with_a_reason()
{
	# Runs only as an ordinary user.
	only='--tap --as unprivileged' with tap "$good"
	only=
	assert_rc 0
	assert_out_has 'ok 1 - tap (root) # SKIP needs root: ./bootstrap check'
}

test_a_skip_is_a_failure_if_everything_must_run()
{
	with skips 'require_tool no-such-program' "$good"
	assert_out_lacks 'FAIL'
	assert_out_has 'skipped'
	must=1
	with skips 'require_tool no-such-program' "$good"
	assert_rc 1
	assert_out_has 'FAIL skips (user): '
	assert_out_has 'needs the program no-such-program'
}

test_an_absent_feature_is_not_applicable()
{
	must=1
	with absent 'require_feature absent' "$good"
	assert_out_lacks 'FAIL absent'
	assert_out_has '1 n/a'
	with present 'require_feature present' "$good"
	assert_rc 0
	assert_out_lacks 'n/a'
}

test_a_feature_missing_in_known_absent_fails()
{
	with unknown 'require_feature no-such-name' "$good"
	assert_rc 1
	assert_out_has 'tests/known-absent has no feature no-such-name'
}

test_a_feature_that_cannot_be_detected_fails()
{
	with broken 'require_feature broken' "$good"
	assert_rc 1
	assert_out_has 'the command for broken in tests/known-absent exits with 127'
	with broken 'test_broken() { assertTrue 0; feature broken || return 0; }'
	assert_rc 1
	assert_out_has 'FAIL broken (user): test_broken'
	assert_out_lacks 'n/a'
	with call 'test_call() { assertTrue 0; kernel_call no_such_call || return 0; }'
	assert_rc 1
	assert_out_has "unknown system call 'no_such_call'"
}

test_each_known_feature_is_used_and_its_command_is_valid()
{
	grep -v '^#' "${0%/*}/known-absent" >"$TMP/features"
	assertTrue 'there are features' "[ -s '$TMP/features' ]"
	while read -r name command; do
		grep -qE "feature ([a-z0-9-]+ )*$name( |;|\)|$)" "${0%/*}"/*.sh
		assertTrue "a test uses the feature $name" $?
		run sh -n -c "$command"
		assert_ok
	done <"$TMP/features"
}

test_a_file_that_exceeds_its_budget_is_killed()
{
	# allow five seconds, because on a busy machine some seconds may pass before the first test
	# function ends
	budget=$((5 * NSUTILS_SLOW))
	with slow "$good" 'test_a() { mkfifo "$TMP/never"; read -r x <"$TMP/never"; }' 'test_b() { return 0; }'
	assert_rc 1
	assert_out_has 'FAIL slow (user): test_a: did not end'
	assert_out_has 'FAIL slow (user): test_b: was not reached'
	assert_out_lacks 'FAIL slow (user): test_good'
	assert_out_has "FAIL slow (user): timed out after $budget s"
}

# ^C sends SIGINT to all processes in the process group of the runner, and kill(1) sends SIGTERM to
# the runner only. Each test has its own session, so neither signal reaches it directly.
test_a_signal_ends_the_tests_and_removes_their_files()
{
	chmod 755 "$TMP"
	# without a pid namespace, pgrep(1) also finds the processes of another instance of this
	# test, so use an argument that differs between the instances
	long=$((100000 + $$))
	printf '%s\n' '#!/bin/sh' '# Runs as root and as an ordinary user.' '. "${0%/*}/testlib.sh"' \
		"test_a() { echo begun; sleep $long; }" '. shunit2' >"$TMP/tests/waits.sh"
	for sig in INT:2 TERM:15 HUP:1; do
		number=${sig#*:} sig=${sig%:*}
		TMPDIR=$TMP setsid pristine "$TMP/tests/run" "$TMP/tests/waits.sh" >"$TMP/out" 2>&1 &
		runner=$!
		settle 100 sh -c 'grep -qs begun "$0"/nsutils-test.*/log/waits.user' "$TMP"
		assertTrue 'the test has begun' $?
		if [ "$sig" = INT ]; then
			kill -s INT -- "-$runner"
		else
			kill -s "$sig" "$runner"
		fi
		wait "$runner"
		assertEquals "status after SIG$sig" "$((128 + number))" $?
		assert_empty "$(find "$TMP" -maxdepth 1 -name 'nsutils-test.*')"
		assert_empty "$(pgrep -f "sleep $long")"
	done
}

test_a_process_left_running_is_reported()
{
	with leaves 'test_a() { sleep 1000 & await_sleep $!; run true; assert_ok; }'
	assert_rc 1
	assert_out_has 'FAIL leaves (user): left running:'
	assert_out_has '(sleep)'
}

# The runner of a file is a child of xargs, which stops if one of its children is killed. With -j 1,
# the file with the highest time limit runs first.
test_a_file_whose_runner_is_killed_fails_and_all_after_it()
{
	mode=user
	[ "$(id -u)" != 0 ] || mode=root
	cat >"$TMP/tests/kills.sh" <<-'END'
		#!/bin/sh
		# Runs as root and as an ordinary user.
		# Runs in the initial pid namespace.
		# Time limit: 50 seconds.
		. "${0%/*}/testlib.sh"
		test_a()
		{
			assertTrue 0
			parent=$$
			until [ "$(cat "/proc/$parent/comm")" = xargs ]; do
				pid=$parent
				parent=$(sed -n 's/^PPid:[[:blank:]]*//p' "/proc/$pid/status")
			done
			kill -s KILL "$pid"
		}
		. shunit2
	END
	budget=40
	with later "$good"
	assert_rc 0
	run "$TMP/tests/run" -j 1 --as "$mode" "$TMP/tests/kills.sh" "$TMP/tests/later.sh"
	assert_rc 1
	assert_out_has "FAIL kills ($mode): has no result"
	assert_out_has "FAIL later ($mode): has no result"
}

test_neither_environment_nor_descriptors_are_inherited()
{
	export NSUTILS_INHERITED=yes LC_ALL=xx_XX
	with env 'test_a() { run env; assert_out_lacks INHERITED; assert_out_has LC_ALL=C; }' \
		'test_b() { run probe; assert_out_lacks "fd 7"; }' 7</dev/null
	unset NSUTILS_INHERITED
	LC_ALL=C
	assert_rc 0
}

test_a_command_runs_before_each_function()
{
	only='--as user --before echo'
	with before "$good" 'test_bad() { run false; assert_rc 0; }'
	assert_out_has 'FAIL before (user): test_bad'
	assertEquals 'test_good test_bad' "$(grep -x 'test_[a-z]*' "$TMP/out" | xargs)"
}

test_check_refuses_a_family_of_other_lanes()
{
	feature source-tree || return 0
	for families in no-such-family faults '--long unit' 'static faults'; do
		# shellcheck disable=SC2086 # several words
		run sh "$NSUTILS_SOURCE/build-aux/check" $families
		assert_refused 2 "have no family '${families##* }'"
	done
}

# ^C sends SIGINT to all processes in the process group, and kill(1) sends the signal to the script only.
# The family runs a program that lasts until it is ended.
test_a_check_that_a_signal_ends_leaves_nothing()
{
	# Runs no tool: This test checks the script build-aux/check.
	feature source-tree || return 0
	mkdir -p "$TMP/tree/build-aux" "$TMP/tree/tests" "$TMP/stubs" "$TMP/ended"
	cp "$NSUTILS_SOURCE/build-aux/check" "$TMP/tree/build-aux"
	# without a pid namespace, pgrep(1) also finds the processes of another instance of this
	# test, so use an argument that differs between the instances
	long=$((100000 + $$))
	printf '#!/bin/sh\n' >"$TMP/tree/tests/run"
	printf '#!/bin/sh\nexec sleep %s\n' "$long" >"$TMP/stubs/shellcheck"
	chmod 755 "$TMP/tree/tests/run" "$TMP/stubs/shellcheck"
	for sig in INT TERM HUP; do
		PATH=$TMP/stubs:$PATH TMPDIR=$TMP/ended setsid pristine \
			sh "$TMP/tree/build-aux/check" static >"$TMP/out" 2>&1 &
		script=$!
		settle 100 pgrep -f "sleep $long" >"$TMP/pids"
		assertTrue 'the family has begun' $?
		[ $sig = TERM ] || kill -s $sig -- "-$script"
		[ $sig != TERM ] || kill -s TERM "$script"
		wait "$script"
		assertEquals "status after SIG$sig" 130 $?
		assert_empty "$(ls -A "$TMP/ended")"
		assert_empty "$(pgrep -f "sleep $long")"
	done
}

# assert_results EXPECTED LOG: asserts that build-aux/check prints the results EXPECTED for the TAP
# log LOG of a unit test.
assert_results()
{
	printf '%b' "$2" >"$TMP/tap"
	run sh "$NSUTILS_SOURCE/build-aux/check" --results 'p: ' <"$TMP/tap"
	assert_ok
	assertEquals "$2" "$1" "$(grep -v '^	' "$TMP/out" | paste -s -d ';')"
}

test_results_of_a_unit_test_are_compared_with_its_plan()
{
	feature source-tree || return 0
	ok='1..2\nok 1 - a\nok 2 - b # SKIP reason\n'
	assert_results 'ok p: a;n/a p: b # reason' "$ok"
	assert_results 'ok p: a;FAIL p: has 1 results, not 2' '1..2\nok 1 - a\n'
	assert_results 'FAIL p: has 0 results, not 2' '1..2\n'
	assert_results 'FAIL p: has no plan' 'ordinary output\n'
	assert_results 'FAIL p: has no plan' ''
	failed='1..2\nok 1 - a\nnot ok 2 - b\n'
	assert_results 'ok p: a;FAIL p: b' "$failed"
	assert_results 'ok p: a;FAIL p: b' "${failed}ERROR: exit status 1\n"
	assert_results 'ok p: a;FAIL p: b;FAIL p: exit status 139' "${failed}ERROR: exit status 139\n"
	for end in '' 'ERROR: exit status 1\n'; do
		assert_results 'FAIL p: a;FAIL p: has 1 results, not 2' "1..2\nnot ok 1 - a\n$end"
	done
	assert_results 'ok p: a;n/a p: b # reason;FAIL p: exit status 1' "${ok}ERROR: exit status 1\n"
}

test_enosys_hides_a_call()
{
	run enosys unshare -- unshare --user true
	assert_rc 1
	assert_err_has 'Function not implemented'
	run enosys -e ENOSPC unshare,setns -- unshare --user true
	assert_err_has 'No space left'
	run enosys nonsense -- true
	assert_rc 125
	assert_err_has "unknown system call 'nonsense'"
	run enosys setns -- no-such-program
	assert_rc 127
}

test_enosys_detects_system_calls_of_the_kernel()
{
	run enosys --has renameat2
	assert_ok
	run enosys renameat2 -- enosys --has renameat2
	assert_rc 1
}

test_failat_counts_lists_and_fails_calls()
{
	run failat --count -s openat,read -o "$TMP/report" -- cat /dev/null
	assert_ok
	assertEquals 2 "$(cat "$TMP/report")"
	run failat --list -s openat,read -o "$TMP/report" -- cat /dev/null
	assertEquals '1:openat:1 1:read:1' "$(cut -d' ' -f2 "$TMP/report" | xargs)"
	run failat -k 1:openat:1 -e EMFILE -o "$TMP/report" -- cat /dev/null
	assert_rc 1
	assert_err_has 'Too many open files'
	assertEquals 'failed 1:openat:1 EMFILE' "$(cat "$TMP/report")"
	run failat -s read -k 1 -e EIO -o "$TMP/report" -- cat /dev/null
	assert_rc 1
	assert_err_has 'Input/output error'
}

test_failat_follows_forks_but_not_the_final_program()
{
	run failat --list -s execve,fadvise64 -o "$TMP/report" -- sh -c '/bin/cat /dev/null; exit 3'
	assert_rc 3
	assertEquals 1.1:execve:1 "$(cut -d' ' -f2 "$TMP/report")"
	run failat -u cat --list -s execve,fadvise64 -o "$TMP/report" -- \
		/bin/sh -c 'exec /usr/bin/env /bin/cat'
	assertEquals '1:execve:1 1:execve:2' "$(cut -d' ' -f2 "$TMP/report" | xargs)"
}

test_failat_kills_and_reports_leftovers()
{
	run failat --kill 9 -k 1:openat:1 -o "$TMP/report" -- cat /dev/null
	assert_rc 137
	run failat --count -o "$TMP/report" -- sh -c 'sleep 1000 & exit 0'
	assert_rc 0
	assertContains "$(cat "$TMP/report")" 'left 1.1 in '
	run failat -t 10 --count -o "$TMP/report" -- sleep 1000
	assert_rc 124
	assertContains "$(cat "$TMP/report")" 'hangs 1 in clock_nanosleep'
}

# A pending signal makes the kernel restart fork(2).
test_failat_counts_a_restarted_call_once()
{
	run failat --count -s clone -k 1:clone:1 --kill 28 -o "$TMP/report" -- sh -c 'true & wait'
	assert_ok
	assertEquals 'sent 1:clone:1 28
1' "$(cat "$TMP/report")"
}

test_failat_counts_the_calls_of_all_threads_together()
{
	run failat --list -s mkdir,mkdirat -o "$TMP/report" -- \
		perl -e 'use threads; threads->create(sub { mkdir("/") })->join; mkdir("/")'
	assert_ok
	assertEquals '1:mkdir:1 1:mkdir:2' "$(cut -d' ' -f2 "$TMP/report" | sed s/mkdirat/mkdir/ | xargs)"
}

test_fault_all_detects_a_hidden_failure()
{
	with hidden '. "${0%/*}/faultlib.sh"' \
		'test_mute() { fault_all -- sh -c "echo x >/dev/null 2>&1 || exit 125; exec \"$FINAL\""; }' \
		'test_deaf() { fault_all -- sh -c "echo x >\"$TMP/out.x\"; exec \"$FINAL\""; }' \
		'test_file() { fault_all -- sh -c ": >$TMP/made && rm $TMP/made; exec \"$FINAL\""; }'
	assert_rc 1
	for t in mute deaf file; do
		assert_out_has "FAIL hidden (user): test_$t"
	done
	assert_out_has 'failed without a message'
	assert_out_has 'a mount, file or cgroup was left'
}

test_fault_all_detects_an_omitted_step()
{
	with less '. "${0%/*}/faultlib.sh"' \
		'test_less() { fault_all -- sh -c "prlimit --pid=\$\$ --nofile=64 2>/dev/null; exec \"$FINAL\""; }'
	assert_rc 1
	assert_out_has 'FAIL less (user): test_less'
	assert_out_has 'status of success, but other output'
	assert_out_has 'rlimit nofile'
}

test_fault_all_detects_a_command_that_does_nothing()
{
	with stub '. "${0%/*}/faultlib.sh"' \
		'test_exec() { fault_all -- true "$FINAL"; }' \
		'test_reporter() { fault_all -f 1 -- true; }' \
		'test_kill() { fault_kill -- true "$FINAL"; }'
	assert_rc 1
	for t in exec reporter kill; do
		assert_out_has "FAIL stub (user): test_$t"
	done
	assert_out_has 'the undisturbed run has done its work'
}

. shunit2
