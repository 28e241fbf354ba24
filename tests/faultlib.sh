# shellcheck shell=sh disable=SC2154 # rc, out and err are testlib.sh's
# SPDX-License-Identifier: GPL-2.0-or-later
# faultlib.sh: fail each system call of a command once, with each plausible error, and judge what
# comes of it.
#
# Sourced after testlib.sh by tests/TOOL-faults.sh:
#
#	test_a_failed_call_never_passes_for_success()
#	{
#		fault_all -- nsunshare -Urmpf --mount-proc -- "$FINAL"
#	}
#	test_a_failed_call_never_shortens_the_list()
#	{
#		fault_all -f '1 3' -- nslist -rno NS,TYPE
#	}
#	test_killed_anywhere_it_leaves_nothing()
#	{
#		fault_kill -- nsunshare -Urmpf --kill-child -- "$FINAL"
#	}
#
# fault_all [-f STATUSES] [-b NAME] [-u NAME] [-s CALL,…] [-x REGEX] [-c CHECK] -- CMD…
#	-f	the exit statuses of an honest failure (125; reporters 1)
#	-b, -u, -s	failat's: begin with a program, go on until one (final), only these calls
#	-x	what may go wrong, explained where it is said: grep -E on PROCESS:CALL:N ERRNO
#	-c	a shell command that judges a run with an unharmed one's status by $out and $err.
#		Without it the output must be an unharmed run's.
# A run is right when it ended as an unharmed one; or when it exits with one of STATUSES, said why
# on stderr, and the final program was not run. Either way no process, mount, file or cgroup is
# left. When an exec fails, 126 and 127 are right too.
#
# $FINAL is the program at the end of an exec tool's chain: it says so on stdout. How many points:
# by default each once, with one of its errors, at most FAULT_MAX (default 120) spread over all;
# with NSUTILS_FAULTS=all each with each.

FINAL=$TMP/final
printf '#!/bin/sh\necho "final ran"\n' >"$FINAL"
chmod 755 "$FINAL"
# a mapped id has to be able to execute it
chmod 711 "$TMP"

# _fault_options OPTION…: sets _codes, _check, _except, _failat and _n, the number of words read.
_fault_options()
{
	_codes=125 _check='' _except='^$' _failat='-u final' _n=$#
	while [ $# -gt 0 ]; do
		case $1 in
		-f) _codes=$2 ;;
		-c) _check=$2 ;;
		-x) _except=$2 ;;
		-u) _failat="$_failat -u $2" ;;
		-b) _failat="$_failat -b $2" ;;
		-s) _failat="$_failat -s $2" ;;
		--) shift && break ;;
		*)
			fail "fault: unknown option $1"
			return 1
			;;
		esac
		shift 2
	done
	_n=$((_n - $#))
}

# _fault_plan ERRORS: reads failat's list, writes `POINT ERRNO` lines. ERRORS is "all", "one" per
# point or "none".
_fault_plan()
{
	awk -v how="$1" -v max="${FAULT_MAX:-120}" '
	{ n = split($3, e, ","); points++ }
	how == "none" { line[++lines] = $2; next }
	how == "one" { line[++lines] = $2 " " e[points % n + 1]; next }
	{ for (i = 1; i <= n; i++) line[++lines] = $2 " " e[i] }
	END {
		step = how == "all" || lines <= max ? 1 : lines / max
		for (i = 1; i <= lines; i += step)
			print line[int(i)]
	}'
}

# _fault_bad WHY: notes a run that was not right, with all that is known of it.
_fault_bad()
{
	printf '%s\n' "$_point $_error" | grep -qE -e "$_except" && return
	_bad=$((_bad + 1))
	printf '\tfault %s %s: %s\n\t\texit status: %s\n' "$_point" "$_error" "$1" "$rc"
	printf '%s\n' "$err" | sed 's/^/		err: /'
}

# _fault_after: what is left behind, cheaply: it is asked after each of some hundred runs.
_fault_after()
{
	_left=$(grep '^left \|^hangs ' "$TMP/report") && _fault_bad "$_left"
	# copied first: diff and cmp believe the size that /proc gives its files
	cat /proc/self/mountinfo >"$TMP/files.mounts"
	if ! cmp -s "$TMP/mounts" "$TMP/files.mounts"; then
		_fault_bad "a mount was left: $(diff "$TMP/mounts" "$TMP/files.mounts")"
		mv "$TMP/files.mounts" "$TMP/mounts"
	fi
	_fault_files >"$TMP/files.after"
	if ! cmp -s "$TMP/files" "$TMP/files.after"; then
		_fault_bad "a file was left: $(diff "$TMP/files" "$TMP/files.after")"
		mv "$TMP/files.after" "$TMP/files"
	fi
}

_fault_files()
{
	find "$TMP" -xdev -not -path "$TMP/files*" -not -path "$TMP/state.*" | sort
	[ "$NSUTILS_TEST" = bare ] || find /tmp /run /dev/shm -xdev | sort
}

# _fault_diff: how the output differs from that of the unharmed run.
_fault_diff()
{
	printf '%s\n' "$_out" >"$TMP/files.out"
	printf '%s\n' "$out" | diff "$TMP/files.out" -
}

# _fault_right: whether the run in $rc, $out and $err was as an unharmed one, or honest about its
# failure.
_fault_right()
{
	if [ "$rc" = "$_rc" ]; then
		if [ -n "$_check" ]; then
			eval "$_check" || _fault_bad 'status of success, but the check fails'
			return
		fi
		[ "$out" = "$_out" ] || _fault_bad "status of success, but other output: $(_fault_diff)"
		return
	fi
	_may=$_codes
	case $_point in
	*:execve:* | *:execveat:*) _may="$_codes 126 127" ;;
	esac
	case " $_may " in
	*" $rc "*) ;;
	*) _fault_bad "exit status $_may expected" ;;
	esac
	[ -n "$err" ] || _fault_bad 'failed without a word'
	case $_point in
	*:wait4:* | *:waitid:*) return ;; # the program has run, only its status is lost
	esac
	! _has "$out" 'final ran' || _fault_bad 'failed, but the program was run'
}

# _fault_loop: the runs. A call that is not reached, because another went elsewhere, is counted.
_fault_loop()
{
	_bad=0 _runs=0
	while read -r _point _error; do
		# shellcheck disable=SC2086 # options are words
		run failat $_failat -o "$TMP/report" -k "$_point" ${_error:+-e $_error} \
			${_signal:+--kill $_signal} -- "$@" </dev/null
		_runs=$((_runs + 1))
		if ! grep -q '^failed \|^sent ' "$TMP/report"; then
			_missed=$((_missed + 1))
		elif [ -n "$_signal" ]; then
			:
		else
			_fault_right
		fi
		_fault_after
	done <"$TMP/plan"
}

# _fault ERRORS CMD…: the unharmed run, the plan, the runs, the verdict.
_fault()
{
	_how=$1 _missed=0
	shift
	# shellcheck disable=SC2086
	run failat $_failat -o "$TMP/report" --list -- "$@"
	_rc=$rc _out=$out
	_fault_plan "$_how" <"$TMP/report" >"$TMP/plan"
	cat /proc/self/mountinfo >"$TMP/mounts"
	: >"$TMP/files.after"
	: >"$TMP/files.mounts"
	note_state
	_fault_files >"$TMP/files"
	_fault_loop "$@"
	rm -f "$TMP/report" "$TMP/plan" "$TMP/mounts" "$TMP/files" "$TMP"/files.*
	echo "fault: $_runs runs, $_bad bad, $_missed not reached: $*"
	assertEquals 'an unharmed run fails' 0 "$_rc"
	assertTrue 'no point was found' "[ $_runs -gt $_missed ]"
	assertEquals 'runs that were not right' 0 "$_bad"
}

fault_all()
{
	_fault_options "$@" || return 0
	shift "$_n"
	_signal=
	case ${NSUTILS_FAULTS:-} in
	all) _fault all "$@" ;;
	*) _fault one "$@" ;;
	esac
}

# fault_kill [-S SIGNAL] [options of fault_all] -- CMD…: the signal (KILL) to the process that is
# at each point; nothing may be left.
fault_kill()
{
	_signal=9
	if [ "$1" = -S ]; then
		_signal=$2
		shift 2
	fi
	_fault_options "$@" || return 0
	shift "$_n"
	_error=
	_fault none "$@"
}
