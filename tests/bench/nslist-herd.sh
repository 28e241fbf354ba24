#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-herd [BUILDDIR]: compares nslist with the installed lsns(8) while 100 to 8,000 processes
# sleep: time (ratio of the medians of one run), system calls per process, and peak memory. Needs
# root; the processes are in a new pid namespace.
set -u
if [ "${1:-}" != --inside ]; then
	build=$(cd "${1:-build}" && pwd) || exit 1
	exec unshare --mount --pid --fork --mount-proc --kill-child -- "$0" --inside "$build"
fi
nslist=$2/nslist holder=$2/tests/helpers/holder
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
links="$nslist --sources proc,task,children"
loop=$tmp/loop
${CC:-cc} -O2 -o "$loop" "$(dirname "$0")/nslist-loop.c" || exit 1

# herd N: starts N more sleeping processes.
herd()
{
	mkfifo "$tmp/ready"
	"$holder" sleepers "$1" 3>"$tmp/ready" </dev/null >/dev/null 2>&1 &
	read -r _ <"$tmp/ready"
	rm "$tmp/ready"
}

# medians CMD…: measures the commands with hyperfine, and prints the median time of each in
# milliseconds, one on each line.
medians()
{
	hyperfine -N -i --warmup 1 --runs "${runs:-7}" --export-json "$tmp/json" "$@" >/dev/null 2>&1
	jq -r '.results[].median * 1000' "$tmp/json"
}

# compare: measures lsns, nslist and nslist --sources with the processes that exist now, and prints
# their times in two lines. Appends the times of nslist and of the program nslist-loop to
# $tmp/growth.
compare()
{
	n=$(find /proc -maxdepth 1 -name '[0-9]*' | wc -l)
	medians lsns "$nslist" "$links" "$loop" | paste -s -d ' ' | awk -v n="$n" '{
		printf "%6d processes: lsns %8.1f ms  nslist %7.1f ms (%4.1f x)  links alone %7.1f ms (%4.1f x)\n",
			n, $1, $2, $1 / $2, $3, $1 / $3 }'
	jq -r '.results[] | (.user + .system) * 1000' "$tmp/json" | paste -s -d ' ' | awk '{
		printf "%18s cpu time: lsns %5.1f ms  nslist %7.1f ms (%4.1f x)  links alone %7.1f ms (%4.1f x)\n",
			"", $1, $2, $1 / $2, $3, $1 / $3 }'
	jq -r '[.results[1], .results[3] | .median, .user + .system] | map(tostring) | join(" ")' \
		"$tmp/json" | sed "s/^/$n /" >>"$tmp/growth"
}

# calls CMD…: prints the number of system calls that the command makes for each existing process.
calls()
{
	strace -f -c -o "$tmp/trace" "$@" >/dev/null 2>&1
	awk -v n="$n" -v cmd="$*" '$NF == "total" {
		sub(".*/", "", cmd); printf "%6.2f calls a process: %s\n", $4 / n, cmd }' "$tmp/trace"
}

herd 100
compare
herd 1900
compare
herd 3000
compare
calls "$nslist" --sources proc,task,children
calls "$nslist" --sources proc,task,children -t uts
calls "$nslist" --sources proc,task,children -t pid
calls "$nslist" --sources proc,task,children -t pid -t time
calls "$nslist"
calls lsns
herd 3000
compare
awk 'NR == 2 { split($0, a) } END {
	printf "from %d to %d processes: %.2f x the time, %.2f x the cpu time; a plain loop of the calls alone %.2f x and %.2f x\n",
		a[1], $1, $2 / a[2], $3 / a[3], $4 / a[4], $5 / a[5] }' "$tmp/growth"
for cmd in "$nslist" lsns; do
	command time -f "peak memory %M kB: ${cmd##*/}" "$cmd" 2>&1 >/dev/null | grep peak
done
