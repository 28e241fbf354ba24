#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# expected-output: compares the output, the messages, the exit status and the open descriptors of
# many commands with the values in tests/expected/.
# Runs as root.
# Time limit: 90 seconds.
. "${0%/*}/testlib.sh"
require_feature sandbox no-sanitizer subids
# the expected messages and descriptors are those of a kernel with these calls
require_kernel_call pidfd_open open_tree

# Each file in tests/expected/ contains lines of the form `$ COMMAND`. Each of them is followed by
# the output of the command, a line `open: FILE` for each descriptor that the tool has not closed
# when it exits (`open at execve: FILE` when it executes the program), and a line `= STATUS`.
#
# The expected values were checked by hand against the man page of the tool and the util-linux tool
# that it replaces. Write the values of a new command by hand, or read them against the man page
# before you add them: the output of the tool alone is no proof that the tool is right. If
# build/expected/ exists, the test writes there what the tools print now. After a change of a
# message, read the difference line by line before you copy a file to tests/expected/.
expected=${0%/*}/expected

oneTimeSetUp()
{
	# mount a copy over /etc, because nsnet creates /etc/netns
	cp -a /etc "$TMP/etc" && mount --bind "$TMP/etc" /etc || return
	mkdir -p /tmp/r/dir /tmp/r/root/bin /tmp/r/root/tmp /tmp/r/root/etc /tmp/r/root/dev /tmp/r/root/proc /tmp/r/root/sys /tmp/r/root/mnt
	cd /tmp/r || return
	printf 'uid 0 1000 1\ngid 0 1000 1\n' >map
	printf 'uid 0 1000 1\nuid 1 100000 65536\ngid 0 1000 1\ngid 1 100000 65536\n' >map2
	printf 'nonsense\n' >bad
	: >empty
	cp /bin/busybox root/bin/sh 2>/dev/null || cp /bin/sh root/bin/sh
}

# replay FILE: runs the commands of FILE and prints FILE with the current results. Replaces values
# that differ between runs by words: inode numbers of namespaces, the temporary directory of
# tests/run, random addresses and names, offsets of clocks that a command sets to a value (`==`).
# Omits the line for a descriptor of the directory /etc/profile.d. A login shell of Debian sid
# executes run-parts, which leaves this descriptor open.
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
		sed -E -e '/^[$] .*==/,/^= /s/by [+-][0-9.]+ seconds relative/by SECONDS relative/' \
			-e 's/\r$//' -e '/^[$] /b' -e '\|^open: /etc/profile[.]d$|d' -e 's/40265[0-9]{5}/INODE/g' -e 's|/tmp/nsutils-test[.][A-Za-z0-9]*|STAGE|g' \
			-e 's/([0-9a-f]{2}:){5}[0-9a-f]{2}/MAC/g' -e 's/fe80::[0-9a-f:]+/LINK_LOCAL/g' -e 's/vethns[0-9]+/VETH/g' -e 's/1 to 4194304/1 to PID_MAX/' \
			-e 's|(/etc/resolv.conf names the server ).*|\1SERVER|' |
		sort_types
}

# sort_types: sorts successive lines that differ only in the name of a namespace type: the name alone
# or a node of a graph. nslist sorts namespaces by their inode numbers, and the kernel may give a new
# namespace any free number.
sort_types()
{
	awk 'BEGIN { types = split("cgroup ipc mnt net pid time user uts", type) }
		function put(i) { for (i = 1; i <= types; i++) { printf "%s", lines[type[i]]; delete lines[type[i]] } }
		{ name = $0; gsub(/^ *nINODE \[label="| INODE"\];$/, "", name) }
		name ~ /^(cgroup|ipc|mnt|net|pid|time|user|uts)$/ { lines[name] = lines[name] $0 "\n"; next }
		{ put(); print }
		END { put() }'
}

# assert_expected NAME: asserts that the commands of the file NAME give the expected results. If
# build/expected/ exists, writes the actual results there.
assert_expected()
{
	LD_PRELOAD=$NSUTILS_HELPERS/libopenfds_nstest.so
	export LD_PRELOAD
	replay "$expected/$1" >"$TMP/$1"
	unset LD_PRELOAD
	[ ! -d "$NSUTILS_SOURCE/build/expected" ] || cp "$TMP/$1" "$NSUTILS_SOURCE/build/expected/"
	assert_no_difference "the results of $1" "$expected/$1" "$TMP/$1"
}

test_nsunshare_gives_the_expected_results()
{
	assert_expected nsunshare
}

test_nsenter2_gives_the_expected_results()
{
	assert_expected nsenter2
}

test_nspivot_gives_the_expected_results()
{
	assert_expected nspivot
}

test_nsidmap_gives_the_expected_results()
{
	assert_expected nsidmap
}

test_nslist_gives_the_expected_results()
{
	feature nslist || return 0
	assert_expected nslist
}

test_nsnet_gives_the_expected_results()
{
	assert_expected nsnet
}

test_nsinit_gives_the_expected_results()
{
	assert_expected nsinit
}

test_nstimeoffset_gives_the_expected_results()
{
	assert_expected nstimeoffset
}

test_runs_give_the_expected_results()
{
	assert_expected runs
}

. shunit2
