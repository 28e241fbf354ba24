/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nserr: an error of the library: a message, an errno, an exit status and a hint. */
#ifndef NSU_BASE_NSERR_H
#define NSU_BASE_NSERR_H

#include "base/util.h"

struct nserr {
	int errnum;     /* positive errno whose text ends the message, or 0 */
	int status;     /* exit status to use instead of the tool's own, or 0 */
	char what[360]; /* "cannot write /proc/812/uid_map"; empty: no error */
	char hint[360]; /* the reason and the remedy if they are certain, otherwise empty */
};

#define NSERR_INIT ((struct nserr){ 0 })

/*
 * Sets the message. err is 0 or an errno, positive or negative. Returns -|err|, or -EINVAL if err
 * is 0, so that a failing function can end with `return nserr_set(e, errno, "cannot open %s",
 * path);`. The text may contain untrusted bytes, for example from a file name, which are escaped
 * when the message is printed. Removes an earlier message and hint. e may be NULL.
 */
int nserr_set(struct nserr *e, int err, const char *fmt, ...) printf_like(3, 4);

/* Sets the hint of e and removes an earlier one. e may be NULL. */
void nserr_hint(struct nserr *e, const char *fmt, ...) printf_like(2, 3);

/* Inserts "fmt: " before the message, for a caller that knows the object, such as "line 3". */
void nserr_prefix(struct nserr *e, const char *fmt, ...) printf_like(2, 3);

#endif
