// SPDX-License-Identifier: GPL-2.0-or-later
/* sys_filter: makes system calls with invalid arguments, which show if a seccomp filter denies the
 * calls. */
#include "kernel/sys_filter.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/file.h"

#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

enum { UNUSED_FLAG = 0x40000000 };

/* Each function below makes a call that fails before the kernel checks any privilege. */

static long try_unshare(uint64_t flags)
{
	/* unshare(2) returns EINVAL, because 1 is not a flag */
	return syscall(SYS_unshare, (unsigned long)flags | 1);
}

static long try_clone(uint64_t flags)
{
	/* clone(2) returns EINVAL, because CLONE_NEWNS and CLONE_FS exclude each other. Pass the
	 * flags as both arguments, because they are the second argument on s390 and the first one
	 * elsewhere. */
	const unsigned long bad = (unsigned long)flags | CLONE_NEWNS | CLONE_FS;
	long rc = syscall(SYS_clone, bad, bad, NULL, NULL, NULL);

	return rc < 0 && errno == EINVAL ? syscall(SYS_clone3, NULL, (size_t)0) : rc;
}

static long try_setns(uint64_t flags)
{
	(void)flags;
	return syscall(SYS_setns, -1, 0UL); /* fails with EBADF unless a filter denies setns(2) */
}

static long try_mount(uint64_t flags)
{
	(void)flags;
	/* fails with EFAULT unless a filter denies mount(2) */
	return syscall(SYS_mount, NULL, NULL, NULL, 0UL, NULL);
}

static long try_umount2(uint64_t flags)
{
	(void)flags;
	/* fails with EINVAL unless a filter denies umount2(2) */
	return syscall(SYS_umount2, NULL, UNUSED_FLAG);
}

static long try_open_tree(uint64_t flags)
{
	(void)flags;
	/* fails with EINVAL unless a filter denies open_tree(2) */
	return syscall(SYS_open_tree, -1, NULL, UNUSED_FLAG);
}

static long try_mount_setattr(uint64_t flags)
{
	(void)flags;
	/* fails with EINVAL unless a filter denies mount_setattr(2) */
	return syscall(SYS_mount_setattr, -1, NULL, UNUSED_FLAG, NULL, (size_t)0);
}

/*
 * Returns true if the caller has CAP_SYS_ADMIN over its mount namespace: mount(2) with two
 * propagation types then fails with EINVAL instead of EPERM. The probes that call this function
 * make calls that check the capability before the invalid arguments, so EPERM is a sign of a filter
 * only if the caller has the capability.
 */
static bool may_mount(void)
{
	return syscall(SYS_mount, NULL, "/", NULL, (unsigned long)(MS_SHARED | MS_PRIVATE), NULL) <
		       0 &&
	       errno == EINVAL;
}

static long unknown(void)
{
	errno = 0;
	return 0;
}

static long try_pivot_root(uint64_t flags)
{
	(void)flags;
	/* fails with EFAULT unless a filter denies pivot_root(2) */
	return may_mount() ? syscall(SYS_pivot_root, NULL, NULL) : unknown();
}

static long try_move_mount(uint64_t flags)
{
	(void)flags;
	/* fails with EINVAL unless a filter denies move_mount(2) */
	return may_mount() ? syscall(SYS_move_mount, -1, NULL, -1, NULL, UNUSED_FLAG) : unknown();
}

static long try_fsopen(uint64_t flags)
{
	(void)flags;
	/* fails with EFAULT unless a filter denies fsopen(2) */
	return may_mount() ? syscall(SYS_fsopen, NULL, 0) : unknown();
}

static long try_execve(uint64_t flags)
{
	(void)flags;
	/* fails with EFAULT unless a filter denies execve(2) */
	return syscall(SYS_execve, NULL, NULL, NULL);
}

static long try_chroot(uint64_t flags)
{
	(void)flags;
	return syscall(SYS_chroot, NULL); /* fails with EFAULT unless a filter denies chroot(2) */
}

static const struct {
	const char *name;
	long (*call)(uint64_t flags);
} probes[] = {
	{ "unshare", try_unshare },
	{ "clone", try_clone },
	{ "fork", try_clone },
	{ "setns", try_setns },
	{ "mount", try_mount },
	{ "umount2", try_umount2 },
	{ "open_tree", try_open_tree },
	{ "mount_setattr", try_mount_setattr },
	{ "execve", try_execve },
	{ "chroot", try_chroot },
	{ "pivot_root", try_pivot_root },
	{ "move_mount", try_move_mount },
	{ "fsopen", try_fsopen },
};

/* Returns true if the caller has a seccomp filter: /proc/self/status shows mode 2
 * (proc_pid_status(5)). Without /proc, calls prctl(2). */
static bool has_filter(void)
{
	char text[4096];
	ssize_t n = file_read_at(AT_FDCWD, "/proc/self/status", text, sizeof(text));

	return n > 0 ? strstr(text, "\nSeccomp:\t2\n") != NULL : prctl(PR_GET_SECCOMP) == 2;
}

/* Returns the index of the probe whose name is the n bytes at `name`, or -1 if there is none. */
static int find(const char *name, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(probes); i++)
		if (strlen(probes[i].name) == n && memcmp(probes[i].name, name, n) == 0)
			return (int)i;
	return -1;
}

static bool denies(int probe, uint64_t flags, int err)
{
	return probes[probe].call(flags) < 0 && errno == err;
}

static void hint(int probe, struct nserr *e)
{
	nserr_hint(e, "allow %s(2) in the seccomp filter of this process or of its container",
		   probes[probe].name);
}

static bool may_be_filter(const struct nserr *e)
{
	return e && (e->errnum == EPERM || e->errnum == EACCES) && has_filter();
}

void sys_filter_explain(const char *calls, struct nserr *e)
{
	unsigned tried = 0, denied = 0;
	int first = -1;

	if (!may_be_filter(e))
		return;
	for (const char *s = calls; *s;) {
		size_t n = strcspn(s, "( ,");
		int probe = find(s, n);

		if (probe >= 0) {
			tried++;
			if (denies(probe, 0, e->errnum)) {
				denied++;
				first = first < 0 ? probe : first;
			}
		}
		s += n;
		s += strcspn(s, ",");
		s += strspn(s, ", ");
	}
	if (denied > 0 && (!e->hint[0] || denied == tried))
		hint(first, e);
}

void sys_filter_explain_flags(uint64_t flags, struct nserr *e)
{
	static const char *const names[] = { "unshare", "clone" };

	if (!may_be_filter(e))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		for (uint64_t bit = 1; bit <= flags; bit <<= 1)
			if ((flags & bit) &&
			    denies(find(names[i], strlen(names[i])), bit, e->errnum)) {
				hint(find(names[i], strlen(names[i])), e);
				return;
			}
}
