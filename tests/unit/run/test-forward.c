// SPDX-License-Identifier: GPL-2.0-or-later
/* test-forward: supervises an imitated child. The linker replaces the functions that wait for
 * signals and children and that send signals (option --wrap in tests/Makemodule.am). A test chooses
 * the events, and the replaced functions record the actions of the supervisor in a trace. */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "../trace.h"
#include "base/file.h"
#include "run/foreground.h"
#include "run/shutdown.h"
#include "run/supervise.h"

#define SELF  50 /* the supervisor, unless it is process 1 */
#define GROUP 40 /* the process group of the supervisor */
#define CHILD 77
#define OTHER 90 /* another descendant of the supervisor */

/* A signal that arrives and its si_code, or a negative errno of the function that waits for a
 * signal. -EAGAIN means that the grace period has ended. */
struct event {
	int sig, code;
	/* the results of waitpid(2) after this event: a pid and its wait status, or a negative
	 * errno. After them, waitpid(2) returns 0. */
	struct {
		int pid, status;
	} wait[5];
};

static struct {
	pid_t self, session, group, child_group;
	bool escalates; /* SIGKILL must be sent instead of SIGTERM */
	bool continued; /* waitid(2) reports that the child runs again */
	bool pending;   /* SIGCONT is pending */
	int stop;       /* the stop signal that is pending, or 0 */
	bool tty;       /* the supervisor's process group is in the foreground */
	bool init;      /* the supervisor waits for all descendants */
	const struct event *event, *end;
	size_t waited; /* number of calls of waitpid(2) since the last event */
	struct timespec now;
	bool ticks; /* each call of clock_gettime(2) advances the clock by 1.3 s */
} world;

/* ---- The replaced functions */

pid_t __wrap_getpid(void);
pid_t __wrap_getpid(void)
{
	return world.self;
}

pid_t __wrap_getsid(pid_t pid);
pid_t __wrap_getsid(pid_t pid)
{
	CHECK_INT(pid, 0);
	return world.session;
}

pid_t __wrap_getpgid(pid_t pid);
pid_t __wrap_getpgid(pid_t pid)
{
	CHECK_INT(pid, CHILD);
	return world.child_group;
}

pid_t __wrap_getpgrp(void);
pid_t __wrap_getpgrp(void)
{
	return world.group;
}

int __wrap_setpgid(pid_t pid, pid_t group);
int __wrap_setpgid(pid_t pid, pid_t group)
{
	note("group(%d,%d) ", (int)pid, (int)group);
	return 0;
}

int __wrap_kill(pid_t pid, int sig);
int __wrap_kill(pid_t pid, int sig)
{
	note("%s(%d) ", name_of(sig), (int)pid);
	/* waitid(2) then reports that the child runs again */
	if (sig == SIGCONT && (pid == CHILD || pid == -CHILD))
		world.continued = true;
	return 0;
}

int __wrap_sigqueue(pid_t pid, int sig, const union sigval value);
int __wrap_sigqueue(pid_t pid, int sig, const union sigval value)
{
	note("%s(%d,%d) ", name_of(sig), (int)pid, value.sival_int);
	return 0;
}

int __wrap_sigaction(int sig, const struct sigaction *now, struct sigaction *old);
int __wrap_sigaction(int sig, const struct sigaction *now, struct sigaction *old)
{
	CHECK(now && now->sa_handler == SIG_DFL && !old);
	note("default(%s) ", name_of(sig));
	return 0;
}

int __wrap_sigpending(sigset_t *set);
int __wrap_sigpending(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGUSR1);
	if (world.pending)
		sigaddset(set, SIGCONT);
	return 0;
}

int __wrap_sigprocmask(int how, const sigset_t *set, sigset_t *old);
int __wrap_sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	CHECK(!old);
	note(how == SIG_BLOCK ? "block(" : "unblock(");
	for (int sig = 1; sig < SUPERVISE_NSIG; sig++)
		if (sigismember(set, sig) == 1)
			note("%s", name_of(sig));
	note(") ");
	return 0;
}

int __wrap_waitid(idtype_t type, id_t id, siginfo_t *info, int flags);
int __wrap_waitid(idtype_t type, id_t id, siginfo_t *info, int flags)
{
	CHECK(type == P_PID && id == CHILD);
	CHECK_INT(flags & ~WNOWAIT, WCONTINUED | WNOHANG);
	info->si_pid = world.continued ? CHILD : 0;
	if (!(flags & WNOWAIT))
		world.continued = false;
	return 0;
}

pid_t __wrap_waitpid(pid_t pid, int *status, int flags);
pid_t __wrap_waitpid(pid_t pid, int *status, int flags)
{
	const struct event *e = world.event - 1;
	size_t i = world.waited++;

	CHECK_INT(pid, world.init ? -1 : CHILD);
	CHECK_INT(flags, WNOHANG | WUNTRACED);
	if (i == ARRAY_SIZE(e->wait) || !e->wait[i].pid)
		return 0;
	*status = e->wait[i].status;
	errno = -e->wait[i].pid;
	return e->wait[i].pid < 0 ? -1 : e->wait[i].pid;
}

/* Returns the signal of the next event, or -1 with errno set. */
static int next(const sigset_t *set, siginfo_t *info)
{
	const struct event *e = world.event++;

	if (e == world.end) {
		printf("# the wait does not end after '%s'\n", trace);
		fflush(stdout);
		abort();
	}
	world.waited = 0;
	memset(info, 0, sizeof(*info));
	if (e->sig < 0) {
		errno = -e->sig;
		return -1;
	}
	CHECK_INT(sigismember(set, e->sig), 1);
	info->si_signo = e->sig;
	info->si_code = e->code;
	info->si_value.sival_int = 7;
	return e->sig;
}

int __wrap_sigwaitinfo(const sigset_t *set, siginfo_t *info);
int __wrap_sigwaitinfo(const sigset_t *set, siginfo_t *info)
{
	return next(set, info);
}

int __wrap_sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *time);
int __wrap_sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *time)
{
	/* this is the wait of shutdown_wait() */
	if (sigismember(set, SIGCHLD) == 1) {
		note("wait(%d.%09ld) ", (int)time->tv_sec, (long)time->tv_nsec);
		return next(set, info);
	}
	CHECK(time->tv_sec == 0 && time->tv_nsec == 0);
	if (!info) {
		note("discard ");
		return 1;
	}
	errno = EAGAIN;
	if (!world.stop || sigismember(set, world.stop) != 1)
		return -1;
	memset(info, 0, sizeof(*info));
	info->si_signo = world.stop;
	info->si_code = SI_KERNEL;
	world.stop = 0;
	return info->si_signo;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	CHECK_INT(clock, CLOCK_MONOTONIC);
	*now = world.now;
	if (world.ticks) {
		world.now.tv_sec += world.now.tv_nsec < 700000000 ? 1 : 2;
		world.now.tv_nsec = (world.now.tv_nsec + 300000000) % 1000000000;
	}
	return 0;
}

bool __wrap_supervise_must_kill(const struct supervise *s, int sig);
bool __wrap_supervise_must_kill(const struct supervise *s, int sig)
{
	CHECK(s->pid == CHILD || s->pid == 0);
	return world.escalates && sig == SIGTERM;
}

int __real_foreground_open(void);
int __wrap_foreground_open(void);
int __wrap_foreground_open(void)
{
	return world.tty ? fcntl(1, F_DUPFD_CLOEXEC, 3) : -1;
}

pid_t __wrap_tcgetpgrp(int tty);
pid_t __wrap_tcgetpgrp(int tty)
{
	(void)tty;
	return world.tty ? GROUP : GROUP + 1;
}

int __wrap_tcsetpgrp(int tty, pid_t group);
int __wrap_tcsetpgrp(int tty, pid_t group)
{
	CHECK(tty > 2);
	note("foreground(%d) ", (int)group);
	return 0;
}

static char terminal[UNIT_PATH_SIZE]; /* the file that is opened instead of /dev/tty */

int __real_file_open_at(int dirfd, const char *path, int flags, mode_t mode);
int __wrap_file_open_at(int dirfd, const char *path, int flags, mode_t mode);
int __wrap_file_open_at(int dirfd, const char *path, int flags, mode_t mode)
{
	CHECK_STR(path, "/dev/tty");
	return __real_file_open_at(dirfd, terminal, flags, mode);
}

/* ---- The test */

static void reset(void)
{
	memset(&world, 0, sizeof(world));
	trace[0] = '\0';
	world.self = SELF;
	world.session = world.group = world.child_group = GROUP;
	world.now = (struct timespec){ 100, 900000000 };
}

/* Calls supervise_wait() and checks that it handles all n events. Returns its result. */
static int supervise(struct supervise *s, const struct event *events, size_t n, struct nserr *e)
{
	size_t results = 0;
	int rc;

	s->parent = s->parent ? s->parent : -1;
	s->tty = -1;
	s->pid = s->pause ? 0 : CHILD;
	sigemptyset(&s->seen);
	world.init = s->init;
	world.event = events;
	world.end = events + n;
	trace[0] = '\0';
	*e = NSERR_INIT;
	rc = supervise_wait(s, e);
	while (results < ARRAY_SIZE(events->wait) && events[n - 1].wait[results].pid)
		results++;
	CHECK(world.event == world.end);
	CHECK_INT(world.waited, results);
	CHECK_INT(s->tty, -1);
	if (rc >= 0)
		CHECK_STR(e->what, "");
	return rc;
}

#define EXIT(n)   ((n) << 8)
#define STOP(sig) ((sig) << 8 | 0x7f)

struct row {
	struct supervise s;
	bool first, continued, pending, tty, escalates, ticks;
	int stop;
	struct event events[6];
	const char *trace;
	int want; /* 0: the child exits with 5 */
};

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int want = rows[i].want ? rows[i].want : EXIT(5), rc;
		struct supervise s = rows[i].s;
		size_t k = 0;
		struct nserr e;

		while (k < ARRAY_SIZE(rows[i].events) && rows[i].events[k].sig)
			k++;
		reset();
		world.self = rows[i].first ? 1 : SELF;
		world.continued = rows[i].continued;
		world.pending = rows[i].pending;
		world.tty = rows[i].tty;
		world.escalates = rows[i].escalates;
		world.ticks = rows[i].ticks;
		world.stop = rows[i].stop;
		rc = supervise(&s, rows[i].events, k, &e);
		if (rc != want || !streq(trace, rows[i].trace))
			printf("# row %zu\n", i);
		CHECK_INT(rc, want);
		CHECK_STR(trace, rows[i].trace);
	}
}

/* Events: a signal from another process, SIGCHLD with these results of waitpid(2), and the end of
 * the grace period. */
#define FROM_USER(sig) \
	{ \
		sig, SI_USER, \
		{ \
			{ \
				0, 0 \
			} \
		} \
	}
#define CHILDREN(...) \
	{ \
		SIGCHLD, CLD_EXITED, \
		{ \
			__VA_ARGS__ \
		} \
	}
#define GRACE_ENDS \
	{ \
		-EAGAIN, 0, \
		{ \
			{ \
				0, 0 \
			} \
		} \
	}
/* the last event of an ordinary supervisor, and of a supervisor that waits for all descendants */
#define ENDS CHILDREN({ CHILD, EXIT(5) })
#define NONE_LEFT \
	{ -ECHILD, 0 }, \
	{ \
		-ECHILD, 0 \
	}
#define INIT_ENDS CHILDREN({ CHILD, EXIT(5) }, NONE_LEFT)

static void note_readable(void *ctx)
{
	CHECK(ctx == &world);
	note("readable ");
}

/* ---- Forwarding */

static void signals_are_forwarded(void)
{
	static const struct row rows[] = {
		{ .events = { ENDS }, .trace = "" },
		{ .events = { FROM_USER(SIGTERM), ENDS }, .trace = "TERM(77) " },
		{ .events = { { SIGTERM, SI_QUEUE, { { 0, 0 } } }, ENDS }, .trace = "TERM(77,7) " },
		{ .s = { .group = true },
		  .events = { { SIGTERM, SI_QUEUE, { { 0, 0 } } }, ENDS },
		  .trace = "group(77,77) TERM(-77) " },
		{ .s = { .rewrite = { [SIGUSR1] = SIGUSR2 } },
		  .events = { FROM_USER(SIGUSR1), FROM_USER(SIGUSR2), ENDS },
		  .trace = "USR2(77) USR2(77) " },
		{ .s = { .rewrite = { [SIGUSR1] = -1 } },
		  .events = { FROM_USER(SIGUSR1), ENDS },
		  .trace = "" },
		/* the terminal has sent SIGINT to the child, but not SIGQUIT */
		{ .s = { .rewrite = { [SIGINT] = SIGQUIT } },
		  .events = { { SIGINT, SI_KERNEL, { { 0, 0 } } }, ENDS },
		  .trace = "QUIT(77) " },
		{ .events = { { -EINTR, 0, { { 0, 0 } } }, ENDS }, .trace = "" },
		/* waitpid(2) is interrupted */
		{ .events = { CHILDREN({ -EINTR, 0 }, { CHILD, EXIT(5) }) }, .trace = "" },
		{ .events = { CHILDREN({ -ECHILD, 0 }) }, .trace = "", .want = -ECHILD },
		/* SIGCONT is not forwarded if the child runs again already, which waitid(2) reports
		 * only once */
		{ .events = { FROM_USER(SIGCONT), FROM_USER(SIGCONT), ENDS },
		  .trace = "CONT(77) CONT(77) " },
		{ .continued = true,
		  .events = { FROM_USER(SIGCONT), FROM_USER(SIGCONT), ENDS },
		  .trace = "CONT(77) " },
		{ .continued = true,
		  .s = { .rewrite = { [SIGUSR1] = SIGCONT } },
		  .events = { FROM_USER(SIGUSR1), ENDS },
		  .trace = "CONT(77) " },
		{ .stop = SIGTSTP,
		  .events = { FROM_USER(SIGCONT), ENDS },
		  .trace = "CONT(77) TSTP(77) " },
		{ .stop = SIGTTIN,
		  .events = { FROM_USER(SIGCONT), ENDS },
		  .trace = "CONT(77) TTIN(77) " },
		{ .stop = SIGTTOU,
		  .events = { FROM_USER(SIGCONT), ENDS },
		  .trace = "CONT(77) TTOU(77) " },
		/* only a child with its own process group is moved to the foreground */
		{ .tty = true, .events = { FROM_USER(SIGCONT), ENDS }, .trace = "CONT(77) " },
		{ .s = { .group = true },
		  .events = { FROM_USER(SIGCONT), ENDS },
		  .trace = "group(77,77) CONT(-77) " },
		{ .s = { .group = true },
		  .tty = true,
		  .events = { FROM_USER(SIGCONT), FROM_USER(SIGCONT), ENDS },
		  .trace = "group(77,77) foreground(77) CONT(-77) CONT(-77) foreground(40) " },
		{ .s = { .group = true },
		  .tty = true,
		  .continued = true,
		  .events = { FROM_USER(SIGCONT), ENDS },
		  .trace = "group(77,77) foreground(77) foreground(40) " },
		/* SIGTERM is replaced by the stop signal, and SIGCONT wakes a stopped child */
		{ .s = { .stops = true, .stop_signal = SIGINT, .grace = { 4, 0 } },
		  .events = { FROM_USER(SIGTERM), ENDS },
		  .trace = "INT(77) CONT(77) wait(4.000000000) " },
		{ .s = { .stops = true },
		  .events = { FROM_USER(SIGTERM), ENDS },
		  .trace = "TERM(77) CONT(77) wait(0.000000000) " },
		{ .s = { .stops = true, .rewrite = { [SIGTERM] = SIGUSR1 } },
		  .events = { FROM_USER(SIGTERM), ENDS },
		  .trace = "USR1(77) CONT(77) " },
		{ .s = { .stops = true },
		  .events = { FROM_USER(SIGINT), ENDS },
		  .trace = "INT(77) " },
		{ .s = { .stops = true, .grace = { 4, 0 } },
		  .ticks = true,
		  .events = { FROM_USER(SIGTERM), FROM_USER(SIGTERM), GRACE_ENDS, ENDS },
		  .trace = "TERM(77) CONT(77) wait(2.700000000) TERM(77) CONT(77) "
			   "wait(1.400000000) KILL(77) " },
	};

	check_rows(rows, ARRAY_SIZE(rows));
}

/* A terminal signals its whole foreground process group. After a hangup, the kernel signals only
 * the session leader. */
static void signals_of_the_terminal_are_not_sent_twice(void)
{
	static const struct {
		int sig;
		bool to_group, to_leader;
	} rows[] = {
		{ SIGHUP, true, true },    { SIGCONT, true, true },   { SIGINT, true, false },
		{ SIGQUIT, true, false },  { SIGTSTP, true, false },  { SIGTTIN, true, false },
		{ SIGTTOU, true, false },  { SIGWINCH, true, false }, { SIGALRM, false, false },
		{ SIGTERM, false, false }, { SIGUSR1, false, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct event events[] = { { rows[i].sig, SI_KERNEL, { { 0, 0 } } }, ENDS };
		struct supervise s = { 0 };
		char forwarded[32];
		struct nserr e;

		snprintf(forwarded, sizeof(forwarded), "%s(77) ", name_of(rows[i].sig));
		reset();
		CHECK_INT(supervise(&s, events, 2, &e), EXIT(5));
		CHECK_STR(trace, rows[i].to_group ? "" : forwarded);
		CHECK_INT(sigismember(&s.seen, rows[i].sig), 1);
		reset();
		world.session = SELF;
		CHECK_INT(supervise(&s, events, 2, &e), EXIT(5));
		CHECK_STR(trace, rows[i].to_group && !rows[i].to_leader ? "" : forwarded);
		reset();
		world.child_group = GROUP + 1;
		CHECK_INT(supervise(&s, events, 2, &e), EXIT(5));
		CHECK_STR(trace, forwarded);
	}
}

/* ---- Stops */

#define STOPS_WITH(sig) CHILDREN({ CHILD, STOP(sig) })

static void the_supervisor_stops_with_the_child(void)
{
	static const struct row rows[] = {
		{ .events = { STOPS_WITH(SIGTSTP), ENDS },
		  .trace = "default(TSTP) TSTP(50) unblock(TSTP) block(TSTP) " },
		{ .events = { STOPS_WITH(SIGSTOP), ENDS },
		  .trace = "default(TSTP) TSTP(50) unblock(TSTP) block(TSTP) " },
		{ .events = { STOPS_WITH(SIGTTIN), ENDS },
		  .trace = "default(TTIN) TTIN(50) unblock(TTIN) block(TTIN) " },
		{ .events = { STOPS_WITH(SIGTTOU), ENDS },
		  .trace = "default(TTOU) TTOU(50) unblock(TTOU) block(TTOU) " },
		/* if the child runs again already, the supervisor discards its own stop signal */
		{ .continued = true,
		  .events = { STOPS_WITH(SIGTSTP), FROM_USER(SIGCONT), ENDS },
		  .trace = "default(TSTP) TSTP(50) discard unblock(TSTP) block(TSTP) " },
		{ .pending = true,
		  .events = { STOPS_WITH(SIGTSTP), ENDS },
		  .trace = "default(TSTP) " },
		{ .s = { .group = true },
		  .tty = true,
		  .events = { FROM_USER(SIGCONT), STOPS_WITH(SIGTSTP), ENDS },
		  .trace = "group(77,77) foreground(77) CONT(-77) default(TSTP) foreground(40) "
			   "TSTP(50) unblock(TSTP) block(TSTP) " },
		/* a child that is process 1 does not stop, so the supervisor stops without it */
		{ .s = { .child_init = true },
		  .continued = true,
		  .events = { FROM_USER(SIGTSTP), ENDS },
		  .trace = "TSTP(77) TSTP(50) unblock(TSTP) block(TSTP) " },
		{ .s = { .child_init = true },
		  .events = { FROM_USER(SIGTERM), ENDS },
		  .trace = "TERM(77) " },
		{ .events = { FROM_USER(SIGTSTP), ENDS }, .trace = "TSTP(77) " },
		/* a supervisor that is process 1 does not stop */
		{ .s = { .init = true },
		  .first = true,
		  .events = { STOPS_WITH(SIGTSTP), INIT_ENDS },
		  .trace = "default(TSTP) " },
		{ .s = { .init = true },
		  .first = true,
		  .events = { CHILDREN({ OTHER, STOP(SIGTSTP) }), INIT_ENDS },
		  .trace = "" },
		/* during a shutdown, the supervisor does not stop */
		{ .s = { .stops = true },
		  .events = { FROM_USER(SIGTERM), STOPS_WITH(SIGTSTP), ENDS },
		  .trace = "TERM(77) CONT(77) wait(0.000000000) wait(0.000000000) " },
	};

	check_rows(rows, ARRAY_SIZE(rows));
}

/* ---- Process 1 */

static void process_1_ends_all_processes(void)
{
	static const struct row rows[] = {
		{ .s = { .init = true }, .first = true, .events = { INIT_ENDS }, .trace = "" },
		{ .s = { .init = true, .grace = { 4, 0 } },
		  .first = true,
		  .events = { FROM_USER(SIGTERM), FROM_USER(SIGTERM), INIT_ENDS },
		  .trace = "TERM(-1) CONT(-1) wait(4.000000000) TERM(77) wait(4.000000000) " },
		{ .s = { .init = true, .stop_signal = SIGUSR1 },
		  .first = true,
		  .events = { FROM_USER(SIGTERM), INIT_ENDS },
		  .trace = "USR1(-1) CONT(-1) wait(0.000000000) " },
		{ .s = { .init = true },
		  .first = true,
		  .events = { FROM_USER(SIGINT), INIT_ENDS },
		  .trace = "INT(77) " },
		/* the end of the child begins the shutdown of the others */
		{ .s = { .init = true, .grace = { 1, 0 } },
		  .first = true,
		  .events = { CHILDREN({ CHILD, EXIT(5) }), CHILDREN({ OTHER, 0 }, NONE_LEFT) },
		  .trace = "TERM(-1) CONT(-1) wait(1.000000000) " },
		/* KILL is repeated after children have been reaped */
		{ .s = { .init = true, .grace = { 1, 0 } },
		  .first = true,
		  .events = { CHILDREN({ CHILD, EXIT(5) }), GRACE_ENDS, CHILDREN({ 0, 0 }),
			      CHILDREN({ OTHER, 0 }), CHILDREN(NONE_LEFT) },
		  .trace = "TERM(-1) CONT(-1) wait(1.000000000) KILL(-1) KILL(-1) " },
		/* the wait ends only after two failures in a row */
		{ .s = { .init = true },
		  .first = true,
		  .events = { CHILDREN({ CHILD, EXIT(5) }, { -ECHILD, 0 }, { OTHER, 0 },
				       NONE_LEFT) },
		  .trace = "" },
		{ .s = { .init = true },
		  .first = true,
		  .events = { CHILDREN({ -ECHILD, 0 }) },
		  .trace = "KILL(-1) ",
		  .want = -ECHILD },
		{ .s = { .init = true },
		  .first = true,
		  .events = { CHILDREN({ CHILD, EXIT(5) }, { -EIO, 0 }) },
		  .trace = "KILL(-1) ",
		  .want = -EIO },
		/* the supervisor has no child */
		{ .s = { .init = true, .pause = true, .wstatus = EXIT(5) },
		  .first = true,
		  .events = { { SIGUSR1, SI_USER, { NONE_LEFT } },
			      CHILDREN({ OTHER, 0 }),
			      { SIGTERM, SI_USER, { { OTHER, 0 }, NONE_LEFT } } },
		  .trace = "TERM(-1) CONT(-1) " },
		{ .s = { .init = true, .pause = true, .wstatus = EXIT(5) },
		  .first = true,
		  .events = { FROM_USER(SIGCONT), { SIGINT, SI_USER, { NONE_LEFT } } },
		  .trace = "TERM(-1) CONT(-1) " },
	};

	check_rows(rows, ARRAY_SIZE(rows));
}

/* ---- The reported status */

static void reports_the_signal_that_ended_the_program(void)
{
	static const struct row rows[] = {
		{ .s = { .child_init = true },
		  .events = { FROM_USER(SIGTERM), CHILDREN({ CHILD, EXIT(128 + SIGTERM) }) },
		  .trace = "TERM(77) ",
		  .want = SIGTERM },
		{ .s = { .child_init = true },
		  .events = { CHILDREN({ CHILD, EXIT(128 + SIGTERM) }) },
		  .trace = "",
		  .want = EXIT(128 + SIGTERM) },
		{ .events = { FROM_USER(SIGTERM), CHILDREN({ CHILD, EXIT(128 + SIGTERM) }) },
		  .trace = "TERM(77) ",
		  .want = EXIT(128 + SIGTERM) },
		{ .s = { .child_init = true },
		  .events = { FROM_USER(SIGHUP), CHILDREN({ CHILD, EXIT(128 + SIGHUP) }) },
		  .trace = "HUP(77) ",
		  .want = SIGHUP },
		{ .s = { .child_init = true },
		  .events = { FROM_USER(64), CHILDREN({ CHILD, EXIT(128 + 64) }) },
		  .trace = "RTMAX(77) ",
		  .want = 64 },
		{ .s = { .child_init = true },
		  .events = { FROM_USER(SIGTSTP), CHILDREN({ CHILD, EXIT(128 + SIGTSTP) }) },
		  .trace = "TSTP(77) TSTP(50) unblock(TSTP) block(TSTP) ",
		  .want = EXIT(128 + SIGTSTP) },
		/* SIGKILL is sent instead of SIGTERM */
		{ .escalates = true,
		  .events = { FROM_USER(SIGTERM), CHILDREN({ CHILD, SIGKILL }) },
		  .trace = "KILL(77) ",
		  .want = SIGTERM },
		{ .escalates = true,
		  .events = { FROM_USER(SIGTERM), CHILDREN({ CHILD, SIGSEGV }) },
		  .trace = "KILL(77) ",
		  .want = SIGSEGV },
		{ .escalates = true, .events = { FROM_USER(SIGTERM), ENDS }, .trace = "KILL(77) " },
		{ .escalates = true,
		  .events = { FROM_USER(SIGINT), CHILDREN({ CHILD, SIGKILL }) },
		  .trace = "INT(77) ",
		  .want = SIGKILL },
	};
	struct event fails = CHILDREN({ -ECHILD, 0 });
	struct supervise s = { 0 };
	struct nserr e;

	check_rows(rows, ARRAY_SIZE(rows));
	reset();
	CHECK_INT(supervise(&s, &fails, 1, &e), -ECHILD);
	CHECK_STR(e.what, "cannot wait for process 77");
	CHECK_INT(e.errnum, ECHILD);
}

static void the_first_ending_signal_is_remembered(void)
{
	static const int order[] = { SIGTERM, SIGQUIT, SIGINT, SIGHUP };
	struct supervise s = { 0 };

	sigemptyset(&s.seen);
	sigaddset(&s.seen, SIGUSR1);
	CHECK_INT(supervise_ending(&s), 0);
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		sigaddset(&s.seen, order[i]);
		CHECK_INT(supervise_ending(&s), order[i]);
	}
}

/* ---- Descriptors */

static void a_readable_descriptor_is_not_forwarded(void)
{
	static const struct row rows[] = {
		{ .s = { .readable = note_readable, .readable_ctx = &world },
		  .events = { { 64, POLL_IN, { { 0, 0 } } },
			      { SIGIO, POLL_IN, { { 0, 0 } } },
			      ENDS },
		  .trace = "readable readable readable " },
		{ .s = { .readable = note_readable, .readable_ctx = &world },
		  .events = { FROM_USER(64),
			      { SIGUSR1, POLL_IN, { { 0, 0 } } },
			      { -EINTR, 0, { { 0, 0 } } },
			      ENDS },
		  .trace = "RTMAX(77) USR1(77) readable " },
		{ .events = { { 64, POLL_IN, { { 0, 0 } } }, ENDS }, .trace = "RTMAX(77) " },
	};
	struct supervise s = { .parent = fcntl(1, F_DUPFD_CLOEXEC, 3) };
	struct event ends = ENDS;
	struct nserr e;

	check_rows(rows, ARRAY_SIZE(rows));
	/* supervise_wait() closes the pidfd s.parent */
	reset();
	CHECK(s.parent > 0);
	CHECK_INT(supervise(&s, &ends, 1, &e), EXIT(5));
	CHECK_INT(s.parent, -1);
}

/* ---- The terminal */

static void only_the_terminal_in_the_foreground_is_opened(void)
{
	char dir[UNIT_DIR_SIZE];
	struct stat st;
	int tty, flags;

	if (lstat("/dev/tty", &st) < 0 || !S_ISCHR(st.st_mode)) {
		unit_skip_except_root("no /dev/tty here");
		return;
	}
	reset();
	world.tty = true;
	close(unit_directory(dir));
	snprintf(terminal, sizeof(terminal), "%s/tty", dir);
	unit_put(AT_FDCWD, terminal, "");
	tty = __real_foreground_open();
	flags = fcntl(tty, F_GETFL);
	CHECK(tty > 2 && (flags & O_ACCMODE) == O_RDWR && (flags & O_NONBLOCK));
	foreground_give(tty, CHILD);
	foreground_take(&tty);
	CHECK_INT(tty, -1);
	foreground_take(&tty);
	CHECK_STR(trace, "foreground(77) foreground(40) ");
	world.tty = false;
	CHECK_INT(__real_foreground_open(), -1);
	/* the leader of the process group is outside of the pid namespace */
	world.tty = true;
	world.group = 0;
	CHECK_INT(__real_foreground_open(), -1);
	/* the file has become a symbolic link after it was examined */
	world.group = GROUP;
	CHECK_INT(unlink(terminal), 0);
	CHECK_INT(symlink("/dev/null", terminal), 0);
	CHECK_INT(__real_foreground_open(), -1);
	CHECK_INT(unlink(terminal), 0);
	CHECK_INT(rmdir(dir), 0);
}

UNIT_MAIN(CASE(signals_are_forwarded), CASE(signals_of_the_terminal_are_not_sent_twice),
	  CASE(the_supervisor_stops_with_the_child), CASE(process_1_ends_all_processes),
	  CASE(reports_the_signal_that_ended_the_program),
	  CASE(the_first_ending_signal_is_remembered), CASE(a_readable_descriptor_is_not_forwarded),
	  CASE(only_the_terminal_in_the_foreground_is_opened))
