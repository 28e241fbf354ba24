/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mntopt: parses a mount specification: fields separated by colons, options by commas. */
#ifndef NSU_ROOT_MNTOPT_H
#define NSU_ROOT_MNTOPT_H

#include <sys/types.h>

#include "base/nserr.h"

struct mntopt {
	uint64_t set, clr; /* MOUNT_ATTR_* to set and to clear, mount_setattr(2) */
	bool norec;        /* only this mount, without the mounts below it */
	bool nofollow;     /* do not follow a symbolic link at the end of a path */
	bool has_mode;     /* mode is given, for the file or directory to create */
	mode_t mode;
	const char **param; /* the n options of the file system, "size=1m" or "newinstance" */
	size_t n;
	char *text; /* owns the strings of param */
};

#define MNTOPT_INIT ((struct mntopt){ 0 })

/*
 * Adds the options of text ("ro,nosuid,size=1m", may be NULL) to o; a later option overrides an
 * earlier one. "\," is a comma inside a value, "\\" a backslash. Call it at most once for an o; set
 * and clr may have values before. The caller calls mntopt_free(). Returns 0 or a negative errno
 * with e set.
 */
int mntopt_parse(struct mntopt *o, const char *text, struct nserr *e) must_check;

/* Frees the options and clears o. */
void mntopt_free(struct mntopt *o);

/* Returns the last value of parameter `name`, "" if it has none, or NULL if it is absent. */
const char *mntopt_get(const struct mntopt *o, const char *name);

/* Returns true if word is an option of all file systems ("sync"), which mount(2) takes as a flag,
 * and sets or clears this flag in *ms. */
bool mntopt_is_super(const char *word, unsigned long *ms);

/* Returns the MS_* flags of mount(2) for a set of MOUNT_ATTR_*. */
unsigned long mntopt_ms_flags(uint64_t attr);

/*
 * Cuts text at its colons into at most max fields, in place. "\:" is a colon inside a field. The
 * last field keeps the rest with its backslashes, for mntopt_parse(). "fd:N" at the beginning is
 * one field. Returns the number of fields.
 */
size_t mntopt_fields(char *text, char *field[], size_t max);

#endif
