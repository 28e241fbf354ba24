// SPDX-License-Identifier: GPL-2.0-or-later
/* nslist: lists namespaces and the objects that keep them alive: processes, descriptors, mounts. */
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
static int report_partial(const struct run *run)
{
	cleanup_buf struct buf b = BUF_INIT;
	struct nsmissed m = run->c.missed;

	if (collect_complete(&run->c))
		return 0;
	if (!run->o->strict)
		m.n[NSMISSED_DENIED][NSMISSED_DETAIL] = 0;
	add_counts(&b, m.n[NSMISSED_DENIED], "permission denied");
	add_counts(&b, m.n[NSMISSED_UNSUPPORTED], "not supported by this kernel");
	add_counts(&b, m.n[NSMISSED_WAIT], "on a file server, which may not answer");
	add_counts(&b, m.n[NSMISSED_FAILED], strerror(-m.err));
	if (b.len > 0)
		cli_warn(0, "incomplete output: %s", b.s);
	return run->o->strict ? CLI_EXIT_INCOMPLETE : 0;
}

static int list_columns(void)
{
	cleanup_buf struct buf b = BUF_INIT;

	for (size_t i = 0; i < nslist_n_columns; i++)
		buf_printf(&b, "%12s  %s\n", nslist_columns[i].name, nslist_columns[i].help);
	cli_print(&b);
	return 0;
}

/* Tries one step of using BPF iterators, for --features. Returns 0 or a negative errno. */
static int try_bpf(uint64_t step)
{
	cleanup_fd int proc = procfs_open("/proc", NULL);
	const struct collect_query q = {
		.proc = proc, .types = NSTYPE_ALL_BITS, .sources = COLLECT_ALL, .self = getpid()
	};

	return proc < 0 ? proc : collect_try_bpf(&q, (enum collect_bpf_step)step);
}

/* The conditions for BPF iterators. The first one that is "no" is the reason why nslist reads
 * /proc. */
static const struct feature bpf_features[] = {
	{ "bpf-permitted", try_bpf, COLLECT_BPF_CALLER, false },
	{ "bpf-kernel-types", try_bpf, COLLECT_BPF_BTF, false },
	{ "bpf-iterators", try_bpf, COLLECT_BPF_LOADED, false },
};

static void features(struct features *f)
{
	features_add(f, &feature_namespace_ids);
	features_add(f, &feature_mount_namespace_next);
	features_add(f, &feature_listns);
	features_add(f, &feature_children_file);
	features_add(f, &feature_pidfd);
	for (size_t i = 0; i < ARRAY_SIZE(bpf_features); i++)
		features_add(f, &bpf_features[i]);
}

/* Scans and prints the selected view. Returns the exit status. */
static int print_view(struct run *run)
{
	struct nserr e = NSERR_INIT;
	int status;

	run->view = &nslist_views[run->o->view];
	if (resolve(run, &e) < 0)
		cli_die_nserr(&e);
	run->proc = procfs_open("/proc", &e);
	if (run->proc < 0)
		cli_die_nserr(&e);
	nslist_look(run);
	run->view->print(run);
	status = report_partial(run);
	nslist_free_rows(run);
	nslist_users_free(run);
	collect_free(&run->c);
	close(run->proc);
	if (run->netlink > 0)
		close(run->netlink);
	free(run->targets);
	return status;
}

int main(int argc, char **argv)
{
	struct opts o;
	struct run run = { .o = &o, .programs = COLLECT_PROGRAMS_INIT };
	struct nserr e = NSERR_INIT;
	int status;

	setlocale(LC_CTYPE, "");
	opts_parse(&o, argc, argv);
	if (o.list_columns)
		status = list_columns();
	else if (check_opts(&o, &e) < 0)
		cli_die_nserr(&e);
	else if (o.view == NSLIST_FEATURES)
		status = features_print(features, o.format == NSLIST_JSON);
	else
		status = print_view(&run);
	free(o.refs);
	return status;
}
