// SPDX-License-Identifier: GPL-2.0-or-later
/* cgroup: directories of the cgroup file systems: finding, making, entering, removing. */
#include "cgroup.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>

#include "file.h"
#include "mountinfo.h"

/* What /proc/self/cgroup says of the hierarchy with these mount options: the path, or NULL. A line
 * is "ID:CONTROLLERS:PATH", with neither id nor controllers for version 2. */
static const char *own_path(char *text, const struct mountinfo_line *mount, char *buf, size_t size)
{
	char *copy = strdup(text), *rest = copy, *line;
	bool found = false;

	while (copy && !found && (line = strsep(&rest, "\n")) && *line) {
		char *controllers, *first;

		strsep(&line, ":");
		controllers = strsep(&line, ":");
		if (!controllers || !line)
			continue;
		first = strsep(&controllers, ",");
		found = streq(mount->fstype, "cgroup2")
				? *first == '\0'
				: *first && mountinfo_has_option(mount->super, first);
		if (found && (size_t)snprintf(buf, size, "%s", line) >= size)
			found = false;
	}
	free(copy);
	return found ? buf : NULL;
}

static int add_dir(struct cgroup *c, bool v2, const char *mount, const char *path, struct nserr *e)
{
	struct cgroup_dir *d = &c->dir[c->n];

	if (c->n == CGROUP_MAX)
		return 0;
	if (asprintf(&d->path, "%s%s", mount, path) < 0)
		return nserr_set(e, ENOMEM, "cannot name the cgroup");
	d->fd = -1;
	d->v2 = v2;
	c->n++;
	return 0;
}

/* What of a path from the root of the hierarchy is below the mount, or NULL when the mount does not
 * show it; another may. */
static const char *below_mount(const char *path, const struct mountinfo_line *mount)
{
	const char *below = streq(mount->root, "/") ? path : str_after(path, mount->root);

	return below && (*below == '/' || *below == '\0') ? below : NULL;
}

/* The directory that c->name is in that mount. */
static int add_mount(struct cgroup *c, const struct mountinfo_line *mount, char *own,
		     struct nserr *e)
{
	bool v2 = streq(mount->fstype, "cgroup2");
	char base[4096] = "", path[8192];
	const char *below;

	if (c->name[0] == '/')
		return add_dir(c, v2, mount->target, c->name, e);
	if (!own_path(own, mount, base, sizeof(base)))
		return 0;
	below = below_mount(base, mount);
	if (!below)
		return 0;
	snprintf(path, sizeof(path), "%s%s%s", below, streq(below, "/") ? "" : "/", c->name);
	return add_dir(c, v2, mount->target, path, e);
}

static bool is_cgroup_dir(const char *path, bool *v2)
{
	struct statfs fs;

	if (statfs(path, &fs) < 0)
		return false;
	*v2 = fs.f_type == CGROUP2_SUPER_MAGIC;
	return *v2 || fs.f_type == CGROUP_SUPER_MAGIC;
}

/* The length of what the first len bytes of path are in: 2 for "/a//b", 0 for "a" and "/". */
static size_t above(const char *path, size_t len)
{
	while (len > 0 && path[len - 1] == '/')
		len--;
	while (len > 0 && path[len - 1] != '/')
		len--;
	while (len > 1 && path[len - 2] == '/')
		len--;
	return len > 1 ? len - 1 : 0;
}

/* Whether path, or the first directory above it that is there, is in a cgroup file system. */
static bool is_in_cgroupfs(const char *path, bool *v2)
{
	for (size_t len = strlen(path); len > 0; len = above(path, len)) {
		cleanup_free char *dir = strndup(path, len);

		if (!dir)
			return false;
		if (access(dir, F_OK) == 0)
			return is_cgroup_dir(dir, v2);
	}
	return false;
}

int cgroup_place(struct cgroup *c, char *own, struct mountinfo *m, struct nserr *e)
{
	struct mountinfo_line line;
	int rc = 0;

	while (rc == 0 && mountinfo_next(m, &line))
		if (streq(line.fstype, "cgroup2") || streq(line.fstype, "cgroup"))
			rc = add_mount(c, &line, own, e);
	if (rc == 0 && c->n == 0)
		rc = nserr_set(e, EOPNOTSUPP, "no cgroup file system is mounted");
	return rc;
}

int cgroup_find(struct cgroup *c, const char *name, struct nserr *e)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	char own[16384];
	ssize_t n;
	bool v2;
	int rc;

	*c = (struct cgroup){ .name = name };
	if (name[0] == '\0')
		return nserr_set(e, 0, "a cgroup needs a name");
	if (name[0] == '/' && is_in_cgroupfs(name, &v2))
		return add_dir(c, v2, "", name, e);
	n = file_read_at(AT_FDCWD, "/proc/self/cgroup", own, sizeof(own));
	if (n < 0)
		return nserr_set(e, (int)n, "cannot read /proc/self/cgroup");
	rc = mountinfo_read(&m, e);
	return rc < 0 ? rc : cgroup_place(c, own, &m, e);
}

/* Opens the directory that theirs, a /proc/PID/cgroup, names for a mounted hierarchy, unless it is
 * the caller's too. */
static int add_of(struct cgroup *c, const struct mountinfo_line *mount, char *theirs, char *own,
		  struct nserr *e)
{
	bool v2 = streq(mount->fstype, "cgroup2");
	char path[4096], own_dir[4096];
	const char *below;
	int rc;

	if (!own_path(theirs, mount, path, sizeof(path)) ||
	    (own_path(own, mount, own_dir, sizeof(own_dir)) && streq(path, own_dir)))
		return 0;
	if (str_after(path, "/..")) /* cgroup_namespaces(7) */
		return nserr_set(e, EXDEV, "the cgroup %s is outside of the cgroup namespace",
				 path);
	below = below_mount(path, mount);
	if (!below)
		return 0;
	rc = add_dir(c, v2, mount->target, below, e);
	if (rc < 0)
		return rc;
	c->dir[c->n - 1].fd = file_open_at(AT_FDCWD, c->dir[c->n - 1].path, O_PATH | O_DIRECTORY,
					   0);
	rc = c->dir[c->n - 1].fd;
	return rc < 0 ? nserr_set(e, rc, "cannot open the cgroup '%s'", c->dir[c->n - 1].path) : 0;
}

int cgroup_of(struct cgroup *c, int procfd, struct nserr *e)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line line;
	char theirs[16384], own[16384];
	ssize_t n = file_read_at(procfd, "cgroup", theirs, sizeof(theirs));
	int rc;

	*c = (struct cgroup){ .name = "of the target" };
	if (n >= 0)
		n = file_read_at(AT_FDCWD, "/proc/self/cgroup", own, sizeof(own));
	if (n < 0)
		return nserr_set(e, (int)n, "cannot read the cgroup of the process");
	rc = mountinfo_read(&m, e);
	while (rc == 0 && mountinfo_next(&m, &line))
		if (streq(line.fstype, "cgroup2") || streq(line.fstype, "cgroup"))
			rc = add_of(c, &line, theirs, own, e);
	return rc;
}

/* Whether the hierarchy of d has the file of a setting: its root and every cgroup have nearly the
 * same ones, so it is looked for where the cgroup is to be. */
static bool has_file(const struct cgroup_dir *d, const char *setting)
{
	size_t n = strcspn(setting, "=");
	char path[8192];

	/* a name of version 1 begins with its controller, and the mount's directory tells that */
	for (char *slash = d->path; slash; slash = strchr(slash + 1, '/')) {
		snprintf(path, sizeof(path), "%.*s/%.*s", (int)(slash - d->path), d->path, (int)n,
			 setting);
		if (access(path, F_OK) == 0)
			return true;
	}
	snprintf(path, sizeof(path), "%s/%.*s", d->path, (int)n, setting);
	return access(path, F_OK) == 0;
}

static bool is_needed(const struct cgroup *c, const struct cgroup_dir *d, const char *const *set,
		      size_t n)
{
	bool any = false;

	if (c->n == 1 || d->v2)
		return true;
	for (size_t i = 0; i < c->n; i++)
		any |= c->dir[i].v2;
	for (size_t i = 0; i < n; i++)
		if (has_file(d, set[i]))
			return true;
	return !any && n == 0;
}

/* mkdir(2) of the first len bytes of the path. */
static int make_dir(const struct cgroup_dir *d, size_t len)
{
	cleanup_free char *path = strndup(d->path, len);

	if (!path)
		return -ENOMEM;
	return mkdir(path, 0755) < 0 ? -errno : 0;
}

/* The same, and what is missing above it. */
static int make_dirs(struct cgroup_dir *d, size_t len)
{
	size_t parent = above(d->path, len);
	int rc = make_dir(d, len);

	if (rc == -ENOENT && parent > 0) {
		rc = make_dirs(d, parent);
		if (rc == 0)
			rc = make_dir(d, len);
	}
	if (rc == 0 && d->made == 0)
		d->made = len;
	/* made in between by somebody else, who is in what we made above it, too */
	if (rc == -EEXIST)
		d->made = 0;
	return rc == -EEXIST ? 0 : rc;
}

static int open_dir(struct cgroup_dir *d, bool create, struct nserr *e)
{
	int rc = create ? make_dirs(d, strlen(d->path)) : 0;

	if (rc < 0) {
		nserr_set(e, rc, "cannot create the cgroup '%s'", d->path);
		if (rc == -EACCES || rc == -EPERM)
			nserr_hint(e, "it needs a cgroup that is delegated to you (systemd-run "
				      "--user -p Delegate=yes)");
		return rc;
	}
	d->fd = file_open_at(AT_FDCWD, d->path, O_PATH | O_DIRECTORY, 0);
	if (d->fd < 0 && create)
		return nserr_set(e, d->fd, "cannot open the cgroup '%s'", d->path);
	return 0;
}

int cgroup_open(struct cgroup *c, bool create, const char *const *set, size_t n, struct nserr *e)
{
	bool found = false;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < c->n; i++) {
		struct cgroup_dir *d = &c->dir[i];

		if (!create || is_needed(c, d, set, n))
			rc = open_dir(d, create, e);
		found |= d->fd >= 0;
	}
	if (rc == 0 && !found) {
		rc = nserr_set(e, ENOENT, "no cgroup '%s'", c->name);
		nserr_hint(e, "--cgroup-create makes it");
	}
	if (rc < 0) {
		struct nserr ignored = NSERR_INIT;

		(void)!cgroup_remove(c, &ignored);
	}
	return rc;
}

int cgroup_set(const struct cgroup *c, const char *setting, struct nserr *e)
{
	const char *value = strchr(setting, '=');
	char file[256];
	int rc;

	snprintf(file, sizeof(file), "%.*s", (int)(value - setting), setting);
	for (size_t i = 0; i < c->n; i++) {
		if (c->dir[i].fd < 0 || faccessat(c->dir[i].fd, file, F_OK, 0) < 0)
			continue;
		rc = file_write_at(c->dir[i].fd, file, value + 1);
		return rc < 0 ? nserr_set(e, rc, "cannot write '%s' to %s/%s", value + 1,
					  c->dir[i].path, file)
			      : 0;
	}
	rc = nserr_set(e, ENOENT, "no cgroup file '%s'", file);
	nserr_hint(e, "its controller is not in cgroup.subtree_control of the cgroup above, or not "
		      "known to this kernel");
	return rc;
}

int cgroup_join(const struct cgroup *c, pid_t pid, bool skip_v2, struct nserr *e)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	for (size_t i = 0; i < c->n; i++) {
		const struct cgroup_dir *d = &c->dir[i];
		int rc;

		if (d->fd < 0 || (skip_v2 && d->v2))
			continue;
		rc = file_write_at(d->fd, "cgroup.procs", text);
		if (rc == 0)
			continue;
		nserr_set(e, rc, "cannot move the process to the cgroup '%s'", d->path);
		if (rc == -EBUSY)
			nserr_hint(e, "a cgroup with controllers in cgroup.subtree_control holds "
				      "no processes itself");
		else if (rc == -EACCES)
			nserr_hint(e, "it needs write permission to cgroup.procs there and in the "
				      "cgroup above both");
		else if (rc == -ENOSPC)
			nserr_hint(e, "cpuset.cpus and cpuset.mems of it are empty");
		return rc;
	}
	return 0;
}

int cgroup_v2_fd(const struct cgroup *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->dir[i].v2)
			return c->dir[i].fd;
	return -1;
}

/* What was made above a cgroup stays when somebody else has come to use it. */
static void remove_above(const struct cgroup_dir *d)
{
	for (size_t len = above(d->path, strlen(d->path)); len >= d->made;
	     len = above(d->path, len)) {
		cleanup_free char *path = strndup(d->path, len);

		if (!path || rmdir(path) < 0)
			return;
	}
}

int cgroup_remove(struct cgroup *c, struct nserr *e)
{
	const struct timespec pause = { 0, 10000000 };
	int rc = 0;

	for (size_t i = 0; i < c->n; i++) {
		struct cgroup_dir *d = &c->dir[i];
		int tries = 100;

		if (d->made == 0)
			continue;
		/* what was killed is still in it for a moment, and no version 1 file tells when */
		while (rmdir(d->path) < 0 && errno == EBUSY && --tries > 0)
			nanosleep(&pause, NULL);
		if (tries == 0) {
			rc = nserr_set(e, EBUSY, "cannot remove the cgroup '%s'", d->path);
			nserr_hint(e, "processes of the program are left in it");
		} else {
			remove_above(d);
		}
		d->made = 0;
	}
	return rc;
}

void cgroup_free(struct cgroup *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->dir[i].path);
		util_close(&c->dir[i].fd);
	}
	*c = (struct cgroup){ 0 };
}
