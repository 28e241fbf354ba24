#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsrun [DIR]: compares the wall time of `nsrun -- true` with bubblewrap for the same sandbox, and
# that of a container with the same pipeline without nsrun, as root and as the user with uid 1000.
# DIR contains the tools (default: PATH). ROUNDS is the number of runs (default 300). Needs root and
# cc.
#
# The commands take turns (turns.c) with a real-time priority on one processor, so that the load of
# the machine affects all of them little. For each command the bench prints the lowest decile and
# the median in milliseconds. `shell` is a script that only executes the pipeline, which is the
# least time that a shell script can take.
#
# Compare the numbers of program starts, too: nsrun executes a shell and nspivot, which bubblewrap
# does not need. As root, nsunshare and nspivot also execute a protected copy of themselves. In many
# virtual machines the host emulates the instruction cpuid, which glibc 2.36 executes 68 times at
# each start of a program. This took 0.43 ms of each start where the tools were measured, and takes
# a hundredth of that without a virtual machine.
set -eu
bin=${1:-$(dirname "$(command -v nsrun)")}
for tool in bwrap busybox cc chrt setpriv "$bin/nsrun"; do
	command -v "$tool" >/dev/null || { echo "nsrun: needs $tool" && exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc -O2 -o "$work/turns" "$(dirname "$0")/turns.c"
# measure binaries without debugging information, because each tool copies its binary if root starts
# it
mkdir "$work/bin"
for tool in nsrun nsunshare nspivot nsrun-data; do
	[ ! -e "$bin/$tool" ] || cp -R "$bin/$tool" "$work/bin/"
done
strip "$work/bin/nsunshare" "$work/bin/nspivot"
chmod -R a+rX "$work"

cat >"$work/measure" <<'EOT'
cd "$HOME/dir"
same="$(nsrun --print -- true)"
chain="$(nsrun --print -R "$HOME/root" -- /bin/true)"
printf '#!/bin/sh\nexec %s\n' "$same" >shell
printf '#!/bin/sh\nexec %s\n' "$chain" >shell-chain
chmod 755 shell shell-chain
echo "uid $(id -u), ms: lowest decile, median; ratio to bwrap (at most 1.30)"
turns "$ROUNDS" "nsrun -- true" ./shell "$same" "bwrap --unshare-all --ro-bind / / --proc /proc --dev /dev --tmpfs /tmp --tmpfs $HOME --tmpfs /run --bind $PWD $PWD --chdir $PWD --new-session --cap-drop ALL true" |
	paste - "$HOME/names" | awk '{ printf "%-10s %6.2f %6.2f   %.2f %.2f\n", $9, $1 / 1000, $2 / 1000, $5, $6 }'
echo "uid $(id -u), container, ms: lowest decile, median; ratio to the pipeline (at most 1.25)"
turns "$ROUNDS" "nsrun -R $HOME/root -- /bin/true" ./shell-chain "$chain" |
	paste - "$HOME/names" | awk 'NF > 1 { printf "%-10s %6.2f %6.2f   %.2f %.2f\n", $9, $1 / 1000, $2 / 1000, $5, $6 }'
EOT
export PATH="$work/bin:$work:$PATH" ROUNDS="${ROUNDS:-300}"
for uid in 0 1000; do
	export HOME="$work/home$uid"
	mkdir -p "$HOME/dir" "$HOME/root/bin" "$HOME/root/etc" "$HOME/root/proc" "$HOME/root/dev" "$HOME/root/sys"
	cp "$(command -v busybox)" "$HOME/root/bin/true"
	printf '%s\n' nsrun shell pipeline bwrap >"$HOME/names"
	chown -R "$uid" "$HOME"
	taskset -c "$(($(nproc) - 1))" chrt -f 10 setpriv --reuid "$uid" --regid "$uid" --clear-groups sh -eu "$work/measure"
done
