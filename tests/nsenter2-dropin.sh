#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsenter2-dropin: checks that command lines of nsenter(1) work the same with nsenter2.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
require_ns user mnt uts ipc net pid cgroup time
require_tool nsenter

start_target()
{
	mkdir -p "$TMP/dir"
	start_holder unshare --user --map-root-user --mount --uts --ipc --net --pid --cgroup --time --fork --kill-child --mount-proc \
		sh -c 'cd "$1"; hostname inside; echo ready >&3; exec sleep 1000 3>&-' sh "$TMP/dir" &&
		target=$(ps -o pid= --ppid "$holder") && t=${target##* }
	p=/proc/$t/ns
}

probe='for n in mnt uts ipc net pid pid_for_children user cgroup time; do readlink /proc/self/ns/$n; done
	id -u; id -g; pwd; hostname; ls /proc/self/fd | xargs; echo "$0 $*"'

# same ARGUMENT…: runs nsenter and nsenter2 with the same arguments and compares status and output.
# If the installed nsenter(1) fails (status 1), the function compares nothing. $before is a command
# that runs both.
before=
same()
{
	# shellcheck disable=SC2086 # several words
	run $before nsenter "$@" </dev/null
	_rc=$rc
	cp "$TMP/out" "$TMP/want"
	# shellcheck disable=SC2086 # several words
	run $before nsenter2 "$@" </dev/null
	lines=$((lines + 1))
	[ "$_rc" != 1 ] || return 0
	worked=$((worked + 1))
	assert_rc "$_rc"
	assert_out_same "$(cat "$TMP/want")"
}

test_forty_command_lines_work_as_with_nsenter()
{
	start_target
	lines=0 worked=0
	for keep in '' --preserve-credentials; do
		for o in "-t $t -U -m -u -i -n -p -C -T" "--target $t --user --mount --uts --ipc --net --pid --cgroup --time" \
			"-at $t" "--all --target=$t" "-t$t -U -n" "-U$p/user -n$p/net" "--user=$p/user --net=$p/net --ipc=$p/ipc" \
			"-t $t -U -n$p/net -u" "-t $t -U -m -w" "-t $t -U -m --wd" "-t $t -U -m -r" "-t $t -U -m --root -w" \
			"-t $t -U --wd=/tmp" "-t $t -U -m --wdns=/tmp" "-t $t -U --root=/" "-F -t $t -U -p" "--no-fork -t $t -U -m -p" \
			"-t $t -U -S 0 -G 0" "-t $t -U --setuid=0 --setgid 0"; do
			# shellcheck disable=SC2086 # several words
			same $o $keep sh -c "$probe"
		done
	done
	same -t "$t" -U --preserve-credentials -- sh -c "$probe" -a -t 1
	same -t "$t" -U --preserve-credentials sh -c 'exit 7'
	same -t "$t" -U -p --preserve-credentials sh -c 'exit 255'
	same -t "$t" -U -p --preserve-credentials sh -c 'kill -TERM $$'
	same -t "$t" -U --preserve-credentials sh -c 'kill -KILL $$'
	same -t "$t" -U --preserve-credentials no-such-program
	same -t "$t" -U --preserve-credentials /etc/passwd
	same sh -c "$probe"
	same -w/ pwd
	echo "$worked of $lines work with nsenter"
	assertTrue "$worked of $lines" "[ $worked -ge 25 ]"
}

test_groups_of_the_caller_are_kept_or_dropped_as_with_nsenter()
{
	# Runs only as root.
	start_target
	denied=$t lines=0 worked=0 before='setpriv --groups 0,4'
	start_holder nsunshare --map u:0:0:10,g:0:0:10 -- sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	for t in "$denied" "$holder"; do
		for o in '' '-G 0' '-S 0' '-S 0 -G 0'; do
			for keep in '' --preserve-credentials; do
				# shellcheck disable=SC2086 # several words
				same -t "$t" -U $o $keep setpriv -d
				# shellcheck disable=SC2086 # several words
				same -U"/proc/$t/ns/user" $o $keep setpriv -d
			done
		done
	done
	assertEquals '32 of 32' "$worked of $lines"
}

test_runs_the_same_shell_as_nsenter()
{
	start_target
	echo "$probe" >"$TMP/script"
	run nsenter -t "$t" -U -u --preserve-credentials <"$TMP/script"
	cp "$TMP/out" "$TMP/want"
	run nsenter2 -t "$t" -U -u --preserve-credentials <"$TMP/script"
	assert_ok
	assert_out_same "$(cat "$TMP/want")"
}

test_command_lines_that_fail_with_nsenter_fail()
{
	start_target
	while IFS=: read -r o why; do
		# shellcheck disable=SC2086 # several words
		run nsenter $o true
		assert_rc 1
		# shellcheck disable=SC2086
		run nsenter2 $o true
		assert_refused 125 "$why"
	done <<-LINES
		-a:--all requires --target
		-t 0 -U:'0'
		-t x -a:invalid reference 'x'
		-t $t --net=/etc/passwd:'/etc/passwd' is not a namespace file
		--net=/nowhere:cannot open '/nowhere': No such file or directory
		-t $t --nonsense:unknown option '--nonsense'
		-S x:--setuid: unknown user 'x'
		-r/nowhere -t $t:cannot open directory '/nowhere': No such file or directory
	LINES
	for o in --help -h --version -V; do
		run nsenter2 $o
		assert_ok
	done
}

# bash executes the last command of -c without a fork, so $$ is the pid of nsenter or nsenter2
# itself.
test_accepts_its_own_pid_as_target()
{
	for o in '-t $$ -u' '-t $$ -a' '-t $$ -n -i' '-t $$ -m -w'; do
		run bash -c "nsenter $o true"
		_rc=$rc
		run bash -c "nsenter2 $o true"
		# --all skips namespaces that the target shares with the caller, so it needs no
		# privilege here
		case $_rc$o in
		0* | *-a) assert_ok ;;
		*) assert_refused 125 'Operation not permitted' ;;
		esac
	done
	run bash -c 'nsenter2 -t $$ -U true'
	assert_refused 125 'the caller is in this user namespace already'
}

test_abbreviations_mean_what_they_mean_in_nsenter()
{
	start_target
	for o in --mo --ut --ip --pi --cg --ti --ro --pres --no-f --al --he "--ta=$t" "--setu=0" --set; do
		run nsenter "$o" --version
		_rc=$rc
		run nsenter2 "$o" --version
		case $_rc in
		0) assert_ok ;;
		*) assert_refused 125 "ambiguous option '$o'" ;;
		esac
	done
	same "--tar=$t" --user --ut --pres hostname
	run nsenter2 "--tar=$t" --user --ut --pres hostname
	assert_out inside
}

. shunit2
