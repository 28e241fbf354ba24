# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# listlib.sh: functions of the tests of nslist. Sourced after testlib.sh.
require_feature nslist

# inode_of PID TYPE: prints the inode of the namespace of that type that the process PID is in.
inode_of()
{
	readlink "/proc/$1/ns/$2" | tr -dc 0-9
}

# own_inode TYPE: prints the inode of the namespace of that type that the test itself is in.
own_inode()
{
	inode_of self "$1"
}

# shellcheck disable=SC2034,SC2154 # used by the tests; set by start_holder
# hold KIND [ARG]: starts a holder of this kind. Sets $type and $inode of the namespace that it
# holds.
hold()
{
	start_holder holder "$@"
	type=${holder_line% *}
	inode=${holder_line#* }
}
