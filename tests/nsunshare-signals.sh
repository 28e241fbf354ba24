#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsunshare-signals: what is sent to nsunshare reaches the program, and what ends the one ends the other.
# as: root user
. "${0%/*}/testlib.sh"
. "${0%/*}/signallib.sh"
require_ns user pid
require_tool bash strace

PS1='> '
export PS1

# It ends a loop for what a signal has ended, and for no status, as dash does.
bash='bash --norc --noprofile'

# new WORDS…: as root of new user and pid namespaces; `exec` keeps the pid.
new='nsunshare -Urpm --mount-proc'

# gone PID: it ends within two seconds.
gone()
{
	for _i in $(seq 200); do
		kill -0 "$1" 2>/dev/null || return 0
		case $(cat "/proc/$1/stat" 2>/dev/null) in
		*') Z '*) return 0 ;;
		esac
		sleep 0.01
	done
	return 1
}

test_forwards_every_signal_without_being_asked()
{
	want=$(seq 1 64 | grep -vxE '4|5|7|8|9|11|17|18|19|20|21|22|31|32|33' | sed 's/$/ 1/')
	for with in 'nsunshare -f' "$new" "$new --init" 'nsunshare -f --forward-signals'; do
		# shellcheck disable=SC2086 # words
		start $with signals count 64
		for n in $(echo "$want" | cut -d' ' -f1); do
			# TERM ends everything under an init
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

# A process 1 that is slow to let go of the one outside.
test_a_signal_is_the_programs_as_soon_as_it_runs()
{
	for with in 'nsunshare -f' "$new" "$new --init"; do
		# shellcheck disable=SC2086 # words
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

# Where the child shares our memory and we stand still until it executes the program, process 1,
# which has no handler then. The wait is for it to be in the first mount(2), which is slow. What is
# pending stands behind all groups in proc_pid_status(5), so let there be many.
test_a_signal_before_the_program_runs_is_not_lost()
{
	with=-rmp
	for n in 1 2 3 15; do
		[ "$n/$(id -u)" != 3/0 ] || with=-mp
		# a shell has its background programs ignore SIGINT and SIGQUIT
		# shellcheck disable=SC2016 # for perl
		perl -e '$SIG{INT} = $SIG{QUIT} = "DEFAULT"; $) = join " ", 0, 1e9 .. 1e9 + 600; exec @ARGV' \
			strace -DDD -f -qq -o "$TMP/trace" -e trace=mount \
			-e inject=mount:delay_enter=300000 nsunshare $with --mount-proc sleep 5 &
		pid=$!
		name=
		while [ "$name" != nsunshare ] && kill -0 "$pid"; do
			# it ends without a newline, which read(1) takes for a failure
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
	# shellcheck disable=SC2086 # words
	start $new signals show 40
	signals send "$pid" 36 2
	signals send "$pid" 40
	finish
	assert_out '36 1
36 2
40 1'
}

test_ends_as_the_program_ends()
{
	run nsunshare -f sh -c 'exit 7'
	assert_rc 7
	run perl -e 'system("nsunshare", "-f", "sh", "-c", "kill -USR1 \$\$"); print $? & 127'
	assert_out 10
	run perl -e '$SIG{CHLD} = "IGNORE"; exec "nsunshare", "-f", "sh", "-c", "exit 5"'
	assert_rc 5
	# shellcheck disable=SC2086 # words
	run $new nsinit sh -c 'kill -TERM $$'
	assert_rc 143
}

# stopped: by waitpid(2), which does not tell of one that the terminal of nobody stops. A first process that
# ends as a shell with a stopped job in it does not stop us, nor does a signal that our caller ignored.
test_stops_only_when_it_is_stopped()
{
	cat >"$TMP/stop" <<-'SCRIPT'
		use POSIX;
		my $way = shift;
		pipe(my $said, my $says);
		pipe(my $hears, my $tell);
		my $pid = fork;
		if (!$pid) {
			setpgrp;
			$SIG{TSTP} = $way;
			open STDOUT, ">&", $says;
			open STDIN, "<&", $hears;
			close $tell;
			exec @ARGV;
		}
		<$said>;
		my $how = "runs";
		kill "TSTP", $pid;
		if ($way eq "DEFAULT") {
			waitpid $pid, WUNTRACED;
			$how = "stopped" if WIFSTOPPED(${^CHILD_ERROR_NATIVE});
			kill "CONT", $pid;
		}
		print $tell "go\n";
		close $tell;
		waitpid $pid, WUNTRACED;
		my $st = ${^CHILD_ERROR_NATIVE};
		print "$how, ", WIFSTOPPED($st) ? "stopped" : "status " . WEXITSTATUS($st), "\n";
		kill "KILL", $pid;
	SCRIPT
	# shellcheck disable=SC2086 # words
	run perl "$TMP/stop" DEFAULT $new sh -c 'echo ready; read x; exit 148'
	assert_out 'stopped, status 148'
	# shellcheck disable=SC2086 # words
	run perl "$TMP/stop" IGNORE $new sh -c 'echo ready; read x; exit 3'
	assert_out 'runs, status 3'
}

test_dumps_no_core_of_its_own()
{
	case $(cat /proc/sys/kernel/core_pattern) in
	'|'* | /*) return 0 ;; # not to be looked for here
	esac
	cd "$TMP" || return
	# shellcheck disable=SC2016 # for the shells inside
	run sh -c 'ulimit -c unlimited && exec perl -e "
		system qw(nsunshare -f sh -c), q(ulimit -c 0; kill -QUIT \$\$); print \$? & 127, q( ), \$? & 128"'
	assert_out '3 0'
	assertEquals 'files' '' "$(ls core* 2>/dev/null)"
}

test_a_signal_that_a_first_process_can_only_tell_is_a_signal()
{
	# shellcheck disable=SC2086 # words
	start $new nsinit sh -c 'echo ready; exec sleep 1000'
	kill -TERM "$pid"
	finish
	assert_rc 143
	cat >"$TMP/parent" <<-'SCRIPT'
		$pid = fork or exec @ARGV;
		1 while wait != $pid;
		print "signal ", $? & 127, " status ", $? >> 8, "\n";
	SCRIPT
	# a status that only looks like one stays what it is
	# shellcheck disable=SC2086 # words
	run perl "$TMP/parent" $new nsinit sh -c 'exit 143'
	assert_out 'signal 0 status 143'
	# shellcheck disable=SC2086 # words
	start perl "$TMP/parent" $new nsinit sh -c 'echo ready; exec sleep 1000'
	kill -TERM "$(pgrep -P "$pid")"
	finish
	assert_out 'signal 15 status 0'
}

# A newuidmap that never ends, one that also closes what it would speak through: whoever waits for
# it can be ended, and sees the end of whom it is for, with pidfds or without.
test_ended_while_newuidmap_hangs_it_leaves_nothing()
{
	[ "$(id -u)" = 0 ] || return 0
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
				# a shell has its background programs ignore SIGINT
				# shellcheck disable=SC2016,SC2086 # words
				start ${how#"$signal"} env PATH="$TMP/fake:$PATH" perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' \
					setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups \
					sh -c 'exec nsunshare "$@" 7>&1' sh -r --map-auto $option echo ran
				kill "-$signal" "$pid"
				finish
				assert_rc $((128 + signal))
				assert_out ''
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
	# shellcheck disable=SC2086 # words
	run $new --kill-child=RTMIN+2 setpriv --dump
	assert_out_has 'Parent death signal: 36'
}

test_kill_child_leaves_no_orphan_when_killed_at_any_moment()
{
	as=
	[ "$(id -u)" != 0 ] || as='-S 1000 -G 1000'
	left=0
	for i in $(seq 40); do
		# shellcheck disable=SC2086 # words
		nsunshare --kill-child $as sleep "1000.$i" &
		pid=$!
		# between nothing and 5 ms after the start
		perl -e 'select undef, undef, undef, rand 0.005'
		kill -KILL $pid
		wait $pid 2>/dev/null
	done
	for i in $(seq 100); do
		left=$(pgrep -cf '^sleep 1000[.]|^nsunshare --kill-child')
		[ "$left" = 0 ] && break
		sleep 0.02
	done
	assertEquals orphans 0 "$left"
}

test_kill_child_kills_all_of_a_pid_namespace()
{
	# shellcheck disable=SC2086 # words
	start $new --kill-child sh -c 'sleep 1234 & setsid sleep 1234 & echo ready; wait'
	until [ "$(pgrep -fxc 'sleep 1234')" = 2 ]; do
		:
	done
	inside=$(pgrep -fx 'sleep 1234')
	kill -KILL "$pid"
	for p in $inside; do
		gone "$p"
		assertTrue "process $p is gone" $?
	done
	finish 2>/dev/null
}

# The program starts nothing: a shell that waits in vfork(2) for a stopped child does not stop.
test_stops_on_Z_goes_on_with_fg_and_ends_on_C()
{
	for shell in sh "$bash"; do
		for with in 'nsunshare -f' "$new nsinit" "$new --init" "$new"; do
			# shellcheck disable=SC2016,SC2086 # for the shell on the terminal, and words
			run pty -e '> ' -s "$with signals job\\r" -e running -s '^Z' -e 'topped' -e '> ' \
				-s 'fg\r' -e continued -s '^C' -e '> ' -s 'echo st=$?\r' -e 'st=130' \
				-e '> ' -s 'exit 5\r' -- $shell -i
			assert_rc 5
		done
	done
}

# noflsh: the second ^Z would take away what the shell has written about the first.
test_stops_and_goes_on_in_any_order()
{
	# shellcheck disable=SC1003,SC2016 # for the terminal, and the shell on it
	run pty -e '> ' -s 'nsunshare -f signals job\r' -e running -s '^Z^Z' -e topped -e '> ' \
		-s 'bg\r' -e 'signals job' -e continued -s '\r' -e '> ' \
		-s 'fg\r' -e 'signals job' -e continued -s '^Z' -e topped -e '> ' \
		-s 'fg\r' -e 'signals job' -e continued -s '^\\' -e '> ' -s 'echo st=$?\r' -e 'st=131' \
		-e '> ' -s 'exit 5\r' -- sh -c "stty noflsh; exec sh -i"
	assert_rc 5
}

# Between the SIGCONT of fg, the look at what it has done and our own there is time for another ^Z.
test_a_job_that_is_stopped_again_stays_so()
{
	TRACE=$TMP/trace
	export TRACE
	for call in waitid kill; do
		slow="strace -DDD -qq -o \"\$TRACE\" -e trace=$call"
		slow="$slow -e inject=$call:delay_enter=100000"
		# shellcheck disable=SC2016 # for the shell on the terminal
		run pty -e '> ' -s "$slow nsunshare -f signals job\\r" -e running \
			-s '^Z' -e topped -e '> ' -s 'fg\r' -e 'signals job' -e continued \
			-s '^Z' -e topped -e '> ' -s 'bg\r' -e 'signals job' -e continued -s '\r' \
			-e '> ' -s 'fg\r' -e 'signals job' -e continued -s '^Z' -e topped -e '> ' \
			-s 'fg\r' -e 'signals job' -e continued -s '^C' -e '> ' \
			-s 'echo st=$?\r' -e 'st=130' -e '> ' -s 'exit 5\r' -- sh -i
		assert_rc 5
	done
}

# What our own SIGCONT has done is not to be taken for a shell's, the next time.
test_each_continue_is_sent_on()
{
	start nsunshare -f signals show 64
	child=$(pgrep -P "$pid")
	kill -STOP "$child"
	until grep -q '^State:.T' "/proc/$child/status"; do :; done
	kill -CONT "$pid"
	read -r line <&4
	assertEquals 'the first' 18 "$line"
	kill -CONT "$pid"
	read -r line <&4
	assertEquals 'the second' 18 "$line"
	kill -64 "$pid"
	finish
	assert_rc 0
}

test_a_job_that_reads_in_the_background_waits_for_fg()
{
	for with in 'nsunshare -f' "$new nsinit" "$new --init"; do
		# shellcheck disable=SC2016 # for the shell on the terminal
		run pty -e '> ' -s "$with cat &\\r" -e '> ' \
			-s 'until [ "$(cut -d" " -f3 /proc/$!/stat)" = T ]; do :; done; fg\r' -e cat \
			-s 'hello\r' -e hello -e hello -s '^D' -e '> ' -s 'exit 5\r' -- sh -i
		assert_rc 5
	done
}

test_an_interrupt_ends_the_loop_around_it()
{
	for shell in sh "$bash"; do
		for with in 'nsunshare -f' "$new nsinit"; do
			# shellcheck disable=SC2086 # words
			run pty -e run -s '^C' -- $shell -c "while :; do $with sh -c 'echo run; exec sleep 1000'; done"
			assert_rc 130
			# shellcheck disable=SC2086 # words
			run pty -e '> ' -s "while :; do $with sh -c 'echo ru\"\"n; exec sleep 1000'; done\\r" -e run \
				-s '^C' -e '> ' -s 'exit 3\r' -- $shell -i
			assert_rc 3
		done
	done
}

test_the_terminals_signals_come_once()
{
	for with in 'nsunshare -f' "$new" "$new nsinit"; do
		# shellcheck disable=SC2086 # words
		run pty -e ready -s '^C' -e '^C' -e 2 -s '^C' -e '^C' -e 2 -k 40 -e 40 -- $with signals show 40
		assert_rc 0
		assertEquals 'interrupts' 2 "$(grep -c "2$(printf '\r')\$" "$TMP/out")"
	done
}

test_an_interactive_shell_inside_has_job_control()
{
	run pty -e '> ' -s "$new sh -i\\r" -e '> ' -s 'echo in=$$\r' -e 'in=1' -e '> ' \
		-s 'sed -u s/x/y/\r' -s 'x1\r' -e y1 -s '^Z' -e topped -e '> ' -s 'fg\r' -s 'x2\r' -e y2 -s '^C' -e '> ' \
		-s '^C' -e '> ' -s 'trap "echo got=int" INT\r' -e '> ' -s 'exit\r' -e '> ' -s 'echo al""ive\r' -e alive -e '> ' -s 'exit 2\r' -- sh -i
	assert_rc 2
}

test_a_signal_at_any_moment_leaves_nothing()
{
	note_state
	for i in $(seq 30); do
		nsunshare -Urpmuinf --mount-proc --persist "$TMP/pins" -- true >/dev/null 2>&1 &
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

. shunit2
