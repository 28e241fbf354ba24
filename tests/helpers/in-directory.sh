#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# in-directory: runs a command with a new directory as $TMPDIR. Removes the directory when the command
# has ended. If INT, TERM or HUP ends this script, ends all processes of the command first.
#
# usage: tests/helpers/in-directory.sh [--builddir DIR] COMMAND…
#
# `tests/run --stage DIR` chooses the directory: files in it can be executed. DIR is the build directory
# (default build/ beside tests/). Standard input of the command is /dev/null.
set -u

# end SIGNAL: ends the command and exits with 128 + SIGNAL.
end()
{
	trap '' INT TERM HUP
	[ -z "${!-}" ] || {
		kill "$!" 2>/dev/null
		wait "$!"
	}
	exit $((128 + $1))
}

helpers=$(dirname "$0")
builddir=$helpers/../../build
if [ "${1-}" = --builddir ]; then
	builddir=$2
	shift 2
fi
dir=
trap '[ -z "$dir" ] || rm -rf "$dir"' EXIT
trap 'end 1' HUP
trap 'end 2' INT
trap 'end 15' TERM
# The inner shell ignores the signals, so a signal cannot end it between the creation of the directory and
# the assignment.
dir=$(trap '' INT TERM HUP && sh "$helpers/../run" --stage "$builddir") || exit 99
# a trap interrupts wait, but not a command in the foreground
TMPDIR=$dir "$helpers/end-all.sh" "$@" &
wait "$!"
