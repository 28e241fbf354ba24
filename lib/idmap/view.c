// SPDX-License-Identifier: GPL-2.0-or-later
/* idmapns: a map file tells what the reader's namespace sees, so every map is brought to the ids of
 * the caller, and views and translations are made of those. */
#include "idmap/view.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/stream.h"
#include "idmap/procfile.h"
#include "kernel/proc_stat.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_pidfd.h"

static uint64_t inode_of(int dirfd, const char *path)
{
	struct stat st;

	return fstatat(dirfd, path, &st, path[0] ? 0 : AT_EMPTY_PATH) == 0 ? st.st_ino : 0;
}

/* The inside ids of a map to themselves. */
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
 * An extent is told by where its first id is for the reader; the ids after it follow only as far as
 * one extent of the reader's own map goes. (An ancestor always sees the whole: the kernel takes no
 * extent across two of its parent's.)
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

/* The maps of a process to the caller's ids. */
static int read_proc(int procfd, struct idmaps *m, struct nserr *e)
{
	cleanup_idmaps struct idmaps own = IDMAPS_INIT;
	cleanup_fd int self = file_open_self(e);
	uint64_t mine, theirs;
	int rc = self < 0 ? self : idmaps_read(procfd, m, e);

	if (rc == 0)
		rc = idmaps_read(self, &own, e);
	if (rc < 0)
		return rc;
	mine = inode_of(self, "ns/user");
	theirs = inode_of(procfd, "ns/user");
	/* who may not be looked at is in our own namespace when it shows the very same maps */
	if (theirs ? mine == theirs : same(m, &own)) {
		make_identity(m);
		return 0;
	}
	for (int k = 0; rc == 0 && k < IDMAP_KINDS; k++)
		rc = clip(&m->map[k], &own.map[k]);
	return rc < 0 ? nserr_set(e, rc, "cannot hold the map") : 0;
}

/* A process of ours that enters the namespace and waits there until the line is closed. */
static pid_t fork_into(int nsfd, int line[2], struct nserr *e)
{
	char ready = 0;
	pid_t pid;
	int rc;

	if (pipe2(line, O_CLOEXEC) < 0)
		return nserr_set(e, errno, "cannot make a pipe");
	int back[2];

	if (pipe2(back, O_CLOEXEC) < 0) {
		rc = -errno;
		close(line[0]);
		close(line[1]);
		return nserr_set(e, rc, "cannot make a pipe");
	}
	pid = sys_clone(0, -1, NULL);
	if (pid == 0) {
		close(line[1]);
		rc = sys_setns(nsfd, CLONE_NEWUSER);
		ready = (char)-rc;
		(void)!write(back[1], &ready, 1);
		close(back[1]);
		(void)!RETRY_EINTR(read(line[0], &ready, 1));
		_exit(0);
	}
	close(line[0]);
	close(back[1]);
	rc = pid < 0 ? pid : 0;
	if (rc == 0 && RETRY_EINTR(read(back[0], &ready, 1)) != 1)
		rc = -ECHILD;
	else if (rc == 0 && ready)
		rc = -(unsigned char)ready;
	close(back[0]);
	if (rc == 0)
		return pid;
	close(line[1]);
	if (pid > 0)
		(void)RETRY_EINTR(waitpid(pid, NULL, 0));
	return nserr_set(e, rc, "cannot enter the user namespace to read its maps");
}

static int read_inside(int nsfd, struct idmaps *m, struct nserr *e)
{
	cleanup_fd int procfd = -1;
	int line[2], rc;
	pid_t pid = fork_into(nsfd, line, e);

	if (pid < 0) {
		if (pid == -EPERM)
			nserr_hint(e, "no visible process is in it, and entering it needs "
				      "CAP_SYS_ADMIN there");
		return pid;
	}
	procfd = proc_stat_open(pid, e);
	rc = procfd < 0 ? procfd : read_proc(procfd, m, e);
	close(line[1]);
	(void)RETRY_EINTR(waitpid(pid, NULL, 0));
	return rc;
}

/* The maps of a namespace that may have no process. */
static int read_fd(int nsfd, struct idmaps *m, struct nserr *e)
{
	cleanup_fd int self = file_open_self(e);

	*m = IDMAPS_INIT;
	if (self < 0)
		return self;
	/* one's own cannot be entered: EINVAL */
	if (inode_of(nsfd, "") == inode_of(self, "ns/user"))
		return read_proc(self, m, e);
	return read_inside(nsfd, m, e);
}

/* Opens what ref names: always a namespace descriptor when that may be had, and for a process its
 * directory too. */
struct target {
	struct nsref_process proc;
	int nsfd;
};

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

static int target_read(const struct target *t, struct idmaps *m, struct nserr *e)
{
	return t->proc.procfd >= 0 ? read_proc(t->proc.procfd, m, e) : read_fd(t->nsfd, m, e);
}

int idmap_view_read(const char *ref, struct idmaps *m, struct nserr *e)
{
	__attribute__((cleanup(target_close))) struct target t;
	int rc = target_open(ref, &t, e);

	*m = IDMAPS_INIT;
	if (rc == 0)
		rc = target_read(&t, m, e);
	if (rc < 0)
		idmaps_free(m);
	return rc;
}

/* "u:", "g:" or "s:": a file of such a name is "./u:…". */
static bool is_word(const char *arg)
{
	return arg[0] && strchr("ugs", arg[0]) && arg[1] == ':';
}

int idmap_view_load(const char *arg, struct idmaps *m, struct nserr *e)
{
	const char *ref = str_after(arg, "like:");
	cleanup_free char *text = NULL;
	ssize_t n;
	int rc;

	*m = IDMAPS_INIT;
	if (ref) {
		rc = idmap_view_read(ref, m, e);
		if (rc == 0 && m->setgroups == IDMAP_SETGROUPS_ALLOW)
			m->setgroups = IDMAP_SETGROUPS_UNSET;
		/* as in a stream: no map at all is nothing that somebody asks for */
		if (rc == 0 && m->map[IDMAP_UID].n == 0 && m->map[IDMAP_GID].n == 0) {
			nserr_set(e, 0, "%s: no id of that user namespace is mapped to one of ours",
				  arg);
			return -ENOENT;
		}
		return rc;
	}
	if (is_word(arg))
		return idmaps_parse(m, arg, strlen(arg), e);
	n = stream_read(arg, &text, e);
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
	uint64_t mine = self < 0 ? 0 : inode_of(self, "ns/user");

	if (mine == SYS_NS_INO_USER || target_open(ref, &t, &ignored) < 0)
		return mine == SYS_NS_INO_USER;
	/* ioctl_ns(2): the parent is told as long as it is not above the caller's own */
	while (t.nsfd >= 0 && inode_of(t.nsfd, "") != mine) {
		int up = sys_ns_parent(t.nsfd);

		close(t.nsfd);
		t.nsfd = up;
	}
	return t.nsfd >= 0;
}

/* The parent's view of a namespace that is not the caller's own: both are brought to our ids. */
static int view_parent(int nsfd, struct idmap_view *n)
{
	cleanup_idmaps struct idmaps parent = IDMAPS_INIT;
	struct nserr ignored = NSERR_INIT;
	cleanup_fd int up = nsfd < 0 ? -1 : sys_ns_parent(nsfd);
	int rc = up < 0 ? -EPERM : read_fd(up, &parent, &ignored);

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
	if (rc == 0)
		rc = self < 0 ? self : target_read(&t, &n->view[IDMAP_VIEW_ME], e);
	if (rc < 0)
		return rc;
	n->known[IDMAP_VIEW_ME] = true;
	mine = inode_of(self, "ns/user");
	n->inode = t.nsfd >= 0 ? inode_of(t.nsfd, "") : 0;
	if (mine == SYS_NS_INO_USER) {
		rc = idmaps_copy(&n->view[IDMAP_VIEW_INITIAL], &n->view[IDMAP_VIEW_ME]);
		n->known[IDMAP_VIEW_INITIAL] = rc == 0;
	}
	/* the file of one's own map is the parent's view; the initial namespace has no parent */
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
