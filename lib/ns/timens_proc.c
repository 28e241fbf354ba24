// SPDX-License-Identifier: GPL-2.0-or-later
/* timens_proc: reads and writes /proc/PID/timens_offsets, reads the clocks and enters time
 * namespaces. */
#include "ns/timens_proc.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/num.h"
#include "base/stream.h"
#include "kernel/nsfile.h"
#include "kernel/proc_stat.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_filter.h"
#include "kernel/sys_ns.h"

#define NSEC_PER_SEC 1000000000L

static int no_support(int rc, struct nserr *e)
{
	nserr_set(e, rc, "time namespaces are not supported by this kernel");
	nserr_hint(e, "use Linux 5.6 or later with CONFIG_TIME_NS");
	return rc;
}

int timens_read(int procfd, struct timens *t, struct nserr *e)
{
	char text[256];
	ssize_t n = file_read_at(procfd, "timens_offsets", text, sizeof(text));

	if (n == -ENOENT && access("/proc/self/stat", F_OK) == 0 &&
	    access("/proc/self/timens_offsets", F_OK) < 0)
		return no_support(-ENOENT, e);
	if (n < 0)
		return nserr_set(e, (int)n, "cannot read timens_offsets");
	return timens_parse_stream(text, (size_t)n, t, e);
}

/* Returns the inode of the time namespace in the link procfd/name, or 0 if it cannot be read. */
static uint64_t link_inode(int procfd, const char *name)
{
	char text[40];
	ssize_t n = readlinkat(procfd, name, text, sizeof(text));
	const struct nstype *type;
	uint64_t inode;

	return n > 0 && nstype_parse_link(text, (size_t)n, &type, &inode) == 0 ? inode : 0;
}

static void zero_offsets(struct timens *t)
{
	*t = (struct timens){ .set = { true, true } };
}

/* Reads the offsets from a process whose children will be in the namespace. Returns false if no
 * such process can be read. */
static bool read_any_process(uint64_t inode, struct timens *t)
{
	DIR *proc = opendir("/proc");
	bool found = false;

	if (!proc)
		return false;
	for (struct dirent *d; !found && (d = readdir(proc));) {
		cleanup_fd int procfd = -1;
		pid_t pid;

		if (num_pid(d->d_name, &pid) < 0)
			continue;
		procfd = file_open_at(dirfd(proc), d->d_name, O_PATH | O_DIRECTORY, 0);
		/* check the link again, because the process may have changed its namespace before
		 * the offsets were read */
		found = procfd >= 0 && link_inode(procfd, "ns/time_for_children") == inode &&
			timens_read(procfd, t, NULL) == 0 &&
			link_inode(procfd, "ns/time_for_children") == inode;
	}
	closedir(proc);
	return found;
}

int timens_read_ns(int ns, struct timens *t, struct nserr *e)
{
	cleanup_fd int self = -1;
	struct stat st;
	int rc;

	if (fstat(ns, &st) < 0)
		return nserr_set(e, errno, "cannot examine the time namespace");
	if (st.st_ino == TIMENS_INITIAL_INO) {
		zero_offsets(t);
		return 0;
	}
	if (read_any_process(st.st_ino, t))
		return 0;
	/* as the last resort, enter the namespace to read its offsets: setns(2) also changes the
	 * namespace of the caller's future children and makes the offsets immutable */
	rc = sys_setns(ns, CLONE_NEWTIME);
	if (rc < 0) {
		nserr_set(e, rc, "cannot enter time:[%llu] to read its offsets",
			  (unsigned long long)st.st_ino);
		if (rc == -EPERM && !sys_cap_has(CAP_SYS_ADMIN))
			nserr_hint(
				e,
				"run the command with CAP_SYS_ADMIN, because a namespace without a "
				"process must be entered to read its offsets");
		sys_filter_explain("setns(2)", e);
		return rc;
	}
	self = file_open_self(e);
	return self < 0 ? self : timens_read(self, t, e);
}

int timens_read_process(const struct nsref_process *p, struct timens *t, uint64_t *inode,
			struct nserr *e)
{
	cleanup_fd int ns = -1;
	uint64_t children = link_inode(p->procfd, "ns/time_for_children");

	*inode = link_inode(p->procfd, "ns/time");
	/* read the offsets also if the links are unreadable, because this is possible for a process
	 * of another user */
	if (*inode == 0 || *inode == children) {
		int rc = timens_read(p->procfd, t, e);

		if (rc < 0)
			nserr_prefix(e, "process %d", (int)p->pid);
		return rc;
	}
	ns = nsref_open_proc_ns(p, &nstypes[NSTYPE_TIME], e);
	return ns < 0 ? ns : timens_read_ns(ns, t, e);
}

static int fail_write(int rc, struct nserr *e)
{
	if (rc == -EACCES) {
		nserr_set(e, rc, "the offsets of the time namespace can no longer be changed");
		nserr_hint(e, "write the offsets before the first process enters the namespace");
	} else if (rc == -EPERM) {
		nserr_set(e, rc, "cannot set the clock offsets");
		nserr_hint(e,
			   "run the command with CAP_SYS_TIME in the user namespace that owns the "
			   "time namespace");
	} else {
		nserr_set(e, rc, "cannot write timens_offsets");
	}
	return rc;
}

/* Opens and writes the file in two steps, because EACCES has two meanings: after open(2), a
 * permission is missing; after write(2), the offsets cannot be changed any more. */
int timens_write(int procfd, const struct timens *t, struct nserr *e)
{
	cleanup_buf struct buf text = BUF_INIT;
	cleanup_fd int fd = file_open_at(procfd, "timens_offsets", O_WRONLY, 0);
	struct timens back;
	ssize_t n;
	int rc;

	if (fd < 0)
		return nserr_set(e, fd, "cannot open timens_offsets for writing");
	timens_format(t, &text);
	if (text.err)
		return nserr_set(e, text.err, "cannot write timens_offsets");
	n = RETRY_EINTR(write(fd, text.s, text.len));
	rc = n < 0 ? -errno : (size_t)n < text.len ? -EIO : 0;
	if (rc < 0)
		return fail_write(rc, e);
	rc = timens_read(procfd, &back, e);
	if (rc < 0)
		return rc;
	for (int c = 0; c < TIMENS_CLOCKS; c++)
		if (t->set[c] && (back.off[c].tv_sec != t->off[c].tv_sec ||
				  back.off[c].tv_nsec != t->off[c].tv_nsec))
			return nserr_set(e, EIO,
					 "the %s offset differs from the value that was written",
					 timens_names[c]);
	return 0;
}

int timens_unshare(struct nserr *e)
{
	int rc = sys_unshare(CLONE_NEWTIME);

	if (rc == 0)
		return 0;
	if (rc == -ENOSYS || rc == -EINVAL)
		return no_support(rc, e);
	nserr_set(e, rc, "cannot create a time namespace");
	if (rc == -EPERM && !sys_cap_has(CAP_SYS_ADMIN))
		nserr_hint(e, "put 'nsunshare -r --' before the command, or run the command with "
			      "CAP_SYS_ADMIN");
	else if (rc == -ENOSPC)
		nserr_hint(e, "raise /proc/sys/user/max_time_namespaces in the user namespace "
			      "where the limit is reached: this user namespace or an ancestor");
	return rc;
}

int timens_enter(struct nserr *e)
{
	cleanup_fd int ns = nsfile_open_proc(AT_FDCWD, "/proc/self/ns/time_for_children");
	int rc = ns < 0 ? ns : sys_setns(ns, CLONE_NEWTIME);

	return rc < 0 ? nserr_set(e, rc, "cannot enter the new time namespace") : 0;
}

bool timens_wanted(const struct timens_request *r)
{
	return r->stream || r->want[TIMENS_MONOTONIC].kind || r->want[TIMENS_BOOTTIME].kind;
}

enum timens_anchor timens_anchor(const struct timens_request *r)
{
	for (int c = 0; c < TIMENS_CLOCKS; c++)
		if (r->want[c].kind == TIMENS_READING)
			return r->anchor;
	return TIMENS_ANCHOR_NOW;
}

/* Sets *start to the start time of the process on the boottime clock. Returns 0, or a negative
 * errno with e set. */
static int start_time(int procfd, struct timespec *start, struct nserr *e)
{
	uint64_t hz = (uint64_t)sysconf(_SC_CLK_TCK);
	struct proc_stat st;
	int64_t nsec;
	int rc = proc_stat_read(procfd, "stat", &st);

	if (rc < 0)
		return nserr_set(e, rc, "cannot read the start time of the process");
	/* convert to a signed number: if the process started before the zero of the reader's clock,
	 * the kernel's unsigned nanoseconds have wrapped around */
	nsec = (int64_t)(st.start * (NSEC_PER_SEC / hz));
	*start = (struct timespec){ nsec / NSEC_PER_SEC, nsec % NSEC_PER_SEC };
	if (start->tv_nsec < 0) {
		start->tv_nsec += NSEC_PER_SEC;
		start->tv_sec--;
	}
	return 0;
}

/* Reads the offsets of this process's own time namespace. Returns 0, or a negative errno with e
 * set. */
static int own_offsets(struct timens *t, struct nserr *e)
{
	struct nsref_process self cleanup_nsref_process = { getpid(), -1, -1 };
	uint64_t inode;

	/* do not read the file in the initial namespace, which is the common case */
	if (link_inode(AT_FDCWD, "/proc/self/ns/time") == TIMENS_INITIAL_INO) {
		zero_offsets(t);
		return 0;
	}
	self.procfd = file_open_self(e);
	return self.procfd < 0 ? self.procfd : timens_read_process(&self, t, &inode, e);
}

int timens_look(enum timens_anchor anchor, int procfd, struct timens_now *now, struct nserr *e)
{
	struct timespec start, suspended;
	struct timens own;
	int rc = own_offsets(&own, e);

	if (rc < 0)
		return rc;
	for (int c = 0; c < TIMENS_CLOCKS; c++) {
		struct timespec reads;

		if (clock_gettime(timens_ids[c], &reads) < 0)
			return nserr_set(e, errno, "cannot read the %s clock", timens_names[c]);
		now->own[c] = own.off[c];
		now->initial[c] = timens_sub(reads, own.off[c]);
		now->anchor[c] = now->initial[c];
	}
	if (anchor == TIMENS_ANCHOR_NOW)
		return 0;
	rc = start_time(procfd, &start, e);
	if (rc < 0)
		return rc;
	if (proc_stat_is_moved(own.off[TIMENS_BOOTTIME].tv_sec))
		start = timens_sub(start, own.off[TIMENS_BOOTTIME]);
	/* compute the start time on the monotonic clock, which differs from the boottime clock by
	 * the time in suspend */
	suspended = timens_sub(now->initial[TIMENS_BOOTTIME], now->initial[TIMENS_MONOTONIC]);
	now->anchor[TIMENS_BOOTTIME] = start;
	now->anchor[TIMENS_MONOTONIC] = timens_sub(start, suspended);
	return 0;
}

/* Reads the offsets of the time namespace that the argument "=@REF" names. Returns 0, or a negative
 * errno with e set. */
static int like_offsets(const struct nsref *r, struct timens *t, struct nserr *e)
{
	struct nsref_process p cleanup_nsref_process = NSREF_PROCESS_INIT;
	cleanup_fd int ns = -1;
	uint64_t inode;
	int rc;

	if (nsref_is_process(r)) {
		rc = nsref_open_process(r, &p, e);
		return rc < 0 ? rc : timens_read_process(&p, t, &inode, e);
	}
	ns = nsref_open_ns(r, &nstypes[NSTYPE_TIME], e);
	return ns < 0 ? ns : timens_read_ns(ns, t, e);
}

static int read_stream(const char *name, struct timens *t, struct nserr *e)
{
	cleanup_free char *text = NULL;
	ssize_t n = stream_read(name, &text, e);
	int rc;

	if (n < 0)
		return (int)n;
	rc = timens_parse_stream(text, (size_t)n, t, e);
	if (rc < 0)
		nserr_prefix(e, "%s", name);
	return rc;
}

int timens_request_resolve(const struct timens_request *r, const struct timens_now *now,
			   struct timens *t, struct nserr *e)
{
	int rc;

	if (r->stream) {
		rc = read_stream(r->stream, t, e);
		return rc < 0 ? rc : timens_check(t, now, e);
	}
	*t = (struct timens){ 0 };
	for (int c = 0; c < TIMENS_CLOCKS; c++) {
		const struct timens_want *w = &r->want[c];
		struct timens like = { 0 };

		if (w->kind == TIMENS_UNSET)
			continue;
		if (w->kind == TIMENS_LIKE && (rc = like_offsets(&w->like, &like, e)) < 0)
			return rc;
		rc = timens_resolve(w, (enum timens_clock)c, r->base, now, &like.off[c], &t->off[c],
				    e);
		if (rc < 0)
			return rc;
		t->set[c] = true;
	}
	return 0;
}
