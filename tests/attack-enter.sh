#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# attack-enter: a hostile target gives the program of nsenter2 no privilege that it chose itself.
# as: root
# budget: 30
# shellcheck disable=SC2154 # rc, out and err are testlib.sh's
. "${0%/*}/testlib.sh"
. "${0%/*}/cgrouplib.sh"
require_ns user mnt
require_tool strace perl


# the ordinary user reaches the FIFOs
chmod 711 "$TMP"
initial_user=$(readlink /proc/self/ns/user)

# A process of an ordinary user that has all capabilities in a user namespace of its own.
start_capable()
{
	start_holder setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups \
		unshare -Urm setpriv --inh-caps=+all --ambient-caps=+all \
		sh -c 'echo ready >&3; exec sleep 1000 3>&-'
}

test_capabilities_of_a_user_namespace_that_is_not_entered_are_refused()
{
	start_capable
	for what in '' =caps =uid =groups =rlimits =env =cgroup; do
		run nsenter2 -t "$holder" --follow$what -m -- grep CapEff /proc/self/status
		assert_refused 125 'is not entered'
	done
	# in the user namespace they are what the target has
	run nsenter2 -t "$holder" -a --follow -- readlink /proc/self/ns/user
	assert_rc 0
	assertNotEquals "$initial_user" "$out"
	assertEquals "$(readlink "/proc/$holder/ns/user")" "$out"
	# what is no privilege needs no user namespace
	run nsenter2 -t "$holder" -n --follow=umask,nnp -- true
	assert_rc 0
}

# start_changer: a process that enters a user and a mount namespace of its own when $TMP/go has a byte, and
# then writes a line to $TMP/gone.
start_changer()
{
	rm -f "$TMP/go" "$TMP/gone"
	mkfifo -m 666 "$TMP/go" "$TMP/gone"
	# shellcheck disable=SC2016 # perl
	start_holder setpriv --reuid "$NSTEST_UID" --regid "$NSTEST_UID" --clear-groups perl -e '
		open my $ready, ">&=", 3; syswrite $ready, "ready\n"; close $ready;
		open my $go, "<", $ARGV[0]; sysread $go, my $byte, 1;
		syscall(272, 0x10020000) == 0 or die "unshare: $!"; # CLONE_NEWUSER | CLONE_NEWNS
		open my $gone, ">", $ARGV[1]; syswrite $gone, "gone\n"; close $gone;
		sleep 1000' "$TMP/go" "$TMP/gone"
}

# let_it_change PID CALL: when PID is in that call, which strace delays, the target changes its namespaces.
let_it_change()
{
	while [ -d "/proc/$1" ]; do
		_traced=$(cat "/proc/$1/task/$1/children" 2>/dev/null)
		read -r _call _ 2>/dev/null <"/proc/${_traced%% *}/syscall" && [ "$_call" = "$2" ] && break
	done
	echo >"$TMP/go"
	read -r _ <"$TMP/gone"
}

# A program without the defence: it decides that the user namespace is shared, and enters the others later.
naive='my $target = $ARGV[0];
	my $shared = readlink("/proc/$target/ns/user") eq readlink("/proc/self/ns/user");
	my $fd = syscall(434, $target + 0, 0);
	syscall(308, $fd, 0x00020000 | ($shared ? 0 : 0x10000000)) == 0 or die "setns: $!";
	exec "readlink", "/proc/self/ns/user", "/proc/self/ns/mnt"'

test_a_target_that_changes_its_namespaces_is_never_entered_in_part()
{
	# the numbers of the calls
	feature x86-64 || return 0
	for attack in naive nsenter2; do
		start_changer
		case $attack in
		naive) set -- perl -e "$naive" "$holder" ;;
		*) set -- nsenter2 -t "$holder" -a -- readlink /proc/self/ns/user /proc/self/ns/mnt ;;
		esac
		strace -qq -o /dev/null -e trace=setns -e inject=setns:delay_enter=300000:when=1 "$@" >"$TMP/entered" 2>"$TMP/said" &
		pid=$!
		# the loader is done when the call is reached; without -f strace is the parent
		let_it_change "$pid" 308
		wait "$pid"
		status=$?
		mixture=$(sed -n '1s/^/user /p; 2s/^/mnt /p' "$TMP/entered")
		if [ "$attack" = naive ]; then
			assertContains 'the control enters with the user namespace of the host' "$mixture" "user $initial_user"
			assertContains "$mixture" "mnt $(readlink "/proc/$holder/ns/mnt")"
		else
			assertNotContains "the mount namespace of the target: $mixture" "$mixture" "$(readlink "/proc/$holder/ns/mnt")"
			assertTrue "$(cat "$TMP/said")" "[ $status = 125 ] || [ -n '$mixture' ]"
		fi
		stop_holder
	done
}

test_a_mount_namespace_of_another_user_namespace_needs_its_name()
{
	start_capable
	# a process of the host's user namespace inside the mount namespace of nstest
	inside=$holder
	start_holder nsenter -t "$inside" -m sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	run nsenter2 -t "$holder" -a -- true
	assert_refused 125 'namespace of another one'
	run nsenter2 -t "$holder" -m -- readlink /proc/self/ns/mnt
	assert_rc 0
	assertEquals "$(readlink "/proc/$inside/ns/mnt")" "$out"
}

test_a_frozen_cgroup_is_not_joined()
{
	find_freezer
	start_holder sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	mkdir "$dir/$own_cgroup"
	echo "$holder" >"$dir/$own_cgroup/cgroup.procs"
	echo "$frozen" >"$dir/$own_cgroup/$file"
	run timeout 5 nsenter2 -t "$holder" --join-cgroup -u -- true
	assert_refused 125 'is frozen'
	echo "$thawed" >"$dir/$own_cgroup/$file"
	run timeout 5 nsenter2 -t "$holder" --join-cgroup -u -- true
	assert_rc 0
	stop_holder
	remove_cgroup "$dir/$own_cgroup"
}

. shunit2
