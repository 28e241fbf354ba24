/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fault.h: runs a function once for each of its system calls and makes that call fail. A seccomp
 * filter sends SIGSYS for each call. The handler of SIGSYS counts the call and then executes it or
 * returns an error.
 *
 * A test calls the function under test in a function `int try_it(void)`, between fault_begin() and
 * fault_end(). try_it() returns 0 if the function has done its work, a negative errno if the
 * function reports a failure, and 1 if it does neither.
 *
 * fault_all() runs try_it() in one child process for each system call and each error. fault_all()
 * checks that try_it() does not return 1, that the child does not crash, that each descriptor is
 * close-on-exec, and that no descriptor, no process and no blocked signal remains. fault_result()
 * computes the result of most try_it(). fault_all() also interrupts each call that a signal can
 * interrupt (EINTR).
 *
 * fault_answer() runs a function once and replaces the result of one chosen system call.
 */
#ifndef NSU_UNIT_FAULT_H
#define NSU_UNIT_FAULT_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

/* calls that other architectures lack; a test uses these numbers only if fault_supported() */
#ifndef SYS_newfstatat
#define SYS_newfstatat (-2)
#endif
#ifndef SYS_open
#define SYS_open (-2)
#endif
#ifndef SYS_chmod
#define SYS_chmod (-2)
#endif
#ifndef SYS_poll
#define SYS_poll (-2)
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

/* Memory that the child, which runs the function, shares with its parent, which checks the
 * results. */
struct fault_run {
	atomic_int armed, calls;
	/* the number of the system call that must fail, counted from 1, or 0 if none must fail; and
	 * the errno that it returns */
	int target, error;
	int number; /* result: the number of the system call that has failed */
	/* If this is not negative, only calls with this number are counted. */
	int only;
	/* result: the calls that a signal can interrupt, counted from 1 */
	int slow[64], n_slow;
	/* results: the return value of try_it(); a sum of 1 if a child process remains and 2 if the
	 * signal mask has changed; and the change in the number of open descriptors */
	int result, left, fds;
	int inherited; /* result: a descriptor without O_CLOEXEC was opened */
};

static struct fault_run *fault_run_now;

/* value of `target` that makes each call fail */
#define FAULT_EACH (-1)

/* System calls that fail with ENOSYS in addition to the injected fault, as on a kernel that lacks
 * them. A 0 ends the list. */
static int fault_denied[8];

/* If set, the call that fails also fails when it is repeated, that is, if the next call has the
 * same number. */
static bool fault_again;

static inline bool fault_is_denied(long number)
{
	for (size_t i = 0; i < ARRAY_SIZE(fault_denied) && fault_denied[i]; i++)
		if (number == fault_denied[i])
			return true;
	return false;
}

/* Returns true if the n-th call must fail, because it repeats the call that has failed. */
static inline bool fault_is_repeated(const struct fault_run *f, int n, long number)
{
	return fault_again && n == f->target + 1 && number == f->number;
}

static inline void fault_begin(void)
{
	if (fault_run_now)
		atomic_store(&fault_run_now->armed, 1);
}

static inline void fault_end(void)
{
	if (fault_run_now)
		atomic_store(&fault_run_now->armed, 0);
}

/* Calls fault_end(), and returns the value that try_it() must return: 0 if the function under test
 * has succeeded (rc is not negative and `done` is true), rc if the function has reported a failure
 * (rc is negative and e contains a text), otherwise 1. rc is the return value of the function, and
 * `done` is true if the function has done all its work. e is the error that the function sets, or
 * NULL if the function sets none. */
static inline int fault_result(int rc, const struct nserr *e, bool done)
{
	fault_end();
	if (rc < 0)
		return e && !e->what[0] ? 1 : rc;
	return done ? 0 : 1;
}

#if defined(__x86_64__) && defined(__LP64__)

/* Executes a system call with six arguments. Returns the result of the kernel, a negative errno in
 * case of an error. The filter permits all system calls that this function makes. */
long fault_raw(long number, const greg_t *args);
extern const char fault_raw_end[];
__asm__(".pushsection .text\n"
	".globl fault_raw, fault_raw_end\n"
	".hidden fault_raw, fault_raw_end\n"
	"fault_raw:\n"
	"	mov %rdi, %rax\n"
	"	mov %rsi, %rcx\n"
	"	mov 0(%rcx), %rdi\n"
	"	mov 8(%rcx), %rsi\n"
	"	mov 16(%rcx), %rdx\n"
	"	mov 24(%rcx), %r10\n"
	"	mov 32(%rcx), %r8\n"
	"	mov 40(%rcx), %r9\n"
	"	syscall\n"
	"fault_raw_end:\n"
	"	ret\n"
	".popsection\n");

/* Does the work of rt_sigprocmask(2) in the handler of SIGSYS: changes the signal mask that the
 * kernel restores when the handler returns. Never blocks SIGSYS. Returns 0. */
static long fault_sigprocmask(const greg_t *a, ucontext_t *u)
{
	uint64_t old, set;

	memcpy(&old, &u->uc_sigmask, sizeof(old));
	if (a[2])
		memcpy((void *)a[2], &old, sizeof(old));
	if (!a[1])
		return 0;
	memcpy(&set, (const void *)a[1], sizeof(set));
	set = a[0] == SIG_BLOCK ? old | set : a[0] == SIG_UNBLOCK ? old & ~set : set;
	set &= ~(UINT64_C(1) << (SIGSYS - 1));
	memcpy(&u->uc_sigmask, &set, sizeof(set));
	return 0;
}

/* Returns true if the system call with this number and these arguments returns a new descriptor. */
static bool fault_opens(long number, const greg_t *a)
{
	return number == SYS_open || number == SYS_openat || number == SYS_openat2 ||
	       number == SYS_open_tree || number == SYS_fsopen || number == SYS_fsmount ||
	       number == SYS_socket || number == SYS_memfd_create || number == SYS_pidfd_open ||
	       number == SYS_signalfd4 || (number == SYS_fcntl && a[1] == F_DUPFD);
}

/* Returns true if the C library itself repeats the failed call and sets the flag close-on-exec of
 * the new descriptor later. socket(3) of musl does so after EINVAL. */
static bool fault_libc_sets_cloexec(long number)
{
#ifdef __GLIBC__
	(void)number;
	return false;
#else
	return number == SYS_socket && fault_run_now->number == SYS_socket;
#endif
}

/* Returns the number of open descriptors, like unit_open_fds(), but without a signal for each
 * call. */
static int fault_open_fds(void)
{
	int n = 0;

	for (greg_t fd = 0; fd < 256; fd++) {
		const greg_t a[6] = { fd, F_GETFD };

		n += fault_raw(SYS_fcntl, a) >= 0;
	}
	return n;
}

/* Records in fault_run_now that the call has opened a descriptor that an executed program would
 * inherit. */
static void fault_check_cloexec(greg_t fd)
{
	const greg_t a[6] = { fd, F_GETFD };

	if (!(fault_raw(SYS_fcntl, a) & FD_CLOEXEC))
		fault_run_now->inherited = 1;
}

/* Returns true if a signal can interrupt the system call (signal(7)). */
static bool fault_is_slow(long number)
{
	static const int slow[] = {
		SYS_read,     SYS_write,   SYS_pread64, SYS_pwrite64, SYS_openat,
		SYS_wait4,    SYS_waitid,  SYS_flock,   SYS_sendto,   SYS_sendmsg,
		SYS_recvfrom, SYS_recvmsg, SYS_connect, SYS_ppoll,    SYS_fstatfs,
#ifdef SYS_poll
		SYS_poll,
#endif
	};

	for (size_t i = 0; i < ARRAY_SIZE(slow); i++)
		if (number == slow[i])
			return true;
	return false;
}

/* Returns true if the call with the number `number` is counted. The C library implements fstat(3)
 * with fstat(2) or with newfstatat(2), so SYS_newfstatat stands for both. Likewise, SYS_openat
 * stands for open(2) and openat(2). */
static bool fault_is_counted(int only, long number)
{
	return only < 0 || only == number || (only == SYS_newfstatat && number == SYS_fstat) ||
	       (only == SYS_openat && number == SYS_open);
}

/* Counts a system call. Returns its position among all calls, counted from 1. */
static int fault_count(long number)
{
	struct fault_run *f = fault_run_now;
	int call = atomic_fetch_add(&f->calls, 1) + 1;

	if (!f->target && fault_is_slow(number) && f->n_slow < (int)ARRAY_SIZE(f->slow))
		f->slow[f->n_slow++] = call;
	return call;
}

/* Counts a call. Returns true if it must fail. */
static bool fault_hits(long number)
{
	struct fault_run *f = fault_run_now;
	int n = fault_count(number);

	return f->target == FAULT_EACH || n == f->target || fault_is_repeated(f, n, number);
}

static void fault_handle(int sig, siginfo_t *info, void *context)
{
	ucontext_t *u = context;
	greg_t *r = u->uc_mcontext.gregs;
	const greg_t a[] = { r[REG_RDI], r[REG_RSI], r[REG_RDX], r[REG_R10], r[REG_R8], r[REG_R9] };
	struct fault_run *f = fault_run_now;
	long number = info->si_syscall;

	if (number == SYS_rt_sigprocmask)
		r[REG_RAX] = fault_sigprocmask(a, u);
	/* never make sigaction(2) fail, because it fails only for invalid arguments and
	 * posix_spawn(3) does not expect an error */
	else if (number == SYS_rt_sigaction)
		r[REG_RAX] = a[0] == sig ? 0 : fault_raw(number, a);
	else if (f->armed && fault_is_denied(number))
		r[REG_RAX] = -ENOSYS;
	else if (f->armed && fault_is_counted(f->only, number) && fault_hits(number)) {
		f->number = (int)number;
		r[REG_RAX] = -f->error;
	} else {
		r[REG_RAX] = fault_raw(number, a);
		if (f->armed && fault_opens(number, a) && r[REG_RAX] >= 0 &&
		    !fault_libc_sets_cloexec(number))
			fault_check_cloexec(r[REG_RAX]);
	}
}

/* Installs the filter and the handler of SIGSYS. Returns true on success. The filter permits three
 * kinds of calls: those that cannot fail, those whose failure has no effect, and those that can
 * create a child in the memory of the caller. The handler cannot execute the last kind, because the
 * child would overwrite the stack of the handler. */
static bool fault_install(void)
{
	static const int permitted[] = {
		SYS_rt_sigreturn, SYS_exit,    SYS_exit_group, SYS_close,       SYS_brk,
		SYS_mmap,         SYS_munmap,  SYS_mprotect,   SYS_futex,       SYS_madvise,
		SYS_getpid,       SYS_getppid, SYS_gettid,     SYS_getuid,      SYS_geteuid,
		SYS_getgid,       SYS_getegid, SYS_umask,      SYS_vfork,       SYS_clone3,
		SYS_mremap,       SYS_alarm,   SYS_rseq,       SYS_sched_yield, SYS_set_robust_list,
		SYS_sigaltstack,
	};
	enum { HEAD = 5, N = sizeof(permitted) / sizeof(permitted[0]), CLONE = HEAD + N };
	struct sock_filter code[CLONE + 5];
	const struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };
	uint64_t ip = (uint64_t)(uintptr_t)fault_raw_end;
	struct sigaction act;

#define FAULT_LOAD(at) (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (at))
#define FAULT_IF(op, k, yes, no) \
	(struct sock_filter) BPF_JUMP(BPF_JMP | (op) | BPF_K, (k), (yes), (no))
	code[0] = FAULT_LOAD(offsetof(struct seccomp_data, instruction_pointer));
	code[1] = FAULT_IF(BPF_JEQ, (uint32_t)ip, 0, 2);
	code[2] = FAULT_LOAD(offsetof(struct seccomp_data, instruction_pointer) + 4);
	code[3] = FAULT_IF(BPF_JEQ, (uint32_t)(ip >> 32), CLONE + 4 - 4, 0);
	code[4] = FAULT_LOAD(offsetof(struct seccomp_data, nr));
	for (int i = 0; i < N; i++)
		code[HEAD + i] = FAULT_IF(BPF_JEQ, (uint32_t)permitted[i],
					  (uint8_t)(CLONE + 4 - (HEAD + i + 1)), 0);
	code[CLONE] = FAULT_IF(BPF_JEQ, SYS_clone, 0, 2);
	code[CLONE + 1] = FAULT_LOAD(offsetof(struct seccomp_data, args));
	code[CLONE + 2] = FAULT_IF(BPF_JSET, 0x100 /* CLONE_VM */, 1, 0);
	code[CLONE + 3] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP);
	code[CLONE + 4] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);

	memset(&act, 0, sizeof(act));
	act.sa_sigaction = fault_handle;
	act.sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART;
	return sigaction(SIGSYS, &act, NULL) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* Returns true if faults can be injected. Under valgrind and qemu-user this is not possible,
 * because they execute the system calls in place of the kernel. */
static inline bool fault_supported(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return !(preload && strstr(preload, "vgpreload")) && prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0;
}

#else

static inline bool fault_install(void)
{
	return false;
}

static inline bool fault_supported(void)
{
	return false;
}

static inline int fault_open_fds(void)
{
	return unit_open_fds();
}

#endif

/* Returns true if faults can be injected. Otherwise skips the case. On x86-64, root can inject
 * faults, except under valgrind, where the results of the cases do not count. */
static inline bool fault_require(void)
{
	if (fault_supported())
		return true;
#ifdef __x86_64__
	unit_skip_except_root("no faults here");
#else
	unit_skip("no faults on this architecture");
#endif
	return false;
}

/* Allocates the shared memory, and makes it that of the next runs. */
static inline struct fault_run *fault_new(void)
{
	struct fault_run *f = unit_shared(sizeof(*f));

	f->only = -1;
	fault_run_now = f;
	return f;
}

static inline void fault_free(struct fault_run *f)
{
	munmap(f, sizeof(*f));
	fault_run_now = NULL;
}

/* Runs in the child: calls try() with the fault that f describes, stores the results in f, and
 * exits with 0, with 3 if the filter cannot be installed, or with 99 if a check has failed. */
static void fault_child(int (*try)(void), struct fault_run *f)
{
	sigset_t before, after;
	siginfo_t info;
	int fds;

	alarm(20);
	fds = unit_open_fds();
	if (!fault_install())
		_exit(3);
	sigprocmask(SIG_BLOCK, NULL, &before);
	f->result = try();
	fault_end();
	sigprocmask(SIG_BLOCK, NULL, &after);
	f->fds = fault_open_fds() - fds;
	f->left = (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 ? 1 : 0) +
		  (memcmp(&before, &after, sizeof(uint64_t)) != 0 ? 2 : 0);
	unit_end_child();
}

/* Calls try() in a child, in which the system call f->target fails with the errno in f. Returns
 * NULL if the results that the child stores in f are right, otherwise the reason why they are
 * wrong. The next call may overwrite this text. */
static const char *fault_one(int (*try)(void), struct fault_run *f)
{
	static char text[64];
	int status = 0;
	pid_t pid;

	f->armed = f->calls = 0;
	if (!f->target)
		f->n_slow = 0;
	f->number = -1;
	f->result = f->left = f->fds = f->inherited = 0;
	pid = unit_fork();
	if (pid == 0)
		fault_child(try, f);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return "no child process";
	if (status) {
		snprintf(text, sizeof(text), "the child ends with the wait status %#x",
			 (unsigned)status);
		return text;
	}
	if (f->result > 0)
		return "neither did its work nor reported a failure";
	if (!f->target && f->result < 0) {
		snprintf(text, sizeof(text), "the undisturbed run fails: %s", strerror(-f->result));
		return text;
	}
	if (f->inherited)
		return "opened a descriptor without O_CLOEXEC";
	if (f->fds)
		return f->fds > 0 ? "left a descriptor open" : "closed a descriptor of the caller";
	if (f->left & 1 && f->number != SYS_wait4 && f->number != SYS_waitid)
		return "left a child process";
	return f->left & 2 ? "changed the blocked signals" : NULL;
}

/* Counts the calls of try() with the number `only`, and makes the k-th of them return `result`, a
 * negative errno or a value that the kernel could return. Returns the result of try(), INT_MAX if
 * there is no k-th call, or INT_MIN if the child crashes. */
static inline int fault_answer(int (*try)(void), int only, int k, int result)
{
	struct fault_run *f = fault_new();
	int got = INT_MIN;
	pid_t pid;

	*f = (struct fault_run){ .target = k, .error = -result, .only = only, .number = -1 };
	pid = unit_fork();
	if (pid == 0)
		fault_child(try, f);
	if (unit_wait(pid) == 0)
		got = f->number < 0 ? INT_MAX : f->result;
	fault_free(f);
	return got;
}

/* Makes each slow system call of try() fail once with EINTR. Returns the number of wrong results.
 */
static inline unsigned fault_interrupt(const char *name, int (*try)(void), struct fault_run *f,
				       bool (*accept)(const char *why, const struct fault_run *f))
{
	unsigned bad = 0;
	const char *why;

	f->error = EINTR;
	for (int i = 0; i < f->n_slow; i++) {
		f->target = f->slow[i];
		why = fault_one(try, f);
		if (!why || (accept && accept(why, f)))
			continue;
		bad++;
		printf("# %s: call %d (system call %d) is interrupted: %s\n", name, f->slow[i],
		       f->number, why);
	}
	return bad;
}

/* Makes each system call of try() fail with each error in turn. If try() makes many calls, the
 * function tests only some of the calls and errors, so that the number of runs stays small
 * (FAULT_RUNS). With NSUTILS_FAULTS=all in the environment, it tests every call with every error.
 * accept(), unless it is NULL, is called for each wrong result, and returns true if the test must
 * ignore this result. */
#define FAULT_RUNS 120
static inline void fault_all(const char *name, int (*try)(void),
			     bool (*accept)(const char *why, const struct fault_run *f))
{
	static const int errors[] = { EPERM, ENOENT, EIO, ENOSYS, EINVAL, EMFILE };
	const unsigned n = sizeof(errors) / sizeof(errors[0]);
	unsigned bad = 0, runs = 0, each, step, most;
	int calls, last;
	struct fault_run *f = fault_new();
	const char *why, *all = getenv("NSUTILS_FAULTS");

	why = fault_one(try, f);
	if (why && accept && accept(why, f))
		why = NULL;
	if (why)
		printf("# %s: %s\n", name, why);
	CHECK(!why);
	CHECK(f->calls > 0);
	each = MAX(1, MIN(n, FAULT_RUNS / (unsigned)(f->calls + 1)));
	step = 1 + (unsigned)f->calls / (2 * FAULT_RUNS);
	most = 2 * FAULT_RUNS;
	if (all && streq(all, "all")) {
		each = n;
		step = 1;
		most = UINT_MAX;
	}
	/* also test some later calls, because try() may make more calls after a failure than in a
	 * run without a failure */
	calls = f->calls;
	last = why ? 0 : calls + 40;
	for (int call = 1; call <= last && runs < most; call += (int)step) {
		for (unsigned i = 0; i < each; i++, runs++) {
			f->target = call;
			f->error = errors[((unsigned)call / step + i) % n];
			why = fault_one(try, f);
			if (f->number < 0) {
				/* try() made fewer than `call` system calls, so none failed */
				last = call > calls ? 0 : last;
				break;
			}
			if (!why || (accept && accept(why, f)))
				continue;
			bad++;
			printf("# %s: call %d (system call %d) fails with %s: %s\n", name, call,
			       f->number, strerror(f->error), why);
		}
	}
	if (last > 0)
		bad += fault_interrupt(name, try, f, accept);
	printf("# %s: %u runs\n", name, runs);
	CHECK_INT(bad, 0);
	fault_free(f);
}

/* Which result a function must have if a system call fails. */
struct fault_row {
	const char *name;
	int (*try)(void);
	/* the call of the system call `number` that fails, counted from 1, or FAULT_EACH, and its
	 * errno */
	long number;
	int nth, error;
	int want; /* the result of try(): 0 or a negative errno */
};

/* Runs the function of each row and makes the system call of the row fail. Checks that the function
 * has the expected result and, like fault_all(), that it does not crash and that no descriptor, no
 * process and no blocked signal remains. */
static inline void fault_table(const struct fault_row *rows, size_t n)
{
	struct fault_run *f = fault_new();

	for (size_t i = 0; i < n; i++) {
		const struct fault_row *r = &rows[i];
		const char *why;

		f->only = (int)r->number;
		f->target = r->nth;
		f->error = r->error;
		why = fault_one(r->try, f);
		if (!why && f->number < 0)
			why = "does not make the call";
		if (!why && f->result != r->want)
			why = f->result ? strerror(-f->result) : "succeeds";
		if (why)
			printf("# %s: call %d of the system call %ld fails with %s: %s\n", r->name,
			       r->nth, r->number, strerror(r->error), why);
		CHECK(!why);
	}
	fault_free(f);
}

#endif
