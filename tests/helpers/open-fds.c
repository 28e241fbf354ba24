// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * open-fds.c: a library for LD_PRELOAD. When the program exits or calls execv(3), the library
 * writes a line to standard error for each descriptor that the program has opened and not closed.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 256 };

static bool inherited[MOST];
static pid_t program;

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

__attribute__((constructor)) static void begin(void)
{
	program = getpid();
	for (int fd = 0; fd < MOST; fd++)
		inherited[fd] = is_open(fd);
}

/* Prints the file of a descriptor without its inode and process number, which differ from run to
 * run. */
static void print_open(const char *when)
{
	char path[64], name[256];

	for (int fd = 0; fd < MOST; fd++) {
		ssize_t n;

		if (inherited[fd] || !is_open(fd))
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		n = readlink(path, name, sizeof(name) - 1);
		name[n < 0 ? 0 : n] = '\0';
		name[strcspn(name, "0123456789")] = '\0';
		dprintf(STDERR_FILENO, "open%s: %s\n", when, name);
	}
}

__attribute__((destructor)) static void end(void)
{
	if (getpid() == program)
		print_open("");
}

/* Replaces execv(3) of the C library: prints the open descriptors, then calls execve(2) with the
 * same arguments. */
int execv(const char *path, char *const argv[])
{
	if (access(path, X_OK) == 0)
		print_open(" at execve");
	return execve(path, argv, environ);
}
