// SPDX-License-Identifier: GPL-2.0-or-later
/* join: opens the namespaces of a process and decides which of them are entered. */
#include "ns/join.h"

#include "base/file.h"
#include "kernel/sys_ns.h"
#include "ns/inode.h"

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

/* Opens the namespaces of the process j->proc that have no descriptor in j->fds yet: those in
 * j->mask if self is negative, otherwise all types that the kernel supports. Adds the types of the
 * opened namespaces to *opened. Returns 0, or a negative errno with e set. */
static int open_types(struct nsjoin *j, int self, uint64_t *opened, struct nserr *e)
{
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		const struct nstype *t = &nstypes[i];

		if (j->fds[i] >= 0 || !(self >= 0 || (j->mask & t->flag)))
			continue;
		j->fds[i] = nsref_open_proc_ns(&j->proc, t, e);
		if (j->fds[i] == -EOPNOTSUPP && self >= 0)
			continue; /* this kernel does not support the type */
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

/* Returns true if the process is still in each of the namespaces. */
static bool is_still_in(const struct nsjoin *j, uint64_t types)
{
	for (size_t i = 0; i < NSTYPE_COUNT; i++)
		if ((types & nstypes[i].flag) &&
		    !nsinode_equal(nsinode_at(j->proc.procfd, nstypes[i].file),
				   nsinode_of(j->fds[i])))
			return false;
	return true;
}

/*
 * Opens the namespaces of the process as open_types() does, and checks afterwards that the process
 * is still in all of them. Without this check, a process that calls setns(2) or unshare(2) at the
 * same time could combine old and new namespaces, for example the process's own mount namespace
 * with the caller's user namespace. Tries this up to 10 times. Returns 0, or a negative errno with
 * e set.
 */
static int open_at_once(struct nsjoin *j, int self, uint64_t *opened, struct nserr *e)
{
	for (int tries = 0; tries < 10; tries++) {
		int rc;

		*opened = 0;
		rc = open_types(j, self, opened, e);
		if (rc < 0)
			return rc;
		/* a single namespace cannot be a mixture of old and new namespaces, so do not check
		 * it */
		if ((*opened & (*opened - 1)) == 0 || is_still_in(j, *opened))
			return 0;
		close_types(j, *opened);
	}
	if (nsref_check_living(&j->proc, e) < 0)
		return -ESRCH;
	return nserr_set(e, EAGAIN, "process %d keeps changing its namespaces", (int)j->proc.pid);
}

/*
 * Returns true if the caller is already in the namespace. For pid and time namespaces, the
 * namespace of the caller's future children must be the same as well, because unshare(2) and
 * setns(2) change only that namespace.
 */
static bool is_shared(int self, const struct nstype *t, uint64_t inode)
{
	/* do not compare the caller's own pid namespace, because setns(2) changes only the pid
	 * namespace of its children */
	if (t->flag != CLONE_NEWPID && !nsinode_equal(nsinode_at(self, t->file), inode))
		return false;
	return !t->child_file || nsinode_equal(nsinode_at(self, t->child_file), inode);
}

/*
 * Called if the user namespace is not entered. Returns -EPERM with e set if another namespace to
 * enter is owned by a descendant of the caller's user namespace. The target process entered that
 * namespace with privileges that it does not have in the caller's user namespace, so a program that
 * the caller executes there would have more privileges than the target process. Otherwise returns
 * 0, or another negative errno with e set.
 */
static int check_owners(const struct nsjoin *j, int self, struct nserr *e)
{
	uint64_t own = nsinode_at(self, nstypes[NSTYPE_USER].file);

	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		cleanup_fd int owner = -1;

		if (!(j->mask & nstypes[i].flag))
			continue;
		owner = sys_ns_owner(j->fds[i]);
		/* sys_ns_owner() returns EPERM if the owner is an ancestor of the caller's user
		 * namespace */
		if (owner == -EPERM || (owner >= 0 && nsinode_equal(nsinode_of(owner), own)))
			continue;
		if (owner < 0)
			return nserr_set(e, owner,
					 "cannot get the user namespace that owns the %s namespace "
					 "of process %d",
					 nstypes[i].name, (int)j->proc.pid);
		nserr_set(e, 0,
			  "process %d is in the caller's user namespace, but its %s namespace "
			  "belongs to another user namespace",
			  (int)j->proc.pid, nstypes[i].name);
		nserr_hint(e, "instead of --all, name the namespaces to enter, such as --%s",
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
		if (!is_shared(self, t, nsinode_of(j->fds[i])))
			continue;
		if (t->flag == CLONE_NEWNS) {
			/* enter the mount namespace even if it is the caller's, because that resets
			 * the root and the working directory */
			j->optional |= t->flag;
			continue;
		}
		j->mask &= ~t->flag;
		util_close(&j->fds[i]);
	}
	return j->fds[NSTYPE_USER] < 0 ? check_owners(j, self, e) : 0;
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
