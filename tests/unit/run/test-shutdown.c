// SPDX-License-Identifier: GPL-2.0-or-later
/* test-shutdown: ends the descendants that an imitated /proc lists. The linker replaces the
 * functions that open /proc, send signals and wait (option --wrap in tests/Makemodule.am). */
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include "../trace.h"
#include "base/file.h"
#include "kernel/proc_stat.h"
#include "run/shutdown.h"

#define SELF  50 /* this process, unless it is process 1 */
#define CHILD 77

static struct {
	pid_t self;
	bool no_proc, no_procfs; /* there is no /proc, or it is another file system */
	int check;               /* result of proc_stat_check() */
	int send;                /* result of pidfd_send_signal(2) */
	/* number of calls of proc_stat_read(); the call that fails, and the call that reports
	 * another parent, both counted from 1 */
	unsigned reads, bad_read, moved_read;
	const int *event, *end; /* results of the waits: signals, or negative errnos */
	struct timespec now;
} world;

static int proc = -1; /* the directory that replaces /proc */

/* ---- The replaced functions */

pid_t __wrap_getpid(void);
pid_t __wrap_getpid(void)
{
	return world.self;
}

int __wrap_kill(pid_t pid, int sig);
int __wrap_kill(pid_t pid, int sig)
{
	note("%s(%d) ", name_of(sig), (int)pid);
	return 0;
}

/* The trace contains KILL[77] for a call of pidfd_send_signal(2), and KILL(77) for one of
 * kill(2). */
int __wrap_sys_pidfd_send_signal(int pidfd, int sig);
int __wrap_sys_pidfd_send_signal(int pidfd, int sig)
{
	char text[512];

	CHECK(file_read_at(pidfd, "stat", text, sizeof(text)) > 0);
	note("%s[%d] ", name_of(sig), atoi(text));
	return world.send;
}

int __wrap_waitid(idtype_t type, id_t id, siginfo_t *info, int flags);
int __wrap_waitid(idtype_t type, id_t id, siginfo_t *info, int flags)
{
	(void)info;
	CHECK_INT(type, P_PID);
	CHECK_INT(flags, WEXITED | WNOHANG | WNOWAIT);
	errno = ECHILD;
	return id == CHILD || id == 95 ? 0 : -1;
}

int __real_file_open_at(int dirfd, const char *path, int flags, mode_t mode);
int __wrap_file_open_at(int dirfd, const char *path, int flags, mode_t mode);
int __wrap_file_open_at(int dirfd, const char *path, int flags, mode_t mode)
{
	if (dirfd != AT_FDCWD) {
		CHECK_INT(flags, strstr(path, "/children") ? O_RDONLY : O_RDONLY | O_DIRECTORY);
		return __real_file_open_at(dirfd, path, flags, mode);
	}
	CHECK_STR(path, "/proc");
	CHECK_INT(flags, O_PATH | O_DIRECTORY);
	return world.no_proc ? -ENOENT : __real_file_open_at(proc, ".", flags, mode);
}

int __wrap_fstatfs(int fd, struct statfs *fs);
int __wrap_fstatfs(int fd, struct statfs *fs)
{
	CHECK(fd > 2);
	memset(fs, 0, sizeof(*fs));
	fs->f_type = world.no_procfs ? TMPFS_MAGIC : PROC_SUPER_MAGIC;
	return 0;
}

int __wrap_proc_stat_check(struct nserr *e);
int __wrap_proc_stat_check(struct nserr *e)
{
	CHECK(!e);
	return world.check;
}

int __real_proc_stat_read(int dirfd, const char *path, struct proc_stat *st);
int __wrap_proc_stat_read(int dirfd, const char *path, struct proc_stat *st);
int __wrap_proc_stat_read(int dirfd, const char *path, struct proc_stat *st)
{
	int rc = __real_proc_stat_read(dirfd, path, st);

	if (++world.reads == world.bad_read)
		return -ESRCH;
	st->ppid += world.reads == world.moved_read ? 1 : 0;
	return rc;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	CHECK_INT(clock, CLOCK_MONOTONIC);
	*now = world.now;
	return 0;
}

static int next(void)
{
	int sig = world.event < world.end ? *world.event++ : -EINVAL;

	errno = -sig;
	return sig < 0 ? -1 : sig;
}

int __wrap_sigwaitinfo(const sigset_t *set, siginfo_t *info);
int __wrap_sigwaitinfo(const sigset_t *set, siginfo_t *info)
{
	(void)set;
	(void)info;
	return next();
}

int __wrap_sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *time);
int __wrap_sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *time)
{
	(void)set;
	(void)info;
	note("wait(%d.%09ld) ", (int)time->tv_sec, (long)time->tv_nsec);
	return next();
}

static void reset(void)
{
	memset(&world, 0, sizeof(world));
	trace[0] = '\0';
	world.self = SELF;
	world.now = (struct timespec){ 100, 900000000 };
}

/* ---- The grace period */

static void the_grace_period_has_an_exact_end(void)
{
	static const struct {
		struct timespec grace, deadline;
	} rows[] = {
		{ { 2, 600000000 }, { 103, 500000000 } },
		{ { 2, 99999999 }, { 102, 999999999 } },
		{ { 2, 100000000 }, { 103, 0 } },
		{ { INT32_MAX, 0 }, { 100 + (time_t)INT32_MAX, 900000000 } },
	};

	if (sizeof(time_t) < 8) {
		unit_skip("the clock has 32 bits");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct supervise s = { .grace = rows[i].grace };

		reset();
		CHECK(shutdown_begin(&s));
		CHECK_INT(s.deadline.tv_sec, rows[i].deadline.tv_sec);
		CHECK_INT(s.deadline.tv_nsec, rows[i].deadline.tv_nsec);
		/* a second call does not change the deadline */
		world.now.tv_sec++;
		CHECK(!shutdown_begin(&s) && !shutdown_end(&s));
		CHECK_INT(s.deadline.tv_sec, rows[i].deadline.tv_sec);
		CHECK_STR(trace, "");
	}
	/* a longer period is limited */
	struct supervise s = { .grace = { (time_t)INT32_MAX + 1, 0 } };

	reset();
	CHECK(shutdown_begin(&s));
	CHECK_INT(s.deadline.tv_sec, 100 + (int64_t)INT32_MAX);
}

static void kill_follows_the_grace_period(void)
{
	static const struct {
		struct timespec now;
		int event; /* 0: the wait does not begin */
		int want;
		const char *trace;
	} rows[] = {
		{ { 100, 900000000 }, SIGUSR1, SIGUSR1, "wait(2.600000000) " },
		{ { 103, 500000000 }, SIGUSR1, SIGUSR1, "wait(0.000000000) " },
		{ { 103, 499999999 }, SIGUSR1, SIGUSR1, "wait(0.000000001) " },
		{ { 103, 500000001 }, 0, 0, "KILL(77) " },
		{ { 104, 0 }, 0, 0, "KILL(77) " },
		{ { 102, 0 }, -EAGAIN, 0, "wait(1.500000000) KILL(77) " },
		{ { 102, 0 }, -EINTR, 0, "wait(1.500000000) " },
	};
	struct supervise s;
	siginfo_t info;
	sigset_t set;

	sigfillset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		s = (struct supervise){ .pid = CHILD, .grace = { 2, 600000000 } };
		reset();
		CHECK(shutdown_begin(&s));
		world.now = rows[i].now;
		world.event = &rows[i].event;
		world.end = &rows[i].event + (rows[i].event ? 1 : 0);
		CHECK_INT(shutdown_wait(&s, &set, &info), rows[i].want);
		CHECK(world.event == world.end);
		CHECK_STR(trace, rows[i].trace);
	}
	/* before a shutdown, the wait has no time limit */
	reset();
	s = (struct supervise){ .pid = CHILD };
	world.event = &rows[0].event;
	world.end = world.event + 1;
	CHECK_INT(shutdown_wait(&s, &set, &info), SIGUSR1);
	CHECK_INT(shutdown_wait(&s, &set, &info), 0);
	CHECK_STR(trace, "");
	/* without a child, nothing is signalled */
	reset();
	s = (struct supervise){ .pid = 0 };
	shutdown_orphans(&s);
	CHECK(shutdown_end(&s));
	shutdown_kill(&s);
	CHECK_STR(trace, "");
	s.pid = CHILD;
	shutdown_orphans(&s);
	CHECK_STR(trace, "KILL(77) ");
	reset();
	s = (struct supervise){ .pid = CHILD, .stop_signal = SIGINT };
	CHECK(shutdown_end(&s));
	CHECK_STR(trace, "INT(77) CONT(77) ");
}

/* ---- The imitated /proc */

static char top[UNIT_DIR_SIZE];

/* Adds a process. `children` is the list of children of its main thread, or NULL if the kernel has
 * no such lists. */
static void add(int pid, int parent, const char *children)
{
	char path[64], text[128];

	snprintf(path, sizeof(path), "%d", pid);
	CHECK_INT(mkdirat(proc, path, 0700), 0);
	snprintf(path, sizeof(path), "%d/stat", pid);
	snprintf(text, sizeof(text), "%d (sh) S %d 1 1 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 77\n",
		 pid, parent);
	unit_put(proc, path, text);
	snprintf(path, sizeof(path), "%d/task", pid);
	CHECK_INT(mkdirat(proc, path, 0700), 0);
	snprintf(path, sizeof(path), "%d/task/%d", pid, pid);
	CHECK_INT(mkdirat(proc, path, 0700), 0);
	snprintf(path, sizeof(path), "%d/task/%d/children", pid, pid);
	if (children)
		unit_put(proc, path, children);
}

static void begin(const char *children)
{
	proc = unit_directory(top);
	CHECK_INT(symlinkat("50", proc, "self"), 0);
	add(SELF, 1, children);
	reset();
}

static void end(void)
{
	close(proc);
	unit_remove(top);
}

/* Adds the children 77 and 95 of this process, the children 80 and 86 of 77, and the child 85 of
 * 80. The other pids in the lists belong to processes that are not descendants, or to no
 * process. */
static void begin_family(void)
{
	begin("77 95 90 1 x 4194305 99 ");
	add(CHILD, SELF, "80 ");
	add(80, CHILD, "85 86 87 88 89 ");
	add(85, 80, "");
	add(86, CHILD, ""); /* a subreaper has adopted it */
	add(87, 1, "");
	add(88, 99, "");
	add(89, 90, "");
	add(90, 1, "91 ");
	add(91, 90, "");
	add(95, SELF, "");
}

static const char *killed(pid_t child)
{
	struct supervise s = { .init = true, .pid = child };

	trace[0] = '\0';
	world.reads = 0;
	shutdown_kill(&s);
	return trace;
}

#define FAMILY "KILL[77] KILL[80] KILL[85] KILL[86] KILL[95] "

static void all_descendants_are_signalled(void)
{
	struct supervise s = { .init = true, .pid = CHILD, .stop_signal = SIGUSR1 };

	begin_family();
	CHECK_STR(killed(CHILD), FAMILY);
	CHECK_STR(killed(0), FAMILY);
	trace[0] = '\0';
	CHECK(shutdown_end(&s));
	CHECK_STR(trace, "USR1[77] USR1[80] USR1[85] USR1[86] USR1[95] "
			 "CONT[77] CONT[80] CONT[85] CONT[86] CONT[95] ");
	/* pidfd_send_signal(2) is missing or denied: only children are signalled by their pids */
	world.send = -ENOSYS;
	CHECK_STR(killed(CHILD), "KILL[77] KILL(77) KILL[80] KILL[85] KILL[86] KILL[95] KILL(95) ");
	world.send = -EPERM;
	CHECK_STR(killed(CHILD), "KILL[77] KILL(77) KILL[80] KILL[85] KILL[86] KILL[95] KILL(95) ");
	world.send = -ESRCH;
	CHECK_STR(killed(CHILD), FAMILY);
	world.send = 0;
	/* another thread of this process has created a child */
	add(97, SELF, "");
	CHECK_INT(mkdirat(proc, "50/task/51", 0700), 0);
	unit_put(proc, "50/task/51/children", "97 ");
	CHECK(strstr(killed(CHILD), "KILL[97]") && strstr(trace, FAMILY));
	/* process 1 signals all processes of the pid namespace at once */
	world.self = 1;
	CHECK_STR(killed(CHILD), "KILL(-1) ");
	end();
}

static void only_the_child_is_signalled_without_lists(void)
{
	begin_family();
	world.no_proc = true;
	CHECK_STR(killed(CHILD), "KILL(77) ");
	CHECK_STR(killed(0), "");
	world.no_proc = false;
	world.no_procfs = true;
	CHECK_STR(killed(CHILD), "KILL(77) ");
	world.no_procfs = false;
	/* the kernel has no lists of children, or the list is empty */
	CHECK_INT(unlinkat(proc, "50/task/50/children", 0), 0);
	CHECK_STR(killed(CHILD), "KILL(77) ");
	unit_put(proc, "50/task/50/children", "");
	CHECK_STR(killed(CHILD), "");
	/* /proc/self is missing, or does not name this process */
	CHECK_INT(unlinkat(proc, "self", 0), 0);
	CHECK_STR(killed(CHILD), "KILL(77) ");
	CHECK_INT(symlinkat("abc", proc, "self"), 0);
	CHECK_STR(killed(CHILD), "KILL(77) ");
	CHECK_INT(unlinkat(proc, "self", 0), 0);
	CHECK_INT(symlinkat("51", proc, "self"), 0);
	CHECK_STR(killed(CHILD), "KILL(77) ");
	end();
}

static bool descends(pid_t pid)
{
	const struct supervise s = { .pid = CHILD };

	world.reads = 0;
	return shutdown_descends(&s, pid);
}

static void only_descendants_are_recognized(void)
{
	static const pid_t yes[] = { CHILD, 80, 85, 86, 95 }, no[] = { -1, 0, 87, 88, 89, 90, 99 };

	begin_family();
	for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
		CHECK(descends(yes[i]));
	for (size_t i = 0; i < ARRAY_SIZE(no); i++)
		CHECK(!descends(no[i]));
	/* a process ends, or gets another parent, during the search */
	for (unsigned i = 1; i <= 5; i++) {
		world.bad_read = i;
		CHECK_INT(descends(80), i == 5);
	}
	world.bad_read = 0;
	for (unsigned i = 1; i <= 3; i++) {
		world.moved_read = i;
		CHECK(!descends(80));
	}
	world.moved_read = 0;
	/* /proc belongs to another pid namespace, is missing, or is not a proc file system */
	world.check = -EXDEV;
	CHECK(descends(CHILD) && !descends(80));
	world.check = 0;
	world.no_proc = true;
	CHECK(!descends(80));
	world.no_proc = false;
	world.no_procfs = true;
	CHECK(!descends(80));
	/* all processes of the pid namespace descend from process 1 */
	world.self = 1;
	CHECK(descends(99) && !descends(0) && !descends(-1));
	end();
}

/* The search has at most 64 levels. Deeper processes become children when their parents end. */
static void the_search_ends_at_a_depth_of_64(void)
{
	begin("200 ");
	for (int i = 0; i < 66; i++) {
		char child[16];

		snprintf(child, sizeof(child), "%d ", 201 + i);
		add(200 + i, i ? 199 + i : SELF, child);
	}
	CHECK(descends(200 + 64));
	CHECK(!descends(200 + 65));
	CHECK(strstr(killed(CHILD), "KILL[263]"));
	CHECK(!strstr(trace, "KILL[264]"));
	end();
}

UNIT_MAIN(CASE(the_grace_period_has_an_exact_end), CASE(kill_follows_the_grace_period),
	  CASE(all_descendants_are_signalled), CASE(only_the_child_is_signalled_without_lists),
	  CASE(only_descendants_are_recognized), CASE(the_search_ends_at_a_depth_of_64))
