// SPDX-License-Identifier: GPL-2.0-or-later
/* test-escalate: decides from the files in /proc whether process 1 of a pid namespace would lose a
 * signal. The test writes these files. */
#include <signal.h>
#include <sys/mman.h>

#include "../fault.h"
#include "kernel/sys_pidfd.h"
#include "run/supervise.h"

static int put(const char *text)
{
	int fd = memfd_create("proc", MFD_CLOEXEC);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	return fd;
}

/* The lines of the status file. NULL: the line is missing. */
struct status {
	const char *ppid, *nspid, *blocked, *ignored, *caught, *slept;
};

/* A child that is process 1 of its namespace, and that lets each signal end it. */
#define LOSES \
	{ \
		"own", "77\t1", "0", "0", "0", "5" \
	}

static struct supervise with(const struct status *x, const char *syscall)
{
	struct supervise s = { .escalate = true, .pid = 77, .proc = -1 };
	const struct {
		const char *key, *value;
	} lines[] = {
		{ "PPid", x->ppid },      { "NSpid", x->nspid },
		{ "SigBlk", x->blocked }, { "SigIgn", x->ignored },
		{ "SigCgt", x->caught },  { "voluntary_ctxt_switches", x->slept },
	};
	char text[512] = "";

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		char *end = text + strlen(text);

		if (lines[i].value && streq(lines[i].value, "own"))
			sprintf(end, "%s:\t%d\n", lines[i].key, (int)getpid());
		else if (lines[i].value)
			sprintf(end, "%s:\t%s\n", lines[i].key, lines[i].value);
	}
	s.child_status = put(text);
	s.child_syscall = syscall ? put(syscall) : -1;
	return s;
}

static bool must_kill(const struct status *x, const char *syscall, int sig)
{
	struct supervise s = with(x, syscall);
	bool result = supervise_must_kill(&s, sig);

	util_close(&s.child_status);
	util_close(&s.child_syscall);
	return result;
}

/* SIGTERM is bit 14 of a mask. */
static void a_signal_is_lost_if_the_child_does_nothing_with_it(void)
{
	static const struct {
		struct status status;
		bool lost;
	} cases[] = {
		{ LOSES, true },
		{ { "own", "77\t5\t1", "0", "0", "0", "5" }, true },
		{ { "own", "77\t1", "bfff", "bfff", "bfff", "5" }, true },
		{ { "own", "77\t1", "4000", "0", "0", "5" }, false },
		{ { "own", "77\t1", "0", "4000", "0", "5" }, false },
		{ { "own", "77\t1", "0", "0", "4000", "5" }, false },
		/* not process 1, or the file of another process */
		{ { "own", "77\t2", "0", "0", "0", "5" }, false },
		{ { "own", NULL, "0", "0", "0", "5" }, false },
		{ { "1000000000", "77\t1", "0", "0", "0", "5" }, false },
		{ { NULL, "77\t1", "0", "0", "0", "5" }, false },
		/* a line is missing */
		{ { "own", "77\t1", NULL, "0", "0", "5" }, false },
		{ { "own", "77\t1", "0", NULL, "0", "5" }, false },
		{ { "own", "77\t1", "0", "0", NULL, "5" }, false },
		{ { "own", "77\t1", "0", "0", "0", NULL }, false },
		{ { "own", "77\t1", "0", "0", "0", "x" }, false },
		{ { NULL, NULL, NULL, NULL, NULL, NULL }, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		CHECK_INT(must_kill(&cases[i].status, "-1 0x0 0x0\n", SIGTERM), cases[i].lost);
}

static void a_child_that_waits_for_signals_loses_none(void)
{
	static const struct status loses = LOSES;
	static const struct {
		const char *syscall;
		bool lost;
	} cases[] = {
		{ "-1 0x7fff 0x7fff\n", true }, /* blocked, but in no system call */
		{ "running\n", true },
		{ "9999 0x0\n", true },
		{ "9999\n", true },
		/* rt_sigtimedwait(2) of the three other interfaces of the kernel */
		{ "177 0x0\n", false },
		{ "421 0x0\n", false },
		{ "1073742347 0x0\n", false },
		{ "x 0x0\n", false },
		{ "\n", false },
		{ "", false },
		{ NULL, false },
	};
	char own[32];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		CHECK_INT(must_kill(&loses, cases[i].syscall, SIGTERM), cases[i].lost);
	snprintf(own, sizeof(own), "%d 0x0\n", SYS_rt_sigtimedwait);
	CHECK(!must_kill(&loses, own, SIGTERM));
	CHECK(sys_is_sigtimedwait(SYS_rt_sigtimedwait));
	CHECK(sys_is_sigtimedwait(177) && sys_is_sigtimedwait(421));
	CHECK(sys_is_sigtimedwait(0x40000000 + 523));
	CHECK(!sys_is_sigtimedwait(9999));
}

static void only_signals_that_end_a_process_are_replaced(void)
{
	static const int others[] = { SIGCHLD, SIGCONT, SIGURG,  SIGWINCH,
				      SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU };
	static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGALRM };
	static const struct status loses = LOSES;
	struct supervise s;

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		CHECK(!must_kill(&loses, "-1 0x0\n", others[i]));
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++)
		CHECK(must_kill(&loses, "-1 0x0\n", ending[i]));
	s = with(&loses, "-1 0x0\n");
	s.escalate = false;
	CHECK(!supervise_must_kill(&s, SIGTERM));
	s.escalate = true;
	s.pid = 0;
	CHECK(!supervise_must_kill(&s, SIGTERM));
	s.pid = 77;
	CHECK(supervise_must_kill(&s, SIGTERM));
	util_close(&s.child_status);
	util_close(&s.child_syscall);
}

/* Returns 1 if the signal is lost, otherwise 0. */
static int try_must_kill(void)
{
	static const struct status loses = LOSES;
	struct supervise s = with(&loses, "-1 0x0\n");
	bool result;

	fault_begin();
	result = supervise_must_kill(&s, SIGTERM);
	fault_end();
	util_close(&s.child_status);
	util_close(&s.child_syscall);
	return result;
}

static void nothing_is_killed_if_the_files_cannot_be_read(void)
{
	if (!fault_require())
		return;
	/* the status, the system call and the status again */
	for (int k = 1; k <= 3; k++) {
		CHECK_INT(fault_answer(try_must_kill, SYS_pread64, k, -EIO), 0);
		CHECK_INT(fault_answer(try_must_kill, SYS_pread64, k, -EINTR), 1);
	}
}

UNIT_MAIN(CASE(a_signal_is_lost_if_the_child_does_nothing_with_it),
	  CASE(a_child_that_waits_for_signals_loses_none),
	  CASE(only_signals_that_end_a_process_are_replaced),
	  CASE(nothing_is_killed_if_the_files_cannot_be_read))
