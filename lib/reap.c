// SPDX-License-Identifier: GPL-2.0-or-later
/* reap: the end of everything below us: asked first, killed when the time of grace is over. */
#include "reap.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "file.h"
#include "num.h"
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

static bool signal_below(int proc, struct order o, unsigned depth);

/* A descriptor of its directory in any /proc names a process to pidfd_send_signal(2). */
static void signal_process(int proc, pid_t pid, struct order o)
{
	int rc = proc < 0 ? proc : sys_pidfd_send_signal(proc, o.sig);

	if (rc < 0 && rc != -ESRCH && o.own_proc)
		kill(pid, o.sig);
}

/* Signals the processes in a text of pids with a blank behind each. */
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

		/* first those below it: once it is gone they are somewhere else */
		if (proc >= 0)
			signal_below(proc, o, depth + 1);
		signal_process(proc, (pid_t)pid, o);
	}
}

/* Signals all descendants of the process with that directory. A child is listed with the thread
 * that made it (proc_pid_task(5)). False where the kernel lists none. */
static bool signal_below(int proc, struct order o, unsigned depth)
{
	int fd = depth < DEPTH_MAX ? file_open_at(proc, "task", O_RDONLY | O_DIRECTORY, 0) : -1;
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
			signal_list(text, o, depth);
	}
	closedir(tasks);
	return listed;
}

static void signal_all(const struct supervise *s, int sig)
{
	struct order o = { .sig = sig };
	char link[16] = "";

	/* from PID 1 this is everything in its pid namespace but itself, kill(2) */
	if (getpid() == 1) {
		kill(-1, sig);
		return;
	}
	cleanup_fd int self = file_open_at(AT_FDCWD, "/proc/self", O_RDONLY | O_DIRECTORY, 0);

	o.own_proc = readlink("/proc/self", link, sizeof(link) - 1) > 0 && atoi(link) == getpid();
	if ((self < 0 || !signal_below(self, o, 0)) && s->pid > 0)
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
