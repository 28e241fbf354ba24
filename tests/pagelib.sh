# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# pagelib.sh: runs the examples of a text as they stand there. An example is a prompt (`$` of a user, `#` of root) with a
# command, continued behind a backslash, and below it what it prints. `...` stands for any text in a line, and alone
# for any number of lines.

# play PROMPT TEXT: the commands of TEXT behind that prompt, in one shell and one directory, each compared
# with what the text shows, both through the filter $settle if there is one.
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
		i=0
		while [ $((i += 1)) -le "$count" ]; do
			# shellcheck disable=SC1090 # what the text says
			. "../$i.cmd" >"../$i.got" 2>&1 </dev/null
		done
	)
	i=0
	while [ $((i += 1)) -le "$count" ]; do
		for f in want got; do
			${settle:-cat} <"$TMP/play/$i.$f" >"$TMP/play/$f"
		done
		same "$TMP/play/want" "$TMP/play/got" && continue
		fail "not what the text shows: $(cat "$TMP/play/$i.cmd")"
		diff "$TMP/play/$i.want" "$TMP/play/$i.got" | sed 's/^/	/'
	done
}

# same WANT GOT: whether the lines of GOT are those of WANT, see above. Space at the end of a line counts for nothing.
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
