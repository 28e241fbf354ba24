// SPDX-License-Identifier: GPL-2.0-or-later
/* handle: --ready-fd, --wait-fd, --status-fd, --pid-file, --close-fds, --keep-fd. */
#include "handle.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "file.h"
#include "interrupt.h"
#include "num.h"
#include "spawn.h"
#include "status.h"
#include "sys_fd.h"
#include "tell.h"

/* wrong is the access mode that it must not have: to wait for it would be for ever. */
static int parse_fd(const char *name, const char *arg, int wrong, int *fd, struct nserr *e)
{
	int flags;

	if (num_fd(arg, fd) < 0)
		return nserr_set(e, 0, "--%s: '%s' is not a descriptor number", name, arg);
	flags = fcntl(*fd, F_GETFL);
	if (flags < 0)
		return nserr_set(e, errno, "--%s: descriptor %d", name, *fd);
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
		return nserr_set(e, 0, "--keep-fd: more than %d descriptors", HANDLE_KEEP_MAX);
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

int handle_hold(struct handle *h, struct nserr *e)
{
	const char *base = h->pid_file ? strrchr(h->pid_file, '/') : NULL;

	if (h->status_fd >= 0)
		h->self = file_open_at(AT_FDCWD, "/proc/self", O_PATH | O_DIRECTORY, 0);
	if (h->pid_file) {
		cleanup_free char *dir = base ? strndup(h->pid_file,
							(size_t)(base - h->pid_file) + 1)
					      : strdup(".");

		h->pid_dir = dir ? file_open_at(AT_FDCWD, dir, O_PATH | O_DIRECTORY, 0) : -ENOMEM;
		if (h->pid_dir < 0)
			return nserr_set(e, h->pid_dir, "cannot open '%s'", h->pid_file);
		h->pid_file = base ? base + 1 : h->pid_file;
	}
	return 0;
}

bool handle_forks(const struct handle *h)
{
	return h->status_fd >= 0 || h->pid_file;
}

/* ---- Waiting */

static int run_wait(void *ctx, const struct plan_step *step, struct nserr *e)
{
	const struct handle *h = step->arg;
	cleanup_fd int signals = interrupt_open_ending();
	char byte;

	(void)ctx;
	if (interrupt_wait(signals, h->wait_fd) < 0)
		return interrupt_error(e);
	if (RETRY_EINTR(read(h->wait_fd, &byte, 1)) < 0)
		return nserr_set(e, errno, "cannot read descriptor %d", h->wait_fd);
	return 0;
}

static void show_wait(const void *ctx, const struct plan_step *step, struct buf *out)
{
	const struct handle *h = step->arg;

	(void)ctx;
	buf_printf(out, "wait for a byte or the end of descriptor %d", h->wait_fd);
}

static const struct plan_kind wait_kind = {
	.name = "wait-fd",
	.call = "poll, read",
	.run = run_wait,
	.show = show_wait,
};

void handle_plan_wait(struct handle *h, struct plan *p, enum plan_actor actor)
{
	if (h->wait_fd >= 0)
		plan_add(p, actor, &wait_kind, h, 0);
}

/* ---- Telling that the process is there */

static int write_pid_file(struct handle *h, struct nserr *e)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY;
	cleanup_buf struct buf text = BUF_INIT;
	cleanup_fd int fd = -1;
	struct stat st;
	int rc = fstatat(h->pid_dir, h->pid_file, &st, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;

	if (rc < 0 && rc != -ENOENT)
		return nserr_set(e, rc, "cannot look at '%s'", h->pid_file);
	fd = file_open_at(h->pid_dir, h->pid_file, flags, 0644);
	if (fd < 0)
		return nserr_set(e, fd, "cannot open '%s'", h->pid_file);
	/* also one that was there, of a run that was killed; but no device, FIFO or link */
	h->pid_file_ours = rc == -ENOENT || S_ISREG(st.st_mode);
	buf_addu(&text, (uint64_t)h->pid);
	buf_addc(&text, '\n');
	rc = text.err ? text.err : file_write_all(fd, text.s, text.len);
	if (rc < 0)
		return nserr_set(e, rc, "cannot write '%s'", h->pid_file);
	return 0;
}

static int remove_pid_file(struct handle *h, struct nserr *e)
{
	bool ours = h->pid_file_ours;

	h->pid_file_ours = false;
	if (ours && unlinkat(h->pid_dir, h->pid_file, 0) < 0 && errno != ENOENT)
		return nserr_set(e, errno, "cannot remove '%s'", h->pid_file);
	return 0;
}

static int run_created(void *ctx, const struct plan_step *step, struct nserr *e)
{
	struct handle *h = (struct handle *)step->arg;
	int rc = 0;

	(void)ctx;
	if (h->pid_file)
		rc = write_pid_file(h, e);
	if (rc == 0 && h->status_fd >= 0)
		rc = status_created(h->status_fd, h->pid, h->self, e);
	if (rc < 0)
		(void)!remove_pid_file(h, NULL);
	return rc;
}

static void undo_created(void *ctx, const struct plan_step *step)
{
	(void)ctx;
	(void)!remove_pid_file((struct handle *)step->arg, NULL);
}

static void show_created(const void *ctx, const struct plan_step *step, struct buf *out)
{
	const struct handle *h = step->arg;

	(void)ctx;
	if (h->pid_file)
		buf_printf(out, "write the pid to '%s'%s", h->pid_file,
			   h->status_fd >= 0 ? " and " : "");
	if (h->status_fd >= 0)
		buf_printf(out, "tell descriptor %d what was created", h->status_fd);
}

static const struct plan_kind created_kind = {
	.name = "created",
	.call = "write",
	.run = run_created,
	.undo = undo_created,
	.show = show_created,
};

void handle_plan_created(struct handle *h, struct plan *p)
{
	if (handle_forks(h))
		plan_add(p, PLAN_CALLER, &created_kind, h, 0);
}

/* ---- Before exec */

static bool is_kept(const struct handle *h, int fd)
{
	for (size_t i = 0; i < h->nkeep; i++)
		if (h->keep[i] == fd)
			return true;
	return false;
}

static int run_exec(void *ctx, const struct plan_step *step, struct nserr *e)
{
	const struct handle *h = step->arg;
	const int own[] = { h->ready_fd, h->wait_fd, h->status_fd };
	int rc;

	(void)ctx;
	/* a standard stream stays the program's own */
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (own[i] > 2 && !is_kept(h, own[i]) && fcntl(own[i], F_SETFD, FD_CLOEXEC) < 0)
			return nserr_set(e, errno, "descriptor %d", own[i]);
	if (h->close_fds) {
		/* only marked: an exec that fails needs what the plan talks through */
		rc = sys_fd_cloexec_others(h->keep, h->nkeep);
		if (rc < 0)
			return nserr_set(e, rc, "cannot close descriptors");
	}
	if (h->ready_fd < 0)
		return 0;
	rc = spawn_check(h->program, e);
	if (rc < 0)
		return rc;
	rc = tell(h->ready_fd, "ready\n", 6);
	if (rc < 0)
		return nserr_set(e, rc, "cannot write to descriptor %d", h->ready_fd);
	return 0;
}

static void show_exec(const void *ctx, const struct plan_step *step, struct buf *out)
{
	const struct handle *h = step->arg;

	(void)ctx;
	if (h->close_fds) {
		buf_adds(out, "close all descriptors but 0 to 2");
		for (size_t i = 0; i < h->nkeep; i++)
			buf_printf(out, ", %d", h->keep[i]);
	} else {
		buf_adds(out, "close the descriptors of handles");
	}
	if (h->ready_fd >= 0)
		buf_printf(out, ", write a line to descriptor %d", h->ready_fd);
}

static const struct plan_kind exec_kind = {
	.name = "descriptors",
	.call = "close_range(CLOSE_RANGE_CLOEXEC)",
	.run = run_exec,
	.show = show_exec,
};

void handle_plan_exec(struct handle *h, struct plan *p, enum plan_actor actor, const char *program)
{
	h->program = program;
	if (h->close_fds || h->ready_fd >= 0 || h->wait_fd >= 0 || h->status_fd >= 0)
		plan_add(p, actor, &exec_kind, h, 0);
}

/* ---- In the parent that stays */

static void let_go(const struct handle *h, int *fd)
{
	if (*fd > 2 && *fd != h->status_fd)
		close(TAKE_FD(*fd));
}

void handle_running(struct handle *h)
{
	/* the reader of --ready-fd waits for the end */
	let_go(h, &h->ready_fd);
	let_go(h, &h->wait_fd);
	if (h->status_fd >= 0 && status_exec(h->status_fd, h->pid) == -EINTR)
		h->status_fd = -1;
}

int handle_ended(struct handle *h, int wstatus, struct nserr *e)
{
	if (h->status_fd >= 0 && wstatus >= 0)
		status_exit(h->status_fd, h->pid, wstatus);
	return remove_pid_file(h, e);
}
