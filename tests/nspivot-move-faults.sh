#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nspivot-move-faults: makes each system call of nspivot --move-root fail once. Checks that the
# program runs in the complete new root or does not run.
# Runs as root.
# Time limit: 120 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/faultlib.sh"
. "${0%/*}/rootlib.sh"
make_box
# create the mount points in advance, because nspivot keeps those that it creates
mkdir -p "$box/proc" "$box/dev" "$box/p"
printf '#!/bin/sh\necho "final ran"\ncut -d" " -f4,5 /proc/self/mountinfo\nls / /..\n' >"$box/look"
chmod 755 "$box/look"

# the script that runs as process 1 of a system whose root is a tmpfs
cat >"$TMP/script" <<'SCRIPT'
mount -t proc proc /proc && mkdir /new && mount --bind /real /new || exit 99
mkdir -p /junk/deep && touch /junk/file /junk/deep/file && ln -s /real /junk/link
ln -s /tools/nspivot /mover
exec /mover --move-root --proc=/p /new -- /look
SCRIPT

test_after_a_failed_call_no_program_runs_in_an_incomplete_root()
{
	set --
	# bind the directory to which instrumented tools (build-aux/coverage) write their counters
	counters=/var/tmp/nsutils-coverage
	[ ! -d "$counters" ] || set -- --bind "$counters:$counters"
	# Accept two differences after a fault. nspivot removes the files of the old root as its
	# last step, so files that remain are harmless. If the mount point of /dev, /sys, /run or
	# /proc seems to be missing, nspivot does not move the mount to the new root.
	FAULT_MAX=30 fault_all -b mover -u look -f '1 125 126 127' -o some -x ':(unlinkat|getdents64|close|openat2?|newfstatat|fstat|statx|execve):' -- \
		nsunshare -mp -- nspivot --force --host-root --file /dev/null:/init "$@" --bind "$box:/real" \
		--ro-bind "$NSUTILS_BIN:/tools" --ro-bind "$TMP/script:/script" -- /bin/sh /script
	assertTrue 'no file of another mount is removed' '[ -e "$box/look" ] && [ -e "$box/bin/sh" ]'
}

. shunit2
