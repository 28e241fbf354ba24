/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain_next: lets the next tool in a chain of tools explain its steps. */
#ifndef NSU_COMMON_EXPLAIN_NEXT_H
#define NSU_COMMON_EXPLAIN_NEXT_H

/*
 * If the program argv (NULL-terminated, or NULL for none) is a tool of the suite, executes the tool
 * of that name in the directory of the calling tool, with --explain as its first option. Returns if
 * argv is another program, or if the tool cannot be executed. A tool calls this function after it
 * has printed its own steps.
 */
void explain_next(char *const *argv);

#endif
