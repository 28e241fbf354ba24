// SPDX-License-Identifier: GPL-2.0-or-later
/* set: writes the files of a cgroup and enables the version 2 controllers that they need. */
#include <fcntl.h>
#include <stdio.h>

#include "base/file.h"
#include "cgroup/cgroup.h"

struct setting {
	char file[256];
	char controller[64]; /* controller of the file; "" for files that every cgroup has */
	const char *value;
};

static struct setting parse(const char *text)
{
	size_t n = strcspn(text, "="), dot = strcspn(text, ".");
	struct setting s = { .value = text + n + 1 };

	snprintf(s.file, sizeof(s.file), "%.*s", (int)n, text);
	/* the name of a file begins with the controller and a dot (cgroup-v2.rst, "Interface
	 * Files") */
	if (dot < n && !str_after(s.file, "cgroup."))
		snprintf(s.controller, sizeof(s.controller), "%.*s", (int)dot, text);
	return s;
}

static const struct cgroup_dir *with_file(const struct cgroup *c, const char *file)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->dir[i].fd >= 0 && faccessat(c->dir[i].fd, file, F_OK, 0) == 0)
			return &c->dir[i];
	return NULL;
}

/*
 * The first len bytes of d->path are the path of a cgroup. Enables the controller for the children
 * of each cgroup above it that cgroup_open() has created, from the top down. Does not change
 * cgroups that existed before, because they belong to the host. Returns 0, or a negative errno with
 * e set.
 */
static int enable(const struct cgroup_dir *d, size_t len, const char *controller, struct nserr *e)
{
	size_t parent = cgroup_above(d->path, len);
	char path[8192], text[80];
	int rc;

	if (d->made == 0 || parent < d->made)
		return 0;
	rc = enable(d, parent, controller, e);
	if (rc < 0)
		return rc;
	snprintf(path, sizeof(path), "%.*s/cgroup.subtree_control", (int)parent, d->path);
	snprintf(text, sizeof(text), "+%s", controller);
	rc = file_write_at(AT_FDCWD, path, text);
	if (rc == 0)
		return 0;
	nserr_set(e, rc, "cannot write '%s' to %s", text, path);
	if (rc == -EOPNOTSUPP)
		nserr_hint(e, "use a cgroup that is not in a threaded subtree (cgroup.type)");
	return rc;
}

/* ---- Hints for a file that does not exist */

static ssize_t read_in(const char *path, size_t len, const char *file, char *buf, size_t size)
{
	char name[8192];

	snprintf(name, sizeof(name), "%.*s/%s", (int)len, path, file);
	return file_read_at(AT_FDCWD, name, buf, size);
}

/* Returns 1 if cgroup.controllers of a cgroup lists the controller, 0 if not, or a negative errno:
 * -ENOENT if the directory is not a cgroup. The first len bytes of path are the path of the
 * cgroup. */
static int has_controller(const char *path, size_t len, const char *controller)
{
	char text[1024], *rest = text, *word;
	ssize_t n = read_in(path, len, "cgroup.controllers", text, sizeof(text));

	if (n < 0)
		return (int)n;
	while ((word = strsep(&rest, " \n")))
		if (streq(word, controller))
			return 1;
	return 0;
}

/* Stores in buf the mount point of the version 1 hierarchy of a controller. Returns false if the
 * controller has no such hierarchy. */
static bool find_v1(const char *controller, char *buf, size_t size)
{
	/* the "io" controller of version 2 is called "blkio" in version 1 */
	const char *name = streq(controller, "io") ? "blkio" : controller;
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line line;

	if (mountinfo_read(&m, NULL) < 0)
		return false;
	while (mountinfo_next(&m, &line)) {
		if (!streq(line.fstype, "cgroup") || !mountinfo_has_option(line.super, name))
			continue;
		snprintf(buf, size, "%s", line.target);
		return true;
	}
	return false;
}

/* Sets the hint to the reason why a controller of a cgroup is not available in its children. The
 * first len bytes of d->path are the path of the cgroup. The first `host` bytes of d->path are the
 * path of the lowest cgroup that existed before cgroup_open(). */
static void hint_enable(const struct cgroup_dir *d, size_t len, size_t host, const char *controller,
			struct nserr *e)
{
	char what[8192], type[64], procs[4096];
	bool is_root = read_in(d->path, len, "cgroup.type", type, sizeof(type)) < 0;
	ssize_t n = is_root ? 0 : read_in(d->path, len, "cgroup.procs", procs, sizeof(procs));

	snprintf(what, sizeof(what), "controller '%s' is not enabled for the children of %.*s",
		 controller, (int)len, d->path);
	/* a new child of a threaded cgroup is "domain invalid" (cgroup-v2.rst, "Threads") */
	if (!is_root && d->made && !streq(type, "domain\n"))
		nserr_hint(e,
			   "use a parent cgroup that is not threaded: a new child of a threaded "
			   "cgroup cannot contain processes; also, %s",
			   what);
	/* A cgroup that contains processes cannot enable most controllers for its children, unless
	 * it is the root cgroup (cgroup-v2.rst, "No Internal Process Constraint"). It can enable
	 * the threaded controllers, but then the children are "domain invalid". */
	else if (n > 0 || n == -EFBIG)
		nserr_hint(e,
			   "move the processes of the ancestor cgroup to a child cgroup, and write "
			   "+%s to cgroup.subtree_control, because %s",
			   controller, what);
	else if (host > len)
		nserr_hint(e,
			   "write +%s to cgroup.subtree_control of the ancestor cgroup and of each "
			   "descendant down to %.*s, because %s",
			   controller, (int)host, d->path, what);
	else
		nserr_hint(e,
			   "write +%s to cgroup.subtree_control of the ancestor cgroup, because %s",
			   controller, what);
}

/* Sets the hint to the reason why the cgroup lacks a file: searches the cgroup and its ancestors
 * for the first cgroup that has the controller of the file. */
static void hint_v2(const struct cgroup_dir *d, const char *controller, struct nserr *e)
{
	size_t whole = strlen(d->path), top = whole, host = d->made ? d->made : whole;
	int found = 0;

	for (size_t len = whole; found == 0 && len > 0; len = cgroup_above(d->path, len)) {
		found = has_controller(d->path, len, controller);
		if (found >= 0)
			top = len;
	}
	if (found <= 0)
		nserr_hint(e,
			   "make controller '%s' available: cgroup.controllers of %.*s does not "
			   "list this controller",
			   controller, (int)top, d->path);
	else if (top == whole)
		nserr_hint(e,
			   "use another file: this cgroup has controller '%s', but the controller "
			   "does not provide the requested file",
			   controller);
	else
		hint_enable(d, top, cgroup_above(d->path, host), controller, e);
}

static int fail_missing(const struct cgroup *c, const struct setting *s, struct nserr *e)
{
	int rc = nserr_set(e, ENOENT, "no cgroup file '%s' in '%s'", s->file, c->name);
	const struct cgroup_dir *v2 = cgroup_v2(c);
	char v1[4096];

	if (s->controller[0] == '\0')
		return rc;
	if (find_v1(s->controller, v1, sizeof(v1)))
		nserr_hint(e,
			   "use a cgroup v1 file, because controller '%s' is in the cgroup v1 "
			   "hierarchy at %s",
			   s->controller, v1);
	else if (v2)
		hint_v2(v2, s->controller, e);
	return rc;
}

int cgroup_set(const struct cgroup *c, const char *setting, struct nserr *e)
{
	const struct setting s = parse(setting);
	const struct cgroup_dir *d = with_file(c, s.file), *v2 = cgroup_v2(c);
	int rc;

	if (!d && v2 && s.controller[0]) {
		rc = enable(v2, strlen(v2->path), s.controller, e);
		/* ENOENT: the host has not enabled the controller; EINVAL: the kernel lacks the
		 * controller. fail_missing() reports both. */
		if (rc < 0 && rc != -ENOENT && rc != -EINVAL)
			return rc;
		d = with_file(c, s.file);
	}
	if (!d)
		return fail_missing(c, &s, e);
	rc = file_write_at(d->fd, s.file, s.value);
	return rc < 0 ? nserr_set(e, rc, "cannot write '%s' to %s/%s", s.value, d->path, s.file)
		      : 0;
}
