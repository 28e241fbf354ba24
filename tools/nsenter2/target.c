// SPDX-License-Identifier: GPL-2.0-or-later
/* target: opens everything that is entered before anything is entered. */
#include <stdio.h>

#include "base/file.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_ns.h"
#include "nsenter2.h"

/* Stores a namespace that is entered by descriptor. Takes ownership of fd. */
static void hold_fd(struct nsenter2 *n, const struct nstype *type, int fd, const char *name)
{
	unsigned i = nstype_index(type);

	util_close(&n->join.fds[i]);
	n->join.fds[i] = fd;
	n->join.names[i] = name;
}

static int open_process(struct nsenter2 *n, struct nserr *e)
{
	int rc = nsref_open_process(&n->ref, &n->join.proc, e);

	if (rc < 0)
		return rc;
	if (n->join.proc.pid == getpid())
		return nserr_set(e, 0, "cannot enter process %d: it is nsenter2 itself",
				 (int)n->join.proc.pid);
	return nsref_check_living(&n->join.proc, e);
}

/* Opens a namespace as target, which selects the option of its type. */
static int open_ns(struct nsenter2 *n, struct nserr *e)
{
	int fd = nsref_open_ns(&n->ref, NULL, e);
	int64_t flag = fd < 0 ? -1 : sys_ns_type(fd);
	const struct nstype *type = flag < 0 ? NULL : nstype_by_flag((uint64_t)flag);

	if (fd < 0)
		return fd;
	if (!type) {
		close(fd);
		return nserr_set(e, 0, "unknown type of namespace '%s'", n->target);
	}
	hold_fd(n, type, fd, n->target);
	n->types |= type->flag;
	return 0;
}

int target_open(struct nsenter2 *n, struct nserr *e)
{
	return nsref_is_process(&n->ref) ? open_process(n, e) : open_ns(n, e);
}

/* Sets a hint for "-Unp", where "np" is the file of -U, as in nsenter(1). */
static void hint_letters(const struct nstype *type, const char *file, struct nserr *e)
{
	for (const char *s = file; *s; s++)
		if (!nstype_by_opt(*s) && !strchr("atFr", *s))
			return;
	nserr_hint(e, "the text after -%c is taken as its file: write '-%c -%s'", type->opt,
		   type->opt, file);
}

/* Opens the namespace of --TYPE=FILE or --TYPE=:NSID. */
static int hold_file(struct nsenter2 *n, const struct nstype *type, struct nserr *e)
{
	const char *file = n->files[nstype_index(type)];
	struct nsref ref;
	char id[32];
	int fd;

	if (file[0] == ':') {
		snprintf(id, sizeof(id), "id%s", file);
		fd = nsref_parse(id, &ref, e) < 0
			     ? nserr_set(e, 0, "invalid namespace id '%s'", file)
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
	hold_fd(n, type, fd, file);
	return 0;
}

/* Sets the error for an option that needs a process if the target is a single namespace. */
static int no_process(const struct nsenter2 *n, const char *option, struct nserr *e)
{
	return nserr_set(e, 0, "--%s requires a process, but '%s' is a namespace", option,
			 n->target);
}

static int hold_types(struct nsenter2 *n, struct nserr *e)
{
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		int rc = n->files[i] ? hold_file(n, &nstypes[i], e) : 0;

		if (rc < 0)
			return rc;
		if (!(n->types & nstypes[i].flag) || n->join.fds[i] >= 0)
			continue;
		if (n->join.proc.pid == 0)
			return no_process(n, nstypes[i].longopt, e);
		n->join.mask |= nstypes[i].flag;
	}
	return 0;
}

static int hold_net_socket(struct nsenter2 *n, struct nserr *e)
{
	int fd;

	if (n->join.proc.pid == 0)
		return no_process(n, "net-socket", e);
	fd = nsref_open_socket(&n->join.proc, n->net_socket, e);
	if (fd < 0) {
		nserr_prefix(e, "--net-socket");
		return fd;
	}
	n->join.mask &= ~nstypes[NSTYPE_NET].flag;
	hold_fd(n, &nstypes[NSTYPE_NET], fd, "of the socket");
	return 0;
}

/* Opens the owner of the entered namespaces; for --user this is the parent. */
static int hold_user_parent(struct nsenter2 *n, struct nserr *e)
{
	static const uint8_t order[] = { NSTYPE_USER, NSTYPE_CGROUP, NSTYPE_IPC, NSTYPE_UTS,
					 NSTYPE_NET,  NSTYPE_PID,    NSTYPE_MNT, NSTYPE_TIME };

	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		const struct nstype *t = &nstypes[order[i]];
		cleanup_fd int own = -1;
		int fd = n->join.fds[order[i]], owner;

		if (!(nsjoin_types(&n->join) & t->flag))
			continue;
		if (fd < 0)
			fd = own = nsref_open_proc_ns(&n->join.proc, t, e);
		if (fd < 0)
			return fd;
		owner = sys_ns_owner(fd);
		if (owner < 0)
			return nserr_set(e, owner,
					 "--user-parent: cannot get the owner of the %s namespace",
					 t->name);
		n->join.mask &= ~nstypes[NSTYPE_USER].flag;
		hold_fd(n, &nstypes[NSTYPE_USER], owner, "that owns the others");
		return 0;
	}
	return nserr_set(e, 0, "--user-parent: no other namespace selected");
}

/* Opens a directory before anything is entered: by its path, or the target's by its /proc link. */
static int hold_dir(struct nsenter2 *n, struct dir_opt *dir, const char *option, const char *link,
		    struct nserr *e)
{
	const char *path = dir->from == DIR_PATH ? dir->path : link;

	if (dir->from == DIR_UNSET)
		return 0;
	if (dir->from == DIR_TARGET && n->join.proc.pid == 0)
		return no_process(n, option, e);
	dir->fd = file_open_at(dir->from == DIR_PATH ? AT_FDCWD : n->join.proc.procfd, path,
			       O_PATH | O_DIRECTORY, 0);
	if (dir->fd >= 0)
		return 0;
	if (dir->from == DIR_PATH)
		return nserr_set(e, dir->fd, "--%s: cannot open directory '%s'", option, path);
	return nserr_set(e, dir->fd, "--%s: cannot open the directory of process %d", option,
			 (int)n->join.proc.pid);
}

/* Without options the program becomes root in the user namespace, if the maps and the setgroups
 * file permit it. */
static void default_ids(struct nsenter2 *n)
{
	struct cred *c = &n->cred;
	char text[8];

	if (!(nsjoin_types(&n->join) & CLONE_NEWUSER) || n->preserve)
		return;
	c->uid_optional = !c->set_uid;
	c->gid_optional = !c->set_gid;
	c->groups_optional |= !c->set_gid && !c->set_groups;
	c->set_uid = c->set_gid = true;
	n->drop_groups = !c->ngroups && getgroups(0, NULL) > 0 && n->join.proc.pid &&
			 file_read_at(n->join.proc.procfd, "setgroups", text, sizeof(text)) > 0 &&
			 str_after(text, "deny") && sys_cap_has(CAP_SETGID);
	/* groups dropped before entering need no permission inside */
	c->groups_optional |= n->drop_groups;
}

int target_hold(struct nsenter2 *n, struct nserr *e)
{
	int rc = hold_types(n, e);

	if (rc == 0 && n->net_socket >= 0)
		rc = hold_net_socket(n, e);
	if (rc == 0 && n->all)
		rc = n->join.proc.pid ? nsjoin_hold_all(&n->join, e) : no_process(n, "all", e);
	else if (rc == 0)
		rc = nsjoin_hold(&n->join, e);
	if (rc == 0 && n->user_parent)
		rc = hold_user_parent(n, e);
	if (rc == 0)
		rc = hold_dir(n, &n->root, "root", "root", e);
	if (rc == 0)
		rc = hold_dir(n, &n->wd, "wd", "cwd", e);
	if (rc == 0 && (n->follow || n->context))
		rc = n->join.proc.pid ? follow_hold(n, e) : no_process(n, "follow", e);
	if (rc < 0)
		return rc;
	default_ids(n);
	return handle_hold(&n->handle, e);
}
