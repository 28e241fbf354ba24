// SPDX-License-Identifier: GPL-2.0-or-later
/* nspin: bind mounts of namespace files, and taking them away again. */
#include "nspin.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "file.h"
#include "mountinfo.h"
#include "sys_mount.h"
#include "sys_ns.h"

/* Whether the mount that holds path is shared. */
static bool is_shared(const char *path)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line line;
	int id = mountinfo_id_of(path);

	if (id < 0 || mountinfo_read(&m, NULL) < 0)
		return false;
	while (mountinfo_next(&m, &line))
		if (line.id == id)
			return line.shared;
	return false;
}

static void hint_privilege(struct nserr *e)
{
	nserr_hint(e, "a namespace is kept by a mount outside of it, which needs CAP_SYS_ADMIN "
		      "there");
}

static void explain(const struct nspin *pin, const struct nstype *type, int rc, struct nserr *e)
{
	if (rc == -EINVAL && type->flag == CLONE_NEWNS && is_shared(pin->path)) {
		nserr_hint(e, "the file lies on a shared mount, which cannot hold a mount "
			      "namespace; make one that can: mount --bind DIR DIR && mount "
			      "--make-private DIR (--persist DIR does it)");
	} else if (rc == -EPERM) {
		hint_privilege(e);
	}
}

/* A descriptor of the file, so that what is checked and what is mounted on are the same. */
static int open_target(struct nspin *pin, struct nserr *e)
{
	struct stat st;
	int fd = file_open_at(AT_FDCWD, pin->path, O_PATH, 0);

	if (fd == -ENOENT) {
		/* no permission bits, as ip-netns(8) has it: nothing is to be read there */
		fd = file_open_at(AT_FDCWD, pin->path, O_RDONLY | O_CREAT | O_EXCL, 0);
		pin->created = fd >= 0;
	}
	if (fd < 0)
		return nserr_set(e, fd, "cannot create '%s'", pin->path);
	if (pin->created || (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode)))
		return fd;
	close(fd);
	return nserr_set(e, EISDIR, "cannot keep a namespace on '%s'", pin->path);
}

int nspin_bind(struct nspin *pin, int procfd, const struct nstype *type, struct nserr *e)
{
	cleanup_fd int target = -1, ns = -1;
	cleanup_free char *real = NULL;
	char from[32], to[32];
	int rc;

	target = open_target(pin, e);
	if (target < 0)
		return target;
	ns = file_open_at(procfd, type->file, O_RDONLY, 0);
	if (ns < 0) {
		nspin_undo(pin);
		return nserr_set(e, ns, "cannot open %s of the new process", type->file);
	}
	snprintf(from, sizeof(from), "/proc/self/fd/%d", ns);
	snprintf(to, sizeof(to), "/proc/self/fd/%d", target);
	/* path may be a link, and another one by the time that this is taken back */
	real = realpath(to, NULL);
	rc = real ? sys_mount(from, to, "", MS_BIND, NULL) : -errno;
	if (rc == 0) {
		pin->bound = real;
		real = NULL;
		return 0;
	}
	nserr_set(e, rc, "cannot keep the %s namespace on '%s'", type->name, pin->path);
	explain(pin, type, rc, e);
	close(TAKE_FD(target));
	nspin_undo(pin);
	return rc;
}

uint64_t nspin_id(void)
{
	cleanup_fd int fd = file_open_at(AT_FDCWD, "/proc/self/ns/mnt", O_RDONLY, 0);
	uint64_t id;

	return fd >= 0 && sys_ns_mnt_id(fd, &id) == 0 ? id : 0;
}

int nspin_above(uint64_t id, struct nserr *e)
{
	cpu_set_t all, one;
	int rc = 0;

	if (nspin_id() >= id)
		return 0;
	if (sched_getaffinity(0, sizeof(all), &all) < 0)
		return nserr_set(e, errno, "cannot tell the processors");
	for (int cpu = 0; rc == 0 && nspin_id() < id && cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &all))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (sched_setaffinity(0, sizeof(one), &one) == 0)
			rc = sys_unshare(CLONE_NEWNS);
	}
	if (sched_setaffinity(0, sizeof(all), &all) < 0)
		return nserr_set(e, errno, "cannot go back to all processors");
	return rc < 0 ? nserr_set(e, rc, "cannot make the mount namespace anew") : 0;
}

void nspin_undo(struct nspin *pin)
{
	/* once more, since nobody else will */
	if (pin->bound && sys_umount(pin->bound, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
		(void)!sys_umount(pin->bound, MNT_DETACH | UMOUNT_NOFOLLOW);
	if (pin->created)
		unlink(pin->path);
	free(pin->bound);
	pin->bound = NULL;
	pin->created = false;
}

int nspin_dir(const char *dir, bool *created, char **bound, struct nserr *e)
{
	char *real;
	int rc;

	*created = false;
	*bound = NULL;
	if (mkdir(dir, 0755) == 0)
		*created = true;
	else if (errno != EEXIST)
		return nserr_set(e, errno, "cannot create '%s'", dir);
	if (!is_shared(dir))
		return 0;
	real = realpath(dir, NULL);
	rc = real ? sys_mount(real, real, "", MS_BIND, NULL) : -errno;
	if (rc == 0) {
		*bound = real;
		rc = sys_mount("none", real, "", MS_PRIVATE, NULL);
	} else {
		free(real);
	}
	if (rc == 0)
		return 0;
	nspin_dir_undo(dir, *created, *bound);
	nserr_set(e, rc, "cannot make '%s' a private mount", dir);
	if (rc == -EPERM)
		hint_privilege(e);
	return rc;
}

void nspin_dir_undo(const char *dir, bool created, char *bound)
{
	if (bound)
		(void)!sys_umount(bound, MNT_DETACH | UMOUNT_NOFOLLOW);
	if (created)
		rmdir(dir);
	free(bound);
}

/* Lets go of one. 1, 0 when there is none, or a negative errno with e set. */
static int release_one(const char *path, struct nserr *e)
{
	struct statfs fs;
	struct stat st;
	int rc;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : nserr_set(e, errno, "cannot look at '%s'", path);
	if (!S_ISREG(st.st_mode))
		return 0;
	/* the same file may have been mounted on more than once */
	while (statfs(path, &fs) == 0 && fs.f_type == SYS_NS_MAGIC) {
		rc = sys_umount(path, MNT_DETACH | UMOUNT_NOFOLLOW);
		if (rc < 0)
			return nserr_set(e, rc, "cannot unmount '%s'", path);
	}
	/* a file with something in it was not made by us */
	if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0 && unlink(path) < 0)
		return nserr_set(e, errno, "cannot remove '%s'", path);
	return 1;
}

/* Whether a directory, by its path without links, is a mount of itself, as nspin_dir() makes, and
 * not somebody's file system. */
static bool is_bound_on_itself(const char *real)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT, parents = MOUNTINFO_INIT;
	struct mountinfo_line line, parent;
	char root[4096];
	int id = mountinfo_id_of(real);

	if (id < 0 || mountinfo_read(&m, NULL) < 0 || mountinfo_read(&parents, NULL) < 0)
		return false;
	do {
		if (!mountinfo_next(&m, &line))
			return false;
	} while (line.id != id);
	do {
		if (!mountinfo_next(&parents, &parent))
			return false;
	} while (parent.id != line.parent);
	snprintf(root, sizeof(root), "%s%s", streq(parent.root, "/") ? "" : parent.root,
		 real + (streq(parent.target, "/") ? 0 : strlen(parent.target)));
	return streq(line.target, real) && streq(line.root, root) &&
	       streq(line.source, parent.source);
}

int nspin_release(const char *dir, struct nserr *e)
{
	cleanup_free char *real = realpath(dir, NULL);
	char path[4096];
	int n = 0;

	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		int rc;

		if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, nstypes[i].name) >=
		    sizeof(path))
			return nserr_set(e, ENAMETOOLONG, "cannot use '%s'", dir);
		rc = release_one(path, e);
		if (rc < 0)
			return rc;
		n += rc;
	}
	if (n == 0)
		return nserr_set(e, ENOENT, "no namespaces are kept in '%s'", dir);
	if (real && is_bound_on_itself(real))
		(void)!sys_umount(real, UMOUNT_NOFOLLOW);
	rmdir(dir);
	return n;
}
