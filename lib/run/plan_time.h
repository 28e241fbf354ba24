/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan_time: declares the steps that move the clocks, for the plans of nstimeoffset and nsunshare.
 */
#ifndef NSU_RUN_PLAN_TIME_H
#define NSU_RUN_PLAN_TIME_H

#include "ns/timens_proc.h"
#include "run/plan.h"

/* Creates a time namespace with unshare(CLONE_NEWTIME). A tool that unshares more has a step of its
 * own. */
extern const struct plan_kind plan_time_unshare;

/*
 * Writes the offsets (arg: const struct timens *) and reads them back. It must run after the
 * unshare and before a process enters (Linux 5.6). num is an O_PATH descriptor of the /proc
 * directory of the process whose children they are for, or 0 for the actor itself.
 */
extern const struct plan_kind plan_time_write;

/* Moves the actor into the time namespace that it has created, without fork or exec (Linux 5.6). */
extern const struct plan_kind plan_time_enter;

#endif
