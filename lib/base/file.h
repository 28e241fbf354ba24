/* SPDX-License-Identifier: GPL-2.0-or-later */
/* file: whole small files in one go, and the one write that /proc files want. */
#ifndef NSU_BASE_FILE_H
#define NSU_BASE_FILE_H

#include <fcntl.h>
#include <sys/types.h>

#include "base/nserr.h"

/*
 * Reads dirfd/path (openat(2); AT_FDCWD for a plain path) into buf and terminates it.
 * The length, or a negative errno; -EFBIG when the file does not fit.
 */
ssize_t file_read_at(int dirfd, const char *path, char *buf, size_t size) must_check;

/* The decimal number that is all of dirfd/path, but for a newline. 0, or a negative errno: -EINVAL
 * for what is none, or has more than 64 bits. */
int file_read_u64(int dirfd, const char *path, uint64_t *v) must_check;

/* Reads fd from its position to the end into memory that the caller frees, terminated. The length,
 * or a negative errno; -EFBIG beyond max bytes. */
ssize_t file_slurp(int fd, size_t max, char **out) must_check;

/*
 * Writes text to dirfd/path with a single write(2), as /proc files demand (a second call would be a
 * second, refused, attempt). 0 or a negative errno; a short write is -EIO.
 */
int file_write_at(int dirfd, const char *path, const char *text) must_check;

/* Writes all n bytes to fd. 0 or a negative errno. */
int file_write_all(int fd, const void *buf, size_t n) must_check;

/* Opens with O_CLOEXEC, never returning 0 to 2 (which would become the program's standard
 * streams). The descriptor, or a negative errno. */
int file_open_at(int dirfd, const char *path, int flags, mode_t mode) must_check;

/* The caller's own directory in /proc (O_PATH). A descriptor, or a negative errno with e set. */
int file_open_self(struct nserr *e) must_check;

/* Moves fd above 2 if it is not there, keeping O_CLOEXEC. Takes fd; a descriptor or a negative
 * errno. */
int file_above_std(int fd) must_check;

#endif
