# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# timelib.sh: nstimeoffset for whoever runs the test. Sourced after testlib.sh.

# tool ARGUMENT…: nstimeoffset, for an ordinary user in a user namespace of its own, which it takes.
tool()
{
	if [ "$(id -u)" = 0 ]; then
		nstimeoffset "$@"
	else
		nsunshare -r -- nstimeoffset "$@"
	fi
}
