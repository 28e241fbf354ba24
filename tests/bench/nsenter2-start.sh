#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsenter2-start: compares nsenter2 with nsenter(1) for -t PID -a true: user-space instructions and
# system calls from the start to the exec of the program. These counts do not depend on the load of
# the machine. Uses two targets: one without a user namespace, and one with a user namespace that
# maps root to itself. For the second, nsenter2 first executes itself from a sealed copy. Needs
# root.
#
# usage: tests/bench/nsenter2-start.sh [BUILDDIR]
set -eu
cd "$(dirname "$0")/../.."
build=${1:-build}
tmp=$(mktemp -d)
holder=''
# unshare --fork ignores all signals except KILL, so only KILL can end it
trap '[ -z "$holder" ] || kill -KILL "$holder"; rm -rf "$tmp"' EXIT
mkfifo "$tmp/ready"

# start_target OPTION…: starts a target process with these options of unshare(1). Sets $target.
start_target()
{
	unshare "$@" --mount --uts --ipc --net --pid --fork --kill-child --mount-proc \
		sh -c 'echo ready >&3; exec sleep 1000 3>&-' 3>"$tmp/ready" >/dev/null 2>&1 &
	holder=$!
	read -r _ <"$tmp/ready"
	target=$(ps -o pid= --ppid $holder)
	target=${target##* }
}

# instructions CMD…: prints the number of instructions of the tool itself, without those of the
# program that it executes.
instructions()
{
	valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 | sed -n 's/.*Collected : //p'
}

calls()
{
	strace -f -o "$tmp/trace" "$@" && sed -n '/execve("\/bin\/true"/q;p' "$tmp/trace" | wc -l
}

compare()
{
	a=$(instructions nsenter -t "$target" -a /bin/true)
	b=$(instructions "$build/nsenter2" -t "$target" -a /bin/true)
	# valgrind cannot execute the protected copy of the binary, so measure a run without a copy
	# and add the cost of making the copy
	once=${once:-$b}
	! strace "$build/nsenter2" -t "$target" -a /bin/true 2>&1 | grep -q execveat || b=$((b + once))
	echo "$1: user instructions: nsenter $a, nsenter2 $b, ratio $(echo "$b $a" | awk '{ printf "%.2f", $1 / $2 }')"
	echo "$1: system calls: nsenter $(calls nsenter -t "$target" -a /bin/true), nsenter2 $(calls "$build/nsenter2" -t "$target" -a /bin/true)"
	kill -KILL "$holder"
	holder=''
}

start_target
compare 'without user namespace'
start_target --user --map-root-user
compare 'root mapped to itself'
