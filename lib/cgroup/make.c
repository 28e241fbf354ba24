// SPDX-License-Identifier: GPL-2.0-or-later
/* make: creates, joins and removes cgroups. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "cgroup/cgroup.h"

/* Returns true if the controller of a setting belongs to the version 1 hierarchy. */
static bool controls(const struct cgroup_dir *d, const char *setting)
{
	cleanup_free char *name = strndup(setting, strcspn(setting, ".="));

	return name && mountinfo_has_option(d->options, name);
}

/* Returns true if cgroup_open() must create the directory of the hierarchy. See the comment on
 * cgroup_open() for the rule. */
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

/* Creates the directory whose path is the first len bytes of `path`. Returns 0 or a negative
 * errno. */
static int make_dir(const struct cgroup_dir *d, size_t len)
{
	cleanup_free char *path = strndup(d->path, len);

	if (!path)
		return -ENOMEM;
	return mkdir(path, 0755) < 0 ? -errno : 0;
}

/* Creates the directory whose path is the first len bytes of d->path, and the missing directories
 * above it. Sets d->made. Returns 0 or a negative errno. */
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
	/* another process has created the directory and may use the directories above it, too, so
	 * do not remove them later */
	if (rc == -EEXIST)
		d->made = 0;
	return rc == -EEXIST ? 0 : rc;
}

static int open_dir(struct cgroup_dir *d, bool create, struct nserr *e)
{
	int rc = 0;

	if (create) {
		cgroup_remove_left(d);
		rc = make_dirs(d, strlen(d->path));
	}
	if (rc < 0) {
		nserr_set(e, rc, "cannot create the cgroup '%s'", d->path);
		if (rc == -EACCES || rc == -EPERM)
			nserr_hint(e, "use a cgroup that is delegated to you (systemd-run --user "
				      "-p Delegate=yes)");
		else if (rc == -EAGAIN)
			nserr_hint(e, "raise cgroup.max.depth or cgroup.max.descendants of an "
				      "ancestor cgroup");
		return rc;
	}
	d->fd = file_open_at(AT_FDCWD, d->path, (create ? O_RDONLY : O_PATH) | O_DIRECTORY, 0);
	if (d->fd < 0 && create)
		return nserr_set(e, d->fd, "cannot open the cgroup '%s'", d->path);
	if (create)
		cgroup_mark(d);
	return 0;
}

int cgroup_open(struct cgroup *c, bool create, const char *const *set, size_t n, struct nserr *e)
{
	bool found = false;
	int rc;

	for (size_t i = 0; i < c->n; i++) {
		struct nserr ignored = NSERR_INIT;
		struct cgroup_dir *d = &c->dir[i];

		if (create && !is_needed(c, d, set, n))
			continue;
		rc = open_dir(d, create, e);
		if (rc < 0) {
			(void)!cgroup_remove(c, &ignored);
			return rc;
		}
		found |= d->fd >= 0;
	}
	/* with `create`, each needed directory is open now; if none is needed, because no hierarchy
	 * has the controller of a setting, cgroup_set() reports the missing file */
	if (found || create)
		return 0;
	rc = nserr_set(e, ENOENT, "the cgroup '%s' does not exist", c->name);
	nserr_hint(e, "create the cgroup with --cgroup-create");
	return rc;
}

static int fail_join(int rc, const struct cgroup_dir *d, struct nserr *e)
{
	nserr_set(e, rc, "cannot move the process to the cgroup '%s'", d->path);
	if (rc == -EBUSY)
		nserr_hint(e, "use a child of this cgroup, because a cgroup with controllers in "
			      "cgroup.subtree_control cannot contain processes");
	else if (rc == -EACCES)
		nserr_hint(e, "make cgroup.procs writable in this cgroup and in the nearest common "
			      "ancestor of this cgroup and the current cgroup");
	else if (rc == -ENOSPC)
		nserr_hint(e, "set cpuset.cpus and cpuset.mems of the cgroup first");
	else if (rc == -EOPNOTSUPP)
		nserr_hint(e, "use a cgroup that is not in a threaded subtree (cgroup.type)");
	return rc;
}

int cgroup_join(const struct cgroup *c, pid_t pid, struct nserr *e)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	for (size_t i = 0; i < c->n; i++) {
		const struct cgroup_dir *d = &c->dir[i];
		int rc;

		if (d->fd < 0)
			continue;
		rc = file_write_at(d->fd, "cgroup.procs", text);
		if (rc < 0)
			return fail_join(rc, d, e);
	}
	return 0;
}

/* Removes the directories that were created above a cgroup, up to the first one that another
 * process uses. Lower directories may be missing if their creation failed. */
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
		int tries = 300, err;

		if (d->made == 0)
			continue;
		/* Repeat the removal, because a killed process leaves the cgroup only after a short
		 * delay, and cgroup v1 has no file that reports that a cgroup is empty. */
		while ((err = -cgroup_remove_dir(d)) == EBUSY && --tries > 0)
			nanosleep(&pause, NULL);
		if (err && err != ENOENT) {
			rc = nserr_set(e, err, "cannot remove the cgroup '%s'", d->path);
			if (err == EBUSY)
				nserr_hint(e, "end the processes that remain in this cgroup, and "
					      "remove the cgroup");
		} else {
			remove_above(d);
		}
		d->made = 0;
	}
	return rc;
}
