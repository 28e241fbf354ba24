#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsutils-completion-shells: checks what interactive bash, zsh and fish complete after a tab on a
# terminal.
# Runs as an ordinary user.
. "${0%/*}/testlib.sh"
require_tool bash zsh fish

generate=${0%/*}/../completion/generate
[ -e "$generate" ] || skip 'needs the source beside the tests'
tools='nsenter2 nspivot nsinit nsrun'
! feature nslist >/dev/null || tools="$tools nslist"
mkdir -m 700 "$TMP/bash" "$TMP/zsh" "$TMP/fish" "$TMP/run" "$TMP/run/nsutils"
for tool in $tools; do
	sh "$generate" bash "$NSUTILS_BIN/$tool" >"$TMP/bash/$tool" &&
		sh "$generate" zsh "$NSUTILS_BIN/$tool" >"$TMP/zsh/_$tool" &&
		sh "$generate" fish "$NSUTILS_BIN/$tool" >"$TMP/fish/$tool" || exit 1
done
echo '{}' >"$TMP/run/nsutils/my-run.json"
export XDG_RUNTIME_DIR="$TMP/run"

# Each line contains the text that is typed before the tab and, after the bar, the arguments that
# the tool must get when the line is executed.
table='nsenter2 -t name:my|-t name:my-run
nsenter2 --target=name:my|--target=name:my-run
nspivot --cap-drop net_raw,sys_adm|--cap-drop net_raw,sys_admin
nsinit --stop-signal QU|--stop-signal QUIT
nspivot --preset doc|--preset docker
nsrun --profile contai|--profile container
nsrun --stop my|--stop my-run'
! feature nslist >/dev/null || table="$table
nslist --type=ne|--type=net
nslist -t uts,mn|-t uts,mnt
nslist --containers -o NAME,MEM|--containers -o NAME,MEMORY
nslist --sort HOSTN|--sort HOSTNAME
nslist --sources proc,chi|--sources proc,children
nslist --find por|--find port:
nslist --tree=us|--tree=user+pid
nslist --limits=u|--limits=user
nslist --color=nev|--color=never
nslist -p sel|-p self
nslist --show name:my|--show name:my-run
nslist name:my|name:my-run"

# complete_in START: starts the shell $shell and types the command START, which sets a prompt and
# replaces each tool by a function that prints its arguments. Then types each line of the table with
# a tab, and waits for the arguments. Finally, types the beginning of a pid.
complete_in()
{
	set -- -t "$((20 * NSUTILS_SLOW))" -s "$1\\r" -e ready_now
	while IFS='|' read -r line want; do
		set -- "$@" -s "$line	\\r" -e "got[$want]"
	done <<-END
	$table
	END
	number=${holder%?}
	set -- "$@" -s "nsenter2 -t $number		" -e "$holder" -s '^U' -s 'exit\r' --
	# shellcheck disable=SC2086 # several words
	run pty "$@" $shell
}

# setUp: starts a process whose pid begins like the next pid, that of pty. So two pids begin with
# what complete_in() types.
setUp()
{
	start_holder sh -c 'echo >&3; exec sleep infinity 3>&-'
	case $holder in
	*9)
		stop_holders
		setUp
		;;
	esac
}

tearDown()
{
	stop_holders
}

test_bash_completes_values_and_names()
{
	shell='bash --norc --noprofile -i'
	{
		for tool in $tools; do
			echo ". '$TMP/bash/$tool'; $tool() { echo \"got[\$*]\"; }"
		done
		echo 'PS1=ready_; PS1=${PS1}now'
	} >"$TMP/bashrc"
	complete_in ". '$TMP/bashrc'"
	assertEquals "$(cat "$TMP/err")" 0 "$rc"
}

test_zsh_completes_values_and_names()
{
	shell='zsh -f -i'
	{
		echo "fpath=('$TMP/zsh' \$fpath); autoload -U compinit; compinit -u -D; unsetopt beep"
		for tool in $tools; do
			echo "$tool() { print -r -- \"got[\$*]\" }"
		done
		echo 'PS1=ready_; PS1=${PS1}now'
	} >"$TMP/zshrc"
	complete_in ". '$TMP/zshrc'"
	assertEquals "$(cat "$TMP/err")" 0 "$rc"
}

test_fish_completes_values_and_names()
{
	# use an empty configuration directory instead of --no-config, which fish before 3.2 lacks
	export XDG_CONFIG_HOME="$TMP/none" XDG_DATA_HOME="$TMP/none"
	shell='fish -i'
	{
		for tool in $tools; do
			echo "source '$TMP/fish/$tool'; function $tool; echo \"got[\$argv]\"; end"
		done
		echo 'function fish_prompt; echo -n ready_; echo -n now; end'
	} >"$TMP/fishrc"
	complete_in "source '$TMP/fishrc'"
	assertEquals "$(cat "$TMP/err")" 0 "$rc"
}

. shunit2
