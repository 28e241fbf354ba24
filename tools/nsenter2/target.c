// SPDX-License-Identifier: GPL-2.0-or-later
/* target: holds all that is entered before anything is entered. */
#include <stdio.h>

#include "file.h"
#include "nsenter2.h"
#include "sys_ns.h"

static int hold_process(struct nsenter2 *n, struct nserr *e)
{
	int rc = nsref_open_process(&n->ref, &n->join.proc, e);

	if (rc < 0)
		return rc;
	if (n->join.proc.pid == getpid())
		return nserr_set(e, 0, "process %d is nsenter2 itself, it is there already",
				 (int)n->join.proc.pid);
	return nsref_check_living(&n->join.proc, e);
}

/* A REF of a namespace stands for the option of its type. */
static int hold_target_ns(struct nsenter2 *n, struct nserr *e)
{
	const struct nstype *type;
	int64_t flag;
	int fd = nsref_open_ns(&n->ref, NULL, e);

	if (fd < 0)
		return fd;
	flag = sys_ns_type(fd);
	type = flag < 0 ? NULL : nstype_by_flag((uint64_t)flag);
	if (!type || n->join.fds[nstype_index(type)] >= 0 || (n->types & ~type->flag) || n->all) {
		close(fd);
		return nserr_set(e, 0, "--target: '%s' is one namespace, only a process has others",
				 n->target);
	}
	n->join.fds[nstype_index(type)] = fd;
	n->join.names[nstype_index(type)] = n->target;
	return 0;
}

/* "-Unp": what follows -U is its file, as in nsenter(1). */
static void hint_letters(const struct nstype *type, const char *file, struct nserr *e)
{
	for (const char *s = file; *s; s++)
		if (!nstype_by_opt(*s) && !strchr("atFr", *s))
			return;
	nserr_hint(e, "what follows -%c in the same word is its file: write '-%c -%s'", type->opt,
		   type->opt, file);
}

/* --TYPE=FILE, and --TYPE=:NSID */
static int hold_file(struct nsenter2 *n, const struct nstype *type, struct nserr *e)
{
	const char *file = n->files[nstype_index(type)];
	struct nsref ref;
	char id[32];
	int fd;

	if (file[0] == ':') {
		snprintf(id, sizeof(id), "id%s", file);
		fd = nsref_parse(id, &ref, e) < 0
			     ? nserr_set(e, 0, "'%s' is not a namespace id", file)
			     : nsref_open_ns(&ref, type, e);
	} else {
		fd = nsref_open_path(file, type, e);
		if (fd == -ENOENT)
			hint_letters(type, file, e);
	}
	if (fd < 0) {
		nserr_prefix(e, "--%s", type->longopt);
		return fd;
	}
	n->join.fds[nstype_index(type)] = fd;
	n->join.names[nstype_index(type)] = file;
	return 0;
}

static int hold_namespaces(struct nsenter2 *n, struct nserr *e)
{
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		int rc = n->files[i] ? hold_file(n, &nstypes[i], e) : 0;

		if (rc < 0)
			return rc;
		if ((n->types & nstypes[i].flag) && n->join.fds[i] < 0)
			n->join.mask |= nstypes[i].flag;
	}
	return n->all ? nsjoin_add_all(&n->join, e) : 0;
}

/* Held by descriptor: the path is that of before entering, or the target's by its /proc directory.
 */
static int hold_dir(struct nsenter2 *n, struct dir_opt *dir, const char *link, struct nserr *e)
{
	const char *path = dir->from == DIR_PATH ? dir->path : link;

	if (dir->from == DIR_UNSET)
		return 0;
	dir->fd = file_open_at(dir->from == DIR_PATH ? AT_FDCWD : n->join.proc.procfd, path,
			       O_PATH | O_DIRECTORY, 0);
	if (dir->fd >= 0)
		return 0;
	if (dir->from == DIR_PATH)
		return nserr_set(e, dir->fd, "cannot open directory '%s'", path);
	return nserr_set(e, dir->fd, "cannot open the %s directory of process %d",
			 link[0] == 'r' ? "root" : "working", (int)n->join.proc.pid);
}

int target_hold(struct nsenter2 *n, struct nserr *e)
{
	int rc = 0;

	if (n->target)
		rc = nsref_is_process(&n->ref) ? hold_process(n, e) : hold_target_ns(n, e);
	if (rc == 0)
		rc = hold_namespaces(n, e);
	if (rc == 0)
		rc = hold_dir(n, &n->root, "root", e);
	if (rc == 0)
		rc = hold_dir(n, &n->wd, "cwd", e);
	return rc;
}
