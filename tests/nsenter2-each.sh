#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsenter2-each: checks --each, which runs one program in many namespaces.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
require_tool strace
require_ns user uts net pid

# start_targets N: starts N targets with the hostnames host1, host2, … Sets $targets to their pids.
start_targets()
{
	targets=''
	for i in $(seq "$1"); do
		start_holder unshare --user --map-root-user --uts --net \
			sh -c "hostname host$i; echo ready >&3; exec sleep 1000 3>&-"
		targets="$targets $holder"
	done
}

test_each_runs_the_program_in_every_target()
{
	start_targets 3
	# shellcheck disable=SC2086
	printf '%s\n' $targets >"$TMP/refs"
	run nsenter2 --each -a hostname <"$TMP/refs"
	assert_rc 0
	assert_out 'host1
host2
host3'
	assertEquals 'nsenter2: 3 of 3 programs succeeded, highest exit status 0' "$err"
}

test_prefix_names_the_reference_of_each_line()
{
	start_targets 2
	# shellcheck disable=SC2086
	set -- $targets
	printf '%s\n' "$1" "user:$2" >"$TMP/refs"
	run nsenter2 --each --user --uts --prefix -- sh -c 'hostname; printf rest; echo bad >&2' <"$TMP/refs"
	assert_rc 0
	assert_out "$1: host1
$1: rest
user:$2: $(hostname)
user:$2: rest"
	assert_err_has "$1: bad"
	assert_err_has "user:$2: bad"
}

test_a_closed_output_is_not_read_again()
{
	start_targets 1
	echo "$holder" >"$TMP/refs"
	run strace -qq -o "$TMP/trace" -e 'trace=?poll,?ppoll' \
		nsenter2 --each --prefix --user --uts -- sh -c 'exec >/dev/null 2>&1; sleep 0.5' <"$TMP/refs"
	assert_rc 0
	n=$(grep -c 'poll(' "$TMP/trace")
	assertTrue "poll was called $n times" "[ $n -gt 0 ] && [ $n -lt 20 ]"
}

test_prefix_prints_the_label_after_the_reference()
{
	start_targets 3
	# shellcheck disable=SC2086
	set -- $targets
	printf '%s\n' "$1 web one" "uts:$2 db\\x20two" "uts:$3 " >"$TMP/refs"
	run nsenter2 --each --user --uts --prefix -- sh -c 'hostname; echo bad >&2' <"$TMP/refs"
	assert_err_has "web one: bad"
	assertEquals "web one: host1" "$(sed -n 1p "$TMP/out")"
	# a user cannot enter the uts namespaces without first entering the user namespaces that own
	# them
	assert_err_has "db two: "
	assert_err_has "uts:$3: "
	if [ "$(id -u)" = 0 ]; then
		assert_rc 0
		assert_out "web one: host1
db two: host2
uts:$3: host3"
	fi
}

test_container_names_of_nslist_are_labels()
{
	# Runs only as root.
	feature nslist || return 0
	start_holder unshare -m -u -p -f --kill-child sh -c 'hostname web; echo >&3; exec sleep infinity 3>&-'
	nslist --containers -rno REF,NAME >"$TMP/refs"
	run nsenter2 --each -a --prefix -- hostname <"$TMP/refs"
	assert_rc 0
	assert_out 'web: web'
}

test_a_namespace_reference_enters_only_that_namespace()
{
	start_targets 1
	echo "user:${targets# }" >"$TMP/refs"
	run nsenter2 --each --net -- readlink /proc/self/ns/user /proc/self/ns/net <"$TMP/refs"
	assert_rc 0
	assert_out "$(readlink "/proc/${targets# }/ns/user")
$(readlink /proc/self/ns/net)"
}

test_the_worst_status_is_the_exit_status()
{
	start_targets 3
	# shellcheck disable=SC2086
	printf '%s\n' $targets >"$TMP/refs"
	run nsenter2 --each -a -- sh -c 'case $(hostname) in host2) exit 9 ;; host3) exit 4 ;; esac' <"$TMP/refs"
	assert_rc 9
	assertEquals 'nsenter2: 1 of 3 programs succeeded, highest exit status 9' "$err"
	run nsenter2 --each -a -- no-such-program <"$TMP/refs"
	assert_rc 127
	assert_err_has '0 of 3 programs succeeded, highest exit status 127'
}

test_a_target_that_is_gone_does_not_stop_the_others()
{
	start_targets 2
	# shellcheck disable=SC2086
	set -- $targets
	stop_holder "$1"
	printf '%s\n' "$@" >"$TMP/refs"
	run nsenter2 --each -a hostname <"$TMP/refs"
	assert_rc 125
	assert_out host2
	assert_err_has "nsenter2: $1: process $1: No such process"
	assert_err_has '1 of 2 programs succeeded'
}

test_an_invalid_reference_runs_nothing()
{
	start_targets 1
	printf '%s\n' "${targets# }" '' nonsense "${targets# }" >"$TMP/refs"
	run nsenter2 --each -a -- touch "$TMP/made" <"$TMP/refs"
	assert_refused 125 "standard input: line 3: invalid reference 'nonsense'"
	assertFalse "[ -e $TMP/made ]"
}

test_without_references_nothing_runs()
{
	run nsenter2 --each -a false </dev/null
	assert_rc 0
	assert_err_has '0 of 0'
}

test_null_option_separates_references()
{
	start_targets 2
	# shellcheck disable=SC2086
	printf '%s\0' $targets >"$TMP/refs"
	run nsenter2 --each --null -a hostname <"$TMP/refs"
	assert_rc 0
	assert_out 'host1
host2'
	run nsenter2 --each -a hostname <"$TMP/refs"
	assert_refused 125 'invalid NUL byte'
}

test_standard_input_is_empty_for_the_program()
{
	start_targets 2
	# shellcheck disable=SC2086
	printf '%s\n' $targets >"$TMP/refs"
	run nsenter2 --each -a -- sh -c 'readlink /proc/self/fd/0' <"$TMP/refs"
	assert_rc 0
	assert_out '/dev/null
/dev/null'
	own_namespaces
	run nsenter2 --each -- sh -c 'readlink /proc/self/fd/0; ls /proc/self/fd | tr "\n" " "' <"$TMP/refs"
	assert_rc 0
	assert_out '/dev/null
0 1 2 3 /dev/null
0 1 2 3 '
}

# own_namespaces: writes two references to $TMP/refs. nsenter2 can enter their namespaces without
# entering a user namespace, so nsenter2 does not execute itself again from a protected copy.
own_namespaces()
{
	if [ "$(id -u)" = 0 ]; then
		start_holder unshare --net unshare --uts sh -c 'hostname other; echo ready >&3; exec sleep 1000 3>&-'
		printf '%s\n' "net:$holder" "uts:$holder" >"$TMP/refs"
	else
		# without privilege, a user namespace is the only type that can be entered alone
		printf '%s\n' "user:${targets##* }" "user:${targets##* }" >"$TMP/refs"
	fi
}

test_programs_get_the_signal_dispositions_of_the_caller()
{
	start_targets 1
	own_namespaces
	run env --ignore-signal=CHLD nsenter2 --each -- grep -E '^Sig(Ign|Blk)' /proc/self/status <"$TMP/refs"
	assert_rc 0
	want=$(env --ignore-signal=CHLD grep -E '^Sig(Ign|Blk)' /proc/self/status)
	assert_out "$want
$want"
}

test_explain_shows_the_steps_for_each_target()
{
	start_targets 2
	# shellcheck disable=SC2086
	printf '%s\n' $targets >"$TMP/refs"
	run nsenter2 --each --net --explain --prefix -- touch "$TMP/made" <"$TMP/refs"
	assert_rc 0
	for t in $targets; do
		assert_out_has "$t:  1 caller enter net of process $t: setns(2)"
		assert_out_has "$t:  2 caller execute touch $TMP/made: execve(2)"
	done
	assertFalse "[ -e $TMP/made ]"
}

# If a signal ends a program, its status is 128 plus the signal number, which is greater than the
# statuses of other failures.
test_a_signal_is_the_worst_exit_status()
{
	start_targets 2
	# shellcheck disable=SC2086
	printf '%s\n' 4194304 $targets >"$TMP/refs"
	run nsenter2 --each -a -- sh -c 'case $(hostname) in host1) kill -KILL $$ ;; esac' <"$TMP/refs"
	assert_rc 137
	assert_err_has '1 of 3 programs succeeded, highest exit status 137'
}

# An ordinary user cannot mount files in the mount namespace of the test, as ip-netns(8) does.
test_enters_namespaces_without_a_process()
{
	# Runs only as root.
	require_tool ip
	for n in blue red; do
		ip netns add $n
	done
	inode=$(stat -Lc %i /run/netns/red)
	printf '%s\n' netns:blue "net:[$inode]" /run/netns/blue "$inode" netns:blue >"$TMP/refs"
	run nsenter2 --each --prefix -- readlink /proc/self/ns/net <"$TMP/refs"
	assert_rc 0
	blue=$(stat -Lc 'net:[%i]' /run/netns/blue)
	assert_out "netns:blue: $blue
net:[$inode]: net:[$inode]
/run/netns/blue: $blue
$inode: net:[$inode]
netns:blue: $blue"
	assert_err_has '5 of 5'
	# nsenter2 reports failures to execute in the same way with and without a protected copy of
	# its binary
	run nsenter2 --each -P 2 -- no-such-program <"$TMP/refs"
	assert_rc 127
	assertEquals 5 "$(grep -c "cannot execute 'no-such-program': No such file" "$TMP/err")"
	run nsenter2 --each --prefix -- sh -c 'exec "$1"' sh /etc/passwd <"$TMP/refs"
	assert_rc 126
	assert_err_has "netns:blue: sh: "
	ip netns del blue
	run nsenter2 --each -- true <"$TMP/refs"
	assert_rc 125
	assert_err_has '2 of 5 programs succeeded, highest exit status 125'
	ip netns del red
}

test_handles_ten_thousand_references()
{
	# First, all references are valid but refer to namespaces that do not exist. Then one
	# invalid reference is added, and nsenter2 must refuse all references before it looks up any
	# of them.
	awk 'BEGIN { for (i = 0; i < 10000; i++) print "net:" 4184304 + i }' >"$TMP/refs"
	run nsenter2 --each -P 100 -- true <"$TMP/refs"
	assert_rc 125
	assert_out_empty
	assertEquals 'nsenter2: 0 of 10000 programs succeeded, highest exit status 125' "$(tail -n 1 "$TMP/err")"
	assertEquals 10001 "$(wc -l <"$TMP/err")"
	echo 0 >>"$TMP/refs"
	run nsenter2 --each -- true <"$TMP/refs"
	assert_refused 125 'standard input: line 10001: '
}

test_parallel_option_runs_programs_at_the_same_time()
{
	start_targets 2
	# shellcheck disable=SC2086
	printf '%s\n' $targets >"$TMP/refs"
	mkfifo "$TMP/one" "$TMP/two"
	# the two programs wait for each other, so they must run at the same time
	run timeout 10 nsenter2 --each -a --parallel 2 -- sh -c '
		case $(hostname) in
		host1) echo x >"$1/one"; read -r _ <"$1/two" ;;
		host2) read -r _ <"$1/one"; echo x >"$1/two" ;;
		esac' sh "$TMP" <"$TMP/refs"
	assert_rc 0
	assert_err_has '2 of 2 programs succeeded'
	own_namespaces
	run timeout 10 nsenter2 --each -P 2 -- sh -c '
		case $(mkdir "$1/first" 2>&1) in
		"") echo x >"$1/one"; read -r _ <"$1/two" ;;
		*) read -r _ <"$1/one"; echo x >"$1/two" ;;
		esac' sh "$TMP" <"$TMP/refs"
	assert_rc 0
	run nsenter2 --each -P 0 true </dev/null
	assert_rc 125
	assert_err_has "invalid number '0', expected 1 to 1024"
}

test_a_signal_ends_all_running_programs()
{
	start_targets 2
	# shellcheck disable=SC2086
	printf '%s\n' $targets >"$TMP/refs"
	mkfifo "$TMP/up"
	exec 7<>"$TMP/up"
	nsenter2 --each -P 2 -a -- sh -c 'echo $$ >&7; exec sleep 1000 7>&-' <"$TMP/refs" 2>"$TMP/err" &
	pid=$!
	read -r first <&7
	read -r second <&7
	exec 7>&-
	assertTrue 'both programs run' "kill -0 $first && kill -0 $second"
	kill -TERM $pid
	wait $pid
	assertEquals 143 $?
	assertFalse 'a program still runs' "kill -0 $first || kill -0 $second"
	assertEquals 'nsenter2: 0 of 2 programs succeeded, highest exit status 143' "$(cat "$TMP/err")"
}

test_lost_output_is_an_error()
{
	start_targets 1
	echo "${targets# }" >"$TMP/refs"
	run sh -c 'nsenter2 --each --user --prefix -- echo word <"$1" >/dev/full' sh "$TMP/refs"
	assert_rc 125
	assert_err_has 'cannot copy the output of the programs: No space left on device'
}

test_refuses_a_process_without_a_namespace_type()
{
	start_targets 1
	echo "${targets# }" >"$TMP/refs"
	run nsenter2 --each true <"$TMP/refs"
	assert_rc 125
	assert_err_has '--each with a process requires a namespace type, such as --net'
}

test_refuses_options_that_conflict_with_each()
{
	for o in '--target 1' --pty; do
		# shellcheck disable=SC2086
		run nsenter2 --each $o true
		assert_rc 125
		assert_err_has 'cannot be used with'
	done
	run nsenter2 --each
	assert_rc 125
	assert_err_has 'requires a program'
	run nsenter2 --prefix true
	assert_rc 125
	assert_err_has '--prefix requires --each'
}

# A line of 64 KiB is the longest line that nsenter2 writes in one piece. The program writes the end
# of the line after a pause.
test_a_line_of_64_KiB_is_not_cut()
{
	start_targets 1
	echo "${targets# }" >"$TMP/refs"
	run nsenter2 --each -U --prefix -- perl -e '$| = 1; print "x" x 65536; select undef, undef, undef, 0.2; print "\n"' <"$TMP/refs"
	assert_rc 0
	assertEquals 'lines' 1 "$(wc -l <"$TMP/out")"
	assertEquals 'bytes' $((${#targets} - 1 + 2 + 65536 + 1)) "$(wc -c <"$TMP/out")"
	run nsenter2 --each -U --prefix -- perl -e '$| = 1; print "x" x 90000; select undef, undef, undef, 0.2; print "\n"' <"$TMP/refs"
	assert_rc 0
	assertEquals 'bytes without the prefixes' 90000 "$(sed 's/^[0-9]*: //' "$TMP/out" | tr -d '\n' | wc -c)"
}

# nslist --raw writes a blank as \x20, which nsenter2 must decode. A backslash that does not begin
# such an escape must stay.
test_escapes_in_references_are_decoded()
{
	# Runs only as root.
	start_targets 1
	want=$(readlink "/proc/${targets# }/ns/uts")
	for name in 'a b' 'c\xzz' 'd\x4' 'e\y20'; do
		: >"$TMP/$name"
		mount --bind "/proc/${targets# }/ns/uts" "$TMP/$name"
	done
	printf '%s\n' "$TMP/a\\x20b" "$TMP/c\\xzz" "$TMP/d\\x4" "$TMP/e\\y20" "$TMP/\\x61\\x20b" >"$TMP/refs"
	run nsenter2 --each -- readlink /proc/self/ns/uts <"$TMP/refs"
	umount "$TMP/a b" "$TMP/c\\xzz" "$TMP/d\\x4" "$TMP/e\\y20"
	assert_rc 0
	assertEquals "5 $want" "$(sort "$TMP/out" | uniq -c | sed 's/^ *//')"
}

. shunit2
