// SPDX-License-Identifier: GPL-2.0-or-later
/* ref_open: opens the processes and namespaces that references name. */
#include <limits.h>
#include <stdio.h>

#include "base/file.h"
#include "base/num.h"
#include "kernel/nsfile.h"
#include "kernel/proc_access.h"
#include "kernel/proc_stat.h"
#include "kernel/proc_status.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_pidfd.h"
#include "kernel/sys_stat.h"
#include "ns/name.h"
#include "ns/ref.h"
#include "ns/ref_find.h"
#include "ns/socket.h"

/* ---- Processes ---- */

void nsref_process_close(struct nsref_process *p)
{
	util_close(&p->pidfd);
	util_close(&p->procfd);
	*p = NSREF_PROCESS_INIT;
}

static int is_thread(pid_t pid, const char *tgid, struct nserr *e)
{
	int rc = nserr_set(e, 0, "%d is a thread of process %.*s, not a process", (int)pid,
			   tgid ? (int)strcspn(tgid, "\n") : 1, tgid ? tgid : "?");

	nserr_hint(e, "use tid:%d to name the thread", (int)pid);
	return rc;
}

/* Returns true if tgid shows that the id is a process and not a thread. tgid is the value of the
 * line Tgid: in /proc/PID/status, or NULL. */
static bool leads(pid_t pid, const char *tgid)
{
	uint32_t n;

	return proc_status_number(tgid, 0, &n) == 0 && n == (uint32_t)pid;
}

/* Sets e to the message about an id that pidfd_open(2) refuses: the process has ended, or the id is
 * that of a thread. Returns a negative errno. */
static int no_process(pid_t pid, int err, struct nserr *e)
{
	char path[40], status[4096];
	const char *tgid;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if (file_read_at(AT_FDCWD, path, status, sizeof(status)) < 0)
		return nserr_set(e, err == -EACCES ? err : ESRCH, "process %d", (int)pid);
	tgid = proc_status_value(status, "Tgid");
	/* the process is a zombie: it has ended, and its parent has not waited for it */
	return leads(pid, tgid) ? nserr_set(e, ESRCH, "process %d", (int)pid)
				: is_thread(pid, tgid, e);
}

/* Without a pidfd, checks that the id is not that of a thread: /proc also has a directory for each
 * thread, which it does not list (proc(5)). Returns 0, or a negative errno with e set. */
static int check_leader(const struct nsref_process *p, struct nserr *e)
{
	char status[4096];
	const char *tgid;

	if (file_read_at(p->procfd, "status", status, sizeof(status)) < 0)
		return nserr_set(e, ESRCH, "process %d", (int)p->pid);
	tgid = proc_status_value(status, "Tgid");
	return leads(p->pid, tgid) ? 0 : is_thread(p->pid, tgid, e);
}

/* Checks that the pidfd has the inode of PID:INODE. The inode of a pidfd is unique until the next
 * boot (Linux 6.9). Returns 0, or a negative errno with e set. */
static int check_pidfd_inode(const struct nsref *r, int pidfd, struct nserr *e)
{
	uint64_t inode;

	if (pidfd < 0 || sys_pidfd_inode(pidfd, &inode) < 0)
		return nserr_set(e, EOPNOTSUPP,
				 "'%s': pidfd inodes are not supported by this kernel", r->text);
	if (inode != r->num)
		return nserr_set(e, ESRCH, "process %d does not have pidfd inode %llu", (int)r->pid,
				 (unsigned long long)r->num);
	return 0;
}

static int open_pidfd(const struct nsref *r, pid_t pid, struct nserr *e)
{
	int fd = r->kind == NSREF_TID ? sys_pidfd_open_thread(pid) : sys_pidfd_open(pid);

	if (fd >= 0)
		return fd;
	/* fall back to /proc if pidfd_open(2) is missing (before Linux 5.3), is denied by a seccomp
	 * filter, or does not support threads (before Linux 6.9) */
	if (fd == -ENOSYS || fd == -EPERM || (fd == -EINVAL && r->kind == NSREF_TID))
		return -ENOSYS;
	if (fd == -ESRCH || fd == -ENOENT || fd == -EINVAL)
		return r->kind == NSREF_TID ? nserr_set(e, ESRCH, "thread %d", (int)pid)
					    : no_process(pid, fd, e);
	return nserr_set(e, fd, "cannot open process %d", (int)pid);
}

/* Sets e to the message about a process that /proc does not show: the process has ended, or hidepid
 * hides it. proc(5): with hidepid=4 the directory of the process is missing, with hidepid=2 only
 * the files in the directory. Returns a negative errno. */
static int not_shown(const struct nsref_process *p, struct nserr *e)
{
	if (p->pidfd < 0 || sys_pidfd_send_signal(p->pidfd, 0) == -ESRCH ||
	    !proc_access_is_hidden())
		return nserr_set(e, ESRCH, "process %d", (int)p->pid);
	nserr_set(e, EACCES, "cannot open /proc/%d", (int)p->pid);
	nserr_hint(
		e,
		"run the command as root, because /proc is mounted with hidepid, which hides the "
		"processes of other users");
	return -EACCES;
}

/* Sets e to the message about the name of a run whose process has ended. The file of a name
 * remains, for example, if nsunshare was killed. Returns -ENOENT. */
static int no_run(const struct nsref *r, struct nserr *e)
{
	return nserr_set(e, ENOENT, "cannot find the process 'name:%s'", r->name);
}

int nsref_open_process(const struct nsref *r, struct nsref_process *out, struct nserr *e)
{
	struct nsref_process p cleanup_nsref_process = NSREF_PROCESS_INIT;
	pid_t pid = r->kind == NSREF_SELF ? getpid() : r->pid;
	struct nsname run;
	char path[32];
	int rc;

	if (!nsref_is_process(r))
		return nserr_set(e, 0, "'%s' names a namespace, not a process", r->text);
	rc = proc_stat_check(e);
	if (rc == 0 && r->kind == NSREF_NAME) {
		rc = nsname_read(r->name, &run, e);
		pid = run.pid;
	}
	if (rc < 0)
		return rc;
	p.pid = pid;
	p.pidfd = open_pidfd(r, pid, e);
	if (p.pidfd < 0 && p.pidfd != -ENOSYS)
		return r->kind == NSREF_NAME ? no_run(r, e) : p.pidfd;
	if (r->kind == NSREF_PID_INODE) {
		rc = check_pidfd_inode(r, p.pidfd, e);
		if (rc < 0)
			return rc;
	}
	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	p.procfd = file_open_at(AT_FDCWD, path, O_PATH | O_DIRECTORY, 0);
	/* without a pidfd, only /proc shows that the process of the name has ended */
	if (p.procfd == -ENOENT && p.pidfd < 0 && r->kind == NSREF_NAME)
		return no_run(r, e);
	if (p.procfd < 0)
		return p.procfd == -ENOENT ? not_shown(&p, e)
					   : nserr_set(e, p.procfd, "process %d", (int)pid);
	rc = proc_stat_check_fs(p.procfd, e);
	if (rc < 0)
		return rc;
	/* the process of the pidfd still exists, so procfd, which was opened by the same pid,
	 * refers to it */
	if (p.pidfd >= 0 && sys_pidfd_send_signal(p.pidfd, 0) == -ESRCH)
		return nserr_set(e, ESRCH, "process %d", (int)pid);
	if (r->kind == NSREF_NAME && !nsname_is_process(&run, p.pidfd, p.procfd))
		return no_run(r, e);
	if (p.pidfd < 0 && r->kind != NSREF_TID) {
		rc = check_leader(&p, e);
		if (rc < 0)
			return rc;
	}
	*out = p;
	p = NSREF_PROCESS_INIT;
	return 0;
}

int nsref_check_living(const struct nsref_process *p, struct nserr *e)
{
	struct proc_stat st;
	char text[16];
	int rc;

	/* only zombies and kernel threads have no exe link */
	if (readlinkat(p->procfd, "exe", text, sizeof(text)) >= 0 ||
	    (errno != ENOENT && errno != ESRCH))
		return 0;
	rc = proc_stat_read(p->procfd, "stat", &st);
	if (rc == -EIO)
		return nserr_set(e, rc, "cannot read /proc/%d/stat", (int)p->pid);
	if (rc < 0)
		return not_shown(p, e);
	if (proc_stat_is_dead(&st)) {
		nserr_set(e, 0, "process %d has ended (zombie)", (int)p->pid);
		return -ESRCH;
	}
	if (st.kthread)
		return nserr_set(e, 0, "process %d is a kernel thread without namespaces",
				 (int)p->pid);
	return 0;
}

/* ---- Namespaces ---- */

/* Checks that ns is a namespace of the given type. Returns ns, or closes it and returns a negative
 * errno with e set. `what` is the name of the namespace in messages. */
static int check_type(int ns, const struct nstype *type, const char *what, struct nserr *e)
{
	cleanup_fd int fd = ns;
	const struct nstype *is;
	int64_t flag = sys_ns_type(fd);

	if (flag < 0)
		return nserr_set(e, 0, "'%s' is not a namespace file", what);
	is = nstype_by_flag((uint64_t)flag);
	if (type && is != type)
		return nserr_set(e, 0, "'%s' is a %s namespace, not a %s namespace", what,
				 is ? is->name : "unknown", type->name);
	return TAKE_FD(fd);
}

static int not_a_namespace(const char *path, struct nserr *e)
{
	int rc = nserr_set(e, 0, "'%s' is not a namespace file", path);

	if (str_after(path, "/run/netns/"))
		nserr_hint(e, "create the namespace again: no namespace is mounted on this file");
	return rc;
}

/* Opens a namespace file. `what` is the name of the file in messages. Returns a descriptor, or a
 * negative errno with e set. */
static int open_file(int dirfd, const char *path, const char *what, struct nserr *e)
{
	struct nsfile_proc proc cleanup_nsfile_proc;
	int fd = nsfile_proc_open(&proc, e);

	if (fd < 0) {
		nserr_prefix(e, "cannot open '%s'", what);
		return fd;
	}
	fd = nsfile_open(&proc, dirfd, path);
	if (fd == -ENOTTY)
		return not_a_namespace(what, e);
	return fd < 0 ? nserr_set(e, fd, "cannot open '%s'", what) : fd;
}

int nsref_open_path(const char *path, const struct nstype *type, struct nserr *e)
{
	int fd = open_file(AT_FDCWD, path, path, e);

	return fd < 0 ? fd : check_type(fd, type, path, e);
}

int nsref_open_proc_ns(const struct nsref_process *p, const struct nstype *type, struct nserr *e)
{
	int fd = nsfile_open_proc(p->procfd, type->file), rc;

	if (fd >= 0)
		return fd;
	rc = nsref_check_living(p, e);
	if (rc < 0)
		return rc == -EACCES ? rc : -ESRCH;
	if (fd == -ENOENT) {
		char own[24];

		snprintf(own, sizeof(own), "/proc/self/%s", type->file);
		if (access(own, F_OK) < 0)
			return nserr_set(e, EOPNOTSUPP,
					 "%s namespaces are not supported by this kernel",
					 type->name);
		fd = -ESRCH;
	}
	nserr_set(e, fd, "cannot open /proc/%d/%s", (int)p->pid, type->file);
	proc_access_explain(p->procfd, p->pid, e);
	return fd;
}

static int open_own_fd(const struct nsref *r, struct nserr *e)
{
	int fd;

	if (fcntl(r->fd, F_GETFD) < 0)
		return nserr_set(e, EBADF, "cannot use descriptor %s", r->text);
	if (sys_ns_is_nsfs(r->fd) != 1)
		return not_a_namespace(r->text, e);
	fd = fcntl(r->fd, F_DUPFD_CLOEXEC, 3);
	return fd < 0 ? nserr_set(e, errno, "cannot duplicate %s", r->text) : fd;
}

int nsref_open_socket(const struct nsref_process *p, int fd, struct nserr *e)
{
	struct statx st;
	char path[24];
	int ns;

	snprintf(path, sizeof(path), "fd/%d", fd);
	/* ignore a failure of statx(2), because pidfd_getfd(2) reports the reason */
	if (statx(p->procfd, path, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, 0, &st) == 0 &&
	    !S_ISSOCK(st.stx_mode))
		ns = -ENOTSOCK;
	else
		ns = p->pidfd < 0 ? -ENOSYS : nssocket_open(p->pidfd, fd);
	if (ns == -ENOTSOCK)
		return nserr_set(e, ns, "cannot use descriptor %d of process %d", fd, (int)p->pid);
	return ns < 0 ? nserr_set(e, ns,
				  "cannot get the network namespace of descriptor %d of process %d",
				  fd, (int)p->pid)
		      : ns;
}

/* Opens a namespace by a reference that contains a pid. Returns a descriptor, or a negative errno
 * with e set. */
static int open_through_process(const struct nsref *r, const struct nstype *type, struct nserr *e)
{
	struct nsref_process p cleanup_nsref_process = NSREF_PROCESS_INIT;
	struct nsref of = *r;
	char path[24], what[64];
	int rc;

	if (!nsref_is_process(r))
		of.kind = r->pid ? NSREF_PID : NSREF_SELF;
	rc = nsref_open_process(&of, &p, e);
	if (rc < 0)
		return rc;
	if (r->kind == NSREF_SOCKET)
		return nsref_open_socket(&p, r->fd, e);
	if (r->kind != NSREF_PID_FD)
		return nsref_open_proc_ns(&p, type, e);
	snprintf(path, sizeof(path), "fd/%d", r->fd);
	snprintf(what, sizeof(what), "/proc/%d/fd/%d", (int)p.pid, r->fd);
	return open_file(p.procfd, path, what, e);
}

static int open_searched(const struct nsref *r, struct nserr *e)
{
	struct nserr why = NSERR_INIT;
	int fd = r->kind == NSREF_ID ? nsref_find_id(r->num, &why)
				     : nsref_find_inode(r->type, r->num, &why);

	if (why.what[0]) {
		nserr_prefix(&why, "cannot search for '%s'", r->text);
		if (e)
			*e = why;
		return fd;
	}
	if (fd == -ENOENT && r->kind == NSREF_ID)
		return nserr_set(e, fd, "cannot find namespace id %llu",
				 (unsigned long long)r->num);
	if (fd == -ENOENT)
		return nserr_set(e, fd, "cannot find %s namespace %llu",
				 r->type ? r->type->name : "any", (unsigned long long)r->num);
	if (fd == -EOPNOTSUPP)
		return nserr_set(e, fd, "'%s': namespace ids are not supported by this kernel",
				 r->text);
	return fd < 0 ? nserr_set(e, fd, "cannot open '%s'", r->text) : fd;
}

static int open_base(const struct nsref *r, const struct nstype *type, struct nserr *e)
{
	char path[sizeof("/run/netns/") + NAME_MAX];
	int fd;

	switch (r->kind) {
	case NSREF_INODE:
	case NSREF_ID:
		return open_searched(r, e);
	case NSREF_NETNS:
		snprintf(path, sizeof(path), "/run/netns/%s", r->name);
		fd = open_file(AT_FDCWD, path, path, e);
		return fd == -ENOENT
			       ? nserr_set(e, fd, "cannot find the network namespace '%s'", r->name)
			       : fd;
	case NSREF_PATH:
		return open_file(AT_FDCWD, r->name, r->name, e);
	case NSREF_FD:
		return open_own_fd(r, e);
	case NSREF_TYPE_PID:
		return open_through_process(r, r->type, e);
	case NSREF_PID:
	case NSREF_PID_INODE:
	case NSREF_TID:
	case NSREF_NAME:
	case NSREF_SELF:
		if (!type)
			return nserr_set(e, 0, "'%s' names a process, not a namespace", r->text);
		return open_through_process(r, type, e);
	case NSREF_PID_FD:
	case NSREF_SOCKET:
		break;
	}
	return open_through_process(r, type, e);
}

/* Opens the parent or owner of ns and closes ns. Returns a descriptor, or a negative errno with e
 * set. */
static int climb(int ns, enum nsref_up up, const struct nsref *r, struct nserr *e)
{
	cleanup_fd int fd = ns;
	int above = up == NSREF_OWNER ? sys_ns_owner(fd) : sys_ns_parent(fd);

	if (above >= 0)
		return above;
	nserr_set(e, above == -EINVAL ? 0 : above, "'%s' has no %s%s", r->text,
		  up == NSREF_OWNER ? "owner" : "parent",
		  above == -EPERM ? " that this process can see" : "");
	/* ioctl_ns(2) fails with EPERM if the parent or owner is outside the caller's hierarchy,
	 * for example above the caller's own namespace */
	return above;
}

int nsref_open_ns(const struct nsref *r, const struct nstype *type, struct nserr *e)
{
	int fd = open_base(r, type, e);

	if (fd >= 0 && r->type)
		fd = check_type(fd, r->type, r->text, e);
	for (unsigned i = 0; fd >= 0 && i < r->n_ups; i++)
		fd = climb(fd, r->ups[i], r, e);
	return fd < 0 ? fd : check_type(fd, type, r->text, e);
}
