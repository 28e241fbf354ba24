// SPDX-License-Identifier: GPL-2.0-or-later
/* steal.c: tries to read a secret of another process with the privileges of the caller. With
 * --victim, instead runs a program that is not protected, so that a test can check that steal.c is
 * able to read the secret of such a program. */
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

static const char usage[] =
	"usage: steal SECRET PID\n"
	"       steal --victim UID PROGRAM [ARG...]\n"
	"       steal --no-caps PROGRAM [ARG...]\n"
	"\n"
	"Prints 'environment' if the environment of the process holds SECRET, and 'descriptor' if "
	"one "
	"of its\n"
	"descriptors is a file that begins with SECRET. --victim becomes the user, in a user "
	"namespace "
	"of\n"
	"his, as nsunshare --owner does, but dumpable; --no-caps drops all capabilities. Both then "
	"close all\n"
	"descriptors and execute the program.\n";

static void steal_environment(const char *secret, int pid)
{
	static char text[1 << 20];
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/environ", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text));
	if (n > 0 && memmem(text, (size_t)n, secret, strlen(secret)))
		puts("environment");
	if (fd >= 0)
		close(fd);
}

static void steal_descriptor(const char *secret, int pid)
{
	size_t len = strlen(secret);
	long pidfd = syscall(SYS_pidfd_open, pid, 0);

	for (int i = 3; pidfd >= 0 && i < 64; i++) {
		long fd = syscall(SYS_pidfd_getfd, pidfd, i, 0);
		char text[256] = "";

		struct stat st;

		if (fd >= 0 && fstat((int)fd, &st) == 0 && S_ISDIR(st.st_mode))
			puts("directory");
		if (fd >= 0 && pread((int)fd, text, sizeof(text) - 1, 0) > 0 &&
		    strncmp(text, secret, len) == 0) {
			puts("descriptor");
			return;
		}
		if (fd >= 0)
			close((int)fd);
	}
}

static int become(unsigned uid)
{
	if (setgroups(0, NULL) < 0 || setresgid(uid, uid, 0) < 0 || setresuid(uid, uid, 0) < 0)
		return -1;
	return prctl(PR_SET_DUMPABLE, 1) < 0 ? -1 : unshare(CLONE_NEWUSER);
}

static int drop_caps(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 };

	for (int cap = 0; cap < 64; cap++)
		if (prctl(PR_CAPBSET_DROP, cap) < 0 && cap == 0)
			return -1;
	return (int)syscall(SYS_capset, &head, none);
}

static int run(char **argv)
{
	for (int fd = 3; fd < 64; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	/* two system calls at which the helper atcall can stop this process and run steal */
	(void)getppid();
	(void)syscall(SYS_getppid);
	execvp(argv[0], argv);
	return 127;
}

int main(int argc, char **argv)
{
	if (argc > 3 && strcmp(argv[1], "--victim") == 0)
		return become((unsigned)atoi(argv[2])) < 0 ? 99 : run(argv + 3);
	if (argc > 2 && strcmp(argv[1], "--no-caps") == 0)
		return drop_caps() < 0 ? 99 : run(argv + 2);
	if (argc != 3) {
		fputs(usage, stderr);
		return 99;
	}
	steal_environment(argv[1], atoi(argv[2]));
	steal_descriptor(argv[1], atoi(argv[2]));
	return 0;
}
