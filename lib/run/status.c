// SPDX-License-Identifier: GPL-2.0-or-later
/* status: reports the events of a run, one JSON object per line, each with one write(2). */
#include "run/status.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/json.h"
#include "base/signame.h"
#include "kernel/nsfile.h"
#include "kernel/proc_stat.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_pidfd.h"
#include "ns/type.h"
#include "run/notify.h"

static int write_line(int fd, struct buf *line)
{
	buf_addc(line, '\n');
	return line->err ? line->err : notify_line(fd, line->s, line->len);
}

/*
 * Adds an object for the child's namespace of type t. Opens the namespace through the pidfd of the
 * child (Linux 6.11), or through /proc if that fails, for example because the child is not
 * dumpable. In /proc, uses the directory of the child if `self` is negative. Otherwise `self` is
 * the caller's directory, and the namespace is the one of the caller's children (for the types pid
 * and time) or of the caller.
 */
static void add_namespace(struct json *j, pid_t pid, int pidfd, int self, const struct nstype *t)
{
	char path[64];
	struct stat st;
	uint64_t id;
	cleanup_fd int fd = pidfd < 0 ? -1 : sys_pidfd_ns(pidfd, t->flag);

	if (fd < 0 && self >= 0) {
		fd = nsfile_open_proc(self, t->child_file ? t->child_file : t->file);
	} else if (fd < 0 && proc_stat_check(NULL) == 0) {
		snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, t->file);
		fd = nsfile_open_proc(AT_FDCWD, path);
	}
	json_object(j, NULL);
	json_str(j, "type", t->name);
	if (fd >= 0 && fstat(fd, &st) == 0)
		json_u64(j, "inode", st.st_ino);
	else
		json_null(j, "inode");
	if (fd >= 0 && sys_ns_id(fd, &id) == 0)
		json_u64(j, "id", id);
	else
		json_null(j, "id");
	json_object_end(j);
}

/* Adds the pid of the program, and the pid of its init unless init_pid is 0. */
static void add_pids(struct json *j, pid_t pid, pid_t init_pid)
{
	json_u64(j, "pid", (uint64_t)pid);
	if (init_pid)
		json_u64(j, "init_pid", (uint64_t)init_pid);
}

int status_created(int fd, pid_t pid, pid_t init_pid, int self, struct nserr *e)
{
	cleanup_buf struct buf line = BUF_INIT;
	struct json j = JSON_INIT(&line, false);
	cleanup_fd int pidfd = sys_pidfd_open(pid);
	uint64_t inode;
	int rc;

	json_object(&j, NULL);
	json_str(&j, "event", "created");
	add_pids(&j, pid, init_pid);
	if (pidfd >= 0 && sys_pidfd_inode(pidfd, &inode) == 0)
		json_u64(&j, "pidfd_inode", inode);
	else
		json_null(&j, "pidfd_inode");
	json_array(&j, "namespaces");
	for (size_t i = 0; i < NSTYPE_COUNT; i++)
		add_namespace(&j, pid, pidfd, self, &nstypes[i]);
	json_array_end(&j);
	json_object_end(&j);
	rc = write_line(fd, &line);
	if (rc < 0)
		return nserr_set(e, rc, "cannot write to descriptor %d", fd);
	return 0;
}

/* Writes an event that has no members except the pids. Returns 0 or a negative errno. */
static int write_event(int fd, const char *event, pid_t pid, pid_t init_pid)
{
	cleanup_buf struct buf line = BUF_INIT;
	struct json j = JSON_INIT(&line, false);

	json_object(&j, NULL);
	json_str(&j, "event", event);
	add_pids(&j, pid, init_pid);
	json_object_end(&j);
	return write_line(fd, &line);
}

int status_exec(int fd, pid_t pid, pid_t init_pid)
{
	return write_event(fd, "exec", pid, init_pid);
}

int status_ready(int fd, pid_t pid)
{
	return write_event(fd, "ready", pid, 0);
}

void status_exit(int fd, pid_t pid, pid_t init_pid, int wstatus)
{
	cleanup_buf struct buf line = BUF_INIT;
	struct json j = JSON_INIT(&line, false);
	char name[SIGNAME_SIZE];
	bool killed = WIFSIGNALED(wstatus);

	json_object(&j, NULL);
	json_str(&j, "event", "exit");
	add_pids(&j, pid, init_pid);
	json_u64(&j, "status",
		 killed ? 128u + (unsigned)WTERMSIG(wstatus) : (unsigned)WEXITSTATUS(wstatus));
	if (killed)
		json_str(&j, "signal", signame_format(WTERMSIG(wstatus), name));
	json_object_end(&j);
	(void)!write_line(fd, &line);
}
