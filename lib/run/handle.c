// SPDX-License-Identifier: GPL-2.0-or-later
/* handle: implements the steps of --ready-fd, --wait-fd, --status-fd, --pid-file, --close-fds and
 * --keep-fd. */
#include "run/handle.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "kernel/sys_fd.h"
#include "run/exec.h"
#include "run/interrupt.h"
#include "run/notify.h"
#include "run/status.h"

static int hold_pid_dir(struct handle *h, struct nserr *e)
{
	int rc = trustpath_resolve(h->pid_file, 0, &h->pid_path, e);

	if (rc < 0 && e->errnum)
		nserr_set(e, rc, "cannot create '%s'", h->pid_file);
	return rc;
}

int handle_hold(struct handle *h, struct nserr *e)
{
	if (h->status_fd >= 0)
		h->self = file_open_at(AT_FDCWD, "/proc/self", O_PATH | O_DIRECTORY, 0);
	return h->pid_file ? hold_pid_dir(h, e) : 0;
}

bool handle_forks(const struct handle *h)
{
	return h->status_fd >= 0 || h->pid_file;
}

/* ---- Waiting */

/* Waits for a byte or the end of file on fd. Returns 0, -EINTR after a signal, or another negative
 * errno, with e set. */
static int wait_for(int fd, struct nserr *e)
{
	cleanup_fd int signals = interrupt_open_ending();
	char byte;

	if (interrupt_wait(signals, fd) < 0)
		return interrupt_error(e);
	if (RETRY_EINTR(read(fd, &byte, 1)) < 0)
		return nserr_set(e, errno, "cannot read descriptor %d", fd);
	return 0;
}

static int run_wait(void *ctx, const struct plan_step *step, struct nserr *e)
{
	(void)ctx;
	return wait_for(((const struct handle *)step->arg)->wait_fd, e);
}

static void show_wait(const void *ctx, const struct plan_step *step, struct buf *out)
{
	const struct handle *h = step->arg;

	(void)ctx;
	buf_printf(out, "wait for a byte or end of file on descriptor %d", h->wait_fd);
}

static const struct plan_kind wait_kind = {
	.name = "wait-fd",
	.call = "poll(2), read(2)",
	.run = run_wait,
	.show = show_wait,
};

void handle_plan_wait(struct handle *h, struct plan *p, enum plan_actor actor)
{
	if (h->wait_fd >= 0)
		plan_add(p, actor, &wait_kind, h, 0);
}

/* ---- Reporting the creation of the process */

/*
 * Opens and truncates an existing pid file that cannot be removed, for example because its
 * directory belongs to root. It must be a regular file of the caller without other links. Returns a
 * descriptor or a negative errno.
 */
static int reuse_pid_file(struct handle *h)
{
	const struct trustpath *at = &h->pid_path;
	cleanup_fd int fd = file_open_at(at->dir, at->name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_nlink != 1)
		return -EACCES;
	if (ftruncate(fd, 0) < 0)
		return -errno;
	h->pid_file_ours = true;
	return TAKE_FD(fd);
}

/* Creates the pid file. Replaces a regular file of that name, which an earlier run has not removed.
 * Returns a descriptor, -EEXIST if a file of another kind has that name, or a negative errno with e
 * set. */
static int create_pid_file(struct handle *h, struct nserr *e)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
	const struct trustpath *at = &h->pid_path;
	int fd = -EEXIST;

	/* try several times, because a concurrent run may create the file again at any time */
	for (int tries = 0; tries < 16 && fd == -EEXIST; tries++) {
		struct stat st;

		fd = file_open_at(at->dir, at->name, flags, 0644);
		if (fd != -EEXIST)
			break;
		if (fstatat(at->dir, at->name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
			if (errno == ENOENT)
				continue;
			return nserr_set(e, errno, "cannot examine '%s'", h->pid_file);
		}
		if (!S_ISREG(st.st_mode))
			return -EEXIST;
		if (unlinkat(at->dir, at->name, 0) < 0 && errno != ENOENT) {
			fd = reuse_pid_file(h);
			return fd < 0 ? nserr_set(e, fd, "cannot replace '%s'", h->pid_file) : fd;
		}
	}
	if (fd < 0)
		return nserr_set(e, fd == -EEXIST ? EBUSY : fd, "cannot create '%s'", h->pid_file);
	h->pid_file_ours = true;
	return fd;
}

/*
 * Opens a device, or a descriptor by its link in the proc file system. O_NONBLOCK keeps open(2)
 * from waiting for the reader of a pipe. Does not truncate or create the file. Returns a
 * descriptor, or a negative errno with e set.
 */
static int open_pid_device(const struct handle *h, struct nserr *e)
{
	const struct trustpath *at = &h->pid_path;
	int flags = O_WRONLY | O_APPEND | O_NONBLOCK, fd;
	struct stat before, st;

	if (fstatat(at->dir, at->name, &before, AT_SYMLINK_NOFOLLOW) < 0)
		return nserr_set(e, errno, "cannot examine '%s'", h->pid_file);
	if (!at->is_proc_link && !S_ISCHR(before.st_mode)) {
		nserr_set(e, S_ISDIR(before.st_mode) ? EISDIR : 0, "cannot write the pid to '%s'%s",
			  h->pid_file,
			  S_ISDIR(before.st_mode) ? "" : ": neither a file nor a character device");
		return -EINVAL;
	}
	fd = file_open_at(at->dir, at->name, flags | (at->is_proc_link ? 0 : O_NOFOLLOW), 0);
	if (fd < 0)
		return nserr_set(e, fd, "cannot open '%s'", h->pid_file);
	if (at->is_proc_link ||
	    (fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == before.st_rdev))
		return fd;
	close(fd);
	return nserr_set(e, 0, "'%s' was replaced while it was opened", h->pid_file);
}

static int write_pid_file(struct handle *h, struct nserr *e)
{
	cleanup_buf struct buf text = BUF_INIT;
	cleanup_fd int fd = -1;
	int rc = h->pid_path.dir < 0 ? hold_pid_dir(h, e) : 0;

	if (rc < 0)
		return rc;
	fd = create_pid_file(h, e);
	if (fd == -EEXIST)
		fd = open_pid_device(h, e);
	if (fd < 0)
		return fd;
	buf_addu(&text, (uint64_t)h->pid);
	buf_addc(&text, '\n');
	rc = text.err ? text.err : notify_line(fd, text.s, text.len);
	/* after the write: the file of a later run may have the same inode number, but not the same
	 * time of modification */
	if (h->pid_file_ours && fstat(fd, &h->pid_stat) < 0) {
		nserr_set(e, errno, "cannot examine '%s'", h->pid_file);
		h->pid_file_ours = false;
		(void)!unlinkat(h->pid_path.dir, h->pid_path.name, 0);
		return -e->errnum;
	}
	if (rc == 0 && close(TAKE_FD(fd)) < 0)
		rc = -errno;
	if (rc < 0)
		return nserr_set(e, rc, "cannot write '%s'", h->pid_file);
	if (!h->pid_file_ours)
		trustpath_free(&h->pid_path);
	return 0;
}

/* Returns true if st describes the pid file that this process has written. */
static bool is_pid_file(const struct handle *h, const struct stat *st)
{
	const struct stat *ours = &h->pid_stat;

	return st->st_ino == ours->st_ino && st->st_dev == ours->st_dev &&
	       st->st_mtim.tv_sec == ours->st_mtim.tv_sec &&
	       st->st_mtim.tv_nsec == ours->st_mtim.tv_nsec;
}

/* Removes the pid file if this process created it; does not remove another file of that name.
 * Returns 0, or a negative errno with e set. */
static int remove_pid_file(struct handle *h, struct nserr *e)
{
	const struct trustpath *at = &h->pid_path;
	bool ours = h->pid_file_ours;
	struct stat st;

	h->pid_file_ours = false;
	/* try again, because no other process will remove the file */
	for (int tries = 0; ours && tries < 2; tries++) {
		if (fstatat(at->dir, at->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (!is_pid_file(h, &st))
			return 0;
		if (unlinkat(at->dir, at->name, 0) == 0)
			return 0;
	}
	return !ours || errno == ENOENT ? 0
					: nserr_set(e, errno, "cannot remove '%s'", h->pid_file);
}

static int run_created(void *ctx, const struct plan_step *step, struct nserr *e)
{
	struct handle *h = (struct handle *)step->arg;
	int rc = 0;

	(void)ctx;
	if (h->pid_file && h->waits_for_init)
		rc = h->pid_path.dir < 0 ? hold_pid_dir(h, e) : 0;
	else if (h->pid_file)
		rc = write_pid_file(h, e);
	if (rc == 0 && h->status_fd >= 0)
		rc = status_created(h->status_fd, h->pid, h->waits_for_init ? h->pid : 0, h->self,
				    e);
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
		buf_printf(out, "%s '%s'%s", h->waits_for_init ? "prepare" : "write the PID to",
			   h->pid_file, h->status_fd >= 0 ? " and " : "");
	if (h->status_fd >= 0)
		buf_printf(out, "report the process and its namespaces to descriptor %d",
			   h->status_fd);
}

static const struct plan_kind created_kind = {
	.name = "created",
	.call = "write(2)",
	.run = run_created,
	.undo = undo_created,
	.show = show_created,
};

void handle_plan_created_by(struct handle *h, struct plan *p, enum plan_actor actor)
{
	if (handle_forks(h))
		plan_add(p, actor, &created_kind, h, 0);
}

void handle_plan_created(struct handle *h, struct plan *p)
{
	handle_plan_created_by(h, p, PLAN_CALLER);
}

void handle_served(struct handle *h)
{
	if (h->status_fd > 2)
		close(h->status_fd);
	h->status_fd = -1;
	h->pid_file = NULL;
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
	const int own[] = { h->ready_fd, h->wait_fd, h->start_fd, h->status_fd };
	int rc;

	(void)ctx;
	/* skip a descriptor up to 2, because it is a standard stream of the program */
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (own[i] > 2 && !is_kept(h, own[i]) && fcntl(own[i], F_SETFD, FD_CLOEXEC) < 0)
			return nserr_set(e, errno, "cannot use descriptor %d", own[i]);
	if (h->close_fds) {
		/* mark the descriptors close-on-exec instead of closing them, because the sockets
		 * to the other processes are still needed if exec fails */
		rc = sys_fd_cloexec_others(h->keep, h->nkeep);
		if (rc < 0)
			return nserr_set(e, rc, "cannot close descriptors");
	}
	if (h->ready_fd >= 0) {
		rc = exec_check(h->program, e);
		if (rc < 0)
			return rc;
		rc = notify_line(h->ready_fd, READY_LINE, strlen(READY_LINE));
		if (rc < 0)
			return nserr_set(e, rc, "cannot write to descriptor %d", h->ready_fd);
	}
	return h->start_fd < 0 ? 0 : wait_for(h->start_fd, e);
}

static void show_exec(const void *ctx, const struct plan_step *step, struct buf *out)
{
	const struct handle *h = step->arg;

	(void)ctx;
	if (h->close_fds) {
		buf_adds(out, "close all descriptors except 0 to 2");
		for (size_t i = 0; i < h->nkeep; i++)
			if (h->keep[i] > 2)
				buf_printf(out, " and %d", h->keep[i]);
	} else {
		buf_adds(out, "close the descriptors that the handle options name");
	}
	if (h->ready_fd >= 0)
		buf_printf(out, "; write a line to descriptor %d", h->ready_fd);
	if (h->start_fd >= 0)
		buf_printf(out, "; wait for a byte or end of file on descriptor %d", h->start_fd);
}

static const struct plan_kind exec_kind = {
	.name = "descriptors",
	.call = "close_range(CLOSE_RANGE_CLOEXEC)",
	.run = run_exec,
	.show = show_exec,
}, ready_kind = {
	.name = "descriptors",
	.call = "close_range(CLOSE_RANGE_CLOEXEC), write(2)",
	.run = run_exec,
	.show = show_exec,
};

void handle_plan_exec(struct handle *h, struct plan *p, enum plan_actor actor, const char *program)
{
	h->program = program;
	if (h->close_fds || h->ready_fd >= 0 || h->wait_fd >= 0 || h->start_fd >= 0 ||
	    h->status_fd >= 0)
		plan_add(p, actor, h->ready_fd >= 0 ? &ready_kind : &exec_kind, h, 0);
}

/* ---- In the waiting parent */

static void let_go(const struct handle *h, int *fd)
{
	if (*fd > 2 && *fd != h->status_fd)
		close(TAKE_FD(*fd));
}

int handle_identified(struct handle *h, pid_t pid, struct nserr *e)
{
	h->pid = pid;
	return h->pid_file ? write_pid_file(h, e) : 0;
}

void handle_let_go(struct handle *h)
{
	/* close the descriptor, because the reader of --ready-fd waits for the end of the file */
	let_go(h, &h->ready_fd);
	let_go(h, &h->wait_fd);
}

void handle_executed(struct handle *h)
{
	if (h->status_fd >= 0 && status_exec(h->status_fd, h->pid, h->init_pid) == -EINTR)
		h->status_fd = -1;
}

void handle_ready(struct handle *h)
{
	if (h->status_fd >= 0 && status_ready(h->status_fd, h->pid) == -EINTR)
		h->status_fd = -1;
}

void handle_running(struct handle *h)
{
	handle_let_go(h);
	handle_executed(h);
}

int handle_ended(struct handle *h, int wstatus, struct nserr *e)
{
	if (h->status_fd >= 0 && wstatus >= 0)
		status_exit(h->status_fd, h->pid, h->init_pid, wstatus);
	return remove_pid_file(h, e);
}
