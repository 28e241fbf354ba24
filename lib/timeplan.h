/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timeplan: the steps that move the clocks, for the plans of nstimeoffset and nsunshare. */
#ifndef NSU_TIMEPLAN_H
#define NSU_TIMEPLAN_H

#include "plan.h"
#include "timeoffio.h"

/* unshare(CLONE_NEWTIME) alone; a tool that unshares more does it in its own step. */
extern const struct plan_kind timeplan_unshare;

/*
 * Writes the offsets (arg: const struct timeoff *) and reads them back: between the unshare and
 * the first process that enters, 5.6. num: O_PATH descriptor of the /proc directory of the process
 * whose children they are for, 0 for the actor itself.
 */
extern const struct plan_kind timeplan_write;

/* The actor enters what it has unshared: no fork or exec is needed, 5.6. */
extern const struct plan_kind timeplan_enter;

#endif
