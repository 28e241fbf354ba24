/* SPDX-License-Identifier: GPL-2.0-or-later */
/* step_exec: executes the program of a tool as the last step of its plan. */
#ifndef NSU_RUN_STEP_EXEC_H
#define NSU_RUN_STEP_EXEC_H

#include "run/plan.h"

struct program {
	/* arguments of the program, ending with NULL; NULL or empty if a shell is executed */
	char *const *argv;
	const char *shell; /* path of the shell, or NULL if argv[0] is looked up in PATH */
	char *shell_argv[2];
	/* The plan changes to another root directory, which contains the program. If the file
	 * `shell` cannot be executed in this root directory, the step executes /bin/sh. */
	bool new_root;
	/* The program is looked up in a root directory other than the caller's. */
	bool other_root;
};

/* If p names no program, sets p to the shell that $SHELL or the caller's passwd entry names. Must
 * be called before a namespace is entered. If a tool does not call this function, the step executes
 * the shell that $SHELL names at that time. */
void program_find_shell(struct program *p);

/* Returns the path or name of the program that is executed, for messages. Its memory is never
 * freed. */
const char *program_name(const struct program *p);

/* Executes the program (arg: const struct program *). The step is brief, so it is safe in a
 * vfork(2) child. */
extern const struct plan_kind step_exec;

#endif
