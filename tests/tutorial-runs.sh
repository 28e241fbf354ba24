#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tutorial-runs: checks that every example of nsutils-tutorial(7) runs and prints the output on the
# page.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/pagelib.sh"
require_ns user mnt pid uts ipc net time cgroup
require_tool busybox ip ipcmk domainname findmnt uptime ps

page=${0%/*}/../man/nsutils-tutorial.7
prompt=\$
[ "$(id -u)" != 0 ] || prompt=\#

# sections: prints the headings of nsutils-tutorial(7) below which there are examples with $prompt.
sections()
{
	awk -v prompt="$prompt " '
		/^\.Ss / { head = substr($0, 5) }
		index($0, prompt) == 1 && !seen[head]++ { print head }' "$page"
}

# lesson HEADING: prints the examples below HEADING, except those that match $absent. Replaces the name
# of the cgroup in the examples, /box, by $own_cgroup, a name that is unique to this instance of the
# test.
lesson()
{
	displays "$page" "$1" "$absent" | sed "s,/box\\( \\|\$\\),/$own_cgroup\\1,"
}

# without_carrier: removes what the kernel sets in the background when a device gets a carrier: the flag
# linkdown of routes, and the state of eth0.
without_carrier()
{
	sed -E -e 's/ linkdown//' -e 's/^(eth0@if[^ ]* +)(UP|DOWN|LOWERLAYERDOWN) +/\1STATE /'
}

test_every_example_prints_what_the_page_shows()
{
	feature subids || return 0
	settle=without_carrier absent=
	feature nslist || absent=nslist
	sections >"$TMP/sections"
	while read -r heading; do
		echo "# $heading"
		lesson "$heading" >"$TMP/lesson"
		play "$prompt" "$(cat "$TMP/lesson")"
	done <"$TMP/sections"
}

# nsutils-tutorial(7) must have examples for each type of namespace. This test fails if one of the
# headings is missing.
test_the_page_has_examples_for_every_type()
{
	# Runs no tool: This test checks the text of nsutils-tutorial(7).
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
