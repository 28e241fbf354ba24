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
# fault_all [-f STATUSES] [-b NAME] [-u NAME] [-s CALL,…] [-e ERRNO] [-x REGEX] [-i REGEX] [-o none]
#	[-c CHECK] -- CMD…
#	-f	the exit statuses of an honest failure (125; reporters 1)
#	-b, -u, -s	failat's: begin with a program, go on until one (final), only these calls
#	-e	the error, instead of the plausible ones
#	-x	what may go wrong, explained where it is said: grep -E on PROCESS:CALL:N ERRNO
#	-i	lines of the output that are not compared: grep -E
#	-o none	a run that succeeds prints nothing; the test must show otherwise that CMD does its work
#	-c	a shell command that judges by $out and $err a run with an undisturbed one's status.
#		Without it the output must be an undisturbed run's.
# The undisturbed run must have done its work: its status is 0, and it has printed something, the
# report of $FINAL if that is in CMD. A run with a fault is right if it ended as the undisturbed
# one; or if it exits with one of STATUSES, printed the reason on stderr, and the final program was
# not run. In both cases no process, mount, file or cgroup is left. When an exec fails, 126 and 127
# are right too.
#
# $FINAL is the program at the end of an exec tool's chain. It prints "final ran" and then what it
# finds, by `probe --stable`: namespaces, ids, maps, capabilities, mounts, limits, clock offsets,
# descriptors, directories, signals. So a run that reports success must have done all that the
# undisturbed one did. put_final makes another one, as in a new root.
#
# Each point is run once, with one of its errors, at most FAULT_MAX (default 120) points spread
# over all; with NSUTILS_FAULTS=all each point is run with each error.

# put_final FILE [PROBE [LABEL=PID…]]: makes FILE such a program. It runs PROBE, the path of a copy
# of the helper. A namespace is reported as "old" if it is the caller's, as LABEL if it is that of
# the process PID, otherwise as "new".
put_final()
{
	_file=$1 _words="exec ${2:-$NSUTILS_HELPERS/probe} --stable"
	shift $(($# < 2 ? 1 : 2))
	for _l in "old=$$" "$@"; do
		for _n in /proc/"${_l#*=}"/ns/*; do
			_words="$_words ${_l%%=*}=$(readlink "$_n")"
		done
	done
	printf '#!/bin/sh\necho "final ran"\n%s\n' "$_words" >"$_file"
	chmod 755 "$_file"
}

FINAL=$TMP/final
put_final "$FINAL"
# a mapped id has to be able to execute it
chmod 711 "$TMP"

# _fault_options OPTION…: sets _only, _codes, _check, _except, _failat and _n, the number of words read.
_fault_options()
{
	_only='' _codes=125 _check='' _except='^$' _ignore='^$' _output=some _failat='-u final' _n=$#
	while [ $# -gt 0 ]; do
		case $1 in
		-f) _codes=$2 ;;
		-c) _check=$2 ;;
		-e) _only=$2 ;;
		-x) _except=$2 ;;
		-o) _output=$2 ;;
		-i) _ignore=$2 ;;
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
	awk -v how="$1" -v only="$_only" -v max="${FAULT_MAX:-120}" '
	{ n = split(only ? only : $3, e, ","); points++ }
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

# _fault_output: prints the lines of $out that are compared.
_fault_output()
{
	printf '%s\n' "$out" | grep -vE -e "$_ignore"
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
		_fault_output >"$TMP/files.out"
		cmp -s "$TMP/files.want" "$TMP/files.out" ||
			_fault_bad "status of success, but other output
$(diff "$TMP/files.want" "$TMP/files.out" | sed -n 's/^[<>]/		&/p')"
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
	_rc=$rc _did=yes
	case "$* " in
	*'/final '*) _has "$out" 'final ran' || _did=no ;;
	*) [ -n "$out" ] || [ "$_output" = none ] || _did=no ;;
	esac
	_fault_output >"$TMP/files.want"
	_fault_plan "$_how" <"$TMP/report" >"$TMP/plan"
	cat /proc/self/mountinfo >"$TMP/mounts"
	: >"$TMP/files.after"
	: >"$TMP/files.mounts"
	: >"$TMP/files.out"
	note_state
	_fault_files >"$TMP/files"
	_fault_loop "$@"
	rm -f "$TMP/report" "$TMP/plan" "$TMP/mounts" "$TMP/files" "$TMP"/files.*
	echo "fault: $_runs runs, $_bad bad, $_missed not reached: $*"
	assertEquals 'the undisturbed run fails' 0 "$_rc"
	assertEquals 'the undisturbed run has done its work' yes "$_did"
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
