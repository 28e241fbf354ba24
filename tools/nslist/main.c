// SPDX-License-Identifier: GPL-2.0-or-later
/* nslist: list namespaces, however they are held. */
#include "nslist.h"

#include <locale.h>

#include "cli.h"

/* What could not be looked at, in one line; the exit status that follows. */
static int report_partial(const struct nslist *l)
{
	if (l->c.denied == 0)
		return 0;
	cli_warn(0, "%u process%s could not be looked at: permission denied", l->c.denied,
		 l->c.denied == 1 ? "" : "es");
	return l->o->strict ? CLI_EXIT_INCOMPLETE : 0;
}

static void collect(struct nslist *l)
{
	const struct nslist_opts *o = l->o;
	struct nserr e = NSERR_INIT;

	l->c.types = o->types;
	if (o->tree == NSLIST_OWNER)
		l->c.types |= NSTYPE_BIT(NSTYPE_USER);
	l->c.sources = o->sources;
	l->c.self = getpid();
	if (o->task && !(nslist_needs(o) & NEED_MEMBERS))
		l->c.only = o->task;
	l->c.proc = nsproc_open("/proc", &e);
	if (l->c.proc < 0 || nscollect_run(&l->c, &e) < 0)
		cli_die_nserr(&e);
}

int main(int argc, char **argv)
{
	struct nslist_opts o = { 0 };
	struct nslist l = { .o = &o };
	int status;

	setlocale(LC_CTYPE, "");
	nslist_parse(&o, argc, argv);
	collect(&l);
	nslist_select(&l);
	nslist_print(&l);
	status = report_partial(&l);
	nslist_details_free(&l);
	free(l.rows);
	close(l.c.proc);
	nscollect_free(&l.c);
	return status;
}
