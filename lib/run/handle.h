/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * handle: lets a script control a run: descriptors that report or delay it, a pid file, and the
 * descriptors that the program inherits. The exec tools share its options and steps.
 */
#ifndef NSU_RUN_HANDLE_H
#define NSU_RUN_HANDLE_H

#include <sys/stat.h>
#include <sys/types.h>

#include "base/nserr.h"
#include "kernel/trustpath.h"
#include "run/plan.h"

#define HANDLE_KEEP_MAX 64

struct handle {
	int ready_fd, wait_fd, status_fd; /* -1: none */
	const char *pid_file;             /* or NULL */
	bool close_fds;
	int keep[HANDLE_KEEP_MAX]; /* ascending */
	size_t nkeep;

	pid_t pid; /* of the program, set by the tool's fork step */

	/* private */
	const char *program;
	int self;                  /* the tool's /proc directory, opened by handle_hold(), or -1 */
	struct trustpath pid_path; /* of pid_file */
	bool pid_file_ours;        /* the pid file was written here and must be removed */
	struct stat pid_stat;      /* of the pid file, if it is ours */
};

#define HANDLE_INIT \
	((struct handle){ .ready_fd = -1, \
			  .wait_fd = -1, \
			  .status_fd = -1, \
			  .self = -1, \
			  .pid_path = TRUSTPATH_INIT })

/* Opens the directory of the pid file and /proc, for a tool that changes its directory, root or
 * mount namespace before it uses them. Returns 0 or a negative errno with e set. */
int handle_hold(struct handle *h, struct nserr *e) must_check;

/* Returns true if the options need a parent that stays. */
bool handle_forks(const struct handle *h);

/* The following functions add steps, or nothing if no option asks for them. h is borrowed. */

/* Adds a step that blocks until --wait-fd has a byte or ends; for after the creation and before the
 * maps. The step fails with -EINTR if HUP, INT, QUIT or TERM is pending, so that the plan is
 * undone. */
void handle_plan_wait(struct handle *h, struct plan *p, enum plan_actor actor);

/*
 * Adds a step of the caller, for when h->pid is set, that writes the pid file, and "created" to
 * --status-fd. A pid file is created, or replaces the regular file of an earlier run; a device, or
 * an own descriptor named by /dev/stdout, /dev/fd/N or /proc/self/fd/N, is written to. Anything
 * else is refused: a FIFO could block, and the symbolic link of another user could lead anywhere.
 * Only the file that was created here is removed.
 */
void handle_plan_created(struct handle *h, struct plan *p);

/* Does the same as a step of `actor`. If that is the helper, the caller calls handle_served() once
 * the child exists, and the helper calls handle_running() and handle_ended(). */
void handle_plan_created_by(struct handle *h, struct plan *p, enum plan_actor actor);
void handle_served(struct handle *h);

/* Adds the last step before exec, which closes descriptors and writes the line to --ready-fd. The
 * line is not written if the program cannot be executed. program is argv[0]. */
void handle_plan_exec(struct handle *h, struct plan *p, enum plan_actor actor, const char *program);

/* For the parent that stays. handle_running() reports that the program runs, handle_ended() that it
 * has ended; a negative wstatus means that the status is unknown. handle_ended() returns 0, or a
 * negative errno with e set if the pid file cannot be removed. */
void handle_running(struct handle *h);
int handle_ended(struct handle *h, int wstatus, struct nserr *e) must_check;

#endif
