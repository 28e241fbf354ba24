// SPDX-License-Identifier: GPL-2.0-or-later
/* look: scans the machine for the namespaces that the options need, and selects rows. */
#include "nslist.h"

#include "common/cli.h"

/* Returns the only process that must be read, or 0 if the columns need others as well. */
static pid_t only_process(const struct nslist_opts *o)
{
	return o->view == NSLIST_ROWS && o->n_targets == 1 && !nslist_needs(o) ? o->targets[0].pid
									       : 0;
}

static void collect(struct nslist *l)
{
	const struct nslist_opts *o = l->o;
	int proc = l->c.proc;
	struct nserr e = NSERR_INIT;

	l->c = (struct collect){
		.proc = proc,
		.types = o->types,
		.sources = o->sources,
		.self = getpid(),
		.only = only_process(o),
	};
	if (o->tree == NSLIST_OWNER || o->tree == NSLIST_USER_PID || o->view == NSLIST_DOT)
		l->c.types |= NSTYPE_BIT(NSTYPE_USER);
	if (o->view == NSLIST_ROWS && o->task)
		l->c.sources &= nslist_needs(o) | NSTYPE_BIT(COLLECT_PROC);
	if (collect_run(&l->c, &e) < 0)
		cli_die_nserr(&e);
}

void nslist_look(struct nslist *l)
{
	collect(l);
	nslist_select(l);
}

void nslist_look_again(struct nslist *l)
{
	nslist_free_rows(l);
	collect_free(&l->c);
	nslist_look(l);
}
