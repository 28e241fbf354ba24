/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memory.h: limits the memory of a test, so that sys_vfork() cannot allocate a stack. */
#ifndef NSU_UNIT_MEMORY_H
#define NSU_UNIT_MEMORY_H

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/file.h"

/* Sets RLIMIT_DATA of this process to 4 MiB more than its data uses. Returns true on success. */
static inline bool memory_limit(void)
{
	char text[128], *s = text;
	struct rlimit limit;
	int fields = 5;

	if (file_read_at(AT_FDCWD, "/proc/self/statm", text, sizeof(text)) < 0 ||
	    getrlimit(RLIMIT_DATA, &limit) < 0)
		return false;
	/* the sixth number is the size of the data in pages (proc_pid_statm(5)) */
	while (fields-- > 0)
		s = strchr(s, ' ') + 1;
	limit.rlim_cur = strtoul(s, NULL, 10) * (rlim_t)sysconf(_SC_PAGESIZE) + (4 << 20);
	return setrlimit(RLIMIT_DATA, &limit) == 0;
}

#endif
