/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report: lets an init process tell the tool that waits outside its pid namespace which process
 * becomes the program. Only the kernel can translate a pid between pid namespaces
 * (SCM_CREDENTIALS, unix(7)), so the process of the program sends a message itself.
 *
 * The tool passes one end of a socket to the init: by a descriptor whose number is in the
 * environment variable NSUTILS_REPORT_FD if the init is an nsinit that the tool executes. The
 * process waits for the answer before it executes the program. The end of file shows that the
 * program has been executed.
 */
#ifndef NSU_RUN_REPORT_H
#define NSU_RUN_REPORT_H

#include <sys/types.h>

#include "base/nserr.h"

/* Creates the socket: pair[0] for the tool, pair[1] for the init, both above 2 and O_CLOEXEC.
 * Returns 0, or a negative errno with e set. */
int report_open(int pair[2], struct nserr *e) must_check;

/* Returns true if the arguments execute nsinit, also by other tools of the suite before it, each of
 * which is followed by "--". */
bool report_chain_has_init(char *const argv[]);

/* Passes the descriptor to the program that this process executes next. Returns 0 or a negative
 * errno. */
int report_pass(int fd) must_check;

/* Returns the descriptor that the process before has passed, now O_CLOEXEC, or -1. Removes the
 * variable from the environment. */
int report_inherited(void);

/* Called by the process that becomes the program: sends the message and waits for the answer.
 * Returns 0, or a negative errno with e set: the tool cannot use the pid, or has ended. */
int report_program(int fd, struct nserr *e) must_check;

/* Called by the init if the program could not be executed. */
void report_failed(int fd);

enum { REPORT_PID = 1, REPORT_FAILED };

/* Called by the tool for the next message. For report_program(), sets *pid to the pid of the sender
 * in the tool's own pid namespace and returns REPORT_PID. Returns REPORT_FAILED for
 * report_failed(), 0 at the end of file, or a negative errno: -EAGAIN if
 * there is no message on a socket that does not block. */
int report_receive(int fd, pid_t *pid) must_check;

/* Sends the answer: e is NULL, or the reason for which the program must not run. */
void report_answer(int fd, const struct nserr *e);

#endif
