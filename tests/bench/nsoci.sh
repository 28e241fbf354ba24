#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsoci: compares create, start and delete of examples/nsoci with the same chain run by hand.
#
# usage: tests/bench/nsoci.sh [BUILDDIR [ROUNDS]]
#
# As root, with jq. nsoci and the chain by hand run in turns, and the shortest time of each counts.
# The chain by hand is the one that nsoci prints, without --detach and the descriptors of the
# handles.
set -eu
cd "$(dirname "$0")/../.."
build=$(realpath "${1:-build}") rounds=${2:-30}
PATH=$build:$build/tests/helpers:$PATH
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/bundle" "$dir/box/bin" "$dir/box/proc" "$dir/box/dev" "$dir/box/sys" "$dir/box/tmp"
cp "$(command -v busybox)" "$dir/box/bin/true"
echo content >"$dir/bundle/file"
jq -n --arg root "$dir/box" --argjson map '{"namespaces": []}' "$(cat tests/nsoci-bundle.jq)" --args -- true \
	>"$dir/bundle/config.json"

by_script()
{
	examples/nsoci --root "$dir/state" --cgroup-manager=disabled create --bundle "$dir/bundle" one
	examples/nsoci --root "$dir/state" start one
	while ! examples/nsoci --root "$dir/state" delete one 2>/dev/null; do :; done
}

# For the comparison without nsoci, the seccomp filter is compiled once, before the measurement.
chain=$(NSOCI_PRINT=1 examples/nsoci --root "$dir/hand" --cgroup-manager=disabled create --bundle "$dir/bundle" one |
	sed -e "s/'--detach' //" -e "s/'--ready-fd=4' '--start-fd=3' //" -e "s,'--pid-file=[^']*' ,,")
mkdir -p "$dir/hand/one"
jq -r '"default SCMP_ACT_ALLOW 1"' "$dir/bundle/config.json" | nsoci-seccomp >"$dir/hand/one/seccomp"
by_hand()
{
	eval "$chain"
}

# shortest FUNCTION: calls the function several times and prints the shortest time in microseconds.
now()
{
	date +%s%N
}
script=999999999999 hand=999999999999
for _ in $(seq "$rounds"); do
	t=$(now)
	by_script
	t=$(($(now) - t))
	[ $t -ge $script ] || script=$t
	t=$(now)
	by_hand
	t=$(($(now) - t))
	[ $t -ge $hand ] || hand=$t
done
awk -v s="$script" -v h="$hand" 'BEGIN { printf "create, start, delete: %.1f ms; the chain by hand: %.1f ms; ratio %.2f\n", s / 1e6, h / 1e6, s / h }'
