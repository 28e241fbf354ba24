// SPDX-License-Identifier: GPL-2.0-or-later
/* look: finds the namespaces that the options select, and creates the rows of the output. */
#include "nslist.h"

#include <sys/stat.h>

#include "common/cli.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_ns.h"

/* Returns the only process that must be read, or 0 if the columns need other processes, too. */
static pid_t only_process(const struct run *run)
{
	const struct opts *o = run->o;

	return o->view == NSLIST_ROWS && run->n_targets == 1 && !nslist_needs(o)
		       ? run->targets[0].pid
		       : 0;
}

/* Returns true if the view needs namespaces of types that are not printed. */
static bool all_types(enum nslist_view view)
{
	return view == NSLIST_FIND || view == NSLIST_CAPS || view == NSLIST_DOT;
}

/* Returns true if the caller can enter every namespace without entering its owner first. */
static bool enters_everything(void)
{
	struct stat st;

	return stat("/proc/self/ns/user", &st) == 0 && st.st_ino == SYS_NS_INO_USER &&
	       sys_cap_has(CAP_SYS_ADMIN);
}

/* Returns what must be collected for the options. */
static struct collect_query query(struct run *run)
{
	const struct opts *o = run->o;
	struct collect_query q = {
		.proc = run->proc,
		.types = all_types(o->view) ? NSTYPE_ALL_BITS : o->types,
		.sources = o->sources,
		.only = only_process(run),
		.self = getpid(),
		.no_bpf = o->no_bpf,
		.mount_details = nslist_needs_mounts(o),
		.programs = o->view == NSLIST_WATCH ? &run->programs : NULL,
	};

	if (o->tree == NSLIST_OWNER || o->tree == NSLIST_USER_PID || o->view == NSLIST_DOT)
		q.types |= NSTYPE_BIT(NSTYPE_USER);
	if (o->view == NSLIST_STALE) /* only the mounts of nslist itself are needed for --stale */
		q.only = q.self;
	if (o->view == NSLIST_LIMITS)
		q.types |= NSTYPE_BIT(NSTYPE_USER);
	if (o->view == NSLIST_CONTAINERS) {
		q.types = NSTYPE_ALL_BITS;
		/* read the parents of pid namespaces, and the ids of mount namespaces */
		if (enters_everything())
			q.related = NSTYPE_BIT(NSTYPE_PID) | NSTYPE_BIT(NSTYPE_MNT);
		q.sources &= NSTYPE_BIT(COLLECT_PROC);
	}
	if (o->view == NSLIST_ROWS && o->task)
		q.sources &= nslist_needs(o) | NSTYPE_BIT(COLLECT_PROC);
	return q;
}

void nslist_look(struct run *run)
{
	struct collect_query q = query(run);
	struct nserr e = NSERR_INIT;

	if (collect_run(&run->c, &q, &e) < 0)
		cli_die_nserr(&e);
	nslist_select(run);
}

/* Forgets the targets whose processes have ended, because a new process can have the same pid.
 * Without --task, prints an error message and exits instead. After a process has ended, access to a
 * file in its /proc directory fails with ESRCH (proc(5)). */
static void check_targets(struct run *run)
{
	for (size_t i = 0; i < run->n_targets; i++) {
		struct target *t = &run->targets[i];

		if (t->procfd < 0 || faccessat(t->procfd, "stat", F_OK, 0) == 0 || errno != ESRCH)
			continue;
		if (!run->o->task)
			cli_die(ESRCH, "process %d", (int)t->pid);
		t->pid = -1;
	}
}

void nslist_look_again(struct run *run)
{
	check_targets(run);
	nslist_free_rows(run);
	collect_free(&run->c);
	nslist_look(run);
}
