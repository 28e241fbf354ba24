#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nslist-containers [BUILDDIR [COUNT]]: measures nslist --containers with COUNT (1000) containers,
# each with its own mount, uts, ipc, net and pid namespace and an address. Prints the medians of 7
# runs, first with BPF iterators if it is started in the initial pid namespace. Needs root.
set -u
build=$(cd "${1:-build}" && pwd) || exit 1
nslist=$build/nslist count=${2:-1000} pids=
tmp=$(mktemp -d) || exit 1
trap 'kill -KILL $pids; rm -rf "$tmp"' EXIT
mkfifo "$tmp/ready"
exec 3<>"$tmp/ready"
i=0
while [ $i -lt "$count" ]; do
	i=$((i + 1))
	unshare -m -u -i -n -p -f --kill-child sh -c "
		hostname web$i; ip link set lo up; ip address add 10.9.$((i / 250)).$((i % 250 + 1))/32 dev lo
		echo >&3; exec sleep infinity 3>&-" &
	pids="$pids $!"
	read -r _ <&3
done
for options in '' --no-bpf '-o NAME,PID' '-o PID,ADDRESS' '-o PID,HOSTNAME' '-o PID,ROOTFS' '-o PID'; do
	perl -MTime::HiRes=time -e '
		my ($nslist, $options, $n) = @ARGV;
		for (0 .. 7) {
			my $start = time;
			system("$nslist --containers $options >/dev/null");
			push @t, time - $start if $_;	# the first run warms up
		}
		printf "%4d containers: %7.1f ms: nslist --containers %s\n", $n, 1000 * (sort { $a <=> $b } @t)[3], $options;
	' "$nslist" "$options" "$("$nslist" --containers -rno PID | wc -l)"
done
