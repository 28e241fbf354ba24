/* SPDX-License-Identifier: GPL-2.0-or-later */
/* execute: prints or executes a plan, which is a list of steps. The last step executes the
 * program. */
#ifndef NSU_COMMON_EXECUTE_H
#define NSU_COMMON_EXECUTE_H

#include "run/handle.h"
#include "run/plan.h"
#include "run/supervise.h"

/* Prints the plan to standard output, for --explain. Ends the process if the write fails. */
void execute_explain(const struct plan *p, const void *ctx);

/* Creates the child of a plan. As after fork(2), the child does not share the memory of its parent.
 * Stores the pid of the child in s and h. Returns the pid, 0 in the child, or a negative errno with
 * e set. */
pid_t execute_fork(struct supervise *s, struct handle *h, struct nserr *e) must_check;

/* Blocks the signals as supervise_block() does, and executes the plan p, one step of which creates
 * the child that s supervises. Returns 0 after the child has executed the program, or unblocks the
 * signals and returns a negative errno with e set. */
int execute_start(struct supervise *s, struct handle *h, struct plan *p, void *ctx,
		  struct nserr *e) must_check;

/* Reports to h that the program has ended with wstatus, and prints a warning if that fails. A
 * negative wstatus means that waiting for the program failed. */
void execute_ended(struct handle *h, int wstatus);

#endif
