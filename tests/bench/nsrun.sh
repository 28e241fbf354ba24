#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsrun [DIR]: compares the wall time of `nsrun -- true` with bubblewrap for the same sandbox, and that
# of a container with the same pipeline without nsrun. Runs the commands in turn, so that the load of
# the machine affects all of them. DIR contains the tools (default: PATH); strip them, because each
# tool copies its binary. ROUNDS is the number of runs (default 200). As root, nsunshare and nspivot also
# execute a protected copy of themselves, which bubblewrap does not do.
set -eu
bin=${1:-$(dirname "$(command -v nsrun)")}
for tool in bwrap busybox "$bin/nsrun"; do
	command -v "$tool" >/dev/null || { echo "nsrun: needs $tool" && exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/dir" "$work/root/bin" "$work/root/etc" "$work/root/proc" "$work/root/dev" "$work/root/sys"
cp "$(command -v busybox)" "$work/root/bin/true"
cd "$work/dir"

# shellcheck disable=SC2046 # the options contain no blanks
cat >"$work/commands" <<EOT
nsrun	$bin/nsrun -- true
bwrap	bwrap --unshare-all --ro-bind / / --proc /proc --dev /dev --tmpfs /tmp --tmpfs $HOME --tmpfs /run --bind $PWD $PWD --chdir $PWD --new-session --cap-drop ALL true
pipeline	$("$bin/nsrun" --print -- true)
container	$bin/nsrun -R $work/root -- /bin/true
chain	$("$bin/nsrun" --print -R "$work/root" -- /bin/true)
EOT
IFS='	'
round=0
while [ $((round += 1)) -le "${ROUNDS:-200}" ]; do
	while read -r name command; do
		IFS=' '
		start=$(date +%s%N)
		# shellcheck disable=SC2086 # separate words
		$command
		end=$(date +%s%N)
		IFS='	'
		echo "$name $(((end - start) / 1000))"
	done <"$work/commands"
done >"$work/times"
sort -k1,1 -k2,2n "$work/times" | awk '
	{ all[$1, ++n[$1]] = $2 }
	function median(name) { return all[name, int((n[name] + 1) / 2)] }
	function low(name) { return all[name, int((n[name] + 9) / 10)] }
	END {
		for (name in n)
			printf "%-10s lowest tenth %6.2f ms, median %6.2f ms\n", name, low(name) / 1000, median(name) / 1000
		printf "nsrun : bwrap      %.2f and %.2f (at most 1.30)\n", low("nsrun") / low("bwrap"), median("nsrun") / median("bwrap")
		printf "container : chain  %.2f and %.2f (at most 1.25)\n", low("container") / low("chain"), median("container") / median("chain")
	}'
