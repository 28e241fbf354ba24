// SPDX-License-Identifier: GPL-2.0-or-later
/* resolve: finds the processes and namespaces that the references of the command line name. */
#include "nslist.h"

#include <sys/stat.h>

#include "common/cli.h"
#include "kernel/sys_ns.h"

/* Sets the target to a process. Keeps the process's directory in /proc open until nslist exits, so
 * that --watch can detect that the process has ended. Returns 0, or a negative errno with e set. */
static int resolve_process(struct target *t, const struct nsref *ref, struct nserr *e)
{
	struct nsref_process p;
	int rc = nsref_open_process(ref, &p, e);

	if (rc < 0)
		return rc;
	t->pid = p.pid;
	t->procfd = TAKE_FD(p.procfd);
	nsref_process_close(&p);
	return 0;
}

/* Finds the process of --task. If the process has ended or is hidden, or if the pid is that of a
 * thread, sets t->pid to -1, so that nslist prints no row, as lsns(8) does. Returns 0, or a
 * negative errno with e set. */
static int resolve_task(struct target *t, const struct nsref *ref, struct nserr *e)
{
	struct nserr why = NSERR_INIT;
	int rc = resolve_process(t, ref, &why);

	if (rc == -ESRCH || rc == -EINVAL || rc == -EACCES) {
		t->pid = -1; /* -1 is a pid that no process has */
		return 0;
	}
	if (rc < 0)
		*e = why;
	return rc;
}

/* Sets the target to a namespace. Returns 0, or a negative errno with e set. */
static int resolve_namespace(struct target *t, const struct nsref *ref, const struct nstype *type,
			     struct nserr *e)
{
	cleanup_fd int fd = -1;
	struct stat st;
	int64_t flag;

	/* a namespace that is given by its inode need not be opened, because the scan finds it by
	 * the inode */
	if (ref->kind == NSREF_INODE && ref->n_ups == 0) {
		t->type = ref->type;
		t->inode = (uint32_t)ref->num;
		return 0;
	}
	fd = nsref_open_ns(ref, type, e);
	if (fd < 0)
		return fd;
	flag = sys_ns_type(fd);
	t->type = flag < 0 ? NULL : nstype_by_flag((uint64_t)flag);
	if (!t->type || fstat(fd, &st) < 0)
		return nserr_set(e, errno, "cannot read '%s'", ref->text);
	t->inode = (uint32_t)st.st_ino;
	return 0;
}

static int resolve_one(struct target *t, const struct nsref *ref, const struct opts *o,
		       struct nserr *e)
{
	t->procfd = -1;
	if (o->task)
		return resolve_task(t, ref, e);
	return nsref_is_process(ref) && !o->of_type ? resolve_process(t, ref, e)
						    : resolve_namespace(t, ref, o->of_type, e);
}

int resolve(struct run *run, struct nserr *e)
{
	const struct opts *o = run->o;

	run->targets = calloc(o->n_refs + 1, sizeof(*run->targets));
	if (!run->targets)
		return nserr_set(e, ENOMEM, "cannot list namespaces");
	for (; run->n_targets < o->n_refs; run->n_targets++) {
		int rc = resolve_one(&run->targets[run->n_targets], &o->refs[run->n_targets], o, e);

		if (rc < 0)
			return rc;
	}
	return 0;
}

struct ns *nslist_target_ns(const struct run *run, const struct target *t)
{
	struct ns *ns = nstab_find(&run->c.tab, t->type, t->inode);

	if (ns)
		return ns;
	if (t->type)
		cli_die(0, "no %s namespace with inode %u", t->type->name, t->inode);
	cli_die(0, "no namespace with inode %u", t->inode);
}
