/* SPDX-License-Identifier: GPL-2.0-or-later */
/* execute: prints a plan, or runs a plan whose child is the program and ends as the program ends.
 */
#ifndef NSU_COMMON_EXECUTE_H
#define NSU_COMMON_EXECUTE_H

#include "run/handle.h"
#include "run/plan.h"
#include "run/supervise.h"

/* Prints the plan for --explain. Ends the process if standard output cannot be written. */
void execute_explain(const struct plan *p, const void *ctx);

/* The fork of a plan: creates a child that supervise and handle refer to. Returns its pid, 0 in the
 * child, or a negative errno with e set. */
pid_t execute_fork(struct supervise *s, struct handle *h, struct nserr *e) must_check;

/* Blocks the signals and runs a plan that creates the child of s, until the child executes the
 * program. Returns 0, or a negative errno with e set; then the signals are as before. */
int execute_start(struct supervise *s, struct handle *h, struct plan *p, void *ctx,
		  struct nserr *e) must_check;

/* Reports the end of the program to h, and prints a warning if that fails. A negative wstatus means
 * that the wait has failed. */
void execute_ended(struct handle *h, int wstatus);

#endif
