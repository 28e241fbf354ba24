#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsinit-idle: an idle nsinit uses little memory and no processor time.
# as: root user
. "${0%/*}/testlib.sh"

field() # NAME…: the sum of these fields of $holder's status
{
	for _f; do
		awk -v f="$_f:" '$1 == f { print $2 }' "/proc/$holder/status"
	done | awk '{ n += $1 } END { print n + 0 }'
}

test_does_not_wake_up()
{
	start_holder nsinit --keep-fd 3 -- sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	# it has gone to sleep when the descriptors are closed
	for _ in 1 2 3 4 5 6 7 8 9; do
		[ -e "/proc/$holder/fd/3" ] || break
		sleep 0.1
	done
	sleep 0.2
	before=$(field voluntary_ctxt_switches nonvoluntary_ctxt_switches)
	sleep 1 # this is what is measured
	assertEquals 'wake-ups' "$before" "$(field voluntary_ctxt_switches nonvoluntary_ctxt_switches)"
}

# The one of nsunshare has more behind it.
test_has_at_most_256_KiB_of_its_own()
{
	feature no-sanitizer || return 0
	feature sandbox || return 0 # a copy of the program on a tmpfs would count
	for init in nsinit 'nsunshare -Ur --init'; do
		# shellcheck disable=SC2086 # words
		start_holder $init --keep-fd 3 -- sh -c 'echo ready >&3; exec sleep 1000 3>&-'
		[ "$init" = nsinit ] || holder=$(pgrep -P "$holder")
		used=$(field RssAnon)
		assertTrue "$init: $used KiB" "[ $used -gt 0 ] && [ $used -le 256 ]"
		# the protected copy of the binary, as far as it was used
		copy=$(($(stat -c %s "$(command -v "${init%% *}")") / 1024 + 1))
		used=$(field RssShmem)
		assertTrue "$init: $used KiB of $copy" "[ $used -le $copy ]"
	done
}

. shunit2
