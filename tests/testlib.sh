# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# testlib.sh: what every shell test of the suite shares: requirements, one way to run a command,
# asserts on it.
#
# A test file, tests/TOOL-BEHAVIOUR.sh:
#
#	#!/bin/sh
#	# SPDX-License-Identifier: GPL-2.0-or-later
#	# TOOL-BEHAVIOUR: one sentence.
#	# as: root user		the modes it is run in: root, user, or both
#	# budget: 30		seconds until it is ended, default 60
#	# suite: long		only for `bootstrap check-long`; default check
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
# A function that applies to one mode says so in the comment right above it, `# as: root` or
# `# as: user`, and is not run in the other one. A function that makes no assert fails, unless it
# found with `feature` or `kernel_call` that this machine lacks what it tests.
#
# A function that tests no tool, but a text or the test itself, says `# no tool: WHY` in that comment.
# All others must fail where the tools do nothing (./bootstrap check-tests).
#
# Started by hand it hands itself to tests/run, which gives every file namespaces, /tmp, /run,
# passwd and subuid of its own: mount, kill and configure what you like, nothing reaches the
# machine. The ordinary user is nstest (NSTEST_UID, two subuid and two subgid ranges, see
# tests/run), in the root mode too.
#
# shunit2 loses an assert made inside ( ) or a pipeline: run first, assert afterwards, in the
# function itself. Never sleep to wait for something: start_holder, a FIFO, or --ready-fd.

# The runner clears the environment and sets this, so there is no other way in.
if [ -z "${NSUTILS_TEST:-}" ]; then
	exec "${0%/*}/run" "$0"
fi

# what the names of a test's cgroups contain, which are there for the whole machine
own_cgroup=${0##*/}
own_cgroup=$NSUTILS_RUN_ID-${own_cgroup%.sh}-$(id -u)
TMP=$(mktemp -d) || exit 1	# removed by the runner, whatever becomes of us
out='' err='' rc=''		# of the last `run`; $TMP/out and $TMP/err hold the bytes
holder='' holder_line='' _holders=''

# ---- Requirements, at the top of a file: not met, the file ends before shunit2 is read.

# skip REASON: 77 for automake and the runner; in CI, where everything must run, a failure.
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

# require_ns TYPE…: the kernel has the types and this user may create them.
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

# kernel_call NAME: whether the kernel has the system call. Where it has not, or it is denied on
# purpose (tests/run --under), says so in the words the runner counts as n/a. For what cannot be had
# without it, in a function: `kernel_call pidfd_getfd || return 0`; what has a fall-back is tested
# with it.
kernel_call()
{
	enosys --has "$1" && return 0
	echo "n/a: there is no $1(2)"
	return 1
}

# require_kernel_call NAME…: the same for a whole file.
require_kernel_call()
{
	for _t; do
		kernel_call "$_t" || exit 77
	done
}

# feature NAME: whether the feature, listed in tests/known-absent with the command that finds it,
# is here. Where it is not, says so in the words the runner counts as n/a. For a single function:
# `feature listns || return 0`.
feature()
{
	_cmd=$(sed -n "s/^$1[ 	][ 	]*//p" "${0%/*}/known-absent")
	if [ -z "$_cmd" ]; then
		echo "FAIL: tests/known-absent has no feature $1"
		exit 1
	fi
	sh -c "$_cmd" >/dev/null 2>&1 && return 0
	echo "n/a: $1 is absent here"
	return 1
}

# require_feature NAME…: the same for a whole file. The only skip that CI accepts.
require_feature()
{
	for _t; do
		feature "$_t" || exit 77
	done
}

# ---- The functions of a file

# test_functions FILE MODE: prints the test functions of FILE that are run in MODE.
test_functions()
{
	awk -v mode="$2" '
		/^# as: /	{ as = " " substr($0, 7) " " }
		/^#/		{ next }
		match($0, /^test[A-Za-z0-9_]*\(\)/) && (as == "" || index(as, " " mode " ")) {
			print substr($0, 1, RLENGTH - 2)
		}
				{ as = "" }' "$1"
}

# shunit2 calls suite() for the functions to run. The runner reads the plan, and for each function
# the number of its asserts. $functions_of names another file that has the functions, and
# $functions_only, a regular expression for whole names, those of them that are run.
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
		eval "_$_f() { _asserts_before=\$__shunit_assertsTotal; $_f; _end_function; }"
		suite_addTest "_$_f"
	done
}

_end_function()
{
	_rc=$?
	# shellcheck disable=SC2154 # of shunit2, as is the value that is kept here
	echo "asserts: $((__shunit_assertsTotal - _asserts_before))"
	return $_rc
}

# ---- Running

# run CMD…: sets $rc, $out and $err and always returns 0. Standard input can be redirected as
# usual: run CMD <file.
run()
{
	_ran=$*
	"$@" >"$TMP/out" 2>"$TMP/err"
	rc=$?
	out=$(tr -d '\0' <"$TMP/out")
	err=$(tr -d '\0' <"$TMP/err")
	return 0
}

# as_nstest CMD…: in a test for root, CMD as the ordinary user that the runner has invented.
as_nstest()
{
	HOME=$TMP setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups -- "$@"
}

# fact KEY…: what the probe of the last run says, without the key: `fact ns mnt`, `fact uid-map`.
fact()
{
	printf '%s\n' "$out" |
		awk -v key="$* " 'index($0 " ", key) == 1 { print substr($0, length(key) + 1) }'
}

# start_holder CMD…: CMD in the background, in a session of its own; returns when it has written a
# line to descriptor 3, as these do:
#	sh -c 'echo $$ >&3; exec sleep infinity 3>&-'
#	nsunshare --ready-fd 3 -- sleep infinity
# Sets $holder (its pid) and $holder_line. Fails the test and returns 1 if CMD ended or closed 3
# without a line. try_holder CMD… returns 1 only.
try_holder()
{
	holder_line=''
	rm -f "$TMP/ready"
	mkfifo "$TMP/ready" || return 1
	setsid "$@" 3>"$TMP/ready" &
	holder=$!
	_holders="$_holders $holder"
	# shellcheck disable=SC2034 # for the test
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

# await_sleep PID: until it is the sleep(1) that it executes behind its line, or has ended. In the middle of
# the exec it has the name, but neither words nor environment.
await_sleep()
{
	while _words=$(tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline"); do
		case ${_words%% *} in
		sleep | */sleep) return ;;
		esac
	done
}

# stop_holder [PID]: ends it, $holder by default, and all of its session's first process group.
stop_holder()
{
	_pid=${1:-$holder}
	kill -s KILL -- "-$_pid" 2>/dev/null || kill -s KILL "$_pid" 2>/dev/null
	wait "$_pid" 2>/dev/null
	# the others of the group die meanwhile, and are still listed in /proc
	_tries=200
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

# settle N CMD…: repeats CMD every 0.1 seconds until it succeeds, at most N times. Returns the status of the last one. For
# work that the kernel does in the background.
settle()
{
	_tries=$1
	shift
	until "$@"; do
		[ $((_tries -= 1)) -gt 0 ] || return 1
		sleep 0.1
	done
}

# remove_cgroup DIR: a cgroup is busy until the last of its killed processes is gone.
remove_cgroup()
{
	settle 20 rmdir "$1" 2>/dev/null
	return 0
}

# shunit2 calls it after each function. A test with a tearDown of its own calls stop_holders there.
tearDown()
{
	stop_holders
}

# ---- Asserts on the last `run`. A failure shows what was run and what came of it.

_verdict()
{
	if [ "$1" = 0 ]; then
		assertTrue 0
		return 0
	fi
	fail "$2"
	printf '\tran: %s\n\texit status: %s\n' "$_ran" "$rc"
	[ -z "$out" ] || printf '%s\n' "$out" | sed 's/^/	out: /'
	[ -z "$err" ] || printf '%s\n' "$err" | sed 's/^/	err: /'
	return 0
}

# _not_empty EXPECTED: fails the test and returns 1 if the expected value is empty, as it is when
# what should print it has failed.
_not_empty()
{
	[ -z "$1" ] || return 0
	fail 'the expected value is empty: use assert_empty, assert_out_empty or assert_err_empty'
	return 1
}

# _strict_asserts: replaces those of shunit2 that pass when nothing was printed.
# shellcheck disable=SC2317 # the tests call them
_strict_asserts()
{
	# [MESSAGE] EXPECTED ACTUAL
	assertEquals()
	{
		[ $# = 3 ] || set -- '' "$@"
		_not_empty "$2" || return 0
		if [ "$2" = "$3" ]; then
			assertTrue 0
		else
			failNotEquals "$1" "$2" "$3"
		fi
	}

	# [MESSAGE] UNEXPECTED ACTUAL: ACTUAL may not be empty either.
	assertNotEquals()
	{
		[ $# = 3 ] || set -- '' "$@"
		if [ -n "$3" ] && [ "$2" != "$3" ]; then
			assertTrue 0
		else
			failSame "$1" "$2" "$3"
		fi
	}
}

# assert_empty [MESSAGE] VALUE: for what another assert of the function has shown to be printed if
# it is there.
assert_empty()
{
	[ $# = 2 ] || set -- '' "$@"
	if [ -z "$2" ]; then
		assertTrue 0
	else
		fail "$1 nothing expected, but was:<$2>"
	fi
}

# assert_at_most [MESSAGE] LIMIT VALUE: VALUE must be a number.
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

# assert_json FILTER: standard output of the last run is JSON for which jq's FILTER prints true, and
# nothing else.
assert_json()
{
	[ "$(jq "$1" "$TMP/out")" = true ]
	_verdict $? "JSON expected for which this is true: $1"
}

# _has TEXT FRAGMENT: FRAGMENT is plain text, not a pattern.
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

# assert_out_same TEXT: for what another program printed, which may be nothing.
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

# One line `tool: message`, and below it nothing but `hint: ` lines.
assert_err_one_line()
{
	awk 'NR == 1 && /^[a-z][a-z0-9]*: ./ { said = 1; next }
	     !/^hint: ./ { bad = 1 }
	     END { exit said && !bad ? 0 : 1 }' "$TMP/err"
	_verdict $? "one line 'tool: message' on stderr expected"
}

# assert_refused RC FRAGMENT: nothing done, and one message that says FRAGMENT.
assert_refused()
{
	assert_rc "$1"
	assert_out_empty
	assert_err_has "$2"
	assert_err_one_line
}

# assert_ok: what a quiet success looks like.
assert_ok()
{
	assert_rc 0
	assert_err_empty
}

# ---- What a run leaves behind

# _state: mounts, living processes, host name, files of $TMP, /tmp, /run and /dev/shm, links,
# own cgroups. Zombies are left out, they wait for their parent. The list of processes is
# expanded before any helper of the loop is started.
_state()
{
	cat /proc/self/mountinfo
	uname -n
	sed 's/:.*//' /proc/sys/kernel/domainname /proc/net/dev
	_dirs=$TMP
	[ "$NSUTILS_TEST" = bare ] || _dirs="$TMP /tmp /run /dev/shm"
	# shellcheck disable=SC2086 # split on purpose
	find $_dirs -xdev -path "$TMP/out" -o -path "$TMP/err" -o -path "$TMP/state.*" -o \
		-path "${SHUNIT_TMPDIR%/tmp}" -prune -o -print 2>/dev/null | sort
	find /sys/fs/cgroup -type d -name "*$own_cgroup*" 2>/dev/null
	[ "$NSUTILS_TEST" = bare ] && return 0
	for _p in /proc/[0-9]*; do
		{ read -r _stat <"$_p/stat"; } 2>/dev/null || continue
		case ${_stat##*) } in
		Z* | X*) continue ;;
		esac
		echo "process ${_stat%% *}"	# without its name, which the next exec changes
	done
}

# note_state before, assert_no_leftovers after: everything of _state is as it was. Both keep $out,
# $err and $rc.
note_state()
{
	_state >"$TMP/state.before"
}

_state_is_as_before()
{
	_state >"$TMP/state.after"
	cmp -s "$TMP/state.before" "$TMP/state.after"
}

# A killed process takes up to two seconds to disappear on a loaded machine.
assert_no_leftovers()
{
	settle 20 _state_is_as_before
	_rc=$?
	_verdict $_rc 'something was left behind'
	[ $_rc = 0 ] && return 0
	diff "$TMP/state.before" "$TMP/state.after" | sed 's/^/	/'
	[ "$NSUTILS_TEST" = bare ] || ps -e -o pid,ppid,args | sed 's/^/	/'
	return 0
}
