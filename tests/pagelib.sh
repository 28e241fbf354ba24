# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# pagelib.sh: runs the examples of a text and compares their output. An example is a prompt (`$` of
# an ordinary user, `#` of root) and a command, which a backslash at the end of the line continues.
# Its output follows. In the output `...` matches any text in a line; a line that has only `...`
# matches any number of lines.

# displays PAGE HEADING [REGEX]: prints the literal displays (blocks of example text) of a man page,
# from the heading of a section or subsection to the next heading. Removes the markup. Omits the
# displays that match REGEX.
displays()
{
	awk -v heading="$2" -v without="${3-}" '
		/^\.S[hs] /	{ here = substr($0, 5) == heading }
		/^\.Ed/ {
			if (on && !(without != "" && text ~ without))
				printf "%s", text
			on = 0
		}
		on		{ text = text $0 "\n" }
		/^\.Bd -literal/ { on = here; text = "" }' "$1" |
		sed -e "s/\\\\(aq/'/g" -e 's/\\(dq/"/g' -e 's/\\(ga/`/g' -e 's/\\(ha/^/g' -e 's/\\(ti/~/g' \
			-e 's/\\-/-/g' -e 's/\\&//g' -e 's/\\e/\\/g'
}

# play PROMPT TEXT: runs the commands in TEXT that follow PROMPT, all of them in one shell in a new
# directory, and compares the output of each command with TEXT. If $stage names a function, calls it
# to prepare the directory. If $settle names a filter, applies it to both outputs. Removes the "s"
# that uptime(1) of procps 4.0.7 omits after "0 minute". Sets $count to the number of commands.
play()
{
	rm -rf "$TMP/play" && mkdir -p "$TMP/play/here" || return
	printf '%s\n' "$2" | awk -v dir="$TMP/play/" -v prompt="$1 " '
		open || index($0, prompt) == 1 {
			if (!open) {
				n++
				on = 1
				printf "" >(dir n ".want")
				$0 = substr($0, 3)
			}
			print >(dir n ".cmd")
			open = /\\$/
			next
		}
		/^[$#] /	{ on = 0 }
		on		{ print >(dir n ".want") }
		END		{ print n + 0 >(dir "count") }'
	count=$(cat "$TMP/play/count")
	assertTrue 'the text has examples' "[ $count -gt 0 ]"
	(
		cd "$TMP/play/here" || exit
		${stage:-:}
		i=0
		while [ $((i += 1)) -le "$count" ]; do
			# shellcheck disable=SC1090 # the file comes from the text
			. "../$i.cmd" >"../$i.got" 2>&1 </dev/null
		done
	)
	i=0
	while [ $((i += 1)) -le "$count" ]; do
		for f in want got; do
			${settle:-cat} <"$TMP/play/$i.$f" | sed 's/^up 0 minutes$/up 0 minute/' >"$TMP/play/$f"
		done
		same "$TMP/play/want" "$TMP/play/got" && continue
		fail "the text shows another output: $(cat "$TMP/play/$i.cmd")"
		diff "$TMP/play/$i.want" "$TMP/play/$i.got" | sed 's/^/	/'
	done
}

# same WANT GOT: returns 0 if the lines of GOT match those of WANT, in which `...` matches anything.
# Ignores blanks at the end of a line.
same()
{
	awk '
	{ sub(/[ \t]+$/, "") }
	NR == FNR { want[++n] = $0; next }
	{ got[++m] = $0 }
	function like(text, pattern) {
		gsub(/[][\\.*+?(){}|^$]/, "\\\\&", pattern)
		gsub(/\\\.\\\.\\\./, ".*", pattern)
		return text ~ ("^" pattern "$")
	}
	END {
		while (n && want[n] == "")
			n--
		while (m && got[m] == "")
			m--
		for (i = 1; i <= n; i++) {
			if (want[i] == "...") {
				any = 1
				continue
			}
			do
				j++
			while (any && j <= m && !like(got[j], want[i]))
			if (j > m || !like(got[j], want[i]))
				exit 1
			any = 0
		}
		exit j == m || any ? 0 : 1
	}' "$1" "$2"
}
