// SPDX-License-Identifier: GPL-2.0-or-later
/* escalate: decides which signals process 1 of a pid namespace would lose. */
#include <fcntl.h>
#include <stdio.h>

#include "base/file.h"
#include "base/num.h"
#include "kernel/proc_status.h"
#include "kernel/sys_fd.h"
#include "kernel/sys_pidfd.h"
#include "run/supervise.h"

static int open_file(const struct supervise *s, const char *name)
{
	char path[32];

	if (s->proc < 0)
		return -EBADF;
	snprintf(path, sizeof(path), "%d/%s", (int)s->pid, name);
	return file_open_at(s->proc, path, O_RDONLY, 0);
}

void supervise_hold_child(struct supervise *s)
{
	s->child_status = open_file(s, "status");
	s->child_syscall = open_file(s, "syscall");
	util_close(&s->proc);
}

int supervise_close_others(const struct supervise *s, const struct plan *p, int fd)
{
	int keep[ARRAY_SIZE(p->own) + 6] = { s->parent,        s->proc, s->child_status,
					     s->child_syscall, s->tty,  fd };

	memcpy(keep + 6, p->own, sizeof(p->own));
	return sys_fd_close_others(keep, ARRAY_SIZE(keep));
}

/* Reads the file `name` in the child's /proc directory into `text`. Uses the descriptor fd of this
 * file, or opens the file if fd is negative. Returns false if the file cannot be read. */
static bool read_file(const struct supervise *s, int fd, const char *name, char *text, size_t size)
{
	cleanup_fd int opened = fd < 0 ? open_file(s, name) : -1;
	ssize_t n = RETRY_EINTR(pread(fd < 0 ? opened : fd, text, size - 1, 0));

	text[MAX(n, 0)] = '\0';
	return n > 0;
}

/* Returns true if the default action of the signal ends a process (signal(7)). */
static bool ends_by_default(int sig)
{
	switch (sig) {
	case SIGCHLD:
	case SIGCONT:
	case SIGURG:
	case SIGWINCH:
	case SIGSTOP:
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
		return false;
	}
	return true;
}

/* The state of the child from /proc/PID/status. */
struct look {
	/* the child is process 1 of a pid namespace below this process, and the signal masks could
	 * be read */
	bool valid;
	bool kept; /* the child catches, ignores or blocks the signal */
	/* number of times that the child has gone to sleep (voluntary context switches) */
	uint32_t slept;
};

static struct look look_at(const struct supervise *s, int sig)
{
	const uint64_t bit = UINT64_C(1) << (sig - 1);
	struct look l = { 0 };
	char text[16384];
	uint32_t ppid;

	if (!read_file(s, s->child_status, "status", text, sizeof(text)))
		return l;
	/* ignore the file if /proc shows another pid namespace, because it belongs to another
	 * process */
	if (proc_status_number(proc_status_value(text, "PPid"), 0, &ppid) < 0 ||
	    (pid_t)ppid != getpid() || proc_status_nspid(text, UINT32_MAX) != 1)
		return l;
	for (size_t i = 0; i < 3; i++) {
		static const char *const masks[] = { "SigBlk", "SigIgn", "SigCgt" };

		if (!proc_status_value(text, masks[i]))
			return l;
		l.kept |= (proc_status_hex(text, masks[i]) & bit) != 0;
	}
	l.valid = proc_status_number(proc_status_value(text, "voluntary_ctxt_switches"), 0,
				     &l.slept) == 0;
	return l;
}

/* The activity of the child. */
enum activity {
	WAITS,  /* the child waits for signals in rt_sigtimedwait(2), or its activity is unknown */
	SLEEPS, /* the child sleeps in another system call */
	RUNS,
};

/* Returns the activity of the child. While the child waits in rt_sigtimedwait(2), SigBlk lacks the
 * signals that it waits for, so these signals seem not to be blocked. */
static enum activity activity_of(const struct supervise *s)
{
	char text[256];
	uint64_t number;

	if (!read_file(s, s->child_syscall, "syscall", text, sizeof(text)))
		return WAITS;
	if (strncmp(text, "running", 7) == 0)
		return RUNS;
	if (strncmp(text, "-1 ", 3) == 0)
		return SLEEPS;
	if (num_u64n(text, strcspn(text, " \n"), 0, UINT64_MAX, &number) < 0)
		return WAITS;
	return sys_is_sigtimedwait(number) ? WAITS : SLEEPS;
}

/*
 * Process 1 receives a signal from its parent namespace only if it has a handler for it
 * (pid_namespaces(7)). The files in /proc are read one after the other, so a child that sleeps is
 * judged only if it has not woken between the first and the last read. A child that runs may just
 * have been woken in rt_sigtimedwait(2) and not have a processor yet, so this function returns true
 * for it only if the checks give the same result for half a second.
 */
bool supervise_must_kill(const struct supervise *s, int sig)
{
	const struct timespec pause = { .tv_nsec = 10000000 };

	if (!s->escalate || s->pid <= 0 || !ends_by_default(sig))
		return false;
	for (int tries = 0; tries < 50; tries++) {
		struct look before = look_at(s, sig), after;
		enum activity activity;

		if (!before.valid || before.kept)
			return false;
		activity = activity_of(s);
		if (activity == WAITS)
			return false;
		after = look_at(s, sig);
		if (!after.valid || after.kept)
			return false;
		if (activity == SLEEPS && before.slept == after.slept)
			return true;
		nanosleep(&pause, NULL);
	}
	return true;
}
