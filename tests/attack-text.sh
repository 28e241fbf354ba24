#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# attack-text: checks that the name of a process cannot reorder, hide or forge parts of the output.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2154 # testlib.sh sets rc, out and err
. "${0%/*}/testlib.sh"
require_ns user
require_tool jq

# Unicode format characters, each as octal bytes and as the code point of a JSON escape
cases='\330\234 061c
\342\200\213 200b
\342\200\217 200f
\342\200\256 202e
\342\201\246 2066
\342\201\251 2069
\357\273\277 feff'

test_every_output_escapes_unicode_format_characters()
{
	feature nslist || return 0
	echo "$cases" >"$TMP/cases"
	seen=0
	while read -r bytes point; do
		# shellcheck disable=SC2059 # the format is an octal escape
		name=$(printf "a${bytes}b")
		cp "$(command -v sleep)" "$TMP/$name"
		# shellcheck disable=SC2016 # the inner shell expands it
		start_holder unshare -Ur sh -c 'echo ready >&3; exec "$0" 1000 3>&-' "$TMP/$name"
		until [ "$(cat "/proc/$holder/comm")" = "$name" ]; do :; done
		for format in -l -r -J; do
			run nslist "$format" -o NS,PID,COMM -t user -p "$holder"
			assert_rc 0
			assertNotContains "U+$point in $format" "$out" "$name"
		done
		assertContains "U+$point in JSON" "$out" "a\\u${point}b"
		assertEquals "U+$point in JSON" "$name" "$(jq -r '.namespaces[0].comm' "$TMP/out")"
		run nslist -l -o NS,PID,COMM -t user -p "$holder"
		assertContains "U+$point in a table" "$out" 'a\x'
		run nsenter2 -t "$name" true
		assertNotContains "U+$point in a message" "$err" "$name"
		assertContains "U+$point in a message" "$err" 'a\x'
		stop_holder
		seen=$((seen + 1))
	done <"$TMP/cases"
	assertEquals 'characters' 7 "$seen"
}

# For comparison: ps(1) prints the same name unchanged in its table.
test_control_a_table_without_escapes_shows_the_name_unchanged()
{
	# Runs no tool: For comparison, this test runs ps(1), which does not escape names.
	name=$(printf 'a\342\200\256b')
	cp "$(command -v sleep)" "$TMP/$name"
	# shellcheck disable=SC2016 # the inner shell expands it
	start_holder sh -c 'echo ready >&3; exec "$0" 1000 3>&-' "$TMP/$name"
	until [ "$(cat "/proc/$holder/comm")" = "$name" ]; do :; done
	assertEquals "$name" "$(LC_ALL=C.UTF-8 ps -o comm= -p "$holder")"
}

. shunit2
