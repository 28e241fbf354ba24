#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsutils-completion: checks the completions that bash proposes, and the text of those of zsh and fish.
# Runs as an ordinary user.
. "${0%/*}/testlib.sh"
require_tool bash

generate=${0%/*}/../completion/generate
[ -e "$generate" ] || skip 'needs the source beside the tests'
tools='nsunshare nsenter2 nspivot nsinit nstimeoffset'
! feature nslist >/dev/null || tools="$tools nslist"
for tool in $tools nsidmap; do
	sh "$generate" bash "$NSUTILS_BIN/$tool" >"$TMP/$tool" || exit 1
done
mkdir "$TMP/dir"
touch "$TMP/file"

# proposed WORD…: prints each proposal of bash for the last word of this command line once.
# shellcheck disable=SC2016 # bash expands it
proposed()
{
	run bash -c '. "$1/$2" && compopt() { :; } && shift && COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) || exit
		"_$1"; printf "%s\n" "${COMPREPLY[@]}" | sort -u' bash "$TMP" "$@"
	assert_ok
}

test_proposes_the_options_of_each_tool()
{
	for tool in $tools; do
		proposed "$tool" --feat
		assert_out --features
	done
	proposed nsidmap ru
	assert_out run
	proposed nsidmap run --exp
	assert_out --explain
}

test_proposes_files_as_arguments_of_options()
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
	proposed nsunshare --hostname tr
	assert_empty "$out"
}

test_proposes_programs_and_then_leaves_their_arguments_alone()
{
	for line in 'nsunshare -r' 'nsunshare -R / --' 'nsunshare --root = / --net' 'nsenter2 -t 1' nsinit \
		'nstimeoffset --' 'nspivot root --' 'nsidmap run map --'; do
		# shellcheck disable=SC2086 # several words
		proposed $line tr
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

test_proposes_the_values_of_options_of_nslist()
{
	feature nslist || return 0
	proposed nslist --type ne
	assert_out net
	proposed nslist -t net,mn
	assert_out net,mnt
	proposed nslist --tree = us
	assert_out user+pid
	proposed nslist -o +NS,NPR
	assert_out +NS,NPROCS
	proposed nslist -o MEM
	assert_out MEMORY
	proposed nslist --sort -HOS
	assert_out -HOSTNAME
	proposed nslist --find po
	assert_out port:
	proposed nslist --sources proc,chi
	assert_out proc,children
	# bash splits the word at the colon, so the completion gets three words
	proposed nslist --find port :
	assert_empty "$out"
}

test_proposes_the_values_of_options()
{
	proposed nsunshare --cap-drop net_raw,sys_adm
	assert_out net_raw,sys_admin
	proposed nsunshare --stop-signal QU
	assert_out QUIT
	proposed nsunshare --kill-child = TER
	assert_out TERM
	proposed nsunshare --setgroups d
	assert_out deny
	proposed nspivot --preset 'do'
	assert_out docker
	proposed nsenter2 --follow = uid,gr
	assert_out uid,groups
	proposed nsenter2 --target sel
	assert_out self
	proposed nsenter2 --target $$
	assert_out_has $$
	mkdir -p "$TMP/run/nsutils"
	echo '{}' >"$TMP/run/nsutils/my-run.json"
	# shellcheck disable=SC2016 # the text must not be expanded
	echo '{}' >"$TMP/run/nsutils/\$(touch expanded).json"
	export XDG_RUNTIME_DIR="$TMP/run"
	# bash splits the word at the colon, so the completion gets three words
	proposed nsenter2 --target name : my
	assert_out my-run
	proposed nsenter2 --target = name : my
	assert_out my-run
	proposed nsenter2 --target = name :
	assert_out_has my-run
	assertFalse 'a file name was expanded' '[ -e expanded ]'
}

test_zsh_and_fish_show_the_help_of_an_option()
{
	run sh "$generate" zsh "$NSUTILS_BIN/nsunshare"
	assert_ok
	assert_out_has "'*--map-user=[map the current user to this user]:uid|name: '"
	assert_out_has "(-):program: _command_names"
	run sh "$generate" fish "$NSUTILS_BIN/nsunshare"
	assert_ok
	assert_out_has "-l setgroups -r -f -a 'allow deny' -d 'allow or deny setgroups(2) in the namespace'"
	assert_out_has __fish_complete_subcommand
}

# The first argument of nspivot is a root directory and not a program; the program comes after "--".
# The test only checks the text of the scripts for zsh and fish, and does not run them.
test_proposes_a_program_after_a_double_dash()
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
