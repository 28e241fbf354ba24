/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mntopt: the words of a mount specification: fields between colons, options between commas. */
#ifndef NSU_ROOT_MNTOPT_H
#define NSU_ROOT_MNTOPT_H

#include <sys/types.h>

#include "base/nserr.h"

struct mntopt {
	uint64_t set, clr; /* MOUNT_ATTR_* to set and to clear, mount_setattr(2) */
	bool norec;        /* this mount only, not those below it */
	bool nofollow;     /* a symbolic link at the end of a path is not followed */
	bool has_mode;     /* mode is given, for the file or directory that is made */
	mode_t mode;
	const char **param; /* the file system's own, "size=1m" or "newinstance", n of them */
	size_t n;
	char *text; /* what param points into */
};

#define MNTOPT_INIT ((struct mntopt){ 0 })

/*
 * Adds the options of text ("ro,nosuid,size=1m", may be NULL) to o; a later word takes back an
 * earlier one. "\," is a comma inside a value, "\\" a backslash. May be called once after
 * MNTOPT_INIT or a preset of set and clr. 0 or a negative errno with e set.
 */
int mntopt_parse(struct mntopt *o, const char *text, struct nserr *e) must_check;
void mntopt_free(struct mntopt *o);

/* The value of parameter `name` that was given last, "" for a flag, NULL when it was not. */
const char *mntopt_get(const struct mntopt *o, const char *name);

/* Whether a parameter is one of every file system ("sync"), which mount(2) wants as a flag: ms is
 * changed by it. */
bool mntopt_is_super(const char *word, unsigned long *ms);

/* MS_* of mount(2) for a set of MOUNT_ATTR_*. */
unsigned long mntopt_ms_flags(uint64_t attr);

/*
 * Cuts text at its colons into at most max fields, in place, taking "\:" for a colon; the last
 * field keeps what is left, with its backslashes (mntopt_parse() reads them). "fd:N" at the
 * beginning is one field. The number of fields.
 */
size_t mntopt_fields(char *text, char *field[], size_t max);

#endif
