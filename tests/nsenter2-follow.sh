#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsenter2-follow: checks the attributes that nsenter2 copies from the target to the program, and
# those that options set.
# Runs as root and as an ordinary user.
# Time limit: 120 seconds.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
require_ns user mnt pid

# start_target PROGRAM…: starts a target process in new namespaces, with the environment and the
# limits that PROGRAM sets. Sets $target to its pid.
start_target()
{
	start_holder unshare --user --map-root-user --mount --pid --fork --kill-child --mount-proc "$@" \
		sh -c 'echo ready >&3; exec sleep 1000 3>&-' &&
		target=$(ps -o pid= --ppid "$holder") && target=${target##* } || return 1
	await_sleep "$target"
}

test_follow_takes_over_all_attributes_of_the_target()
{
	mkdir "$TMP/dir"
	start_target sh -c 'cd "$1"; shift; umask 027; ulimit -n 100; export WORD="a b
c"; exec setpriv --bounding-set -sys_admin --no-new-privs "$@"' sh "$TMP/dir"
	want=$(grep -E 'CapPrm|CapBnd|CapAmb|NoNewPrivs|^Uid|^Gid' "/proc/$target/status" |
		sed 's/^[UG]id:.*/&/')
	run nsenter2 -t "$target" -a --follow -- sh -c 'pwd; umask; ulimit -n; echo "$WORD"
		grep -E "CapPrm|CapBnd|CapAmb|NoNewPrivs|^Uid|^Gid" /proc/self/status'
	assert_ok
	assert_out "$TMP/dir
0027
100
a b
c
$(printf '%s\n' "$want" | sed "s/^\([UG]id:\).*/\1	0	0	0	0/")"
}

test_follow_takes_only_the_listed_attributes()
{
	start_target sh -c 'umask 027; export WORD=there; exec "$@"' sh
	umask 022
	run nsenter2 -t "$target" -a --follow=umask sh -c 'umask; echo "<$WORD>"'
	assert_ok
	assert_out '0027
<>'
	run nsenter2 -t "$target" -a --env sh -c 'umask; echo "$WORD"'
	assert_ok
	assert_out '0022
there'
	run nsenter2 -t "$target" -a --follow=umask,shoes true
	assert_rc 125
	assert_err_has "unknown attribute 'shoes'"
	run nsenter2 --follow true
	assert_rc 125
	assert_err_has 'requires --target'
}

test_follow_takes_over_the_oom_score_adjustment()
{
	start_target sh -c 'echo 500 >/proc/self/oom_score_adj && exec "$@"' sh
	own=$(cat /proc/self/oom_score_adj)
	run nsenter2 -t "$target" -a --follow=oom cat /proc/self/oom_score_adj
	assert_ok
	assert_out 500
	run nsenter2 -t "$target" -a --follow=umask cat /proc/self/oom_score_adj
	assert_ok
	assert_out "$own"
}

test_options_take_precedence_over_followed_attributes()
{
	start_target sh -c 'export WORD=there; ulimit -n 100; exec "$@"' sh
	run nsenter2 -t "$target" -a --follow --setenv WORD=here --rlimit nofile=64 sh -c 'echo "$WORD"; ulimit -n'
	assert_ok
	assert_out 'here
64'
}

test_options_take_precedence_over_followed_ids()
{
	feature sandbox || return 0
	start_holder_with_ids
	while read -r want options; do
		# shellcheck disable=SC2086 # several words
		run nsenter2 -t "$holder" -U --follow=uid,gid,groups $options sh -c 'echo "$(id -u):$(id -g):$(id -G)" | tr " " ,'
		assert_ok
		assert_out "$want"
	done <<-'END'
		7:8:8,9,10
		3:8:8,9,10 -S 3
		7:4:4,9,10 -G 4
		7:8:8,5 --groups 5
		7:8:8 --groups none
	END
}

# start_holder_with_ids: starts a holder in a new user namespace, with uid 7, gid 8 and the groups 9
# and 10. An ordinary user needs an id map with a range from /etc/subuid; nsidmap plan prints such a
# map.
start_holder_with_ids()
{
	map=u:0:1000:100,g:0:2000:100
	[ "$(id -u)" = 0 ] || map=$(nsidmap plan --auto --format=arg)
	start_holder nsunshare --map "$map" -S 0 -G 0 -- setpriv --reuid 7 --regid 8 --groups 9,10 \
		sh -c 'echo ready >&3; exec sleep 1000 3>&-'
}

test_followed_ids_are_mapped()
{
	feature sandbox || return 0
	start_holder_with_ids
	run nsenter2 -t "$holder" -U --follow=uid,gid,groups id
	assert_ok
	assert_out_has 'uid=7'
	assert_out_has 'gid=8'
	assert_out_has 'groups=8,9,10'
	run nsenter2 -t "$holder" -U --setuid follow --setgid follow sh -c 'id -u; id -g; id -G'
	assert_ok
	assert_out '7
8
8'
}

# Each attribute must have an effect without the others.
test_each_followed_id_can_be_listed_alone()
{
	feature sandbox || return 0
	start_holder_with_ids
	ids='id -u; id -g; id -G'
	while read -r option uid gid groups; do
		run nsenter2 -t "$holder" -U "$option" sh -c "$ids"
		assert_ok
		assert_out "$uid
$gid
$groups"
	done <<-'END'
		--follow=uid 7 0 0
		--follow=gid 0 8 8
		--follow=groups 0 0 0 9 10
		--follow=uid,gid 7 8 8
		--setuid=follow 7 0 0
		--setgid=follow 0 8 8
	END
}

# The new user namespace of the target denies setgroups(2), and its groups 5 and 6 are not mapped. In
# /proc/self/status, each group that is not mapped is 65534.
test_followed_groups_are_set_before_a_namespace_that_denies_setgroups()
{
	# Runs only as root.
	start_holder setpriv --groups 5,6 unshare --user --map-root-user \
		sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	for groups in 0 0,4,7; do
		run setpriv --groups "$groups" nsenter2 -t "$holder" -U --follow=groups sed -n 's/^Groups:\t//p' /proc/self/status
		assert_ok
		assert_out '65534 65534 '
		run setpriv --groups "$groups" nsenter2 -t "$holder" -U --follow=uid,gid id -G
		assert_ok
		assert_out 0
	done
	for options in '--groups none' '--as root'; do
		# shellcheck disable=SC2086 # several words
		run setpriv --groups 0,4 nsenter2 -t "$holder" -U --follow=groups $options sed -n 's/^Groups:\t//p' /proc/self/status
		assert_ok
		assert_out ' '
	done
	run setpriv --groups 4 nsenter2 -t "$holder" -U --follow=groups --explain true
	assert_out_has 'set supplementary groups 5,6 before the user namespace is entered'
	run nsenter2 -t "$holder" -U --explain true
	assert_out_lacks 'before the user namespace'
}

# In the middle one of three user namespaces, /proc shows the group 5 as 65534. A group 65534 is
# mapped there, but the target does not have it.
test_a_followed_group_must_be_mapped_in_the_user_namespace_of_the_caller()
{
	# Runs only as root.
	start_holder nsunshare --map u:0:100000:70000,g:0:100000:70000 -- sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	outer=$holder
	start_holder setpriv --groups 5 nsenter2 -t "$outer" -U --preserve-credentials -S 0 -- \
		setpriv --regid 0 --keep-groups unshare --user --map-root-user sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	run nsenter2 -t "$outer" -U nsenter2 -t "$holder" -U --follow=groups true
	assert_refused 125 "--follow: group 65534 of process $holder is not mapped"
}

test_follow_context_needs_selinux()
{
	feature no-selinux || return 0
	start_target env
	run nsenter2 -t "$target" -a --follow-context true
	assert_rc 125
	assert_err_has 'nsenter2: --follow-context: '
}

# A stub library replaces libselinux and records the security context that nsenter2 requests for the
# program. The test does not show that the kernel applies the context, because that needs SELinux.
test_followed_context_is_read_before_namespaces_are_entered()
{
	start_target env
	mkdir "$TMP/lib"
	cp "$NSUTILS_HELPERS/libselinux_nstest.so" "$TMP/lib/libselinux.so.1"
	for o in --follow-context -Z; do
		run env "LD_LIBRARY_PATH=$TMP/lib" nsenter2 -t "$target" -a $o sh -c 'echo "$SELINUX_STUB_EXEC"'
		assert_ok
		assert_out "stub_u:stub_r:process_${target}_t of $(readlink /proc/self/ns/user)"
	done
	run env "LD_LIBRARY_PATH=$TMP/lib" SELINUX_STUB_OFF=1 nsenter2 -t "$target" -a -Z true
	assert_refused 125 '--follow-context: SELinux is disabled'
	run env "LD_LIBRARY_PATH=$TMP/lib" nsenter2 -Z true
	assert_rc 125
	assert_err_has '--follow-context requires --target'
}

test_join_cgroup_moves_to_the_cgroup_of_the_target()
{
	start_target env
	run nsenter2 -t "$target" -a --join-cgroup cat /proc/self/cgroup
	assert_ok
	assert_out "$(cat "/proc/$target/cgroup")"
}

# The test uses each cgroup hierarchy of version 1 and 2 that this machine mounts. The name of the
# cgroup contains ':' and a blank.
test_join_cgroup_accepts_a_hostile_name()
{
	# Runs only as root.
	made=''
	# shellcheck disable=SC2013 # several words
	for mount in $(awk '$3 ~ /^cgroup2?$/ { print $2 }' /proc/mounts); do
		case $mount in
		*/cpuset) continue ;; # a new cgroup of cpuset has no cpus and refuses processes
		esac
		mkdir "$mount/a:b c$own_cgroup" 2>/dev/null && made="$made $mount"
	done
	feature any-cgroup || return 0
	assertNotEquals 'a cgroup can be created' '' "$made"
	start_holder sh -c 'for m in $1; do echo $$ >"$m/a:b c$2/cgroup.procs"; done; echo ready >&3; exec sleep 1000 3>&-' \
		sh "$made" "$own_cgroup"
	run nsenter2 -t "$holder" -n -c -- sh -c 'cat /proc/self/cgroup; ls /proc/self/fd | tr "\n" " "' <"$TMP/err"
	assert_ok
	assert_out "$(cat "/proc/$holder/cgroup")
0 1 2 3 "
	assert_out_has "/a:b c$own_cgroup"
	# nsenter2 must also find the cgroup if it enters the user and cgroup namespaces of the
	# target
	run nsenter2 -t "$holder" -a --follow=cgroup cat /proc/self/cgroup
	assert_ok
	assert_out_has "/a:b c$own_cgroup"
	stop_holder
	for mount in $made; do
		while ! rmdir "$mount/a:b c$own_cgroup" 2>/dev/null; do :; done
	done
}

test_ids_are_set_inside_the_user_namespace()
{
	if feature sandbox >/dev/null; then
		start_holder_with_ids
		run nsenter2 -t "$holder" -U --setuid 7 --setgid 8 sh -c 'id -u; id -g'
		assert_ok
		assert_out '7
8'
	fi
	start_target env
	run nsenter2 -t "$target" -a --groups 7 true
	assert_refused 125 'cannot set the supplementary groups: Operation not permitted'
	run nsenter2 -t "$target" -a --setuid no-such-user true
	assert_refused 125 "--setuid: unknown user 'no-such-user'"
}

test_options_set_the_capabilities()
{
	start_target env
	run nsenter2 -t "$target" -a --cap-keep net_raw --no-new-privs grep -E '^Cap(Prm|Bnd)|^NoNew' /proc/self/status
	assert_ok
	assert_out 'CapPrm:	0000000000002000
CapBnd:	0000000000002000
NoNewPrivs:	1'
	run nsenter2 -t "$target" -a --cap-drop all grep -E '^Cap(Prm|Bnd)' /proc/self/status
	assert_ok
	assert_out 'CapPrm:	0000000000000000
CapBnd:	0000000000000000'
	start_holder unshare --user sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	run nsenter2 -t "$holder" -U --keep-caps sh -c 'grep -c "^CapEff:.*[1-9a-f]" /proc/self/status'
	assert_ok
	assert_out 1
}

test_options_change_the_environment()
{
	start_target env
	WORD=outside
	export WORD
	run nsenter2 -t "$target" -a --clear-env --whitelist-env WORD --setenv A=1 -- sh -c 'echo "$WORD $A $HOME"'
	assert_ok
	assert_out 'outside 1 '
	run nsenter2 -t "$target" -a --unsetenv WORD -- sh -c 'echo "<$WORD>"'
	assert_ok
	assert_out '<>'
}

test_seccomp_filter_is_installed()
{
	start_target env
	# a seccomp filter with one instruction: return SECCOMP_RET_ALLOW
	printf '\006\000\000\000\000\000\377\177' >"$TMP/allow"
	run nsenter2 -t "$target" -a --no-new-privs --seccomp "$TMP/allow" grep '^Seccomp:' /proc/self/status
	assert_ok
	assert_out 'Seccomp:	2'
}

test_new_session_makes_the_program_a_session_leader()
{
	start_target env
	run nsenter2 -t "$target" -a --new-session -- sh -c 'test "$(ps -o sid= -p $$)" -eq $$ && echo leader'
	assert_ok
	assert_out leader
}

test_handles_report_the_start_and_end_of_the_program()
{
	start_target env
	run nsenter2 -t "$target" -a --ready-fd 5 --status-fd 6 --pid-file "$TMP/pid" -- \
		sh -c 'cat "$1/pid" >/dev/null && ls /proc/self/fd | tr "\n" " "' sh "$TMP" 5>"$TMP/ready" 6>"$TMP/status"
	assert_ok
	assert_out '0 1 2 3 '
	assertEquals ready "$(cat "$TMP/ready")"
	assertFalse "[ -e $TMP/pid ]"
	assertEquals 'created exec exit' "$(sed 's/^{"event":"\([a-z]*\)".*/\1/' "$TMP/status" | xargs)"
	for t in mnt pid user; do
		grep -q "{\"type\":\"$t\",\"inode\":$(readlink "/proc/$target/ns/$t" | tr -dc 0-9)," "$TMP/status"
		assertTrue "the $t namespace of the program" $?
	done
	run nsenter2 -t "$target" -a --ready-fd 5 -- no-such-program 5>"$TMP/ready"
	assert_refused 127 no-such-program
	assert_empty "$(cat "$TMP/ready")"
}

test_pid_file_is_written_in_the_outer_mount_namespace()
{
	start_target sh -c 'mount -t tmpfs none /tmp; exec "$@"' sh
	run nsenter2 -t "$target" -a --pid-file "$TMP/pid" -- sh -c 'test ! -e "$1" && echo inside' sh "$TMP"
	assert_ok
	assert_out inside
	assertFalse "[ -e $TMP/pid ]"
}

test_wait_fd_waits_after_the_namespaces_are_entered()
{
	start_target env
	mkfifo "$TMP/go" "$TMP/out.fifo"
	nsenter2 -t "$target" -a --wait-fd 5 -- readlink /proc/self/ns/mnt 5<"$TMP/go" >"$TMP/late" &
	pid=$!
	# opening the FIFO blocks until nsenter2 has started
	exec 7>"$TMP/go"
	while [ "$(readlink "/proc/$pid/ns/mnt")" = "$(readlink /proc/self/ns/mnt)" ] && [ "$(id -u)" = 0 ]; do :; done
	assert_empty "$(cat "$TMP/late")"
	exec 7>&-
	wait $pid
	assertEquals 0 $?
	assertEquals "$(readlink "/proc/$target/ns/mnt")" "$(cat "$TMP/late")"
}

test_options_choose_the_inherited_descriptors()
{
	start_target env
	run nsenter2 -t "$target" -a -- sh -c 'ls /proc/self/fd | tr "\n" " "' 7</dev/null
	assert_ok
	assert_out '0 1 2 3 7 '
	run nsenter2 -t "$target" -a --close-fds -- sh -c 'ls /proc/self/fd | tr "\n" " "' 7</dev/null
	assert_ok
	assert_out '0 1 2 3 '
	run nsenter2 -t "$target" -a --keep-fd 7 -- sh -c 'ls /proc/self/fd | tr "\n" " "' 7</dev/null 8</dev/null
	assert_ok
	assert_out '0 1 2 3 7 '
}

. shunit2
