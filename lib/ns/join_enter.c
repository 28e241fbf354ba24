// SPDX-License-Identifier: GPL-2.0-or-later
/* join_enter: enters opened namespaces in an order that setns(2) permits. */
#include <stdio.h>

#include "base/file.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_ns.h"
#include "ns/inode.h"
#include "ns/join.h"

/* Returns the namespace type with the given rank. Types that are entered one by one are entered in
 * the order of their ranks. */
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

static int refused(const struct nsjoin *j, const struct nstype *t, int err, struct nserr *e)
{
	char buf[32];

	return nserr_set(e, err, "cannot enter the %s namespace %s", t->name, object(j, t, buf));
}

/*
 * Tries to enter each type in *pending except user, and clears the types that were entered. A type
 * that fails with EPERM stays in *pending, and e names it. Returns 0, or a negative errno for any
 * other error.
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
 * The user namespaces that must be entered, from the last one to the child of the caller's user
 * namespace. setns(2) needs CAP_SYS_ADMIN in the user namespace that owns the namespace to enter,
 * and the owner may be any user namespace in this list.
 */
struct levels {
	int fd[NSREF_UPS_MAX];
	unsigned n;
	bool own; /* true if the caller is already in the user namespace to enter */
};

/* Stores in l the descriptors of the user namespace that fd refers to and of its ancestors below
 * the caller's user namespace, whose inode is `own`. */
static void levels_open(struct levels *l, int fd, uint64_t own)
{
	l->own = nsinode_of(fd) == own;
	l->fd[l->n++] = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	while (!l->own && l->n < NSREF_UPS_MAX) {
		int above = sys_ns_parent(l->fd[l->n - 1]);

		if (above < 0)
			break; /* the user namespace is not a descendant of the caller's */
		if (nsinode_of(above) == own) {
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
	uid_t creator;
	int rc = 0;

	for (unsigned i = l->n; i-- > 0 && rc == 0;) {
		rc = sys_setns(l->fd[i], CLONE_NEWUSER);
		if (rc == 0) {
			rc = enter_others(j, pending, e);
			continue;
		}
		refused(j, user, rc, e);
		/* setns(2): a process cannot enter its own user namespace again, because it would
		 * regain capabilities */
		if (l->own)
			nserr_hint(e, "omit --user, or use --all: the caller is in this user "
				      "namespace already");
		else if (rc == -EPERM && !sys_cap_has(CAP_SYS_ADMIN) &&
			 sys_ns_owner_uid(l->fd[i], &creator) == 0 && creator != geteuid() &&
			 sys_ns_in_userns() == 0)
			nserr_hint(e,
				   "run the command as user %u, who created this user namespace, "
				   "or with "
				   "CAP_SYS_ADMIN (as root)",
				   creator);
	}
	if (rc == 0)
		*pending &= ~user->flag;
	return rc;
}

/* Sets the hint if the caller is already in some of the namespaces to enter, because setns(2)
 * checks the permission for these namespaces, too. Returns false if there is no such namespace. */
static bool hint_own(const struct nsjoin *j, uint64_t pending, int self, struct nserr *e)
{
	char list[sizeof(e->hint) / 2] = "";
	size_t n = 0, count = 0;

	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		const struct nstype *t = &nstypes[i];

		if (!(pending & t->flag) ||
		    !nsinode_equal(nsinode_at(self, t->child_file ? t->child_file : t->file),
				   nsinode_of(j->fds[i])))
			continue;
		if (count++ == 0)
			refused(j, t, EPERM, e);
		n += (size_t)snprintf(list + n, sizeof(list) - n, "%s--%s", n ? " and " : "",
				      t->longopt);
	}
	if (count > 0)
		nserr_hint(e, "omit %s, or use --all: the caller is in %s already", list,
			   count > 1 ? "these namespaces" : "this namespace");
	return count > 0;
}

/* Returns true if the caller may enter the user namespace `owner`, a descendant of the caller's
 * user namespace, whose inode is `own`. The caller needs CAP_SYS_ADMIN, or must have created the
 * topmost user namespace between its own and `owner`, including `owner` (user_namespaces(7)). */
static bool may_enter(int owner, uint64_t own)
{
	struct levels l __attribute__((cleanup(levels_close))) = { .n = 0 };
	uid_t creator;

	levels_open(&l, owner, own);
	return sys_cap_has(CAP_SYS_ADMIN) ||
	       (sys_ns_owner_uid(l.fd[l.n - 1], &creator) == 0 && creator == geteuid());
}

/*
 * Sets the hint for the first type that setns(2) refused with EPERM. setns(2) needs CAP_SYS_ADMIN
 * in the user namespace that owns the namespace. self is the directory of the caller in /proc.
 */
static void hint_permission(const struct nsjoin *j, uint64_t pending, int self, struct nserr *e)
{
	bool privileged = sys_cap_has(CAP_SYS_ADMIN), user = j->fds[NSTYPE_USER] >= 0;
	uint64_t own = nsinode_at(self, nstypes[NSTYPE_USER].file);

	if ((!privileged || user) && hint_own(j, pending, self, e))
		return;
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		cleanup_fd int owner = -1;

		if (!(pending & nstypes[i].flag))
			continue;
		owner = sys_ns_owner(j->fds[i]);
		refused(j, &nstypes[i], EPERM, e);
		if (!user && owner >= 0 && nsinode_of(owner) != own && may_enter(owner, own))
			nserr_hint(
				e,
				"add --user to enter the user namespace that owns this namespace");
		else if (!user && owner >= 0 && !privileged)
			nserr_hint(e, "run the command with CAP_SYS_ADMIN in the caller's user "
				      "namespace");
		else if (owner == -EPERM)
			nserr_hint(e,
				   "omit --%s, or run the command with more privileges: this "
				   "namespace is owned by a user namespace that is not a "
				   "descendant of %s user namespace",
				   nstypes[i].longopt, user ? "the entered" : "the caller's");
		return;
	}
}

/*
 * A privileged caller must enter the user namespace last, because the caller then loses
 * capabilities that the other types may need. An unprivileged caller must enter the user namespace
 * first, because the caller then gains capabilities. So this function first enters every type that
 * the kernel permits. Then it enters the user namespaces from the top down, and after each of them
 * tries the remaining types again. Returns 0, or a negative errno with e set.
 */
static int enter_each(struct nsjoin *j, struct nserr *e)
{
	struct levels levels __attribute__((cleanup(levels_close))) = { .n = 0 };
	uint64_t pending = nsjoin_types(j);
	cleanup_fd int self = -1;
	int rc;

	/* open /proc/self first, because /proc may be another file system in another mount
	 * namespace */
	if (pending & (CLONE_NEWNS | CLONE_NEWUSER))
		self = file_open_self(e);
	if (j->fds[NSTYPE_USER] >= 0 && self < 0)
		return self;
	if (j->fds[NSTYPE_USER] >= 0)
		levels_open(&levels, j->fds[NSTYPE_USER],
			    nsinode_at(self, nstypes[NSTYPE_USER].file));
	rc = enter_others(j, &pending, e);
	if (rc == 0 && levels.n > 0)
		rc = enter_levels(j, &levels, &pending, e);
	if (rc < 0)
		return rc;
	pending &= ~j->optional;
	if (!pending)
		return 0;
	if (self < 0)
		self = file_open_self(e);
	hint_permission(j, pending, self, e);
	return -EPERM;
}

/* Returns true if the caller is in each opened namespace of mask. For pid and time namespaces,
 * checks the namespace of the caller's children. */
static bool is_in(int self, const struct nsjoin *j, uint64_t mask)
{
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		const struct nstype *t = &nstypes[i];

		if ((mask & t->flag) &&
		    !nsinode_equal(nsinode_at(self, t->child_file ? t->child_file : t->file),
				   nsinode_of(j->fds[i])))
			return false;
	}
	return true;
}

/*
 * Enters all namespaces by one setns(2) of a pidfd (Linux 5.8). That call enters all of them or
 * none, and checks permission with the capabilities in the new user namespace, too. The kernel
 * enters the current namespaces of the process, so this function compares them with the opened ones
 * afterwards. Returns 0, -ENOSYS if the namespaces cannot be entered with one call, or another
 * negative errno with e set.
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
		return nserr_set(e, rc, "cannot enter the namespaces of process %d",
				 (int)j->proc.pid);
	if (rc < 0)
		return -ENOSYS;
	return is_in(self, j, mask) ? 0
				    : nserr_set(e, EAGAIN, "process %d changed its namespaces",
						(int)j->proc.pid);
}

static bool is_single(uint64_t types)
{
	return (types & (types - 1)) == 0 && types != CLONE_NEWUSER;
}

/* Enters a single namespace by its descriptor. setns(2) with a pidfd could enter another namespace
 * if the process has changed its namespaces since the descriptor was opened. Returns 0 or -ENOSYS.
 * After -ENOSYS the caller calls enter_each(), which reports the reason. */
static int enter_single(const struct nsjoin *j, uint64_t type)
{
	int fd = j->fds[nstype_index(nstype_by_flag(type))];

	return sys_setns(fd, type) < 0 ? -ENOSYS : 0;
}

int nsjoin_enter(struct nsjoin *j, struct nserr *e)
{
	uint64_t types = nsjoin_types(j);
	int rc = -ENOSYS;

	if (!types)
		return 0;
	if (is_single(types))
		rc = enter_single(j, types);
	else if (types == j->mask && j->proc.pidfd >= 0)
		rc = enter_at_once(j, e);
	return rc == -ENOSYS ? enter_each(j, e) : rc;
}
