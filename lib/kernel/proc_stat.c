// SPDX-License-Identifier: GPL-2.0-or-later
/* proc_stat: parses proc_pid_stat(5) and verifies /proc. */
#include "kernel/proc_stat.h"

#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/vfs.h>
#include <time.h>

#include "base/file.h"
#include "base/num.h"

/* Flags of the kernel's task_struct. Their values have not changed since Linux 2.6. */
#define PF_EXITING    0x00000004
#define PF_FORKNOEXEC 0x00000040
#define PF_KTHREAD    0x00200000

int proc_stat_parse(const char *text, struct proc_stat *st)
{
	const char *open, *close;
	unsigned flags;

	/* comm may contain blanks, parentheses and newlines, so its end is the last ')' in the
	 * text */
	open = strchr(text, '(');
	close = strrchr(text, ')');
	if (!open || !close || close < open)
		return -EIO;
	st->comm_len = MIN((size_t)(close - open - 1), sizeof(st->comm) - 1);
	memcpy(st->comm, open + 1, st->comm_len);
	st->comm[st->comm_len] = '\0';
	if (sscanf(close + 1,
		   " %c %d %*d %*d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d "
		   "%" SCNu64,
		   &st->state, &st->ppid, &flags, &st->start) != 4)
		return -EIO;
	st->kthread = flags & PF_KTHREAD;
	/* also test PF_EXITING, because a child that has called execve(2) may still have
	 * PF_FORKNOEXEC when vfork(2) returns in its parent */
	st->never_ran = (flags & PF_FORKNOEXEC) && (flags & PF_EXITING);
	return 0;
}

int proc_stat_read(int dirfd, const char *path, struct proc_stat *st)
{
	char text[1024];
	ssize_t n = file_read_at(dirfd, path, text, sizeof(text));

	return n < 0 ? (int)n : proc_stat_parse(text, st);
}

static int no_proc(const char *what, struct nserr *e)
{
	nserr_set(e, ENOENT, "%s", what);
	nserr_hint(e, "mount the proc file system: mount -t proc proc /proc");
	return -ENOENT;
}

int proc_stat_check_fs(int fd, struct nserr *e)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return nserr_set(e, errno, "cannot examine /proc");
	if (fs.f_type != PROC_SUPER_MAGIC)
		return no_proc("cannot find a proc file system on /proc", e);
	return 0;
}

int proc_stat_refuse(struct nserr *e)
{
	nserr_set(e, 0, "/proc belongs to another pid namespace");
	nserr_hint(e, "mount the proc file system of this pid namespace: mount -t proc proc /proc");
	return -EXDEV;
}

int proc_stat_check(struct nserr *e)
{
	char self[16];
	ssize_t n = readlink("/proc/self", self, sizeof(self));
	uint64_t pid;

	if (n < 0 && errno == ENOENT && access("/proc/version", F_OK) < 0)
		return no_proc("cannot use /proc: it is not mounted", e);
	if (n < 0 || num_u64n(self, (size_t)n, 1, NUM_PID_MAX, &pid) < 0 ||
	    pid != (uint64_t)getpid())
		return proc_stat_refuse(e);
	return 0;
}

int proc_stat_open(pid_t pid, struct nserr *e)
{
	char path[32];
	int fd = proc_stat_check(e);

	if (fd < 0)
		return fd;
	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	fd = file_open_at(AT_FDCWD, path, O_PATH | O_DIRECTORY, 0);
	return fd < 0 ? nserr_set(e, fd, "cannot open %s", path) : fd;
}

bool proc_stat_has_ended(int procfd)
{
	struct proc_stat st;
	int rc = proc_stat_read(procfd, "stat", &st);

	return rc == -ENOENT || rc == -ESRCH || (rc == 0 && proc_stat_is_dead(&st));
}

int proc_stat_poll(struct pollfd *p, nfds_t n, int procfd)
{
	int ready;

	do {
		ready = RETRY_EINTR(poll(p, n, procfd < 0 ? -1 : 100));
	} while (ready == 0 && !proc_stat_has_ended(procfd));
	return ready < 0 ? -errno : ready;
}

bool proc_stat_is_moved(int64_t seconds)
{
	cleanup_free char *text = NULL;
	struct timespec real, boot;
	cleanup_fd int fd = -1;
	const char *line;
	int64_t btime, zero;

	if (seconds == 0)
		return true;
	fd = file_open_at(AT_FDCWD, "/proc/stat", O_RDONLY, 0);
	if (fd < 0 || file_slurp(fd, 1 << 22, &text) < 0)
		return true;
	line = strstr(text, "\nbtime ");
	if (!line || sscanf(line, " btime %" SCNd64, &btime) != 1 ||
	    clock_gettime(CLOCK_REALTIME, &real) < 0 || clock_gettime(CLOCK_BOOTTIME, &boot) < 0)
		return true;
	/* btime has whole seconds only, so compare it with both clocks and take the nearer one */
	zero = real.tv_sec - boot.tv_sec - (real.tv_nsec < boot.tv_nsec);
	return llabs(btime - zero) <= llabs(btime - zero - seconds);
}
