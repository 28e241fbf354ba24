#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# recorded-output: compares the output, the messages, the exit status and the open descriptors of many
# commands with those that tests/recorded/ contains.
# as: root
# budget: 90
. "${0%/*}/testlib.sh"
require_feature sandbox no-sanitizer subids

# A file of tests/recorded/ contains lines `$ COMMAND`. Each one is followed by the output of the
# command, a line `open: FILE` for each descriptor that the tool has not closed when it exits (`open at
# execve: FILE` when it executes the program), and a line `= STATUS`. `NSUTILS_RECORD=DIR tests/run tests/recorded-output.sh` runs the commands and writes
# new files to DIR. Read the differences before you copy the files to tests/recorded/.
recorded=${0%/*}/recorded

oneTimeSetUp()
{
	mkdir -p /tmp/r/dir /tmp/r/root/bin /tmp/r/root/tmp /tmp/r/root/etc /tmp/r/root/dev /tmp/r/root/proc /tmp/r/root/sys /tmp/r/root/mnt
	cd /tmp/r || return
	printf 'uid 0 1000 1\ngid 0 1000 1\n' >map
	printf 'uid 0 1000 1\nuid 1 100000 65536\ngid 0 1000 1\ngid 1 100000 65536\n' >map2
	printf 'nonsense\n' >bad
	: >empty
	cp /bin/busybox root/bin/sh 2>/dev/null || cp /bin/sh root/bin/sh
}

# replay FILE: runs the commands of FILE and prints FILE with the results of now. Words replace what
# differs from run to run: inodes of namespaces, the directory of the runner, random addresses, the
# distance between clocks.
replay()
{
	while IFS= read -r line; do
		case $line in
		'$ '*)
			printf '%s\n' "$line"
			eval "${line#??}" </dev/null 2>&1
			echo "= $?"
			;;
		'#'* | '') printf '%s\n' "$line" ;;
		esac
	done <"$1" 9>&- |
		sed -E -e '/^[$] /b' -e 's/40265[0-9]{5}/INODE/g' -e 's|/tmp/nsutils-test[.][A-Za-z0-9]*|STAGE|g' \
			-e 's/([0-9a-f]{2}:){5}[0-9a-f]{2}/MAC/g' -e 's/vethns[0-9]+/VETH/g' -e 's/1 to 4194304/1 to PID_MAX/' \
			-e 's|(/etc/resolv.conf names the server ).*|\1SERVER|' \
			-e 's/by -?[0-9.]+ seconds relative to the initial/by SECONDS relative to the initial/'
}

# assert_recorded NAME: asserts that the commands of the file NAME give the recorded results.
assert_recorded()
{
	LD_PRELOAD=$NSUTILS_HELPERS/libopenfds_nstest.so
	export LD_PRELOAD
	replay "$recorded/$1" >"$TMP/$1"
	unset LD_PRELOAD
	[ ! -d "$NSUTILS_SOURCE/build/recorded" ] || cp "$TMP/$1" "$NSUTILS_SOURCE/build/recorded/"
	difference=$(diff -u "$recorded/$1" "$TMP/$1" | sed 1,2d)
	assert_empty "the results of $1:" "$difference"
}

test_nsunshare_gives_the_recorded_results()
{
	assert_recorded nsunshare
}

test_nsenter2_gives_the_recorded_results()
{
	assert_recorded nsenter2
}

test_nspivot_gives_the_recorded_results()
{
	assert_recorded nspivot
}

test_nsidmap_gives_the_recorded_results()
{
	assert_recorded nsidmap
}

test_nslist_gives_the_recorded_results()
{
	assert_recorded nslist
}

test_nsnet_gives_the_recorded_results()
{
	assert_recorded nsnet
}

test_nsinit_gives_the_recorded_results()
{
	assert_recorded nsinit
}

test_nstimeoffset_gives_the_recorded_results()
{
	assert_recorded nstimeoffset
}

test_runs_give_the_recorded_results()
{
	assert_recorded runs
}

. shunit2
