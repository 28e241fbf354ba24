// SPDX-License-Identifier: GPL-2.0-or-later
/* mount: creates idmapped mounts. */
#include "idmap/mount.h"

#include <fcntl.h>
#include <sys/wait.h>

#include "base/file.h"
#include "idmap/procfile.h"
#include "kernel/mountinfo.h"
#include "kernel/nsfile.h"
#include "kernel/proc_stat.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_filter.h"
#include "kernel/sys_mount.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_pidfd.h"

/* Writes the maps of the user namespace of the child `pid`, which waits until they are written.
 * Returns a descriptor of this user namespace, or a negative errno with e set. */
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

/*
 * Creates a user namespace that only provides the maps for mount_setattr(2). It is a child of the
 * caller's user namespace. A helper process creates the namespace, and has ended when this function
 * returns. Returns a descriptor, or a negative errno with e set.
 */
static int make_userns(const struct idmaps *m, struct nserr *e)
{
	int line[2], fd;
	pid_t pid;
	char c;

	if (pipe2(line, O_CLOEXEC) < 0)
		return nserr_set(e, errno, "cannot create a pipe");
	pid = sys_clone(CLONE_NEWUSER, NULL);
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

/*
 * Sets e to the error rc of a mount whose ids cannot be mapped, and returns rc. dir is a descriptor
 * of path. mount_setattr(2), "ID-mapped mounts": the caller needs CAP_SYS_ADMIN in the user
 * namespace in which the file system was mounted, the file system must support idmapped mounts, and
 * a mount can be mapped only once.
 */
static int fail_map(int rc, const char *path, int dir, struct nserr *e)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line line;

	nserr_set(e, rc, "cannot map the ids of '%s'", path);
	if (rc == -EPERM && mountinfo_find(&m, mountinfo_id_of_fd(dir), &line) &&
	    mountinfo_has_option(line.options, "idmapped"))
		nserr_hint(e,
			   "use another mount of the file system: this mount is already idmapped");
	else if (rc == -EPERM && (sys_ns_in_userns() > 0 || !sys_cap_has(CAP_SYS_ADMIN)))
		nserr_hint(e, "run the command with CAP_SYS_ADMIN in the user namespace in which "
			      "the file system was mounted");
	else if (rc == -EINVAL)
		nserr_hint(e, "use another directory: the file system of this directory or a file "
			      "system mounted below it does not support idmapped mounts");
	else if (rc == -ENOSYS)
		nserr_hint(e, "use Linux 5.12 or later for idmapped mounts");
	sys_filter_explain("mount_setattr(2)", e);
	return rc;
}

int idmap_mount_tree(int dirfd, const char *path, bool recursive, const struct idmaps *m,
		     struct nserr *e)
{
	const unsigned all = recursive ? AT_RECURSIVE : 0;
	cleanup_fd int userns = -1;
	cleanup_fd int dir = file_open_at(dirfd, path, O_PATH, 0);
	cleanup_fd int tree = dir < 0 ? dir : sys_open_tree(dirfd, path, OPEN_TREE_CLONE | all);
	int rc;

	if (tree < 0) {
		nserr_set(e, tree, "cannot copy the mount of '%s'", path);
		if (tree == -EINVAL && !recursive && mountinfo_is_locked(dir))
			nserr_hint(e, "add --recursive: in a user namespace, an inherited mount "
				      "cannot be separated from the mounts below it");
		else if (tree == -EPERM && !sys_cap_has(CAP_SYS_ADMIN))
			nserr_hint(e, "run the command with CAP_SYS_ADMIN, which is needed to copy "
				      "a mount");
		sys_filter_explain("open_tree(2)", e);
		return tree;
	}
	userns = make_userns(m, e);
	if (userns < 0)
		return userns;
	rc = sys_mount_setattr(tree, "", AT_EMPTY_PATH | all, MOUNT_ATTR_IDMAP, 0, 0, userns);
	return rc < 0 ? fail_map(rc, path, dir, e) : TAKE_FD(tree);
}
