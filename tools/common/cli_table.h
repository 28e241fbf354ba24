/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cli_table: shared by the files that make up cli.h; not for tools. */
#ifndef NSU_COMMON_CLI_TABLE_H
#define NSU_COMMON_CLI_TABLE_H

#include "common/cli.h"

/* The tool that cli_init() was called with; its name begins every message. */
extern const struct cli_tool *cli_the_tool;

/* --help and --version, the last rows of every tool's table, usage and man page. */
extern const struct cli_opt cli_common_opts[];

/* Print the text to standard output and end the process with status 0. */
_Noreturn void cli_usage(const struct cli_tool *tool);
_Noreturn void cli_version(const struct cli_tool *tool);

#endif
