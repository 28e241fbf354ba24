#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# recipes-run: checks that every recipe of nsutils-recipes(7) that needs no Debian system runs and
# prints the output on the page, and that every command in the table of other tools works.
# Runs as root and as an ordinary user.
# Time limit: 120 seconds.
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

# sections: prints the headings of the sections in nsutils-recipes(7) that contain a command line
# with the prompt $prompt.
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

# umount ARG…: calls umount(8). Retries if it fails, because a namespace file is busy while nslist
# reads it in another test.
umount()
{
	settle 20 command umount "$@" 2>/dev/null || command umount "$@"
}

test_every_recipe_prints_what_the_page_shows()
{
	feature nslist || return 0
	# shellcheck disable=SC2034 # for play
	stage=prepare
	sections >"$TMP/sections"
	assertTrue 'the page has recipes' "[ $(wc -l <"$TMP/sections") -ge 4 ]"
	while read -r heading; do
		echo "# $heading"
		play "$prompt" "$(displays "$page" "$heading")"
	done <"$TMP/sections"
}

# displayed: prints the commands that nsutils-recipes(7) shows as displays of one line (.Dl).
displayed()
{
	sed -n 's/^\.Dl [$#]* *//p' "$page"
}

test_every_command_outside_of_the_examples_is_in_a_long_test()
{
	# Runs no tool: This test checks that the long tests, which use Debian and podman, contain
	# the commands that nsutils-recipes(7) shows outside of its examples.
	displayed >"$TMP/displayed"
	assertEquals 'nsrun and podman' 2 "$(grep -c . "$TMP/displayed")"
	while read -r line; do
		case $line in
		'nsrun --profile system --name box --overlay -R debian')
			assertTrue "$line" "grep -q 'nsrun --profile system --name box --overlay -R ' '${0%/*}/nsrun-clients-long.sh'"
			;;
		podman*)
			for option in --network --cgroups=disabled; do
				assertTrue "$option" "grep -qe '$option' '${0%/*}/podmanlib.sh' '${0%/*}/nsoci-podman-long.sh'"
			done
			;;
		*) fail "no test runs '$line'" ;;
		esac
	done <"$TMP/displayed"
}

# equivalents: prints the commands in the right column of the table that compares nsutils with other
# tools. Replaces the names in the table by those that this test uses.
equivalents()
{
	sed -n '/^\.Sh FROM OTHER TOOLS/,/^\.El/{ s/^\.It .* Ta \(ns.*\)/\1/p; }' "$page" |
		sed -e 's/ (default)//; s/-R DIR/-R rootfs/; s/--chdir DIR/--chdir \/bin/; s/=C,[.]*/=net_raw,chown/; s/ CMD/ \/bin\/true/' \
			-e 's/ A:B/ data:\/data/; s/BRIDGE/br0/; s/=SIGNAL/=TERM/; s/USER/alice/; s/\<N\>/web/' |
		while read -r line; do
			case $line in
			'nsrun --stop'*) ;;
			nsrun*)
				case $line in *' -R '*) ;; *) line="$line -R rootfs" ;; esac
				case $line in *' -- '*) ;; *) line="$line -- /bin/true" ;; esac
				;;
			*-group | *TERM:QUIT | *=TERM) line="$line -- /bin/true" ;;
			esac
			printf '%s\n' "$line"
		done
}

# The test executes the commands in the order in which the table on the page lists them. The
# equivalents of `docker exec`, `docker top` and `docker stop` act on a container with the name web,
# which the test starts before the first of these commands.
test_every_equivalent_of_another_tool_works()
{
	{ feature nslist && feature subids; } || return 0
	mkdir "$TMP/rows" && cd "$TMP/rows" || return
	box=$PWD/rootfs
	make_box
	mkdir data rootfs/data
	echo 'alice:x:7:7::/:/bin/sh' >rootfs/etc/passwd
	[ "$prompt" = \$ ] || nsnet bridge br0,10.90.0.1/24
	equivalents >"$TMP/equivalents"
	assertTrue 'the table has rows' "[ $(grep -c . "$TMP/equivalents") -ge 20 ]"
	started=
	while read -r line <&7; do
		case $line in
		*br0* | *--memory*) [ "$prompt" = \# ] || continue ;;
		esac
		case $line in
		*--overlay*) feature overlay-userns || continue ;;
		*name:web* | *'--stop web')
			if [ -z "$started" ]; then
				started=1
				start_holder nsrun --name web -R rootfs --with nsunshare:--keep-fd=3 --with nspivot:--ready-fd=3 -- /bin/sleep 1000
				settle 50 nslist --show name:web -t pid >/dev/null 2>&1
			fi
			;;
		'nsinit --pause') line="timeout -s TERM -k 9 --preserve-status 2 $line" ;;
		esac
		# shellcheck disable=SC2086 # separate words
		run $line 7<&-
		assertEquals "$line: $err" 0 "$rc"
	done 7<"$TMP/equivalents"
	assertNotNull 'a run was stopped' "$started"
	[ "$prompt" = \$ ] || nsnet del br0
	cd "$TMP" || return
}

. shunit2
