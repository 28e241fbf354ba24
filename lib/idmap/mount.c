// SPDX-License-Identifier: GPL-2.0-or-later
/* idmount: idmapped mounts. */
#include "idmap/mount.h"

#include <sys/wait.h>

#include "idmap/procfile.h"
#include "kernel/nsfile.h"
#include "kernel/proc_stat.h"
#include "kernel/sys_mount.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_pidfd.h"

/* The namespace of a child of ours that waits in a new one. */
static int take_userns(pid_t pid, const struct idmaps *m, struct nserr *e)
{
	cleanup_fd int procfd = proc_stat_open(pid, e);
	int fd, rc;

	if (procfd < 0)
		return procfd;
	rc = idmaps_write(procfd, m, e);
	if (rc < 0)
		return rc;
	fd = nsfile_open_proc(procfd, "ns/user");
	return fd < 0 ? nserr_set(e, fd, "cannot open /proc/%d/ns/user", pid) : fd;
}

int idmap_mount_userns(const struct idmaps *m, struct nserr *e)
{
	int line[2], fd;
	pid_t pid;
	char c;

	if (pipe2(line, O_CLOEXEC) < 0)
		return nserr_set(e, errno, "cannot make a pipe");
	pid = sys_clone(CLONE_NEWUSER, -1, NULL);
	if (pid == 0) {
		close(line[1]);
		(void)!RETRY_EINTR(read(line[0], &c, 1));
		_exit(0);
	}
	fd = pid < 0 ? nserr_set(e, pid, "cannot create a user namespace for the map")
		     : take_userns(pid, m, e);
	close(line[0]);
	close(line[1]);
	if (pid > 0)
		(void)RETRY_EINTR(waitpid(pid, NULL, 0));
	return fd;
}

/* mount_setattr(2), idmapped mounts: the caller needs CAP_SYS_ADMIN where the file system was
 * mounted; the file system must know them; a mount is mapped once. */
static int fail_map(int rc, const char *path, struct nserr *e)
{
	nserr_set(e, rc, "cannot map the ids of '%s'", path);
	if (rc == -EPERM)
		nserr_hint(e, "it needs CAP_SYS_ADMIN in the user namespace that the file system "
			      "was mounted in, and a mount that has no map yet");
	else if (rc == -EINVAL)
		nserr_hint(e, "its file system, or one mounted below, knows no idmapped mounts");
	if (rc == -ENOSYS)
		nserr_hint(e, "idmapped mounts need Linux 5.12");
	return rc;
}

int idmap_mount_tree(int dirfd, const char *path, bool recursive, const struct idmaps *m,
		     struct nserr *e)
{
	const unsigned all = recursive ? AT_RECURSIVE : 0;
	cleanup_fd int userns = -1;
	cleanup_fd int tree = sys_open_tree(dirfd, path, OPEN_TREE_CLONE | all);
	int rc;

	if (tree < 0) {
		nserr_set(e, tree, "cannot take a copy of the mount of '%s'", path);
		if (tree == -EINVAL && !recursive)
			nserr_hint(e, "mounts below it are locked to it: take them along");
		return tree;
	}
	userns = idmap_mount_userns(m, e);
	if (userns < 0)
		return userns;
	rc = sys_mount_setattr(tree, "", AT_EMPTY_PATH | all, MOUNT_ATTR_IDMAP, 0, 0, userns);
	return rc < 0 ? fail_map(rc, path, e) : TAKE_FD(tree);
}
