#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsenter2-options: checks options beyond the namespace types: sockets, directories, ids and
# terminals.
# Runs as root and as an ordinary user.
# Time limit: 120 seconds.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
require_ns user mnt uts net pid time
require_tool perl script

# start_target [OPTION…]: starts unshare(1) with the options. Sets $target to the pid of the process
# that is in the new namespaces.
start_target()
{
	start_holder unshare --user --map-root-user --fork --kill-child "$@" \
		sh -c 'echo ready >&3; exec sleep 1000 3>&-' &&
		target=$(ps -o pid= --ppid "$holder") && target=${target##* }
}

ns_of()
{
	readlink "/proc/$1/ns/$2"
}

test_all_enters_the_time_namespace()
{
	start_target --time --mount
	run nsenter2 --target "$target" --all readlink /proc/self/ns/time
	assert_ok
	assert_out "$(ns_of "$target" time)"
	run nsenter2 -t "$target" --user --time readlink /proc/self/ns/time
	assert_ok
	assert_out "$(ns_of "$target" time)"
}

test_net_socket_enters_the_network_namespace_of_a_socket()
{
	kernel_call pidfd_getfd || return 0
	# the socket of the process belongs to a network namespace that the process has left
	start_holder unshare --user --map-root-user --net perl -MSocket -e '
		$^F = 255;
		socket(my $s, AF_INET, SOCK_DGRAM, 0) or die;
		$ENV{line} = readlink("/proc/self/ns/net") . " " . fileno($s);
		exec "unshare", "--net", "sh", "-c", "echo \"\$line\" >&3; exec sleep 1000 3>&-"'
	want=${holder_line% *} fd=${holder_line##* }
	run nsenter2 -t "$holder" --user --net-socket "$fd" readlink /proc/self/ns/net
	assert_ok
	assert_out "$want"
	if [ "$(id -u)" = 0 ]; then
		run nsenter2 -t "socket:$holder/$fd" readlink /proc/self/ns/net
		assert_ok
		assert_out "$want"
	fi
	run nsenter2 -t "$holder" -U -N 0 true
	assert_rc 125
	assert_err_has "descriptor 0 of process $holder"
	run nsenter2 -t "$holder" -U -N 987 true
	assert_refused 125 "cannot get the network namespace of descriptor 987 of process $holder"
	run enosys pidfd_open -- nsenter2 -t "$holder" -U -N "$fd" true
	assert_refused 125 "cannot get the network namespace of descriptor $fd of process $holder: Function not implemented"
}

test_user_parent_enters_the_owning_user_namespace()
{
	# there are two user namespaces, and the outer one owns the network namespace
	start_holder unshare --user --map-root-user --net sh -c 'outer=$(readlink /proc/self/ns/user)
		exec unshare --user sh -c "echo $outer >&3; exec sleep 1000 3>&-"'
	run nsenter2 -t "$holder" --net --user-parent sh -c 'readlink /proc/self/ns/net; id -u'
	assert_ok
	assert_out "$(ns_of "$holder" net)
0"
	run nsenter2 -t "$holder" --user --user-parent --net readlink /proc/self/ns/user
	assert_ok
	assert_out "$holder_line"
	run nsenter2 --user-parent true
	assert_rc 125
	assert_err_has '--user-parent requires --target or another namespace option'
}

test_directory_options_set_root_and_working_directory()
{
	mkdir "$TMP/dir"
	start_target --mount "--wd=$TMP/dir"
	run nsenter2 -t "$target" -U -m pwd
	assert_ok
	assert_out /
	run nsenter2 -t "$target" -U -m --wd pwd
	assert_ok
	assert_out "$TMP/dir"
	run nsenter2 -t "$target" -U -m --wdns="$TMP/dir" pwd
	assert_ok
	assert_out "$TMP/dir"
	run nsenter2 "-w=$TMP/dir" pwd
	assert_ok
	assert_out "$TMP/dir"
	run nsenter2 -t "$target" -U --root="$TMP/dir" -W /nothing true
	assert_refused 125 "cannot change the working directory to '/nothing': No such file"
	run nsenter2 -w=/tmp -W /tmp true
	assert_rc 125
	assert_err_has 'cannot be used with'
	run nsenter2 --root= true
	assert_rc 125
	assert_err_has 'missing directory name'
}

# nsenter(1) opens the directory of --wd=<dir> before it enters the namespaces, so the directory may
# be outside the new root.
test_a_working_directory_may_be_outside_the_root()
{
	start_target --mount
	mkdir "$TMP/tunnel"
	printf '#!/bin/sh\necho here\n' >"$TMP/tunnel/script"
	chmod 755 "$TMP/tunnel/script"
	cd "$TMP/tunnel" || return
	for tool in nsenter nsenter2; do
		run $tool -t "$target" -U -m --preserve-credentials "--wd=$PWD" ./script
		assert_ok
		assert_out here
		run $tool -t "$target" -U --preserve-credentials "--root=$TMP" "--wd=$PWD" -m pwd
		assert_rc 127
	done
	cd "$OLDPWD" || return
}

test_root_option_enters_the_chroot_of_the_target()
{
	mkdir -p "$TMP/root/usr" "$TMP/root/dir"
	ln -s usr/bin usr/lib usr/lib64 "$TMP/root"
	start_target --mount sh -c "mount --rbind /usr $TMP/root/usr &&
		exec unshare --root=$TMP/root --wd=/dir \"\$@\"" sh
	run nsenter2 -t "$target" -U -m --root --wd sh -c 'pwd; echo /*'
	assert_ok
	assert_out '/dir
/bin /dir /lib /lib64 /usr'
	# without --wd, nsenter2 changes its working directory to the new root, unless the working
	# directory is inside the new root
	run nsenter2 -t "$target" -U -m --root pwd
	assert_ok
	assert_out /
	mkdir "$TMP/base" "$TMP/base/sub"
	run sh -c 'cd "$1/base/sub" && exec nsenter2 -t "$2" -U --root=/ pwd' sh "$TMP" "$target"
	assert_ok
	assert_out "$TMP/base/sub"
	run sh -c 'cd "$1/base/sub" && exec nsenter2 -t "$2" -U --root="$1/root" pwd' sh "$TMP" "$target"
	assert_refused 127 "cannot execute 'pwd': No such file or directory" # /usr is mounted in the root only in the target's mount namespace
	run sh -c 'cd "$1/base/sub" && exec nsenter2 -t "$2" -U --root --explain pwd' sh "$TMP" "$target"
	assert_out_has 'keep the working directory, or change to the root if the directory is outside the root'
}

test_uid_and_gid_options_set_the_ids()
{
	start_target
	run nsenter2 -t "$target" -U id
	assert_ok
	assert_out_has 'uid=0(root) gid=0(root)'
	run nsenter2 -t "$target" -U --setuid 4294967295 true
	assert_rc 125
	assert_err_has "'4294967295'"
	run nsenter2 -t "$target" -U --setgid 7 true
	assert_refused 125 'cannot become group 7'
	run nsenter2 -t "$target" -U --setuid 7 true
	assert_refused 125 'cannot become user 7'
}

test_keeps_the_ids_if_uid_0_is_not_mapped()
{
	start_holder unshare --user sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	run nsenter2 -t "$holder" -U id -u
	assert_ok
	assert_out 65534
	run nsenter2 -t "$holder" -U --preserve-credentials id -u
	assert_ok
	assert_out 65534
}

test_kill_child_kills_the_program_with_nsenter2()
{
	start_target --pid
	mkfifo "$TMP/up"
	nsenter2 -t "$target" -a --kill-child -- sh -c "echo up >$TMP/up; exec sleep 1000" &
	pid=$!
	read -r _ <"$TMP/up"
	child=$(ps -o pid= --ppid $pid)
	kill -KILL $pid
	wait $pid 2>/dev/null
	while kill -0 "$child" 2>/dev/null; do :; done
	assertFalse "kill -0 $child 2>/dev/null"
	run nsenter2 --kill-child=NOPE true
	assert_rc 125
	assert_err_has "--kill-child: invalid signal 'NOPE'"
	run nsenter2 --kill-child --no-fork true
	assert_rc 125
	assert_err_has 'cannot be used with'
}

test_pty_gives_the_program_another_terminal()
{
	start_target --mount
	# the helper pty provides the outer terminal; script(1) would send ^D to the terminal,
	# because its input is /dev/null
	cat >"$TMP/session" <<-END
		echo "outer \$(tty)"
		nsenter2 -t $target -U -m --pty -- sh -c 'echo "inner \$(tty)"; test -t 0 -a -t 1 -a -t 2; exit 7'
		echo "status \$?"
		nsenter2 -t $target -U -m --pty -- perl -e '
			open(my \$t, "+<", "/dev/tty") or die "no tty";
			for (split //, "faked\n") { my \$c = \$_; ioctl(\$t, 0x5412, \$c) or warn "refused\n" }'
		perl -e 'my \$n = pack("i", 0); ioctl(STDIN, 0x541B, \$n); print "waiting ", unpack("i", \$n), "\n"'
	END
	run pty -e 'waiting 0' -- sh "$TMP/session"
	outer=$(printf '%s\n' "$out" | tr -d '\r' | sed -n 's/.*outer //p')
	inner=$(printf '%s\n' "$out" | tr -d '\r' | sed -n 's/.*inner //p')
	assertNotNull "$out" "$outer"
	assertNotNull "$inner"
	assertNotEquals "$outer" "$inner"
	assert_out_has 'status 7'
	assert_out_has 'waiting 0'
}

test_pty_works_without_a_terminal_of_the_caller()
{
	start_target --mount
	run nsenter2 -t "$target" -U -m --pty -- sh -c 'read -r line; echo "got $line"; exit 3' <<-END
		text
	END
	assert_rc 3
	assert_out_has 'got text'
}

test_enters_a_user_namespace_where_setgroups_is_denied()
{
	start_target
	run nsenter2 -t "$target" -U cat /proc/self/setgroups
	assert_ok
	assert_out deny
}

# If no terminal can be opened, the program does not run, and no relay process remains.
test_pty_is_refused_if_the_target_has_no_devpts()
{
	start_target --mount
	note_state
	for make in : 'mkfifo /dev/ptmx' 'touch /dev/ptmx' 'ln -s /dev/null /dev/ptmx'; do
		nsenter2 -t "$target" -U -m sh -c 'mount -t tmpfs none /dev && touch /dev/null && eval "$1"' sh "$make"
		run nsenter2 -t "$target" -U -m --pty -- touch "$TMP/made"
		nsenter2 -t "$target" -U -m umount /dev
		assert_refused 125 '/dev/ptmx'
		assertFalse 'the program was run' "[ -e '$TMP/made' ]"
		assert_no_leftovers
	done
}

# TIOCSWINSZ (tty_ioctl(4)) must resize the inner terminal and send SIGWINCH to the program. stty(1)
# sets the rows first and then the columns, so there are two changes of size.
test_pty_follows_the_size_of_the_terminal()
{
	start_target --mount
	mkfifo "$TMP/resize"
	cat >"$TMP/session" <<-END
		stty rows 20 cols 50
		(read -r line <"$TMP/resize"; stty rows 41 cols 97) </dev/tty &
		exec nsenter2 -t $target -U -m --pty -- perl -e '
			use POSIX;
			sub size { ioctl(STDIN, 0x5413, my \$s = pack("S4")); join " ", (unpack("S4", \$s))[0, 1] }
			\$SIG{WINCH} = sub { return if size() ne "41 97"; print "resized\n"; exit 5 };
			print "first ", size(), "\n";
			open(my \$f, ">", "$TMP/resize");
			print \$f "\n";
			close \$f;
			sleep 1 while 1;'
	END
	run pty -e resized -- sh "$TMP/session"
	rm "$TMP/resize"
	assert_rc 5
	assert_out_has 'first 20 50'
	assert_out_has resized
}

test_pty_loses_no_output_of_a_program_that_has_ended()
{
	start_target --mount --pid --mount-proc
	seq 20000 >"$TMP/want"
	# in the second run, another process still has the terminal open when the program ends
	for before in ":;" 'trap "" HUP; sleep 1000 &'; do
		run pty -- nsenter2 -t "$target" -U -m -p --pty -- sh -c "$before seq 20000"
		assert_rc 0
		tr -d '\r' <"$TMP/out" >"$TMP/got"
		assertTrue "all lines after '$before'" "cmp -s '$TMP/got' '$TMP/want'"
	done
}

. shunit2
