#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nstimeoffset-show: checks that the offsets of other processes can be shown, copied, and written
# from outside.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
require_ns time
require_tool jq

# start_clocks OPTION…: starts a process in a time namespace whose clocks these options set.
start_clocks()
{
	if [ "$(id -u)" = 0 ]; then
		start_holder nstimeoffset "$@" -- sh -c 'echo $$ >&3; exec sleep 1000 3>&-'
	else
		start_holder nsunshare -r -- nstimeoffset "$@" -- sh -c 'echo $$ >&3; exec sleep 1000 3>&-'
	fi
}

# column N LINE: prints the Nth column of the line number LINE of $out.
column()
{
	echo "$out" | awk -v n="$1" -v line="$2" 'NR == line { print $n }'
}

ns_inode()
{
	readlink "/proc/$1/ns/time" | tr -dc 0-9
}

test_shows_the_calling_process_by_default()
{
	run nstimeoffset --show
	assert_ok
	assertEquals 'REF NS ID MONOOFF BOOTOFF MONOTONIC BOOTTIME' \
		"$(echo "$out" | awk 'NR == 1 { $1 = $1; print }')"
	assertEquals self "$(column 1 2)"
	assertEquals "$(ns_inode self)" "$(column 2 2)"
	assertEquals '0 0' "$(column 4 2) $(column 5 2)"
}

test_shows_several_processes_at_the_same_moment()
{
	start_clocks -b +1.5s -m -2.000000001
	run nstimeoffset --show self "$holder" "time:$holder"
	assert_ok
	assertEquals '0 0' "$(column 4 2) $(column 5 2)"
	assertEquals '-2.000000001 1.5' "$(column 4 3) $(column 5 3)"
	assertEquals '-2.000000001 1.5' "$(column 4 4) $(column 5 4)"
	assertEquals "$(ns_inode "$holder")" "$(column 2 3)"
	# the times must differ by exactly the difference of the offsets
	assertEquals 1.5 "$(echo "$out" |
		awk 'NR == 2 { sub(/^[0-9]*[0-9][0-9][0-9]\./, "&"); a = substr($7, 1, 12) }
		     NR == 3 { printf "%.1f\n", $7 - a }')"
}

test_shows_a_namespace_without_processes()
{
	# Runs only as root.
	: >clocks
	nstimeoffset -b +1.5s -m -2.25 -- mount --bind /proc/self/ns/time clocks
	run nstimeoffset --show ./clocks self "$PWD/clocks"
	umount clocks
	assert_ok
	assertEquals '-2.25 1.5' "$(column 4 2) $(column 5 2)"
	assertEquals '0 0' "$(column 4 3) $(column 5 3)"
	assertEquals '-2.25 1.5' "$(column 4 4) $(column 5 4)"
}

test_shows_the_clocks_of_the_process_not_of_its_children()
{
	# after unshare(2), only the children enter the time namespace, and the process keeps its
	# clocks
	mkfifo go
	if [ "$(id -u)" = 0 ]; then
		start_holder clocks hold "$PWD/go" sleep 1000
	else
		start_holder unshare -r clocks hold "$PWD/go" sleep 1000
	fi
	if [ "$(id -u)" = 0 ]; then
		run nstimeoffset -b +1000 --write "$holder"
	else
		run nsenter -U --preserve-credentials -t "$holder" nstimeoffset -b +1000 --write "$holder"
	fi
	assert_ok
	assert_out_empty
	run nstimeoffset --show "$holder"
	assertEquals 0 "$(column 5 2)"
	echo >go
	await_sleep "$holder"
	run nstimeoffset --show "$holder"
	assert_ok
	assertEquals 1000 "$(column 5 2)"
	rm go
}

test_write_uses_the_start_time_of_the_other_process()
{
	mkfifo go
	prefix='' enter=
	if [ "$(id -u)" != 0 ]; then
		prefix='unshare -r'
	fi
	# shellcheck disable=SC2086
	start_holder $prefix clocks hold "$PWD/go" sleep 1000
	[ -z "$prefix" ] || enter="nsenter -U --preserve-credentials -t $holder"
	# shellcheck disable=SC2086
	run $enter nstimeoffset -b =1d -m =0 --write "$holder"
	assert_ok
	echo >go
	await_sleep "$holder"
	run nstimeoffset --show "$holder"
	assert_ok
	out=$(column 7 2)
	awk -v v="$out" 'BEGIN { exit !(v >= 86400 && v < 86420) }'
	assertTrue "boottime is $out" $?
	# the kernel refuses another write, because a process has entered the time namespace
	# shellcheck disable=SC2086
	run $enter nstimeoffset -b =0 --write "$holder"
	assert_refused 125 'can no longer be changed'
	rm go
}

test_copies_the_clocks_of_another_process()
{
	start_clocks -b +1.5s -m +300d
	run nstimeoffset -b "=@$holder" -m "=@time:$holder" --print
	assert_ok
	assert_out 'monotonic 25920000 0
boottime 1 500000000'
}

test_json_has_numbers()
{
	start_clocks -b -0.5s
	run nstimeoffset --show -J "$holder" self
	assert_ok
	cp "$TMP/out" json
	run jq -c '.complete, (.clocks[0] | .ref, .ns, (.id | type), .offsets)' json
	assert_ok
	assert_out "true
\"$holder\"
$(ns_inode "$holder")
$(jq -c '.clocks[1].id | type' json)
{\"monotonic\":{\"secs\":0,\"nsecs\":0},\"boottime\":{\"secs\":-1,\"nsecs\":500000000}}"
	run jq '.clocks[0].readings | (.monotonic, .boottime) | .secs > 0 and .nsecs < 1000000000' json
	assert_out 'true
true'
}

test_escapes_foreign_names()
{
	# Runs only as root.
	name=$(printf './a\033[31m')
	: >"$name"
	nstimeoffset -b +1 -- mount --bind /proc/self/ns/time "$name"
	run nstimeoffset --show "$name"
	umount "$name"
	assert_ok
	assert_out_has '\x1b'
	run nstimeoffset --show "$(printf '\033x')"
	assert_refused 125 '\x1bx'
}

test_refuses_other_namespaces()
{
	run nstimeoffset --show net:self
	assert_refused 125 "'net:self' is a net namespace, not a time namespace"
	run nstimeoffset --show 4194304 self
	assert_refused 125 'process 4194304'
	run nstimeoffset --show self nonsense
	assert_refused 125 "invalid reference 'nonsense'"
}

test_explain_prints_the_offsets_and_runs_nothing()
{
	run nstimeoffset -b -0.5s -m +1d --explain -- echo ran
	assert_ok
	assert_out ' 1 caller create a time namespace for the children: unshare(CLONE_NEWTIME)
 2 caller move monotonic by +86400, boottime by -0.5 seconds relative to the initial clock: write(timens_offsets)
 3 caller enter the time namespace: setns(time_for_children)
 4 caller execute echo ran: execve(2)'
	run nstimeoffset -b 5 --write self --explain
	assert_ok
	assert_out ' 1 caller move boottime by +5 seconds relative to the initial clock: write(timens_offsets)'
}

test_handles_wait_and_report_readiness()
{
	prefix=
	[ "$(id -u)" = 0 ] || prefix='nsunshare -r --'
	mkfifo ready go
	# shellcheck disable=SC2086
	$prefix nstimeoffset -b +1000 --ready-fd 3 --wait-fd 4 --close-fds --keep-fd 5 -- \
		sh -c 'ls /proc/$$/fd; exec sleep 1000' 3>ready 4<go 5</dev/null 6</dev/null >fds &
	pid=$!
	exec 8<ready 9>go
	# the tool waits at a point where the time namespace exists but its clocks have not been set
	sleep 0.2 # a program that does not wait writes to the file in this time
	assertFalse 'the program waits' '[ -s fds ]'
	echo >&9
	read -r line <&8
	assertEquals ready "$line"
	# descriptor 3 of the tool must not be inherited by the program, so cat reads the end of
	# file
	run cat <&8
	assert_out_empty
	exec 8<&- 9>&-
	await_sleep "$pid"
	assertEquals '0 1 2 5' "$(tr '\n' ' ' <fds | sed 's/ $//; s/ 10$//')"
	kill "$pid"
	wait "$pid" 2>/dev/null
	rm ready go
}

test_many_references_need_few_descriptors()
{
	many='' i=0
	while [ $((i += 1)) -le 40 ]; do
		many="$many self $$ time:$$"
	done
	# shellcheck disable=SC2086 # words
	run sh -c 'ulimit -n 24 && exec nstimeoffset --show "$@"' sh $many
	assert_ok
	assertEquals 121 "$(printf '%s\n' "$out" | wc -l)"
}

. shunit2
