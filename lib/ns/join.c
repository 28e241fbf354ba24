// SPDX-License-Identifier: GPL-2.0-or-later
/* nsjoin: opens namespaces, decides which are entered, and enters them in an order that setns(2)
 * permits. */
#include "ns/join.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_ns.h"

void nsjoin_init(struct nsjoin *j)
{
	*j = (struct nsjoin){ .proc = NSREF_PROCESS_INIT };
	for (size_t i = 0; i < NSTYPE_COUNT; i++)
		j->fds[i] = -1;
}

void nsjoin_close(struct nsjoin *j)
{
	nsref_process_close(&j->proc);
	for (size_t i = 0; i < NSTYPE_COUNT; i++)
		util_close(&j->fds[i]);
}

uint64_t nsjoin_types(const struct nsjoin *j)
{
	uint64_t types = j->mask;

	for (size_t i = 0; i < NSTYPE_COUNT; i++)
		if (j->fds[i] >= 0)
			types |= nstypes[i].flag;
	return types;
}

static uint64_t inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) < 0 ? 0 : st.st_ino;
}

/* The inode of the namespace file at dirfd/path, or 0 if it cannot be looked at. */
static uint64_t inode_at(int dirfd, const char *path)
{
	struct stat st;

	return fstatat(dirfd, path, &st, 0) < 0 ? 0 : st.st_ino;
}

/* Returns true if both inodes are known and the same: one that cannot be looked at is never equal.
 */
static bool is_same(uint64_t a, uint64_t b)
{
	return a != 0 && a == b;
}

/* ---- Holding the namespaces of a process */

/* Opens the namespaces of proc that are not held yet: those of mask, or all that the kernel has. */
static int open_types(struct nsjoin *j, int self, uint64_t *opened, struct nserr *e)
{
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		const struct nstype *t = &nstypes[i];

		if (j->fds[i] >= 0 || !(self >= 0 || (j->mask & t->flag)))
			continue;
		j->fds[i] = nsref_open_proc_ns(&j->proc, t, e);
		if (j->fds[i] == -EOPNOTSUPP && self >= 0)
			continue; /* this kernel has no such type */
		if (j->fds[i] < 0)
			return j->fds[i];
		*opened |= t->flag;
	}
	return 0;
}

static void close_types(struct nsjoin *j, uint64_t types)
{
	for (size_t i = 0; i < NSTYPE_COUNT; i++)
		if (types & nstypes[i].flag)
			util_close(&j->fds[i]);
}

/* Returns true if the process still is in each of the namespaces. */
static bool is_still_in(const struct nsjoin *j, uint64_t types)
{
	for (size_t i = 0; i < NSTYPE_COUNT; i++)
		if ((types & nstypes[i].flag) &&
		    !is_same(inode_at(j->proc.procfd, nstypes[i].file), inode_of(j->fds[i])))
			return false;
	return true;
}

/*
 * Opens them all, so that they are namespaces that the process was in at one time. A process that
 * calls setns(2) or unshare(2) in between could otherwise mix those of two times, for example a
 * mount namespace of its own with the user namespace of the caller.
 */
static int open_at_once(struct nsjoin *j, int self, uint64_t *opened, struct nserr *e)
{
	for (int tries = 0; tries < 10; tries++) {
		int rc;

		*opened = 0;
		rc = open_types(j, self, opened, e);
		if (rc < 0)
			return rc;
		/* a single one is no mixture */
		if ((*opened & (*opened - 1)) == 0 || is_still_in(j, *opened))
			return 0;
		close_types(j, *opened);
	}
	if (nsref_check_living(&j->proc, e) < 0)
		return -ESRCH;
	return nserr_set(e, EAGAIN, "process %d keeps changing its namespaces", (int)j->proc.pid);
}

/*
 * Returns true if the caller is already in that namespace. setns(2) changes the pid and time
 * namespaces for children, so that one counts, too: it differs after unshare(2).
 */
static bool is_shared(int self, const struct nstype *t, uint64_t inode)
{
	/* a pid namespace is entered by children only; the own one need not be looked at */
	if (t->flag != CLONE_NEWPID && !is_same(inode_at(self, t->file), inode))
		return false;
	return !t->child_file || is_same(inode_at(self, t->child_file), inode);
}

/*
 * Without its user namespace, a namespace that a descendant user namespace owns is refused: the
 * process got into it with privilege that it does not have here, and the program would have more.
 */
static int check_owners(const struct nsjoin *j, int self, struct nserr *e)
{
	uint64_t own = inode_at(self, nstypes[NSTYPE_USER].file);

	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		cleanup_fd int owner = -1;

		if (!(j->mask & nstypes[i].flag))
			continue;
		owner = sys_ns_owner(j->fds[i]);
		/* EPERM: an ancestor of ours owns it */
		if (owner == -EPERM || (owner >= 0 && is_same(inode_of(owner), own)))
			continue;
		if (owner < 0)
			return nserr_set(e, owner,
					 "cannot get the owner of the %s namespace of process %d",
					 nstypes[i].name, (int)j->proc.pid);
		nserr_set(
			e, 0,
			"process %d is in our user namespace, but in a %s namespace of another one",
			(int)j->proc.pid, nstypes[i].name);
		nserr_hint(e, "name the namespaces to enter instead of --all: --%s",
			   nstypes[i].longopt);
		return -EPERM;
	}
	return 0;
}

int nsjoin_hold(struct nsjoin *j, struct nserr *e)
{
	uint64_t opened;

	return open_at_once(j, -1, &opened, e);
}

int nsjoin_hold_all(struct nsjoin *j, struct nserr *e)
{
	cleanup_fd int self = file_open_self(e);
	uint64_t opened;
	int rc = self < 0 ? self : open_at_once(j, self, &opened, e);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		const struct nstype *t = &nstypes[i];

		if (!(opened & t->flag))
			continue;
		j->mask |= t->flag;
		if (!is_shared(self, t, inode_of(j->fds[i])))
			continue;
		if (t->flag == CLONE_NEWNS) {
			j->optional |= t->flag; /* entering it resets root and working directory */
			continue;
		}
		j->mask &= ~t->flag;
		util_close(&j->fds[i]);
	}
	return j->fds[NSTYPE_USER] < 0 ? check_owners(j, self, e) : 0;
}

/* ---- Entering, one by one */

/* The order of types where each is entered by itself: by rank, user last. */
static const struct nstype *by_rank(unsigned rank)
{
	for (size_t i = 0; i < NSTYPE_COUNT; i++)
		if (nstypes[i].rank == rank)
			return &nstypes[i];
	return NULL;
}

static const char *object(const struct nsjoin *j, const struct nstype *t, char buf[static 32])
{
	const char *name = j->names[nstype_index(t)];

	if (name)
		return name;
	snprintf(buf, 32, "of process %d", (int)j->proc.pid);
	return buf;
}

/* Of the caller; to be asked before anything is entered, when /proc is its own. 0: not known. */
static uint64_t own_user_ns(void)
{
	struct stat st;

	return stat("/proc/self/ns/user", &st) < 0 ? 0 : st.st_ino;
}

static int refused(const struct nsjoin *j, const struct nstype *t, int err, struct nserr *e)
{
	char buf[32];

	return nserr_set(e, err, "cannot enter the %s namespace %s", t->name, object(j, t, buf));
}

/*
 * Tries each of *pending but the user namespace, and clears those entered. What is not permitted
 * (yet) stays, and e tells of it. 0, or a negative errno for what cannot be mended.
 */
static int enter_others(const struct nsjoin *j, uint64_t *pending, struct nserr *e)
{
	for (unsigned rank = 0; rank < NSTYPE_COUNT; rank++) {
		const struct nstype *t = by_rank(rank);
		int rc;

		if (!(*pending & t->flag) || t->flag == CLONE_NEWUSER)
			continue;
		rc = sys_setns(j->fds[nstype_index(t)], t->flag);
		if (rc == 0)
			*pending &= ~t->flag;
		else if (refused(j, t, rc, e) != -EPERM)
			return rc;
	}
	return 0;
}

/*
 * The user namespaces from below the caller's, the last, down to the one to be entered, the first:
 * setns(2) wants CAP_SYS_ADMIN in the one that owns a namespace, which may be any of them.
 */
struct levels {
	int fd[NSREF_UPS_MAX];
	unsigned n;
	bool own; /* it is the caller's own that is to be entered */
};

/* Opened before anything is entered: /proc/self may be of no use afterwards. */
static void levels_open(struct levels *l, int fd, uint64_t own)
{
	l->own = inode_of(fd) == own;
	l->fd[l->n++] = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	while (!l->own && l->n < NSREF_UPS_MAX) {
		int above = sys_ns_parent(l->fd[l->n - 1]);

		if (above < 0)
			break; /* of no descendant of the caller's */
		if (inode_of(above) == own) {
			close(above);
			break;
		}
		l->fd[l->n++] = above;
	}
}

static void levels_close(struct levels *l)
{
	for (unsigned i = 0; i < l->n; i++)
		close(l->fd[i]);
}

static int enter_levels(const struct nsjoin *j, const struct levels *l, uint64_t *pending,
			struct nserr *e)
{
	const struct nstype *user = &nstypes[NSTYPE_USER];
	int rc = 0;

	for (unsigned i = l->n; i-- > 0 && rc == 0;) {
		rc = sys_setns(l->fd[i], CLONE_NEWUSER);
		if (rc == 0) {
			rc = enter_others(j, pending, e);
			continue;
		}
		refused(j, user, rc, e);
		/* setns(2): the own user namespace cannot be entered again, it would give back
		 * capabilities */
		if (l->own)
			nserr_hint(e, "it is the user namespace that the caller is in already");
	}
	if (rc == 0)
		*pending &= ~user->flag;
	return rc;
}

/* setns(2) wants CAP_SYS_ADMIN in the user namespace that owns the one to be entered. */
static void hint_permission(const struct nsjoin *j, uint64_t pending, uint64_t own, struct nserr *e)
{
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		cleanup_fd int owner = -1;

		if (!(pending & nstypes[i].flag))
			continue;
		owner = sys_ns_owner(j->fds[i]);
		refused(j, &nstypes[i], EPERM, e);
		if (owner >= 0 && inode_of(owner) != own && j->fds[NSTYPE_USER] < 0)
			nserr_hint(e, "it belongs to another user namespace, which --user enters");
		else if (owner >= 0 && inode_of(owner) == own && !sys_cap_has(CAP_SYS_ADMIN))
			nserr_hint(e, "it takes CAP_SYS_ADMIN in the user namespace of the caller");
		return;
	}
}

/*
 * Privileged, the user namespace comes last: entering it gives up the capabilities that the others
 * may want. Unprivileged it comes first: it is what gives them. So what is permitted now is entered
 * now, then the user namespaces level by level, each time with what that permits.
 */
static int enter_each(struct nsjoin *j, struct nserr *e)
{
	struct levels levels __attribute__((cleanup(levels_close))) = { .n = 0 };
	uint64_t pending = nsjoin_types(j), own = own_user_ns();
	int rc;

	if (j->fds[NSTYPE_USER] >= 0)
		levels_open(&levels, j->fds[NSTYPE_USER], own);
	rc = enter_others(j, &pending, e);
	if (rc == 0 && levels.n > 0)
		rc = enter_levels(j, &levels, &pending, e);
	if (rc < 0)
		return rc;
	pending &= ~j->optional;
	if (pending)
		hint_permission(j, pending, own, e);
	return pending ? -EPERM : 0;
}

/* Returns true if the caller, or its children, are in each namespace of mask that was held. */
static bool is_in(int self, const struct nsjoin *j, uint64_t mask)
{
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		const struct nstype *t = &nstypes[i];

		if ((mask & t->flag) &&
		    !is_same(inode_at(self, t->child_file ? t->child_file : t->file),
			     inode_of(j->fds[i])))
			return false;
	}
	return true;
}

/*
 * setns(2) with a pidfd, 5.8: all or none, also with the capabilities in the new user namespace. It
 * enters those that the process is in now, so the result is compared with what was held. Returns 0,
 * -ENOSYS if this way is not possible, or a negative errno with e set.
 */
static int enter_at_once(const struct nsjoin *j, struct nserr *e)
{
	cleanup_fd int self = file_open_self(e);
	uint64_t mask = j->mask;
	int rc;

	if (self < 0)
		return self;
	rc = sys_setns(j->proc.pidfd, mask);
	if (rc == -EPERM && j->optional) {
		mask &= ~j->optional;
		rc = sys_setns(j->proc.pidfd, mask);
	}
	if (rc == -ESRCH)
		return nserr_set(e, rc, "process %d", (int)j->proc.pid);
	if (rc < 0)
		return -ENOSYS;
	return is_in(self, j, mask) ? 0
				    : nserr_set(e, EAGAIN, "process %d changed its namespaces",
						(int)j->proc.pid);
}

int nsjoin_enter(struct nsjoin *j, struct nserr *e)
{
	uint64_t types = nsjoin_types(j);
	int rc = -ENOSYS;

	if (!types)
		return 0;
	if (types == j->mask && j->proc.pidfd >= 0)
		rc = enter_at_once(j, e);
	return rc == -ENOSYS ? enter_each(j, e) : rc;
}

void nsjoin_show(const struct nsjoin *j, struct buf *out)
{
	const char *sep = "enter ";

	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		if (!(j->mask & nstypes[i].flag))
			continue;
		buf_printf(out, "%s%s", sep, nstypes[i].name);
		sep = ", ";
	}
	if (j->mask)
		buf_printf(out, " of process %d", (int)j->proc.pid);
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		if (j->fds[i] < 0 || !j->names[i])
			continue;
		buf_printf(out, "%s%s %s", sep, nstypes[i].name, j->names[i]);
		sep = ", ";
	}
}
