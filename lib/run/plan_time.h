/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan_time: declares the steps of a plan that set the clocks of a time namespace, for nstimeoffset
 * and nsunshare. */
#ifndef NSU_RUN_PLAN_TIME_H
#define NSU_RUN_PLAN_TIME_H

#include "ns/timens_proc.h"
#include "run/plan.h"

/* Creates a time namespace with unshare(CLONE_NEWTIME). For nstimeoffset; nsunshare creates a time
 * namespace together with its other namespaces in its own step. */
extern const struct plan_kind plan_time_unshare;

/*
 * Writes the offsets (arg: const struct timens *) and reads them back. Must run after unshare(2)
 * and before a process enters the namespace (Linux 5.6). num is an O_PATH descriptor of the /proc
 * directory of the process whose children get the offsets; 0 means the process that runs the step.
 */
extern const struct plan_kind plan_time_write;

/* Moves the actor into the time namespace that it has created, without fork or exec (Linux 5.6). */
extern const struct plan_kind plan_time_enter;

#endif
