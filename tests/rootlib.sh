# shellcheck shell=sh disable=SC2154 # testlib.sh sets rc
# SPDX-License-Identifier: GPL-2.0-or-later
# rootlib.sh: functions for the tests of nspivot: a busybox root and commands that run nspivot.
# Sourced after testlib.sh.

require_tool busybox
require_ns mnt pid

box=$TMP/box

# make_box: creates the root $box with the busybox applets that the tests need.
make_box()
{
	_box=$box
	mkdir -p "$_box/bin" "$_box/etc"
	cp "$(command -v busybox)" "$_box/bin/busybox"
	for _applet in sh cat cut grep id ls mkdir mount ps readlink sleep stat touch true wc; do
		ln -sf busybox "$_box/bin/$_applet"
	done
}

# in_ns COMMAND…: runs the command in new mount and pid namespaces, and in new namespaces of the
# types in $NS_TOO. There is no network namespace by default, because removing one is slow. For an
# ordinary user, also creates a user namespace in which the user is root.
in_ns()
{
	if [ "$(id -u)" = 0 ]; then
		nsunshare "-mp${NS_TOO:-}" -- "$@"
	else
		nsunshare "-Ump${NS_TOO:-}" -r -- "$@"
	fi
}

# box OPTION… [-- PROGRAM…]: runs nspivot in new namespaces (in_ns). If $NSPIVOT_UNDER is set, it is
# the command that runs nspivot.
box()
{
	# shellcheck disable=SC2086 # separate words
	in_ns ${NSPIVOT_UNDER:-} nspivot "$@"
}

# OLD_KERNEL: runs a command without the system calls that kernels before 5.6 lack. It is empty if the
# build has no libmount, because nspivot then needs mount_setattr(2) for most options.
# shellcheck disable=SC2034 # the tests use it
if feature libmount >/dev/null; then
	OLD_KERNEL='enosys open_tree,move_mount,fsopen,fsconfig,fsmount,mount_setattr,openat2 --'
else
	OLD_KERNEL=
fi

# harm: creates the canary, a directory outside the root that a hostile root tries to change.
harm()
{
	canary=$TMP/canary
	mkdir "$canary" "$canary/dir"
	echo untouched >"$canary/file"
	chmod 777 "$canary" "$canary/dir"
}

# look: prints the state of the canary, some files in /etc, and the mount table.
look()
{
	find "$canary" -printf '%p %y %m %s %T@ %C@\n' | sort
	stat -c '%n %Y %Z' /etc /etc/hosts /etc/passwd
	cat /proc/self/mountinfo
}

# evil: creates a new root directory $box, and writes the output of look() to $TMP/before, which
# assert_canary() reads.
evil()
{
	rm -rf "$box"
	make_box
	look >"$TMP/before"
}

# assert_canary: asserts that nothing outside the root has changed, and that nspivot succeeded or exited with 125.
assert_canary()
{
	look >"$TMP/after"
	cmp -s "$TMP/before" "$TMP/after"
	assertTrue 'something outside was touched' $?
	cmp -s "$TMP/before" "$TMP/after" || diff "$TMP/before" "$TMP/after"
	case $rc in
	0 | 125) ;;
	*) fail "exit status $rc" ;;
	esac
}

# race_saw: counts the results of race(). Sets $saw_dir to the number of runs that saw only the
# directory, and $saw_link to the number of runs that saw only the link. Succeeds if both occurred.
race_saw()
{
	saw_dir=$(find "$box/a/" "$box/x/" -maxdepth 1 -name 'c[0-9]*' | wc -l)
	saw_link=$(find "$box$canary" -maxdepth 1 -name 'c[0-9]*' | wc -l)
	[ "$saw_dir" -gt 0 ] && [ "$saw_link" -gt 0 ]
}

# must_go_on N: succeeds if race() or race_proc(), which have run nspivot $n times, must run it again: until N
# runs, and until 10 N runs if none has noticed a change, because the helper may get little processor time.
must_go_on()
{
	[ "$n" -lt "$1" ] || { [ "$refused" = 0 ] && [ "$n" -lt $(($1 * 10)) ]; }
}

# race N: runs nspivot N times while a helper continuously exchanges a directory with a link, so
# that the path changes between a check and its use. Each run uses the path seven times. Sets $n,
# $saw_dir, $saw_link and $refused; $refused is the number of runs that noticed a change.
race()
{
	evil
	mkdir "$box/a"
	ln -s "$canary" "$box/x"
	: >"$TMP/said"
	refused=0 n=0
	start_holder exchange "$box/a" "$box/x"
	while must_go_on "$1"; do
		n=$((n + 1))
		box --dir "/a/c$n/d" --tmpfs /a/b --symlink "t:/a/e$n" --file "/dev/null:/a/f$n" --dev=/a/b/dev \
			--mask /a/b:try --readonly /a:try "$box" -- /bin/true >/dev/null 2>>"$TMP/said"
		rc=$?
		case $rc in
		0) ;;
		125) refused=$((refused + 1)) ;;
		*) break ;;
		esac
	done
	stop_holder
	race_saw
	echo "race: of $n runs $saw_dir saw the directory, $saw_link the link, $refused a change"
	assertEquals 'every run saw the directory, the link or a change' "$n" $((saw_dir + saw_link + refused))
	assertEquals 'each refusal names the path' "$refused" "$(grep -c '^nspivot: .*/a' "$TMP/said")"
	# nspivot verifies the mounts again before the pivot, so it must notice the change in some
	# of the runs
	assertTrue 'the exchange was noticed' "[ $refused -gt 0 ]"
	assert_canary
}

# forge: adds to $box the directory "fake", which a helper exchanges with "proc", and the program
# /look, which tries to write to the real proc file system under both names.
forge()
{
	mkdir -p "$box/proc" "$box/fake/self"
	cat >"$box/look" <<-'EOT'
		#!/bin/sh
		for dir in /proc /fake; do
			[ -e $dir/self/stat ] || continue
			echo proc
			for name in core_pattern hostname; do
				( : >>$dir/sys/kernel/$name ) && echo writable
			done
		done
		echo ended
	EOT
	chmod 755 "$box/look"
}

# box_calls OPTION…: sets $calls to the number of system calls that nspivot makes with these options.
box_calls()
{
	# shellcheck disable=SC2086 # separate words
	run failat -b nspivot --count -o "$TMP/report" -- nsunshare -mp${NS_TOO:-} -- ${NSPIVOT_UNDER:-} nspivot "$@"
	assertEquals "without an exchange: $err" 0 "$rc"
	calls=$(cat "$TMP/report")
	eval "${after_each:-}"
}

# exchange_at_each A B OPTION…: runs nspivot with box() once for each of its system calls, or for
# every $every-th of them. At this call a helper exchanges the names A and B; after the run, they
# are exchanged back. Evaluates $after_each after each run. The output is in $TMP/said. Sets $ran
# and $refused to the numbers of runs that succeeded and that nspivot refused; fails if a run did
# neither.
exchange_at_each()
{
	_a=$1 _b=$2
	shift 2
	box_calls "$@"
	ran=0 refused=0 k=0
	: >"$TMP/said"
	while [ $((k += ${every:-1})) -le "$calls" ]; do
		# shellcheck disable=SC2086 # separate words
		run failat -b nspivot -k $k --exchange "$_a,$_b" -o "$TMP/report" -- \
			nsunshare -mp${NS_TOO:-} -- ${NSPIVOT_UNDER:-} nspivot "$@"
		cat "$TMP/out" "$TMP/err" >>"$TMP/said"
		case $rc in
		0) ran=$((ran + 1)) ;;
		125) refused=$((refused + 1)) ;;
		*) fail "call $k: exit status $rc: $err" ;;
		esac
		! grep -q ^exchanged "$TMP/report" || exchange_once "$_a" "$_b"
		eval "${after_each:-}"
	done
	echo "exchange: of $calls calls $ran ran, $refused refused: $*"
}

exchange_once()
{
	mv -T "$1" "$1.was" && mv -T "$2" "$1" && mv -T "$1.was" "$2"
}

# fail_each CALL ERRNO COMMAND…: counts how often the nspivot in COMMAND makes the system call CALL.
# Then runs COMMAND once for each of the calls, or in an emulated machine for every third call, and
# makes this call fail with ERRNO. The output is in $TMP/said.
fail_each()
{
	_call=$1 _errno=$2 _step=1
	shift 2
	[ "$NSUTILS_SLOW" -lt 10 ] || _step=3
	: >"$TMP/said"
	run failat -b nspivot -s "$_call" --count -o "$TMP/report" -- "$@"
	assertNotEquals 'failat itself failed' 99 "$rc"
	calls=$(cat "$TMP/report") k=$((1 - _step))
	while [ $((k += _step)) -le "$calls" ]; do
		run failat -b nspivot -s "$_call" -k $k -e "$_errno" -o "$TMP/report" -- "$@"
		cat "$TMP/out" "$TMP/err" >>"$TMP/said"
	done
}

# race_proc N: runs nspivot with the docker preset N times while a helper continuously exchanges the
# names proc and fake.
race_proc()
{
	start_holder exchange "$box/proc" "$box/fake"
	n=0 ran=0 refused=0
	: >"$TMP/said"
	while must_go_on "$1"; do
		n=$((n + 1))
		# shellcheck disable=SC2086 # separate words
		nsunshare -mp -- ${NSPIVOT_UNDER:-} nspivot --preset=docker "$box" -- /look >>"$TMP/said" 2>/dev/null
		case $? in
		0) ran=$((ran + 1)) ;;
		125) refused=$((refused + 1)) ;;
		*) break ;;
		esac
	done
	stop_holder
	echo "race: of $n runs $ran ran, $refused were refused"
	assertEquals 'each run ran or was refused' "$n" $((ran + refused))
	assertEquals 'runs with a writable proc' 0 "$(grep -c writable "$TMP/said")"
	assertTrue 'nspivot noticed some exchanges' "[ $refused -gt 0 ]"
}
