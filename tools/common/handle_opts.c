// SPDX-License-Identifier: GPL-2.0-or-later
/* handle_opts: parses the options for handles and inherited descriptors into struct handle. */
#include "common/handle_opts.h"

#include <fcntl.h>

#include "base/num.h"

/* Parses a descriptor number. Refuses a descriptor that is open with the access mode `wrong`,
 * because waiting for it would block forever. Returns 0, or a negative errno with e set. */
static int parse_fd(const char *name, const char *arg, int wrong, int *fd, struct nserr *e)
{
	int flags;

	if (num_fd(arg, fd) < 0)
		return nserr_set(e, 0, "--%s: invalid descriptor number '%s'", name, arg);
	flags = fcntl(*fd, F_GETFL);
	if (flags < 0)
		return nserr_set(e, errno, "--%s: cannot use descriptor %d", name, *fd);
	if ((flags & O_ACCMODE) == wrong)
		return nserr_set(e, 0, "--%s: descriptor %d is not open for %s", name, *fd,
				 wrong == O_RDONLY ? "writing" : "reading");
	return 1;
}

static int keep_fd(struct handle *h, const char *arg, struct nserr *e)
{
	size_t i;
	int fd, rc = parse_fd("keep-fd", arg, -1, &fd, e);

	if (rc < 0)
		return rc;
	h->close_fds = true;
	for (i = h->nkeep; i > 0 && h->keep[i - 1] >= fd; i--)
		if (h->keep[i - 1] == fd)
			return 1;
	if (h->nkeep == HANDLE_KEEP_MAX)
		return nserr_set(e, 0, "--keep-fd: cannot keep more than %d descriptors",
				 HANDLE_KEEP_MAX);
	memmove(&h->keep[i + 1], &h->keep[i], (h->nkeep - i) * sizeof(h->keep[0]));
	h->keep[i] = fd;
	h->nkeep++;
	return 1;
}

int handle_option(struct handle *h, int key, const char *arg, struct nserr *e)
{
	switch (key) {
	case HANDLE_KEY_READY_FD:
		return parse_fd("ready-fd", arg, O_RDONLY, &h->ready_fd, e);
	case HANDLE_KEY_WAIT_FD:
		return parse_fd("wait-fd", arg, O_WRONLY, &h->wait_fd, e);
	case HANDLE_KEY_START_FD:
		return parse_fd("start-fd", arg, O_WRONLY, &h->start_fd, e);
	case HANDLE_KEY_STATUS_FD:
		return parse_fd("status-fd", arg, O_RDONLY, &h->status_fd, e);
	case HANDLE_KEY_PID_FILE:
		h->pid_file = arg;
		return 1;
	case HANDLE_KEY_CLOSE_FDS:
		h->close_fds = true;
		return 1;
	case HANDLE_KEY_KEEP_FD:
		return keep_fd(h, arg, e);
	default:
		return 0;
	}
}
