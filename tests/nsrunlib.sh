# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsrunlib.sh: functions for the tests of nsrun. Sourced after testlib.sh and rootlib.sh.

# the directory of the profiles: beside nsrun in a build, otherwise the directory in which they are
# installed
nsrun_data=$NSUTILS_BIN/nsrun-data
[ -e "$nsrun_data" ] ||
	nsrun_data=$(sed -n "s/^version=.* pkgdatadir='\([^']*\)'.*/\1/p" "$NSUTILS_BIN/nsrun")

# stub DIR: creates an nsrun in DIR whose tools are stubs. A stub prints each of its arguments on a
# line between < and >, and exits with 3.
stub()
{
	mkdir -p "$1/nsrun-data"
	cp "$NSUTILS_BIN/nsrun" "$1/"
	cp -R "$nsrun_data/." "$1/nsrun-data"
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
