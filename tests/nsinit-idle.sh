#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsinit-idle: checks that an idle nsinit uses little memory and no processor time.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"

field() # NAME…: prints the sum of these fields of $holder's /proc/PID/status
{
	for _f; do
		awk -v f="$_f:" '$1 == f { print $2 }' "/proc/$holder/status"
	done | awk '{ n += $1 } END { print n + 0 }'
}

test_does_not_wake_up()
{
	start_holder nsinit --keep-fd 3 -- sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	# wait until nsinit has closed descriptor 3, which it does just before it begins to wait for
	# signals
	settle 50 test ! -e "/proc/$holder/fd/3"
	settle 50 grep -q '^State:.S' "/proc/$holder/status"
	sleep 0.2
	before=$(field voluntary_ctxt_switches nonvoluntary_ctxt_switches)
	assertTrue 'nsinit runs' "[ $before -gt 0 ]"
	sleep 1 # nsinit must not wake up during this second
	assertEquals 'wake-ups' "$before" "$(field voluntary_ctxt_switches nonvoluntary_ctxt_switches)"
}

# The memory limit of 256 KiB applies to nsinit, and also to nsunshare --init, which does more work
# before the program runs.
test_uses_at_most_256_KiB_of_private_memory()
{
	feature no-sanitizer || return 0
	feature sandbox || return 0 # otherwise, pages of the binary on a tmpfs would be counted
	for init in nsinit 'nsunshare -Ur --init'; do
		# shellcheck disable=SC2086 # several words
		start_holder $init --keep-fd 3 -- sh -c 'echo ready >&3; exec sleep 1000 3>&-'
		[ "$init" = nsinit ] || holder=$(pgrep -P "$holder")
		used=$(field RssAnon)
		assertTrue "$init: $used KiB" "[ $used -gt 0 ] && [ $used -le 256 ]"
		# the limit for shared memory is the size of the protected copy of the tool's binary;
		# RssShmem would also contain libraries that are on a tmpfs
		copy=$(($(stat -c %s "$(command -v "${init%% *}")") / 1024 + 1))
		used=$(awk '/^[0-9a-f]+-[0-9a-f]+ / { shared = $2 ~ /s$/ || $6 ~ /^\/memfd:/ } /^Rss:/ && shared { sum += $2 } END { print sum + 0 }' "/proc/$holder/smaps")
		assertTrue "$init: $used KiB of $copy" "[ $used -le $copy ]"
	done
}

. shunit2
