#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-bpf [BUILDDIR [PROCESSES…]]: compares nslist, nslist --no-bpf and the installed lsns(8) in
# one run among 300 and 5,000 processes (and 20,000 with ONCE=1, lsns once) in 100 sets of
# namespaces: lowest and median time, ratios of the lowest times, system calls, peak memory. Needs
# root in the initial pid namespace.
set -u
build=$(cd "${1:-build}" && pwd) || exit 1
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- 300 5000 ${ONCE:+20000}
tmp=$(mktemp -d) || exit 1
trap 'exec 9>&-; rm -rf "$tmp"' EXIT
nslist=$build/nslist sets=$tmp/sets
${CC:-cc} -O2 -o "$sets" "$(dirname "$0")/nslist-sets.c" || exit 1
"$nslist" --features | grep bpf

# calls ARG…: prints the number of system calls of nslist with these arguments.
calls()
{
	strace -f -c -o "$tmp/trace" "$nslist" "$@" >/dev/null 2>&1
	awk '$NF == "total" { print $4 }' "$tmp/trace"
}

for n; do
	mkfifo "$tmp/in" "$tmp/out"
	"$sets" "$n" 100 <"$tmp/in" >"$tmp/out" &
	exec 9>"$tmp/in"
	read -r _ <"$tmp/out"
	runs=15 slow=5
	[ "$n" -gt 10000 ] && runs=9 slow=1
	bpf=$("$sets" time "$runs" "$nslist")
	rows=$("$sets" time "$runs" "$nslist" -l -o NS,TYPE,NPROCS)
	proc=$("$sets" time "$slow" "$nslist" --no-bpf)
	lsns=$("$sets" time "$slow" lsns)
	echo "$n processes, $(cut -d' ' -f4 /proc/loadavg | cut -d/ -f2) threads, load $(cut -d' ' -f1 /proc/loadavg)"
	echo "$bpf $rows $proc $lsns" | awk '{
		printf "  %-34s %9.2f ms (median %.2f)  %.1f times faster than lsns\n", "nslist", $1, $2, $7 / $1
		printf "  %-34s %9.2f ms (median %.2f)  %.1f\n", "nslist -l -o NS,TYPE,NPROCS", $3, $4, $7 / $3
		printf "  %-34s %9.2f ms (median %.2f)  %.1f\n", "nslist --no-bpf", $5, $6, $7 / $5
		printf "  %-34s %9.2f ms (median %.2f)\n", "lsns", $7, $8 }'
	echo "  system calls: $(calls), without details of rows $(calls -l -o NS,TYPE,NPROCS)," \
		"--no-bpf $(calls --no-bpf)"
	for way in '' --no-bpf; do
		# shellcheck disable=SC2086 # perhaps none
		command time -f "  peak memory %M kB: nslist $way" "$nslist" $way 2>&1 >/dev/null | grep peak
	done
	exec 9>&-
	wait
	rm "$tmp/in" "$tmp/out"
done
