/* SPDX-License-Identifier: GPL-2.0-or-later */
/* step.h: runs single steps of a tool. The test must include the header of the tool first, which
 * declares struct opts and struct run. */
#ifndef NSU_UNIT_STEP_H
#define NSU_UNIT_STEP_H

#include <sched.h>

#include "../fault.h"
#include "tool.h"

static struct opts opts;
static struct run run;
static struct plan_step step;

/* Returns true if the step has done its work. */
static bool (*done)(void);

/* The function `accept` of fault_all(), or NULL. */
static bool (*accept_fault)(const char *why, const struct fault_run *f);

/* The error of the last call of message(). */
static struct nserr error;

static inline int try_step(void)
{
	struct nserr e = NSERR_INIT;
	int rc;

	/* the mounts of this attempt end with it */
	if (unshare(CLONE_NEWNS) < 0)
		return 1;
	fault_begin();
	rc = step.kind->run(&run, &step, &e);
	fault_end();
	return fault_result(rc, &e, done());
}

/* Returns the message of the step, or "" if it succeeds. */
static inline const char *message(const struct plan_kind *kind, const void *arg, uint64_t num)
{
	const struct plan_step s = { .kind = kind, .arg = arg, .num = num };

	error = NSERR_INIT;
	return unit_error(kind->run(&run, &s, &error), &error);
}

/* Makes each system call of the step fail, and then runs the step, which must do its work. */
static inline void check_step(const struct plan_kind *kind, const void *arg, uint64_t num,
			      bool (*is_done)(void))
{
	step = (struct plan_step){ .kind = kind, .arg = arg, .num = num };
	done = is_done;
	if (fault_supported())
		fault_all(kind->name, try_step, accept_fault);
	CHECK_STR(message(kind, arg, num), "");
	CHECK(done());
}

/* Returns the explanation of the step. The next call overwrites the result. */
static inline const char *shown(const struct plan_kind *kind, const void *arg, uint64_t num)
{
	static struct buf b;
	const struct plan_step s = { .kind = kind, .arg = arg, .num = num };

	buf_reset(&b);
	kind->show(&run, &s, &b);
	return b.s;
}

static inline bool always(void)
{
	return true;
}

#endif
