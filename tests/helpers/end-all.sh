#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# end-all: run a command. If INT, TERM or HUP ends this script, end all processes of the command
# too.
#
# usage: tests/helpers/end-all.sh COMMAND…
#
# The processes have the variable NSUTILS_END_ALL with the same value in their environment. A
# process without the variable is in a pid namespace whose process 1 ends together with a process
# that has the variable.
set -u

# ours: prints the pids of the processes that belong to the command.
ours()
{
	for p in /proc/[0-9]*; do
		! tr '\0' '\n' <"$p/environ" | grep -qxF "NSUTILS_END_ALL=$id" || echo "${p#/proc/}"
	done 2>/dev/null
}

# end SIGNAL: ends the processes of the command, and exits with 128 + SIGNAL. TERM lets the
# processes remove their files; KILL also ends process 1 of a pid namespace.
end()
{
	trap '' INT TERM HUP
	for signal in TERM TERM KILL KILL; do
		pids=$(ours)
		[ -n "$pids" ] || break
		# shellcheck disable=SC2086 # several pids
		kill -s $signal $pids 2>/dev/null
		sleep 0.5
	done
	exit $((128 + $1))
}

id=$$.$(date +%s%N)
trap 'end 1' HUP
trap 'end 2' INT
trap 'end 15' TERM
NSUTILS_END_ALL=$id "$@" &
wait "$!"
