#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nsunshare-causes: checks that messages name the cause of a failure and that hints name the
# solution.
# Runs as root and as an ordinary user.
# shellcheck disable=SC2016 # the inner shell expands it
. "${0%/*}/testlib.sh"
. "${0%/*}/cgrouplib.sh"
require_ns user mnt pid net uts ipc cgroup time

uid=$(id -u)

test_names_a_namespace_limit_of_zero_for_each_type()
{
	for t in mnt uts ipc net pid user cgroup time; do
		letter=$(echo "mnt:m uts:u ipc:i net:n pid:p user:U cgroup:C time:T" | tr ' ' '\n' | sed -n "s/^$t://p")
		run nsunshare -r sh -c 'echo 0 >/proc/sys/user/max_$0_namespaces && exec nsunshare -$1 echo ran' "$t" "$letter"
		assert_refused 125 'No space left on device'
		assert_err_has "hint: user.max_${t}_namespaces is 0"
	done
}

test_names_the_nesting_limit()
{
	printf '#!/bin/sh\n[ $1 = 0 ] && exec echo ran\nexec nsunshare -r "$0" $(($1 - 1))\n' >"$TMP/nest"
	chmod 755 "$TMP/nest"
	run "$TMP/nest" 40
	assert_rc 125
	assert_err_has 'hint: 32 user namespaces are nested already'
	sed -i 's/-r/-p/' "$TMP/nest"
	[ "$uid" = 0 ] || return 0
	run "$TMP/nest" 40
	assert_rc 125
	assert_err_has 'hint: 32 pid namespaces are nested already'
}

test_missing_privilege_suggests_a_user_namespace()
{
	# Runs only as an ordinary user.
	run nsunshare -n true
	assert_refused 125 'Operation not permitted'
	assert_err_has 'hint: CAP_SYS_ADMIN is required; add --user or --map-root-user (-r)'
	run nsunshare --uts="$TMP/uts" -r true
	assert_refused 125 "$TMP/uts"
	assert_err_has "hint: run the command with CAP_SYS_ADMIN in the user namespace that owns the caller's mount namespace"
}

test_explains_a_chroot_of_the_caller()
{
	# Runs only as root.
	mkdir "$TMP/root"
	mount --rbind / "$TMP/root" && mount --make-rslave "$TMP/root"
	run chroot "$TMP/root" "$NSUTILS_BIN/nsunshare" -r true
	umount -l "$TMP/root"
	assert_refused 125 'Operation not permitted'
	assert_err_has 'hint: the caller is in a chroot'
}

test_explains_a_caller_that_is_not_mapped()
{
	run nsunshare -U nsunshare -r true
	assert_refused 125 'Operation not permitted'
	assert_err_has "hint: the caller's user id is not mapped"
}

# Kernels before 5.12 do not require CAP_SETFCAP to map root, so the test needs Linux 5.12.
test_explains_root_without_the_capability_to_map_root()
{
	# Runs only as root.
	feature setfcap-to-map-root || return 0
	run setpriv --bounding-set -setfcap --inh-caps -setfcap nsunshare -r true
	assert_refused 125 '/uid_map: Operation not permitted'
	assert_err_has "map only the id of the namespace's creator (to map id 0 of the parent namespace, the creator must have had CAP_SETFCAP)"
	run setpriv --bounding-set -setfcap --inh-caps -setfcap nsunshare --map=u:0:0:9,g:0:0:9 true
	assert_refused 125 'newuidmap failed: '
	assert_err_has "hint: run the command with CAP_SETFCAP, or map only the subordinate ids of this user in /etc/subuid (see 'nsidmap subids')"
}

test_refuses_ids_that_the_user_may_not_map()
{
	# Runs only as an ordinary user.
	feature sandbox || return 0
	run nsunshare --map-users 0:5000:9 true
	assert_refused 125 'newuidmap failed: '
	assert_err_has "hint: run the command with CAP_SETUID, or map only the subordinate ids of this user in /etc/subuid (see 'nsidmap subids')"
	run nsunshare --map-groups 0:5000:9 true
	assert_refused 125 'newgidmap failed: '
	assert_err_has "map only the subordinate ids of this user in /etc/subgid (see 'nsidmap subids')"
	assert_err_lacks 'map a subordinate group'
}

# If newgidmap(1) maps only the user's own group, it also denies setgroups(2).
test_setgroups_allow_requires_a_subordinate_group()
{
	# Runs only as an ordinary user.
	feature sandbox || return 0
	run nsunshare --map=u:0:61234:1,g:0:61234:1,s:allow echo ran
	assert_refused 125 '/setgroups differs from the requested value'
	assert_err_has 'hint: map a subordinate group, because otherwise newgidmap denies setgroups'
	assert_err_lacks 'or map only the subordinate ids of this user in /etc/subgid'
	run nsunshare --map=u:0:61234:1,g:0:61234:1,g:1:1500000:1,s:allow cat /proc/self/setgroups
	assert_ok
	assert_out allow
}

# The test simulates AppArmor: a file is mounted over the sysctl, and injected errors replace the
# refusals of the kernel. AppArmor permits the creation of a user namespace but denies all
# capabilities inside it, so the maps of the process cannot be written.
test_restricted_user_namespaces_are_explained()
{
	# Runs only as root.
	mount -t tmpfs none /proc/sys/kernel
	echo 1 >/proc/sys/kernel/apparmor_restrict_unprivileged_userns
	for error in EPERM EACCES; do
		run as_nstest failat -o /dev/null -k 1:unshare:1 -e $error -- nsunshare -r true
		assert_refused 125 'cannot create namespaces: user'
		assert_err_has 'hint: AppArmor restricts user namespaces'
	done
	for call in openat:2 openat:3 write:2; do
		run as_nstest failat -o /dev/null -k 1:$call -e "$([ ${call%:*} = write ] && echo EPERM || echo EACCES)" -- \
			nsunshare -r true
		assert_refused 125 'cannot write /proc/'
		assert_err_has 'hint: AppArmor restricts user namespaces'
	done
	echo 0 >/proc/sys/kernel/apparmor_restrict_unprivileged_userns
	echo 0 >/proc/sys/kernel/unprivileged_userns_clone
	run as_nstest failat -o /dev/null -k 1:unshare:1 -e EPERM -- nsunshare -r true
	umount /proc/sys/kernel
	assert_refused 125 'cannot create namespaces: user'
	assert_err_has 'hint: only root may create user namespaces'
}

# The kernel also returns EAGAIN if pid_max or threads-max is reached, so the hint must name
# RLIMIT_NPROC only if that limit is reached.
test_a_process_limit_that_is_not_reached_is_not_named()
{
	run nsunshare -r prlimit --nproc=5000:5000 enosys -e EAGAIN clone,clone3,fork,vfork -- nsunshare --fork true
	assert_refused 125 'cannot create a process: Resource temporarily unavailable'
	assert_err_lacks 'raise RLIMIT_NPROC'
	run nsunshare -r prlimit --nproc=1:1 enosys -e EAGAIN clone,clone3,fork,vfork -- nsunshare --fork true
	assert_refused 125 'cannot create a process: Resource temporarily unavailable'
	assert_err_has 'hint: raise RLIMIT_NPROC (ulimit -u), which allows 1 processes of this user'
}

test_denied_setgroups_is_explained()
{
	# Runs only as root.
	run setpriv --groups 5 nsunshare -r -G 0 true
	assert_refused 125 'cannot set the supplementary groups'
	assert_err_has 'hint: use a user namespace in which setgroups is allowed'
	assert_err_lacks 'use ids that are mapped'
	run nsunshare --map=u:0:0:9,g:0:0:9 nsunshare --groups 12 true
	assert_refused 125 'cannot set the supplementary groups'
	assert_err_has 'hint: use ids that are mapped in this user namespace'
	assert_err_lacks 'or no gid is mapped'
}

test_a_missing_or_powerless_newuidmap_is_explained()
{
	# Runs only as an ordinary user.
	feature sandbox || return 0
	mkdir "$TMP/bin"
	for t in nsunshare id; do
		ln -s "$(command -v $t)" "$TMP/bin/$t"
	done
	run env PATH="$TMP/bin" nsunshare -r --map-auto id
	assert_refused 125 "cannot map more than your own id"
	assert_err_has 'hint: install newuidmap (package uidmap)'
	cp "$(command -v newuidmap)" "$(command -v newgidmap)" "$TMP/bin"
	run env PATH="$TMP/bin" nsunshare -r --map-auto id
	assert_refused 125 "cannot map more than your own id"
	assert_err_has 'is neither setuid root nor has file capabilities'
	run setpriv --no-new-privs nsunshare -r --map-auto id
	assert_refused 125 "cannot map more than your own id"
	assert_err_has 'hint: run the command without no_new_privs'
}

test_a_newuidmap_on_a_nosuid_mount_is_explained()
{
	# Runs only as root.
	mkdir "$TMP/nosuid"
	chmod 711 "$TMP"
	mount -t tmpfs -o nosuid,mode=755 none "$TMP/nosuid"
	cp -p "$(command -v newuidmap)" "$(command -v newgidmap)" "$TMP/nosuid"
	run as_nstest env PATH="$TMP/nosuid:$PATH" nsunshare -r --map-auto id
	umount "$TMP/nosuid"
	assert_refused 125 "cannot map more than your own id"
	assert_err_has "hint: $TMP/nosuid/newuidmap is on a nosuid mount"
}

test_missing_subordinate_ids_and_passwd_entries_are_explained()
{
	# Runs only as root.
	run nsunshare --map-auto true
	assert_refused 125 'has no range of subordinate uids'
	assert_err_has "hint: add a range to /etc/subuid with 'usermod --add-subuids FIRST-LAST USER'"
	assert_err_lacks 'hint: fix line'
	run setpriv --reuid 54321 --regid 54321 --clear-groups nsunshare --map=u:0:54321:1,u:1:100000:9,g:0:54321:1 true
	assert_refused 125 "cannot map more than your own id"
	assert_err_has 'add a passwd entry for uid 54321, which newuidmap needs'
}

test_refuses_maps_that_the_kernel_rejects()
{
	run nsunshare --map=u:0:0:10,u:5:100:10,g:0:0:1 true
	assert_refused 125 'uid map: extent 2: inside range 5-14 overlaps extent 1'
	awk 'BEGIN { for (i = 0; i < 341; i++) print "uid", i * 2, i * 2, 1; print "gid 0 0 1" }' >"$TMP/big"
	run nsunshare --map="$TMP/big" true
	assert_refused 125 'the map has 341 lines, but a map can have at most 340'
	[ "$uid" = 0 ] || return 0
	# nsunshare must split an extent that spans two extents of the parent's map, and must not
	# refuse it
	run nsunshare --map=u:0:0:10,u:10:1000:10,g:0:0:10,g:10:1000:10 \
		nsunshare --map=u:0:0:20,g:0:0:20 cat /proc/self/uid_map
	assert_ok
	assertEquals 2 "$(echo "$out" | wc -l)"
	run nsunshare --map=u:0:0:10,g:0:0:10 nsunshare --map=u:0:0:20,g:0:0:10 true
	assert_refused 125 'not mapped'
}

test_a_masked_proc_is_explained()
{
	run nsunshare -rmp --mount-proc --setup 'mount -t tmpfs none /proc/sys/kernel' \
		nsunshare -rmp --mount-proc true
	assert_refused 125 "cannot mount proc on '/proc'"
	assert_err_has 'hint: unmount the tmpfs on /proc/sys/kernel, or use nspivot --bind /proc:... instead'
	# A read-only mount covers /proc/sys, as in containers. The rest of /proc stays writable,
	# because the kernel also refuses a new proc mount if the existing one is read-only.
	run nsunshare -rmp --mount-proc --setup 'mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys' \
		nsunshare -rmp --mount-proc true
	assert_refused 125 "cannot mount proc on '/proc'"
	assert_err_has 'hint: unmount the proc on /proc/sys, or use nspivot --bind /proc:... instead'
	run nsunshare -rm --mount-proc true
	assert_refused 125 "cannot mount proc on '/proc'"
	assert_err_has 'hint: use nsunshare -p: mounting proc requires a pid namespace that this user namespace owns'
	assert_err_lacks 'omit --no-fork, because only a process'
	run nsunshare -rp --no-fork --mount-proc true
	assert_refused 125 "cannot mount proc on '/proc'"
	assert_err_has 'hint: omit --no-fork, because only a process in the new pid namespace can mount proc for this namespace'
}

test_refuses_a_time_out_of_range()
{
	run nsunshare -r --boottime 99999999999 true
	assert_rc 125
	assert_err_one_line
	assert_err_has 'outside the allowed interval, -'
	run nsunshare -r --boottime=-99999999 true
	assert_refused 125 "boottime '-99999999' is outside the allowed interval, -"
}

test_an_invalid_time_or_signal_names_its_option()
{
	for o in boottime monotonic; do
		run nsunshare -r --$o soon true
		assert_refused 125 "--$o: invalid time 'soon'"
		run nsunshare -r --$o==@nobody true
		assert_refused 125 "--$o: invalid reference 'nobody' to a process or namespace"
	done
	run nsunshare --kill-child=NOPE true
	assert_rc 125
	assert_err_has "--kill-child: invalid signal 'NOPE'"
}

test_names_a_seccomp_filter_as_the_cause()
{
	for option in --map-root-user '--map-root-user --fork --uts'; do
		# shellcheck disable=SC2086 # several words
		run enosys -e EPERM unshare,clone,clone3 -- nsunshare $option true
		assert_refused 125 'Operation not permitted'
		assert_err_has 'in the seccomp filter of this process'
	done
	# A seccomp filter denies the creation of a process, which needs no privilege. The hint must
	# be the same as for a system call that needs privilege.
	run enosys -e EPERM clone,clone3 -- nsunshare --fork true
	assert_refused 125 'cannot create a process'
	assert_err_has 'in the seccomp filter of this process'
	[ "$uid" = 0 ] || return 0
	run enosys -e EPERM unshare -- nsunshare --uts true
	assert_refused 125 'cannot create namespaces: uts'
	assert_err_has 'in the seccomp filter of this process'
}

test_a_directory_that_the_mapped_user_cannot_search_is_named()
{
	feature subids || return 0
	mkdir -p "$TMP/private/bin"
	printf '#!/bin/sh\necho ran\n' >"$TMP/private/bin/program"
	chmod 755 "$TMP/private/bin/program"
	chmod 700 "$TMP/private"
	if [ "$uid" = 0 ]; then
		chmod 755 "$TMP"
		run nsunshare --map=u:0:100000:65536,g:0:100000:65536 -S 0 -G 0 "$TMP/private/bin/program"
		assert_refused 126 "cannot execute '$TMP/private/bin/program'"
		assert_err_has "search permission for the directory '$TMP/private' (mode 700"
	else
		run nsunshare -r --map-auto -S 1 "$TMP/private/bin/program"
		assert_refused 126 "cannot execute '$TMP/private/bin/program'"
		assert_err_has "hint: grant user 1 search permission for the directory"
	fi
}

test_an_unsearchable_working_directory_is_explained()
{
	# Runs only as root.
	mkdir "$TMP/closed"
	chmod 700 "$TMP/closed"
	chmod 711 "$TMP"
	for option in --wd= --root= '-p --mount-proc='; do
		# shellcheck disable=SC2086 # several words
		run as_nstest nsunshare -r $option"$TMP/closed/in" true
		assert_refused 125 "'$TMP/closed/in': Permission denied"
		assert_err_has "search permission for the directory '$TMP/closed' (mode 700"
	done
	for option in --wd --root; do
		run as_nstest nsunshare -r $option "$TMP/closed" true
		assert_refused 125 "'$TMP/closed': Permission denied"
		assert_err_has "search permission for the directory '$TMP/closed' (mode 700"
	done
}

test_a_full_cgroup_is_explained()
{
	# Runs only as root.
	feature cgroup-pids || return 0
	pids=$(cgroup_mount cgroup pids)
	: "${pids:=$v2}"
	mkdir "$pids/$own_cgroup"
	echo 1 >"$pids/$own_cgroup/pids.max"
	run nsunshare --into-cgroup "$pids/$own_cgroup" prlimit --nproc=99 nsunshare --fork true
	assert_refused 125 'cannot create a process: Resource temporarily unavailable'
	assert_err_has "hint: raise pids.max of the cgroup '$pids/$own_cgroup', which allows 1 processes"
	assert_err_lacks 'raise RLIMIT_NPROC'
	# if the process is not created in the cgroup, the message must not name the limit of the
	# cgroup
	start_holder setpriv --reuid "$NSTEST_UID" --clear-groups sh -c 'echo ready >&3; exec sleep 1000 3>&-'
	run nsunshare --into-cgroup "$pids/$own_cgroup" -S "$NSTEST_UID" --rlimit nproc=0 true
	remove_cgroup "$pids/$own_cgroup"
	assert_refused 126 "cannot execute 'true': Resource temporarily unavailable"
	assert_err_has 'hint: raise RLIMIT_NPROC (ulimit -u), which allows 0 processes of this user'
	assert_err_lacks 'raise pids.max of the cgroup'
}

test_a_second_pid_namespace_without_a_process_is_explained()
{
	run nsunshare -r -p --no-fork nsunshare -p true
	assert_refused 125 'cannot create namespaces: pid'
	assert_err_has 'hint: use nsunshare --pid without --no-fork: this process is not in the pid namespace of its children'
	run nsunshare -r enosys -e EINVAL unshare -- nsunshare -u true
	assert_refused 125 'cannot create namespaces: uts: Invalid argument'
	assert_err_lacks 'without --no-fork'
}

# In the mount table, the root of a chroot that is a mount point looks like an ordinary root.
# nsunshare must nevertheless detect the chroot.
test_a_chroot_to_a_mount_point_is_explained()
{
	# Runs only as root.
	mkdir "$TMP/mounted"
	# shellcheck disable=SC2016 # the inner shell expands it
	run unshare -m sh -c 'mount --rbind / "$0" && exec chroot "$0" "$1" -U echo ran' "$TMP/mounted" \
		"$NSUTILS_BIN/nsunshare"
	assert_refused 125 'Operation not permitted'
	assert_err_has 'hint: the caller is in a chroot'
}

test_names_no_chroot_if_there_is_none()
{
	run enosys -e EPERM unshare,clone,clone3 -- nsunshare -U --no-fork echo ran
	assert_refused 125 'Operation not permitted'
	assert_err_lacks chroot
}

# nsunshare must refuse a name that begins with a digit, because other programs interpret such a
# name as a number (passwd(5)).
test_refuses_an_account_name_that_begins_with_a_digit()
{
	# Runs only as root.
	for file in passwd group; do
		cp "/etc/$file" "$TMP/$file"
		echo '7up:x:12345:12345::/:/bin/sh' >>"$TMP/$file"
	done
	# shellcheck disable=SC2016 # the inner shell expands it
	set -- unshare -m sh -c 'for f in passwd group; do mount --bind "$0/$f" "/etc/$f" || exit; done; exec "$@"' "$TMP"
	run "$@" id -u 7up
	assert_out 12345
	run "$@" nsunshare -S 7up echo ran
	assert_refused 125 "unknown user '7up'"
	run "$@" nsunshare -G 7up echo ran
	assert_refused 125 "unknown group '7up'"
}

# nsunshare must ignore a source that nsswitch.conf(5) lists but that is not installed.
test_reports_an_unknown_account()
{
	# Runs only as root.
	printf 'passwd: files absent\ngroup: files absent\n' >"$TMP/nsswitch"
	# shellcheck disable=SC2016 # the inner shell expands it
	set -- unshare -m sh -c 'mount --bind "$0" /etc/nsswitch.conf && exec "$@"' "$TMP/nsswitch" nsunshare
	run "$@" -S nobody-here echo ran
	assert_refused 125 "unknown user 'nobody-here'"
	run "$@" -G nobody-here echo ran
	assert_refused 125 "unknown group 'nobody-here'"
	run "$@" -S nobody -G nogroup echo ran
	assert_ok
	assert_out ran
	# the message must be the same if /etc has no passwd and group files
	for option in '-S:user' '-G:group'; do
		run unshare -m sh -c 'mount -t tmpfs none /etc && exec "$@"' sh nsunshare "${option%:*}" nobody-here echo ran
		assert_refused 125 "unknown ${option#*:} 'nobody-here'"
	done
}

. shunit2
