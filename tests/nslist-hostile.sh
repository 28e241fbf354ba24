#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-hostile: checks that hostile names and command lines cannot forge a row or send control
# bytes to a terminal.
# Runs as root.
. "${0%/*}/testlib.sh"
require_feature nslist
require_root
require_tool jq iconv

# assert_clean: asserts that the output has no character that could control a terminal: no control
# bytes except newlines, no DEL, no C1 controls and no bidirectional override.
assert_clean()
{
	tr -d '\n -~\200-\377' <"$TMP/out" >"$TMP/control"
	assertEquals 'control bytes' 0 "$(wc -c <"$TMP/control")"
	assertFalse 'C1' "grep -q \"$(printf '\302\233')\" '$TMP/out'"
	assertFalse 'override' "grep -q \"$(printf '\342\200\256')\" '$TMP/out'"
}

setUp()
{
	start_holder holder hostile
	inode=${holder_line#* }
}

test_hostile_names_cannot_add_lines_to_a_table()
{
	for locale in C.UTF-8 C; do
		LC_ALL=$locale run nslist -t uts -n -o NS,TYPE,COMM,COMMAND
		assert_rc 0
		assert_clean
		assertEquals 1 "$(grep -c "$inode" "$TMP/out")"
		assertEquals 0 "$(grep -c '^4026531838 uts 1 1 root forged' "$TMP/out")"
		assertEquals 0 "$(grep -vcE '^ *[0-9]+ uts ' "$TMP/out")"
	done
}

test_hostile_names_cannot_add_fields_to_raw_output()
{
	run nslist -t uts -rn -o NS,TYPE,COMM,COMMAND
	assert_rc 0
	assert_clean
	assert_out_has "$inode uts "
	assert_empty "$(awk 'NF != 4' "$TMP/out" | head -c 200)"
}

test_json_with_hostile_names_is_valid_and_exact()
{
	run nslist -J -l -t uts -o NS,COMM,COMMAND
	assert_rc 0
	iconv -f UTF-8 -t UTF-8 <"$TMP/out" >"$TMP/utf8"
	assertEquals 'UTF-8' 0 $?
	tr -d '\n -~\200-\377' <"$TMP/out" >"$TMP/control"
	assertEquals 'control bytes' 0 "$(wc -c <"$TMP/control")"
	comm=$(jq -r ".namespaces[] | select(.ns == $inode) | .comm" "$TMP/out")
	assertEquals "$(printf 'a) R 1\n\033[2J\357\277\275)')" "$comm"
	assert_json ".namespaces[] | select(.ns == $inode) | .command |
		contains(\"evil\\n4026531838 uts 1 1 root forged\")"
}

test_other_views_escape_hostile_names()
{
	run nslist --show "uts:$inode"
	assert_rc 0
	assert_clean
	assert_out_has 'evil\x0a4026531838 uts 1 1 root forged\x0a\x1b[2J\x1b]0;x\x07'
	run nslist --dot -t uts
	assert_rc 0
	assert_clean
	run nslist --members "uts:$inode"
	assert_rc 0
	assert_clean
	assert_out_has 'evil\x0a4026531838 uts 1 1 root forged\x0a\x1b[2J\x1b]0;x\x07'
	assertEquals 2 "$(wc -l <"$TMP/out")"
}

test_escapes_hostile_mount_paths()
{
	mkdir "$TMP/a b
c"
	run holder bind 1 "$TMP/a b
c"
	assert_ok
	run nslist -rn -t uts -P -o NSFS
	assert_out "$TMP/a\\x20b\\x0ac/1"
	run nslist -n -t uts -P -o TYPE,NSFS
	# libsmartcols 2.41 makes the first column wider
	assertEquals "uts $TMP/a b\\x0ac/1" "$(sed 's/^uts  */uts /' "$TMP/out")"
	run nslist -J -t uts -P -o NSFS -l
	assertEquals "$TMP/a b
c/1" "$(jq -r '.namespaces[0].nsfs' "$TMP/out")"
	umount "$TMP/a b
c/1"
}

. shunit2
