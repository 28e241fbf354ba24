/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mountinfo: reads the mounts of a process from proc_pid_mountinfo(5). It needs only libc, because
 * a tool may run in a root directory whose libmount cannot be trusted. */
#ifndef NSU_KERNEL_MOUNTINFO_H
#define NSU_KERNEL_MOUNTINFO_H

#include <sys/types.h>

#include "base/nserr.h"

struct mountinfo {
	char *text; /* contents of the mountinfo file, which mountinfo_next() splits into strings */
	char *at;   /* start of the next line to parse */
};

#define MOUNTINFO_INIT ((struct mountinfo){ 0 })

/* One line of mountinfo. The strings are parts of the text, with decoded octal escapes. */
struct mountinfo_line {
	int id, parent;
	bool shared, unbindable;
	const char *device;                  /* "MAJOR:MINOR" of the file system */
	const char *root, *target, *options; /* `options`: per-mount options, such as "ro" */
	const char *fstype, *source, *super; /* `super` are the options of the file system */
};

/* Reads the mounts of the calling process into m. The caller frees m with mountinfo_free(). Returns
 * 0, or a negative errno with e set. e may be NULL. */
int mountinfo_read(struct mountinfo *m, struct nserr *e) must_check;

/* Reads the mountinfo file at path, relative to dirfd, into m. Returns 0 or a negative errno. */
int mountinfo_read_at(struct mountinfo *m, int dirfd, const char *path) must_check;

/* Makes text the contents of m. text must come from malloc(3), and m owns it afterwards. */
void mountinfo_take(struct mountinfo *m, char *text);

/* Frees the text and clears m. */
void mountinfo_free(struct mountinfo *m);

#define cleanup_mountinfo __attribute__((cleanup(mountinfo_free)))

/* Parses the next valid line of m into *line and skips invalid lines. Returns true, or false at the
 * end of the text. */
bool mountinfo_next(struct mountinfo *m, struct mountinfo_line *line);

/* Reads the mounts of the calling process into m and sets *line to the mount with this id, whose
 * strings belong to m. Returns true, or false if there is no such mount or the mounts cannot be
 * read. The caller frees m. */
bool mountinfo_find(struct mountinfo *m, int id, struct mountinfo_line *line);

/*
 * Finds out why open_tree(2) could not clone the mount of fd without the mounts below it (EINVAL).
 * Returns true if the mounts below it are locked (mount_namespaces(7)), and false if the mount is
 * unbindable or is in another mount namespace. Must be called only after such a failure.
 */
bool mountinfo_is_locked(int fd);

/* Returns true if the comma-separated options contain word. */
bool mountinfo_has_option(const char *options, const char *word);

/* Returns the mount id of the file at path (statx(2), Linux 5.8), or a negative errno. Does not
 * follow a symbolic link at the end of path. */
int mountinfo_id_of(const char *path);

/* Returns the mount id of the descriptor fd (statx(2), Linux 5.8), or a negative errno. */
int mountinfo_id_of_fd(int fd);

#endif
