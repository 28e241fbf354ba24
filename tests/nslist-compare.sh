#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-compare: checks what --diff says about namespaces that differ, the files that --stale
# lists, and the frames of containers in the graph of --dot.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/listlib.sh"
require_ns user uts pid net mnt
require_tool jq ip

# tearDown: waits until the pid namespace of the test has vanished.
tearDown()
{
	stop_holders
	[ -z "${box-}" ] || tail -s 0.02 --pid="$box" -f /dev/null
	box=
}

# contain CMD: starts a shell in new namespaces. The shell runs CMD and then sleeps. Sets $box to
# its pid.
contain()
{
	start_holder unshare -r -m -u -n -p -f --kill-child sh -c "$1
		echo >&3; exec sleep infinity 3>&-"
	box=$(pgrep -P "$holder")
	await_sleep "$box"
}

test_diff_prints_the_differences()
{
	mkdir "$TMP/disk"
	contain "hostname web; mount -t tmpfs disk '$TMP/disk'; ip link set lo up; ip address add 10.7.0.1/24 dev lo"
	run nslist --diff $$ "$box"
	assert_ok
	assert_out_has "  - hostname $(hostname)
  + hostname web"
	assert_out_has '  + address 10.7.0.1/24'
	assert_out_has "  + mount $TMP/disk tmpfs "
	assert_out_has "  + uid 0 $(id -u) 1"
	run nslist --diff "$box" $$ -t uts
	assert_out_has "  - hostname web
  + hostname $(hostname)"
	run nslist -J --diff $$ "$box"
	assert_ok
	assertEquals "hostname $(hostname) hostname web" "$(jq -r '.namespaces[] | select(.type == "uts") | "\(.only_a[0]) \(.only_b[0])"' "$TMP/out")"
	assertTrue 'the address is only in b' "jq -e '.namespaces[] | select(.type == \"net\") | .only_b | index(\"address 10.7.0.1/24\")' '$TMP/out' >/dev/null"
	assert_json '[.namespaces[] | select(.same) | has("only_a")] | any | not'
}

test_diff_of_equal_processes_has_no_details()
{
	start_holder sh -c 'echo >&3; exec sleep infinity 3>&-'
	run nslist -n --diff $$ "$holder"
	assert_ok
	assertEquals 8 "$(grep -c ' same$' "$TMP/out")"
	assert_empty "$(grep '^ ' "$TMP/out")"
}

test_diff_cuts_long_lists_in_a_table()
{
	mkdir "$TMP/m"
	contain "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do mkdir '$TMP/m/'\$i; mount -t tmpfs t '$TMP/m/'\$i; done"
	run nslist -t mnt --diff $$ "$box"
	assert_ok
	assertEquals 11 "$(grep -c '^  + ' "$TMP/out")"
	assertTrue 'the rest is counted' "grep -qE '^  [+] and [0-9]+ more\$' '$TMP/out'"
	run nslist -J -t mnt --diff $$ "$box"
	assert_json '.namespaces[0].only_b | length >= 12'
}

test_stale_lists_nothing_without_files()
{
	run nslist --stale -n
	assert_ok
	assert_out_empty
	run nslist --stale -J
	assert_ok
	assert_json '.stale == []'
	run nslist --stale self
	assert_refused 1 'unexpected argument'
}

test_stale_lists_files_without_a_namespace()
{
	# Runs only as root.
	ip netns add blue
	ip netns add red
	umount /run/netns/red
	: >'/run/netns/a b'
	run nslist --stale
	assert_ok
	assert_out 'PATH
/run/netns/a b
/run/netns/red'
	run nslist --stale -J
	assert_json '.stale | map(.path) == ["/run/netns/a b", "/run/netns/red"]'
	rm '/run/netns/a b'
	ip -all netns delete
}

test_stale_lists_the_files_of_killed_runs()
{
	if [ "$(id -u)" = 0 ]; then
		dir=/run/nsutils
	else
		mkdir -m 700 "$TMP/run"
		export XDG_RUNTIME_DIR="$TMP/run"
		dir=$TMP/run/nsutils
	fi
	start_holder nsunshare -U -r -u --name lives --ready-fd 3 -- sleep infinity
	settle 50 test -e "$dir/lives.json"
	# copy the file that nsunshare --name has created: nsunshare removes the original when it
	# ends, and the copy is then a stale file
	cp -p "$dir/lives.json" "$dir/killed.json"
	run nslist --stale -n
	assert_ok
	assert_out_empty
	stop_holder
	run nslist --stale -n
	assert_ok
	assert_out_has "$dir/killed.json"
	run nslist --stale -J
	assert_json '[.stale[].path | endswith("/killed.json")] | any'
	rm -rf "$dir"
}

test_dot_draws_a_frame_for_each_container()
{
	contain 'hostname web'
	run nslist --dot
	assert_ok
	frame=$(sed -n "/^  subgraph cluster_$box {\$/,/^  }\$/p" "$TMP/out")
	assertEquals "    label=\"web\\n$box $(cat "/proc/$box/comm")\";" "$(printf '%s\n' "$frame" | sed -n 2p)"
	for type in mnt uts net pid user; do
		assertEquals "$type" 1 "$(printf '%s\n' "$frame" | grep -c "^    n$(inode_of "$box" "$type") \[label=\"$type ")"
		# the graph must have one node for each namespace
		assertEquals "$type" 1 "$(grep -c "^ *n$(inode_of "$box" "$type") \[" "$TMP/out")"
	done
	assert_out_has "n$(inode_of "$box" user) -> n$(inode_of "$box" uts) [style=dashed];"
	assert_out_lacks "n$(own_inode user) -> n$(inode_of "$box" user);"
}

. shunit2
