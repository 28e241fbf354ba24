// SPDX-License-Identifier: GPL-2.0-or-later
/* scan: lists the numbered entries of directories in /proc: processes, threads, descriptors. */
#include "ns/scan.h"

#include <dirent.h>
#include <limits.h>

#include "base/file.h"
#include "kernel/sys_fd.h"

/* Adds name to the list if it is a number. Returns 0 or -ENOMEM. */
static int add(struct scan *s, const char *name)
{
	int v = 0;

	if (*name < '0' || *name > '9')
		return 0;
	for (; *name >= '0' && *name <= '9' && v < INT_MAX / 10; name++)
		v = v * 10 + (*name - '0');
	/* in /proc, every name that starts with a digit is a number that fits into an int */
	if (*name)
		return 0;
	if (s->n == s->size) {
		size_t size = s->size ? s->size * 2 : 256;
		int *id = reallocarray(s->id, size, sizeof(*id));

		if (!id)
			return -ENOMEM;
		s->id = id;
		s->size = size;
	}
	s->id[s->n++] = v;
	return 0;
}

int scan_dir(int dirfd, const char *path, size_t expected, struct scan *s)
{
	cleanup_fd int fd = file_open_at(dirfd, path, O_RDONLY | O_DIRECTORY, 0);
	/* one getdents64(2) call with a buffer of this size reads most directories completely */
	char buf[32768] __attribute__((aligned(8)));

	s->n = 0;
	if (fd < 0)
		return fd;
	for (;;) {
		ssize_t n = sys_getdents(fd, buf, sizeof(buf));

		if (n <= 0)
			return (int)n;
		for (ssize_t i = 0; i < n;) {
			const struct dirent *d = (const void *)(buf + i);

			if (add(s, d->d_name) < 0)
				return -ENOMEM;
			i += d->d_reclen;
		}
		if (expected && s->n >= expected)
			return 0;
	}
}

void scan_free(struct scan *s)
{
	free(s->id);
	*s = (struct scan){ 0 };
}
