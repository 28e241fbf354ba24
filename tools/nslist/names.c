// SPDX-License-Identifier: GPL-2.0-or-later
/* names: checks the names of namespaces in the caller's mount namespace, and reads the links in
 * /run/netns. */
#include "nslist.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/str.h"
#include "common/cli.h"

#define NETNS "/run/netns"

/* ---- Mounts ---- */

/* Returns the mount with the given id, or NULL. */
static const struct own_mount *mount_by_id(const struct run *run, int id)
{
	for (size_t i = 0; i < run->n_mounts; i++)
		if (run->mounts[i].id == id)
			return &run->mounts[i];
	return NULL;
}

/* Returns true if the path is dir or below dir. */
static bool is_below(const char *path, const char *dir)
{
	size_t n = streq(dir, "/") ? 0 : strlen(dir);

	return strncmp(path, dir, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

/*
 * Returns true if a mount on `parent`, other than `child`, is on `target` or on a directory of the
 * path to `target`. `child` is the mount on `target` that must be visible, or NULL if this mount is
 * `parent` itself.
 */
static bool hides(const struct run *run, const struct own_mount *parent,
		  const struct own_mount *child, const char *target)
{
	for (size_t i = 0; i < run->n_mounts; i++) {
		const struct own_mount *m = &run->mounts[i];

		if (m->parent == parent->id && m != parent && m != child &&
		    is_below(target, m->target))
			return true;
	}
	return false;
}

/* Returns true if another mount covers m. Checks m and then each parent mount up to the root. */
static bool is_covered(const struct run *run, const struct own_mount *m)
{
	const struct own_mount *child = NULL;
	const char *target = m->target;

	for (size_t depth = 0; m && depth < run->n_mounts; depth++) {
		if (hides(run, m, child, target))
			return true;
		child = m;
		target = m->target;
		m = m->parent == m->id ? NULL : mount_by_id(run, m->parent);
	}
	return false;
}

/* Reads the mounts of the caller, once. */
static void read_mounts(struct run *run)
{
	struct mountinfo_line line;

	run->mounts_read = true;
	if (mountinfo_read_at(&run->mountinfo, run->proc, "self/mountinfo") < 0)
		return;
	while (mountinfo_next(&run->mountinfo, &line)) {
		struct own_mount *more = reallocarray(run->mounts, run->n_mounts + 1,
						      sizeof(*more));

		if (!more)
			cli_die(ENOMEM, "cannot list namespaces");
		run->mounts = more;
		more[run->n_mounts++] = (struct own_mount){ line.id, line.parent, line.target,
							    streq(line.fstype, "nsfs") ? line.root
										       : "" };
	}
}

bool nslist_is_visible(struct run *run, const struct ns *ns, const char *path)
{
	char root[32];

	if (!run->mounts_read)
		read_mounts(run);
	snprintf(root, sizeof(root), "%s:[%u]", ns->type->name, ns->inode);
	for (size_t i = 0; i < run->n_mounts; i++) {
		const struct own_mount *m = &run->mounts[i];

		if (streq(m->root, root) && streq(m->target, path) && !is_covered(run, m))
			return true;
	}
	return false;
}

bool nslist_opens(struct run *run, const struct ns *ns, const char *path)
{
	cleanup_fd int fd = nsfile_open_mount(&run->c.files, AT_FDCWD, path);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && st.st_ino == ns->inode;
}

/* ---- Links ---- */

/*
 * Opens the namespace to which a link in /run/netns leads: the namespace file of a process, or a
 * mounted namespace file. Does not follow links to other targets, because opening a file of a
 * network file system may block. Returns a descriptor or a negative errno.
 */
static int open_target(const struct run *run, const char *target)
{
	const char *below = str_after(target, "/proc/"), *rest = str_after(target, "/var/run/");
	char path[sizeof(NETNS) + PATH_MAX];

	if (below)
		return nsfile_open(&run->c.files, run->proc, below);
	if (target[0] != '/')
		snprintf(path, sizeof(path), NETNS "/%s", target);
	/* the directory may also be called /var/run, which is a link to /run on almost all
	 * systems */
	else if (rest)
		snprintf(path, sizeof(path), "/run/%s", rest);
	else
		snprintf(path, sizeof(path), "%s", target);
	return nsfile_open_mount(&run->c.files, AT_FDCWD, path);
}

/* Returns the inode of the namespace to which the link dir/name leads, or 0. */
static uint32_t inode_of_link(const struct run *run, int dir, const char *name)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(dir, name, target, sizeof(target) - 1);
	cleanup_fd int fd = -1;
	struct stat st;

	if (n <= 0)
		return 0;
	target[n] = '\0';
	fd = open_target(run, target);
	return fd < 0 || fstat(fd, &st) < 0 ? 0 : (uint32_t)st.st_ino;
}

/* Reads the links in /run/netns, once. */
static void read_links(struct run *run)
{
	DIR *dir = opendir(NETNS);

	run->links_read = true;
	for (struct dirent *d; dir && (d = readdir(dir));) {
		bool link = d->d_type == DT_LNK || d->d_type == DT_UNKNOWN;
		uint32_t inode = link ? inode_of_link(run, dirfd(dir), d->d_name) : 0;
		struct netns_link *more;

		if (!inode)
			continue;
		more = reallocarray(run->links, run->n_links + 1, sizeof(*more));
		if (!more)
			cli_die(ENOMEM, "cannot list namespaces");
		run->links = more;
		more[run->n_links].inode = inode;
		more[run->n_links].name = strdup(d->d_name);
		if (!more[run->n_links++].name)
			cli_die(ENOMEM, "cannot list namespaces");
	}
	if (dir)
		closedir(dir);
}

const char *nslist_link_name(struct run *run, const struct ns *ns)
{
	const char *first = NULL;

	if (ns->type != &nstypes[NSTYPE_NET])
		return NULL;
	if (!run->links_read)
		read_links(run);
	/* the order of the files in a directory varies, so choose the first name in alphabetical
	 * order */
	for (size_t i = 0; i < run->n_links; i++)
		if (run->links[i].inode == ns->inode &&
		    (!first || strcmp(run->links[i].name, first) < 0))
			first = run->links[i].name;
	return first;
}

void nslist_names_free(struct run *run)
{
	mountinfo_free(&run->mountinfo);
	free(run->mounts);
	run->mounts = NULL;
	run->n_mounts = 0;
	run->mounts_read = false;
	for (size_t i = 0; i < run->n_links; i++)
		free(run->links[i].name);
	free(run->links);
	run->links = NULL;
	run->n_links = 0;
	run->links_read = false;
}
