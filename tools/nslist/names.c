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

bool nslist_opens(const struct run *run, const struct ns *ns, const char *path)
{
	cleanup_fd int fd = nsfile_open_mount(&run->c.files, AT_FDCWD, path);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && st.st_ino == ns->inode;
}

/*
 * Opens the namespace to which a link in /run/netns leads: the namespace file of a process, or a
 * mounted one. Other targets are not followed, because a file server may have to be asked. Returns
 * a descriptor or a negative errno.
 */
static int open_target(const struct run *run, const char *target)
{
	const char *below = str_after(target, "/proc/"), *rest = str_after(target, "/var/run/");
	char path[sizeof(NETNS) + PATH_MAX];

	if (below)
		return nsfile_open(&run->c.files, run->proc, below);
	if (target[0] != '/')
		snprintf(path, sizeof(path), NETNS "/%s", target);
	else if (rest) /* /var/run, which is a link to /run on almost all systems */
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
		uint32_t inode = d->d_type == DT_LNK ? inode_of_link(run, dirfd(dir), d->d_name)
						     : 0;
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
	/* the order of the files in a directory varies, so choose the first name in the order of
	 * the alphabet */
	for (size_t i = 0; i < run->n_links; i++)
		if (run->links[i].inode == ns->inode &&
		    (!first || strcmp(run->links[i].name, first) < 0))
			first = run->links[i].name;
	return first;
}

void nslist_links_free(struct run *run)
{
	for (size_t i = 0; i < run->n_links; i++)
		free(run->links[i].name);
	free(run->links);
	run->links = NULL;
	run->n_links = 0;
	run->links_read = false;
}
