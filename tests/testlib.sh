# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# testlib.sh: functions that every shell test of the suite uses: requirements, running a command,
# and asserts on its result.
#
# A test file is called tests/TOOL-BEHAVIOUR.sh and looks like this:
#
#	#!/bin/sh
#	# SPDX-License-Identifier: GPL-2.0-or-later
#	# TOOL-BEHAVIOUR: one sentence.
#	# Runs as root and as an ordinary user.
#	# Time limit: 30 seconds.
#	# Runs only in check-long.
#	. "${0%/*}/testlib.sh"
#	require_ns time
#
#	test_refuses_a_wrapped_number()
#	{
#		run nstimeoffset -b 18446744073709551616 true
#		assert_refused 125 'out of range'
#	}
#
#	. shunit2
#
# The sentences after the first one are the tags of the file. `Runs as root.` and `Runs as an ordinary
# user.` select one mode only. The default of the time limit is 60 seconds. A file without the last tag
# runs in every check. `Runs in the initial pid namespace.` is explained in tests/run.
#
# If the first line in the body of a function is `# Runs only as root.` or `# Runs only as an ordinary
# user.`, the runner runs the function only in this mode. A function that makes no assert fails,
# unless `feature` or `kernel_call` reports that this machine lacks the feature under test.
#
# A function that tests a text or the test itself instead of a tool has `# Runs no tool: REASON` as
# the first line in its body. REASON is a sentence. All functions without this line must fail if
# the tools are replaced by stubs that do nothing (./bootstrap check-tests).
#
# A test file that is started directly passes itself to tests/run. The runner gives every file its
# own namespaces, /tmp, /run, passwd and subuid. A test may mount, kill and configure anything there
# without an effect on the machine. The ordinary user is nstest, in the root mode too. Its uid is
# $NSTEST_UID, and it has two ranges in subuid and two in subgid (see tests/run).
#
# shunit2 loses an assert made inside ( ) or a pipeline. Run the command first, and make the asserts
# afterwards in the function itself. Do not sleep to wait for an event: use start_holder, a FIFO or
# --ready-fd.

# The runner clears the environment and sets NSUTILS_TEST. If the variable is not set, the file was
# started without the runner.
if [ -z "${NSUTILS_TEST:-}" ]; then
	exec "${0%/*}/run" "$0"
fi

# The names of the cgroups that this test creates contain $own_cgroup, because all processes of the
# machine can see cgroups.
own_cgroup=${0##*/}
own_cgroup=$NSUTILS_RUN_ID-${own_cgroup%.sh}-$(id -u)
TMP=$(mktemp -d) || exit 1	# the runner removes $TMP, even if the test is killed
out='' err='' rc=''		# results of the last `run`; $TMP/out and $TMP/err hold the exact bytes
holder='' holder_line='' _holders=''

# ---- Requirements, at the beginning of a test file. If one of them is not met, the file exits
# before it reads shunit2.

# skip REASON: exits with status 77, which automake and the runner report as skipped. With
# NSUTILS_MUST_RUN=1, as in CI, a skip is a failure.
skip()
{
	printf 'skip: %s\n' "$*"
	[ "${NSUTILS_MUST_RUN:-0}" = 1 ] && exit 1
	exit 77
}

require_root()
{
	[ "$(id -u)" = 0 ] || skip 'needs root'
}

require_user()
{
	[ "$(id -u)" != 0 ] || skip 'needs an ordinary user'
}

require_tool()
{
	for _t; do
		command -v "$_t" >/dev/null || skip "needs the program $_t"
	done
}

# require_ns TYPE…: skips the test file unless the kernel has the namespace types and this user may
# create them.
require_ns()
{
	for _t; do
		[ -e "/proc/self/ns/$_t" ] || skip "the kernel has no $_t namespaces"
		case $_t in
		mnt) _t=mount ;;
		esac
		if [ "$(id -u)" = 0 ] || [ "$_t" = user ]; then
			unshare "--$_t" true
		else
			unshare --user "--$_t" true
		fi || skip "may not create a $_t namespace"
	done
}

# kernel_call NAME: returns 0 if the kernel has the system call. Otherwise, or if `tests/run
# --under` denies it, prints the line that the runner counts as n/a and returns 1. Use it in a
# function only if the test is impossible without the call: `kernel_call pidfd_getfd || return 0`.
# If the tool has a fallback, test the fallback instead.
kernel_call()
{
	_text=$(enosys --has "$1" 2>&1) && return 0
	if [ -n "$_text" ]; then
		echo "FAIL: $_text" >&2
		exit 1
	fi
	echo "n/a: there is no $1(2)"
	return 1
}

# require_kernel_call NAME…: skips the test file unless the kernel has all of these system calls.
require_kernel_call()
{
	for _t; do
		kernel_call "$_t" || exit 77
	done
}

# feature NAME: returns 0 if this machine has the feature. tests/known-absent lists the features,
# each with the command that detects it. Otherwise prints the line that the runner counts as n/a and
# returns 1. Use it in a function as `feature listns || return 0`. If the command cannot detect the
# feature (it exits with 125 or more), fails the test.
feature()
{
	_cmd=$(sed -n "s/^$1[ 	][ 	]*//p" "${0%/*}/known-absent")
	if [ -z "$_cmd" ]; then
		echo "FAIL: tests/known-absent has no feature $1" >&2
		exit 1
	fi
	_text=$(sh -c "$_cmd" 2>&1 >/dev/null) && return 0
	_status=$?
	if [ $_status -ge 125 ]; then
		echo "FAIL: the command for $1 in tests/known-absent exits with $_status: $_text" >&2
		exit 1
	fi
	echo "n/a: $1 is absent here"
	return 1
}

# require_feature NAME…: skips the test file unless the machine has all of these features. In
# contrast to skip(), this is not a failure with NSUTILS_MUST_RUN=1.
require_feature()
{
	for _t; do
		feature "$_t" || exit 77
	done
}

# ---- Running the test functions of a test file

# test_functions FILE MODE: prints the test functions of FILE that are run in MODE.
test_functions()
{
	awk -v mode="$2" '
		function put() { if (name != "") print name }
		match($0, /^test[A-Za-z0-9_]*\(\)/) { put(); name = substr($0, 1, RLENGTH - 2) }
		/^\t# Runs only as / && ($5 == "root." ? "root" : "user") != mode { name = "" }
		END { put() }' "$1"
}

# suite: shunit2 calls this function to learn which test functions it must run. Prints a line with
# the names of these functions for the runner, and makes each function report its name and the
# number of its asserts. $functions_of names another file that defines the functions.
# $functions_only is a regular expression that must match the whole name of a function.
suite()
{
	_mode=user
	[ "$(id -u)" != 0 ] || _mode=root
	_functions=$(test_functions "${functions_of:-$0}" "$_mode" |
		grep -xE "${functions_only:-.*}" | grep -xE "${NSUTILS_ONLY:-.*}" | xargs)
	echo "plan: $_functions"
	_strict_asserts
	if [ -z "$_functions" ]; then
		echo "shunit2:FATAL no function of this file is run in the mode $_mode"
		exit 1
	fi
	for _f in $_functions; do
		eval "_$_f() { echo 'test: $_f'; ${NSUTILS_BEFORE:+$NSUTILS_BEFORE $_f;}
			_asserts_before=\$__shunit_assertsTotal; $_f; _end_function; }"
		suite_addTest "_$_f"
	done
}

_end_function()
{
	_rc=$?
	# shellcheck disable=SC2154 # shunit2 sets it, and also reads the exit status that is kept here
	echo "asserts: $((__shunit_assertsTotal - _asserts_before))"
	return $_rc
}

# ---- Running commands

# run CMD…: runs CMD, sets $rc, $out and $err, and always returns 0. Standard input can be
# redirected as usual: run CMD <file.
run()
{
	_ran=$*
	"$@" >"$TMP/out" 2>"$TMP/err"
	rc=$? out='' err=''
	[ ! -s "$TMP/out" ] || out=$(tr -d '\0' <"$TMP/out")
	[ ! -s "$TMP/err" ] || err=$(tr -d '\0' <"$TMP/err")
	return 0
}

# as_nstest CMD…: runs CMD as the ordinary user nstest. Only for tests that run as root.
as_nstest()
{
	HOME=$TMP setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups -- "$@"
}

# fact KEY…: prints the value that the helper probe has printed after KEY in the last run, for
# example `fact ns mnt` or `fact uid-map`.
fact()
{
	printf '%s\n' "$out" |
		awk -v key="$* " 'index($0 " ", key) == 1 { print substr($0, length(key) + 1) }'
}

# start_holder CMD…: starts CMD in the background, in a new session, and returns after CMD has
# written a line to descriptor 3, as these commands do:
#	sh -c 'echo $$ >&3; exec sleep infinity 3>&-'
#	nsunshare --ready-fd 3 -- sleep infinity
# Sets $holder to its pid and $holder_line to the line. If CMD ends or closes descriptor 3 without a
# line, fails the test and returns 1. try_holder does the same but only returns 1.
try_holder()
{
	holder_line=''
	rm -f "$TMP/ready"
	mkfifo "$TMP/ready" || return 1
	setsid "$@" 3>"$TMP/ready" &
	holder=$!
	_holders="$_holders $holder"
	# shellcheck disable=SC2034 # the test reads holder_line
	if read -r holder_line <"$TMP/ready"; then
		rm -f "$TMP/ready"
		return 0
	fi
	return 1
}

start_holder()
{
	try_holder "$@" && return
	fail "the holder was never ready: $*"
	return 1
}

# await_program PID PROGRAM: waits until the process has executed the program or has ended. Waits for the
# command line, because in the middle of execve(2) the process already has the new name but no
# arguments and no environment.
await_program()
{
	while _words=$(tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline"); do
		case ${_words%% *} in
		"$2" | */"$2") return ;;
		esac
	done
}

# await_sleep PID: waits until the process has executed sleep(1) or has ended.
await_sleep()
{
	await_program "$1" sleep
}

# sleep_of PID: waits until a child of the process has executed sleep(1), and prints its pid. Fails if the
# process has ended.
sleep_of()
{
	until _child=$(pgrep -P "$1" -x sleep); do
		[ -e "/proc/$1" ] || return
	done
	await_sleep "$_child"
	echo "$_child"
}

# stop_holder [PID]: kills the process ($holder by default) and all processes in the process group
# that it leads.
stop_holder()
{
	_pid=${1:-$holder}
	kill -s KILL -- "-$_pid" 2>/dev/null || kill -s KILL "$_pid" 2>/dev/null
	wait "$_pid" 2>/dev/null
	# wait for the other processes in the process group: /proc lists each of them until it ends
	_tries=1000
	while kill -s 0 -- "-$_pid" 2>/dev/null && [ $((_tries -= 1)) -gt 0 ]; do
		sleep 0.01
	done
	_rest=''
	for _p in $_holders; do
		[ "$_p" = "$_pid" ] || _rest="$_rest $_p"
	done
	_holders=$_rest
}

stop_holders()
{
	for _p in $_holders; do
		stop_holder "$_p"
	done
	return 0
}

# settle N CMD…: repeats CMD every 0.1 seconds until it succeeds. N is the number of tries that an
# idle machine may need; settle tries up to 6 N times, because the machine may be busy. Returns the
# status of the last call. Use it to wait for work that the kernel does in the background.
settle()
{
	_tries=$(($1 * 6))
	shift
	until "$@"; do
		[ $((_tries -= 1)) -gt 0 ] || return 1
		sleep 0.1
	done
}

# remove_cgroup DIR: removes a cgroup. Retries, because a cgroup is busy until its last killed
# process has disappeared.
remove_cgroup()
{
	settle 20 _is_removed "$1"
	return 0
}

_is_removed()
{
	rmdir "$1" 2>/dev/null || [ ! -e "$1" ]
}

# tearDown: shunit2 calls this function after each test function. A test file that defines its own
# tearDown must call stop_holders there.
tearDown()
{
	stop_holders
}

# ---- Asserts on the last `run`. A failure prints the command and its results.

_verdict()
{
	if [ "$1" = 0 ]; then
		_shunit_assertPass
		return 0
	fi
	fail "$2"
	printf '\tran: %s\n\texit status: %s\n' "$_ran" "$rc"
	[ -z "$out" ] || printf '%s\n' "$out" | sed 's/^/	out: /'
	[ -z "$err" ] || printf '%s\n' "$err" | sed 's/^/	err: /'
	return 0
}

# _not_empty EXPECTED: fails the test and returns 1 if the expected value is empty. An expected
# value is usually empty because the command that prints it has failed.
_not_empty()
{
	[ -z "$1" ] || return 0
	fail 'the expected value is empty: use assert_empty, assert_out_empty or assert_err_empty'
	return 1
}

# _holds STATUS|CONDITION: returns 0 if the exit status is 0 or the shell command CONDITION succeeds.
_holds()
{
	case $1 in
	'') return 1 ;;
	*[!0-9]*) (eval "$1") >/dev/null 2>&1 ;;
	*) [ "$1" -eq 0 ] ;;
	esac
}

# _strict_asserts: replaces the asserts of shunit2 that pass if both values are empty, and the counter
# of shunit2, which starts expr(1) twice for each assert. Defines the asserts that shunit2 2.1.6
# (Debian 11) lacks, and those that are wrong there.
# shellcheck disable=SC2317 # the tests call them
_strict_asserts()
{
	_shunit_assertPass()
	{
		: $((__shunit_assertsPassed += 1)) $((__shunit_assertsTotal += 1))
	}

	# assertEquals [MESSAGE] EXPECTED ACTUAL: asserts that both values are equal and not empty.
	assertEquals()
	{
		[ $# = 3 ] || set -- '' "$@"
		_not_empty "$2" || return 0
		if [ "$2" = "$3" ]; then
			_shunit_assertPass
		else
			failNotEquals "$1" "$2" "$3"
		fi
	}

	# assertNotEquals [MESSAGE] UNEXPECTED ACTUAL: asserts that ACTUAL is neither UNEXPECTED nor
	# empty.
	assertNotEquals()
	{
		[ $# = 3 ] || set -- '' "$@"
		if [ -n "$3" ] && [ "$2" != "$3" ]; then
			_shunit_assertPass
		else
			failSame "$1" "$2" "$3"
		fi
	}

	# assertTrue [MESSAGE] STATUS|CONDITION, and assertFalse: replace the functions of shunit2
	# 2.1.6, which change the blanks of a CONDITION and expand its wildcards.
	assertTrue()
	{
		[ $# = 2 ] || set -- '' "$@"
		if _holds "$2"; then
			_shunit_assertPass
		else
			fail "$1"
		fi
	}

	assertFalse()
	{
		[ $# = 2 ] || set -- '' "$@"
		if _holds "$2"; then
			fail "$1"
		else
			_shunit_assertPass
		fi
	}

	# assertContains [MESSAGE] TEXT FRAGMENT: asserts that TEXT contains FRAGMENT, and that
	# FRAGMENT is not empty.
	assertContains()
	{
		[ $# = 3 ] || set -- '' "$@"
		_not_empty "$3" || return 0
		_has "$2" "$3"
		assertTrue "$1 <$3> expected in:<$2>" $?
	}

	# assertNotContains [MESSAGE] TEXT FRAGMENT: asserts that TEXT does not contain FRAGMENT,
	# and that FRAGMENT is not empty.
	assertNotContains()
	{
		[ $# = 3 ] || set -- '' "$@"
		_not_empty "$3" || return 0
		! _has "$2" "$3"
		assertTrue "$1 <$3> not expected in:<$2>" $?
	}
}

# assert_empty [MESSAGE] VALUE: asserts that VALUE is empty. Another assert of the same function
# must prove that VALUE would not be empty if there were something to print.
assert_empty()
{
	[ $# = 2 ] || set -- '' "$@"
	if [ -z "$2" ]; then
		_shunit_assertPass
	else
		fail "$1 nothing expected, but was:<$2>"
	fi
}

# assert_no_difference MESSAGE FILE FILE [OPTION…]: asserts that diff(1), called with the OPTIONs, can read
# both files and finds no difference.
assert_no_difference()
{
	_what=$1 _one=$2 _other=$3
	shift 3
	_text=$(diff -u "$@" "$_one" "$_other" 2>&1)
	assertTrue "$_what: $_text" $?
}

# assert_at_most [MESSAGE] LIMIT VALUE: asserts that VALUE is a number and not greater than LIMIT.
assert_at_most()
{
	[ $# = 3 ] || set -- '' "$@"
	case $3 in
	'' | *[!0-9]*) fail "$1 a number expected, but was:<$3>" ;;
	*)
		[ "$3" -le "$2" ]
		assertTrue "$1 at most $2 expected, but was:<$3>" $?
		;;
	esac
}

# assert_json FILTER: asserts that the standard output of the last run is JSON, and that jq's FILTER
# prints only "true" for it.
assert_json()
{
	[ "$(jq "$1" "$TMP/out")" = true ]
	_verdict $? "JSON expected for which this is true: $1"
}

# _has TEXT FRAGMENT: returns 0 if TEXT contains FRAGMENT, which is plain text and not a pattern.
_has()
{
	case $1 in
	*"$2"*) return 0 ;;
	esac
	return 1
}

assert_rc()
{
	[ "$rc" = "$1" ]
	_verdict $? "exit status $1 expected"
}

assert_out()
{
	_not_empty "$1" || return 0
	[ "$out" = "$1" ]
	_verdict $? "stdout expected: <$1>"
}

# assert_out_same TEXT: asserts that standard output equals TEXT, which may be empty. Use it for
# TEXT that another program printed.
assert_out_same()
{
	[ "$out" = "$1" ]
	_verdict $? "stdout expected: <$1>"
}

assert_out_has()
{
	_not_empty "$1" || return 0
	_has "$out" "$1"
	_verdict $? "stdout lacks <$1>"
}

assert_out_lacks()
{
	! _has "$out" "$1"
	_verdict $? "stdout has <$1>"
}

assert_err_has()
{
	_not_empty "$1" || return 0
	_has "$err" "$1"
	_verdict $? "stderr lacks <$1>"
}

assert_err_lacks()
{
	! _has "$err" "$1"
	_verdict $? "stderr has <$1>"
}

assert_out_empty()
{
	[ ! -s "$TMP/out" ]
	_verdict $? 'nothing on stdout expected'
}

assert_err_empty()
{
	[ ! -s "$TMP/err" ]
	_verdict $? 'nothing on stderr expected'
}

# assert_err_one_line: asserts that standard error consists of a line `tool: message`, followed only
# by lines that begin with `hint: ` and by the line that refers to --help after a usage error.
assert_err_one_line()
{
	awk 'NR == 1 && /^[a-z][a-z0-9]*: ./ { said = 1; next }
	     !/^(hint: .|Try .* --help)/ { bad = 1 }
	     END { exit said && !bad ? 0 : 1 }' "$TMP/err"
	_verdict $? "one line 'tool: message' on stderr expected"
}

# assert_refused RC FRAGMENT: asserts that the tool exited with RC, printed nothing on standard
# output, and printed one message that contains FRAGMENT. The message may report an input/output
# error only if FRAGMENT does.
assert_refused()
{
	assert_rc "$1"
	assert_out_empty
	assert_err_has "$2"
	assert_err_one_line
	_has "$2" 'Input/output error' || assert_err_lacks 'Input/output error'
}

# assert_ok: asserts that the command of the last run succeeded and printed nothing on standard
# error.
assert_ok()
{
	assert_rc 0
	assert_err_empty
}

# assert_program_waits FILE CMD…: asserts that CMD, which has the option --wait-fd 6, runs its program
# only after a byte has arrived on descriptor 6. The program must print FILE, which does not exist
# until shortly before the byte is written. Removes FILE.
assert_program_waits()
{
	_late=$1
	shift
	_ran=$* rc=0
	mkfifo "$TMP/go"
	exec 7<>"$TMP/go"
	"$@" 6<&7 7<&- >"$TMP/out" 2>"$TMP/err" &
	sleep 0.3	# a program that does not wait ends before the file exists
	echo late >"$_late"
	echo >&7
	exec 7<&-
	wait $! || rc=$?
	out=$(cat "$TMP/out") err=$(cat "$TMP/err")
	rm "$TMP/go" "$_late"
	assert_ok
	assert_out late
}

# ---- Changes that a run has not undone

# _state: prints mounts, living processes, host name, the files of $TMP, /tmp, /run and /dev/shm,
# network devices, and the cgroups of this test. Omits zombies, because only their parent can remove
# them. Starts no process while it lists the processes, so that the list contains only other
# processes.
_state()
{
	cat /proc/self/mountinfo
	uname -n
	sed 's/:.*//' /proc/sys/kernel/domainname /proc/net/dev
	_dirs=$TMP
	[ "$NSUTILS_TEST" = bare ] || _dirs="$TMP /tmp /run /dev/shm"
	# shellcheck disable=SC2086 # the directories are separate words
	find $_dirs -xdev -path "$TMP/out" -o -path "$TMP/err" -o -path "$TMP/state.*" -o \
		-path "${SHUNIT_TMPDIR%/tmp}" -prune -o -print 2>/dev/null | sort
	find /sys/fs/cgroup -type d -name "*$own_cgroup*" 2>/dev/null
	[ "$NSUTILS_TEST" = bare ] && return 0
	for _p in /proc/[0-9]*; do
		{ read -r _stat <"$_p/stat"; } 2>/dev/null || continue
		case ${_stat##*) } in
		Z* | X*) continue ;;
		esac
		echo "process ${_stat%% *}"	# without the name of the process, which execve(2) changes
	done
}

# note_state: stores what _state prints before a run, for assert_no_leftovers after the run. Both
# keep $out, $err and $rc.
note_state()
{
	_state >"$TMP/state.before"
}

_state_is_as_before()
{
	_state >"$TMP/state.after"
	[ -s "$TMP/state.after" ] &&
		! diff "$TMP/state.before" "$TMP/state.after" | grep '^[<>]' | grep -qv '^< process '
}

# assert_no_leftovers: asserts that _state prints what it printed when note_state was called. Ignores
# processes that have ended, because a killed process of an earlier function may disappear late.
# Retries, because on a loaded machine a killed process takes up to two seconds to disappear.
assert_no_leftovers()
{
	[ -s "$TMP/state.before" ] || {
		fail 'note_state was not called before'
		return 0
	}
	settle 20 _state_is_as_before
	_rc=$?
	_verdict $_rc 'something was left behind'
	[ $_rc = 0 ] && return 0
	diff "$TMP/state.before" "$TMP/state.after" | sed 's/^/	/'
	[ "$NSUTILS_TEST" = bare ] || ps -e -o pid,ppid,args | sed 's/^/	/'
	return 0
}
