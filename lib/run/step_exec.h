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
	/* An earlier step changes the root directory, and the program is in the new one. If the
	 * file `shell` cannot be executed there, the step executes /bin/sh. */
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

/* The step that executes the program (arg: const struct program *). It waits for no other process
 * and does not change the caller's memory, so it may run in a vfork(2) child. */
extern const struct plan_kind step_exec;

#endif
