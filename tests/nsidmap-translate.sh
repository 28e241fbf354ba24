#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsidmap-translate: checks the translation of ids between user namespaces against stat(2).
# Runs as root.
. "${0%/*}/testlib.sh"
require_root
require_ns user
require_tool perl nsenter unshare

# start_ns MAP: starts a process in a new child user namespace with the map MAP. Sets $holder to the
# pid of the process.
start_ns()
{
	start_holder unshare --user sh -c 'echo ready >&3; exec sleep infinity 3>&-' || return 1
	nsidmap write "$holder" "$1"
}

# random_map SEED: prints 40 ranges of uids and 40 of gids, with inside ids below 60,000 and outside
# ids below 100,000.
random_map()
{
	awk -v seed="$1" 'BEGIN { srand(seed)
		for (i = 0; i < 40; i++) {
			n = 1 + int(rand() * 1450)
			for (k = 0; k < 2; k++)
				printf "%s%s:%d:%d:%d", i + k ? "," : "", k ? "g" : "u",
					i * 1500 + 10 + int(rand() * (1490 - n)),
					((i * 7) % 40) * 2500 + int(rand() * (2490 - n)), n
		} }'
}

# in_ns REF CMD…: runs CMD as root of the user namespace REF, or in the test's own namespace if REF
# is "self".
in_ns()
{
	_ref=$1
	shift
	if [ "$_ref" = self ]; then
		"$@"
	else
		nsenter -t "$_ref" -U -S 0 -G 0 "$@"
	fi
}

# agree FROM TO SEED: checks 1,000 random ids of the namespace FROM. A process in FROM gives a file
# to each id, a process in TO calls stat(2) on the files, and nsidmap must give the same ids. If
# chown(2) fails with EINVAL, the id is not mapped in FROM. If stat(2) shows 65534, which no map of
# this test contains, the id is not mapped in TO.
agree()
{
	rm -rf "$TMP/files"
	mkdir "$TMP/files"
	chmod 777 "$TMP/files"
	# most ids are near the ranges of the maps, one of ten is anywhere below 4294967295
	# shellcheck disable=SC2016 # variables of perl
	in_ns "$1" perl -e 'srand(shift); chdir shift or die;
		for my $i (1000 .. 1999) {
			my @id = map { int(rand($i % 10 ? 62000 : 4294967295)) } 0, 1;
			open(F, ">", $i) or die;
			my @set = (chown($id[0], 4294967295, $i), chown(4294967295, $id[1], $i));
			print join(" ", @id, @set), "\n";
		}' "$3" "$TMP/files" >"$TMP/asked"
	# shellcheck disable=SC2016
	in_ns "$2" perl -e 'chdir shift or die;
		for (1000 .. 1999) { print join(" ", (stat)[4, 5]), "\n" }' "$TMP/files" >"$TMP/seen"
	run wc -l "$TMP/asked" "$TMP/seen"
	assert_out_has ' 2000 total'
	for kind in 1 2; do
		option=''
		[ $kind = 1 ] || option=--gid
		paste -d ' ' "$TMP/asked" "$TMP/seen" |
			awk -v k=$kind '{ print $(k + 2) && $(k + 4) != 65534 ? $(k + 4) : "-" }' >"$TMP/want"
		cut -d ' ' -f $kind "$TMP/asked" >"$TMP/ids"
		run nsidmap translate ${option:+$option} --from "$1" --to "$2" <"$TMP/ids"
		assert_rc 1
		cp "$TMP/out" "$TMP/got"
		assert_no_difference 'the ids' "$TMP/want" "$TMP/got"
		run grep -c '^[0-9]' "$TMP/want"
		[ "$out" -gt 50 ] || fail "too few ids are in both: $out"
		[ "$out" -lt 950 ] || fail "too few ids are in one only: $out"
	done
}

# The results of stat(2) are the expected values, for mapped and for unmapped ids.
test_1000_ids_of_siblings_agree_with_stat()
{
	chmod 755 "$TMP"
	start_ns "u:0:99991:1,g:0:99992:1,$(random_map 1)"
	a=$holder
	start_ns "u:0:99993:1,g:0:99991:1,$(random_map 2)"
	b=$holder
	agree "$a" "$b" 3
	agree "$b" "$a" 4
	# the ids are also translated between a namespace and its parent
	agree "$a" self 5
	agree self "$b" 6
}

test_translates_to_the_initial_namespace_and_back()
{
	start_ns u:0:100000:1000,u:5000:70:1,g:0:200000:10
	run nsidmap translate --from "$holder" 0 999 5000
	assert_ok
	assert_out '100000
100999
70'
	run nsidmap translate --to "user:$holder" 100001 70
	assert_out '1
5000'
	run nsidmap translate -g --from "$holder" --to self 9
	assert_out 200009
}

test_reports_unmapped_ids()
{
	start_ns u:0:100000:1000,g:0:200000:10
	run nsidmap translate --from "$holder" 0 1000
	assert_rc 1
	assert_out '100000
-'
	assert_err_has 'nsidmap: uid 1000 has no corresponding id'
	run nsidmap translate -J --from "$holder" 0 1000
	assert_rc 1
	run echo "$(tr -d ' \n' <"$TMP/out")"
	assert_out '{"ids":[{"from":0,"to":100000},{"from":1000,"to":null}],"complete":true}'
}

test_enters_a_namespace_without_a_process()
{
	start_ns u:0:100000:1000,g:0:200000:10
	: >"$TMP/ns"
	mount --bind "/proc/$holder/ns/user" "$TMP/ns"
	stop_holder
	run nsidmap translate --from "$TMP/ns" 7
	assert_ok
	assert_out 100007
	run nsidmap show -n -r -o INSIDE,COUNT,UID,GID,PUID,PGID "$TMP/ns"
	umount "$TMP/ns"
	assert_ok
	assert_out '0 10 100000 200000 100000 200000
10 990 100010 - 100010 -'
}

# The process has left the outer namespace and entered a namespace below it.
test_enters_a_parent_without_a_process()
{
	start_holder unshare --user sh -c 'echo $$ >&3; exec sleep infinity 3>&-'
	outer=$holder
	nsidmap write "$outer" u:0:100000:1000,u:2000:5000:1,g:0:200000:1000
	start_holder nsenter -t "$outer" -U -S 0 -G 0 unshare --user sh -c 'echo ready >&3; exec sleep infinity 3>&-'
	inner=$holder
	nsenter -t "$outer" -U -S 0 -G 0 nsidmap write "$inner" u:5:10:10,u:20:2000:1,g:0:0:1
	stop_holder "$outer"
	run nsidmap translate --from "$inner" --to "parent:user:$inner" 5 20
	assert_ok
	assert_out '10
2000'
	run nsidmap translate --from "$inner" 5 20
	assert_out '100010
5000'
	run nsidmap show -n -r -o INSIDE,COUNT,UID,GID,PUID,PGID,IUID,IGID "$inner"
	assert_out '0 1 - 200000 - 0 - 200000
5 10 100010 - 10 - 100010 -
20 1 5000 - 2000 - 5000 -'
}

# If a map has more than five ranges, the kernel uses another code path, which had the bug
# CVE-2018-18955.
test_nested_ranges_agree_with_stat()
{
	start_ns "u:0:99990:1,g:0:99990:1,$(random_map 4)"
	outer=$holder
	start_holder nsenter -t "$outer" -U -S 0 -G 0 unshare --user sh -c 'echo ready >&3; exec sleep infinity 3>&-'
	# write a map whose outside ids are all mapped in the parent namespace
	nsidmap show -n -r -o UID,GID,INSIDE,COUNT "$outer" |
		awk '{ for (k = 1; k <= 2; k++) if ($k != "-")
			printf "%s %d %d %d\n", k == 1 ? "uid" : "gid", 200 + NR * 1500, $3, $4 }' |
		nsidmap split --parent "like:$outer" >"$TMP/inner"
	nsenter -t "$outer" -U -S 0 -G 0 nsidmap write "$holder" - <"$TMP/inner"
	mkdir "$TMP/nested"
	chmod 755 "$TMP" "$TMP/nested"
	perl -e 'srand(5); chdir shift; for (1..300) { my $f = sprintf("%04d", $_); open(F, ">", $f);
		chown(int(rand(100000)), -1, $f) }' "$TMP/nested"
	stat -c %u "$TMP"/nested/* >"$TMP/outside"
	nsenter -t "$holder" -U --preserve-credentials stat -c %u "$TMP"/nested/* | sed 's/^65534$/-/' >"$TMP/want"
	run nsidmap translate --to "$holder" <"$TMP/outside"
	cp "$TMP/out" "$TMP/got"
	run cmp "$TMP/got" "$TMP/want"
	assert_rc 0
	run grep -c '^[0-9]' "$TMP/want"
	[ "$out" -gt 20 ] || fail "too few ids are mapped: $out"
	# translate one id between each pair of the three namespaces
	id=$(grep -m 1 '^[0-9]' "$TMP/want")
	run nsidmap translate --from "$holder" --to self "$id"
	first=$out
	run nsidmap translate --from "$holder" --to "$outer" "$id"
	run nsidmap translate --from "$outer" --to self "$out"
	assert_out "$first"
}

# A process in a user namespace sees an id of the parent or of a sibling namespace only if its own
# namespace has this id, too.
test_reports_ids_that_are_not_visible()
{
	start_ns u:0:100000:1000,g:0:100000:10
	a=$holder
	start_ns u:0:100000:1,u:1:100500:1,g:0:100000:1
	run nsenter -t "$holder" -U -S 0 -G 0 nsidmap translate --from "$a" 0
	assert_ok
	assert_out 0
	# id 500 of $a is id 1 of the namespace in which nsidmap runs, but nsidmap cannot know that,
	# because uid_map of $a shows it only the first id of each range
	run nsenter -t "$holder" -U -S 0 -G 0 nsidmap translate --from "$a" 500
	assert_rc 1
	assert_out -
	assert_err_has 'uid 500 has no corresponding id; only part of these maps is visible from this user namespace'
	run nsenter -t "$holder" -U -S 0 -G 0 nsidmap translate --strict -J --from "$a" 500
	assert_rc 3
	assert_out_has '"complete": false'
	run nsidmap translate --strict --from "$a" --to "$holder" 501
	assert_rc 1
	run nsidmap translate --from "$a" --to "$holder" 500
	assert_ok
	assert_out 1
	run nsidmap translate --from "$a" --to "$holder" 501
	assert_rc 1
	assert_err_has 'uid 501 has no corresponding id'
	assert_err_lacks visible
}

test_refuses_invalid_ids()
{
	for id in '' ' 1' +1 -1 1x 0x10 4294967295 4294967296 4294967297; do
		run nsidmap translate "$id"
		assert_refused 1 "$([ "$id" = -1 ] && echo unknown option || echo invalid id) '$id'"
		printf '5\n%s\n' "$id" >"$TMP/ids"
		run nsidmap translate <"$TMP/ids"
		assert_rc 1
		assert_err_has 'nsidmap: standard input: line 2: invalid id'
		assert_out 5
	done
}

test_translates_through_a_map()
{
	run nsidmap translate --map u:0:1000:10,g:0:5:1 3
	assert_ok
	assert_out 1003
	run nsidmap translate --map u:0:1000:10,g:0:5:1 --from self 3
	assert_rc 1
	assert_err_has 'cannot be used with'
}

test_the_last_line_needs_no_newline()
{
	printf '3\n4' >"$TMP/ids"
	run nsidmap translate --map u:0:1000:10,g:0:5:1 <"$TMP/ids"
	assert_ok
	assert_out '1003
1004'
}

test_json_reads_ids_from_standard_input()
{
	start_ns u:0:100000:1000,g:0:200000:10
	printf '0\n 7\t999\n\n' >"$TMP/ids"
	run nsidmap translate -J --from "$holder" <"$TMP/ids"
	assert_ok
	assertEquals '{"ids":[{"from":0,"to":100000},{"from":7,"to":100007},{"from":999,"to":100999}],"complete":true}' \
		"$(tr -d ' \n' <"$TMP/out")"
	run nsidmap translate -J --from "$holder" </dev/null
	assert_ok
	assertEquals '{"ids":[],"complete":true}' "$(tr -d ' \n' <"$TMP/out")"
	printf '5 1000' >"$TMP/ids"
	run nsidmap translate -J --from "$holder" <"$TMP/ids"
	assert_rc 1
	assertEquals '{"ids":[{"from":5,"to":100005},{"from":1000,"to":null}],"complete":true}' \
		"$(tr -d ' \n' <"$TMP/out")"
	echo '5 x7' >"$TMP/ids"
	run nsidmap translate -J --from "$holder" <"$TMP/ids"
	assert_rc 1
	assert_out_empty
	assert_err_has "'x7'"
	run nsidmap translate -J --from "$holder" <"$TMP"
	assert_rc 1
	assert_out_empty
	assert_err_has 'Is a directory'
}

. shunit2
