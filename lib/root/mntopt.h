/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mntopt: parses mount specifications: fields are separated by colons, options by commas. */
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
 * Adds the options in text, such as "ro,nosuid,size=1m", to o. text may be NULL. A later option
 * overrides an earlier one. In values, "\," means a comma and "\\" a backslash. Must be called at
 * most once for each o; set and clr may have values before. The caller frees o with mntopt_free().
 * Returns 0, or a negative errno with e set.
 */
int mntopt_parse(struct mntopt *o, const char *text, struct nserr *e) must_check;

/* Frees the options and clears o. */
void mntopt_free(struct mntopt *o);

/* Returns the last value of the parameter `name`, "" if it has no value, or NULL if it is
 * missing. */
const char *mntopt_get(const struct mntopt *o, const char *name);

/* Returns true if word is an option of all file systems, such as "sync". mount(2) has a flag for
 * such an option, which this function sets or clears in *ms. */
bool mntopt_is_super(const char *word, unsigned long *ms);

/* Returns the MS_* flags of mount(2) for these MOUNT_ATTR_* flags. */
unsigned long mntopt_ms_flags(uint64_t attr);

/*
 * Splits text in place at its colons into at most max fields. "\:" means a colon in a field. The
 * last field keeps its backslashes and further colons, for mntopt_parse(). "fd:N" at the beginning
 * is one field. Returns the number of fields.
 */
size_t mntopt_fields(char *text, char *field[], size_t max);

#endif
