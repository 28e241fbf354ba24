// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * failat.c: runs a program and, at one of its system calls, makes the call fail, sends a signal, or
 * exchanges two files.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__riscv) || defined(__powerpc64__)
#include <asm/ptrace.h>
#endif

#include "calls.h"
#include "errno-name.h"

#define MAX_TASKS 256
#define MAX_CALLS 512
#define COMM_LEN  15
#define GRACE     6 /* after the program has ended, its children may run for this many seconds */

/*
 * Plausible errors of each system call, the likeliest first. A call that the table does not name
 * gets the errors of the last row. EINTR is listed only for calls that can block. Calls in
 * untouched[] cannot really fail, so they are never made to fail; brk(2), for example, reports a
 * failure by returning the old break.
 */
static const struct {
	const char *calls, *errors;
} plausible[] = {
	// clang-format off
	{ " open openat openat2 ",                          "EMFILE,EACCES,ENOENT" },
	{ " read pread64 readv ",                           "EIO,EINTR" },
	{ " getdents64 readlink readlinkat ",               "EIO,ENOMEM" },
	{ " write pwrite64 writev ",                        "EPERM,EIO,ENOSPC,EINVAL,EINTR" },
	{ " close ",                                        "EIO" },
	{ " mmap mremap mprotect ",                         "ENOMEM" },
	{ " fork vfork clone ",                             "EAGAIN,ENOMEM" },
	{ " clone3 ",                                       "ENOSYS,EAGAIN,EPERM" },
	{ " unshare setns ",                                "EPERM,ENOSPC,EINVAL,ENOMEM" },
	{ " mount umount2 pivot_root ",                     "EPERM,EINVAL,EBUSY,ENOMEM" },
	{ " move_mount open_tree open_tree_attr fsopen fsconfig fsmount fspick mount_setattr statmount"
	  " listmount listns ",                             "ENOSYS,EPERM,EINVAL,ENOMEM" },
	{ " dup dup2 dup3 fcntl pipe pipe2 socket socketpair eventfd2 signalfd4 epoll_create1"
	  " timerfd_create memfd_create inotify_init1 ",    "EMFILE,ENOMEM" },
	{ " pidfd_open pidfd_getfd pidfd_send_signal ",     "ENOSYS,EMFILE,EPERM,ESRCH" },
	{ " close_range faccessat2 process_madvise ",       "ENOSYS,EINVAL" },
	{ " stat fstat lstat newfstatat statx access faccessat ", "EACCES,EIO,ENOENT" },
	{ " statfs fstatfs name_to_handle_at open_by_handle_at ", "EIO,EPERM" },
	{ " mkdir mkdirat mknod mknodat symlink symlinkat link linkat unlink unlinkat rmdir rename"
	  " renameat2 chmod fchmod fchmodat chown fchown fchownat ftruncate ", "EACCES,ENOSPC,EROFS" },
	{ " execve execveat ",                              "ENOMEM,EACCES,ENOENT" },
	{ " wait4 waitid ",                                 "EINTR,ECHILD" },
	{ " poll ppoll select pselect6 epoll_wait epoll_pwait accept4 connect nanosleep clock_nanosleep"
	  " flock ",                                        "EINTR,ENOMEM" },
	{ " sendto sendmsg recvfrom recvmsg bind ",         "EPERM,ENOBUFS,EINTR" },
	{ " ioctl ",                                        "ENOTTY,EPERM,EINVAL" },
	{ " prctl prlimit64 capset seccomp ",               "EPERM,EINVAL" },
	{ "",                                               "EPERM" },
	// clang-format on
};

static const char untouched[] =
	" brk exit exit_group rt_sigreturn restart_syscall rt_sigaction rt_sigprocmask sigaltstack "
	" getpid gettid getppid getpgrp getpgid getsid getuid geteuid getgid getegid umask uname "
	" arch_prctl set_tid_address set_robust_list rseq futex sched_yield getrandom munmap "
	" madvise clock_gettime gettimeofday time times alarm setitimer lseek pause "
	" rt_sigsuspend rt_sigtimedwait rt_sigpending tgkill ";

/*
 * A process or thread of the program. The name of a process shows its descent: "1" is the program,
 * and "1.2" is the second process that the program has forked. The name is the same in every run,
 * regardless of the order in which processes run. The threads of a process have its name and are
 * counted together, because they can share their calls in a different way in each run.
 */
struct task {
	pid_t pid;
	struct task *leader; /* the first thread of the process, or this task itself */
	char name[64];
	unsigned children;
	enum { BEFORE, COUNTED, AFTER } phase;
	bool named;   /* failat has seen the parent fork this process, and has set `name` */
	bool stopped; /* the process is stopped until `named` is set */
	bool started; /* the dynamic loader has finished */
	bool tool;    /* the process executes a tool of the suite, not a helper or a script */
	long number;  /* number of the current system call */
	long restart; /* number of the call that the kernel will restart, or -1 */
	uint64_t ldso_start, ldso_end;
	int error; /* the errno with which the current call will fail */
	unsigned short calls[MAX_CALLS];
};

static struct task tasks[MAX_TASKS];
static volatile sig_atomic_t alarmed;

static struct {
	const char *begin, *until, *set, *point;
	const char *exchange[2];
	long k, again;
	int error, signal;
	bool list, count;
	unsigned timeout;
	FILE *report;
} opt = { .timeout = 20 };

static long n_calls; /* number of calls that failat could make fail, in all processes */

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *fmt, ...)
{
	int e = errno;
	va_list ap;

	fputs("failat: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, ": %s\n", strerror(e));
	exit(99);
}

static bool in_words(const char *words, const char *word)
{
	char sought[64];

	snprintf(sought, sizeof(sought), " %s ", word);
	return strstr(words, sought);
}

static bool in_commas(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = list; (p = strstr(p, word)); p += len)
		if ((p == list || p[-1] == ',') && (p[len] == ',' || !p[len]))
			return true;
	return false;
}

static const char *errors_of(const char *call)
{
	size_t i = 0;

	while (*plausible[i].calls && !in_words(plausible[i].calls, call))
		i++;
	return plausible[i].errors;
}

/* ---- Tasks */

static struct task *task_find(pid_t pid)
{
	for (size_t i = 0; i < MAX_TASKS; i++)
		if (tasks[i].pid == pid)
			return &tasks[i];
	return NULL;
}

static struct task *task_get(pid_t pid)
{
	struct task *t = task_find(pid);

	if (!t) {
		t = task_find(0);
		if (!t) {
			errno = EAGAIN;
			die("more than %d processes", MAX_TASKS);
		}
		memset(t, 0, sizeof(*t));
		t->pid = pid;
		t->leader = t;
		t->restart = -1;
	}
	return t;
}

static void task_resume(struct task *t, int sig)
{
	/* ESRCH means that the process was killed, which a later wait(2) reports */
	if (ptrace(t->phase == COUNTED ? PTRACE_SYSCALL : PTRACE_CONT, t->pid, 0, sig) < 0 &&
	    errno != ESRCH)
		die("cannot resume %s", t->name);
}

/*
 * Finds the address range of ld.so, so that calls made by ld.so can be recognised. In a statically
 * linked program the range is empty.
 */
static void task_find_ldso(struct task *t)
{
	char path[64], line[PATH_MAX + 128];
	unsigned long pair[2], base = 0, inode = 0;
	FILE *f;

	t->ldso_start = t->ldso_end = 0;
	snprintf(path, sizeof(path), "/proc/%d/auxv", t->pid);
	f = fopen(path, "re");
	while (f && fread(pair, sizeof(pair), 1, f) == 1)
		if (pair[0] == AT_BASE)
			base = pair[1];
	if (f)
		fclose(f);
	snprintf(path, sizeof(path), "/proc/%d/maps", t->pid);
	f = fopen(path, "re");
	while (f && base && fgets(line, sizeof(line), f)) {
		unsigned long start, end, ino;

		if (sscanf(line, "%lx-%lx %*s %*s %*s %lu", &start, &end, &ino) != 3)
			continue;
		if (start == base) {
			inode = ino;
			t->ldso_start = start;
		}
		if (inode && ino == inode)
			t->ldso_end = end;
	}
	if (f)
		fclose(f);
}

/*
 * Returns true if the process executes the program or script. comm contains the first 15 bytes of
 * its name.
 */
static bool task_runs(const struct task *t, const char *program)
{
	char path[64], comm[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/comm", t->pid);
	f = fopen(path, "re");
	if (f) {
		if (fgets(comm, sizeof(comm), f))
			comm[strcspn(comm, "\n")] = '\0';
		fclose(f);
	}
	return strncmp(comm, program, COMM_LEN) == 0;
}

/* ---- Calls */

/*
 * Macros to skip a system call and to change its result. On some architectures, ptrace(2) has a
 * separate register set for the number of the call (CALL_SET). On others, the number is in a
 * general register (CALL_NUMBER). Arm has a request of ptrace(2) that sets the number.
 */
#if defined(__x86_64__)
#define CALL_NUMBER orig_rax
#define CALL_RESULT rax
#elif defined(__i386__)
#define CALL_NUMBER orig_eax
#define CALL_RESULT eax
#elif defined(__riscv)
#define CALL_NUMBER a7
#define CALL_RESULT a0
#elif defined(__powerpc64__)
#define CALL_NUMBER      gpr[0]
#define CALL_RESULT      gpr[3]
#define user_regs_struct pt_regs
#elif defined(__loongarch64)
#define CALL_NUMBER regs[11]
#define CALL_RESULT regs[4]
#elif defined(__aarch64__)
#define CALL_SET    NT_ARM_SYSTEM_CALL
#define CALL_RESULT regs[0]
#elif defined(__s390x__)
#define CALL_SET         NT_S390_SYSTEM_CALL
#define CALL_RESULT      gprs[2]
#define user_regs_struct _user_regs_struct
#elif defined(__arm__)
#define CALL_RESULT      uregs[0]
#define user_regs_struct user_regs
#else
#error "add the registers of a system call of this architecture here"
#endif

static void get_registers(pid_t pid, struct user_regs_struct *regs)
{
	struct iovec iov = { regs, sizeof(*regs) };

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &iov) < 0)
		die("PTRACE_GETREGSET");
}

static void set_registers(pid_t pid, int set, void *regs, size_t size)
{
	struct iovec iov = { regs, size };

	if (ptrace(PTRACE_SETREGSET, pid, set, &iov) < 0)
		die("PTRACE_SETREGSET");
}

/* The kernel skips the call number -1. call_fail() sets the result when the call ends. */
static void call_skip(pid_t pid)
{
#ifdef CALL_SET
	int number = -1;

	set_registers(pid, CALL_SET, &number, sizeof(number));
#elif defined(__arm__)
	if (ptrace(PTRACE_SET_SYSCALL, pid, NULL, -1) < 0)
		die("PTRACE_SET_SYSCALL");
#else
	struct user_regs_struct regs;

	get_registers(pid, &regs);
	regs.CALL_NUMBER = -1;
	set_registers(pid, NT_PRSTATUS, &regs, sizeof(regs));
#endif
}

static void call_fail(pid_t pid, int error)
{
	struct user_regs_struct regs;

	get_registers(pid, &regs);
	regs.CALL_RESULT = -error;
#if defined(__powerpc64__)
	/* the instruction sc returns a positive error and sets a bit of cr0; scv (Linux 5.9) does
	 * not */
	if ((regs.trap & ~0xfUL) != 0x3000) {
		regs.CALL_RESULT = error;
		regs.ccr |= 0x10000000;
	}
#endif
	set_registers(pid, NT_PRSTATUS, &regs, sizeof(regs));
}

/* Exchanges the two files, as a hostile process would do during this call. */
static void exchange(const char *point)
{
	/* use syscall(2) and the number 2, because musl lacks renameat2() and RENAME_EXCHANGE */
	bool done = syscall(SYS_renameat2, AT_FDCWD, opt.exchange[0], AT_FDCWD, opt.exchange[1],
			    2) == 0;

	fprintf(opt.report, "%s %s\n", done ? "exchanged" : "missing", point);
}

static void call_inject(struct task *t, long number, const char *point)
{
	if (opt.exchange[0]) {
		exchange(point);
		return;
	}
	if (opt.signal) {
		fprintf(opt.report, "sent %s %d\n", point, opt.signal);
		kill(t->pid, opt.signal);
		return;
	}
	fprintf(opt.report, "failed %s %s\n", point, errno_name(opt.error));
	t->error = opt.error;
	/* Linux closes the descriptor even if close() fails. The call must not be skipped, because
	 * a reader at the other end may wait for the end of file. */
	if (number != SYS_close)
		call_skip(t->pid);
}

/*
 * Returns true if the kernel will restart the call. The error ERESTARTNOINTR is not in errno.h,
 * because only a tracer sees it. For example, a write(2) to a sysctl of the network ends with it as
 * long as another process holds a lock.
 */
static bool call_restarts(const struct __ptrace_syscall_info *info)
{
	return info->exit.is_error && info->exit.rval == -513;
}

/*
 * Reports the descriptor that a tool has opened with this call if it lacks O_CLOEXEC, because an
 * executed program would inherit it. The calls in opens[] return a descriptor. Reports nothing if
 * ASAN_OPTIONS is set, because AddressSanitizer itself opens files without O_CLOEXEC.
 */
static void call_check_cloexec(const struct task *t, const struct __ptrace_syscall_info *info)
{
	static const char opens[] = " open openat openat2 open_tree open_tree_attr fsopen fsmount "
				    "fspick socket accept accept4 memfd_create pidfd_open "
				    "pidfd_getfd signalfd4 eventfd2 timerfd_create epoll_create1 "
				    "inotify_init1 open_by_handle_at bpf perf_event_open ";
	const char *call = calls_name(t->number);
	unsigned flags = O_CLOEXEC;
	char path[64], line[64];
	FILE *f;

	if (!t->tool || !t->started || !call || !in_words(opens, call) || info->exit.is_error ||
	    getenv("ASAN_OPTIONS"))
		return;
	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%lld", t->pid, (long long)info->exit.rval);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "flags: %o", &flags) == 1)
			break;
	if (f)
		fclose(f);
	if (!(flags & O_CLOEXEC))
		fprintf(opt.report, "inheritable %s:%s %lld\n", t->name, call,
			(long long)info->exit.rval);
}

static void call_begins(struct task *t, const struct __ptrace_syscall_info *info)
{
	long number = (long)info->entry.nr;
	const char *call = calls_name(number);
	char point[128];

	t->number = number;
	if (number == t->restart) {
		t->restart = -1;
		return;
	}
	if (!t->started) {
		if (info->instruction_pointer >= t->ldso_start &&
		    info->instruction_pointer < t->ldso_end)
			return;
		t->started = true;
	}
	if (!call || number >= MAX_CALLS || in_words(untouched, call))
		return;
	if (opt.set && !in_commas(opt.set, call))
		return;
	n_calls++;
	snprintf(point, sizeof(point), "%s:%s:%u", t->name, call, ++t->leader->calls[number]);
	if (opt.list)
		fprintf(opt.report, "%ld %s %s\n", n_calls, point, errors_of(call));
	else if (n_calls == opt.k || n_calls == opt.again ||
		 (opt.point && strcmp(opt.point, point) == 0))
		call_inject(t, number, point);
}

/* ---- Stops */

/*
 * Returns true if the process executes a tool's protected copy of itself (lib/run/cloned_binary.c):
 * a file in memory, or a file on a mount that is attached nowhere.
 */
static bool task_is_copy(const struct task *t)
{
	char path[64], exe[16] = "";

	snprintf(path, sizeof(path), "/proc/%d/exe", t->pid);
	return readlink(path, exe, sizeof(exe) - 1) > 0 &&
	       (strncmp(exe, "/memfd:", 7) == 0 || strcmp(exe, "/") == 0);
}

/* Returns true if the name of the program begins with "ns". */
static bool task_is_tool(const struct task *t)
{
	char path[64], comm[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/comm", t->pid);
	f = fopen(path, "re");
	if (f) {
		if (!fgets(comm, sizeof(comm), f))
			comm[0] = '\0';
		fclose(f);
	}
	return strncmp(comm, "ns", 2) == 0;
}

/*
 * Updates the phase after an execve(2). The calls are counted from the first program on, or from
 * the program that -b names. The counting ends when the process executes another program, or the
 * program that -u names.
 */
static void on_exec(struct task *t)
{
	if (t->phase == COUNTED && task_is_copy(t)) {
		t->started = false;
		task_find_ldso(t);
		return;
	}
	if (t->phase == BEFORE && (!opt.begin || task_runs(t, opt.begin)))
		t->phase = COUNTED;
	else if (t->phase == COUNTED && (!opt.until || task_runs(t, opt.until)))
		t->phase = AFTER;
	t->started = false;
	t->tool = task_is_tool(t);
	if (t->phase == COUNTED)
		task_find_ldso(t);
}

/* Returns true if the process PROCESS has the thread THREAD. */
static bool is_thread(pid_t process, pid_t thread)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d", process, thread);
	return access(path, F_OK) == 0;
}

static void on_fork(struct task *task)
{
	struct task *parent = task->leader, *child;
	unsigned long pid;

	if (ptrace(PTRACE_GETEVENTMSG, task->pid, 0, &pid) < 0)
		return;
	child = task_get((pid_t)pid);
	if (is_thread(parent->pid, child->pid)) {
		child->leader = parent;
		strcpy(child->name, parent->name);
	} else if (snprintf(child->name, sizeof(child->name), "%s.%u", parent->name,
			    ++parent->children) >= (int)sizeof(child->name)) {
		die("too many generations");
	}
	child->named = true;
	child->phase = parent->phase;
	child->started = parent->started;
	child->tool = parent->tool;
	child->ldso_start = parent->ldso_start;
	child->ldso_end = parent->ldso_end;
	if (child->stopped)
		task_resume(child, 0);
}

static void on_call(struct task *t)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, t->pid, sizeof(info), &info) < 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
		call_begins(t, &info);
	} else if (info.op == PTRACE_SYSCALL_INFO_EXIT && t->error) {
		call_fail(t->pid, t->error);
		t->error = 0;
	} else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
		if (call_restarts(&info))
			t->restart = t->number;
		call_check_cloexec(t, &info);
	}
}

static void on_stop(pid_t pid, int status)
{
	struct task *t = task_get(pid);
	int sig = WSTOPSIG(status);

	switch (status >> 16) {
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		on_fork(t);
		break;
	case PTRACE_EVENT_EXEC:
		on_exec(t);
		break;
	case PTRACE_EVENT_STOP:
		if (!t->named) {
			t->stopped = true;
			return;
		}
		/* job control has stopped the process: leave it stopped until SIGCONT */
		if (sig != SIGTRAP) {
			ptrace(PTRACE_LISTEN, pid, 0, 0);
			return;
		}
		break;
	default:
		if (sig != (SIGTRAP | 0x80)) {
			task_resume(t, sig);
			return;
		}
		on_call(t);
	}
	task_resume(t, 0);
}

/* ---- The run */

static void on_alarm(int sig)
{
	(void)sig;
	alarmed = 1;
}

/* Reports the processes that still exist. They are killed when failat exits (PTRACE_O_EXITKILL). */
static void report_left(const char *how)
{
	for (size_t i = 0; i < MAX_TASKS; i++) {
		char path[64], line[64] = "?";
		FILE *f;

		if (!tasks[i].pid)
			continue;
		snprintf(path, sizeof(path), "/proc/%d/syscall", tasks[i].pid);
		f = fopen(path, "re");
		if (f) {
			if (!fgets(line, sizeof(line), f))
				strcpy(line, "?");
			fclose(f);
		}
		line[strcspn(line, " \n")] = '\0';
		fprintf(opt.report, "%s %s in %s\n", how, tasks[i].name,
			calls_name(atol(line)) ? calls_name(atol(line)) : line);
	}
}

static bool any_left(void)
{
	for (size_t i = 0; i < MAX_TASKS; i++)
		if (tasks[i].pid)
			return true;
	return false;
}

/* Returns the wait status of the program, or -1 if it did not end in time. */
static int watch(pid_t program)
{
	struct sigaction action = { .sa_handler = on_alarm };
	int result = -1;

	sigaction(SIGALRM, &action, NULL);
	alarm(opt.timeout);
	while (any_left()) {
		int status;
		pid_t pid = waitpid(-1, &status, __WALL);

		if (pid < 0 && errno == EINTR && alarmed) {
			report_left(result < 0 ? "hangs" : "left");
			return result;
		}
		if (pid < 0 && errno == ECHILD)
			break;
		if (pid < 0)
			continue;
		if (WIFSTOPPED(status)) {
			on_stop(pid, status);
			continue;
		}
		if (task_find(pid))
			task_find(pid)->pid = 0;
		if (pid == program) {
			result = status;
			alarm(GRACE);
		}
	}
	return result;
}

static pid_t start(char **argv)
{
	struct task *t;
	pid_t pid;
	int go[2];
	char c;

	if (pipe(go) < 0)
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		close(go[1]);
		if (read(go[0], &c, 1) != 0) /* wait until failat traces this process */
			_exit(99);
		close(go[0]);
		execvp(argv[0], argv);
		die("%s", argv[0]);
	}
	close(go[0]);
	if (ptrace(PTRACE_SEIZE, pid, 0,
		   PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			   PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL) < 0)
		die("PTRACE_SEIZE");
	t = task_get(pid);
	strcpy(t->name, "1");
	t->named = true;
	close(go[1]);
	return pid;
}

static const char usage[] =
	"usage: failat [options] --list|--count|-k POINT -- PROGRAM [ARG...]\n"
	"\n"
	" -k POINT    number of the call, or PROCESS:CALL:N as --list prints it\n"
	" -e ERRNO    error of the call, which is not executed (default: EPERM)\n"
	" --kill SIG  at POINT, send the signal with this number instead\n"
	" --exchange A,B  at POINT, exchange these files instead; print 'exchanged POINT', or "
	"'missing POINT'\n"
	" --again N   exchange the files again at call number N\n"
	" --list      print a line 'K POINT ERRNO,...' for each call that can be named, with "
	"likely errors\n"
	" --count     print the number of these calls\n"
	" -s CALL,... use only these calls\n"
	" -b NAME     begin when a program of that name is executed (default: at once)\n"
	" -u NAME     stop counting when a program of that name is executed (default: any "
	"program)\n"
	" -o FILE     write messages to FILE instead of stderr: 'failed POINT ERRNO', 'sent POINT "
	"SIGNAL',\n"
	"             'hangs PROCESS in CALL', 'left PROCESS in CALL',\n"
	"             'inheritable PROCESS:CALL FD' for a descriptor that a tool opens without "
	"O_CLOEXEC\n"
	" -t SECONDS  end a program that hangs for this time (default: 20)\n"
	"\n"
	"Calls of ld.so at the start of a program are not counted. All processes are traced. A "
	"process\n"
	"that exists 6 seconds after the end of the program is reported as 'left' and killed.\n"
	"Exit status: that of the program, 128+n for a signal, 124 if it hung, 99 if failat "
	"failed.\n";

enum { OPT_LIST = CHAR_MAX + 1, OPT_COUNT, OPT_KILL, OPT_EXCHANGE, OPT_AGAIN };

static void parse(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "list", no_argument, NULL, OPT_LIST },
		{ "count", no_argument, NULL, OPT_COUNT },
		{ "kill", required_argument, NULL, OPT_KILL },
		{ "exchange", required_argument, NULL, OPT_EXCHANGE },
		{ "again", required_argument, NULL, OPT_AGAIN },
		{ 0 },
	};
	char *end = NULL;
	int c;

	opt.report = stderr;
	opt.error = EPERM;
	while ((c = getopt_long(argc, argv, "+k:e:s:b:u:o:t:", longopts, NULL)) != -1) {
		switch (c) {
		case 'k':
			opt.k = strtol(optarg, &end, 10);
			if (*end) {
				opt.k = 0;
				opt.point = optarg;
			}
			break;
		case 'e':
			opt.error = calls_errno(optarg);
			break;
		case 's':
			opt.set = optarg;
			break;
		case 'b':
			opt.begin = optarg;
			break;
		case 'u':
			opt.until = optarg;
			break;
		case 'o':
			opt.report = fopen(optarg, "we");
			if (!opt.report)
				die("%s", optarg);
			break;
		case 't':
			opt.timeout = (unsigned)atoi(optarg);
			break;
		case OPT_LIST:
			opt.list = true;
			break;
		case OPT_COUNT:
			opt.count = true;
			break;
		case OPT_KILL:
			opt.signal = atoi(optarg);
			break;
		case OPT_EXCHANGE:
			opt.exchange[0] = strsep(&optarg, ",");
			opt.exchange[1] = optarg ? optarg : "";
			break;
		case OPT_AGAIN:
			opt.again = atol(optarg);
			break;
		default:
			optind = argc;
		}
	}
	if (optind >= argc || opt.error == 0 || !(opt.list || opt.count || opt.k || opt.point)) {
		fputs(usage, stderr);
		exit(99);
	}
}

int main(int argc, char **argv)
{
	int status;

	parse(argc, argv);
	status = watch(start(argv + optind));
	if (opt.count)
		fprintf(opt.report, "%ld\n", n_calls);
	if (status < 0)
		return 124;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
