#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nspivot-bwrap: compares the docker preset with bubblewrap, which builds nearly the same mounts.
# (bubblewrap cannot mount sysfs and cgroup2, so it binds those of the host.) Measures wall time
# with hyperfine and system calls with strace. Needs root.
set -eu
PATH=${1:+$(cd "$1" && pwd):}$PATH
for tool in bwrap busybox hyperfine nsunshare nspivot strace; do
	command -v "$tool" >/dev/null || { echo "nspivot-bwrap: needs $tool" && exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$root/bin" "$root/proc" "$root/dev" "$root/sys" "$root/tmp"
cp "$(command -v busybox)" "$root/bin/busybox"
ln -s busybox "$root/bin/true"

ours="nsunshare -mpiuC -- nspivot --preset=docker $root -- /bin/true"
theirs="bwrap --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup-try --bind $root / --proc /proc --dev /dev"
theirs="$theirs --mqueue /dev/mqueue --perms 1777 --tmpfs /dev/shm --ro-bind /sys /sys"
for path in /proc/acpi /proc/asound /proc/scsi /sys/firmware /sys/devices/virtual/powercap; do
	[ ! -d "$path" ] || theirs="$theirs --tmpfs $path"
done
for path in interrupts kcore keys latency_stats timer_list timer_stats sched_debug; do
	[ ! -e "/proc/$path" ] || theirs="$theirs --ro-bind /dev/null /proc/$path"
done
for path in bus fs irq sys sysrq-trigger; do
	[ ! -e "/proc/$path" ] || theirs="$theirs --ro-bind /proc/$path /proc/$path"
done
theirs="$theirs --cap-drop ALL"
for cap in chown dac_override fsetid fowner mknod net_raw setgid setuid setfcap setpcap net_bind_service \
	sys_chroot kill audit_write; do
	theirs="$theirs --cap-add cap_$cap"
done
theirs="$theirs /bin/true"

calls() # COMMAND…: prints the number of system calls
{
	strace -f -c -o "$work/calls" "$@" >/dev/null 2>&1
	awk '$NF == "total" { print $4 }' "$work/calls"
}

printf '%s\n\n%s\n\n' "$ours" "$theirs"
# shellcheck disable=SC2086 # several words
a=$(calls $ours) b=$(calls $theirs)
hyperfine -N -w 20 -r 300 --export-csv "$work/times" "$ours" "$theirs" >/dev/null 2>&1
awk -F, -v a="$a" -v b="$b" '
	NR == 2 { mean = $2; median = $4 }
	NR == 3 {
		printf "wall time, median: %.2f ms against %.2f ms: %.2f (at most 0.80)\n", median * 1000, $4 * 1000, median / $4
		printf "wall time, mean:   %.2f ms against %.2f ms: %.2f\n", mean * 1000, $2 * 1000, mean / $2
		printf "system calls:      %d against %d: %.2f (at most 0.65)\n", a, b, a / b
	}' "$work/times"
