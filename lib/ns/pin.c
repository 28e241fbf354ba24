// SPDX-License-Identifier: GPL-2.0-or-later
/* pin: creates and removes the bind mounts of namespace files. A file stays open from the check to
 * the last use, so that no other user can replace it. */
#include "ns/pin.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "kernel/nsfile.h"
#include "kernel/sys_mount.h"
#include "kernel/sys_ns.h"
#include "ns/inode.h"
#include "ns/pin_mount.h"

static void explain(int target, const struct nstype *type, int rc, struct nserr *e)
{
	if (rc == -EINVAL && type->flag == CLONE_NEWNS && nspin_mount_is_shared(target)) {
		nserr_hint(
			e,
			"use --persist DIR, or run 'mount --bind DIR DIR && mount --make-private "
			"DIR': a mount namespace cannot be mounted on a file in a shared mount");
	} else if (rc == -EPERM) {
		nspin_mount_hint(e);
	}
}

/* Resolves pin->path. A link in the proc file system, such as /dev/fd/3, is replaced by the path of
 * the open file. Returns 0, or a negative errno with e set. */
static int find_file(struct nspin *pin, struct nserr *e)
{
	char target[PATH_MAX];
	ssize_t n;
	int rc = trustpath_resolve(pin->path, 0, &pin->at, e);

	if (rc == 0 && pin->at.is_proc_link) {
		n = readlinkat(pin->at.dir, pin->at.name, target, sizeof(target) - 1);
		if (n <= 0)
			return nserr_set(e, n < 0 ? errno : ENOENT, "cannot read the link '%s'",
					 pin->path);
		target[n] = '\0';
		trustpath_free(&pin->at);
		rc = trustpath_resolve(target, 0, &pin->at, e);
	}
	if (rc < 0 && e->errnum)
		nserr_set(e, rc, "cannot create '%s'", pin->path);
	return rc;
}

/*
 * Opens or creates the file. If `checked` is set (the directory is trusted), the owner of the file
 * must be trusted, too, because the owner could remove the file and with it the mount. Returns a
 * descriptor, or a negative errno with e set.
 */
static int open_file(struct nspin *pin, bool checked, struct nserr *e)
{
	cleanup_fd int fd = nspin_mount_open(&pin->at, 0);
	struct stat st;

	if (fd == -ENOENT) {
		/* the file is only a mount point, so it needs no permission bits (as in
		 * ip-netns(8)) */
		fd = file_open_at(pin->at.dir, pin->at.name,
				  O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0);
		pin->created = fd >= 0;
	}
	if (fd < 0)
		return nserr_set(e, fd, "cannot create '%s'", pin->path);
	if (pin->created)
		return TAKE_FD(fd);
	if (fstat(fd, &st) < 0)
		return nserr_set(e, errno, "cannot examine '%s'", pin->path);
	if (S_ISDIR(st.st_mode))
		return nserr_set(e, EISDIR, "cannot mount a namespace on '%s'", pin->path);
	if (S_ISLNK(st.st_mode))
		return nserr_set(e, ELOOP, "cannot mount a namespace on '%s'", pin->path);
	if (checked && !trustpath_is_trusted(st.st_uid)) {
		nserr_set(e, 0, "cannot mount a namespace on '%s': it belongs to user %u",
			  pin->path, st.st_uid);
		return -EACCES;
	}
	return TAKE_FD(fd);
}

/* Opens the mount of the namespace on the file. While the namespace is mounted, the file can
 * neither be renamed nor removed in this mount namespace. Returns a descriptor, or -EBUSY if
 * another mount covers the mount, or another negative errno. */
static int open_mount(const struct nspin *pin)
{
	cleanup_fd int fd = nspin_mount_open(&pin->at, 0);

	if (fd < 0)
		return fd;
	return nsinode_equal(pin->inode, nsinode_of(fd)) ? TAKE_FD(fd) : -EBUSY;
}

static int bind_file(struct nspin *pin, int procfd, const struct nstype *type, bool checked,
		     struct nserr *e)
{
	cleanup_fd int target = open_file(pin, checked, e), ns = -1, mount = -1;
	int rc;

	if (target < 0)
		return target;
	ns = nsfile_open_proc(procfd, type->file);
	if (ns < 0)
		return nserr_set(e, ns, "cannot open %s of the new process", type->file);
	rc = sys_mount(file_fd_path(ns).text, file_fd_path(target).text, "", MS_BIND, NULL);
	if (rc < 0) {
		nserr_set(e, rc, "cannot mount the %s namespace on '%s'", type->name, pin->path);
		explain(target, type, rc, e);
		return rc;
	}
	pin->inode = nsinode_of(ns);
	mount = open_mount(pin);
	if (mount >= 0)
		return 0;
	pin->inode = 0;
	nspin_mount_detach_named(&pin->at);
	return nserr_set(e, mount, "cannot open '%s', on which the %s namespace was mounted",
			 pin->path, type->name);
}

int nspin_bind(struct nspin *pin, const struct nspin_dir *dir, int procfd,
	       const struct nstype *type, struct nserr *e)
{
	int rc = 0;

	if (dir) {
		pin->at = (struct trustpath){ .dir = fcntl(dir->fd, F_DUPFD_CLOEXEC, 3),
					      .name = strdup(type->name) };
		if (pin->at.dir < 0 || !pin->at.name)
			rc = nserr_set(e, errno, "cannot mount a namespace on '%s'", pin->path);
	} else {
		rc = find_file(pin, e);
	}
	if (rc == 0)
		rc = bind_file(pin, procfd, type, dir != NULL, e);
	if (rc < 0)
		nspin_undo(pin);
	return rc;
}

void nspin_free(struct nspin *pin)
{
	trustpath_free(&pin->at);
	pin->inode = 0;
	pin->created = false;
}

void nspin_undo(struct nspin *pin)
{
	cleanup_fd int mount = pin->inode ? open_mount(pin) : -1;

	/* try each step again after a failure, because no other process will remove the mount */
	if (pin->inode && mount < 0)
		mount = open_mount(pin);
	if (mount >= 0 && nspin_mount_detach(mount) < 0)
		(void)!nspin_mount_detach(mount);
	if (pin->created)
		unlinkat(pin->at.dir, pin->at.name, 0);
	nspin_free(pin);
}

uint64_t nspin_id(void)
{
	cleanup_fd int fd = nsfile_open_proc(AT_FDCWD, "/proc/self/ns/mnt");
	uint64_t id;

	return fd >= 0 && sys_ns_mnt_id(fd, &id) == 0 ? id : 0;
}

int nspin_above(uint64_t id, struct nserr *e)
{
	cpu_set_t allowed, one;
	int rc = 0;

	if (nspin_id() >= id)
		return 0;
	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return nserr_set(e, errno, "cannot get the CPU affinity");
	/* Since Linux 6.18, each processor takes the ids of new mount namespaces from its own
	 * batch. So create a mount namespace on one processor after another until the id is high
	 * enough. Use processors that the affinity of the caller excludes, too, because each is
	 * used only for a moment. sched_setaffinity(2) fails for a processor that does not
	 * exist. */
	for (int cpu = 0; rc == 0 && nspin_id() < id && cpu < CPU_SETSIZE; cpu++) {
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (sched_setaffinity(0, sizeof(one), &one) == 0)
			rc = sys_unshare(CLONE_NEWNS);
	}
	if (sched_setaffinity(0, sizeof(allowed), &allowed) < 0)
		return nserr_set(e, errno, "cannot restore the CPU affinity");
	if (rc < 0)
		return nserr_set(e, rc, "cannot create another mount namespace");
	return nspin_id() >= id
		       ? 0
		       : nserr_set(e, EINVAL,
				   "cannot mount the new mount namespace on a file: its namespace "
				   "id must be higher than the id of the current mount namespace");
}
