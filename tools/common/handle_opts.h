/* SPDX-License-Identifier: GPL-2.0-or-later */
/* handle_opts: declares the options that let a script control a run of an exec tool (a tool that
 * executes a program). */
#ifndef NSU_COMMON_HANDLE_OPTS_H
#define NSU_COMMON_HANDLE_OPTS_H

#include "run/handle.h"

enum handle_key {
	HANDLE_KEY_READY_FD = 0x1000,
	HANDLE_KEY_WAIT_FD,
	HANDLE_KEY_STATUS_FD,
	HANDLE_KEY_PID_FILE,
	HANDLE_KEY_CLOSE_FDS,
	HANDLE_KEY_KEEP_FD,
	HANDLE_KEY_START_FD,
};

/* Rows for the option table (struct cli_opt) of a tool: HANDLE_OPTS for a tool that executes the
 * program in its own process, HANDLE_OPTS_FORKED for a tool that can also wait for the program as
 * its parent. */
/* clang-format off */
#define HANDLE_OPTS_BEFORE \
	{ HANDLE_KEY_READY_FD,  "ready-fd",  CLI_ARG,  "<n>",    "write a line to descriptor n before execve(2)" }, \
	{ HANDLE_KEY_WAIT_FD,   "wait-fd",   CLI_ARG,  "<n>",    "wait for a byte or end of file on descriptor n" }
#define HANDLE_OPTS_FDS \
	{ HANDLE_KEY_CLOSE_FDS, "close-fds", CLI_NONE, NULL,     "close all descriptors except 0-2 and --keep-fd" }, \
	{ HANDLE_KEY_KEEP_FD,   "keep-fd",   CLI_ARG,  "<n>",    "keep descriptor n open; implies --close-fds" }
#define HANDLE_OPTS \
	HANDLE_OPTS_BEFORE, \
	HANDLE_OPTS_FDS
/* The option table row of --start-fd, which delays the start of the program. Only nspivot has this
 * option, because nspivot makes the last changes in a chain of tools before the program runs. */
#define HANDLE_OPT_START \
	{ HANDLE_KEY_START_FD,  "start-fd",  CLI_ARG,  "<n>",    "after the set-up, wait for a byte on descriptor n" }
#define HANDLE_OPTS_FORKED \
	HANDLE_OPTS_BEFORE, \
	{ HANDLE_KEY_STATUS_FD, "status-fd", CLI_ARG,  "<n>",    "write JSON events to descriptor n (implies a fork)" }, \
	{ HANDLE_KEY_PID_FILE,  "pid-file",  CLI_ARG,  "<file>", "write the program's pid to a file (implies a fork)", 0, CLI_NOT_EMPTY }, \
	HANDLE_OPTS_FDS
/* clang-format on */

/* Processes the option `key`. Returns 1 if `key` is one of the options above, 0 if it is another
 * option, or a negative errno with e set. */
int handle_option(struct handle *h, int key, const char *arg, struct nserr *e) must_check;

#endif
