# shellcheck shell=sh disable=SC2034 # the tests use CARRIERS
# SPDX-License-Identifier: GPL-2.0-or-later
# credlib.sh: runs each tool that has the options for the credentials of the program: nsunshare,
# nsenter2, nspivot. Sourced after testlib.sh by tests/cred-*.sh.
#
#	for tool in $CARRIERS; do
#		carry --cap-drop all -- probe
#		assert_fact 'cap-bounding 0000000000000000'
#	done
CARRIERS='nsunshare nsenter2 nspivot'
tool=

# carry OPTION… -- PROGRAM…: runs the program with the tool $tool and these options. An ordinary
# user is first made root of a new user namespace. If $before is set, it is an unshare command that
# runs the tool as root.
carry()
{
	inside=${before:-}
	[ "$(id -u)" = 0 ] || inside='unshare --map-root-user'
	case $tool in
	nsunshare)
		# shellcheck disable=SC2086
		run $inside nsunshare --uts "$@"
		;;
	nsenter2)
		# shellcheck disable=SC2086
		run ${inside:+$inside --uts} nsenter2 --uts=/proc/self/ns/uts "$@"
		;;
	nspivot)
		# shellcheck disable=SC2086
		run ${inside:-unshare} --mount --pid --fork nspivot --host-root --proc /proc \
			--ro-bind "$NSUTILS_HELPERS:$NSUTILS_HELPERS" "$@"
		;;
	esac
}

# assert_fact LINE…: asserts that the output of the last run(), which executed the helper `probe`,
# contains each LINE.
assert_fact()
{
	for _line; do
		grep -qxF -e "$_line" "$TMP/out"
		_verdict $? "$tool: the program should find <$_line>"
	done
}

# fact KEY: prints the value that the helper `probe` printed after KEY in the last run().
fact()
{
	sed -n "s/^$1 //p" "$TMP/out"
}

# bits CAPABILITY-NUMBER…: prints the set of these capabilities in the format of the helper `probe`:
# 16 hexadecimal digits.
bits()
{
	_mask=0
	for _n; do
		_mask=$((_mask | 1 << _n))
	done
	printf '%016x\n' $_mask
}
