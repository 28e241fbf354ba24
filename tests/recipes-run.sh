#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# recipes-run: checks that every recipe of nsutils-recipes(7) that needs no Debian system runs and
# prints the output on the page.
# as: root user
# budget: 120
. "${0%/*}/testlib.sh"
. "${0%/*}/pagelib.sh"
. "${0%/*}/rootlib.sh"
require_ns user mnt pid uts ipc net cgroup
require_tool ip ps

page=${0%/*}/../man/nsutils-recipes.7
prompt=\$
[ "$(id -u)" != 0 ] || prompt=\#
export XDG_RUNTIME_DIR="$TMP"
export HOME="$TMP/home"
mkdir "$HOME"

# sections: prints the headings of the page below which there are displays (example text) with
# $prompt.
sections()
{
	awk -v prompt="$prompt " '
		/^\.Ss / { head = substr($0, 5) }
		index($0, prompt) == 1 && !seen[head]++ { print head }' "$page"
}

# prepare: creates the root directory that the recipes use.
prepare()
{
	box=$PWD/rootfs
	make_box
	ln -s busybox rootfs/bin/rm
	ln -s busybox rootfs/bin/ping
}

# umount ARG…: retries, because a namespace file is busy while nslist reads it in another test.
umount()
{
	settle 20 command umount "$@" 2>/dev/null || command umount "$@"
}

test_every_recipe_prints_what_the_page_shows()
{
	# shellcheck disable=SC2034 # for play
	stage=prepare
	sections >"$TMP/sections"
	assertTrue 'the page has recipes' "[ $(wc -l <"$TMP/sections") -ge 4 ]"
	while read -r heading; do
		echo "# $heading"
		play "$prompt" "$(displays "$page" "$heading")"
	done <"$TMP/sections"
}

. shunit2
