# shellcheck shell=sh disable=SC2154 # testlib.sh sets rc, out and err
# SPDX-License-Identifier: GPL-2.0-or-later
# faultlib.sh: runs a command once for each of its system calls, makes that call fail with a
# plausible error, and asserts that the command handles the failure.
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
# fault_all [-f STATUSES] [-b NAME] [-u NAME] [-s CALL,…] [-e ERRNO] [-n REGEX] [-x REGEX]
#	[-i REGEX] [-o none] [-c CHECK] [-m PERCENT] [-l again] -- CMD…
#	-f	the exit statuses that report a failure (default 125; 1 for nslist and nsidmap)
#	-b, -u, -s	options of failat: start at a program, stop at one (final), only these calls
#	-e	the error that each call returns, instead of its plausible errors
#	-n	faults that are not made, because CMD cannot remove what they leave: a grep -E pattern
#		for PROCESS:CALL:N ERRNO; explain each use
#	-x	faults after which a wrong status, message or output is accepted: a grep -E pattern
#		for PROCESS:CALL:N ERRNO; explain each use
#	-i	a grep -E pattern for output lines that are not compared
#	-o none	a successful run prints nothing; the test must show in another way that CMD works
#	-c	a shell command that checks $out and $err of a run that has the exit status of the
#		undisturbed run. Without -c the output must equal that of the undisturbed run.
#	-m	the share of the runs that may miss their point, because CMD does not make the same
#		calls in each run (default 10); explain each use
#	-l again	the calls of CMD depend on other processes: if a run misses its point, list the
#		points again, up to three times, and run the point in the same place of the new list,
#		or the last one
# The undisturbed run must succeed: its status is 0, and it has printed something, which is the
# report of $FINAL if CMD contains $FINAL. It is repeated after the runs with faults, and must then
# end in the same way. So must a run that misses its point. A run with a fault is right in two
# cases. It ends as the undisturbed run does. Or it exits with one of STATUSES, prints the reason on
# standard error, and does not run the final program. The statuses 126 and 127 are also right after
# a failed exec, and after a failed faccessat(2) of a glibc that loads_nss() recognizes, because
# glibc before 2.33 checks the program with faccessat(2).
#
# Each run, with or without a fault, must leave no process, mount, file or cgroup (its name must
# contain $own_cgroup), and must open each descriptor with O_CLOEXEC; -x does not change this. So a
# CMD that intentionally leaves something must also remove it, and a CMD that changes a file must
# first restore it.
#
# $FINAL is the program that the exec tool runs. It prints "final ran" and then the report of `probe
# --stable`: namespaces, ids, maps, capabilities, mounts, limits, clock offsets, descriptors,
# directories and signals. So a run that reports success must have done everything that the
# undisturbed run did. put_final creates another such program, for example in a new root.
#
# A point is one system call of one process. Each point is run once, with one of its errors;
# FAULT_MAX (default 120) limits the points, which are spread evenly. With NSUTILS_FAULTS=all each
# point is run with each of its errors.

# put_final FILE [PROBE [LABEL=PID…]]: writes to FILE the script that the tool under test executes
# as its program. The script executes PROBE, a copy of the helper `probe` (default: the helper
# itself). For each of its namespaces, the script prints "old" if the test is in the same namespace,
# LABEL if the process PID is, and otherwise "new".
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
# a process whose user is not root, but another mapped id, must be able to execute the program
chmod 711 "$TMP"

# loads_nss: returns 0 if the C library loads an NSS module to look up user names, as glibc before
# 2.34 does. Such a glibc does not report that it cannot load the module.
loads_nss()
{
	case $(getconf GNU_LIBC_VERSION 2>/dev/null) in
	'glibc 2.'[0-2]? | 'glibc 2.3'[0-3]) return 0 ;;
	esac
	return 1
}

# preload_nss: if loads_nss() succeeds, sets LD_PRELOAD so that each program loads the NSS module
# when it starts.
preload_nss()
{
	loads_nss || return 0
	LD_PRELOAD=$(echo /lib/*/libnss_files.so.2)
	export LD_PRELOAD
}

# _fault_options OPTION…: sets a variable for each option, and $_n to the number of arguments read.
_fault_options()
{
	_only='' _codes=125 _check='' _except='^$' _ignore='^$' _output=some _percent=10 _list=once
	_never='^$' _failat='-u final' _n=$#
	while [ $# -gt 0 ]; do
		case $1 in
		-f) _codes=$2 ;;
		-c) _check=$2 ;;
		-e) _only=$2 ;;
		-n) _never=$2 ;;
		-x) _except=$2 ;;
		-o) _output=$2 ;;
		-i) _ignore=$2 ;;
		-m) _percent=$2 ;;
		-l) _list=$2 ;;
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

# _fault_plan ERRORS: reads the list of points (system calls, see above) that failat has printed,
# and prints a line `POINT ERRNO` for each run to make. ERRORS is "all" for one run with each error
# of each point, "one" for one run with one error of each point, or "none" for one run without an
# error for each point (the line is then `POINT`). Omits the lines that match the option -n.
_fault_plan()
{
	awk -v how="$1" -v only="$_only" -v max="${FAULT_MAX:-120}" '
	!/^[0-9]/ { next }
	{ n = split(only ? only : $3, e, ","); points++ }
	how == "none" { line[++lines] = $2; next }
	how == "one" { line[++lines] = $2 " " e[points % n + 1]; next }
	{ for (i = 1; i <= n; i++) line[++lines] = $2 " " e[i] }
	END {
		step = how == "all" || lines <= max ? 1 : lines / max
		for (i = 1; i <= lines; i += step)
			print line[int(i)]
	}' | grep -vE -e "$_never"
}

# _fault_wrong WHY: calls _fault_bad(), unless the option -x accepts the run.
_fault_wrong()
{
	printf '%s\n' "$_point $_error" | grep -qE -e "$_except" || _fault_bad "$1"
}

# _fault_print WHAT: prints what is remarkable about a run.
_fault_print()
{
	printf '\tfault %s %s: %s\n\t\texit status: %s\n' "$_point" "$_error" "$1" "$rc"
	printf '%s\n' "$err" | sed 's/^/		err: /'
}

# _fault_bad WHY: counts and prints a run that is wrong for the reason WHY.
_fault_bad()
{
	_bad=$((_bad + 1))
	_fault_print "$1"
}

# _fault_read: reads failat's report. Sets $_reached to "yes" if failat reached the system call, and
# $_more to "yes" if the report contains other lines. Otherwise sets them to "no".
_fault_read()
{
	_reached=no _more=no
	while read -r _word _; do
		case $_word in
		failed | sent) _reached=yes ;;
		*) _more=yes ;;
		esac
	done <"$TMP/report"
}

# _fault_report REGEX: prints the lines of failat's report that begin with REGEX, except those that
# match FAULT_ACCEPT. A test sets this variable to a pattern for grep -E to accept some lines.
_fault_report()
{
	grep -E "^($1)" "$TMP/report" | grep -vE -e "${FAULT_ACCEPT:-^$}"
}

# _fault_before: stores the mounts, files and cgroups before the first run, for _fault_after().
_fault_before()
{
	for _f in out err report plan point; do
		: >"$TMP/$_f" # these files exist in all runs
	done
	_before=$(_fault_state)
}

# _fault_after: reports the files, cgroups, mounts and processes that the run has not removed. This
# function must start few processes, because it is called after each of several hundred runs. So it
# searches for the difference only if the text of _fault_state() has changed.
_fault_after()
{
	[ "$_more" = no ] || ! _left=$(_fault_report 'left |hangs |inheritable ') || _fault_bad "$_left"
	_now=$(_fault_state)
	[ "$_now" != "$_before" ] || return 0
	printf '%s\n' "$_before" | sort >"$TMP/files.old"
	printf '%s\n' "$_now" | sort >"$TMP/files.new"
	_left=$(diff "$TMP/files.old" "$TMP/files.new") ||
		_fault_bad "a mount, file or cgroup was left or removed: $_left"
	_before=$_now
}

# _fault_state: prints the mount table, and the names of the files in the directories that a run may
# change and in the cgroups of this test.
_fault_state()
{
	_dirs=$TMP
	[ "$NSUTILS_TEST" = bare ] || _dirs="$TMP /tmp /run /dev/shm"
	for _d in /sys/fs/cgroup/*"$own_cgroup"* /sys/fs/cgroup/*/*"$own_cgroup"*; do
		[ ! -e "$_d" ] || _dirs="$_dirs $_d"
	done
	cat /proc/self/mountinfo
	# shellcheck disable=SC2086 # the directories are separate words
	find $_dirs -xdev -not -path "$TMP/files*" -not -path "$TMP/state.*"
}

# _fault_output: prints $out without the lines that must be ignored in a comparison.
_fault_output()
{
	printf '%s\n' "$out" | grep -vE -e "$_ignore"
}

# _fault_same: checks $out of a run with the status of the undisturbed run. The check of the option
# -c must succeed, or $out must equal that of the undisturbed run. Otherwise calls _fault_wrong().
_fault_same()
{
	if [ -n "$_check" ]; then
		eval "$_check" || _fault_wrong 'status of success, but the check fails'
		return
	fi
	[ "$out" != "$_out" ] || return 0
	_fault_output >"$TMP/files.out"
	cmp -s "$TMP/files.want" "$TMP/files.out" ||
		_fault_wrong "status of success, but other output
$(diff "$TMP/files.want" "$TMP/files.out" | sed -n 's/^[<>]/		&/p')"
}

# _fault_undisturbed: checks $rc and $out of a run without a fault, which must end as the first
# undisturbed run.
_fault_undisturbed()
{
	if [ "$rc" = "$_rc" ]; then
		_fault_same
	else
		_fault_bad "exit status $_rc expected"
	fi
}

# _fault_right: checks $rc, $out and $err, the result of a run with a fault. The result must equal
# that of the undisturbed run, or the run must report its failure. Otherwise calls _fault_wrong().
_fault_right()
{
	if [ "$rc" = "$_rc" ]; then
		_fault_same
		return
	fi
	_may=$_codes
	case $_point in
	*:execve:* | *:execveat:*) _may="$_codes 126 127" ;;
	*:faccessat:*) ! loads_nss || _may="$_codes 126 127" ;;
	esac
	case " $_may " in
	*" $rc "*) ;;
	*) _fault_wrong "exit status $_may expected" ;;
	esac
	[ -n "$err" ] || _fault_wrong 'failed without a message'
	case $_point in
	*:wait4:* | *:waitid:*) return ;; # the program has run; only its exit status is lost
	esac
	! _has "$out" 'final ran' || _fault_wrong 'failed, but the program was run'
}

# _fault_list CMD…: runs CMD undisturbed. Writes the list of its system calls to $TMP/report.
_fault_list()
{
	# shellcheck disable=SC2086 # the options are separate words
	run failat $_failat -o "$TMP/report" --list -- "$@" </dev/null
	_more=no
	! grep -q '^[^0-9]' "$TMP/report" || _more=yes
}

# _fault_run CMD…: runs CMD with the fault $_error in $_point, or with a signal there.
_fault_run()
{
	# shellcheck disable=SC2086 # the options are separate words
	run failat $_failat -o "$TMP/report" -k "$_point" ${_error:+-e $_error} \
		${_signal:+--kill $_signal} -- "$@" </dev/null
	_fault_read
}

# _fault_loop CMD…: runs CMD once for each line that _fault_plan() has printed. Adds to $_missed the
# number of points that CMD did not reach, because it made other system calls than in the
# undisturbed run. Checks the result of each run, except after a signal.
_fault_loop()
{
	while read -r _point _error; do
		_runs=$((_runs + 1)) _lists=0
		_fault_run "$@"
		while [ "$_reached" = no ] && [ "$_list" = again ] && [ $((_lists += 1)) -le 3 ]; do
			_fault_undisturbed
			_fault_after
			_fault_list "$@"
			_fault_plan "$_how" <"$TMP/report" | head -n $_runs | tail -n 1 >"$TMP/point"
			read -r _point _error <"$TMP/point"
			_fault_run "$@"
		done
		if [ "$_reached" = no ]; then
			_missed=$((_missed + 1))
			_fault_print 'was not reached'
			_fault_undisturbed
		elif [ -n "$_signal" ]; then
			:
		else
			_fault_right
		fi
		_fault_after
	done <"$TMP/plan"
}

# _fault ERRORS CMD…: runs CMD undisturbed, lets _fault_plan() select the faults, runs CMD with each
# fault and then undisturbed again, and asserts that all results are right.
_fault()
{
	_how=$1 _missed=0 _bad=0 _runs=0
	shift
	_fault_before
	_point='the undisturbed' _error=run
	_fault_list "$@"
	_rc=$rc _out=$out _did=yes
	case "$* " in
	*'/final '*) _has "$out" 'final ran' || _did=no ;;
	*) [ -n "$out" ] || [ "$_output" = none ] || _did=no ;;
	esac
	_fault_output >"$TMP/files.want"
	_fault_plan "$_how" <"$TMP/report" >"$TMP/plan"
	_fault_after
	_fault_loop "$@"
	_point='the repeated undisturbed' _error=run
	_fault_list "$@"
	_fault_undisturbed
	_fault_after
	rm -f "$TMP/report" "$TMP/plan" "$TMP/point" "$TMP"/files.*
	echo "fault: $_runs runs, $_bad bad, $_missed not reached: $*"
	assertEquals 'the undisturbed run fails' 0 "$_rc"
	assertEquals 'the undisturbed run has done its work' yes "$_did"
	assertTrue 'there are faults' "[ $_runs -gt 0 ]"
	assert_at_most 'points that were not reached:' $(((_runs * _percent + 99) / 100)) "$_missed"
	assertEquals 'number of wrong runs' 0 "$_bad"
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

# fault_kill [-S SIGNAL] [options of fault_all] -- CMD…: runs CMD once for each point, sends SIGNAL
# (default KILL) to the process that reaches the point, and asserts that no files, mounts or
# processes remain.
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
