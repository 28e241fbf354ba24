// SPDX-License-Identifier: GPL-2.0-or-later
/* reap: the end of everything below us: asked first, killed when the time of grace is over. */
#include "reap.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>

#include "buf.h"
#include "file.h"
#include "num.h"
#include "procstat.h"
#include "sys_pidfd.h"

BIND_EARLY(sigwaitinfo)

enum { RUNS, ENDS, KILLED }; /* supervise.phase */

#define DEPTH_MAX 64 /* of recursion; what is deeper falls to us when its parents are gone */

int reap_adopt(struct nserr *e)
{
	if (getpid() != 1 && prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return nserr_set(e, errno, "cannot become a subreaper");
	return 0;
}

/* What is sent, and whether pids in /proc are ours: it may be mounted for another pid namespace. */
struct order {
	int sig;
	bool own_proc;
};

/* A descriptor of its directory in any /proc names a process to pidfd_send_signal(2). */
static void signal_process(int proc, pid_t pid, struct order o)
{
	int rc = proc < 0 ? proc : sys_pidfd_send_signal(proc, o.sig);

	if (rc < 0 && rc != -ESRCH && o.own_proc)
		kill(pid, o.sig);
}

/* Adds the children of the process with that directory, each with a blank behind it, as its threads
 * list those that they made (proc_pid_task(5)). False where the kernel lists none. */
static bool add_children(int proc, struct buf *out)
{
	int fd = file_open_at(proc, "task", O_RDONLY | O_DIRECTORY, 0);
	DIR *tasks = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *d;
	bool listed = false;

	if (!tasks) {
		util_close(&fd);
		return false;
	}
	while ((d = readdir(tasks))) {
		cleanup_free char *text = NULL;
		char name[sizeof(d->d_name) + 16];

		if (d->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/children", d->d_name);
		fd = file_open_at(dirfd(tasks), name, O_RDONLY, 0);
		if (fd >= 0 && file_slurp(fd, 64u << 20, &text) >= 0)
			listed = true;
		util_close(&fd);
		if (text)
			buf_adds(out, text);
	}
	closedir(tasks);
	return listed;
}

static bool signal_tree(int proc, pid_t pid, struct order o, unsigned depth);

static void signal_list(const char *text, struct order o, unsigned depth)
{
	size_t n;
	uint64_t pid;

	for (; (n = strcspn(text, " ")) > 0; text += n + (text[n] != '\0')) {
		char path[32];

		if (num_u64n(text, n, 2, NUM_PID_MAX, &pid) < 0)
			continue;
		snprintf(path, sizeof(path), "/proc/%d", (int)pid);

		cleanup_fd int proc = file_open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);

		(void)signal_tree(proc, (pid_t)pid, o, depth);
	}
}

/*
 * Signals the process with that directory and all its descendants; of depth 0, which is us, those
 * alone. The process comes first: one that waits for its children is to end by its own signal, not
 * because they have ended. Its children are read before, since once it is gone they are somewhere
 * else. False where the kernel lists no children.
 */
static bool signal_tree(int proc, pid_t pid, struct order o, unsigned depth)
{
	cleanup_buf struct buf children = BUF_INIT;
	bool listed = proc >= 0 && depth < DEPTH_MAX && add_children(proc, &children);

	if (depth > 0)
		signal_process(proc, pid, o);
	if (children.s)
		signal_list(children.s, o, depth + 1);
	return listed;
}

static void signal_all(const struct supervise *s, int sig)
{
	/* from PID 1 this is everything in its pid namespace but itself, kill(2) */
	if (getpid() == 1) {
		kill(-1, sig);
		return;
	}
	const struct order o = { .sig = sig, .own_proc = procstat_check(NULL) == 0 };
	cleanup_fd int self = file_open_at(AT_FDCWD, "/proc/self", O_RDONLY | O_DIRECTORY, 0);

	if (!signal_tree(self, getpid(), o, 0) && s->pid > 0)
		kill(s->pid, sig);
}

static void kill_all(struct supervise *s)
{
	s->phase = KILLED;
	signal_all(s, SIGKILL);
}

bool reap_end(struct supervise *s)
{
	if (s->phase != RUNS)
		return false;
	s->phase = ENDS;
	clock_gettime(CLOCK_MONOTONIC, &s->deadline);
	/* 68 years are as good as what would not fit */
	s->deadline.tv_sec += MIN(s->grace.tv_sec, INT32_MAX);
	s->deadline.tv_nsec += s->grace.tv_nsec;
	if (s->deadline.tv_nsec >= 1000000000) {
		s->deadline.tv_nsec -= 1000000000;
		s->deadline.tv_sec++;
	}
	signal_all(s, s->stop_signal ? s->stop_signal : SIGTERM);
	signal_all(s, SIGCONT);
	return true;
}

void reap_orphans(const struct supervise *s)
{
	if (s->phase == KILLED)
		signal_all(s, SIGKILL);
}

int reap_wait(struct supervise *s, const sigset_t *set, siginfo_t *info)
{
	struct timespec now, left;
	int sig;

	if (s->phase != ENDS) {
		sig = sigwaitinfo(set, info);
		return sig < 0 ? 0 : sig;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	left.tv_sec = s->deadline.tv_sec - now.tv_sec;
	left.tv_nsec = s->deadline.tv_nsec - now.tv_nsec;
	if (left.tv_nsec < 0) {
		left.tv_nsec += 1000000000;
		left.tv_sec--;
	}
	if (left.tv_sec < 0) {
		kill_all(s);
		return 0;
	}
	sig = sigtimedwait(set, info, &left);
	if (sig < 0 && errno == EAGAIN)
		kill_all(s);
	return sig < 0 ? 0 : sig;
}
