/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain_next: declares the function that executes the next tool of a chain of tools with
 * --explain. */
#ifndef NSU_COMMON_EXPLAIN_NEXT_H
#define NSU_COMMON_EXPLAIN_NEXT_H

/*
 * If argv[0] names a tool of the suite, executes this tool with the arguments in argv and with
 * --explain as its first option. Looks for the tool only in the directory of the calling tool.
 * Returns if argv names another program or is NULL, or if the tool cannot be executed. A tool calls
 * this function after it has printed its own steps.
 */
void explain_next(char *const *argv);

#endif
