/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timeplan: the steps that move the clocks, for the plans of nstimeoffset and nsunshare. */
#ifndef NSU_RUN_PLAN_TIME_H
#define NSU_RUN_PLAN_TIME_H

#include "ns/timens_proc.h"
#include "run/plan.h"

/* unshare(CLONE_NEWTIME) alone; a tool that unshares more does it in its own step. */
extern const struct plan_kind plan_time_unshare;

/*
 * Writes the offsets (arg: const struct timens *) and reads them back: between the unshare and
 * the first process that enters, 5.6. num: O_PATH descriptor of the /proc directory of the process
 * whose children they are for, 0 for the actor itself.
 */
extern const struct plan_kind plan_time_write;

/* The actor enters what it has unshared: no fork or exec is needed, 5.6. */
extern const struct plan_kind plan_time_enter;

#endif
