/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tool.h: runs a function of a tool that may end the process, and reads what it prints. */
#ifndef NSU_UNIT_TOOL_H
#define NSU_UNIT_TOOL_H

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit.h"

/* A function of LeakSanitizer, or NULL in a build without it: ignores what this process allocates
 * from now on. */
extern void __lsan_disable(void) __attribute__((weak));

/* The arguments of a command line, which NULL ends. */
#define LINE(...) \
	(const char *const[]) \
	{ \
		__VA_ARGS__, NULL \
	}

/* The exit status of the last call of tool_output(): 0 if the function has returned. */
static int tool_status;

/*
 * Calls f() in a child, which must leave no descriptor open. Returns the text that f() has written
 * to standard output and standard error. The next call overwrites it.
 */
static inline const char *tool_output(void (*f)(void))
{
	static char text[65536];
	int fd = memfd_create("tool-output", MFD_CLOEXEC), fds;
	ssize_t n;
	pid_t pid;

	CHECK(fd >= 0);
	pid = unit_fork();
	if (pid == 0) {
		/* a tool that ends does not free its memory */
		if (__lsan_disable)
			__lsan_disable();
		if (dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
			_exit(99);
		fds = unit_open_fds();
		f();
		unit_check_fds("the function of the tool", fds);
		unit_end_child();
	}
	tool_status = unit_exit_status(pid);
	n = pread(fd, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	close(fd);
	return text;
}

#endif
