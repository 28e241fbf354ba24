#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsoci: compares create, start and delete of examples/nsoci with the same chain run by hand.
#
# usage: tests/bench/nsoci.sh [BUILDDIR [ROUNDS]]
#
# As root, with jq. The chain by hand is the one that nsoci prints, without --detach and the
# descriptors of the handles, and with a seccomp filter that is compiled before. turns.c explains
# the output: the first line is nsoci, the second the chain. The first ratio of the first line is
# that of the lowest deciles of the wall time. The processes run on one processor with real-time
# priority.
set -eu
cd "$(dirname "$0")/../.."
build=$(realpath "${1:-build}") rounds=${2:-100}
PATH=$build:$build/tests/helpers:$PATH
# use a tmpfs, because nsoci stores its state in /run by default, which is a tmpfs, too
dir=$(mktemp -d /dev/shm/nsoci.XXXXXX)
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/bundle" "$dir/hand" "$dir/box/bin" "$dir/box/proc" "$dir/box/dev" "$dir/box/sys" "$dir/box/tmp"
cp "$(command -v busybox)" "$dir/box/bin/true"
echo content >"$dir/bundle/file"
jq -n --arg root "$dir/box" --argjson map '{"namespaces": []}' "$(cat tests/nsoci-bundle.jq)" --args -- true \
	>"$dir/bundle/config.json"
mkfifo "$dir/end"

# The read returns when the container has closed its output, shortly before the container ends.
cat >"$dir/script" <<END
exec 3<>"$dir/end"
examples/nsoci --root "$dir/state" --cgroup-manager=disabled create --bundle "$dir/bundle" one >&3 3>&-
exec 4<"$dir/end" 3>&-
examples/nsoci --root "$dir/state" start one 4<&-
read -r _ <&4 || :
while ! examples/nsoci --root "$dir/state" delete one 2>/dev/null 4<&-; do :; done
END

nsoci-config --state "$dir/hand/one" "$dir/bundle/config.json"
NSOCI_PRINT=1 examples/nsoci --root "$dir/hand" --cgroup-manager=disabled create --bundle "$dir/bundle" one |
	sed -e 's/ --detach / /' -e 's/ --ready-fd=4 --start-fd=3 / /' -e 's/ --pid-file=[^ ]*//' >"$dir/hand/chain"

cc -O2 -o "$dir/turns" tests/bench/turns.c
chrt -f 10 taskset -c 0 "$dir/turns" "$rounds" "sh $dir/script" "sh $dir/hand/chain"
