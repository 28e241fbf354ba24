// SPDX-License-Identifier: GPL-2.0-or-later
/* nslist: list namespaces, however they are held. */
#include "common/features.h"
#include "nslist.h"

#include <locale.h>

#include "common/cli.h"

static void add_counts(struct buf *b, const char *why, const unsigned n[NSMISSED_WHATS])
{
	static const char *const names[NSMISSED_WHATS][2] = {
		[NSMISSED_PROC] = { "process", "processes" },
		[NSMISSED_SOCK] = { "socket", "sockets" },
		[NSMISSED_MNT] = { "mount namespace", "mount namespaces" },
		[NSMISSED_NS] = { "namespace", "namespaces" },
		[NSMISSED_DETAIL] = { "detail", "details" },
	};

	for (size_t i = 0; i < NSMISSED_WHATS; i++) {
		if (n[i] == 0)
			continue;
		buf_printf(b, "%s %s%s%u %s", b->len > 0 ? "," : "", why ? why : "",
			   why ? ": " : "", n[i], names[i][n[i] != 1]);
		why = NULL;
	}
}

/*
 * Reports in one line what could not be looked at. Details that the caller may not see are reported
 * with --strict only. Returns the exit status.
 */
static int report_partial(const struct nslist *l)
{
	cleanup_buf struct buf b = BUF_INIT;
	struct nsmissed m = l->c.missed;

	if (collect_complete(&l->c))
		return 0;
	if (!l->o->strict)
		m.n[NSMISSED_DENIED][NSMISSED_DETAIL] = 0;
	add_counts(&b, "permission denied", m.n[NSMISSED_DENIED]);
	add_counts(&b, "not supported by this kernel", m.n[NSMISSED_UNSUPPORTED]);
	add_counts(&b, "on a file server", m.n[NSMISSED_WAIT]);
	add_counts(&b, "cannot be read", m.n[NSMISSED_FAILED]);
	if (m.err)
		buf_printf(&b, " (%s)", strerror(-m.err));
	if (b.len > 0)
		cli_warn(0, "incomplete,%s", b.s);
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
	l.c.proc = procfs_open("/proc", &e);
	if (l.c.proc < 0)
		cli_die_nserr(&e);
	nslist_look(&l);
	print(&l);
	status = report_partial(&l);
	nslist_free_rows(&l);
	collect_free(&l.c);
	close(l.c.proc);
	free(o.targets);
	return status;
}
