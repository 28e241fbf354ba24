/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report: sends the pid of the program from inside a pid namespace to the tool that waits outside.
 *
 * Only the kernel can translate a pid between pid namespaces (SCM_CREDENTIALS, unix(7)), so the
 * message must come from the process that becomes the program. The tool passes one end of a socket
 * to the init process. If the tool executes nsinit, the environment variable NSUTILS_REPORT_FD
 * contains the number of the descriptor. The process waits for the answer before it executes the
 * program. The end of file shows that the program has been executed.
 */
#ifndef NSU_RUN_REPORT_H
#define NSU_RUN_REPORT_H

#include <sys/types.h>

#include "base/nserr.h"

/* Creates the socket: pair[0] is for the tool, pair[1] for the init process. Both descriptors are
 * above 2 and O_CLOEXEC. Returns 0, or a negative errno with e set. */
int report_open(int pair[2], struct nserr *e) must_check;

/* Returns true if the command line argv executes nsinit, either directly or through a chain of
 * other tools of the suite, each of which is followed by "--". */
bool report_chain_has_init(char *const argv[]);

/* Returns true if the command line argv executes nspivot. */
bool report_is_pivot(char *const argv[]);

/* Passes the socket fd to the program that this process executes next: sets the environment
 * variable NSUTILS_REPORT_FD, and makes exec keep fd open. Returns 0 or a negative errno. */
int report_pass(int fd) must_check;

/* Returns the descriptor that report_pass() has passed to this program, and makes it O_CLOEXEC.
 * Returns -1 if there is none. Removes NSUTILS_REPORT_FD from the environment. */
int report_inherited(void);

/* Sends the message with the pid of the program and waits for the answer. Called by the process
 * that becomes the program. Returns 0, or a negative errno with e set if the tool cannot use the
 * pid or has ended. */
int report_program(int fd, struct nserr *e) must_check;

/* Reports to the tool that the program could not be executed. A failure is ignored. Called by the
 * init process. */
void report_failed(int fd);

enum { REPORT_PID = 1, REPORT_FAILED };

/* Receives the next message. Called by the tool. For a message of report_program(), sets *pid to
 * the pid of the sender in the tool's own pid namespace and returns REPORT_PID. For a message of
 * report_failed(), returns REPORT_FAILED. Returns 0 at the end of file, or a negative errno:
 * -EAGAIN if a nonblocking socket has no message. */
int report_receive(int fd, pid_t *pid) must_check;

/* Answers the message of report_program(). If e is NULL, the program may run; otherwise e contains
 * the reason why it must not run. A failure is ignored. Called by the tool. */
void report_answer(int fd, const struct nserr *e);

#endif
