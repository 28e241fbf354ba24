// SPDX-License-Identifier: GPL-2.0-or-later
/* file: reads and writes small files. */
#include "base/file.h"

#include <stdio.h>

#include "base/num.h"

int file_above_std(int fd)
{
	int high;

	if (fd < 0 || fd > 2)
		return fd;
	high = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (high < 0)
		high = -errno;
	close(fd);
	return high;
}

int file_open_at(int dirfd, const char *path, int flags, mode_t mode)
{
	int fd = RETRY_EINTR(openat(dirfd, path, flags | O_CLOEXEC | O_NOCTTY, mode));

	return fd < 0 ? -errno : file_above_std(fd);
}

DIR *file_open_dir(int dirfd, const char *path)
{
	cleanup_fd int fd = file_open_at(dirfd, path, O_RDONLY | O_DIRECTORY, 0);
	DIR *dir;

	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	dir = fdopendir(fd);
	if (dir)
		fd = -1;
	return dir;
}

struct file_fd_path file_fd_path(int fd)
{
	struct file_fd_path p;

	snprintf(p.text, sizeof(p.text), "/proc/self/fd/%d", fd);
	return p;
}

ssize_t file_fd_name(int fd, char *buf, size_t size)
{
	ssize_t n = readlink(file_fd_path(fd).text, buf, size - 1);

	buf[MAX(n, 0)] = '\0';
	return n < 0 ? -errno : n;
}

int file_open_self(struct nserr *e)
{
	int fd = file_open_at(AT_FDCWD, "/proc/self", O_PATH | O_DIRECTORY, 0);

	if (fd >= 0)
		return fd;
	nserr_set(e, fd, "cannot open /proc/self");
	if (fd == -ENOENT)
		nserr_hint(e, "mount the proc file system: mount -t proc proc /proc");
	return fd;
}

ssize_t file_read_at(int dirfd, const char *path, char *buf, size_t size)
{
	/* in an untrusted root directory, the path may lead to a FIFO or a terminal; O_NONBLOCK
	 * prevents open(2) from blocking */
	cleanup_fd int fd = file_open_at(dirfd, path, O_RDONLY | O_NONBLOCK, 0);
	size_t len = 0;

	if (fd < 0)
		return fd;
	for (;;) {
		ssize_t n = RETRY_EINTR(read(fd, buf + len, size - len));

		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
		if (len == size)
			return -EFBIG;
	}
	buf[len] = '\0';
	return (ssize_t)len;
}

int file_read_u64(int dirfd, const char *path, uint64_t *v)
{
	char text[32];
	ssize_t n = file_read_at(dirfd, path, text, sizeof(text));

	return n < 0 ? (int)n : num_u64n(text, strcspn(text, "\n"), 0, UINT64_MAX, v);
}

ssize_t file_slurp(int fd, size_t max, char **out)
{
	cleanup_free char *buf = NULL;
	size_t len = 0, size = 0;

	for (;;) {
		ssize_t n;

		if (len + 1 >= size) {
			char *more;

			size = size ? size * 2 : 4096;
			more = realloc(buf, size);
			if (!more)
				return -ENOMEM;
			buf = more;
		}
		n = RETRY_EINTR(read(fd, buf + len, size - len - 1));
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
		if (len > max)
			return -EFBIG;
	}
	buf[len] = '\0';
	*out = TAKE_PTR(buf);
	return (ssize_t)len;
}

int file_write_at(int dirfd, const char *path, const char *text)
{
	cleanup_fd int fd = file_open_at(dirfd, path, O_WRONLY, 0);
	size_t len = strlen(text);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = RETRY_EINTR(write(fd, text, len));
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

int file_write_all(int fd, const void *buf, size_t n)
{
	const char *p = buf;

	while (n > 0) {
		ssize_t done = RETRY_EINTR(write(fd, p, n));

		if (done < 0)
			return -errno;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}
