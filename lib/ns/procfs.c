// SPDX-License-Identifier: GPL-2.0-or-later
/* procfs: builds paths below /proc and reads the files of a process. */
#include "ns/procfs.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/num.h"

/* ---- Paths ---- */

/* Writes the number v and "/" to s. Returns the length. */
static size_t put_number(char *s, pid_t v)
{
	char digits[12];
	size_t n = 0, len = 0;

	do
		digits[n++] = (char)('0' + v % 10);
	while (v /= 10);
	while (n > 0)
		s[len++] = digits[--n];
	s[len++] = '/';
	s[len] = '\0';
	return len;
}

void procfs_path_set(struct procfs_path *p, pid_t pid)
{
	p->len = put_number(p->s, pid);
}

void procfs_path_set_task(struct procfs_path *p, pid_t pid, pid_t tid)
{
	p->len = put_number(p->s, pid);
	memcpy(p->s + p->len, "task/", 5);
	p->len += 5;
	p->len += put_number(p->s + p->len, tid);
}

void procfs_path_set_fd(struct procfs_path *p, pid_t pid, int fd)
{
	p->len = put_number(p->s, pid);
	memcpy(p->s + p->len, "fd/", 3);
	p->len += 3;
	p->len += put_number(p->s + p->len, fd) - 1;
	p->s[p->len] = '\0';
}

const char *procfs_path_at(struct procfs_path *p, const char *name)
{
	strcpy(p->s + p->len, name);
	return p->s;
}

/* ---- The proc file system ---- */

int procfs_open(const char *root, struct nserr *e)
{
	cleanup_fd int fd = file_open_at(AT_FDCWD, root, O_RDONLY | O_DIRECTORY, 0);
	char self[16];
	ssize_t n;
	pid_t pid;
	int rc;

	if (fd < 0)
		return nserr_set(e, fd, "cannot open %s", root);
	if (!streq(root, "/proc"))
		return TAKE_FD(fd);
	rc = proc_stat_check_fs(fd, e);
	if (rc < 0)
		return rc;
	n = readlinkat(fd, "self", self, sizeof(self) - 1);
	self[n > 0 ? n : 0] = '\0';
	if (num_pid(self, &pid) == 0 && pid == getpid())
		return TAKE_FD(fd);
	return proc_stat_refuse(e);
}

/* ---- Files of one process ---- */

int procfs_link(int dirfd, const char *path, const struct nstype *type, uint32_t *inode)
{
	const struct nstype *is;
	char link[48];
	uint64_t v;
	ssize_t n = readlinkat(dirfd, path, link, sizeof(link));

	if (n < 0)
		return -errno;
	/* compare the type, too, because the link pid_for_children also has the text
	 * "pid:[inode]" */
	if (nstype_parse_link(link, (size_t)n, &is, &v) < 0 || is != type || v > UINT32_MAX)
		return -EIO;
	*inode = (uint32_t)v;
	return 0;
}

int procfs_read_stat(int proc, pid_t pid, struct proc_stat *st)
{
	struct procfs_path path;

	procfs_path_set(&path, pid);
	return proc_stat_read(proc, procfs_path_at(&path, "stat"), st);
}

int procfs_read_uid(int proc, pid_t pid, uid_t *uid)
{
	struct procfs_path path;
	struct stat st;

	procfs_path_set(&path, pid);
	path.s[path.len - 1] = '\0';
	if (fstatat(proc, path.s, &st, 0) < 0)
		return -errno;
	*uid = st.st_uid;
	return 0;
}

int procfs_open_loadavg(int proc)
{
	return file_open_at(proc, "loadavg", O_RDONLY, 0);
}

/* The text of /proc/loadavg is, for example, "0.12 0.34 0.56 1/234 5678". The number after the
 * slash is the number of all threads. */
int procfs_count_threads(int loadavg, uint64_t *n)
{
	char text[128];
	ssize_t len = pread(loadavg, text, sizeof(text) - 1, 0);
	const char *slash;

	if (len < 0)
		return -errno;
	text[len] = '\0';
	slash = strchr(text, '/');
	return slash ? num_u64n(slash + 1, strcspn(slash + 1, " "), 1, UINT32_MAX, n) : -EBADMSG;
}

int procfs_read_cmdline(int proc, pid_t pid, struct buf *out)
{
	struct procfs_path path;
	cleanup_free char *text = malloc(PROCFS_CMDLINE_MAX + 1);
	cleanup_fd int fd = -1;
	size_t len = 0;
	ssize_t n;

	if (!text)
		return -ENOMEM;
	procfs_path_set(&path, pid);
	fd = file_open_at(proc, procfs_path_at(&path, "cmdline"), O_RDONLY, 0);
	if (fd < 0)
		return fd;
	/* one read(2) is enough, because it returns the whole command line */
	n = RETRY_EINTR(read(fd, text, PROCFS_CMDLINE_MAX));
	if (n < 0)
		return -errno;
	len = (size_t)n;
	while (len > 0 && (text[len - 1] == '\0' || text[len - 1] == ' '))
		len--;
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\0')
			text[i] = ' ';
	buf_add(out, text, len);
	return out->err;
}
