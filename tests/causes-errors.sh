#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# causes-errors: checks that the message names the object and the error if a system call fails.
# Runs as an ordinary user.
# Time limit: 120 seconds.
# shellcheck disable=SC2016 # the table expands $T
. "${0%/*}/testlib.sh"
. "${0%/*}/causelib.sh"
require_ns user mnt pid uts net time
require_tool busybox

oneTimeSetUp()
{
	mkdir -p "$TMP/root/bin" "$TMP/root/low" "$TMP/run"
	cp "$(command -v busybox)" "$TMP/root/bin/true"
	XDG_RUNTIME_DIR=$TMP/run
	export XDG_RUNTIME_DIR
}

test_names_what_cannot_be_changed_for_a_program()
{
	situations <<-'TABLE'
	125 | enosys -e EIO unshare,clone,clone3 -- nsunshare -r true | nsunshare: cannot create namespaces: user: Input/output error | hint
	125 | nsunshare -rm enosys -e EIO mount -- nsunshare -m true | nsunshare: cannot change the propagation of /: Input/output error | hint
	125 | nsunshare -rm enosys -e EINVAL mount -- nsunshare -m true | hint: use --propagation=unchanged | Input/output error
	125 | nsunshare -rm enosys -e EIO mount -- nsunshare -fpm --propagation unchanged --mount-proc true | nsunshare: cannot make '/proc' private: Input/output error | hint
	125 | nsunshare -rm enosys -e EINVAL mount -- nsunshare -fpm --propagation unchanged --mount-proc true | nsunshare: cannot mount proc on '/proc': Invalid argument | private
	125 | nsunshare -r enosys -e EIO sethostname -- nsunshare -u --hostname x true | nsunshare: cannot set the hostname to 'x': Input/output error | hint
	125 | nsunshare -r enosys -e EIO setdomainname -- nsunshare -u --domainname x true | nsunshare: cannot set the domain name to 'x': Input/output error | hint
	125 | nsunshare -r enosys -e EIO setresuid -- nsunshare --setuid 0 true | nsunshare: cannot become user 0: Input/output error | hint
	125 | nsunshare -r enosys -e EIO setresgid -- nsunshare --setgid 0 true | nsunshare: cannot become group 0: Input/output error | hint
	125 | nsunshare -r enosys -e EIO setgroups -- nsunshare --groups 0 true | nsunshare: cannot set the supplementary groups: Input/output error | hint
	125 | nsunshare -r enosys -e EIO capset -- nsunshare --cap-drop=net_raw true | nsunshare: cannot set the capabilities: Input/output error | hint
	125 | enosys -e EIO prctl -- nsunshare --no-new-privs true | nsunshare: cannot set no_new_privs: Input/output error | hint
	125 | enosys -e EIO chdir -- nsunshare --wd /tmp true | nsunshare: cannot change the working directory to '/tmp': Input/output error | hint
	125 | enosys -e EIO setsid -- nsunshare --fork --new-session true | nsunshare: cannot create a session: Input/output error | hint
	125 | nsunshare -rn enosys -e EIO setns -- nsenter2 --net=/proc/self/ns/net true | nsenter2: cannot enter the net namespace /proc/self/ns/net: Input/output error | hint
	125 | enosys -e EIO unshare -- nstimeoffset -b 1 true | nstimeoffset: cannot create a time namespace: Input/output error | hint
	125 | nsunshare -r enosys -e EIO setns -- nstimeoffset -b 1 true | nstimeoffset: cannot enter the new time namespace: Input/output error | hint
	125 | enosys -e EIO rt_sigprocmask -- nsinit true | nsinit: cannot block signals: Input/output error | hint
	125 | enosys -e EIO prctl -- nsinit true | nsinit: cannot become a subreaper: Input/output error | hint
	125 | enosys -e EIO clone,fork,vfork,clone3 -- nsinit true | nsinit: cannot fork: Input/output error | hint
	125 | enosys -e EIO wait4,waitid -- nsinit true | nsinit: cannot wait for process | hint
	125 | enosys -e EIO socketpair -- nsinit --pid-file $T/p true | nsinit: cannot create a socket pair: Input/output error | hint
	TABLE
	assertTrue 'no pid file is left' "[ ! -e '$TMP/p' ]"
	feature no-sanitizer || return 0 # AddressSanitizer calls prlimit64(2) and exits if it fails
	situations <<-'TABLE'
	125 | enosys -e EIO prlimit64 -- nsunshare --rlimit nofile=64 true | nsunshare: cannot set limit nofile: Input/output error | hint
	TABLE
}

test_names_the_file_of_a_run_that_cannot_be_written()
{
	situations <<-'TABLE'
	125 | enosys -e EIO flock -- nsunshare -r --name x true | nsunshare: --name: cannot lock 'x.lock': Input/output error | hint
	125 | enosys -e EIO unlinkat -- nsunshare -r --name y true | nsunshare: --name: cannot replace 'y.new': Input/output error | hint
	0 | enosys -e EIO renameat -- nsunshare -r --name x true | nsunshare: --name: cannot write 'x.json': Input/output error | hint
	0 | enosys -e EIO pwrite64 -- nsunshare -r --name x true | nsunshare: --name: cannot write 'x.json': Input/output error | hint
	TABLE
	assert_empty "$(find "$TMP/run/nsutils" -name 'x.*' -not -name x.lock)"
}

test_names_what_cannot_be_read()
{
	situations <<-'TABLE'
	1 | enosys -e EIO getdents64 -- nslist | nslist: cannot list the processes in /proc: Input/output error | hint
	1 | enosys -e EIO statx -- nslist | nslist: cannot examine /proc/self/ns/mnt: Input/output error | hint
	1 | nsunshare -r enosys -e EIO fchownat,fchown,chown -- nsidmap chown --from u:0:0:1,g:0:0:1 --to u:0:5:1,g:0:5:1 $T/root | nsidmap: cannot change the owner of '$T/root': Input/output error | hint
	TABLE
}

# If the kernel is older than Linux 5.12 or a filter denies calls of the mount API, nspivot calls
# mount(2) instead, so the test is skipped.
test_names_what_cannot_be_mounted()
{
	kernel_call mount_setattr || return 0
	situations <<-'TABLE'
	125 | nsunshare -rm enosys -e EIO pivot_root -- nspivot $T/root -- /bin/true | nspivot: cannot pivot into the new root: Input/output error | hint
	125 | nsunshare -rm enosys -e EIO fsopen -- nspivot --tmpfs=/low $T/root -- /bin/true | nspivot: /low: cannot create a file system of type 'tmpfs': Input/output error | hint
	125 | nsunshare -rm enosys -e EIO fsmount -- nspivot --tmpfs=/low $T/root -- /bin/true | nspivot: /low: cannot mount tmpfs: Input/output error | hint
	125 | nsunshare -rm enosys -e EIO fsconfig -- nspivot --tmpfs=/low $T/root -- /bin/true | nspivot: /low: cannot mount tmpfs: Input/output error | hint
	125 | nsunshare -rm enosys -e EIO move_mount -- nspivot --tmpfs=/low $T/root -- /bin/true | nspivot: cannot mount on '/low': Input/output error | hint
	125 | nsunshare -rm enosys -e ENOSPC move_mount -- nspivot --tmpfs=/low $T/root -- /bin/true | hint: increase the sysctl fs.mount-max | -
	125 | nsunshare -rm enosys -e EIO open_tree -- nspivot $T/root -- /bin/true | nspivot: cannot clone the mounts of the new root: Input/output error | hint
	125 | nsunshare -rm enosys -e EIO umount2 -- nspivot $T/root -- /bin/true | nspivot: cannot detach the old root: Input/output error | hint
	125 | nsunshare -rm enosys -e EIO mkdirat -- nspivot --tmpfs=/new $T/root -- /bin/true | nspivot: cannot create '/new' in the new root: Input/output error | hint
	125 | nsunshare -rm enosys -e EIO symlinkat -- nspivot --symlink a:/low/b $T/root -- /bin/true | nspivot: cannot create symbolic link '/low/b' in the new root: Input/output error | hint
	125 | nsunshare -rm enosys -e EIO fchdir -- nspivot $T/root -- /bin/true | nspivot: cannot enter the new root: Input/output error | hint
	125 | nsunshare -rm enosys -e EIO mount -- nspivot $T/root -- /bin/true | nspivot: cannot make the old root a slave mount: Input/output error | hint
	125 | nsunshare -rm enosys -e EINVAL mount -- nspivot $T/root -- /bin/true | hint: run nspivot outside of the chroot | -
	125 | nsunshare -rm enosys -e EIO statx -- nspivot $T/root -- /bin/true | nspivot: cannot verify the new root: Input/output error | hint
	125 | nsunshare -rm enosys -e EIO openat2 -- nspivot --tmpfs=/low $T/root -- /bin/true | nspivot: cannot create '/low' in the new root: Input/output error | hint
	125 | nsunshare -rm enosys -e EIO fchmodat,fchmod -- nspivot --tmpfs=/low:copy-up $T/root -- /bin/true | nspivot: cannot copy the contents of '/low' to the tmpfs: Input/output error | hint
	TABLE
	assert_empty "$(find "$TMP/root/low" -mindepth 1)"
}

. shunit2
