#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsutils-completion: what the shells propose for a line that is being written.
# as: user
. "${0%/*}/testlib.sh"
require_tool bash

generate=${0%/*}/../completion/generate
[ -e "$generate" ] || skip 'needs the source beside the tests'
tools='nsunshare nsenter2 nslist nsidmap nspivot nsinit nstimeoffset'
for tool in $tools; do
	sh "$generate" bash "$NSUTILS_BIN/$tool" >"$TMP/$tool" || exit 1
done
mkdir "$TMP/dir"
touch "$TMP/file"

# proposed WORD…: what bash proposes for the last word, once a line.
# shellcheck disable=SC2016 # for bash
proposed()
{
	run bash -c '. "$1/$2" && compopt() { :; } && shift && COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) || exit
		"_$1"; printf "%s\n" "${COMPREPLY[@]}" | sort -u' bash "$TMP" "$@"
	assert_ok
}

test_options_of_each_tool()
{
	for tool in nsunshare nsenter2 nslist nspivot nsinit nstimeoffset; do
		proposed "$tool" --feat
		assert_out --features
	done
	proposed nsidmap ru
	assert_out run
	proposed nsidmap run --exp
	assert_out --explain
}

test_arguments_of_options()
{
	for option in --root -R '--root ='; do
		# shellcheck disable=SC2086 # several words
		proposed nsunshare -r $option "$TMP/"
		assert_out "$TMP/dir"
	done
	proposed nsunshare --net = "$TMP/f"
	assert_out "$TMP/file"
	cd "$TMP" || return
	proposed nsunshare --net =
	assert_out_has file
	cd "$OLDPWD" || return
	proposed nsunshare --hostname tru
	assert_empty "$out"
}

test_the_program_and_what_is_its_own()
{
	for line in 'nsunshare -r' 'nsunshare -R / --' 'nsunshare --root = / --net' 'nsenter2 -t 1' nsinit \
		'nstimeoffset --' 'nspivot root --' 'nsidmap run map --'; do
		# shellcheck disable=SC2086 # several words
		proposed $line tru
		assert_out_has true
		assert_out_has truncate
		case $line in
		*--) ;;
		*) line="$line --" ;;
		esac
		# shellcheck disable=SC2086 # several words
		proposed $line cat "$TMP/f"
		assert_out "$TMP/file"
		# shellcheck disable=SC2086 # several words
		proposed $line cat --exp
		assert_empty "$out"
	done
	proposed nsunshare -r cat --exp
	assert_empty "$out"
	proposed nspivot "$TMP/d"
	assert_out "$TMP/dir"
}

test_what_is_said_of_an_option()
{
	run sh "$generate" zsh "$NSUTILS_BIN/nsunshare"
	assert_ok
	assert_out_has "'*--map-user=[map the current user to this user]:uid|name: '"
	assert_out_has "(-):program: _command_names"
	run sh "$generate" fish "$NSUTILS_BIN/nsunshare"
	assert_ok
	assert_out_has "-l setgroups -r -d 'allow or deny setgroups(2) inside'"
	assert_out_has __fish_complete_subcommand
}

# Where the first word is none, as the root of nspivot, it is what stands behind -- (tried by hand in both shells).
test_a_program_behind_another_word()
{
	for tool in nspivot nsidmap; do
		run sh "$generate" zsh "$NSUTILS_BIN/$tool"
		assert_ok
		assert_out_has "'1:argument:_files' \\"
		assert_out_has 'then _command_names -e; else _normal; fi'
		run sh "$generate" fish "$NSUTILS_BIN/$tool"
		assert_ok
		assert_out_has "test (commandline -opc)[-1] = --' -x -a '(__fish_complete_command)'"
	done
}

. shunit2
