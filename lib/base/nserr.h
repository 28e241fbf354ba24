/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nserr: describes the failure of a function by a message, an errno, an exit status and a hint. */
#ifndef NSU_BASE_NSERR_H
#define NSU_BASE_NSERR_H

#include "base/util.h"

struct nserr {
	int errnum; /* positive errno whose text is appended to the message, or 0 */
	int status; /* exit status to use instead of the default of the tool, or 0 */
	/* the message, such as "cannot write /proc/812/uid_map"; empty if there is no error */
	char what[360];
	/* the reason for the error and how to avoid it, if both are certain; otherwise empty */
	char hint[360];
};

#define NSERR_INIT ((struct nserr){ 0 })

/*
 * Sets the message of e. err is 0 or an errno, positive or negative. Returns -|err|, or -EINVAL if
 * err is 0, so that a failing function can end with `return nserr_set(e, errno, "cannot open %s",
 * path);`. The message may contain untrusted bytes, for example from a file name; they are escaped
 * when the message is printed. Removes an earlier message and hint. e may be NULL.
 */
int nserr_set(struct nserr *e, int err, const char *fmt, ...) printf_like(3, 4);

/* Sets the hint of e and removes an earlier one. e may be NULL. */
void nserr_hint(struct nserr *e, const char *fmt, ...) printf_like(2, 3);

/* Inserts the formatted text and ": " before the message of e. Callers use it to add the place of
 * the error, such as "line 3" or a path. */
void nserr_prefix(struct nserr *e, const char *fmt, ...) printf_like(2, 3);

#endif
