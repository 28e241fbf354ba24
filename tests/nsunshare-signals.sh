#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsunshare-signals: checks that signals to nsunshare reach the program, and that nsunshare and the
# program end together.
# Runs as root and as an ordinary user.
. "${0%/*}/testlib.sh"
. "${0%/*}/signallib.sh"
require_ns user pid
require_tool strace

# new: a command prefix that runs a program as root of new user and pid namespaces.
new='nsunshare -Urpm --mount-proc'

# gone PID: succeeds if the process ends within ten seconds.
gone()
{
	for _i in $(seq 1000); do
		kill -0 "$1" 2>/dev/null || return 0
		case $(cat "/proc/$1/stat" 2>/dev/null) in
		*') Z '*) return 0 ;;
		esac
		sleep 0.01
	done
	return 1
}

test_forwards_every_signal_without_an_option()
{
	want=$(seq 1 64 | grep -vxE '4|5|7|8|9|11|17|18|19|20|21|22|31|32|33' | sed 's/$/ 1/')
	for with in 'nsunshare -f' "$new" "$new --init" 'nsunshare -f --forward-signals'; do
		# shellcheck disable=SC2086 # several words
		start $with signals count 64
		for n in $(echo "$want" | cut -d' ' -f1); do
			# use signal 64, because nsinit ends all processes after TERM
			case $with/$n in
			*init/15) kill -64 "$pid" && break ;;
			esac
			kill "-$n" "$pid"
		done
		finish
		assert_rc 0
		case $with in
		*init) assert_out "$(echo "$want" | sed '/^15 /,/^63 /d')" ;;
		*) assert_out "$want" ;;
		esac
	done
}

# strace delays close_range(2), so process 1 closes its pipe to the outer process late. The program
# must nevertheless get every signal that is sent after it has started.
test_a_signal_reaches_the_program_as_soon_as_it_runs()
{
	for with in 'nsunshare -f' "$new" "$new --init"; do
		# shellcheck disable=SC2086 # several words
		start strace -D -f -qq -o "$TMP/trace" -e trace=close_range \
			-e inject=close_range:delay_enter=200000 $with signals count 15
		for n in 1 10 15; do
			kill -$n "$pid"
		done
		finish
		assert_rc 0
		assert_out '1 1
10 1
15 1'
	done
}

# vfork(2) suspends nsunshare until the child executes the program, so the signal stays pending, and
# nsunshare must pass it on to the program. The test sends the signal while the child is in its first
# mount(2), which strace delays. nsunshare reads its pending signals from /proc/PID/status, which
# lists them after all groups. The process has many groups, so that the file is long.
test_a_signal_before_the_program_runs_is_not_lost()
{
	with=-rmp
	for n in 1 2 3 15; do
		[ "$n/$(id -u)" != 3/0 ] || with=-mp
		# perl restores INT and QUIT, which a shell ignores in background programs
		# shellcheck disable=SC2016 # variables of perl
		perl -e '$SIG{INT} = $SIG{QUIT} = "DEFAULT"; $) = join " ", 0, 1e9 .. 1e9 + 600; exec @ARGV' \
			strace -DDD -f -qq -o "$TMP/trace" -e trace=mount \
			-e inject=mount:delay_enter=300000 nsunshare $with --mount-proc sleep 5 &
		pid=$!
		name=
		while [ "$name" != nsunshare ] && kill -0 "$pid"; do
			# the shell's `read` returns an error for a file `children` in /proc,
			# because its line does not end with a newline
			read -r child _ <"/proc/$pid/task/$pid/children" || read -r name <"/proc/$child/comm"
		done 2>/dev/null
		kill -$n "$pid"
		wait "$pid"
		rc=$? _ran="nsunshare $with, sent $n"
		assert_rc $((128 + n))
	done
}

test_forwards_the_values_of_realtime_signals()
{
	for with in 'nsunshare -f' "$new" "$new --init"; do
		# shellcheck disable=SC2086 # several words
		start $with signals show 40
		signals send "$pid" 36 2
		signals send "$pid" 40
		finish
		assert_out '36 1
36 2
40 1'
	done
}

test_ends_in_the_same_way_as_the_program()
{
	run nsunshare -f sh -c 'exit 7'
	assert_rc 7
	run perl -e 'system("nsunshare", "-f", "sh", "-c", "kill -USR1 \$\$"); print $? & 127'
	assert_out 10
	run perl -e '$SIG{CHLD} = "IGNORE"; exec "nsunshare", "-f", "sh", "-c", "exit 5"'
	assert_rc 5
	# shellcheck disable=SC2086 # several words
	run $new nsinit sh -c 'kill -TERM $$'
	assert_rc 143
}

test_dumps_no_core_of_its_own()
{
	feature core-files || return 0
	cd "$TMP" || return
	# shellcheck disable=SC2016 # for the shells inside
	run sh -c 'ulimit -c unlimited && exec perl -e "
		system qw(nsunshare -f sh -c), q(ulimit -c 0; kill -QUIT \$\$); print \$? & 127, q( ), \$? & 128"'
	assert_out '3 0'
	assert_empty 'files' "$(ls core* 2>/dev/null)"
}

test_dies_from_the_signal_that_process_1_reports_as_a_status()
{
	# shellcheck disable=SC2086 # several words
	start $new nsinit sh -c 'echo ready; exec sleep 1000'
	kill -TERM "$pid"
	finish
	assert_rc 143
	cat >"$TMP/parent" <<-'SCRIPT'
		$pid = fork or exec @ARGV;
		1 while wait != $pid;
		print "signal ", $? & 127, " status ", $? >> 8, "\n";
	SCRIPT
	# an exit status of 128 + n must stay an exit status if no signal was sent
	# shellcheck disable=SC2086 # several words
	run perl "$TMP/parent" $new nsinit sh -c 'exit 143'
	assert_out 'signal 0 status 143'
	# shellcheck disable=SC2086 # several words
	start perl "$TMP/parent" $new nsinit sh -c 'echo ready; exec sleep 1000'
	kill -TERM "$(pgrep -P "$pid")"
	finish
	assert_out 'signal 15 status 0'
}

# Two stubs replace newuidmap, one after the other: neither ends, and the second stub also closes
# its output. A signal must end the process that waits for newuidmap. This process must also notice,
# with and without pidfd_open(2), that the process whose ids are mapped has ended.
test_a_signal_while_newuidmap_hangs_leaves_nothing()
{
	# Runs only as root.
	chmod 711 "$TMP"
	note_state
	mkdir "$TMP/fake"
	for hang in 'exec sleep 1000' 'exec sleep 1000 >&- 2>&-'; do
		printf '#!/bin/sh\necho ready >&7\nexec 7>&-\n%s\n' "$hang" >"$TMP/fake/newuidmap"
		cp "$TMP/fake/newuidmap" "$TMP/fake/newgidmap"
		chmod 4755 "$TMP"/fake/new?idmap
		for option in --fork --mount "--pid --kill-child"; do
			for how in 15 2 '15 enosys pidfd_open --' '2 enosys pidfd_open --'; do
				signal=${how%% *}
				# perl restores INT, which a shell ignores in background programs
				# shellcheck disable=SC2016,SC2086 # several words
				start ${how#"$signal"} env PATH="$TMP/fake:$PATH" perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' \
					setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups \
					sh -c 'exec nsunshare "$@" 7>&1' sh -r --map-auto $option echo ran
				kill "-$signal" "$pid"
				finish
				assert_rc $((128 + signal))
				assert_empty "$out"
			done
		done
	done
	rm -r "$TMP/fake"
	assert_no_leftovers
}

test_kill_child_is_set_in_the_program()
{
	run nsunshare --kill-child setpriv --dump
	assert_out_has 'Parent death signal: KILL'
	run nsunshare --kill-child=TERM setpriv --dump
	assert_out_has 'Parent death signal: TERM'
	# shellcheck disable=SC2086 # several words
	run $new --kill-child=RTMIN+2 setpriv --dump
	assert_out_has 'Parent death signal: 36'
}

test_kill_child_leaves_no_orphan_when_killed_at_any_moment()
{
	as=
	[ "$(id -u)" != 0 ] || as='-S 1000 -G 1000'
	# shellcheck disable=SC2086 # several words
	run nsunshare --kill-child $as echo ran
	assert_out ran
	left=0
	for i in $(seq 40); do
		# shellcheck disable=SC2086 # several words
		nsunshare --kill-child $as sleep "1000.$i" &
		pid=$!
		# kill the process at most 5 ms after its start
		perl -e 'select undef, undef, undef, rand 0.005'
		kill -KILL $pid
		wait $pid 2>/dev/null
	done
	for i in $(seq 500); do
		left=$(pgrep -cf '^sleep 1000[.]|^nsunshare --kill-child')
		[ "$left" = 0 ] && break
		sleep 0.02
	done
	assertEquals orphans 0 "$left"
}

test_kill_child_kills_all_of_a_pid_namespace()
{
	# shellcheck disable=SC2086 # several words
	start $new --kill-child sh -c 'sleep 1234 & setsid sleep 1234 & echo ready; wait'
	until [ "$(pgrep -fxc 'sleep 1234')" = 2 ]; do
		:
	done
	inside="$(pgrep -P "$pid") $(pgrep -fx 'sleep 1234')"
	kill -KILL "$pid"
	for p in $inside; do
		gone "$p"
		assertTrue "process $p is gone" $?
	done
	finish 2>/dev/null
}

test_a_signal_at_any_moment_leaves_nothing()
{
	# omit --persist for an ordinary user, who has no permission to mount the file of a mount
	# namespace
	keep=
	[ "$(id -u)" != 0 ] || keep="--persist $TMP/pins"
	note_state
	# shellcheck disable=SC2086 # several words
	run nsunshare -Urpmuinf --mount-proc $keep -- echo ran
	assert_out ran
	[ -z "$keep" ] || nsunshare --unpersist "$TMP/pins"
	rm -rf "$TMP/pins"
	for i in $(seq 30); do
		# shellcheck disable=SC2086
		nsunshare -Urpmuinf --mount-proc $keep -- true >/dev/null 2>&1 &
		pid=$!
		perl -e 'select undef, undef, undef, rand 0.008'
		kill -TERM $pid 2>/dev/null
		wait $pid 2>/dev/null
		[ ! -e "$TMP/pins" ] || nsunshare --unpersist "$TMP/pins"
		rm -rf "$TMP/pins"
	done
	_ran='nsunshare, ended at random moments'
	assert_no_leftovers
}

# A pipe has room for 16 pages, and poll(2) reports it as writable only if a page is free. If 16
# pages are full, nsunshare waits before it writes the first line to --status-fd; if 15 pages are
# full, it waits before the second line.
test_a_signal_ends_nsunshare_at_a_full_status_pipe()
{
	note_state
	for as in --fork --init; do
		for pages in 16 15; do
			mkfifo "$TMP/full"
			exec 9<>"$TMP/full"
			dd if=/dev/zero of="$TMP/full" bs=4096 count=$pages oflag=nonblock 2>/dev/null
			run timeout -k 9 0.5 nsunshare -r $as --pid-file "$TMP/pid" --status-fd 9 sleep 60
			assert_rc 124
			assertFalse 'the pid file stays' "[ -e '$TMP/pid' ]"
			exec 9<&-
			rm "$TMP/full"
		done
	done
	assert_no_leftovers
}

# ended_by SIG STATUS CMD…: sends the signal SIG to CMD after CMD has written "ready", and asserts
# its exit status.
ended_by()
{
	_sig=$1 _status=$2
	shift 2
	start "$@"
	kill -s "$_sig" "$pid"
	finish
	assert_rc "$_status"
	assertTrue "ended after $took seconds" "[ $took -lt 10 ]"
}

# unshare(1) hangs in "timeout 1 unshare -pf sleep 48": the kernel discards signals for which
# process 1 has no handler. nsunshare must end the program.
test_a_signal_that_process_1_would_ignore_ends_it()
{
	for o in -rp '-rp --mount-proc' '-rmpuin --mount-proc --kill-child'; do
		# shellcheck disable=SC2086 # words
		{
			ended_by TERM 143 nsunshare $o sh -c 'echo ready; exec sleep 1000'
			ended_by USR1 138 nsunshare $o sh -c 'echo ready; exec sleep 1000'
			ended_by HUP 129 nsunshare $o sh -c 'echo ready; while :; do :; done'
		}
	done
	# a signal whose default action does not end a process must not end the program
	start nsunshare -rp sh -c 'echo ready; sleep 1; exit 4'
	kill -s CONT "$pid"
	kill -s WINCH "$pid"
	kill -s URG "$pid"
	finish
	assert_rc 4
}

test_a_signal_that_process_1_handles_does_not_kill_it()
{
	start nsunshare -rp sh -c 'trap "exit 3" TERM; echo ready; while :; do sleep 0.05; done'
	kill -TERM "$pid"
	finish
	assert_rc 3
	start nsunshare -rp sh -c 'trap "" TERM; echo ready; sleep 0.5; exit 4'
	kill -TERM "$pid"
	finish
	assert_rc 4
	for init in nsinit tini dumb-init catatonit; do
		command -v $init >/dev/null || continue
		start nsunshare -rp $init -- sh -c 'trap "exit 5" TERM; echo ready; while :; do sleep 0.05; done'
		kill -TERM "$pid"
		finish
		assert_rc 5
	done
	start nsunshare -rp --init -- sh -c 'trap "exit 5" TERM; echo ready; while :; do sleep 0.05; done'
	kill -TERM "$pid"
	finish
	assert_rc 5
}

# While a thread waits for a signal with sigwait(3), /proc shows the signal neither as blocked nor
# as caught. nsunshare must nevertheless send the signal to the program instead of killing it.
test_a_program_that_waits_for_signals_is_not_killed()
{
	for how in '' alone; do
		# shellcheck disable=SC2086 # words
		start nsunshare -rp sigwait $how
		for n in 1 2 3; do
			kill -TERM "$pid"
			read -r line <&4
			assertEquals "signal $n" "$line"
		done
		finish
		assert_rc 0
	done
}

. shunit2
