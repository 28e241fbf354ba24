#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# attack-enter: checks that the program of nsenter2 does not get a privilege that a hostile target
# has chosen.
# Runs as root.
# Time limit: 30 seconds.
# shellcheck disable=SC2154 # testlib.sh sets rc, out and err
. "${0%/*}/testlib.sh"
. "${0%/*}/cgrouplib.sh"
require_ns user mnt
require_tool perl


# the ordinary user must be able to reach the FIFOs in $TMP
chmod 711 "$TMP"
initial_user=$(readlink /proc/self/ns/user)

# start_capable: as the user nstest, starts a process that has all capabilities in a new user
# namespace. Sets $holder to its pid.
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
		assert_refused 125 'must enter the user namespace'
	done
	# the capabilities of the target are valid only in its user namespace, so nsenter2 accepts
	# --follow if it enters that namespace
	run nsenter2 -t "$holder" -a --follow -- readlink /proc/self/ns/user
	assert_rc 0
	assertNotEquals "$initial_user" "$out"
	assertEquals "$(readlink "/proc/$holder/ns/user")" "$out"
	# umask and no_new_privs are not privileges, so nsenter2 need not enter the target's user
	# namespace
	run nsenter2 -t "$holder" -n --follow=umask,nnp -- true
	assert_rc 0
}

# start_changer: starts a process that waits for a byte in $TMP/go, then enters a new user and mount
# namespace and writes a line to $TMP/gone.
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

# For comparison, the test below also attacks this program, which lacks the protection of nsenter2:
# the program first checks if it shares the user namespace with the target, and enters the mount
# namespace later, when the target may have changed its namespaces.
naive='my $target = $ARGV[0];
	my $shared = readlink("/proc/$target/ns/user") eq readlink("/proc/self/ns/user");
	my $fd = syscall(434, $target + 0, 0);
	syscall(308, $fd, 0x00020000 | ($shared ? 0 : 0x10000000)) == 0 or die "setns: $!";
	exec "readlink", "/proc/self/ns/user", "/proc/self/ns/mnt"'

test_a_target_that_changes_its_namespaces_is_never_entered_in_part()
{
	# skip the test on other architectures, because it uses system call numbers
	feature x86-64 && kernel_call pidfd_open || return 0
	for attack in naive nsenter2; do
		start_changer
		case $attack in
		naive) set -- perl -e "$naive" "$holder" ;;
		*) set -- nsenter2 -t "$holder" -a -- readlink /proc/self/ns/user /proc/self/ns/mnt ;;
		esac
		# the target must change its namespaces after the program has checked them and before
		# it enters them
		atcall -c setns "echo >'$TMP/go'; read -r _ <'$TMP/gone'" -- "$@" >"$TMP/entered" 2>"$TMP/said"
		status=$?
		assertNotEquals "$attack calls setns" 98 "$status"
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

test_all_refuses_a_mount_namespace_of_another_user_namespace()
{
	start_capable
	# start a process in the host's user namespace and in the mount namespace of process
	# $inside, which is owned by a user namespace of the user nstest
	inside=$holder
	start_holder nsenter -t "$inside" -m sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	run nsenter2 -t "$holder" -a -- true
	assert_refused 125 'namespace belongs to another user namespace'
	assert_err_has 'hint: instead of --all, name the namespaces to enter, such as --mount'
	run nsenter2 -t "$holder" -m -- readlink /proc/self/ns/mnt
	assert_rc 0
	assertEquals "$(readlink "/proc/$inside/ns/mnt")" "$out"
	assert_err_lacks 'name the namespaces to enter'
}

test_a_frozen_cgroup_is_not_joined()
{
	find_freezer
	start_holder sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	mkdir "$dir/$own_cgroup"
	echo "$holder" >"$dir/$own_cgroup/cgroup.procs"
	freeze "$dir/$own_cgroup"
	run timeout 20 nsenter2 -t "$holder" --join-cgroup -u -- true
	assert_refused 125 'is frozen'
	echo "$thawed" >"$dir/$own_cgroup/$file"
	run timeout 20 nsenter2 -t "$holder" --join-cgroup -u -- true
	assert_rc 0
	stop_holder
	remove_cgroup "$dir/$own_cgroup"
}

. shunit2
