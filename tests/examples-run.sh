#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# examples-run: runs every example of the man pages and compares the output with the page.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/pagelib.sh"
. "${0%/*}/rootlib.sh"
. "${0%/*}/cgrouplib.sh"
require_ns user mnt pid uts ipc net time cgroup
require_tool ip jq ps uptime

man=${0%/*}/../man
prompt=\$
[ "$(id -u)" != 0 ] || prompt=\#

# pages: prints the paths of the man pages, except the tutorial and the recipes, which have their
# own tests.
pages()
{
	for page in "$man"/*.[1-8]; do
		case ${page##*/} in
		nsutils-tutorial.7 | nsutils-recipes.7) ;;
		*) echo "$page" ;;
		esac
	done
}

# without: prints a regular expression that matches the examples that need features which this
# machine lacks.
without()
{
	if [ -n "$v1cpu" ]; then
		printf 'cpu[.]max'
	elif feature cgroup2-cpu >&2; then
		printf 'cpu[.]cfs'
	else
		printf 'cpu[.]max|cpu[.]cfs'
	fi
	kernel_call mount_setattr >&2 && idmappable "$TMP" >&2 || printf '|nsidmap mount'
	feature nslist >&2 || printf '|nslist'
}

# prepare: creates the files that the examples use: the root directory `rootfs`, a file in `data`,
# and the network namespaces blue and red.
prepare()
{
	box=$PWD/rootfs
	make_box
	ln -s busybox rootfs/bin/hostname
	mkdir data
	echo hello >data/file
	[ "$prompt" = \$ ] || ip netns add blue
	[ "$prompt" = \$ ] || ip netns add red
}

# with_targets FILE: starts the processes that have the pids 812 and 813 in the examples of FILE:
# 812 is in a container, and 813 is in a user namespace without maps. Sets $played to the text of
# the examples, in which the real pids replace 812 and 813, and the cgroup name of this test
# replaces the cgroup "box".
with_targets()
{
	own=-r
	[ "$prompt" = \$ ] || own=
	# shellcheck disable=SC2086 # root has no such argument
	start_holder nsunshare $own -mpuin --mount-proc --hostname box --pid-file "$TMP/pid" --ready-fd 3 -- sleep 1000
	target=$(cat "$TMP/pid")
	await_sleep "$target"
	# omit the waiting parent, which nslist would otherwise list, too
	kill -s KILL "$holder"
	wait "$holder" 2>/dev/null
	unmapped=
	if grep -q 813 "$1"; then
		start_holder nsunshare -U -- sh -c 'echo $$ >&3; exec sleep 1000 3>&-'
		unmapped=$holder_line
	fi
	played=$(sed -e "s/813/unmapped/g; s/812/$target/g; s/unmapped/$unmapped/g" \
		-e "s,/box \\(--cgroup\\),/$own_cgroup \\1," "$1")
}

# steady: a filter that makes output comparable. Replaces the time of day, numbers of four or more
# digits and blanks between columns, which differ between machines. Removes the warning of nslist
# that an ordinary user cannot read other users' processes, and the CR that a terminal adds to each
# line.
steady()
{
	tr -d '\r' | sed -e 's/[0-9-]*T[0-9:]*[.][0-9]*[+-][0-9]*/TIME/g' -e 's/[0-9]\{4,\}/N/g' -e 's/  */ /g' -e '/^nslist: incomplete/d'
}

tearDown()
{
	stop_holders
	[ "$prompt" = \$ ] || ip -all netns delete
}

test_every_example_prints_what_its_page_shows()
{
	feature sandbox || return 0
	# shellcheck disable=SC2034 # for play
	settle=steady stage=prepare
	absent=$(without)
	pages >"$TMP/pages"
	while read -r page; do
		displays "$page" EXAMPLES "$absent" >"$TMP/displays"
		grep -q "^$prompt " "$TMP/displays" || continue
		echo "# ${page##*/}"
		with_targets "$TMP/displays"
		play "$prompt" "$played"
		tearDown
	done <"$TMP/pages"
}

test_every_page_has_three_to_eight_examples()
{
	# Runs no tool: This test checks the text of the man pages.
	pages >"$TMP/pages"
	while read -r page; do
		n=$(awk '/^\.Sh / { on = /EXAMPLES/ } on && /^\.Bd -literal/ { n++ } END { print n + 0 }' "$page")
		assertTrue "${page##*/} has $n examples" "[ $n -ge 3 ] && [ $n -le 8 ]"
	done <"$TMP/pages"
}

test_every_view_of_nslist_has_an_example()
{
	feature nslist || return 0
	run nslist --help
	displays "$man/nslist.1" EXAMPLES >"$TMP/displays"
	sed -n '/^Other views/,$s/^ *\(--[a-z]*\).*/\1/p' "$TMP/out" >"$TMP/views"
	assertTrue 'the help names the views' "grep -qx -e --containers '$TMP/views'"
	while read -r option; do
		case $option in
		--all | --features) ;;
		*) assertNotEquals "examples with $option" 0 "$(grep -c "nslist.* $option" "$TMP/displays")" ;;
		esac
	done <"$TMP/views"
}

# The other tests of examples-run.sh run only the examples that contain a prompt, so each example must
# contain one.
test_every_example_has_a_prompt()
{
	# Runs no tool: This test checks the text of the man pages.
	pages >"$TMP/pages"
	while read -r page; do
		bad=$(awk '
			/^\.Sh / { on = /EXAMPLES/ }
			on && /^\.D[1l] / { print }
			on && after && !/^[$#] / { print }
			{ after = /^\.Bd / }' "$page")
		assert_empty "${page##*/}" "$bad"
	done <"$TMP/pages"
}

test_the_examples_follow_the_description()
{
	# Runs no tool: This test checks the text of the man pages.
	pages >"$TMP/pages"
	while read -r page; do
		before=$(awk '/^\.Sh EXAMPLES/ { print last } /^\.Sh / { last = substr($0, 5) }' "$page")
		assertEquals "${page##*/}" DESCRIPTION "$before"
	done <"$TMP/pages"
}

. shunit2
