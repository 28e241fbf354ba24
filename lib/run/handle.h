/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * handle: what a script holds a run by: descriptors to be told on and to hold it up with, a pid
 * file; and which descriptors the program inherits. Options and steps that the exec tools share.
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

/* Whether the options need a parent that stays. */
bool handle_forks(const struct handle *h);

/* Steps; each adds nothing when no option asks for it. h is borrowed. */

/* After creation, before maps: blocks until --wait-fd has a byte or ends. Pending HUP, INT, QUIT or
 * TERM make it fail with -EINTR, so that what was set up is taken back. */
void handle_plan_wait(struct handle *h, struct plan *p, enum plan_actor actor);

/*
 * In the caller once h->pid is set: writes the pid file, and "created" on --status-fd. A pid file
 * is created, or replaces the regular file of an earlier run; a device, or an own descriptor named
 * by /dev/stdout, /dev/fd/N or /proc/self/fd/N, is written to. Anything else is refused: a FIFO
 * could block, and the symbolic link of another user could lead anywhere. Only the file that was
 * created here is removed.
 */
void handle_plan_created(struct handle *h, struct plan *p);

/* The last before exec: descriptors, and the line on --ready-fd, not written when the program
 * cannot be executed. program is argv[0]. */
void handle_plan_exec(struct handle *h, struct plan *p, enum plan_actor actor, const char *program);

/* In the parent that stays: when the program runs, and when it has ended. A negative wstatus says
 * that nobody knows how. handle_ended() fails where the pid file cannot be removed. */
void handle_running(struct handle *h);
int handle_ended(struct handle *h, int wstatus, struct nserr *e) must_check;

#endif
