// SPDX-License-Identifier: GPL-2.0-or-later
/* ref_deep: adds to the index the namespaces to which no path in /proc leads: namespaces of
 * sockets, and namespaces that are mounted in mount namespaces without a process. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/file.h"
#include "kernel/mountinfo.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_pidfd.h"
#include "ns/inode.h"
#include "ns/ref_index.h"
#include "ns/socket.h"

/* ---- Mounts in mount namespaces without a process ---- */

/* Opens the namespace that is mounted on the path of the line l. Returns a descriptor or a negative
 * errno: -ENOENT if the index has the namespace, or if no namespace is mounted there. */
static int open_unknown(const struct mountinfo_line *l)
{
	const struct nstype *type;
	uint64_t inode;
	int fd;

	if (!streq(l->fstype, "nsfs") ||
	    nstype_parse_link(l->root, strlen(l->root), &type, &inode) < 0 ||
	    nsindex_find(type, inode, 0))
		return -ENOENT;
	fd = nsfile_open_mount(&nsindex.proc, AT_FDCWD, l->target);
	if (fd >= 0 && nsinode_of(fd) != inode) { /* another mount covers the namespace */
		close(fd);
		return -ENOENT;
	}
	return fd;
}

/* Enters the mount namespace and opens all namespaces that are mounted there. Writes the numbers of
 * the descriptors to `to`. Runs in a child that shares the descriptors with its parent. Returns 0
 * or a negative errno. */
static int open_all_inside(int proc, int mnt, int to)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line line;
	int rc = sys_setns(mnt, CLONE_NEWNS);

	if (rc == 0)
		rc = mountinfo_read_at(&m, proc, "self/mountinfo");
	while (rc == 0 && mountinfo_next(&m, &line)) {
		int fd = open_unknown(&line);

		if (fd == -EMFILE || fd == -ENFILE)
			return fd;
		if (fd >= 0)
			rc = file_write_all(to, &fd, sizeof(fd));
		if (rc < 0) /* the pipe is full, because there are more namespaces than expected */
			close(fd);
	}
	return rc;
}

/* Adds the namespaces that are mounted in the mount namespace mnt. A child enters mnt, because
 * setns(2) changes the root and the working directory. */
static void add_mounts_of(int proc, int mnt)
{
	int back[2], fd, status = 0;
	pid_t pid;

	if (pipe2(back, O_CLOEXEC | O_NONBLOCK) < 0) {
		nsindex_note_error(-errno);
		return;
	}
	pid = sys_clone(CLONE_FILES, NULL);
	if (pid == 0)
		_exit(-open_all_inside(proc, mnt, back[1]));
	if (pid > 0 && RETRY_EINTR(waitpid(pid, &status, 0)) == pid && WIFEXITED(status))
		nsindex_note_error(-WEXITSTATUS(status));
	else
		nsindex_note_error(pid);
	close(back[1]);
	while (RETRY_EINTR(read(back[0], &fd, sizeof(fd))) == (ssize_t)sizeof(fd))
		nsindex_keep(fd);
	close(back[0]);
}

void nsindex_add_inner_mounts(int proc)
{
	/* the index grows during the loop, because a mount namespace may be mounted in another one
	 */
	for (size_t i = 0; i < nsindex.n; i++) {
		cleanup_fd int mnt = -1;

		if (nsindex.e[i].type != &nstypes[NSTYPE_MNT] || nsindex.e[i].mounts_read)
			continue;
		nsindex.e[i].mounts_read = true;
		mnt = nsindex_open(proc, &nsindex.e[i]);
		if (mnt >= 0)
			add_mounts_of(proc, mnt);
	}
}

/* ---- Sockets ---- */

/* The sockets of all processes. */
struct sockets {
	struct nssocket *s;
	size_t n, size;
};

/* Adds the descriptor at `where` (ID/fd/N of a process or thread) if it is a socket. */
static void note_socket(int proc, const char *where, void *arg)
{
	struct sockets *all = arg;
	struct nssocket *more;
	struct statx st;

	if (nsfile_identify(&nsindex.proc, proc, where, &st) != 0 || !S_ISSOCK(st.stx_mode))
		return;
	if (all->n == all->size) {
		all->size = all->size ? 2 * all->size : 64;
		more = reallocarray(all->s, all->size, sizeof(*more));
		if (!more) {
			nsindex.err = -ENOMEM;
			all->size = all->n;
			return;
		}
		all->s = more;
	}
	all->s[all->n++] = (struct nssocket){ .pid = (pid_t)atoi(where),
					      .fd = atoi(strrchr(where, '/') + 1),
					      .inode = st.stx_ino };
}

static void note_sockets(int proc, const char *where, void *arg)
{
	nsindex_each_fd(proc, where, note_socket, arg);
}

void nsindex_add_sockets(int proc)
{
	struct sockets all = { 0 };
	int rc;

	nsindex_each_number(proc, ".", note_sockets, &all);
	rc = nssocket_ask(all.s, all.n);
	nsindex_note_error(rc);
	for (size_t i = 0; rc == 0 && i < all.n; i++) {
		cleanup_fd int pidfd = -1;

		if (all.s[i].rc < 0 || nsindex_find(&nstypes[NSTYPE_NET], all.s[i].ns, 0))
			continue;
		pidfd = sys_pidfd_open_task(all.s[i].pid);
		if (pidfd >= 0)
			nsindex_keep(nssocket_open(pidfd, all.s[i].fd));
	}
	free(all.s);
}
