/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exec: executes the program, and ends this process in the same way as the program ended. */
#ifndef NSU_RUN_EXEC_H
#define NSU_RUN_EXEC_H

#include "base/nserr.h"

/* Executes argv, and searches PATH for it (execvp(3)). Returns only after a failure: a negative
 * errno with e set. The exit status in e is 127 if the program was not found, and 126 if it could
 * not be executed. */
int exec_program(char *const argv[], struct nserr *e) must_check;

/* Executes the file at path, without a search in PATH. Returns the same values as
 * exec_program(). */
int exec_file(const char *path, char *const argv[], struct nserr *e) must_check;

/* Checks that the program exists and may be executed, but does not execute it. Returns 0, or the
 * same errors as exec_program(). */
int exec_check(const char *program, struct nserr *e) must_check;

/*
 * Sets *path to the shell that is executed if no program is given: $SHELL if it is an absolute
 * path, otherwise `login` (may be NULL), otherwise /bin/sh. Sets argv[0] to a '-' followed by the
 * name of the shell, for example "-sh", which makes it a login shell, and sets argv[1] to NULL. The
 * memory of both strings is never freed.
 */
void exec_shell(const char *login, const char **path, char *argv[2]);

/* Ends this process according to a wait status: exits with the same exit status, or sends itself
 * the same signal, with the default action of the signal and without a second core dump. If the
 * kernel discards the signal because this process is process 1, exits with 128 + the signal number
 * (pid_namespaces(7)). */
_Noreturn void exec_end_as(int wstatus);

#endif
