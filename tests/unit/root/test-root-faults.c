// SPDX-License-Identifier: GPL-2.0-or-later
/* test-root-faults: makes each system call fail while a root is built (fault.h), with the mount API
 * and with mount(2). */
#include <dirent.h>
#include <sys/mount.h>

#include "../fault.h"
#include "../sandbox.h"
#include "root/begin.h"
#include "root/copyup.h"
#include "root/libmount.h"
#include "root/lookup.h"
#include "root/pivot.h"
#include "root/place.h"
#include "root/populate.h"
#include "root/switch_root.h"

static const char *root_dir;
static bool put_old; /* the old root stays in /old */
static bool early;   /* the root is attached before it is furnished, as before Linux 6.15 */
static const struct mntopt plain;

static const int mount_api[] = { SYS_open_tree, SYS_fsopen, SYS_move_mount, SYS_mount_setattr };

/* Returns true if the directory is empty. */
static bool is_empty(const char *path)
{
	DIR *dir = opendir(path);
	int n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n == 2;
}

/* Fills the new root with everything that nspivot can create in it: mounts, directories, a file, a
 * link, /dev, a mask and read-only paths. Returns 0, or a negative errno with e set. */
static int furnish(struct root *r, int src, struct nserr *e)
{
	int fd = root_place_mount(r, "tmpfs", "/t", &plain, e), rc = fd;

	if (fd >= 0)
		root_done(r, fd);
	if (rc >= 0)
		rc = fd = root_place_bind(r, src, "/t/etc", &plain, e);
	if (rc >= 0)
		root_done(r, fd);
	if (rc >= 0)
		rc = root_make_dir(r, "/t/a/b", 0700, e);
	if (rc == 0)
		rc = root_make_file(r, "/t/motd", "hello\n", 6, &plain, e);
	if (rc == 0)
		rc = root_make_symlink(r, "motd", "/t/link", e);
	if (rc == 0)
		rc = root_make_dev(r, "/dev", &plain, e);
	if (rc == 0)
		rc = root_mount_copy(r, "/t/a", &plain, false, e);
	if (rc == 0)
		rc = root_make_mask(r, "/t/a", false, e);
	if (rc == 0)
		rc = root_make_readonly(r, "/t/etc", false, e);
	if (rc == 0)
		rc = root_make_readonly(r, "/missing", true, e);
	return rc;
}

/* Returns true if the new root is complete and the old one is not reachable. */
static bool is_right(void)
{
	char text[16];
	struct stat st;

	return file_read_at(AT_FDCWD, "/t/link", text, sizeof(text)) == 6 &&
	       unit_exists("/t/etc/passwd") && unit_exists("/t/a") && is_empty("/t/a") &&
	       stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode) && unit_exists("/dev/full") &&
	       mkdir("/t/etc/x", 0755) < 0 && errno == EROFS && mkdir("/x", 0755) < 0 &&
	       errno == EROFS && !unit_exists("/usr") && unit_exists("/old/usr") == put_old;
}

/* Builds a root and changes to it. With put_old, only the calls of the change fail, because the
 * others are the same without it, unless root_begin() must notice that calls are denied. */
static int try_root(void)
{
	static char before[65536], after[65536];
	cleanup_fd int dir = -1, etc = -1;
	struct root r = ROOT_INIT;
	struct nserr e = NSERR_INIT;
	bool right;
	int rc;

	if (unshare(CLONE_NEWNS) < 0 || mount("t", root_dir, "tmpfs", 0, NULL) < 0 ||
	    file_read_at(AT_FDCWD, "/proc/self/mountinfo", before, sizeof(before)) < 0)
		return 1;
	dir = open(root_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	etc = open("/etc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (!put_old || fault_denied[0])
		fault_begin();
	rc = root_begin(&r, dir, true, &e);
	if (rc == 0 && early)
		rc = root_attach(&r, true, &e);
	if (rc == 0)
		rc = furnish(&r, etc, &e);
	fault_begin();
	if (rc == 0)
		rc = root_pivot(&r, put_old ? "/old" : NULL, &e);
	fault_end();
	if (rc == 0 || r.state > ROOT_ATTACHED) {
		right = rc < 0 || is_right();
		root_close(&r);
		return right ? fault_result(rc, &e, true) : 1;
	}
	root_undo(&r);
	right = file_read_at(AT_FDCWD, "/proc/self/mountinfo", after, sizeof(after)) > 0 &&
		streq(after, before) && is_empty(root_dir);
	return right ? fault_result(rc, &e, true) : 1;
}

static void with_each_api(const char *name)
{
	char text[64];

	memset(fault_denied, 0, sizeof(fault_denied));
	snprintf(text, sizeof(text), "%s with the mount API", name);
	fault_all(text, try_root, NULL);
	/* without mount_setattr(2), libmount finds the mounts to which a flag applies */
	if (!USE_LIBMOUNT)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(mount_api); i++)
		fault_denied[i] = mount_api[i];
	snprintf(text, sizeof(text), "%s with mount(2)", name);
	fault_all(text, try_root, NULL);
	memset(fault_denied, 0, sizeof(fault_denied));
}

static void build(const char *in)
{
	root_dir = in;
	with_each_api("pivot");
	put_old = true;
	with_each_api("put_old");
	early = true;
	fault_all("put_old with an attached root", try_root, NULL);
}

/* ---- Leaving an initramfs */

/* Creates a mount namespace whose root is a tmpfs that contains a new root in /new. Returns
 * false if the root of the machine could still be reached. */
static bool become_initramfs(void)
{
	static const char *const dirs[] = { "dev", "proc", "sys", "run", "sub", "new" };
	struct stat st;

	if (unshare(CLONE_NEWNS) < 0 || mount("t", root_dir, "tmpfs", 0, NULL) < 0 ||
	    chdir(root_dir) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		if (mkdir(dirs[i], 0755) < 0)
			return false;
	if (mount("/proc", "proc", NULL, MS_BIND | MS_REC, NULL) < 0 ||
	    mount("r", "run", "tmpfs", 0, NULL) < 0 || mount("d", "dev", "tmpfs", 0, NULL) < 0 ||
	    mount("n", "new", "tmpfs", 0, NULL) < 0 || mkdir("new/proc", 0755) < 0 ||
	    mkdir("new/dev", 0755) < 0 || symlink("x", "sub/link") < 0 || mkdir("dev/x", 0755) < 0)
		return false;
	return syscall(SYS_pivot_root, ".", ".") == 0 && umount2(".", MNT_DETACH) == 0 &&
	       chdir("/") == 0 && lstat("/usr", &st) < 0 && stat("/new", &st) == 0;
}

static int try_switch(void)
{
	struct root r = ROOT_INIT;
	struct nserr e = NSERR_INIT;
	int dir, rc, old = -1;
	bool right;

	if (!become_initramfs())
		return 1;
	dir = open("/new", O_PATH | O_DIRECTORY | O_CLOEXEC);
	old = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fault_begin();
	rc = root_begin(&r, dir, false, &e);
	if (rc == 0)
		rc = root_switch(&r, &e);
	fault_end();
	/* a file of the initramfs that cannot be removed may remain */
	right = rc < 0 ||
		(unit_exists("/proc/self") && unit_exists("/dev/x") && !unit_exists("/run"));
	close(dir);
	close(old);
	root_close(&r);
	return right ? fault_result(rc, &e, true) : 1;
}

/* Returns true for two errors, which are accepted. ENOENT means that the initramfs has no such
 * mount. After ENOSYS, glibc emulates statx(2), which kernels before 4.11 lack, but does not set
 * STATX_ATTR_MOUNT_ROOT, so the mount is not found. */
static bool nothing_mounted(const char *why, const struct fault_run *f)
{
	return why && f->result == 1 &&
	       (f->error == ENOENT || (f->error == ENOSYS && f->number == SYS_statx));
}

static void leave(const char *in)
{
	root_dir = in;
	fault_all("root_switch with the mount API", try_switch, nothing_mounted);
	for (size_t i = 0; i < ARRAY_SIZE(mount_api); i++)
		fault_denied[i] = mount_api[i];
	fault_all("root_switch with mount(2)", try_switch, nothing_mounted);
}

static void a_failed_call_never_leaves_the_initramfs_halfway(void)
{
	if (fault_require())
		sandbox(0, leave);
}

/* ---- Checks */

static int try_checks(void)
{
	cleanup_fd int dir = -1;
	struct root r = ROOT_INIT;
	struct nserr e = NSERR_INIT;
	int rc;

	if (unshare(CLONE_NEWNS) < 0)
		return 1;
	/* open the directory after unshare(2), because on kernels before 5.12 root_begin() refuses
	 * a directory of another mount namespace */
	dir = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_begin(&r, dir, false, &e) < 0)
		return 1;
	fault_begin();
	rc = root_pivot_check_processes(&r, &e);
	fault_end();
	root_close(&r);
	/* the parent of this process is in the old root, so the check must fail with EBUSY */
	if (rc != 0 && !e.what[0])
		return 1;
	return rc == -EBUSY ? 0 : rc < 0 ? rc : 1;
}

/* Returns true for ENOENT, which is accepted: the new root has no /proc, or readdir(3) takes the
 * error as the end of the directory. */
static bool nothing_found(const char *why, const struct fault_run *f)
{
	return f->error == ENOENT && f->result == 1 && f->number != SYS_openat && why;
}

static int try_libmount(void)
{
	struct mnt_table t = MNT_TABLE_INIT;
	struct nserr e = NSERR_INIT;
	bool right = false;
	int rc;

	rc = libmount_read(&t, "/proc/self/mountinfo", &e); /* load libmount before calls fail */
	if (rc < 0)
		return rc;
	libmount_done(&t);
	fault_begin();
	rc = libmount_read(&t, "/proc/self/mountinfo", &e);
	fault_end();
	for (size_t i = 0; rc == 0 && i < t.n; i++)
		right = right || streq(t.m[i].target, "/");
	if (rc == 0)
		libmount_done(&t);
	return fault_result(rc, &e, right);
}

/* The search for the reason of a refused mount can fail, but the message about the refused mount
 * must stay. */
static const char *explained;

static int try_explain(void)
{
	struct nserr e = NSERR_INIT;

	nserr_set(&e, EPERM, "message");
	fault_begin();
	libmount_explain(explained, &e);
	fault_end();
	return streq(e.what, "message") && e.errnum == EPERM ? 0 : 1;
}

static void explain(const char *in)
{
	static const char *const types[] = { "proc", "sysfs", "tmpfs", "mqueue", "overlay", "" };

	(void)in;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		explained = types[i];
		fault_all(types[i], try_explain, NULL);
	}
	/* a part of /proc is covered, and /proc is read-only */
	sandbox_tmpfs("/proc/sys");
	explained = "proc";
	fault_all("a covered /proc", try_explain, NULL);
	CHECK(umount2("/proc/sys", MNT_DETACH) == 0);
	CHECK(mount(NULL, "/proc", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) == 0);
	fault_all("a read-only /proc", try_explain, NULL);
}

static void a_failed_search_for_a_reason_keeps_the_message(void)
{
	if (fault_require())
		sandbox(CLONE_NEWPID, explain);
}

static void checks(const char *in)
{
	root_dir = in;
	fault_all("root_pivot_check_processes", try_checks, nothing_found);
	if (USE_LIBMOUNT)
		fault_all("libmount_read", try_libmount, NULL);
}

static void a_failed_check_never_passes(void)
{
	if (fault_require())
		sandbox(CLONE_NEWPID, checks);
}

static void a_failed_call_leaves_no_wrong_root(void)
{
	if (fault_require())
		sandbox(0, build);
}

/* ---- Copies ---- */

#define LARGE 40000 /* more bytes than the copy reads at once */

/* Fills the directory that is copied. */
static void fill_source(void)
{
	static char text[LARGE];
	char path[64];
	int dir, fd;

	snprintf(path, sizeof(path), "%s/src", root_dir);
	CHECK_INT(mkdir(path, 0750), 0);
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	memset(text, 'x', sizeof(text));
	fd = openat(dir, "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	CHECK_INT(write(fd, text, sizeof(text)), sizeof(text));
	close(fd);
	CHECK_INT(fchmodat(dir, "file", 04711, 0), 0);
	CHECK_INT(symlinkat("file", dir, "link"), 0);
	CHECK_INT(mkfifoat(dir, "fifo", 0640), 0);
	CHECK_INT(mkdirat(dir, "sub", 0700), 0);
	CHECK_INT(symlinkat("../file", dir, "sub/link"), 0);
	/* a socket is not copied */
	CHECK_INT(mknodat(dir, "socket", S_IFSOCK | 0600, 0), 0);
	close(dir);
}

/* Returns true if the copy in the directory is complete. */
static bool is_copy(int dir)
{
	char target[16] = "";
	struct stat st;

	return fstatat(dir, "file", &st, 0) == 0 && st.st_size == LARGE &&
	       (st.st_mode & ALLPERMS) == 04711 &&
	       readlinkat(dir, "link", target, sizeof(target)) == 4 && streq(target, "file") &&
	       fstatat(dir, "fifo", &st, 0) == 0 && S_ISFIFO(st.st_mode) &&
	       (st.st_mode & ALLPERMS) == 0640 && fstatat(dir, "sub/link", &st, 0) == 0 &&
	       st.st_size == LARGE && fstatat(dir, "socket", &st, 0) < 0 &&
	       fstatat(dir, ".", &st, 0) == 0 && (st.st_mode & ALLPERMS) == 0750;
}

/* Mounts a tmpfs with a copy of /src on /src. */
static int try_copy(void)
{
	cleanup_fd int dir = open(root_dir, O_PATH | O_DIRECTORY | O_CLOEXEC), copy = -1;
	struct root r = ROOT_INIT;
	struct nserr e = NSERR_INIT;
	bool right;
	int rc;

	if (dir < 0 || root_begin(&r, dir, true, &e) < 0)
		return 1;
	fault_begin();
	rc = root_mount_copy(&r, "/src", &plain, false, &e);
	fault_end();
	if (rc >= 0)
		copy = root_open(&r, "/src", 0, NULL);
	right = rc < 0 || is_copy(copy);
	util_close(&copy);
	root_undo(&r);
	return right ? fault_result(rc, &e, true) : 1;
}

/* ENOENT means that there is no directory to copy, so the tmpfs stays empty. */
static bool is_absent(const char *why, const struct fault_run *f)
{
	(void)why;
	return f->error == ENOENT && f->result == 1;
}

static void copies(const char *in)
{
	static const struct {
		int call, k, result, want;
	} cases[] = {
		{ SYS_read, 1, -EINTR, 0 },
		{ SYS_read, 1, -EIO, -EIO },
		{ SYS_write, 1, -EINTR, 0 },
		{ SYS_write, 2, -ENOSPC, -ENOSPC },
		{ SYS_readlinkat, 1, -EIO, -EIO },
		/* the target fills the whole buffer, so it may be longer */
		{ SYS_readlinkat, 1, 4096, -ENAMETOOLONG },
		{ SYS_symlinkat, 1, -ENOSPC, -ENOSPC },
		{ SYS_mknodat, 1, -EPERM, -EPERM },
		{ SYS_fchownat, 1, -EPERM, -EPERM },
		{ SYS_fchmodat, 1, -EPERM, -EPERM },
		{ SYS_utimensat, 1, -EPERM, -EPERM },
		{ SYS_mkdirat, 1, -ENOSPC, -ENOSPC },
	};

	root_dir = in;
	fill_source();
	fault_all("root_mount_copy", try_copy, is_absent);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int got = fault_answer(try_copy, cases[i].call, cases[i].k, cases[i].result);

		if (got != cases[i].want)
			printf("# case %zu\n", i);
		CHECK_INT(got, cases[i].want);
	}
}

static void a_failed_call_leaves_no_part_of_a_copy(void)
{
	if (fault_require())
		sandbox(0, copies);
}

UNIT_MAIN(CASE(a_failed_call_leaves_no_wrong_root),
	  CASE(a_failed_call_never_leaves_the_initramfs_halfway), CASE(a_failed_check_never_passes),
	  CASE(a_failed_search_for_a_reason_keeps_the_message),
	  CASE(a_failed_call_leaves_no_part_of_a_copy))
