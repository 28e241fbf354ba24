#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tutorial-runs: every example of nsutils-tutorial(7) runs, and prints what the page shows.
# as: root user
. "${0%/*}/testlib.sh"
. "${0%/*}/pagelib.sh"
require_ns user mnt pid uts ipc net time cgroup
require_tool busybox ip ipcmk domainname findmnt uptime ps

page=${0%/*}/../man/nsutils-tutorial.7
prompt=\$
[ "$(id -u)" != 0 ] || prompt=\#

# sections: the headings below which the page has examples behind our prompt.
sections()
{
	awk -v prompt="$prompt " '
		/^\.Ss / { head = substr($0, 5) }
		index($0, prompt) == 1 && !seen[head]++ { print head }' "$page"
}

# lesson HEADING: its examples, without the page's markup. A cgroup has a name of this run's own.
lesson()
{
	awk -v heading="$1" '
		/^\.S[hs] / { here = $0 == ".Ss " heading }
		/^\.Ed/ { on = 0 }
		here && on
		/^\.Bd -literal/ { on = 1 }' "$page" |
		sed -e "s/\\\\(aq/'/g" -e 's/\\(ga/`/g' -e 's/\\(ha/^/g' -e 's/\\(ti/~/g' -e 's/\\-/-/g' \
			-e 's/\\&//g' -e 's/\\e/\\/g' -e "s,/box\\( \\|\$\\),/$own_cgroup\\1,"
}

test_every_example_prints_what_the_page_shows()
{
	sections >"$TMP/sections"
	while read -r heading; do
		echo "# $heading"
		lesson "$heading" >"$TMP/lesson"
		play "$prompt" "$(cat "$TMP/lesson")"
	done <"$TMP/sections"
}

# Every type has its examples, so that none is lost with a heading.
test_the_page_has_its_lessons()
{
	run sections
	if [ "$prompt" = \# ]; then
		assert_out 'Control groups
Networks'
	else
		assert_out 'Names
Message queues
Process ids
Mounts
Users
Clocks
Networks
Roots
A container'
	fi
}

. shunit2
