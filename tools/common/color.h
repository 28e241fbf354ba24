/* SPDX-License-Identifier: GPL-2.0-or-later */
/* color: decides if output is coloured, and which colours it has (terminal-colors.d(5)). */
#ifndef NSU_COMMON_COLOR_H
#define NSU_COMMON_COLOR_H

#include <stdbool.h>

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* The arguments of --color, in the order of enum color_when, ending with NULL. */
extern const char *const color_words[];

/*
 * Returns true if standard output must be coloured. In the mode COLOR_AUTO, returns true for a
 * terminal, unless NO_COLOR is set and not empty, TERM is "dumb", or terminal-colors.d(5) disables
 * the colours of the tool.
 */
bool color_is_wanted(enum color_when when, const char *tool);

/* Returns the colour of an element from the scheme files of the user or of the system: a name such
 * as "red", or an escape sequence. If no scheme file names the element, returns a copy of
 * `otherwise`. Returns NULL if memory allocation fails. The caller frees the string. */
char *color_of(const char *tool, const char *element, const char *otherwise);

#endif
