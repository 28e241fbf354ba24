/* SPDX-License-Identifier: GPL-2.0-or-later */
/* missed: declares functions that describe the objects that a scan could not read. */
#ifndef NSU_COMMON_MISSED_H
#define NSU_COMMON_MISSED_H

#include "base/buf.h"
#include "collect/collect.h"

/* Returns the name of a kind of objects: "process", or with `many` "processes". */
const char *missed_what(enum nsmissed_what what, bool many);

/* Returns the reason as text. If it is the text of an error, the next call of strerror(3) may
 * overwrite it. */
const char *missed_why(const struct nsmissed *m, enum nsmissed_why why);

/* Appends the numbers of objects that could not be read, by reason: "2 processes (permission
 * denied); 1 socket (Input/output error)". Appends "; " first if b is not empty, and nothing if
 * all objects were read. */
void missed_add_counts(const struct nsmissed *m, struct buf *b);

#endif
