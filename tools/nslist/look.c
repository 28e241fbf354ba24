// SPDX-License-Identifier: GPL-2.0-or-later
/* look: scans the machine for the namespaces that the options need, and selects rows. */
#include "nslist.h"

#include "common/cli.h"

/* Returns the only process that must be read, or 0 if the columns need others as well. */
static pid_t only_process(const struct nslist *l)
{
	const struct nslist_opts *o = l->o;

	return o->view == NSLIST_ROWS && o->n_targets == 1 && !nslist_needs(o) ? o->targets[0].pid
									       : 0;
}

/* Returns what must be collected for the options. */
static struct collect_query query(const struct nslist *l)
{
	const struct nslist_opts *o = l->o;
	struct collect_query q = {
		.proc = l->proc,
		.types = o->types,
		.sources = o->sources,
		.only = only_process(l),
		.self = getpid(),
	};

	if (o->tree == NSLIST_OWNER || o->tree == NSLIST_USER_PID || o->view == NSLIST_DOT)
		q.types |= NSTYPE_BIT(NSTYPE_USER);
	if (o->view == NSLIST_ROWS && o->task)
		q.sources &= nslist_needs(o) | NSTYPE_BIT(COLLECT_PROC);
	return q;
}

void nslist_look(struct nslist *l)
{
	struct collect_query q = query(l);
	struct nserr e = NSERR_INIT;

	if (collect_run(&l->c, &q, &e) < 0)
		cli_die_nserr(&e);
	nslist_select(l);
}

void nslist_look_again(struct nslist *l)
{
	nslist_free_rows(l);
	collect_free(&l->c);
	nslist_look(l);
}
