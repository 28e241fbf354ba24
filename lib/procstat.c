// SPDX-License-Identifier: GPL-2.0-or-later
/* procstat: reading proc_pid_stat(5). */
#include "procstat.h"

#include <stdio.h>

#include "file.h"

/* Flags of the kernel's task_struct, as they have been since 2.6. */
#define PF_FORKNOEXEC 0x00000040
#define PF_KTHREAD    0x00200000

int procstat_read(int dirfd, const char *path, struct procstat *st)
{
	char text[1024], *open, *close;
	unsigned flags;
	ssize_t n = file_read_at(dirfd, path, text, sizeof(text));

	if (n < 0)
		return (int)n;
	/* comm may hold blanks, parentheses and newlines: it ends at the last ')' */
	open = strchr(text, '(');
	close = strrchr(text, ')');
	if (!open || !close || close < open)
		return -EIO;
	st->comm_len = MIN((size_t)(close - open - 1), sizeof(st->comm) - 1);
	memcpy(st->comm, open + 1, st->comm_len);
	st->comm[st->comm_len] = '\0';
	if (sscanf(close + 1,
		   " %c %d %*d %*d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %lu",
		   &st->state, &st->ppid, &flags, &st->start) != 4)
		return -EIO;
	st->kthread = flags & PF_KTHREAD;
	st->fresh = flags & PF_FORKNOEXEC;
	return 0;
}
