#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# causes-filter: checks that a seccomp filter is named if it denies a call, and only then.
# Runs as root and as an ordinary user.
# Time limit: 120 seconds.
# shellcheck disable=SC2016 # the table expands $T
. "${0%/*}/testlib.sh"
. "${0%/*}/causelib.sh"
require_ns user mnt net uts time

test_names_the_call_that_a_filter_denies()
{
	mkdir -p "$TMP/root"
	: >"$TMP/root/prog"
	situations <<-'TABLE'
	125 | nsunshare -r enosys -e EPERM unshare -- nsunshare -u true | hint: allow unshare(2) in the seccomp filter of this process or of its container | CAP_SYS_ADMIN
	125 | enosys -e EPERM unshare,clone,clone3 -- nsunshare -r true | in the seccomp filter of this process | chroot
	125 | enosys -e EPERM clone,clone3 -- nsunshare -f true | hint: allow clone(2) in the seccomp filter of this process | CAP_SYS_ADMIN
	125 | nsunshare -r enosys -e EPERM unshare -- nstimeoffset -b 1 true | hint: allow unshare(2) in the seccomp filter of this process | CAP_SYS_ADMIN
	125 | nsunshare -rm enosys -e EPERM open_tree,mount_setattr,mount,umount2,move_mount,fsopen,fsmount,pivot_root -- nspivot $T/root -- /bin/true | in the seccomp filter of this process | nsunshare -m
	125 | nsunshare -rm enosys -e EPERM pivot_root -- nspivot $T/root -- /prog | hint: allow pivot_root(2) in the seccomp filter of this process | nsunshare -m
	125 | nsunshare -rn enosys -e EPERM setns -- nsenter2 --net=/proc/self/ns/net true | hint: allow setns(2) in the seccomp filter of this process | CAP_SYS_ADMIN
	125 | nsunshare -rn enosys -e EACCES setns -- nsenter2 --net=/proc/self/ns/net true | hint: allow setns(2) in the seccomp filter of this process | CAP_SYS_ADMIN
	125 | enosys -e EPERM clone,clone3,fork,vfork -- nsinit true | hint: allow fork(2) in the seccomp filter of this process | ulimit
	125 | nsunshare -r enosys -e EPERM chroot -- nsunshare -R $T/root true | hint: allow chroot(2) in the seccomp filter of this process | CAP_SYS_CHROOT
	125 | enosys -e EPERM mount -- nsunshare -rm true | hint: allow mount(2) in the seccomp filter of this process | CAP_SYS_ADMIN
	126 | enosys -e EPERM execveat,setns,mount -- nsunshare -r $T | cannot execute | seccomp
	TABLE
}

test_names_the_call_for_root()
{
	# Runs only as root.
	kernel_call open_tree || return 0
	mkdir -p "$TMP/a" "$TMP/b"
	situations <<-'TABLE'
	1 | enosys -e EPERM open_tree -- nsidmap mount $T/a $T/b --map u:0:1000:1,g:0:1000:1 | hint: allow open_tree(2) in the seccomp filter of this process | CAP_SYS_ADMIN
	1 | enosys -e EPERM mount_setattr -- nsidmap mount $T/a $T/b --map u:0:1000:1,g:0:1000:1 | hint: allow mount_setattr(2) in the seccomp filter of this process | CAP_SYS_ADMIN
	125 | enosys -e EPERM unshare -- nsunshare --uts true | hint: allow unshare(2) in the seccomp filter of this process | CAP_SYS_ADMIN
	TABLE
}

# The filter denies only a call that the tool does not make here. If the tool fails, the reason is
# another one, and the message must not name the filter.
test_names_no_filter_that_is_not_the_reason()
{
	situations <<-'TABLE'
	125 | nsunshare -U enosys -e EPERM setns -- nsunshare -r true | hint: the caller's user id is not mapped | seccomp
	125 | nsunshare -U enosys -e EPERM chroot -- nsunshare -u true | CAP_SYS_ADMIN is required | seccomp
	125 | nsunshare -rU enosys -e EPERM mount -- setpriv --bounding-set -sys_time --inh-caps -sys_time nstimeoffset -b 1 true | hint: run the command with CAP_SYS_TIME | seccomp
	0 | enosys -e EPERM setns -- nsunshare -r true | - | seccomp
	125 | nsunshare -rU enosys -e EPERM setns -- setpriv --bounding-set -sys_admin --inh-caps -sys_admin nspivot --force $T -- /bin/true | CAP_SYS_ADMIN is missing | seccomp
	TABLE
}

test_a_missing_privilege_is_not_attributed_to_a_filter()
{
	# Runs only as an ordinary user.
	situations <<-'TABLE'
	125 | enosys -e EPERM chroot -- nsunshare -u true | hint: CAP_SYS_ADMIN is required | seccomp
	125 | enosys -e EPERM setns -- nspivot --force --host-root -- true | CAP_SYS_ADMIN is missing | seccomp
	125 | enosys -e EPERM unshare -- nsenter2 --net=/proc/self/ns/net true | hint: omit --net | seccomp
	125 | enosys -e EPERM unshare -- nsenter2 -t 1 -n true | cannot open /proc/1/ns/net | seccomp
	125 | enosys -e EPERM setns -- nsunshare --time true | hint: CAP_SYS_ADMIN is required | seccomp
	TABLE
}

# The filter denies unshare(2) only with some flags, as RestrictNamespaces= of systemd does.
test_a_filter_that_denies_only_some_flags_is_named()
{
	feature x86-64 || return 0
	# The instructions of the filter: load the call number; for clone and unshare with the flag
	# CLONE_NEWUTS (0x04000000), return EPERM.
	printf '%s\n' '#include <linux/filter.h>' '#include <linux/seccomp.h>' '#include <stddef.h>' \
		'#include <sys/prctl.h>' '#include <sys/syscall.h>' '#include <unistd.h>' '#include <errno.h>' \
		'int main(int c, char **v) { struct sock_filter f[] = {' \
		'BPF_STMT(BPF_LD|BPF_W|BPF_ABS, 0), BPF_JUMP(BPF_JMP|BPF_JEQ|BPF_K, SYS_unshare, 0, 3),' \
		'BPF_STMT(BPF_LD|BPF_W|BPF_ABS, 16), BPF_JUMP(BPF_JMP|BPF_JSET|BPF_K, 0x04000000, 0, 1),' \
		'BPF_STMT(BPF_RET|BPF_K, SECCOMP_RET_ERRNO|EPERM), BPF_STMT(BPF_RET|BPF_K, SECCOMP_RET_ALLOW) };' \
		'struct sock_fprog p = { 6, f }; prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);' \
		'if (prctl(PR_SET_SECCOMP, 2, &p)) return 99; execvp(v[1], v + 1); return 98; }' >"$TMP/f.c"
	cc -o "$TMP/nouts" "$TMP/f.c" || return 0
	run nsunshare -r "$TMP/nouts" nsunshare -u true
	assert_refused 125 'cannot create namespaces: uts'
	assert_err_has 'hint: allow unshare(2) in the seccomp filter of this process'
	run nsunshare -r "$TMP/nouts" nsunshare -n true
	assert_ok
	run nsunshare -U "$TMP/nouts" nsunshare -n true
	assert_refused 125 'cannot create namespaces: net'
	assert_err_lacks seccomp
}

. shunit2
