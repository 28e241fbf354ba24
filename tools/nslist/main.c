// SPDX-License-Identifier: GPL-2.0-or-later
/* nslist: lists namespaces and the objects that keep them alive: processes, descriptors, mounts. */
#include "common/features.h"
#include "nslist.h"

#include <malloc.h>

#include "collect/hidden.h"
#include "common/cli.h"

/* Tests one of the operations that BPF iterators need, for --features. Returns 0 or a negative
 * errno. */
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
	run->hidden = run->o->strict && !run->o->task && collect_hides_processes(run->proc);
	nslist_look(run);
	run->view->print(run);
	status = nslist_report_missed(run);
	nslist_free_rows(run);
	nslist_users_free(run);
	collect_free(&run->c);
	close(run->proc);
	if (run->netlink > 0)
		close(run->netlink);
	free(run->targets);
	return status;
}

/* Lets malloc(3) extend the heap in large pieces, also for large buffers and in the second thread.
 * This saves a tenth of the system calls. */
static void set_memory(void)
{
#ifdef M_ARENA_MAX /* only the GNU C library has mallopt(3) */
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	mallopt(M_TOP_PAD, 1 << 20);
#endif
}

int main(int argc, char **argv)
{
	struct opts o;
	struct run run = { .o = &o, .programs = COLLECT_PROGRAMS_INIT };
	struct nserr e = NSERR_INIT;
	int status;

	set_memory();
	opts_parse(&o, argc, argv);
	if (o.list_columns)
		status = nslist_list_columns(&o);
	else if (check_opts(&o, &e) < 0)
		cli_die_usage_nserr(&e);
	else if (o.view == NSLIST_FEATURES)
		status = features_print(features, o.format == NSLIST_JSON);
	else
		status = print_view(&run);
	free(o.refs);
	return status;
}
