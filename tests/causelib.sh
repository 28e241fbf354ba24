# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# causelib.sh: reads tables of situations in which a tool must report why an operation failed. Sourced
# after testlib.sh.

# situations: reads a table from standard input, one situation on each line. A line has four fields
# separated by " | ": the exit status, the command, a text that the message must contain, and a text
# that it must not contain. The command is executed by sh(1) in $TMP, and $T in the texts means
# $TMP. A text of "-" is not checked. Empty lines and lines that begin with "#" are ignored, and so are
# commands with nslist if the build has no nslist.
situations()
{
	while IFS= read -r _line; do
		case $_line in
		'' | '#'*) continue ;;
		esac
		_status=${_line%% | *}
		_line=${_line#* | }
		_command=${_line%% | *}
		_line=${_line#* | }
		# shellcheck disable=SC2016 # $T is replaced here
		_said=$(printf '%s\n' "${_line%% | *}" | sed "s|\\\$T|$TMP|g")
		# shellcheck disable=SC2016
		_unsaid=$(printf '%s\n' "${_line#* | }" | sed "s|\\\$T|$TMP|g")
		case $_command in
		*nslist*) feature nslist || continue ;;
		esac
		run env T="$TMP" sh -c "cd '$TMP' && $_command" </dev/null
		_ran=$_command
		assert_rc "$_status"
		[ "$_said" = - ] || assert_err_has "$_said"
		[ "$_unsaid" = - ] || assert_err_lacks "$_unsaid"
	done
}
