# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# timelib.sh: runs nstimeoffset as root or as an ordinary user. Sourced after testlib.sh.

# tool ARGUMENT…: runs nstimeoffset. An ordinary user needs a user namespace to run it, so nsunshare
# creates one.
tool()
{
	if [ "$(id -u)" = 0 ]; then
		nstimeoffset "$@"
	else
		nsunshare -r -- nstimeoffset "$@"
	fi
}
