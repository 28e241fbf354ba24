// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * holder KIND: creates a namespace that only a single thread, descriptor, mount or the like keeps
 * alive, writes "TYPE INODE" to descriptor 3, closes it and waits until it is killed.
 *
 *	task      uts: a thread is in it        children  time: only future children enter it
 *	fd        ipc: an open descriptor       newpid    pid: no process is in it yet
 *	taskfd    ipc: a descriptor in the descriptor table of one thread
 *	socket    net: a socket                 parent    user: it is the parent of another one
 *	mount     uts: mounted on FILE in a new mount namespace
 *	flight    uts: a descriptor that was sent and not yet received
 *	lostmount uts: like mount, but only a descriptor refers to that mount namespace
 *	threads N   N threads                 sleepers N   N sleeping processes
 *	churn FILE  starts short-lived processes, 64 at a time; writes their number to FILE
 *	hostile   uts: a process whose name and command line try to forge rows of a table
 *	bind N DIR  uts: N namespaces, mounted on DIR/1 to DIR/N; then holder exits
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

static void check(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

static int open_ns(const char *path)
{
	int fd = open(path, O_RDONLY);

	check(fd >= 0, path);
	return fd;
}

/* Writes the type and inode to descriptor 3 and closes it. */
static void tell_inode(const char *type, ino_t inode)
{
	dprintf(3, "%s %lu\n", type, (unsigned long)inode);
	close(3);
}

static void notify_line(const char *type, const char *path)
{
	struct stat st;

	check(stat(path, &st) == 0, path);
	tell_inode(type, st.st_ino);
}

static void wait_for_end(void)
{
	for (;;)
		pause();
}

static void *thread(void *arg)
{
	check(unshare(CLONE_NEWUTS) == 0, "unshare");
	(void)arg;
	notify_line("uts", "/proc/thread-self/ns/uts");
	wait_for_end();
	return NULL;
}

static void *plain(void *arg)
{
	wait_for_end();
	return arg;
}

static void hold_task(void)
{
	pthread_t t;

	check(pthread_create(&t, NULL, thread, NULL) == 0, "pthread_create");
}

/* Creates a namespace and leaves it again. Returns a descriptor of the namespace. */
static int make(int flag, const char *path)
{
	int old = open_ns(path), new;

	check(unshare(flag) == 0, "unshare");
	new = open_ns(path);
	check(setns(old, flag) == 0, "setns");
	close(old);
	return new;
}

static void hold_fd(void)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/thread-self/fd/%d",
		 make(CLONE_NEWIPC, "/proc/thread-self/ns/ipc"));
	notify_line("ipc", path);
}

static void *thread_with_fds(void *arg)
{
	check(unshare(CLONE_FILES) == 0, "unshare");
	hold_fd();
	return plain(arg);
}

static void hold_taskfd(void)
{
	pthread_t t;

	check(pthread_create(&t, NULL, thread_with_fds, NULL) == 0, "pthread_create");
}

static void hold_flight(void)
{
	int fd = make(CLONE_NEWUTS, "/proc/self/ns/uts"), pair[2];
	struct iovec iov = { (char[]){ "" }, 1 };
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} u = { .room = "" };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = u.room,
			      .msg_controllen = sizeof(u.room) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	struct stat st;

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	check(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0, "socketpair");
	check(sendmsg(pair[0], &msg, 0) == 1, "sendmsg");
	check(fstat(fd, &st) == 0, "fstat");
	close(fd);
	tell_inode("uts", st.st_ino);
}

static void hold_socket(void)
{
	int old = open_ns("/proc/self/ns/net");
	struct stat st;

	check(unshare(CLONE_NEWNET) == 0, "unshare");
	check(socket(AF_INET, SOCK_STREAM, 0) >= 0, "socket");
	check(stat("/proc/self/ns/net", &st) == 0, "stat");
	check(setns(old, CLONE_NEWNET) == 0, "setns");
	close(old);
	tell_inode("net", st.st_ino);
}

static void bind_uts(const char *file)
{
	int fd = open(file, O_WRONLY | O_CREAT, 0600), ns;
	char path[32];

	check(fd >= 0, file);
	close(fd);
	ns = make(CLONE_NEWUTS, "/proc/self/ns/uts");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ns);
	check(mount(path, file, NULL, MS_BIND, NULL) == 0, "mount");
	close(ns);
}

static void hold_mount(const char *file, int leave)
{
	int old = open_ns("/proc/self/ns/mnt"), new;

	check(unshare(CLONE_NEWNS) == 0, "unshare");
	check(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "mount");
	bind_uts(file);
	new = open_ns("/proc/self/ns/mnt");
	notify_line("uts", file);
	if (leave)
		check(setns(old, CLONE_NEWNS) == 0, "setns");
	else
		close(new);
	close(old);
}

static void hold_children(int flag)
{
	check(unshare(flag) == 0, "unshare");
	if (flag == CLONE_NEWTIME) {
		notify_line("time", "/proc/self/ns/time_for_children");
		return;
	}
	/* /proc does not show the inode of a pid namespace without a process, so the test looks
	 * for a new namespace */
	dprintf(3, "pid 0\n");
	close(3);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	check(fd >= 0 && write(fd, text, strlen(text)) > 0, path);
	close(fd);
}

static void hold_parent(void)
{
	struct stat st;

	check(unshare(CLONE_NEWUSER) == 0, "unshare");
	/* map ids, because a process without mapped ids cannot create the next namespace */
	write_file("/proc/self/uid_map", "0 0 1");
	write_file("/proc/self/setgroups", "deny");
	write_file("/proc/self/gid_map", "0 0 1");
	check(stat("/proc/self/ns/user", &st) == 0, "stat");
	check(unshare(CLONE_NEWUSER) == 0, "unshare");
	dprintf(3, "user %lu\n", (unsigned long)st.st_ino);
	close(3);
}

static void many_threads(int n)
{
	pthread_attr_t attr;
	pthread_t t;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	for (int i = 0; i < n; i++)
		check(pthread_create(&t, &attr, plain, NULL) == 0, "pthread_create");
	notify_line("uts", "/proc/self/ns/uts");
}

/*
 * Starts N processes with three descriptors each. Does not use close_range(2), because a test may
 * deny it.
 */
static void many_sleepers(int n)
{
	for (long fd = sysconf(_SC_OPEN_MAX) - 1; fd > 3; fd--)
		close((int)fd);
	for (int i = 0; i < n; i++) {
		pid_t pid = fork();

		check(pid >= 0, "fork");
		if (pid)
			continue;
		close(3);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		wait_for_end();
	}
	notify_line("uts", "/proc/self/ns/uts");
}

/* Starts short-lived processes; each new one replaces the oldest. */
static void churn(const char *file)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	pid_t pids[64] = { 0 };

	check(fd >= 0, file);
	notify_line("uts", "/proc/self/ns/uts");
	for (unsigned long n = 1;; n++) {
		pid_t *pid = &pids[n % 64];
		char text[24];

		if (*pid && kill(*pid, SIGKILL) == 0)
			waitpid(*pid, NULL, 0);
		*pid = fork();
		check(*pid >= 0, "fork");
		if (*pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			wait_for_end();
		}
		if (n % 64 == 0)
			check(pwrite(fd, text, (size_t)sprintf(text, "%lu\n", n), 0) > 0, file);
	}
}

/* Gives the process a hostile name and a command line of 2 MB. */
static void become_hostile(void)
{
	static char long_arg[100001], self[] = "holder", name[] = "hostile-";
	static char evil[] = "evil\n4026531838 uts 1 1 root forged\n\x1b[2J\x1b]0;x\x07\xc2\x9b"
			     "\xff\xe2\x80\xae\t\\x41";
	char *argv[24] = { self, name, evil };

	check(unshare(CLONE_NEWUTS) == 0, "unshare");
	memset(long_arg, 'x', sizeof(long_arg) - 1);
	for (int i = 3; i < 23; i++)
		argv[i] = long_arg;
	execv("/proc/self/exe", argv);
	check(0, "execv");
}

static void be_hostile(void)
{
	prctl(PR_SET_NAME, "a) R 1\n\x1b[2J\xff)");
	notify_line("uts", "/proc/self/ns/uts");
}

int main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "", *arg = argc > 2 ? argv[2] : NULL;

	if (strcmp(kind, "task") == 0)
		hold_task();
	else if (strcmp(kind, "fd") == 0)
		hold_fd();
	else if (strcmp(kind, "taskfd") == 0)
		hold_taskfd();
	else if (strcmp(kind, "socket") == 0)
		hold_socket();
	else if (strcmp(kind, "flight") == 0)
		hold_flight();
	else if (strcmp(kind, "children") == 0)
		hold_children(CLONE_NEWTIME);
	else if (strcmp(kind, "newpid") == 0)
		hold_children(CLONE_NEWPID);
	else if (strcmp(kind, "hostile") == 0)
		become_hostile();
	else if (strcmp(kind, "hostile-") == 0)
		be_hostile();
	else if (strcmp(kind, "parent") == 0)
		hold_parent();
	else if (arg && strcmp(kind, "mount") == 0)
		hold_mount(arg, 0);
	else if (arg && strcmp(kind, "lostmount") == 0)
		hold_mount(arg, 1);
	else if (arg && strcmp(kind, "churn") == 0)
		churn(arg);
	else if (arg && strcmp(kind, "threads") == 0)
		many_threads(atoi(arg));
	else if (arg && strcmp(kind, "sleepers") == 0)
		many_sleepers(atoi(arg));
	else if (argc > 3 && strcmp(kind, "bind") == 0) {
		for (int i = 1; i <= atoi(arg); i++) {
			char file[256];

			snprintf(file, sizeof(file), "%s/%d", argv[3], i);
			bind_uts(file);
		}
		return 0;
	} else {
		fputs("usage: holder KIND [ARG…]\n", stderr);
		return 2;
	}
	wait_for_end();
}
