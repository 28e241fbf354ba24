#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-find [BUILDDIR [COUNT]]: measures nslist --find with COUNT (200) named network namespaces
# that have a veth pair each. Prints the medians of the processor time of 7 runs, and the time for
# each namespace beyond that of a run with one namespace. Needs root; the names are in a new mount
# namespace.
set -u
if [ "${1:-}" != --inside ]; then
	build=$(cd "${1:-build}" && pwd) || exit 1
	exec unshare --mount --net -- "$0" --inside "$build" "${2:-200}"
fi
nslist=$2/nslist count=$3
mount -t tmpfs run /run || exit 1

# medians NUMBER: measures all forms of --find, and writes the medians in milliseconds to
# /run/NUMBER.
medians()
{
	for what in addr:192.0.2.1 link:none port:9999 name:none; do
		perl -e '
			my ($nslist, $what) = @ARGV;
			for (0 .. 7) {
				my (undef, undef, $user, $system) = times;
				system("for i in 1 2 3 4 5 6 7 8 9 10; do $nslist --find $what; done >/dev/null 2>&1");
				my (undef, undef, $u, $s) = times;
				push @t, ($u + $s - $user - $system) / 10 if $_;	# the first run warms up
			}
			printf "%s %.3f\n", $what, 1000 * (sort { $a <=> $b } @t)[3];
		' "$nslist" "$what"
	done >"/run/$1"
}

ip netns add n0
medians 1
i=0
while [ $((i += 1)) -lt "$count" ]; do
	ip netns add "n$i"
	ip -n "n$i" link add veth-a type veth peer name veth-b
done
medians "$count"
paste -d ' ' /run/1 "/run/$count" | awk -v n="$count" '{
	printf "%-16s %7.1f ms with 1, %7.1f ms with %d: %5.1f us for each network namespace\n", $1, $2, $4, n, 1000 * ($4 - $2) / (n - 1) }'
