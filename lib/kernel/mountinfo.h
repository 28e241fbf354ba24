/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mountinfo: reads the mounts of a process from proc_pid_mountinfo(5) with libc alone: a tool may
 * be in a root whose libmount cannot be trusted. */
#ifndef NSU_KERNEL_MOUNTINFO_H
#define NSU_KERNEL_MOUNTINFO_H

#include <sys/types.h>

#include "base/nserr.h"

struct mountinfo {
	char *text; /* the contents of the file; mountinfo_next() cuts it into strings */
	char *at;   /* the next line */
};

#define MOUNTINFO_INIT ((struct mountinfo){ 0 })

struct mountinfo_line { /* the strings point into the text; octal escapes are decoded */
	int id, parent;
	bool shared;
	const char *root, *target, *options; /* options: of the mount */
	const char *fstype, *source, *super; /* super: options of the file system */
};

/* Reads the mounts of the caller. The caller calls mountinfo_free(). Returns 0 or a negative errno
 * with e set; e may be NULL. */
int mountinfo_read(struct mountinfo *m, struct nserr *e) must_check;

/* Reads the file path of /proc, relative to dirfd. Returns 0 or a negative errno. */
int mountinfo_read_at(struct mountinfo *m, int dirfd, const char *path) must_check;

/* Gives m the contents of such a file. Takes text, which comes from malloc(3). */
void mountinfo_take(struct mountinfo *m, char *text);

/* Frees the text and clears m. */
void mountinfo_free(struct mountinfo *m);

#define cleanup_mountinfo __attribute__((cleanup(mountinfo_free)))

/* Parses the next line and skips lines that are invalid. Returns false at the end. */
bool mountinfo_next(struct mountinfo *m, struct mountinfo_line *line);

/* Returns true if the comma-separated options contain word. */
bool mountinfo_has_option(const char *options, const char *word);

/* Returns the id of the mount of the file path (statx(2), 5.8), or a negative errno. Does not
 * follow a symbolic link at the end. */
int mountinfo_id_of(const char *path);

/* Returns the id of the mount of the descriptor fd (statx(2), 5.8), or a negative errno. */
int mountinfo_id_of_fd(int fd);

#endif
