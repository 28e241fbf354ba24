# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsrunlib.sh: functions for the tests of nsrun. Sourced after testlib.sh and rootlib.sh.

# stub DIR: creates an nsrun in DIR whose tools are stubs. A stub prints each of its arguments on a
# line between < and >, and exits with 3.
stub()
{
	mkdir -p "$1"
	cp -R "$NSUTILS_BIN/nsrun" "$NSUTILS_BIN/nsrun-data" "$1/"
	for _tool in nsenter2 nsnet nsunshare nstimeoffset nsinit nspivot; do
		cat >"$1/$_tool" <<-'EOT'
			#!/bin/sh
			printf '<%s>\n' "$0" "$@"
			exit 3
		EOT
		chmod 755 "$1/$_tool"
	done
}

# work_in DIR: creates and enters a working directory and a home directory of this test.
work_in()
{
	mkdir -p "$TMP/home" "$1"
	HOME=$TMP/home
	export HOME
	cd "$1" || exit 1
}
