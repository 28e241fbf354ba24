#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsnet-standin-faults: makes each system call of nsnet run --pasta fail once. A script replaces
# pasta(1).
# Runs as root and as an ordinary user.
# Time limit: 120 seconds.
. "${0%/*}/testlib.sh"
. "${0%/*}/netlib.sh"
. "${0%/*}/faultlib.sh"
require_ns user net
require_tool ip
require_kernel_call pidfd_open
host_is_ours
put_pasta
PATH=$TMP/bin:$PATH
: >"$TMP/args"
: >"$TMP/pid"

test_no_program_runs_without_the_network_of_pasta()
{
	# Accept failed system calls of pasta, which a background process of nsnet starts. If
	# poll(2) or wait4(2) fails in the background process, that process ends pasta, and the
	# program may continue to run. If kill(2) fails in the background process, no other process
	# can end pasta: the kernel clears a parent death signal when pasta enters the user
	# namespace.
	FAULT_MAX=20 fault_all -b nsnet -n '^1[.]1[.]1:kill:' -x ':(poll|wait4|close):|^1[.]1[.]1[.]1' -- nsnet run --pasta -- "$FINAL"
}

. shunit2
