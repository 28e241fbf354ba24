#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsnet-start.sh [NSNET [LIBNS]]: measures the time to start a program in a new namespace that is
# connected to a new bridge. Compares nsnet, the smallest C program that does the same
# (nsnet-prototype.c, linked with LIBNS, default build/lib/libns.a), and the ip(8) commands of the
# article that tests/seed-net.sh follows. The three take turns, ROUNDS (25) times. Each removes the
# bridge before a round, and the removal is not measured. The time that date(1) takes is measured as
# well and subtracted. Prints lowest deciles, medians and ratios; load can only increase the times.
# Prints also the time from the start of nsnet until the program has bound a socket to its IPv6 address.
# Needs root, cc and iproute2.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
if [ "${INSIDE-}" != 1 ]; then
	INSIDE=1 exec unshare -nm "$0" "$@"
fi
mount -t tmpfs none /run
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
tool=$(command -v "${1:-nsnet}")
${CC:-cc} -D_GNU_SOURCE -O2 -I"$top/lib" -o "$dir/prototype" "$top/tests/bench/nsnet-prototype.c" \
	"${2:-$top/build/lib/libns.a}"
# bind ADDRESS TIME: binds a socket to the IPv6 address, and prints the nanoseconds since TIME.
cat >"$dir/bind.c" <<'EOF'
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6 };
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	struct timespec now;

	if (argc != 3 || inet_pton(AF_INET6, argv[1], &a.sin6_addr) != 1 ||
	    bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		return 1;
	clock_gettime(CLOCK_REALTIME, &now);
	printf("%lld\n", now.tv_sec * 1000000000LL + now.tv_nsec - atoll(argv[2]));
}
EOF
${CC:-cc} -D_GNU_SOURCE -O2 -o "$dir/bind" "$dir/bind.c"
cat >"$dir/seed" <<'EOF'
ip link add lxcbr0 type bridge
ip addr add 192.168.10.1/24 dev lxcbr0
ip link set lxcbr0 up
ip netns add ns1
ip link add lxcbr0.1 type veth peer name eth0.1
ip link set lxcbr0.1 master lxcbr0
ip link set lxcbr0.1 up
ip link set eth0.1 netns ns1
ip netns exec ns1 ip link set eth0.1 name eth0
ip netns exec ns1 ip addr add 192.168.10.12/24 dev eth0
ip netns exec ns1 ip link set eth0 up
ip netns exec ns1 ip route add default via 192.168.10.1
EOF
now()
{
	date +%s%N
}
for round in $(seq "${ROUNDS:-25}"); do
	for who in nsnet prototype seed nothing; do
		ip link del lxcbr0 2>/dev/null || :
		began=$(now)
		case $who in
		nsnet) "$tool" run --bridge lxcbr0,192.168.10.1/24 -- true ;;
		prototype) "$dir/prototype" true ;;
		seed) sh -e "$dir/seed" ;;
		nothing) ;;
		esac
		echo "$who $(($(now) - began)) $round"
		ip netns del ns1 2>/dev/null || :
	done
done >"$dir/times"
for who in nsnet prototype seed nothing; do
	sed -n "s/^$who \([0-9]*\) .*/\1/p" "$dir/times" | sort -n >"$dir/$who"
done
for share in 10 2; do
	for who in nsnet prototype seed nothing; do
		sed -n "$((${ROUNDS:-25} / share + 1))p" "$dir/$who"
	done
done | awk '
	{ t[NR] = $1 / 1000 }
	function print_times(what, i) {
		printf "%s: nsnet %d us, prototype %d us, seed %d us;", what, t[i] - t[i + 3], t[i + 1] - t[i + 3],
			t[i + 2] - t[i + 3]
		printf " nsnet to prototype %.2f, to seed 1/%.1f\n", (t[i] - t[i + 3]) / (t[i + 1] - t[i + 3]),
			(t[i + 2] - t[i + 3]) / (t[i] - t[i + 3])
	}
	END {
		print_times("lowest deciles", 1)
		print_times("medians", 5)
		print "wanted: at most 1.3 to prototype, 1/15 to seed"
	}'
for round in $(seq "${ROUNDS:-25}"); do
	ip link del lxcbr0 2>/dev/null || :
	"$tool" run --bridge lxcbr0,fd00:1::1/64 -- "$dir/bind" fd00:1::2 "$(now)"
done | sort -n | sed -n "$((${ROUNDS:-25} / 10 + 1))p;$((${ROUNDS:-25} / 2 + 1))p" |
	awk '{ t[NR] = $1 / 1000 }
		END { printf "IPv6 bind: lowest decile %d us, median %d us; wanted: at most 10000\n", t[1], t[2] }'
