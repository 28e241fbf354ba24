// SPDX-License-Identifier: GPL-2.0-or-later
/* view: reads the maps of any user namespace. The outside ids in a map file are ids of the reader's
 * user namespace, so each map is read as a map to the caller's ids. Maps to the ids of other
 * namespaces are computed from two such maps. */
#include "idmap/view.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/stream.h"
#include "idmap/procfile.h"
#include "kernel/proc_stat.h"
#include "kernel/sys_filter.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_pidfd.h"
#include "ns/inode.h"

/* Replaces the outside ids of each map by its inside ids. */
static void make_identity(struct idmaps *m)
{
	for (int k = 0; k < IDMAP_KINDS; k++)
		for (size_t i = 0; i < m->map[k].n; i++)
			m->map[k].ext[i].outside = m->map[k].ext[i].inside;
}

static bool same(const struct idmaps *a, const struct idmaps *b)
{
	for (int k = 0; k < IDMAP_KINDS; k++)
		if (a->map[k].n != b->map[k].n ||
		    (a->map[k].n > 0 && memcmp(a->map[k].ext, b->map[k].ext,
					       a->map[k].n * sizeof(struct idmap_extent)) != 0))
			return false;
	return true;
}

/*
 * Shortens each extent to the part whose outside ids are known. The map file only contains the
 * outside id of the first id of an extent, translated to the reader's user namespace. The following
 * outside ids are consecutive only up to the end of the extent in the reader's own map. If the
 * reader is in an ancestor, no extent changes, because the kernel accepts no extent that spans two
 * extents of the parent. Returns 0 or -ENOMEM.
 */
static int clip(struct idmap *m, const struct idmap *own)
{
	cleanup_idmap struct idmap out = IDMAP_INIT;

	for (size_t i = 0; i < m->n; i++) {
		struct idmap_extent x = m->ext[i];
		const struct idmap_extent *o = x.outside == IDMAP_NONE ? NULL
								       : idmap_find(own, x.outside);

		if (!o)
			continue;
		x.count = MIN(x.count, o->count - (x.outside - o->inside));
		if (idmap_append(&out, x) < 0)
			return -ENOMEM;
	}
	idmap_free(m);
	*m = out;
	out = IDMAP_INIT;
	return 0;
}

/* Reads the maps of a process as maps to the caller's ids. Returns 0, or a negative errno with e
 * set. */
static int read_process(int procfd, struct idmaps *m, struct nserr *e)
{
	cleanup_idmaps struct idmaps own = IDMAPS_INIT;
	cleanup_fd int self = file_open_self(e);
	uint64_t mine, theirs;
	int rc = self < 0 ? self : idmaps_read(procfd, m, e);

	if (rc < 0)
		return rc;
	rc = idmaps_read(self, &own, e);
	if (rc < 0)
		return rc;
	mine = nsinode_at(self, "ns/user");
	theirs = nsinode_at(procfd, "ns/user");
	/* if ns/user is unreadable, assume the caller's namespace when the maps are identical */
	if (theirs ? mine == theirs : same(m, &own)) {
		make_identity(m);
		return 0;
	}
	for (int k = 0; rc == 0 && k < IDMAP_KINDS; k++)
		rc = clip(&m->map[k], &own.map[k]);
	return rc < 0 ? nserr_set(e, rc, "cannot allocate memory for the map") : 0;
}

/* Enters the namespace, writes the errno (0 for success) to sock and waits until sock is closed. */
static _Noreturn void wait_inside(int nsfd, int sock)
{
	char err = (char)-sys_setns(nsfd, CLONE_NEWUSER);

	if (RETRY_EINTR(write(sock, &err, 1)) == 1)
		(void)!RETRY_EINTR(read(sock, &err, 1));
	_exit(0);
}

static int fail_enter(int rc, struct nserr *e)
{
	nserr_set(e, rc, "cannot enter the user namespace to read its maps");
	if (rc == -EPERM)
		nserr_hint(e, "run the command with CAP_SYS_ADMIN in this user namespace, which "
			      "must be entered because no process in it is visible");
	sys_filter_explain("setns(2)", e);
	return rc;
}

static int read_child(pid_t pid, struct idmaps *m, struct nserr *e)
{
	cleanup_fd int procfd = proc_stat_open(pid, e);

	return procfd < 0 ? procfd : read_process(procfd, m, e);
}

/* Reads the maps of a namespace through a forked child that enters it. Returns 0, or a negative
 * errno with e set. */
static int read_inside(int nsfd, struct idmaps *m, struct nserr *e)
{
	unsigned char err = ECHILD;
	int sock[2], rc;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sock) < 0)
		return nserr_set(e, errno, "cannot create a socket pair");
	pid = sys_clone(0, NULL);
	if (pid == 0) {
		close(sock[0]);
		wait_inside(nsfd, sock[1]);
	}
	close(sock[1]);
	if (pid > 0)
		(void)!RETRY_EINTR(read(sock[0], &err, 1));
	rc = pid < 0 ? pid : -(int)err;
	rc = rc < 0 ? fail_enter(rc, e) : read_child(pid, m, e);
	close(sock[0]);
	if (pid > 0)
		(void)RETRY_EINTR(waitpid(pid, NULL, 0));
	return rc;
}

/* The user namespace that a reference to a process or namespace selects (ns/ref.h). */
struct target {
	/* process that the reference names; its pid is 0 if the reference names a namespace */
	struct nsref_process proc;
	int nsfd; /* descriptor of the namespace, or -1 if it cannot be opened */
};

/*
 * Reads the maps of a target as maps to the caller's ids, from the /proc directory of a process or,
 * if there is no process, through a child that enters the namespace. Returns 0, or a negative errno
 * with e set.
 */
static int read_maps(const struct target *t, struct idmaps *m, struct nserr *e)
{
	cleanup_fd int self = -1;

	*m = IDMAPS_INIT;
	if (t->proc.procfd >= 0)
		return read_process(t->proc.procfd, m, e);
	self = file_open_self(e);
	if (self < 0)
		return self;
	/* read the caller's own maps without setns(2), which fails with EINVAL for the caller's own
	 * user namespace */
	if (nsinode_of(t->nsfd) == nsinode_at(self, "ns/user"))
		return read_process(self, m, e);
	return read_inside(t->nsfd, m, e);
}

static void target_close(struct target *t)
{
	nsref_process_close(&t->proc);
	util_close(&t->nsfd);
}

static int target_open(const char *text, struct target *t, struct nserr *e)
{
	struct nserr ignored;
	struct nsref ref;
	int rc = nsref_parse(text, &ref, e);

	*t = (struct target){ NSREF_PROCESS_INIT, -1 };
	if (rc < 0)
		return rc;
	if (!nsref_is_process(&ref)) {
		t->nsfd = nsref_open_ns(&ref, &nstypes[NSTYPE_USER], e);
		return t->nsfd < 0 ? t->nsfd : 0;
	}
	rc = nsref_open_process(&ref, &t->proc, e);
	if (rc == 0)
		t->nsfd = nsref_open_proc_ns(&t->proc, &nstypes[NSTYPE_USER], &ignored);
	return rc;
}

int idmap_view_read(const char *ref, struct idmaps *m, struct nserr *e)
{
	__attribute__((cleanup(target_close))) struct target t;
	int rc = target_open(ref, &t, e);

	*m = IDMAPS_INIT;
	if (rc < 0)
		return rc;
	rc = read_maps(&t, m, e);
	if (rc < 0)
		idmaps_free(m);
	return rc;
}

/* Returns true if arg begins with "u:", "g:" or "s:". A file with such a name must be given as
 * "./u:…". */
static bool is_word(const char *arg)
{
	return arg[0] && strchr("ugs", arg[0]) && arg[1] == ':';
}

static int load_like(const char *arg, const char *ref, struct idmaps *m, struct nserr *e)
{
	int rc = idmap_view_read(ref, m, e);

	if (rc < 0)
		return rc;
	if (m->setgroups == IDMAP_SETGROUPS_ALLOW)
		m->setgroups = IDMAP_SETGROUPS_UNSET;
	if (m->map[IDMAP_UID].n || m->map[IDMAP_GID].n)
		return 0;
	/* if no id is mapped, return the same error as for an empty stream */
	nserr_set(e, 0,
		  "%s: no id of this user namespace is mapped to an id of the caller's user "
		  "namespace",
		  arg);
	return -ENOENT;
}

int idmap_view_load(const char *arg, struct idmaps *m, struct nserr *e)
{
	const char *ref = str_after(arg, "like:");
	cleanup_free char *text = NULL;
	ssize_t n;
	int rc;

	*m = IDMAPS_INIT;
	if (ref)
		return load_like(arg, ref, m, e);
	if (is_word(arg)) {
		rc = idmaps_parse(m, arg, strlen(arg), e);
		if (rc < 0)
			nserr_prefix(e, "'%.64s%s'", arg, strlen(arg) > 64 ? "…" : "");
		return rc;
	}
	n = stream_read(arg, &text, e);
	if (n == -ENOENT && strchr(arg, ':') && !arg[strspn(arg, "0123456789:,")])
		nserr_hint(e, "write the map as u:INSIDE:OUTSIDE:COUNT,g:INSIDE:OUTSIDE:COUNT");
	if (n < 0)
		return (int)n;
	rc = idmaps_parse(m, text, (size_t)n, e);
	if (rc < 0 && !streq(arg, "-"))
		nserr_prefix(e, "%s", arg);
	return rc;
}

int idmap_view_between(const struct idmap *a, const struct idmap *b, struct idmap *out)
{
	cleanup_idmap struct idmap back = IDMAP_INIT;
	int rc = idmap_copy(&back, b);

	*out = IDMAP_INIT;
	if (rc < 0)
		return rc;
	idmap_invert(&back);
	return idmap_compose(a, &back, out);
}

bool idmap_view_sees_all(const char *ref)
{
	__attribute__((cleanup(target_close))) struct target t = { NSREF_PROCESS_INIT, -1 };
	struct nserr ignored = NSERR_INIT;
	cleanup_fd int self = file_open_self(&ignored);
	uint64_t mine = self < 0 ? 0 : nsinode_at(self, "ns/user");

	if (mine == SYS_NS_INO_USER || target_open(ref, &t, &ignored) < 0)
		return mine == SYS_NS_INO_USER;
	/* the loop ends above the caller's own user namespace, because NS_GET_PARENT fails there
	 * (ioctl_ns(2)) */
	while (t.nsfd >= 0 && nsinode_of(t.nsfd) != mine) {
		int up = sys_ns_parent(t.nsfd);

		close(t.nsfd);
		t.nsfd = up;
	}
	return t.nsfd >= 0;
}

/* Computes the map from a namespace to its parent, from the maps of these two namespaces to the
 * caller's ids. The namespace must not be the caller's own. Returns 0 or a negative errno. */
static int view_parent(int nsfd, struct idmap_view *n)
{
	__attribute__((cleanup(target_close))) struct target up = { NSREF_PROCESS_INIT, -1 };
	cleanup_idmaps struct idmaps parent = IDMAPS_INIT;
	struct nserr ignored = NSERR_INIT;
	int rc;

	up.nsfd = nsfd < 0 ? -1 : sys_ns_parent(nsfd);
	rc = up.nsfd < 0 ? -EPERM : read_maps(&up, &parent, &ignored);

	for (int k = 0; rc == 0 && k < IDMAP_KINDS; k++)
		rc = idmap_view_between(&n->view[IDMAP_VIEW_ME].map[k], &parent.map[k],
					&n->view[IDMAP_VIEW_PARENT].map[k]);
	return rc;
}

int idmap_view_open(const char *ref, struct idmap_view *n, struct nserr *e)
{
	__attribute__((cleanup(target_close))) struct target t;
	cleanup_fd int self = file_open_self(e);
	uint64_t mine;
	int rc = target_open(ref, &t, e);

	*n = IDMAP_VIEW_INIT;
	if (rc < 0)
		return rc;
	rc = self < 0 ? self : read_maps(&t, &n->view[IDMAP_VIEW_ME], e);
	if (rc < 0)
		return rc;
	n->known[IDMAP_VIEW_ME] = true;
	mine = nsinode_at(self, "ns/user");
	n->inode = t.nsfd >= 0 ? nsinode_of(t.nsfd) : 0;
	if (mine == SYS_NS_INO_USER) {
		rc = idmaps_copy(&n->view[IDMAP_VIEW_INITIAL], &n->view[IDMAP_VIEW_ME]);
		n->known[IDMAP_VIEW_INITIAL] = rc == 0;
	}
	/* read the map to the parent from the caller's own map file; the initial namespace has no
	 * parent */
	if (n->inode == mine)
		n->known[IDMAP_VIEW_PARENT] = mine != SYS_NS_INO_USER &&
					      idmaps_read(self, &n->view[IDMAP_VIEW_PARENT], e) ==
						      0;
	else
		n->known[IDMAP_VIEW_PARENT] = view_parent(t.nsfd, n) == 0;
	return 0;
}

void idmap_view_free(struct idmap_view *n)
{
	for (int v = 0; v < IDMAP_VIEW_VIEWS; v++)
		idmaps_free(&n->view[v]);
}
