/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cli_table: declares the functions and tables that the source files of the option parser (cli.h)
 * share. The tools do not use them directly. */
#ifndef NSU_COMMON_CLI_TABLE_H
#define NSU_COMMON_CLI_TABLE_H

#include "common/cli.h"

/* The tool that was passed to cli_init(). Its name begins every message. */
extern const struct cli_tool *cli_the_tool;

/* The rows of --help and --version. They are the last options in the table, in --help and in the
 * man page of every tool. */
extern const struct cli_opt cli_common_opts[];

/* Print the help text or the version to standard output and end the process with status 0. */
_Noreturn void cli_usage(const struct cli_tool *tool);
_Noreturn void cli_version(const struct cli_tool *tool);

#endif
