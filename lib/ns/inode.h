/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inode: identifies namespaces by the inode of their file. */
#ifndef NSU_NS_INODE_H
#define NSU_NS_INODE_H

#include <fcntl.h>
#include <sys/stat.h>

#include "base/util.h"

/* Returns the inode of the namespace file at dirfd/path, or 0 if stat(2) fails. */
static inline uint64_t nsinode_at(int dirfd, const char *path)
{
	struct stat st;

	return fstatat(dirfd, path, &st, 0) < 0 ? 0 : st.st_ino;
}

/* Returns the inode of an open namespace file, or 0 if stat(2) fails. */
static inline uint64_t nsinode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) < 0 ? 0 : st.st_ino;
}

/* Returns true if both inodes are known and equal. An unknown inode is not equal to any inode. */
static inline bool nsinode_equal(uint64_t a, uint64_t b)
{
	return a != 0 && a == b;
}

#endif
