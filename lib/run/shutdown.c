// SPDX-License-Identifier: GPL-2.0-or-later
/* shutdown: ends all descendants. Sends the stop signal first, and SIGKILL at the end of the grace
 * period. */
#include "run/shutdown.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/num.h"
#include "kernel/proc_stat.h"
#include "kernel/sys_pidfd.h"

enum { RUNS, ENDS, KILLED }; /* the values of supervise.phase */

/* maximum depth of recursion; deeper processes become children of this process when their parents
 * end */
#define DEPTH_MAX 64

int shutdown_adopt(struct nserr *e)
{
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return nserr_set(e, errno, "cannot become a subreaper");
	return 0;
}

/* One search for descendants. /proc may be mounted for another pid namespace, so every pid in a
 * search is a pid of that /proc. */
struct look {
	int proc; /* O_PATH descriptor of the /proc directory */
	pid_t self;
	int sig;
};

struct process {
	/* descriptor of the process's /proc directory, which pidfd_send_signal(2) accepts as a
	 * pidfd */
	int proc;
	pid_t pid;
	/* the process is a child of this process, so its pid cannot be reused until this process
	 * waits for it */
	bool is_child;
};

/*
 * Returns true if the process is a descendant of this process, and sets *is_child. The pid was read
 * from a list and may have been reused before the directory was opened, so this function reads the
 * parent from that directory. listed_by is the process whose list of children had the pid, or NULL.
 *
 * The kernel reports only the pid of a parent. That pid belongs to the parent until the parent has
 * been waited for. A descendant stays a descendant: the kernel gives an orphan to this process, or
 * to a subreaper between this process and the orphan.
 */
static bool descends(const struct look *l, int proc, const struct process *listed_by,
		     unsigned depth, bool *is_child)
{
	struct proc_stat st, again;
	cleanup_fd int up = -1;
	char path[16];
	bool of_parent;

	*is_child = false;
	if (proc_stat_read(proc, "stat", &st) < 0)
		return false;
	*is_child = st.ppid == l->self;
	if (*is_child)
		return true;
	if (listed_by && st.ppid == listed_by->pid)
		return listed_by->is_child || proc_stat_read(listed_by->proc, "stat", &again) == 0;
	/* the pid has been reused by a process that is not a descendant */
	if (st.ppid <= 1 || depth == DEPTH_MAX)
		return false;
	snprintf(path, sizeof(path), "%d", (int)st.ppid);
	up = file_open_at(l->proc, path, O_RDONLY | O_DIRECTORY, 0);
	return up >= 0 && descends(l, up, NULL, depth + 1, &of_parent) &&
	       proc_stat_read(proc, "stat", &again) == 0 && again.ppid == st.ppid &&
	       proc_stat_read(up, "stat", &again) == 0;
}

/*
 * Sends the signal to the process through the descriptor of its /proc directory. If
 * pidfd_send_signal(2) is missing or a seccomp filter denies it, sends the signal by pid, but only
 * to a child of this process: the pid of a child cannot be reused before this process waits for the
 * child. Deeper descendants become children when the processes above them have ended.
 */
static void signal_process(const struct process *p, int sig)
{
	const int alive = WEXITED | WNOHANG | WNOWAIT;
	int rc = sys_pidfd_send_signal(p->proc, sig);
	siginfo_t info;

	if (rc < 0 && rc != -ESRCH && waitid(P_PID, (id_t)p->pid, &info, alive) == 0)
		kill(p->pid, sig);
}

/*
 * Appends the pids of the children of a process, each followed by a blank. proc is the /proc
 * directory of the process. Each thread lists the children that it has created (proc_pid_task(5)).
 * Returns false if the kernel has no such lists.
 */
static bool add_children(int proc, struct buf *out)
{
	DIR *tasks = file_open_dir(proc, "task");
	const struct dirent *d;
	bool listed = false;

	while (tasks && (d = readdir(tasks))) {
		cleanup_free char *text = NULL;
		cleanup_fd int fd = -1;
		char name[sizeof(d->d_name) + 16];

		if (d->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/children", d->d_name);
		fd = file_open_at(dirfd(tasks), name, O_RDONLY, 0);
		if (fd >= 0 && file_slurp(fd, 64u << 20, &text) >= 0)
			listed = true;
		if (text)
			buf_adds(out, text);
	}
	if (tasks)
		closedir(tasks);
	return listed;
}

static bool signal_tree(const struct look *l, const struct process *p, unsigned depth);

static void signal_list(const struct look *l, const struct process *parent, const char *text,
			unsigned depth)
{
	size_t n;
	uint64_t pid;

	for (; (n = strcspn(text, " ")) > 0; text += n + (text[n] != '\0')) {
		cleanup_fd int proc = -1;
		struct process p;
		char path[16];

		if (num_u64n(text, n, 2, NUM_PID_MAX, &pid) < 0)
			continue;
		snprintf(path, sizeof(path), "%d", (int)pid);
		proc = file_open_at(l->proc, path, O_RDONLY | O_DIRECTORY, 0);
		p = (struct process){ proc, (pid_t)pid, false };
		if (proc >= 0 && descends(l, proc, parent, 0, &p.is_child))
			(void)signal_tree(l, &p, depth);
	}
}

/*
 * Signals a process and all its descendants. At depth 0 the process is the calling process, and
 * only its descendants are signalled. A parent is signalled before its children, because a parent
 * that waits for its children must be ended by the signal and not by their end. The list of its
 * children is read before the signal is sent, because the children get another parent when the
 * process ends. Returns false if the kernel has no lists of children.
 */
static bool signal_tree(const struct look *l, const struct process *p, unsigned depth)
{
	cleanup_buf struct buf children = BUF_INIT;
	bool listed = depth < DEPTH_MAX && add_children(p->proc, &children);

	if (depth > 0)
		signal_process(p, l->sig);
	if (children.s)
		signal_list(l, p, children.s, depth + 1);
	return listed;
}

/* Opens /proc, which may be mounted for another pid namespace. Returns false if /proc cannot be
 * used: the program may have changed the root, and then /proc may be any directory. */
static bool open_look(struct look *l)
{
	struct statfs fs;
	char number[16];
	ssize_t n;

	l->proc = file_open_at(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY, 0);
	n = l->proc < 0 || fstatfs(l->proc, &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC
		    ? -1
		    : readlinkat(l->proc, "self", number, sizeof(number) - 1);
	if (n > 0) {
		number[n] = '\0';
		if (num_pid(number, &l->self) == 0)
			return true;
	}
	util_close(&l->proc);
	return false;
}

/* Opens the directory of a process in /proc. Returns a descriptor or a negative errno. */
static int open_process(const struct look *l, pid_t pid)
{
	char path[16];

	snprintf(path, sizeof(path), "%d", (int)pid);
	return file_open_at(l->proc, path, O_RDONLY | O_DIRECTORY, 0);
}

/* Signals all descendants that /proc lists. Returns false if /proc cannot be used. */
static bool signal_descendants(int sig)
{
	struct look l = { .sig = sig };
	cleanup_fd int self = -1;
	bool done;

	if (!open_look(&l))
		return false;
	self = open_process(&l, l.self);
	done = self >= 0 && signal_tree(&l, &(struct process){ self, l.self, false }, 0);
	util_close(&l.proc);
	return done;
}

bool shutdown_descends(const struct supervise *s, pid_t pid)
{
	struct look l = { 0 };
	cleanup_fd int proc = -1;
	bool is_child, does;

	if (getpid() == 1 || pid <= 0 || pid == s->pid)
		return pid > 0;
	/* use /proc only if it shows the pid namespace of this process, because `pid` is a pid in
	 * that namespace */
	if (proc_stat_check(NULL) < 0 || !open_look(&l))
		return false;
	proc = open_process(&l, pid);
	does = proc >= 0 && descends(&l, proc, NULL, 0, &is_child);
	util_close(&l.proc);
	return does;
}

static void signal_all(const struct supervise *s, int sig)
{
	/* as process 1, use kill(-1), which signals all other processes of the pid namespace */
	if (s->init && getpid() == 1)
		kill(-1, sig);
	else if (!s->init && s->pid > 0)
		kill(s->pid, sig);
	else if (s->init && !signal_descendants(sig) && s->pid > 0)
		kill(s->pid, sig);
}

void shutdown_kill(struct supervise *s)
{
	s->phase = KILLED;
	signal_all(s, SIGKILL);
}

bool shutdown_begin(struct supervise *s)
{
	if (s->phase != RUNS)
		return false;
	s->phase = ENDS;
	clock_gettime(CLOCK_MONOTONIC, &s->deadline);
	/* the grace period is limited to 68 years (INT32_MAX seconds), so that the sum fits into
	 * time_t */
	s->deadline.tv_sec += MIN(s->grace.tv_sec, INT32_MAX);
	s->deadline.tv_nsec += s->grace.tv_nsec;
	if (s->deadline.tv_nsec >= 1000000000) {
		s->deadline.tv_nsec -= 1000000000;
		s->deadline.tv_sec++;
	}
	return true;
}

bool shutdown_end(struct supervise *s)
{
	if (s->phase != RUNS)
		return false;
	signal_all(s, s->stop_signal ? s->stop_signal : SIGTERM);
	signal_all(s, SIGCONT);
	/* the grace period begins when all processes have the signal */
	return shutdown_begin(s);
}

void shutdown_orphans(const struct supervise *s)
{
	if (s->phase == KILLED)
		signal_all(s, SIGKILL);
}

int shutdown_wait(struct supervise *s, const sigset_t *set, siginfo_t *info)
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
		shutdown_kill(s);
		return 0;
	}
	sig = sigtimedwait(set, info, &left);
	if (sig < 0 && errno == EAGAIN)
		shutdown_kill(s);
	return sig < 0 ? 0 : sig;
}
