/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mntopt: parses mount specifications: fields are separated by colons, options by commas. */
#ifndef NSU_ROOT_MNTOPT_H
#define NSU_ROOT_MNTOPT_H

#include <sys/types.h>

#include "base/nserr.h"

struct mntopt {
	uint64_t set, clr; /* MOUNT_ATTR_* flags to set, and flags to clear, see mount_setattr(2) */
	bool norec;        /* change only this mount, and not the mounts below it */
	/* MS_PRIVATE, MS_SLAVE or MS_SHARED for a bind mount; 0 means MS_PRIVATE */
	unsigned long propagation;
	bool nofollow; /* do not follow a symbolic link at the end of a path */
	bool has_mode; /* a mode was given for the file or directory to create */
	mode_t mode;
	/* the n options of the file system, such as "size=1m" or "newinstance" */
	const char **param;
	size_t n;
	char *text; /* memory that contains the strings of param */
};

#define MNTOPT_INIT ((struct mntopt){ 0 })

/*
 * Adds the options in text, such as "ro,nosuid,size=1m", to o. text may be NULL. A later option
 * overrides an earlier one. In values, "\," means a comma and "\\" a backslash. Must be called at
 * most once for each o; the caller may have set o->set and o->clr before the call, and the options
 * in text override them. The caller frees o with mntopt_free(). Returns 0, or a negative errno with
 * e set.
 */
int mntopt_parse(struct mntopt *o, const char *text, struct nserr *e) must_check;

/* Frees the options and clears o. */
void mntopt_free(struct mntopt *o);

/* Returns the last value of the parameter `name`. Returns "" if it was given without a value, and
 * NULL if it was not given. */
const char *mntopt_get(const struct mntopt *o, const char *name);

/* Returns true if word is an option that applies to all file systems, such as "sync". mount(2) has
 * an MS_* flag for such an option; this function sets or clears the flag in *ms. */
bool mntopt_is_super(const char *word, unsigned long *ms);

/* Returns the MS_* flags of mount(2) that correspond to MOUNT_ATTR_* flags. */
unsigned long mntopt_ms_flags(uint64_t attr);

/*
 * Splits text in place at its colons into at most max fields. "\:" means a colon in a field. The
 * last field keeps its backslashes and further colons, for mntopt_parse(). "fd:N" at the beginning
 * is one field. Returns the number of fields.
 */
size_t mntopt_fields(char *text, char *field[], size_t max);

#endif
