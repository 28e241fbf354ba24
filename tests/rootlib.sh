# shellcheck shell=sh
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
	for _applet in sh cat cut grep id ls mkdir mount ps readlink stat touch wc; do
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
