// SPDX-License-Identifier: GPL-2.0-or-later
/* cgroupmake: cgroups are made, entered and removed. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "cgroup/cgroup.h"

/* Whether a version 1 hierarchy has the controller that the name of a setting begins with. */
static bool controls(const struct cgroup_dir *d, const char *setting)
{
	cleanup_free char *name = strndup(setting, strcspn(setting, ".="));

	return name && mountinfo_has_option(d->options, name);
}

static bool is_needed(const struct cgroup *c, const struct cgroup_dir *d, const char *const *set,
		      size_t n)
{
	bool any = n > 0;

	if (c->n == 1 || d->v2)
		return true;
	for (size_t i = 0; i < n; i++)
		if (controls(d, set[i]))
			return true;
	for (size_t i = 0; i < c->n; i++)
		any |= c->dir[i].v2;
	return !any && !mountinfo_has_option(d->options, "cpuset");
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
	size_t parent = cgroup_above(d->path, len);
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
		else if (rc == -EAGAIN)
			nserr_hint(e, "cgroup.max.depth or cgroup.max.descendants of a cgroup "
				      "above it allows no more");
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
	/* where none was needed there is a setting that will be told to be of no hierarchy */
	if (rc == 0 && !found && !create) {
		rc = nserr_set(e, ENOENT, "no cgroup '%s'", c->name);
		nserr_hint(e, "--cgroup-create makes it");
	}
	if (rc < 0) {
		struct nserr ignored = NSERR_INIT;

		(void)!cgroup_remove(c, &ignored);
	}
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
		else if (rc == -EOPNOTSUPP)
			nserr_hint(e, "it is in a threaded subtree (cgroup.type)");
		return rc;
	}
	return 0;
}

/* What was made above a cgroup stays when somebody else has come to use it; not all of it is there
 * when the making has failed in between. */
static void remove_above(const struct cgroup_dir *d)
{
	for (size_t len = cgroup_above(d->path, strlen(d->path)); len >= d->made;
	     len = cgroup_above(d->path, len)) {
		cleanup_free char *path = strndup(d->path, len);

		if (!path || (rmdir(path) < 0 && errno != ENOENT))
			return;
	}
}

int cgroup_remove(struct cgroup *c, struct nserr *e)
{
	const struct timespec pause = { 0, 10000000 };
	int rc = 0;

	for (size_t i = 0; i < c->n; i++) {
		struct cgroup_dir *d = &c->dir[i];
		int tries = 100, err;

		if (d->made == 0)
			continue;
		/* what was killed is still in it for a moment, and no version 1 file tells when */
		while ((err = rmdir(d->path) < 0 ? errno : 0) == EBUSY && --tries > 0)
			nanosleep(&pause, NULL);
		if (err && err != ENOENT) {
			rc = nserr_set(e, err, "cannot remove the cgroup '%s'", d->path);
			if (err == EBUSY)
				nserr_hint(e, "processes or cgroups of the program are left in it");
		} else {
			remove_above(d);
		}
		d->made = 0;
	}
	return rc;
}
