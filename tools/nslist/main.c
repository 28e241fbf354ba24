// SPDX-License-Identifier: GPL-2.0-or-later
/* nslist: list namespaces, however they are held. */
#include "common/features.h"
#include "nslist.h"

#include <locale.h>

#include "common/cli.h"

/* Appends the counts of objects that could not be read for one reason: "2 processes (why)". */
static void add_counts(struct buf *b, const unsigned n[NSMISSED_WHATS], const char *why)
{
	static const char *const names[NSMISSED_WHATS][2] = {
		[NSMISSED_PROC] = { "process", "processes" },
		[NSMISSED_SOCK] = { "socket", "sockets" },
		[NSMISSED_MNT] = { "mount namespace", "mount namespaces" },
		[NSMISSED_NS] = { "namespace", "namespaces" },
		[NSMISSED_DETAIL] = { "value", "values" },
	};
	const char *separator = b->len > 0 ? "; " : "";
	bool any = false;

	for (size_t i = 0; i < NSMISSED_WHATS; i++) {
		if (n[i] == 0)
			continue;
		buf_printf(b, "%s%u %s", separator, n[i], names[i][n[i] != 1]);
		separator = ", ";
		any = true;
	}
	if (any)
		buf_printf(b, " (%s)", why);
}

/*
 * Prints one warning that counts what could not be read. Values that the caller has no permission
 * to read are counted only with --strict. Returns the exit status.
 */
static int report_partial(const struct nslist *l)
{
	cleanup_buf struct buf b = BUF_INIT;
	struct nsmissed m = l->c.missed;

	if (collect_complete(&l->c))
		return 0;
	if (!l->o->strict)
		m.n[NSMISSED_DENIED][NSMISSED_DETAIL] = 0;
	add_counts(&b, m.n[NSMISSED_DENIED], "permission denied");
	add_counts(&b, m.n[NSMISSED_UNSUPPORTED], "not supported by this kernel");
	add_counts(&b, m.n[NSMISSED_WAIT], "on a file server, which may not answer");
	add_counts(&b, m.n[NSMISSED_FAILED], strerror(-m.err));
	if (b.len > 0)
		cli_warn(0, "incomplete output: %s", b.s);
	return l->o->strict ? CLI_EXIT_INCOMPLETE : 0;
}

static void print(struct nslist *l)
{
	switch (l->o->view) {
	case NSLIST_ROWS:
	case NSLIST_MEMBERS:
		nslist_print(l);
		break;
	case NSLIST_SHOW:
		nslist_show(l);
		break;
	case NSLIST_DIFF:
		nslist_diff(l);
		break;
	case NSLIST_LIMITS:
		nslist_limits(l);
		break;
	case NSLIST_DOT:
		nslist_dot(l);
		break;
	case NSLIST_WATCH:
		nslist_watch(l);
		break;
	case NSLIST_FEATURES: /* needs no list */
		break;
	}
}

static void features(struct features *f)
{
	features_add(f, &feature_namespace_ids);
	features_add(f, &feature_mount_namespace_next);
	features_add(f, &feature_listns);
	features_add(f, &feature_children_file);
	features_add(f, &feature_pidfd);
}

int main(int argc, char **argv)
{
	struct nslist_opts o = { 0 };
	struct nslist l = { .o = &o };
	struct nserr e = NSERR_INIT;
	int status;

	setlocale(LC_CTYPE, "");
	nslist_parse(&o, argc, argv);
	if (o.view == NSLIST_FEATURES)
		return features_print(features, o.format == NSLIST_JSON);
	l.proc = procfs_open("/proc", &e);
	if (l.proc < 0)
		cli_die_nserr(&e);
	nslist_look(&l);
	print(&l);
	status = report_partial(&l);
	nslist_free_rows(&l);
	collect_free(&l.c);
	close(l.proc);
	free(o.targets);
	return status;
}
