// SPDX-License-Identifier: GPL-2.0-or-later
/* stream: reads standard input, a descriptor or a file. */
#include "base/stream.h"

#include <fcntl.h>

#include "base/file.h"
#include "base/num.h"

static bool stdin_taken;

int stream_null_stdin(void)
{
	int fd = RETRY_EINTR(open("/dev/null", O_RDONLY | O_CLOEXEC));
	int rc = 0;

	if (fd < 0)
		return -errno;
	/* clear close-on-exec, so that executed programs inherit descriptor 0 */
	if (fd == 0)
		return fcntl(0, F_SETFD, 0) < 0 ? -errno : 0;
	if (dup2(fd, 0) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

static int stream_open(const char *name, struct nserr *e)
{
	const char *number = str_after(name, "fd:");
	int fd;

	if (streq(name, "-")) {
		if (stdin_taken)
			return nserr_set(e, 0, "cannot read standard input twice");
		stdin_taken = true;
		fd = fcntl(0, F_DUPFD_CLOEXEC, 3);
		return fd < 0 ? nserr_set(e, errno, "cannot read standard input") : fd;
	}
	if (number) {
		if (num_fd(number, &fd) < 0)
			return nserr_set(e, 0, "invalid descriptor number '%s'", number);
		if (fcntl(fd, F_GETFD) < 0)
			return nserr_set(e, errno, "cannot read descriptor %d", fd);
		return fd;
	}
	fd = file_open_at(AT_FDCWD, name, O_RDONLY, 0);
	return fd < 0 ? nserr_set(e, fd, "cannot open '%s'", name) : fd;
}

ssize_t stream_read(const char *name, char **out, struct nserr *e)
{
	cleanup_fd int fd = stream_open(name, e);
	ssize_t len;
	int rc;

	if (fd < 0)
		return fd;
	len = file_slurp(fd, STREAM_MAX, out);
	if (len < 0)
		return nserr_set(e, (int)len, "cannot read '%s'", name);
	if (streq(name, "-") && (rc = stream_null_stdin()) < 0) {
		free(*out);
		return nserr_set(e, rc, "cannot open /dev/null");
	}
	return len;
}
