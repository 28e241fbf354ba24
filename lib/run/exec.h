/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exec: executes the program, and ends this process as the program ended. */
#ifndef NSU_RUN_EXEC_H
#define NSU_RUN_EXEC_H

#include "base/nserr.h"

/*
 * Executes argv by PATH (execvp(3)). Returns only on failure: a negative errno with e set, whose
 * status is 127 if the program was not found and 126 if it could not be executed.
 */
int exec_program(char *const argv[], struct nserr *e) must_check;

/* The same for a file that is not searched in PATH: the shell of exec_shell(). */
int exec_file(const char *path, char *const argv[], struct nserr *e) must_check;

/* Checks, without executing it, that the program exists and may be executed. Returns 0, or the
 * error and status of exec_program(). */
int exec_check(const char *program, struct nserr *e) must_check;

/* Finds the shell that runs if no program is given: $SHELL; with ask_passwd (only before anything
 * is entered), the shell of the caller's passwd entry; otherwise /bin/sh. It runs as a login shell
 * (argv[0] "-sh"). Sets *path and fills argv with one argument and NULL; their memory is never
 * freed. */
void exec_shell(bool ask_passwd, const char **path, char *argv[2]);

/*
 * Ends this process according to a wait status: with the same exit status, or by the same signal
 * with its default action and without a second core dump. If the signal cannot kill (PID 1), exits
 * with 128 + n.
 */
_Noreturn void exec_end_as(int wstatus);

#endif
