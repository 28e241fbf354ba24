// SPDX-License-Identifier: GPL-2.0-or-later
/* name: reads the files NAME.json of nsunshare --name, and verifies the processes that these files
 * describe. name_keep.c writes the files. */
#include "ns/name.h"

#include <ctype.h>
#include <stdio.h>

#include "base/file.h"
#include "base/num.h"
#include "kernel/proc_stat.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_pidfd.h"

#define ROOT_DIR "/run/nsutils"

bool nsname_is_valid(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > NSNAME_MAX || (!isalnum((unsigned char)name[0]) && name[0] != '_'))
		return false;
	for (const char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
			return false;
	return true;
}

/* Root inside a user namespace cannot write to the directory of the machine's root, so it uses the
 * runtime directory of the user if there is one. */
int nsname_dirs(char *dirs[2])
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	int own = 0;

	if (runtime && runtime[0] == '/')
		own = geteuid() != 0 ? 1 : sys_ns_in_userns();
	if (own < 0)
		return own;
	if ((own ? asprintf(&dirs[0], "%s/nsutils", runtime) : asprintf(&dirs[0], ROOT_DIR)) < 0)
		return -ENOMEM;
	dirs[1] = own ? strdup(ROOT_DIR) : NULL;
	if (!own || dirs[1])
		return 0;
	free(dirs[0]);
	return -ENOMEM;
}

/* ---- The text of a file */

/* Returns the value of a member of a JSON object, or NULL. The writer puts no blanks between
 * members. */
static const char *value_of(const char *text, const char *key)
{
	char quoted[32];
	const char *s;

	snprintf(quoted, sizeof(quoted), "\"%s\":", key);
	s = strstr(text, quoted);
	return s ? s + strlen(quoted) : NULL;
}

/* Sets *out to a number, or to 0 for null and for a missing member. Returns false for another
 * value. */
static bool number_of(const char *text, const char *key, uint64_t max, uint64_t *out)
{
	const char *s = value_of(text, key);

	*out = 0;
	if (!s || str_after(s, "null"))
		return true;
	return num_u64n(s, strcspn(s, ",}"), 1, max, out) == 0;
}

int nsname_parse(const char *text, struct nsname *out)
{
	const char *boot = value_of(text, "boot_id");
	uint64_t pid, init, supervisor;
	size_t n;

	*out = (struct nsname){ 0 };
	if (text[0] != '{' || !boot || *boot++ != '"' ||
	    !number_of(text, "pid", NUM_PID_MAX, &pid) || pid == 0 ||
	    !number_of(text, "init_pid", NUM_PID_MAX, &init) ||
	    !number_of(text, "supervisor_pid", NUM_PID_MAX, &supervisor) ||
	    !number_of(text, "pidfd_inode", UINT64_MAX, &out->pidfd_inode) ||
	    !number_of(text, "start", INT64_MAX, &out->start) ||
	    !number_of(text, "pidns", UINT64_MAX, &out->pidns) || out->pidns == 0)
		return -EINVAL;
	n = strcspn(boot, "\"");
	if (n == 0 || n >= sizeof(out->boot_id) || boot[n] == '\0')
		return -EINVAL;
	memcpy(out->boot_id, boot, n);
	out->pid = (pid_t)pid;
	out->init_pid = (pid_t)init;
	out->supervisor_pid = (pid_t)supervisor;
	return 0;
}

/* ---- The identity of this machine and of a process */

static int read_boot_id(char *id, size_t size)
{
	ssize_t n = file_read_at(AT_FDCWD, "/proc/sys/kernel/random/boot_id", id, size);

	if (n < 0)
		return (int)n;
	id[strcspn(id, "\n")] = '\0';
	return id[0] ? 0 : -EIO;
}

static uint64_t own_pidns(void)
{
	struct stat st;

	return stat("/proc/self/ns/pid", &st) < 0 ? 0 : st.st_ino;
}

/* Returns the offset of the boot clock in the caller's time namespace, in clock ticks, if
 * /proc/PID/stat shows the start time of a process on this clock. Before Linux 5.11 it shows the
 * start time on the initial clock; then returns 0. */
static int64_t boot_offset(void)
{
	char text[256];
	const char *s;
	char *end;
	int64_t s_off, ns_off, hz = sysconf(_SC_CLK_TCK);

	if (file_read_at(AT_FDCWD, "/proc/self/timens_offsets", text, sizeof(text)) < 0)
		return 0; /* a kernel without time namespaces has no offset */
	s = strstr(text, "boottime");
	if (!s)
		return 0;
	s_off = strtoll(s + strlen("boottime"), &end, 10);
	ns_off = strtoll(end, NULL, 10);
	if (!proc_stat_is_moved(s_off))
		return 0;
	return s_off * hz + ns_off * hz / 1000000000;
}

static bool same_start(uint64_t a, uint64_t b)
{
	/* accept a difference of one tick, because the offset need not be a multiple of a tick, and
	 * rounding can change the start time by one tick */
	return (a > b ? a - b : b - a) <= 1;
}

bool nsname_is_process(const struct nsname *n, int pidfd, int procfd)
{
	struct proc_stat st;
	uint64_t inode;
	bool same = false;

	if (n->pidfd_inode && pidfd >= 0 && sys_pidfd_inode(pidfd, &inode) == 0) {
		if (inode != n->pidfd_inode)
			return false;
		same = true;
	}
	if (proc_stat_read(procfd, "stat", &st) < 0)
		return same;
	return !proc_stat_is_dead(&st) &&
	       (same || (n->start && same_start(n->start, st.start - (uint64_t)boot_offset())));
}

int nsname_describe(struct nsname *n, struct nserr *e)
{
	cleanup_fd int pidfd = sys_pidfd_open(n->pid), procfd = proc_stat_open(n->pid, e);
	struct proc_stat st;
	int rc = procfd < 0 ? procfd : proc_stat_read(procfd, "stat", &st);

	if (procfd < 0)
		return procfd;
	if (rc < 0)
		return nserr_set(e, rc, "cannot read /proc/%d/stat", (int)n->pid);
	n->start = st.start - (uint64_t)boot_offset();
	n->pidns = own_pidns();
	if (pidfd < 0 || sys_pidfd_inode(pidfd, &n->pidfd_inode) < 0)
		n->pidfd_inode = 0;
	rc = read_boot_id(n->boot_id, sizeof(n->boot_id));
	if (rc < 0 || n->pidns == 0)
		return nserr_set(e, rc < 0 ? rc : ENOENT,
				 "cannot read the boot ID and the pid namespace from /proc");
	return 0;
}

/* ---- Finding a name */

/* Reads dir/NAME.json. Returns 0, or a negative errno: -ENOENT if there is no file that the caller
 * can trust. */
static int read_in(const char *dir, const char *name, char *text, size_t size)
{
	struct trustpath at = TRUSTPATH_INIT;
	cleanup_free char *path = NULL;
	cleanup_fd int fd = -1;
	struct stat st;
	ssize_t n;

	if (asprintf(&path, "%s/%s.json", dir, name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	if (trustpath_resolve(path, TRUSTPATH_DIRS, &at, NULL) < 0)
		return -ENOENT;
	fd = file_open_at(at.dir, at.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	trustpath_free(&at);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    (st.st_uid != 0 && st.st_uid != geteuid()))
		return -ENOENT;
	n = RETRY_EINTR(pread(fd, text, size - 1, 0));
	if (n < 0)
		return -errno;
	text[n] = '\0';
	return 0;
}

static int find_text(const char *name, char *text, size_t size)
{
	char *dirs[2];
	int rc = nsname_dirs(dirs);

	if (rc < 0)
		return rc;
	rc = read_in(dirs[0], name, text, size);
	if (rc == -ENOENT && dirs[1])
		rc = read_in(dirs[1], name, text, size);
	free(dirs[0]);
	free(dirs[1]);
	return rc;
}

int nsname_read(const char *name, struct nsname *out, struct nserr *e)
{
	char text[1024], boot[sizeof(out->boot_id)];
	int rc = find_text(name, text, sizeof(text));

	if (rc == 0)
		rc = nsname_parse(text, out) < 0 ? -ENOENT : read_boot_id(boot, sizeof(boot));
	if (rc == 0 && !streq(boot, out->boot_id))
		rc = -ENOENT;
	if (rc == -ENOENT)
		return nserr_set(e, rc, "cannot find the process 'name:%s'", name);
	if (rc < 0)
		return nserr_set(e, rc, "cannot look up the process 'name:%s'", name);
	if (out->pidns != own_pidns())
		return nserr_set(e, EXDEV,
				 "the process 'name:%s' was started from another pid namespace",
				 name);
	return 0;
}

bool nsname_is_live(const char *name)
{
	cleanup_fd int pidfd = -1, procfd = -1;
	struct nsname n;

	if (nsname_read(name, &n, NULL) < 0 || proc_stat_check(NULL) < 0)
		return false;
	pidfd = sys_pidfd_open(n.pid);
	if (pidfd == -ESRCH)
		return false;
	procfd = proc_stat_open(n.pid, NULL);
	return procfd >= 0 && nsname_is_process(&n, pidfd, procfd);
}
