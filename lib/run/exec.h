/* SPDX-License-Identifier: GPL-2.0-or-later */
/* spawn: becoming the program, and ending as it ended. */
#ifndef NSU_RUN_EXEC_H
#define NSU_RUN_EXEC_H

#include "base/nserr.h"

/*
 * Executes argv by PATH (execvp(3)). Returns only on failure: a negative errno with e set, its
 * status 127 for what was not found and 126 for what could not be executed.
 */
int exec_program(char *const argv[], struct nserr *e) must_check;

/* The same for a file that is not looked for in PATH: the shell of exec_shell(). */
int exec_file(const char *path, char *const argv[], struct nserr *e) must_check;

/* Whether that program is there and may be executed, as far as can be told without executing it. 0,
 * or the error and status that exec_program() would give. */
int exec_check(const char *program, struct nserr *e) must_check;

/* What runs when no program is given: $SHELL, else that of the caller's passwd entry where it may
 * be asked for (before anything is entered), else /bin/sh, as a login shell (argv[0] "-sh"). Sets
 * *path and fills argv with one word and NULL; both point into memory that is never freed. */
void exec_shell(bool ask_passwd, const char **path, char *argv[2]);

/*
 * Ends this process as a wait status says: exit status, or the same signal raised again with its
 * default action and no second core dump. Where the signal cannot kill (PID 1), exits 128 + n.
 */
_Noreturn void exec_end_as(int wstatus);

#endif
