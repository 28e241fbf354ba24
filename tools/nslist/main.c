// SPDX-License-Identifier: GPL-2.0-or-later
/* nslist: list namespaces, however they are held. */
#include "nslist.h"

#include <locale.h>

#include "cli.h"

static void add_count(struct buf *b, unsigned n, const char *one, const char *more)
{
	if (n > 0)
		buf_printf(b, "%s%u %s", b->len > 0 ? ", " : "", n, n == 1 ? one : more);
}

/* What could not be looked at, in one line; the exit status that follows. */
static int report_partial(const struct nslist *l)
{
	cleanup_buf struct buf b = BUF_INIT;

	if (nscollect_complete(&l->c))
		return 0;
	add_count(&b, l->c.denied, "process", "processes");
	add_count(&b, l->c.denied_sockets, "socket", "sockets");
	add_count(&b, l->c.denied_mnt, "mount namespace", "mount namespaces");
	cli_warn(0, "incomplete, permission denied: %s", b.s ? b.s : "");
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
	if (o->task)
		l->c.sources &= nslist_needs(o) | NSTYPE_BIT(NSCOLLECT_PROC);
	if (o->task && !nslist_needs(o))
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
