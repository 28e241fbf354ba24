// SPDX-License-Identifier: GPL-2.0-or-later
/* nsjoin: setns(2), at once where the kernel can, else in the order that it permits. */
#include "nsjoin.h"

#include <stdio.h>
#include <sys/stat.h>

#include "file.h"
#include "sys_cap.h"
#include "sys_ns.h"

void nsjoin_init(struct nsjoin *j)
{
	*j = (struct nsjoin){ .proc = NSPROC_REF_INIT };
	for (size_t i = 0; i < NSTYPE_COUNT; i++)
		j->fds[i] = -1;
}

void nsjoin_close(struct nsjoin *j)
{
	nsproc_ref_close(&j->proc);
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

/* The length of a /proc/…/ns link in buf, or a negative errno. */
static ssize_t read_link(int dirfd, const char *path, char buf[static 32])
{
	ssize_t n = readlinkat(dirfd, path, buf, 32);

	return n < 0 ? -errno : n;
}

static bool same_link(const char *a, ssize_t na, const char *b, ssize_t nb)
{
	return na > 0 && na == nb && memcmp(a, b, (size_t)na) == 0;
}

/*
 * Whether the caller is in that namespace of the process already. Of pid and time namespaces it is
 * the one for children that setns(2) changes, so that one counts too: it differs after unshare(2).
 */
static bool is_shared(int self, const struct nstype *t, const char *link, ssize_t n)
{
	char own[32];

	/* a pid namespace is entered by children only; the own one need not be looked at */
	if (t->flag != CLONE_NEWPID && !same_link(link, n, own, read_link(self, t->file, own)))
		return false;
	return !t->child_file || same_link(link, n, own, read_link(self, t->child_file, own));
}

int nsjoin_add_all(struct nsjoin *j, struct nserr *e)
{
	cleanup_fd int self = file_open_self(e);

	if (self < 0)
		return self;
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		const struct nstype *t = &nstypes[i];
		char link[32];
		ssize_t n;

		if (j->fds[i] >= 0)
			continue;
		n = read_link(j->proc.procfd, t->file, link);
		if (n == -ENOENT && read_link(self, t->file, link) == -ENOENT)
			continue; /* this kernel has no such type */
		if (n == -ENOENT || n == -ESRCH)
			return nserr_set(e, ESRCH, "process %d", (int)j->proc.pid);
		if (!is_shared(self, t, link, n))
			j->mask |= t->flag;
		else if (t->flag == CLONE_NEWNS)
			j->optional |= t->flag; /* entering it resets root and working directory */
	}
	j->mask |= j->optional;
	return 0;
}

/* ---- One by one ---- */

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

static uint64_t inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) < 0 ? 0 : st.st_ino;
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

	/* all are held before the first is entered, so a process that ends leaves no mixture */
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		if (!(j->mask & nstypes[i].flag))
			continue;
		j->fds[i] = nsref_open_proc_ns(&j->proc, &nstypes[i], e);
		if (j->fds[i] < 0)
			return j->fds[i];
	}
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

int nsjoin_enter(struct nsjoin *j, struct nserr *e)
{
	bool by_fd = false;
	int rc;

	for (size_t i = 0; i < NSTYPE_COUNT; i++)
		by_fd |= j->fds[i] >= 0;
	if (!by_fd && j->mask == 0)
		return 0;
	if (!by_fd && j->proc.pidfd >= 0) {
		/* setns(2), 5.8: all or none, with the capabilities in the new user namespace too
		 */
		rc = sys_setns(j->proc.pidfd, j->mask);
		if (rc == -EPERM && j->optional)
			rc = sys_setns(j->proc.pidfd, j->mask & ~j->optional);
		if (rc == 0)
			return 0;
		if (rc == -ESRCH)
			return nserr_set(e, rc, "process %d", (int)j->proc.pid);
	}
	return enter_each(j, e);
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
		if (j->fds[i] < 0)
			continue;
		buf_printf(out, "%s%s %s", sep, nstypes[i].name, j->names[i]);
		sep = ", ";
	}
}
