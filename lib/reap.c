// SPDX-License-Identifier: GPL-2.0-or-later
/* reap: the end of everything below us: asked first, killed when the time of grace is over. */
#include "reap.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>

#include "file.h"
#include "num.h"

BIND_EARLY(sigwaitinfo)

enum { RUNS, ENDS, KILLED }; /* supervise.phase */

#define DEPTH_MAX 64 /* of recursion; what is deeper falls to us when its parents are gone */

int reap_adopt(struct nserr *e)
{
	if (getpid() != 1 && prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return nserr_set(e, errno, "cannot become a subreaper");
	return 0;
}

static void signal_below(pid_t pid, int sig, unsigned depth);

/* Signals the processes in a text of pids with a blank behind each. */
static void signal_list(const char *text, int sig, unsigned depth)
{
	size_t n;
	uint64_t pid;

	for (; (n = strcspn(text, " ")) > 0; text += n + (text[n] != '\0')) {
		if (num_u64n(text, n, 2, NUM_PID_MAX, &pid) < 0)
			continue;
		/* first those below it: once it is gone they are somewhere else */
		signal_below((pid_t)pid, sig, depth + 1);
		kill((pid_t)pid, sig);
	}
}

/* Signals all descendants. A child is listed with the thread that made it (proc_pid_task(5)). */
static void signal_below(pid_t pid, int sig, unsigned depth)
{
	char path[64];
	const struct dirent *d;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = depth < DEPTH_MAX ? opendir(path) : NULL;
	if (!tasks)
		return;
	while ((d = readdir(tasks))) {
		cleanup_free char *text = NULL;
		char name[sizeof(d->d_name) + 16];

		if (d->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/children", d->d_name);

		cleanup_fd int fd = file_open_at(dirfd(tasks), name, O_RDONLY, 0);

		if (fd >= 0 && file_slurp(fd, 64u << 20, &text) >= 0)
			signal_list(text, sig, depth);
	}
	closedir(tasks);
}

static void signal_all(const struct supervise *s, int sig)
{
	/* from PID 1 this is everything in its pid namespace but itself, kill(2) */
	if (getpid() == 1) {
		kill(-1, sig);
		return;
	}
	signal_below(getpid(), sig, 0);
	/* should there be no /proc */
	if (s->pid > 0 && access("/proc/self", F_OK) < 0)
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
	s->deadline.tv_sec += s->grace.tv_sec;
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
