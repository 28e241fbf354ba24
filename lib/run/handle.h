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

enum handle_key {
	HANDLE_KEY_READY_FD = 0x1000,
	HANDLE_KEY_WAIT_FD,
	HANDLE_KEY_STATUS_FD,
	HANDLE_KEY_PID_FILE,
	HANDLE_KEY_CLOSE_FDS,
	HANDLE_KEY_KEEP_FD,
};

/* Rows for struct cli_opt tables: of a tool that becomes the program, and of one that can stay as
 * its parent. */
/* clang-format off */
#define HANDLE_OPTS_BEFORE \
	{ HANDLE_KEY_READY_FD,  "ready-fd",  CLI_ARG,  "<n>",    "write a line to descriptor n right before the program runs" }, \
	{ HANDLE_KEY_WAIT_FD,   "wait-fd",   CLI_ARG,  "<n>",    "go on when descriptor n has a byte or ends" }
#define HANDLE_OPTS_FDS \
	{ HANDLE_KEY_CLOSE_FDS, "close-fds", CLI_NONE, NULL,     "close all descriptors but 0 to 2 and those of --keep-fd" }, \
	{ HANDLE_KEY_KEEP_FD,   "keep-fd",   CLI_ARG,  "<n>",    "let the program inherit descriptor n; implies --close-fds" }
#define HANDLE_OPTS \
	HANDLE_OPTS_BEFORE, \
	HANDLE_OPTS_FDS
#define HANDLE_OPTS_FORKED \
	HANDLE_OPTS_BEFORE, \
	{ HANDLE_KEY_STATUS_FD, "status-fd", CLI_ARG,  "<n>",    "write to descriptor n, as JSON, what happens (forks)" }, \
	{ HANDLE_KEY_PID_FILE,  "pid-file",  CLI_ARG,  "<file>", "keep the pid of the program in file (forks)" }, \
	HANDLE_OPTS_FDS
/* clang-format on */

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

/* Takes the option of that key: 1, 0 when it is none of these, or a negative errno with e set. */
int handle_option(struct handle *h, int key, const char *arg, struct nserr *e) must_check;

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
