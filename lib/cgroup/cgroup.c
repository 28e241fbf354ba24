// SPDX-License-Identifier: GPL-2.0-or-later
/* cgroup: finds the directories of a cgroup name or of a process in the cgroup file systems. */
#include "cgroup/cgroup.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/vfs.h>

#include "base/file.h"
#include "kernel/mountinfo.h"

/* A line is "ID:CONTROLLERS:PATH". For version 2, the id is 0 and the controllers are empty. */
const char *cgroup_path_in(const char *text, const struct mountinfo_line *mount, char *buf,
			   size_t size)
{
	bool v2 = streq(mount->fstype, "cgroup2");

	for (size_t n; *text; text += n + (text[n] == '\n')) {
		const char *list, *path;
		char first[128];

		n = strcspn(text, "\n");
		list = memchr(text, ':', n);
		path = list ? memchr(list + 1, ':', n - (size_t)(list + 1 - text)) : NULL;
		if (!path)
			continue;
		snprintf(first, sizeof(first), "%.*s", (int)strcspn(list + 1, ",:"), list + 1);
		if (v2 ? *first : !*first || !mountinfo_has_option(mount->super, first))
			continue;
		if ((size_t)snprintf(buf, size, "%.*s", (int)(n - (size_t)(path + 1 - text)),
				     path + 1) < size)
			return buf;
	}
	return NULL;
}

static int add_dir(struct cgroup *c, bool v2, const char *mount, const char *path, struct nserr *e)
{
	struct cgroup_dir *d = &c->dir[c->n];

	if (c->n == CGROUP_MAX)
		return nserr_set(e, E2BIG, "more than %d cgroup hierarchies are mounted",
				 CGROUP_MAX);
	if (asprintf(&d->path, "%s%s", mount, path) < 0)
		return nserr_set(e, ENOMEM, "cannot build the path of the cgroup");
	d->fd = -1;
	d->v2 = v2;
	c->n++;
	return 0;
}

/* Returns true if c has a directory of the same hierarchy as the mount. Version 2 has a single
 * hierarchy; hierarchies of version 1 have different controllers. */
static bool has_hierarchy(const struct cgroup *c, bool v2, const char *options)
{
	for (size_t i = 0; i < c->n; i++)
		if (v2 ? c->dir[i].v2 : !c->dir[i].v2 && streq(c->dir[i].options, options))
			return true;
	return false;
}

/* Adds the directory with the given path below a mount point, and the controllers of the mount.
 * Ignores a second mount of the same hierarchy. Returns 0, or a negative errno with e set. */
static int add_below(struct cgroup *c, const struct mountinfo_line *mount, const char *path,
		     struct nserr *e)
{
	bool v2 = streq(mount->fstype, "cgroup2");
	size_t n = c->n;
	int rc;

	if (has_hierarchy(c, v2, mount->super))
		return 0;
	rc = add_dir(c, v2, mount->target, path, e);
	if (rc < 0 || v2)
		return rc;
	c->dir[n].options = strdup(mount->super);
	return c->dir[n].options ? 0 : nserr_set(e, ENOMEM, "cannot build the path of the cgroup");
}

/* Returns the part of a path in the hierarchy that is below the root of the mount, or NULL if the
 * path is not visible in this mount. */
static const char *below_mount(const char *path, const struct mountinfo_line *mount)
{
	const char *below = streq(mount->root, "/") ? path : str_after(path, mount->root);

	return below && (*below == '/' || *below == '\0') ? below : NULL;
}

/* Adds the directory for c->name in the hierarchy of the mount. Returns 0, or a negative errno with
 * e set. */
static int add_mount(struct cgroup *c, const struct mountinfo_line *mount, char *own,
		     struct nserr *e)
{
	char base[4096] = "", path[8192];
	const char *below;

	if (c->name[0] == '/')
		return add_below(c, mount, c->name, e);
	if (!cgroup_path_in(own, mount, base, sizeof(base)))
		return 0;
	below = below_mount(base, mount);
	if (!below)
		return 0;
	snprintf(path, sizeof(path), "%s%s%s", below, streq(below, "/") ? "" : "/", c->name);
	return add_below(c, mount, path, e);
}

static bool is_cgroup_dir(const char *path, bool *v2)
{
	struct statfs fs;

	if (statfs(path, &fs) < 0)
		return false;
	*v2 = fs.f_type == CGROUP2_SUPER_MAGIC;
	return *v2 || fs.f_type == CGROUP_SUPER_MAGIC;
}

size_t cgroup_above(const char *path, size_t len)
{
	while (len > 0 && path[len - 1] == '/')
		len--;
	while (len > 0 && path[len - 1] != '/')
		len--;
	while (len > 1 && path[len - 2] == '/')
		len--;
	return len > 1 ? len - 1 : 0;
}

/* Returns true if path, or the nearest existing directory above it, is in a cgroup file system. */
static bool is_in_cgroupfs(const char *path, bool *v2)
{
	for (size_t len = strlen(path); len > 0; len = cgroup_above(path, len)) {
		cleanup_free char *dir = strndup(path, len);

		if (!dir)
			return false;
		if (access(dir, F_OK) == 0)
			return is_cgroup_dir(dir, v2);
	}
	return false;
}

/* Returns true if the name contains "." or "..", which could lead out of the directory in which
 * cgroups are created and removed. */
static bool has_dots(const char *name)
{
	size_t n;

	for (; *name; name += n + (name[n] == '/')) {
		n = strcspn(name, "/");
		if ((n == 1 || n == 2) && memcmp(name, "..", n) == 0)
			return true;
	}
	return false;
}

static bool is_cgroup_mount(const struct mountinfo_line *mount)
{
	return streq(mount->fstype, "cgroup2") || streq(mount->fstype, "cgroup");
}

int cgroup_place(struct cgroup *c, char *own, struct mountinfo *m, struct nserr *e)
{
	struct mountinfo_line line;
	int rc = 0;

	while (rc == 0 && mountinfo_next(m, &line))
		if (is_cgroup_mount(&line))
			rc = add_mount(c, &line, own, e);
	if (rc < 0)
		return rc;
	return c->n > 0 ? 0 : nserr_set(e, EOPNOTSUPP, "no cgroup file system is mounted");
}

int cgroup_find(struct cgroup *c, const char *name, struct nserr *e)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	char own[16384];
	ssize_t n;
	bool v2;
	int rc;

	*c = (struct cgroup){ .name = name ? name : "." };
	if (name && name[0] == '\0')
		return nserr_set(e, 0, "the name of the cgroup is empty");
	if (name && has_dots(name))
		return nserr_set(e, 0, "invalid cgroup '%s': '.' and '..' are not allowed", name);
	if (name && name[0] == '/' && is_in_cgroupfs(name, &v2))
		return add_dir(c, v2, "", name, e);
	n = file_read_at(AT_FDCWD, "/proc/self/cgroup", own, sizeof(own));
	if (n < 0)
		return nserr_set(e, (int)n, "cannot read /proc/self/cgroup");
	rc = mountinfo_read(&m, e);
	return rc < 0 ? rc : cgroup_place(c, own, &m, e);
}

/* Opens the cgroup of a process in a mounted hierarchy. `theirs` is the text of the process's
 * /proc/PID/cgroup. Skips the hierarchy if the caller is in the same cgroup. Returns 0, or a
 * negative errno with e set. */
static int add_of(struct cgroup *c, const struct mountinfo_line *mount, char *theirs, char *own,
		  struct nserr *e)
{
	char path[4096], own_dir[4096];
	struct cgroup_dir *d;
	const char *below;
	size_t n = c->n;
	int rc;

	if (!cgroup_path_in(theirs, mount, path, sizeof(path)) ||
	    (cgroup_path_in(own, mount, own_dir, sizeof(own_dir)) && streq(path, own_dir)))
		return 0;
	/* refuse a path with "/..", because it is outside of the caller's cgroup namespace
	 * (cgroup_namespaces(7)) */
	if (str_after(path, "/.."))
		return nserr_set(e, EXDEV, "the cgroup '%s' is outside the cgroup namespace", path);
	below = below_mount(path, mount);
	if (!below)
		return 0;
	rc = add_below(c, mount, below, e);
	if (rc < 0 || c->n == n)
		return rc;
	d = &c->dir[n];
	d->fd = file_open_at(AT_FDCWD, d->path, O_PATH | O_DIRECTORY, 0);
	return d->fd < 0 ? nserr_set(e, d->fd, "cannot open the cgroup '%s'", d->path) : 0;
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
		if (is_cgroup_mount(&line))
			rc = add_of(c, &line, theirs, own, e);
	return rc;
}

const struct cgroup_dir *cgroup_v2(const struct cgroup *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->dir[i].v2 && c->dir[i].fd >= 0)
			return &c->dir[i];
	return NULL;
}

void cgroup_free(struct cgroup *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->dir[i].path);
		free(c->dir[i].options);
		util_close(&c->dir[i].fd);
	}
	*c = (struct cgroup){ 0 };
}

int cgroup_check_frozen(const struct cgroup *c, struct nserr *e)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct cgroup_dir *d = &c->dir[i];
		const char *file = d->v2 ? "cgroup.events" : "freezer.state";
		char text[256];
		ssize_t n = d->fd < 0 ? -ENOENT : file_read_at(d->fd, file, text, sizeof(text));

		/* skip directories without the file: the root cgroup and the hierarchies without
		 * the freezer controller lack it, and cannot be frozen */
		if (n == -ENOENT)
			continue;
		if (n < 0)
			return nserr_set(e, (int)n, "cannot read '%s/%s'", d->path, file);
		if (d->v2 ? !strstr(text, "frozen 1") : str_after(text, "THAWED") != NULL)
			continue;
		return nserr_set(e, EBUSY, "the cgroup '%s' is frozen", d->path);
	}
	return 0;
}
