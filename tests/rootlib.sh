# shellcheck shell=sh disable=SC2154 # rc is testlib.sh's
# SPDX-License-Identifier: GPL-2.0-or-later
# rootlib.sh: a root of busybox for the tests of nspivot, and a chain that enters it. Sourced after testlib.sh.

require_tool busybox
require_ns mnt pid

box=$TMP/box

# make_box: $box, with applets enough to look around.
make_box()
{
	_box=$box
	mkdir -p "$_box/bin" "$_box/etc"
	cp "$(command -v busybox)" "$_box/bin/busybox"
	for _applet in sh cat cut grep id ls mkdir mount ps readlink sleep stat touch true wc; do
		ln -sf busybox "$_box/bin/$_applet"
	done
}

# in_ns COMMAND…: in a mount and a pid namespace, and those of $NS_TOO (the end of a network namespace takes long); an
# ordinary user as root of a user namespace.
in_ns()
{
	if [ "$(id -u)" = 0 ]; then
		nsunshare "-mp${NS_TOO:-}" -- "$@"
	else
		nsunshare "-Ump${NS_TOO:-}" -r -- "$@"
	fi
}

# box OPTION… [-- PROGRAM…]: nspivot in them. NSPIVOT_UNDER is put in front of it.
box()
{
	# shellcheck disable=SC2086 # words
	in_ns ${NSPIVOT_UNDER:-} nspivot "$@"
}

# The calls that kernels before 5.6 do not have.
# shellcheck disable=SC2034 # for the tests
OLD_KERNEL='enosys open_tree,move_mount,fsopen,fsconfig,fsmount,mount_setattr,openat2 --'

# What a root that means harm would reach, and what it looked like.
harm()
{
	canary=$TMP/canary
	mkdir "$canary" "$canary/dir"
	echo untouched >"$canary/file"
	chmod 777 "$canary" "$canary/dir"
}

look()
{
	find "$canary" -printf '%p %y %m %s %T@ %C@\n' | sort
	stat -c '%n %Y %Z' /etc /etc/hosts /etc/passwd
	cat /proc/self/mountinfo
}

evil()
{
	rm -rf "$box"
	make_box
	look >"$TMP/before"
}

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

# race_saw: sets how many runs $saw_dir or $saw_link all the time; whether there are some of both.
race_saw()
{
	saw_dir=$(find "$box/a/" "$box/x/" -maxdepth 1 -name 'c[0-9]*' | wc -l)
	saw_link=$(find "$box$canary" -maxdepth 1 -name 'c[0-9]*' | wc -l)
	[ "$saw_dir" -gt 0 ] && [ "$saw_link" -gt 0 ]
}

# race N: the classic, between the check and the use a directory becomes a link. Each of N runs, and of some more where
# by then not both were seen, takes it seven times. Sets $n, $saw_dir, $saw_link, and how many were $refused, which saw
# it change.
race()
{
	evil
	mkdir "$box/a"
	ln -s "$canary" "$box/x"
	: >"$TMP/said"
	refused=0 n=0
	start_holder exchange "$box/a" "$box/x"
	while [ $n -lt "$1" ]; do
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
	assertEquals 'every run is one of these' "$n" $((saw_dir + saw_link + refused))
	assertEquals 'each refusal says why' "$refused" "$(grep -c '^nspivot: .*/a' "$TMP/said")"
	# the mounts are verified once more before the pivot, so that few runs see no change
	assertTrue 'the exchange was noticed' "[ $refused -gt 0 ]"
	assert_canary
}

# forge: $box has a directory beside proc to be exchanged with it, and /look, which tries to write to what really is proc,
# whatever its name.
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

# box_calls OPTION…: sets $calls, how many system calls nspivot makes for them.
box_calls()
{
	# shellcheck disable=SC2086 # words
	run failat -b nspivot --count -o "$TMP/report" -- nsunshare -mp${NS_TOO:-} -- ${NSPIVOT_UNDER:-} nspivot "$@"
	assertEquals "without an exchange: $err" 0 "$rc"
	calls=$(cat "$TMP/report")
	eval "${after_each:-}"
}

# exchange_at_each A B OPTION…: box once for each of its system calls, or one of $every, at which two names are exchanged, and in the end exchanged
# back. Then $after_each is evaluated. What was said is in $TMP/said. Sets how many times it $ran, and how many were $refused; fails when one did neither.
exchange_at_each()
{
	_a=$1 _b=$2
	shift 2
	box_calls "$@"
	ran=0 refused=0 k=0
	: >"$TMP/said"
	while [ $((k += ${every:-1})) -le "$calls" ]; do
		# shellcheck disable=SC2086 # words
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

# fail_each CALL ERRNO COMMAND…: the command with nspivot in it once for each of these calls, which fails. What was said is in $TMP/said.
fail_each()
{
	_call=$1 _errno=$2
	shift 2
	: >"$TMP/said"
	run failat -b nspivot -s "$_call" --count -o "$TMP/report" -- "$@"
	assertNotEquals 'failat itself failed' 99 "$rc"
	calls=$(cat "$TMP/report") k=0
	while [ $k -lt "$calls" ]; do
		k=$((k + 1))
		run failat -b nspivot -s "$_call" -k $k -e "$_errno" -o "$TMP/report" -- "$@"
		cat "$TMP/out" "$TMP/err" >>"$TMP/said"
	done
}

# race_proc N: N runs of the docker preset while proc and fake are exchanged all the time.
race_proc()
{
	start_holder exchange "$box/proc" "$box/fake"
	n=0 ran=0 refused=0
	: >"$TMP/said"
	while [ $n -lt "$1" ]; do
		n=$((n + 1))
		# shellcheck disable=SC2086 # words
		nsunshare -mp -- ${NSPIVOT_UNDER:-} nspivot --preset=docker "$box" -- /look >>"$TMP/said" 2>/dev/null
		case $? in
		0) ran=$((ran + 1)) ;;
		125) refused=$((refused + 1)) ;;
		*) break ;;
		esac
	done
	stop_holder
	echo "race: of $n runs $ran ran, $refused were refused"
	assertEquals "$1" $((ran + refused))
	assertEquals 'runs with a writable proc' 0 "$(grep -c writable "$TMP/said")"
	assertTrue 'some were hit' "[ $refused -gt 0 ]"
}
