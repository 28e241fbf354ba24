// SPDX-License-Identifier: GPL-2.0-or-later
/* nsenter2: opens everything that is needed, before any namespace is entered. */
#include <stdio.h>

#include "base/file.h"
#include "idmap/procfile.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_ns.h"
#include "nsenter2.h"

/* Stores a namespace to be entered by its descriptor. Takes ownership of fd. */
static void hold_fd(struct run *r, const struct nstype *type, int fd, const char *name)
{
	unsigned i = nstype_index(type);

	util_close(&r->join.fds[i]);
	r->join.fds[i] = fd;
	r->join.names[i] = name;
}

static int open_process(struct run *r, struct nserr *e)
{
	int rc = nsref_open_process(&r->o->ref, &r->join.proc, e);

	if (rc < 0)
		return rc;
	return nsref_check_living(&r->join.proc, e);
}

/* Opens the target, which is a namespace, and stores it as the namespace of its type to enter.
 * Returns 0, or a negative errno with e set. */
static int open_ns(struct run *r, struct nserr *e)
{
	int fd = nsref_open_ns(&r->o->ref, NULL, e);
	int64_t flag = fd < 0 ? -1 : sys_ns_type(fd);
	const struct nstype *type = flag < 0 ? NULL : nstype_by_flag((uint64_t)flag);

	if (fd < 0)
		return fd;
	if (!type) {
		close(fd);
		return nserr_set(e, 0, "the type of the namespace '%s' is unknown", r->o->target);
	}
	hold_fd(r, type, fd, r->o->target);
	return 0;
}

int resolve_target(struct run *r, struct nserr *e)
{
	return nsref_is_process(&r->o->ref) ? open_process(r, e) : open_ns(r, e);
}

/* Sets a hint for arguments such as "-Unp", where "np" is the file of -U, as in nsenter(1). file is
 * a part of the argument. */
static void hint_letters(const struct nstype *type, const char *file, struct nserr *e)
{
	if (file[-1] == '=') /* for example --user=np */
		return;
	for (const char *s = file; *s; s++)
		if (!nstype_by_opt(*s) && !strchr("atFr", *s))
			return;
	nserr_hint(e, "write '-%c -%s' as two options: text directly after -%c is a file name",
		   type->opt, file, type->opt);
}

/* Opens the namespace of --TYPE=FILE or --TYPE=:NSID. Returns 0, or a negative errno with e set. */
static int hold_file(struct run *r, const struct nstype *type, struct nserr *e)
{
	const char *file = r->o->files[nstype_index(type)];
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
	hold_fd(r, type, fd, file);
	return 0;
}

/* Sets e for an option that needs a process as target, if the target is a namespace. Returns
 * -EINVAL. */
static int no_process(const struct run *r, const char *option, struct nserr *e)
{
	return nserr_set(e, 0, "--%s requires a process, but '%s' is a namespace", option,
			 r->o->target);
}

static int hold_types(struct run *r, struct nserr *e)
{
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		int rc = r->o->files[i] ? hold_file(r, &nstypes[i], e) : 0;

		if (rc < 0)
			return rc;
		if (!(r->o->types & nstypes[i].flag) || r->join.fds[i] >= 0)
			continue;
		if (r->join.proc.pid == 0)
			return no_process(r, nstypes[i].longopt, e);
		r->join.mask |= nstypes[i].flag;
	}
	return 0;
}

static int hold_net_socket(struct run *r, struct nserr *e)
{
	int fd;

	if (r->join.proc.pid == 0)
		return no_process(r, "net-socket", e);
	fd = nsref_open_socket(&r->join.proc, r->o->net_socket, e);
	if (fd < 0) {
		nserr_prefix(e, "--net-socket");
		return fd;
	}
	r->join.mask &= ~nstypes[NSTYPE_NET].flag;
	hold_fd(r, &nstypes[NSTYPE_NET], fd, "of the socket");
	return 0;
}

/* Opens the user namespace that owns the namespaces to enter. If --user is given, opens the parent
 * of that user namespace, which is its owner. Returns 0, or a negative errno with e set. */
static int hold_user_parent(struct run *r, struct nserr *e)
{
	static const uint8_t order[] = { NSTYPE_USER, NSTYPE_CGROUP, NSTYPE_IPC, NSTYPE_UTS,
					 NSTYPE_NET,  NSTYPE_PID,    NSTYPE_MNT, NSTYPE_TIME };

	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		const struct nstype *t = &nstypes[order[i]];
		cleanup_fd int own = -1;
		int fd = r->join.fds[order[i]], owner;

		if (!(nsjoin_types(&r->join) & t->flag))
			continue;
		if (fd < 0)
			fd = own = nsref_open_proc_ns(&r->join.proc, t, e);
		if (fd < 0)
			return fd;
		owner = sys_ns_owner(fd);
		if (owner < 0)
			return nserr_set(e, owner,
					 "--user-parent: cannot get the user namespace that owns "
					 "the %s namespace",
					 t->name);
		r->join.mask &= ~nstypes[NSTYPE_USER].flag;
		hold_fd(r, &nstypes[NSTYPE_USER], owner, "that owns the others");
		return 0;
	}
	return nserr_set(e, 0, "--user-parent requires another namespace, such as --net");
}

/*
 * Opens the directory that an option names, before any namespace is entered. The directory is a
 * path in the caller's root, or the root or working directory of the target (`link` in /proc/PID).
 * Returns 0, or a negative errno with e set.
 */
static int hold_dir(struct run *r, const struct dir_opt *dir, int *fd, const char *option,
		    const char *link, struct nserr *e)
{
	const char *path = dir->from == DIR_PATH ? dir->path : link;

	if (dir->from == DIR_UNSET)
		return 0;
	if (dir->from == DIR_TARGET && r->join.proc.pid == 0)
		return no_process(r, option, e);
	*fd = file_open_at(dir->from == DIR_PATH ? AT_FDCWD : r->join.proc.procfd, path,
			   O_PATH | O_DIRECTORY, 0);
	if (*fd >= 0)
		return 0;
	if (dir->from == DIR_PATH)
		return nserr_set(e, *fd, "--%s: cannot open directory '%s'", option, path);
	return nserr_set(e, *fd, "--%s: cannot open '/proc/%d/%s'", option, (int)r->join.proc.pid,
			 link);
}

/* Returns true if the caller's own user namespace denies setgroups(2), so that the caller cannot
 * drop its groups before it enters another user namespace. */
static bool denies_setgroups(void)
{
	cleanup_fd int self = file_open_self(NULL);

	return self >= 0 && idmap_read_setgroups(self) == IDMAP_SETGROUPS_DENY;
}

/*
 * Decides whether the supplementary groups are set before the user namespace is entered, because
 * setgroups(2) may be denied inside. They are not if the caller cannot change its groups at all. If
 * that is not known, the step is added and reports its own failure, because the program must not
 * keep groups without a message.
 */
static void settle_groups(struct run *r)
{
	struct cred *c = &r->cred;
	bool drop = c->ngroups == 0 || (c->groups_optional && !r->outside_groups);
	/* after the groups have been dropped, the program may still get those of a user */
	bool drop_only = !c->set_groups || (c->ngroups == 0 && !c->groups_optional);

	if (r->o->preserve && !c->set_groups)
		c->groups_optional = true;
	else if (nsjoin_types(&r->join) & CLONE_NEWUSER)
		r->groups_before = (drop ? getgroups(0, NULL) != 0 : r->outside_groups) &&
				   sys_cap_held(CAP_SETGID) != 0 && !denies_setgroups();
	c->groups_done = r->outside_groups || (r->groups_before && drop_only);
}

/* Sets the default ids: without options, the program becomes root in the entered user namespace if
 * the id maps and setgroups permit it. */
static void default_ids(struct run *r)
{
	struct cred *c = &r->cred;

	if (!(nsjoin_types(&r->join) & CLONE_NEWUSER) || r->o->preserve)
		return;
	c->uid_optional = !c->set_uid;
	c->gid_optional = !c->set_gid;
	c->groups_optional |= !c->set_gid && !c->set_groups;
	c->set_uid = c->set_gid = true;
}

int resolve(struct run *r, struct nserr *e)
{
	const struct opts *o = r->o;
	int rc = hold_types(r, e);

	if (rc < 0)
		return rc;
	if (o->etc_netns && !mount_netns_name(o))
		return nserr_set(
			e, 0,
			"--etc-netns: no network namespace with a name in /run/netns is selected");
	if (o->net_socket >= 0 && (rc = hold_net_socket(r, e)) < 0)
		return rc;
	if (o->all && r->join.proc.pid == 0)
		return no_process(r, "all", e);
	rc = o->all ? nsjoin_hold_all(&r->join, e) : nsjoin_hold(&r->join, e);
	if (rc < 0)
		return rc;
	if (o->user_parent && (rc = hold_user_parent(r, e)) < 0)
		return rc;
	rc = hold_dir(r, &o->root, &r->root_fd, "root", "root", e);
	if (rc < 0)
		return rc;
	rc = hold_dir(r, &o->wd, &r->wd_fd, "wd", "cwd", e);
	if (rc < 0)
		return rc;
	if ((o->follow || o->context) && r->join.proc.pid == 0)
		return no_process(r, "follow", e);
	rc = follow_read(r, e);
	if (rc < 0)
		return rc;
	default_ids(r);
	settle_groups(r);
	r->cred.caps_follow_uid = true;
	r->supervise.death_signal = o->kill_signal;
	return handle_hold(&r->handle, e);
}
