/* SPDX-License-Identifier: GPL-2.0-or-later */
/* file: reads and writes small files, and opens files above descriptor 2. */
#ifndef NSU_BASE_FILE_H
#define NSU_BASE_FILE_H

#include <dirent.h>
#include <fcntl.h>
#include <sys/types.h>

#include "base/nserr.h"

/*
 * Reads the file dirfd/path (openat(2); AT_FDCWD for the working directory) into buf and appends a
 * NUL byte. Returns the length of the text, or a negative errno: -EFBIG if the file does not fit.
 */
ssize_t file_read_at(int dirfd, const char *path, char *buf, size_t size) must_check;

/* Sets *v to the number in a file that contains only a decimal number and a newline. Returns 0, or
 * a negative errno: -EINVAL for other content or a number of more than 64 bits. */
int file_read_u64(int dirfd, const char *path, uint64_t *v) must_check;

/* Reads fd from its position to the end of the file into *out, which the caller frees, and appends
 * a NUL byte. Returns the length, or a negative errno: -EFBIG if there are more than max bytes. */
ssize_t file_slurp(int fd, size_t max, char **out) must_check;

/* Writes text to dirfd/path by a single write(2), because many /proc files refuse a second one.
 * Returns 0 or a negative errno: -EIO for a short write. */
int file_write_at(int dirfd, const char *path, const char *text) must_check;

/* Writes all n bytes to fd. Returns 0 or a negative errno. */
int file_write_all(int fd, const void *buf, size_t n) must_check;

/* Opens a file with O_CLOEXEC and O_NOCTTY. Returns a descriptor above 2, or a negative errno.
 * Descriptors 0 to 2 are avoided, because they would become the standard streams of the program
 * that the tool executes. A terminal never becomes the controlling terminal of the caller. */
int file_open_at(int dirfd, const char *path, int flags, mode_t mode) must_check;

/* Opens a directory for readdir(3). Returns a stream, which the caller closes with closedir(3), or
 * NULL with errno set. */
DIR *file_open_dir(int dirfd, const char *path) must_check;

/* A path that names a descriptor of the caller ("/proc/self/fd/N"), for system calls that accept
 * only a path. */
struct file_fd_path {
	char text[32];
};

struct file_fd_path file_fd_path(int fd);

/* Stores the path that the kernel reports for fd in buf, truncated to size - 1 bytes, and appends a
 * NUL byte. Returns the length of the text, or a negative errno with an empty buf, for example if
 * /proc is missing. */
ssize_t file_fd_name(int fd, char *buf, size_t size);

/* Opens the caller's own directory in /proc (O_PATH). Returns a descriptor, which the caller
 * closes, or a negative errno with e set. */
int file_open_self(struct nserr *e) must_check;

/* Returns fd if it is above 2 or negative. Otherwise duplicates fd to a descriptor above 2 with
 * O_CLOEXEC, and closes fd. Returns the duplicate or a negative errno. */
int file_above_std(int fd) must_check;

#endif
