// SPDX-License-Identifier: GPL-2.0-or-later
/* newuidmap: checks the requirements of newuidmap(1) and newgidmap(1), runs them, and verifies the
 * maps that they have written. */
#include "idmap/newuidmap.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include "base/account.h"
#include "base/file.h"
#include "base/num.h"
#include "idmap/procfile.h"
#include "idmap/subid.h"
#include "kernel/proc_stat.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_pidfd.h"
#include "kernel/sysctl.h"

static const char *const helpers[IDMAP_KINDS] = { "newuidmap", "newgidmap" };

/* Finds the executable `name` in the absolute directories of PATH, or in the standard directories
 * if PATH is unset. Copies its path to the `size` bytes at `path`. Returns false if there is no
 * such executable. */
static bool find_program(const char *name, char *path, size_t size)
{
	const char *dirs = getenv("PATH");

	if (!dirs)
		dirs = "/usr/local/bin:/usr/bin:/bin";
	while (*dirs) {
		size_t n = strcspn(dirs, ":");
		struct stat st;

		/* an empty element means the current directory; do not run a set-user-ID program
		 * from there */
		if (n > 0 && *dirs == '/' &&
		    (size_t)snprintf(path, size, "%.*s/%s", (int)n, dirs, name) < size &&
		    stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0)
			return true;
		dirs += n + (dirs[n] == ':');
	}
	return false;
}

/* Returns the reason why the program does not gain privileges when it is executed, or NULL if it
 * gains them. */
static const char *lacks_privilege(const char *path)
{
	struct statvfs fs;
	struct stat st;

	/* the kernel ignores set-user-ID if the owner is not mapped (execve(2)); stat(2) shows the
	 * overflow id as the owner in this case */
	if (stat(path, &st) == 0 && (st.st_mode & S_ISUID) && st.st_uid != 0 &&
	    sys_ns_in_userns() > 0 && sysctl_get("kernel/overflowuid") == (int64_t)st.st_uid)
		return "belongs to root of another user namespace, who is not mapped in this one";
	if (stat(path, &st) < 0 || (!((st.st_mode & S_ISUID) && st.st_uid == 0) &&
				    getxattr(path, "security.capability", NULL, 0) <= 0))
		return "is neither setuid root nor has file capabilities";
	return statvfs(path, &fs) == 0 && (fs.f_flag & ST_NOSUID) ? "is on a nosuid mount" : NULL;
}

const char *newuidmap_lacking_cap(const struct idmaps *m)
{
	uint32_t inside;

	if (!sys_cap_has(CAP_SETUID))
		return "CAP_SETUID";
	if (!sys_cap_has(CAP_SETGID))
		return "CAP_SETGID";
	return !sys_cap_has(CAP_SETFCAP) && idmap_to_inside(&m->map[IDMAP_UID], 0, &inside) == 0
		       ? "CAP_SETFCAP"
		       : NULL;
}

/* Sets e to the message that the map needs newuidmap(1) or newgidmap(1), which cannot work here.
 * Returns -EPERM. */
static int only_own_id(struct nserr *e)
{
	return nserr_set(e, EPERM, "cannot map more than your own id");
}

int newuidmap_check(const struct idmaps *m, struct nserr *e)
{
	const struct passwd *pw;
	char path[4096];
	int rc;

	for (int k = 0; k < IDMAP_KINDS; k++) {
		const char *lack;

		if (m->map[k].n == 0)
			continue;
		if (!find_program(helpers[k], path, sizeof(path))) {
			rc = only_own_id(e);
			nserr_hint(e, "install %s (package uidmap)", helpers[k]);
			return rc;
		}
		lack = lacks_privilege(path);
		if (lack) {
			rc = only_own_id(e);
			nserr_hint(e, "%s %s", path, lack);
			return rc;
		}
	}
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) {
		rc = only_own_id(e);
		nserr_hint(e, "run the command without no_new_privs, which prevents newuidmap from "
			      "gaining privileges");
		return rc;
	}
	rc = account_passwd(NULL, getuid(), &pw);
	if (rc < 0)
		return nserr_set(e, rc, "cannot look up user %u", getuid());
	if (!pw) {
		rc = only_own_id(e);
		nserr_hint(e, "add a passwd entry for uid %u, which newuidmap needs", getuid());
		return rc;
	}
	return 0;
}

/* Returns the arguments of newuidmap: the program, the process, and three arguments for each
 * extent. The caller frees them as one block of memory. Returns NULL if memory allocation fails. */
static char **make_argv(const char *program, const char *target, const struct idmap *m)
{
	size_t args = 2 + 3 * m->n, room = (args + 1) * sizeof(char *);
	char **argv = malloc(room + m->n * 3 * 11), *s = (char *)argv + room;
	size_t n = 0;

	if (!argv)
		return NULL;
	argv[n++] = (char *)program;
	argv[n++] = (char *)target;
	for (size_t i = 0; i < m->n; i++) {
		const uint32_t v[] = { m->ext[i].inside, m->ext[i].outside, m->ext[i].count };

		for (size_t k = 0; k < ARRAY_SIZE(v); k++) {
			argv[n++] = s;
			s += sprintf(s, "%u", v[k]) + 1;
		}
	}
	argv[n] = NULL;
	return argv;
}

enum { OUTPUT, PROGRAM_ENDED, STOP, TARGET_ENDED, POLLED };

/* Reads the output of a program into `said` until the program has ended. Discards output that does
 * not fit, because the program would block on a full pipe. Returns 0, -EINTR if the caller must
 * stop waiting, or another negative errno. */
static int collect(struct pollfd p[POLLED], int procfd, char *said, size_t size)
{
	char rest[512];
	size_t len = 0;

	for (;;) {
		bool full = len + 1 >= size;
		ssize_t n;
		int ready = proc_stat_poll(p, POLLED, p[TARGET_ENDED].fd < 0 ? procfd : -1);

		if (ready < 0)
			return ready;
		if (ready == 0 || p[STOP].revents || p[TARGET_ENDED].revents)
			return -EINTR;
		if (!p[OUTPUT].revents)
			return 0;
		n = RETRY_EINTR(read(p[OUTPUT].fd, full ? rest : said + len,
				     full ? sizeof(rest) : size - 1 - len));
		if (n > 0 && !full)
			len += (size_t)n;
		said[len] = '\0';
		if (n > 0)
			continue;
		/* without pidfds (before Linux 5.3), the end of the output means that the program
		 * has ended */
		if (p[PROGRAM_ENDED].fd < 0)
			return 0;
		p[OUTPUT].fd = -1;
	}
}

/* The process whose map a program writes, and the events that end the wait for the program. */
struct target {
	/* descriptor that becomes readable when the caller must stop waiting, or -1 */
	int stop;
	int pidfd;       /* pidfd of the target, or -1 without pidfds */
	int procfd;      /* descriptor of the target's /proc directory */
	bool inherit_fd; /* the program inherits procfd and gets it as the argument fd:N */
};

/* Runs a program and stores its output in `said`. Returns its wait status, or a negative errno. */
static int run_program(char *const argv[], const struct target *t, char *said, size_t size)
{
	cleanup_fd int pidfd = -1;
	int pipefd[2], status, rc = 0;
	pid_t pid;

	if (pipe2(pipefd, O_CLOEXEC) < 0)
		return -errno;
	/* move the pipe above descriptor 2, because a standard stream may be closed, and dup2(2)
	 * would then overwrite the pipe */
	pipefd[0] = file_above_std(pipefd[0]);
	pipefd[1] = file_above_std(pipefd[1]);
	pid = sys_clone(0, &pidfd);
	if (pid == 0) {
		if (dup2(pipefd[1], 2) >= 0 && dup2(pipefd[1], 1) >= 0 &&
		    (!t->inherit_fd || fcntl(t->procfd, F_SETFD, 0) == 0))
			execv(argv[0], argv);
		_exit(127);
	}
	close(pipefd[1]);
	if (pid > 0)
		rc = collect((struct pollfd[POLLED]){ { .fd = pipefd[0], .events = POLLIN },
						      { .fd = pidfd, .events = POLLIN },
						      { .fd = t->stop, .events = POLLIN },
						      { .fd = t->pidfd, .events = POLLIN } },
			     t->procfd, said, size);
	close(pipefd[0]);
	if (pid < 0)
		return pid;
	said[strcspn(said, "\n")] = '\0';
	if (rc < 0)
		kill(pid, SIGKILL);
	if (RETRY_EINTR(waitpid(pid, &status, 0)) < 0)
		return -errno;
	return rc < 0 ? rc : status;
}

/* Calls run_program() with the default action for SIGCHLD. If SIGCHLD was ignored when the tool was
 * started, waitpid(2) would not return the status. */
static int run(char *const argv[], const struct target *t, char *said, size_t size)
{
	struct sigaction old, usual = { .sa_handler = SIG_DFL };
	int status;

	sigaction(SIGCHLD, &usual, &old);
	status = run_program(argv, t, said, size);
	sigaction(SIGCHLD, &old, NULL);
	return status;
}

/*
 * Returns true if pid is the pid of this process, its parent or its child. newuidmap then gets the
 * pid as its argument. The pid of this process or of a child cannot be reused while run() waits for
 * newuidmap, because a child that ends then stays a zombie. The pid of the parent can be reused if
 * the parent ends and is reaped. This is unlikely, because run_program() kills newuidmap when the
 * parent ends, and newuidmap refuses the processes of other users. For all other processes,
 * newuidmap first gets a descriptor as its argument (fd:N), which version 4.14 and later accept.
 */
static bool is_relative(int procfd, pid_t pid)
{
	struct proc_stat st;

	return pid == getppid() || pid == getpid() ||
	       (proc_stat_read(procfd, "stat", &st) == 0 && st.ppid == getpid());
}

/* Writes to buf the first outside range of m that the caller's subordinate ids do not contain.
 * Writes an empty string if there is no such range. newuidmap(1) checks each extent separately, and
 * accepts the caller's own id only as an extent of one id. */
static void find_foreign(const struct idmap *m, enum idmap_kind k, char *buf, size_t size)
{
	cleanup_subids struct subids s = SUBIDS_INIT;
	uint32_t own = k == IDMAP_UID ? getuid() : getgid();
	struct subid_user u;

	buf[0] = '\0';
	if (subid_user(NULL, &u, NULL) < 0 || subid_ranges(&u, k, &s, NULL) < 0)
		return;
	for (size_t i = 0; i < m->n; i++) {
		const struct idmap_extent *x = &m->ext[i];
		bool found = x->count == 1 && x->outside == own;

		for (size_t j = 0; j < s.n && !found; j++)
			found = x->outside >= s.r[j].start &&
				x->outside - s.r[j].start < s.r[j].count &&
				x->count <= s.r[j].count - (x->outside - s.r[j].start);
		if (found)
			continue;
		snprintf(buf, size, ", which do not contain %u-%u", x->outside,
			 x->outside + (x->count - 1));
		return;
	}
}

/* Sets the hint for newuidmap(1) or newgidmap(1) whose write(2) has failed with EPERM. */
static void explain_write(int procfd, enum idmap_kind k, struct nserr *e)
{
	cleanup_idmap struct idmap now = IDMAP_INIT;

	if (idmap_read(procfd, k, &now, NULL) == 0 && now.n > 0)
		nserr_hint(e, "create a new user namespace, because the map of this one has been "
			      "written already, and a map can be written only once");
}

/* Sets e to the error for newuidmap(1) or newgidmap(1), which has ended with the given wait status
 * and has printed the text `said`. Returns a negative errno. */
static int fail_helper(int status, int procfd, enum idmap_kind k, const char *path,
		       const char *said, const struct idmaps *maps, struct nserr *e)
{
	const char *cap = newuidmap_lacking_cap(maps), *reason;
	char foreign[64];

	if (WIFSIGNALED(status))
		return nserr_set(e, 0, "%s was killed by signal %d", path, WTERMSIG(status));
	/* remove the name of the program from the beginning of its output, because the message
	 * contains the name, too */
	reason = str_after(said, helpers[k]);
	reason = reason && str_after(reason, ": ") ? reason + 2 : said;
	nserr_set(e, 0, "%s failed: %s", helpers[k], reason[0] ? reason : "no error message");
	if (strstr(reason, "not allowed") && cap) {
		find_foreign(&maps->map[k], k, foreign, sizeof(foreign));
		nserr_hint(e,
			   "run the command with %s, or map only the subordinate ids of this user "
			   "in %s (see 'nsidmap subids')%s",
			   cap, subid_files[k], foreign);
	} else if (strstr(reason, "not permitted")) {
		explain_write(procfd, k, e);
	}
	return -EINVAL;
}

/* Runs newuidmap(1) to write the uid map, or newgidmap(1) to write the gid map. `stop` is the
 * argument of idmaps_write_helpers(). Returns 0, or a negative errno with e set. */
static int write_helper(int procfd, pid_t pid, enum idmap_kind k, const struct idmaps *maps,
			int stop, struct nserr *e)
{
	/* stop waiting when the target ends, because its map is no longer needed */
	cleanup_fd int pidfd = sys_pidfd_open(pid);
	char path[4096], target[32], said[256] = "";
	int status = -1;

	if (!find_program(helpers[k], path, sizeof(path)))
		return nserr_set(e, ENOENT, "cannot find %s", helpers[k]);
	for (int by_fd = !is_relative(procfd, pid); by_fd >= 0; by_fd--) {
		cleanup_free char **argv = NULL;

		snprintf(target, sizeof(target), by_fd ? "fd:%d" : "%d", by_fd ? procfd : pid);
		argv = make_argv(path, target, &maps->map[k]);
		if (!argv)
			return nserr_set(e, ENOMEM, "cannot build the arguments of %s", path);
		status = run(argv, &(struct target){ stop, pidfd, procfd, by_fd }, said,
			     sizeof(said));
		/* try again without fd:N, because an old newuidmap does not know fd:N and prints
		 * its usage */
		if (status == 0 || !(by_fd && strcasestr(said, "usage")))
			break;
	}
	if (status == 0)
		return 0;
	if (status < 0)
		return nserr_set(e, status, "cannot run %s", path);
	return fail_helper(status, procfd, k, path, said, maps, e);
}

int idmaps_write_helpers(int procfd, const struct idmaps *m, int stop, struct nserr *e)
{
	cleanup_idmaps struct idmaps lines = IDMAPS_INIT;
	char name[64];
	pid_t pid;
	int rc = idmaps_check_given(m, e);

	if (rc < 0)
		return rc;
	(void)file_fd_name(procfd, name, sizeof(name));
	if (!str_after(name, "/proc/") || num_pid(name + strlen("/proc/"), &pid) < 0)
		return nserr_set(e, 0, "'%s' is not the directory of a process", name);
	if (m->setgroups == IDMAP_SETGROUPS_DENY &&
	    (rc = file_write_at(procfd, "setgroups", "deny")) < 0)
		return nserr_set(e, rc, "cannot write %s/setgroups", name);
	/* newuidmap(1) and newgidmap(1) check each extent separately. They permit the caller's own
	 * id and the ranges of the caller, but no extent that contains both. */
	if (idmaps_copy(&lines, m) < 0 || idmap_split_at(&lines.map[IDMAP_UID], getuid()) < 0 ||
	    idmap_split_at(&lines.map[IDMAP_GID], getgid()) < 0)
		return nserr_set(e, ENOMEM, "cannot allocate memory for the map");
	for (int k = 0; k < IDMAP_KINDS; k++) {
		if (m->map[k].n == 0)
			continue; /* do not write an empty map */
		rc = write_helper(procfd, pid, k, &lines, stop, e);
		if (rc < 0)
			return rc;
	}
	return idmaps_verify(procfd, m, e);
}
