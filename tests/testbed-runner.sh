#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# testbed-runner: the test bed notices what it is there to notice.
# as: root user
. "${0%/*}/testlib.sh"

# with NAME LINE…: a test file of that name, run as we are by a runner of its own.
with()
{
	name=$1
	shift
	{
		echo '#!/bin/sh'
		printf '%s\n' "$@"
	} >"$TMP/$name.sh"
	cp "${0%/*}/testlib.sh" "${0%/*}/known-absent" "$TMP"
	run env NSUTILS_MUST_RUN="${must:-0}" "${0%/*}/run" --bin "$NSUTILS_BIN" --builddir "$TMP" \
		"$TMP/$name.sh"
}

head_='# as: root user'
source_='. "${0%/*}/testlib.sh"'

setUp()
{
	must=0
}

test_counts_functions_not_asserts()
{
	with good "$head_" "$source_" 'test_a() { run echo x; assert_rc 0; assert_out x; }' 'test_b() { run true; assert_ok; }' \
		'. shunit2'
	assert_rc 0
	# per mode; and the machine
	assert_out_has "2 passed, 0 failed "
	assert_out_has " (user)"
}

test_a_failed_assert_fails_its_function_only()
{
	with bad "$head_" "$source_" 'test_a() { run false; assert_rc 0; }' 'test_b() { run true; assert_ok; }' '. shunit2'
	assert_rc 1
	assert_out_has 'FAIL bad (user): test_a'
	assert_out_has 'exit status 0 expected'
	assert_out_lacks 'FAIL bad (user): test_b'
}

test_an_assert_lost_in_a_subshell_is_found()
{
	with lost "$head_" "$source_" 'test_a() { (run false; assert_rc 0); return 0; }' '. shunit2'
	assert_rc 1
	assert_out_has 'FAIL lost (user): test_a'
}

test_a_file_without_a_test_fails()
{
	with none "$head_" "$source_" '. shunit2'
	assert_rc 1
	assert_out_has 'FAIL none (user): ran no test'
}

test_a_file_that_ends_early_fails()
{
	with early "$head_" "$source_" 'test_a() { run true; assert_ok; }' 'test_b() { exit 0; }' 'test_c() { return 0; }' '. shunit2'
	assert_rc 1
	assert_out_has 'FAIL early (user): '
}

test_a_skip_fails_only_where_everything_must_run()
{
	with skips "$head_" "$source_" 'require_tool no-such-program' 'test_a() { run true; assert_ok; }' '. shunit2'
	assert_out_lacks 'FAIL'
	assert_out_has 'skipped'
	must=1
	with skips "$head_" "$source_" 'require_tool no-such-program' 'test_a() { run true; assert_ok; }' '. shunit2'
	assert_rc 1
	assert_out_has 'FAIL skips (user): '
	assert_out_has 'needs the program no-such-program'
}

test_what_is_known_to_be_absent_is_no_skip()
{
	must=1
	with absent "$head_" "$source_" 'require_feature never' 'test_a() { run true; assert_ok; }' '. shunit2'
	assert_out_has 'tests/known-absent has no feature never'
	assert_rc 1
}

test_a_file_over_its_budget_is_ended()
{
	with slow "$head_" '# budget: 1' "$source_" 'test_a() { read -r x <"$TMP"/never; }' \
		'oneTimeSetUp() { mkfifo "$TMP/never"; }' '. shunit2'
	assert_rc 1
	assert_out_has 'FAIL slow (user): timed out after 1 s'
}

test_a_process_left_running_is_named()
{
	with leaves "$head_" "$source_" 'test_a() { sleep 1000 & run true; assert_ok; }' '. shunit2'
	assert_rc 1
	assert_out_has 'FAIL leaves (user): left running:'
	assert_out_has '(sleep)'
}

test_the_environment_is_not_inherited()
{
	export NSUTILS_INHERITED=yes LC_ALL=xx_XX
	with env "$head_" "$source_" 'test_a() { run env; assert_out_lacks INHERITED; assert_out_has LC_ALL=C; }' '. shunit2'
	unset NSUTILS_INHERITED
	LC_ALL=C
	assert_rc 0
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

test_enosys_knows_what_the_kernel_has()
{
	run enosys --has openat2
	assert_ok
	run enosys openat2 -- enosys --has openat2
	assert_rc 1
}

. shunit2
