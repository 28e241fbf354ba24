/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mountinfo: the mounts of a process as proc_pid_mountinfo(5) tells them, for the questions of
 * tools that link libc alone and may have entered a root whose libmount is not to be trusted. */
#ifndef NSU_KERNEL_MOUNTINFO_H
#define NSU_KERNEL_MOUNTINFO_H

#include <sys/types.h>

#include "base/nserr.h"

struct mountinfo {
	char *text; /* the file, cut up by mountinfo_next() */
	char *at;
};

#define MOUNTINFO_INIT ((struct mountinfo){ 0 })

struct mountinfo_line { /* strings point into the text, octal escapes undone */
	int id, parent;
	bool shared;
	const char *root, *target, *options; /* options: of the mount */
	const char *fstype, *source, *super; /* super: options of the file system */
};

/* Reads the caller's own, or the file dirfd/path of /proc. Returns 0 or a negative errno. */
int mountinfo_read(struct mountinfo *m, struct nserr *e) must_check;
int mountinfo_read_at(struct mountinfo *m, int dirfd, const char *path) must_check;

/* Lets m have text, which is what such a file holds and comes from malloc(3). */
void mountinfo_take(struct mountinfo *m, char *text);

void mountinfo_free(struct mountinfo *m);

#define cleanup_mountinfo __attribute__((cleanup(mountinfo_free)))

/* The next line; false at the end. A line that is not understood is passed over. */
bool mountinfo_next(struct mountinfo *m, struct mountinfo_line *line);

/* Whether the comma-separated words of options have this one. */
bool mountinfo_has_option(const char *options, const char *word);

/* The id of the mount that the file at path lies on (statx(2), 5.8), or a negative errno. */
int mountinfo_id_of(const char *path);

/* Returns the id of the mount that the descriptor was opened on, or a negative errno. */
int mountinfo_id_of_fd(int fd);

#endif
