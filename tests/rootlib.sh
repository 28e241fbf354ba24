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
