// SPDX-License-Identifier: GPL-2.0-or-later
/* targets: references of the command line. */
#include <sys/stat.h>

#include "nslist.h"

#include "common/cli.h"
#include "kernel/sys_ns.h"
#include "ns/ref.h"

/* Keeps the pidfd open until nslist exits, so that the pid cannot be reused. */
static void name_process(struct target *t, const struct nsref *ref, struct nserr *e)
{
	struct nsref_process p;

	if (nsref_open_process(ref, &p, e) < 0)
		cli_die_nserr(e);
	t->pid = p.pid;
}

static void name_namespace(struct target *t, const struct nsref *ref, const struct nstype *type,
			   struct nserr *e)
{
	cleanup_fd int fd = -1;
	struct stat st;
	int64_t flag;

	/* the scan will find the inode or not, so it need not be opened */
	if (ref->kind == NSREF_INODE && ref->n_ups == 0) {
		t->type = ref->type;
		t->inode = (uint32_t)ref->num;
		return;
	}
	fd = nsref_open_ns(ref, type, e);
	if (fd < 0)
		cli_die_nserr(e);
	flag = sys_ns_type(fd);
	t->type = flag < 0 ? NULL : nstype_by_flag((uint64_t)flag);
	if (!t->type || fstat(fd, &st) < 0)
		cli_die(errno, "cannot read '%s'", t->text);
	t->inode = (uint32_t)st.st_ino;
}

void nslist_add_target(struct nslist_opts *o, const char *text, const struct nstype *type)
{
	struct nserr e = NSERR_INIT;
	struct target *t;
	struct nsref ref;

	t = reallocarray(o->targets, o->n_targets + 1, sizeof(*t));
	if (!t)
		cli_die(ENOMEM, "cannot list namespaces");
	o->targets = t;
	t += o->n_targets++;
	*t = (struct target){ .text = text };
	if (nsref_parse(text, &ref, &e) < 0)
		cli_die_nserr(&e);
	if (nsref_is_process(&ref) && !type)
		name_process(t, &ref, &e);
	else
		name_namespace(t, &ref, type, &e);
}

struct ns *nslist_target_ns(const struct nslist *l, const struct target *t)
{
	struct ns *ns = nstab_find(&l->c.tab, t->type, t->inode);

	if (ns)
		return ns;
	if (t->type)
		cli_die(0, "no %s namespace with inode %u", t->type->name, t->inode);
	cli_die(0, "no namespace with inode %u", t->inode);
}
