/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nserr: an error of the library: a message, an errno, an exit status and a hint. */
#ifndef NSU_BASE_NSERR_H
#define NSU_BASE_NSERR_H

#include "base/util.h"

struct nserr {
	int errnum;     /* positive errno to end the message with, 0 for none */
	int status;     /* exit status to use instead of the tool's own, or 0 */
	char what[360]; /* "cannot write /proc/812/uid_map"; empty: no error */
	char hint[360]; /* the reason and a remedy if they are certain; may be empty */
};

#define NSERR_INIT ((struct nserr){ 0 })

/*
 * Sets the message. err is 0 or an errno, of either sign. Returns -err, or -EINVAL for 0, so that
 * a failing function can end with `return nserr_set(e, errno, "cannot open %s", path);`. The text
 * may hold foreign bytes: it is escaped where it is printed. An earlier message and hint are
 * dropped. e may be NULL.
 */
int nserr_set(struct nserr *e, int err, const char *fmt, ...) printf_like(3, 4);

/* Sets the hint of e, replacing an earlier one. e may be NULL. */
void nserr_hint(struct nserr *e, const char *fmt, ...) printf_like(2, 3);

/* Puts "fmt: " before the message, for a caller that knows the object ("line 3"). */
void nserr_prefix(struct nserr *e, const char *fmt, ...) printf_like(2, 3);

#endif
