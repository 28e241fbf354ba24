// SPDX-License-Identifier: GPL-2.0-or-later
/* test-kernel-faults: makes each system call of functions in lib/kernel, lib/base, lib/cgroup and
 * lib/cred fail (fault.h). */
#include <sys/mount.h>

#include "../fault.h"
#include "../sandbox.h"
#include "base/account.h"
#include "base/stream.h"
#include "cgroup/cgroup.h"
#include "cgroup/memory.h"
#include "cred/as.h"
#include "cred/cred.h"
#include "kernel/feature.h"
#include "kernel/mountinfo.h"
#include "kernel/nsfile.h"
#include "kernel/sys_fd.h"
#include "kernel/sys_mount.h"
#include "kernel/sys_ns.h"
#include "kernel/sysctl.h"
#include "kernel/trustpath.h"
#include "kernel/walk.h"

static const char *dir; /* a directory with the files of prepare() */
static const char *name;

/* Creates in dir: the directories a/b with OPEN files f1, f2, …, the link `link` to a/b, and the
 * file `text`. */
#define FILES 3
static void prepare(const char *in)
{
	cleanup_fd int a = -1;
	char file[16];

	dir = in;
	CHECK(chdir(in) == 0);
	CHECK(mkdir("a", 0755) == 0 && mkdir("a/b", 0755) == 0);
	CHECK(symlink("a/b", "link") == 0);
	a = open("a/b", O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < FILES; i++) {
		snprintf(file, sizeof(file), "f%d", i);
		close(openat(a, file, O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
	}
	CHECK_INT(mknod("text", S_IFREG | 0644, 0), 0);
	CHECK_INT(file_write_at(AT_FDCWD, "text", "4711\n"), 0);
}

/* ---- Paths and directory trees */

static unsigned resolve_flags;

static int try_resolve(void)
{
	struct trustpath t = TRUSTPATH_INIT;
	struct nserr e = NSERR_INIT;
	struct stat got, want;
	bool right = false;
	int rc;

	fault_begin();
	rc = trustpath_resolve(name, resolve_flags, &t, &e);
	fault_end();
	if (rc == 0)
		right = fstat(t.dir, &got) == 0 && stat("a/b", &want) == 0 &&
			got.st_ino == want.st_ino && streq(t.name, "new");
	trustpath_free(&t);
	return fault_result(rc, &e, right);
}

static int try_check_dir(void)
{
	cleanup_fd int fd = open("a", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = trustpath_check_dir(fd, "a", &e);
	return fault_result(rc, &e, true);
}

struct seen {
	int files, mounts, errors;
};

static int see(void *ctx, struct walk *w, enum walk_event event, int fd, const struct statx *st,
	       int err)
{
	struct seen *seen = ctx;

	(void)fd;
	(void)st;
	if (event == WALK_ERROR && (err >= 0 || !walk_path(w)[0]))
		return -EBADMSG;
	seen->files += event == WALK_FILE;
	seen->mounts += event == WALK_MOUNT;
	seen->errors += event == WALK_ERROR;
	return 0;
}

/* The walk must visit every file or report an error. ENOENT means that another process has removed
 * the file. After ENOSYS, the C library emulates statx(2) without a mount id, so the walk takes the
 * file for a mount point. */
static int try_walk(void)
{
	cleanup_fd int fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct seen seen = { 0, 0, 0 };
	bool failed;
	struct walk w = WALK_INIT(see, &seen);
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = walk_tree(&w, fd, ".", &e);
	fault_end();
	if (rc == -EBADMSG)
		return 1;
	failed = fault_run_now->number >= 0 &&
		 (seen.errors + seen.mounts > 0 || fault_run_now->error == ENOENT);
	return fault_result(rc, &e, failed || seen.files == 5 + FILES);
}

static void paths(const char *in)
{
	prepare(in);
	name = "link/../b/new";
	fault_all("trustpath_resolve", try_resolve, NULL);
	resolve_flags = TRUSTPATH_DIRS;
	fault_all("trustpath_resolve of a path with trusted directories", try_resolve, NULL);
	fault_all("trustpath_check_dir", try_check_dir, NULL);
	fault_all("walk_tree", try_walk, NULL);
}

static void a_failed_call_leads_to_no_wrong_file(void)
{
	if (fault_require())
		sandbox(0, paths);
}

/* ---- Files of the proc file system */

static int try_proc(void)
{
	struct nsfile_proc p = NSFILE_PROC_INIT;
	struct nserr e = NSERR_INIT;
	struct stat got = { .st_ino = 0 }, want;
	int fd = -1, rc;

	fault_begin();
	rc = nsfile_proc_open(&p, &e);
	if (rc == 0)
		fd = streq(name, "self/ns/uts") ? nsfile_open(&p, p.fd, name)
						: nsfile_open_mount(&p, AT_FDCWD, name);
	fault_end();
	if (fd >= 0)
		CHECK(fstat(fd, &got) == 0);
	util_close(&fd);
	nsfile_proc_close(&p);
	if (rc < 0)
		return fault_result(rc, &e, true);
	return stat("/proc/self/ns/uts", &want) == 0 && got.st_ino == want.st_ino ? 0 : -EAGAIN;
}

static int try_mountinfo(void)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line line;
	struct nserr e = NSERR_INIT;
	unsigned n = 0;
	int rc;

	fault_begin();
	rc = mountinfo_read(&m, &e);
	fault_end();
	while (rc == 0 && mountinfo_next(&m, &line))
		n++;
	return fault_result(rc, &e, n > 1);
}

static int try_sysctl(void)
{
	struct nserr e = NSERR_INIT;
	int rc;

	if (file_write_at(AT_FDCWD, "/proc/sys/net/ipv4/ip_forward", "0") < 0)
		return 1;
	fault_begin();
	rc = sysctl_set("net.ipv4.ip_forward=1", &e);
	fault_end();
	return fault_result(rc, &e, sysctl_get("net/ipv4/ip_forward") == 1);
}

static int try_sysctl_get(void)
{
	int64_t v;

	fault_begin();
	v = sysctl_get("kernel/cap_last_cap");
	fault_end();
	return v == -1 ? -EAGAIN : v < 30 || v > 63;
}

static int try_stream(void)
{
	cleanup_free char *text = NULL;
	struct nserr e = NSERR_INIT;
	ssize_t n;
	int in;

	/* standard input is the file */
	in = open("text", O_RDONLY | O_CLOEXEC);
	if (in < 0 || dup2(in, 0) < 0)
		return 1;
	close(in);
	fault_begin();
	n = stream_read(name, &text, &e);
	fault_end();
	if (n < 0) {
		text = NULL;
		return fault_result((int)n, &e, true);
	}
	return fault_result(0, &e, n == 5 && memcmp(text, "4711\n", 5) == 0);
}

static int try_number(void)
{
	uint64_t v = 0;
	int rc;

	fault_begin();
	rc = file_read_u64(AT_FDCWD, "text", &v);
	return fault_result(rc, NULL, v == 4711);
}

static const struct feature *probed;

/* feature_has() must leave no child and no open descriptor, whatever it returns. */
static int try_feature(void)
{
	bool has;

	fault_begin();
	has = feature_has(probed);
	fault_end();
	return has ? 0 : -EAGAIN;
}

static void files(const char *in)
{
	static const struct feature *const probes[] = { &feature_pidfd, &feature_setns_pidfd,
							&feature_close_range, &feature_subreaper,
							&feature_children_file };

	prepare(in);
	CHECK(mknod("uts", S_IFREG | 0644, 0) == 0);
	CHECK(mount("/proc/self/ns/uts", "uts", NULL, MS_BIND, NULL) == 0);
	name = "self/ns/uts";
	fault_all("nsfile_open", try_proc, NULL);
	name = "uts";
	fault_all("nsfile_open_mount", try_proc, NULL);
	fault_all("mountinfo_read", try_mountinfo, NULL);
	fault_all("sysctl_set", try_sysctl, NULL);
	fault_all("sysctl_get", try_sysctl_get, NULL);
	name = "text";
	fault_all("stream_read", try_stream, NULL);
	name = "-";
	fault_all("stream_read of standard input", try_stream, NULL);
	fault_all("file_read_u64", try_number, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(probes); i++) {
		probed = probes[i];
		if (feature_has(probed))
			fault_all(probed->name, try_feature, NULL);
	}
}

static void a_failed_call_reads_no_wrong_file(void)
{
	if (fault_require())
		sandbox(CLONE_NEWNET, files);
}

/* ---- Control groups */

static int try_cgroup(void)
{
	struct cgroup c = { 0 };
	struct nserr e = NSERR_INIT;
	bool found = false;
	int rc;

	fault_begin();
	rc = cgroup_find(&c, NULL, &e);
	if (rc == 0)
		rc = cgroup_open(&c, false, NULL, 0, &e);
	if (rc == 0)
		rc = cgroup_check_frozen(&c, &e);
	fault_end();
	for (size_t i = 0; i < c.n; i++)
		found |= c.dir[i].fd >= 0;
	cgroup_free(&c);
	return fault_result(rc, &e, found);
}

static int try_memory(void)
{
	struct cgroup_memory m = CGROUP_MEMORY_INIT;
	bool right;
	int rc;

	fault_begin();
	rc = cgroup_memory_open(&m);
	fault_end();
	right = rc < 0 || (m.dir >= 0 && m.options[0] && m.root[0] == '/');
	util_close(&m.dir);
	return right ? fault_result(rc, NULL, true) : 1;
}

static void a_failed_call_finds_no_wrong_cgroup(void)
{
	struct cgroup c = { 0 };
	struct nserr e = NSERR_INIT;
	bool here;

	here = cgroup_find(&c, NULL, &e) == 0 && cgroup_open(&c, false, NULL, 0, &e) == 0;
	cgroup_free(&c);
	if (!fault_require())
		return;
	fault_all("cgroup_memory_open", try_memory, NULL);
	if (here)
		fault_all("cgroup_find", try_cgroup, NULL);
	else
		unit_skip("no cgroup here");
}

/* ---- Calls that are repeated or replaced, and errors that are mapped */

/* Returns the result of a function that returns a descriptor, which is closed, or a negative errno.
 */
static int fd_result(int fd)
{
	fault_end();
	if (fd < 0)
		return fd;
	close(fd);
	return fd > 2 ? 0 : 1;
}

static int try_openat2(void)
{
	fault_begin();
	return fd_result(sys_openat2(AT_FDCWD, "text", O_RDONLY, 0, 0));
}

static int try_open_at(void)
{
	fault_begin();
	return fd_result(file_open_at(AT_FDCWD, "text", O_RDONLY, 0));
}

static int try_read_at(void)
{
	char text[16];
	ssize_t n;

	fault_begin();
	n = file_read_at(AT_FDCWD, "text", text, sizeof(text));
	fault_end();
	return n < 0 ? (int)n : !streq(text, "4711\n");
}

static int try_slurp(void)
{
	cleanup_fd int fd = open("text", O_RDONLY | O_CLOEXEC);
	cleanup_free char *text = NULL;
	ssize_t n;

	fault_begin();
	n = file_slurp(fd, 100, &text);
	fault_end();
	return n < 0 ? (int)n : !streq(text, "4711\n");
}

static int try_write_at(void)
{
	int rc;

	fault_begin();
	rc = file_write_at(AT_FDCWD, "written", "1");
	fault_end();
	return rc;
}

static int try_write_all(void)
{
	cleanup_fd int fd = open("written", O_WRONLY | O_CLOEXEC);
	int rc;

	fault_begin();
	rc = file_write_all(fd, "12", 2);
	fault_end();
	return rc;
}

static int open_as_mount(const char *path)
{
	struct nsfile_proc p = NSFILE_PROC_INIT;
	int fd;

	if (nsfile_proc_open(&p, NULL) < 0)
		return 1;
	fault_begin();
	fd = nsfile_open_mount(&p, AT_FDCWD, path);
	fault_end();
	nsfile_proc_close(&p);
	return fd_result(fd);
}

static int try_open_mount(void)
{
	return open_as_mount("uts");
}

/* Opens a symbolic link to the mount of a namespace. The link itself is not a namespace. */
static int try_open_link(void)
{
	return open_as_mount("to-uts");
}

static int try_namespace_id(void)
{
	cleanup_fd int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	uint64_t id;
	int rc;

	fault_begin();
	rc = sys_ns_mnt_id(fd, &id);
	fault_end();
	return rc;
}

static int try_open_id(void)
{
	fault_begin();
	return fd_result(sys_ns_open_id(1, CLONE_NEWUTS, 1));
}

static int try_listns(void)
{
	const struct sys_ns_id_req req = { .size = sizeof(req) };
	uint64_t id;
	ssize_t n;

	fault_begin();
	n = sys_listns(&req, &id, 1);
	fault_end();
	return n < 0 ? (int)n : n > 0;
}

static int try_memfd(void)
{
	fault_begin();
	return fd_result(sys_memfd_exec("memory", 0));
}

static int try_trustpath(void)
{
	struct trustpath t = TRUSTPATH_INIT;
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = trustpath_resolve("a/b/new", 0, &t, &e);
	fault_end();
	trustpath_free(&t);
	return rc < 0 && e.errnum != -rc ? 1 : rc;
}

#ifndef SYS_listns
#define SYS_listns 470
#endif

static void errors(const char *in)
{
	/* openat2(2): EAGAIN means that a retry can succeed. RESOLVE_CACHED is in Linux 5.12 and
	 * later. ioctl_nsfs(2), open_by_handle_at(2) and memfd_create(2): older kernels return
	 * these errors for a request or flag that they do not know. */
	static const struct fault_row rows[] = {
		{ "sys_openat2", try_openat2, SYS_openat2, 1, EAGAIN, 0 },
		{ "sys_openat2", try_openat2, SYS_openat2, 1, EINTR, 0 },
		{ "sys_openat2", try_openat2, SYS_openat2, 1, EIO, -EIO },
		{ "sys_openat2", try_openat2, SYS_openat2, FAULT_EACH, EAGAIN, -EAGAIN },
		{ "file_open_at", try_open_at, SYS_openat, 1, EINTR, 0 },
		{ "file_open_at", try_open_at, SYS_openat, 1, EIO, -EIO },
		{ "file_read_at", try_read_at, SYS_read, 1, EINTR, 0 },
		{ "file_read_at", try_read_at, SYS_read, 2, EINTR, 0 },
		{ "file_read_at", try_read_at, SYS_read, 2, EIO, -EIO },
		{ "file_slurp", try_slurp, SYS_read, 1, EINTR, 0 },
		{ "file_slurp", try_slurp, SYS_read, 2, EISDIR, -EISDIR },
		{ "file_write_at", try_write_at, SYS_write, 1, EINTR, 0 },
		{ "file_write_at", try_write_at, SYS_write, 1, ENOSPC, -ENOSPC },
		{ "file_write_all", try_write_all, SYS_write, 1, EINTR, 0 },
		{ "file_write_all", try_write_all, SYS_write, 1, EIO, -EIO },
		{ "nsfile_open_mount", try_open_mount, SYS_openat2, 1, EINVAL, 0 },
		{ "nsfile_open_mount", try_open_mount, SYS_openat2, FAULT_EACH, ENOSYS, 0 },
		{ "nsfile_open_mount", try_open_mount, SYS_openat2, FAULT_EACH, EPERM, 0 },
		{ "nsfile_open_mount", try_open_mount, SYS_openat2, FAULT_EACH, EINVAL, -EINVAL },
		{ "nsfile_open_mount", try_open_mount, SYS_openat2, 1, EIO, -EIO },
		{ "nsfile_open_mount", try_open_mount, SYS_openat2, 1, ELOOP, -ELOOP },
		{ "nsfile_open_mount of a link", try_open_link, SYS_openat2, 1, EINTR, -ENOTTY },
		{ "nsfile_open_mount of a link", try_open_link, SYS_openat2, 1, EINVAL, -ENOTTY },
		{ "nsfile_open_mount of a link", try_open_link, SYS_openat2, FAULT_EACH, ENOSYS,
		  -ENOTTY },
		{ "sys_ns_mnt_id", try_namespace_id, SYS_ioctl, 1, ENOTTY, -EOPNOTSUPP },
		{ "sys_ns_mnt_id", try_namespace_id, SYS_ioctl, 1, EINVAL, -EOPNOTSUPP },
		{ "sys_ns_mnt_id", try_namespace_id, SYS_ioctl, 1, EIO, -EIO },
		{ "sys_ns_open_id", try_open_id, SYS_open_by_handle_at, 1, EBADF, -EOPNOTSUPP },
		{ "sys_ns_open_id", try_open_id, SYS_open_by_handle_at, 1, ENOSYS, -EOPNOTSUPP },
		{ "sys_ns_open_id", try_open_id, SYS_open_by_handle_at, 1, ESTALE, -ESTALE },
		{ "sys_listns", try_listns, SYS_listns, 1, ENOENT, 0 },
		{ "sys_listns", try_listns, SYS_listns, 1, EPERM, -EPERM },
		{ "sys_memfd_exec", try_memfd, SYS_memfd_create, 1, EINVAL, 0 },
		{ "sys_memfd_exec", try_memfd, SYS_memfd_create, 1, EMFILE, -EMFILE },
		{ "sys_memfd_exec", try_memfd, SYS_memfd_create, FAULT_EACH, EINVAL, -EINVAL },
		{ "trustpath_resolve", try_trustpath, SYS_openat, FAULT_EACH, ENOENT, -ENOENT },
		{ "trustpath_resolve", try_trustpath, SYS_openat, 3, EIO, -EIO },
	};

	prepare(in);
	CHECK_INT(mknod("written", S_IFREG | 0644, 0), 0);
	CHECK(mknod("uts", S_IFREG | 0644, 0) == 0);
	CHECK(mount("/proc/self/ns/uts", "uts", NULL, MS_BIND, NULL) == 0);
	CHECK(symlink("uts", "to-uts") == 0);
	fault_table(rows, ARRAY_SIZE(rows));
}

static void an_error_leads_to_a_retry_or_is_reported(void)
{
	if (fault_require())
		sandbox(0, errors);
}

/* ---- The user of --as */

static int try_as(void)
{
	struct cred c = { .groups = NULL };
	struct nserr e = NSERR_INIT;
	const struct plan_step step = { .arg = &c };
	size_t groups;
	bool right;
	int rc;

	if (cred_as_parse(&c, name, &e) < 0)
		return 1;
	cred_as_prepare(&c);
	fault_begin();
	rc = cred_as.run(NULL, &step, &e);
	fault_end();
	/* a missing group file is the same as an empty one */
	groups = strchr(name, ':') || (fault_run_now->number >= 0 && fault_run_now->error == ENOENT)
			 ? 1
			 : 2;
	right = c.uid == 7 && c.gid == (strchr(name, ':') ? 9u : 8u) &&
		(c.ngroups == groups || c.ngroups == 2);
	right = right && c.as_user.home && streq(c.as_user.home, "/home/web");
	cred_free(&c);
	return fault_result(rc, &e, right);
}

/* account_user() must find the user or report a failure. Only ENOENT can mean that the database is
 * missing, so that the user is unknown. */
static inline int try_account(void)
{
	struct nserr e = NSERR_INIT;
	uid_t uid = 0;
	int rc;

	fault_begin();
	rc = account_user("web", &uid, &e);
	fault_end();
	if (rc == -EINVAL && streq(e.what, "unknown user 'web'") &&
	    (fault_run_now->number < 0 || fault_run_now->error != ENOENT))
		return 1;
	return fault_result(rc, &e, uid == 7);
}

static void users(const char *in)
{
	prepare(in);
	CHECK_INT(mknod("group", S_IFREG | 0644, 0), 0);
	CHECK_INT(file_write_at(AT_FDCWD, "text", "web:x:7:8:a user:/home/web:/bin/sh\n"), 0);
	CHECK_INT(file_write_at(AT_FDCWD, "group", "www:x:9:web\n"), 0);
	CHECK(mount("text", "/etc/passwd", NULL, MS_BIND, NULL) == 0);
	CHECK(mount("group", "/etc/group", NULL, MS_BIND, NULL) == 0);
#if defined(__GLIBC__) && __GLIBC_MINOR__ >= 34
	/* glibc before 2.34 does not report that it cannot load the NSS module */
	fault_all("account_user", try_account, NULL);
#endif
	name = "web";
	fault_all("--as web", try_as, NULL);
	name = "web:www";
	fault_all("--as web:www", try_as, NULL);
}

static void a_failed_call_selects_no_wrong_user(void)
{
	if (fault_require())
		sandbox(0, users);
}

UNIT_MAIN(CASE(an_error_leads_to_a_retry_or_is_reported), CASE(a_failed_call_selects_no_wrong_user),
	  CASE(a_failed_call_leads_to_no_wrong_file), CASE(a_failed_call_reads_no_wrong_file),
	  CASE(a_failed_call_finds_no_wrong_cgroup))
