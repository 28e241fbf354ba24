/* SPDX-License-Identifier: GPL-2.0-or-later */
/* handle: implements the options by which a script controls the execution of a program: they report
 * or delay its start through descriptors, write a pid file, and select the descriptors that the
 * program inherits. All tools that execute a program share these options and steps. */
#ifndef NSU_RUN_HANDLE_H
#define NSU_RUN_HANDLE_H

#include <sys/stat.h>
#include <sys/types.h>

#include "base/nserr.h"
#include "kernel/trustpath.h"
#include "run/plan.h"

#define HANDLE_KEEP_MAX 64

struct handle {
	/* descriptors of --ready-fd, --wait-fd, --start-fd and --status-fd; -1 if an option was not
	 * given */
	int ready_fd, wait_fd, start_fd, status_fd;
	const char *pid_file; /* argument of --pid-file, or NULL */
	bool close_fds;
	int keep[HANDLE_KEEP_MAX]; /* descriptors of --keep-fd in ascending order */
	size_t nkeep;

	pid_t pid;      /* pid of the program; the step that forks sets it */
	pid_t init_pid; /* pid of the init process that runs the program, or 0 without an init
			   process */
	/* the child is an init process that reports the pid of the program */
	bool waits_for_init;
	bool not_executed; /* the init process could not execute the program */
	/* The program is nspivot, which inherits report[1] and closes it when it executes another
	 * program. The end of file at report[0] shows that nspivot has changed its root. */
	bool waits_for_pivot;
	/* socket pair for the messages of run/report.h: report[0] is for this process, report[1]
	 * for the init process; -1 if not open */
	int report[2];

	/* private */
	const char *program;
	/* descriptor of the tool's /proc directory, opened by handle_hold(), or -1 */
	int self;
	struct trustpath pid_path; /* resolved path of pid_file */
	/* this process has created or overwritten the pid file and must remove it */
	bool pid_file_ours;
	/* result of stat(2) for the pid file, which identifies the file when it is removed */
	struct stat pid_stat;
};

#define HANDLE_INIT \
	((struct handle){ .ready_fd = -1, \
			  .wait_fd = -1, \
			  .start_fd = -1, \
			  .status_fd = -1, \
			  .self = -1, \
			  .report = { -1, -1 }, \
			  .pid_path = TRUSTPATH_INIT })

/* Opens the directory of the pid file and /proc. Must be called before the tool changes its working
 * directory, root directory or mount namespace. Returns 0, or a negative errno with e set. */
int handle_hold(struct handle *h, struct nserr *e) must_check;

/* Returns true if the options need a parent that waits for the program. */
bool handle_forks(const struct handle *h);

/* Each of the following functions adds a step if an option needs the step. h is borrowed. */

/*
 * Adds a step that waits until a byte can be read from --wait-fd, or until the end of file is
 * reached. The plan must contain the step after the creation of the namespaces and before the id
 * maps are written. The step fails with -EINTR if HUP, INT, QUIT or TERM is pending, so that the
 * plan is undone.
 */
void handle_plan_wait(struct handle *h, struct plan *p, enum plan_actor actor);

/*
 * Adds a step, run by the caller, that writes the pid file and reports "created" to --status-fd.
 * h->pid must be set before the step runs. The step creates the pid file, or replaces a regular
 * file of that name. It writes to a device, or to a descriptor of the tool that is named by
 * /dev/stdout, /dev/fd/N or /proc/self/fd/N. It refuses other files: a FIFO could block, and a
 * symbolic link of another user could lead to any file. handle_ended() removes the file only if the
 * step has created or overwritten it.
 */
void handle_plan_created(struct handle *h, struct plan *p);

/* Adds the same step as handle_plan_created(), but for the process `actor`. If the actor is the
 * helper, the helper calls handle_running() and handle_ended(), and the caller calls
 * handle_served() when the child exists. handle_served() closes the descriptor of --status-fd, so
 * that only the helper reports. */
void handle_plan_created_by(struct handle *h, struct plan *p, enum plan_actor actor);
void handle_served(struct handle *h);

/* Adds the last step before exec, which makes exec close the descriptors that the program must not
 * inherit, writes the line to --ready-fd and waits for --start-fd. program is argv[0]; if it cannot
 * be executed, the step fails and does not write the line. */
void handle_plan_exec(struct handle *h, struct plan *p, enum plan_actor actor, const char *program);

/*
 * Sets h->pid to the pid of the program and writes the pid file. If waits_for_init is set, must be
 * called after the init process has reported this pid and before this process sends the answer
 * (report_answer()), because the init process executes the program after the answer. Returns 0, or
 * a negative errno with e set.
 */
int handle_identified(struct handle *h, pid_t pid, struct nserr *e) must_check;

/* The two parts of handle_running(): handle_let_go() closes the descriptors of --ready-fd and
 * --wait-fd, and handle_executed() reports to --status-fd that the program was executed. */
void handle_let_go(struct handle *h);
void handle_executed(struct handle *h);

/* Reports "ready" to --status-fd. Must be called when the program has reported that it is ready. */
void handle_ready(struct handle *h);

/*
 * The functions below are for the parent that waits for the program. handle_running() closes the
 * descriptors of --ready-fd and --wait-fd, and reports to --status-fd that the program was
 * executed. handle_ended() reports to --status-fd that the program has ended, and removes the pid
 * file. A negative wstatus means that the status is unknown, and is not reported. handle_ended()
 * returns 0, or a negative errno with e set if the pid file cannot be removed.
 */
void handle_running(struct handle *h);
int handle_ended(struct handle *h, int wstatus, struct nserr *e) must_check;

/*
 * If the program is a chain of tools that ends with nsinit, this nsinit reports to this process
 * which process is the program (handle_report.c). handle_expect_init() sets waits_for_init for such
 * a chain. handle_plan_report() adds a step in which the caller creates the socket, before the
 * fork. handle_plan_pass() adds the last step before exec, in which the process that executes the
 * chain passes the socket to nsinit or nspivot.
 */
void handle_expect_init(struct handle *h, char *const argv[]);
void handle_plan_report(struct handle *h, struct plan *p);
void handle_plan_pass(struct handle *h, struct plan *p, enum plan_actor actor);

/* Closes report[1], the init process's end of the socket, in this process, and calls
 * supervise_watch() for report[0]. Returns 0 or a negative errno. */
int handle_watch_init(struct handle *h) must_check;

/*
 * Handles a message of the init process. Calls identified(), unless it is NULL, before the pid file
 * is written; if identified() fails, the program is not executed. At the end of file, closes
 * report[0]; the program has been executed by then, unless not_executed is set. Returns false if
 * report[0] is closed, or if it is nonblocking and has no message; otherwise returns true.
 */
bool handle_hear_init(struct handle *h, int (*identified)(void *ctx, pid_t pid, struct nserr *e),
		      void *ctx);

/* Reports to --status-fd that the program was executed. If no init process has reported the pid of
 * the program, the child is the program, and its pid is written to the pid file. Returns 0, or a
 * negative errno with e set if the pid file cannot be written. */
int handle_init_executed(struct handle *h, struct nserr *e) must_check;

#endif
