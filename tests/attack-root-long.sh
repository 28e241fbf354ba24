#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# attack-root-long: exchanges names in the root at every system call of nspivot, at many pairs of
# calls, and continuously.
# Runs as root.
# Runs only in check-long.
# Time limit: 1500 seconds.
# shellcheck disable=SC2154,SC2016 # refused and ran are rootlib.sh's; for the inner shells
. "${0%/*}/testlib.sh"
. "${0%/*}/rootlib.sh"

setUp()
{
	rm -rf "$box"
	make_box
	forge
}

each_way()
{
	for NSPIVOT_UNDER in '' 'enosys openat2 --' "$OLD_KERNEL"; do
		"$@"
	done
	NSPIVOT_UNDER=
}

at_each()
{
	exchange_at_each "$box/proc" "$box/fake" --preset=docker "$box" -- /look
	assertEquals 'runs with a writable proc' 0 "$(grep -c writable "$TMP/said")"
	assertTrue 'some runs were refused because of the exchange' "[ $refused -gt 0 ]"
	assertTrue 'some runs succeeded' "[ $ran -gt 0 ]"
}

test_exchange_at_each_call_never_leads_outside()
{
	each_way at_each
}

# at_two: exchanges the names of $box/proc and $box/fake at one system call of nspivot, and
# exchanges them back at a later call. Tries each call with every third later call.
at_two()
{
	set -- --proc=/proc --readonly /proc/sys:try --mask /proc/timer_list:try "$box" -- /look
	box_calls "$@"
	n=0 ran=0 refused=0 first=0
	: >"$TMP/said"
	while [ $((first += 1)) -lt "$calls" ]; do
		second=$first
		while [ $((second += 3)) -le "$calls" ]; do
			# shellcheck disable=SC2086 # several words
			run failat -b nspivot -k $first --again $second --exchange "$box/proc,$box/fake" -o "$TMP/report" -- \
				nsunshare -mp -- $NSPIVOT_UNDER nspivot "$@"
			cat "$TMP/out" >>"$TMP/said"
			n=$((n + 1))
			case $rc in
			0) ran=$((ran + 1)) ;;
			125) refused=$((refused + 1)) ;;
			*) fail "exit status $rc: $err" ;;
			esac
			[ "$(grep -c ^exchanged "$TMP/report")" != 1 ] || exchange_once "$box/proc" "$box/fake"
		done
	done
	echo "exchange: of $n pairs of calls $ran ran, $refused refused"
	assertEquals 'runs with a writable proc' 0 "$(grep -c writable "$TMP/said")"
	assertTrue "$n pairs" "[ $n -gt 300 ]"
}

test_exchanges_at_any_two_calls_never_lead_outside()
{
	each_way at_two
}

race_each()
{
	race_proc 1000
}

test_continuous_exchange_never_leads_outside()
{
	each_way race_each
}

# race_dir: exchanges the argument of --dir, a directory in the root, with a link to a directory
# outside.
race_dir()
{
	secret=$TMP/secret
	rm -rf "$secret" "$box/link"
	mkdir -m 700 "$secret"
	ln -s "$secret" "$box/link"
	start_holder sh -c 'echo >&3; while :; do mv -T "$0/d" "$0/w" && mv -T "$0/link" "$0/d" && mv -T "$0/d" "$0/link"; \
		mv -T "$0/w" "$0/d"; done 2>/dev/null 3>&-' "$box"
	n=0
	while [ $((n += 1)) -le 1000 ]; do
		# shellcheck disable=SC2086 # several words
		nsunshare -mp -- $NSPIVOT_UNDER nspivot --dir /d:mode=0777 "$box" -- /bin/sh -c 'echo ran' >>"$TMP/said" 2>&1
		rmdir "$box/d" "$box/w" 2>/dev/null
	done
	stop_holder
	assertTrue 'each run prints a line' "[ $(wc -l <"$TMP/said") -ge 1000 ]"
	rm "$TMP/said"
	assertEquals 'the mode of a directory outside' 700 "$(stat -c %a "$secret")"
}

test_dir_option_changes_the_mode_of_no_other_file()
{
	each_way race_dir
}

. shunit2
