# shellcheck shell=sh disable=SC2034,SC2154 # the tests use ANSWERS; testlib.sh sets out and err
# SPDX-License-Identifier: GPL-2.0-or-later
# listfaultlib.sh: decides for the fault tests of nslist if the result of a run is right. Sourced
# after faultlib.sh. The test defines steady, a filter that removes values that differ between two
# runs.

# ANSWERS lists errors that the kernel also returns in normal operation, because the process has
# ended or belongs to another user, or because the kernel is too old to support the call. nslist
# need not report these errors.
ANSWERS='(openat|readlinkat|newfstatat|fstat|statx|faccessat2?|listns|ioctl|setns|bind|getsockname|sendto|recvfrom|recvmsg):[0-9]+ (EACCES|ENOENT|EPERM|ENOTTY|EINVAL|ENOSYS|ESRCH)'

require_feature nslist
preload_nss

# same: succeeds if the output equals that of a run without a fault. Otherwise prints the
# difference.
same()
{
	steady <"$TMP/files.want" >"$TMP/files.unharmed"
	printf '%s\n' "$out" | steady | diff "$TMP/files.unharmed" -
}

# whole_or_reported: succeeds if nslist printed a message, or if its output is complete.
whole_or_reported()
{
	[ -n "$err" ] || same
}
