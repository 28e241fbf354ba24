// SPDX-License-Identifier: GPL-2.0-or-later
/* test-pivot: tests the checks before and after a change of the root, and the functions that
 * detach, empty and remount parts of a root. */
#include "root/pivot.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "../fault.h"
#include "../sandbox.h"
#include "kernel/sys_mount.h"
#include "root/remount.h"
#include "root/switch_root.h"

/* the system call of dup2(3) */
#ifdef SYS_dup2
#define CALL_DUP2 SYS_dup2
#else
#define CALL_DUP2 SYS_dup3
#endif

static int open_dir(const char *path)
{
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* ---- The program in the new root */

#define INSTALL "install the program in the new root, or specify a program that exists there"
#define REGULAR "specify an executable file, because only a regular file can be executed"

static void finds_the_program_in_the_new_root(void)
{
	static const struct {
		const char *path, *program; /* path: the variable PATH, or NULL */
		int want;
	} rows[] = {
		{ "/none:/bin", "prog", 0 },
		{ "/bin:/none", "prog", 0 },
		{ "/none:/other", "prog", -ENOENT },
		{ NULL, "prog", 0 }, /* /bin and /usr/bin */
		{ NULL, "more", 0 },
		{ NULL, "outside", -ENOENT },
		{ "", "here", 0 }, /* an empty directory is the working directory */
		{ "/none::/other", "here", 0 },
		{ "sub", "below", 0 },
		{ "/sub", "below", -ENOENT },
		{ "/other", "/bin/prog", 0 },
		{ "/bin", "./prog", -ENOENT },
		{ "/other", "sub/below", 0 },
		{ "/bin", "", -ENOENT },
		{ "/bin", "dir", -EACCES },
		/* like execvp(3), the search continues after a directory, and the error is EACCES
		 * if no program is found */
		{ "/bin:/other", "dir", 0 },
		{ "/bin:/none", "dir", -EACCES },
		{ "/none", "/bin/dir", -EACCES },
		{ "/none", "/bin/prog/x", -ENOTDIR },
		{ "/bin/prog:/bin", "prog", 0 },
	};
	static const char *const dirs[] = { "bin",     "usr",  "usr/bin", "other",
					    "bin/dir", "work", "work/sub" };
	static const char *const files[] = { "bin/prog",  "usr/bin/more", "other/outside",
					     "other/dir", "work/here",    "work/sub/below" };
	char top[UNIT_DIR_SIZE];
	struct root r = ROOT_INIT;

	r.fd = unit_directory(top);
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		CHECK_INT(mkdirat(r.fd, dirs[i], 0755), 0);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		unit_put(r.fd, files[i], "");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct nserr e = NSERR_INIT;
		const char *word = rows[i].program;
		int got;
		char want[64];

		if (rows[i].path)
			setenv("PATH", rows[i].path, 1);
		else
			unsetenv("PATH");
		got = root_pivot_check_program(&r, "/work", word, &e);
		if (got != rows[i].want)
			printf("# row %zu\n", i);
		CHECK_INT(got, rows[i].want);
		if (!rows[i].want)
			continue;
		snprintf(want, sizeof(want), "cannot execute '%s'", word);
		CHECK_STR(e.what, want);
		CHECK_INT(e.status, got == -ENOENT ? 127 : 126);
		CHECK_STR(e.hint, got == -EACCES              ? REGULAR
				  : got == -ENOENT && word[0] ? INSTALL
							      : "");
	}
	setenv("PATH", "/usr/bin:/bin", 1);
	close(r.fd);
	unit_remove(top);
}

/* ---- The standard descriptors */

/* Returns true if root_pivot_std_fds(), which opens /dev/null with O_NONBLOCK, has replaced fd. */
static bool replaced(int fd)
{
	return fcntl(fd, F_GETFL) & O_NONBLOCK;
}

static void replace_null(const char *dir)
{
	cleanup_fd int null = open("/dev/null", O_RDWR | O_CLOEXEC),
		       zero = open("/dev/zero", O_RDWR | O_CLOEXEC), here = open_dir("/"),
		       in = dup(0), err = dup(2);
	struct nserr e = NSERR_INIT;
	char path[64];

	CHECK(dup2(null, 0) == 0 && dup2(null, 2) == 2);
	/* /dev/null is not used if it is another device, or missing */
	CHECK_INT(mount("/dev/zero", "/dev/null", NULL, MS_BIND, NULL), 0);
	CHECK_INT(root_pivot_std_fds(&e), 0);
	CHECK(!replaced(0) && !replaced(2));
	snprintf(path, sizeof(path), "%s/empty", dir);
	CHECK_INT(mkdir(path, 0755), 0);
	CHECK_INT(mount(path, "/dev", NULL, MS_BIND, NULL), 0);
	CHECK_INT(root_pivot_std_fds(&e), 0);
	CHECK(!replaced(0) && !replaced(2));
	CHECK(umount2("/dev", MNT_DETACH) == 0 && umount2("/dev/null", MNT_DETACH) == 0);
	/* other devices and closed descriptors stay */
	CHECK_INT(dup2(zero, 0), 0);
	CHECK_INT(root_pivot_std_fds(&e), 0);
	CHECK(!replaced(0) && replaced(2));
	CHECK_INT(close(2), 0);
	CHECK_INT(root_pivot_std_fds(&e), 0);
	CHECK(fcntl(2, F_GETFD) < 0);
	CHECK(dup2(here, 2) == 2);
	CHECK_INT(root_pivot_std_fds(&e), -EINVAL);
	CHECK_STR(unit_message(&e), "descriptor 2 refers to a directory of the old root");
	CHECK(dup2(here, 0) == 0);
	CHECK_INT(root_pivot_std_fds(&e), -EINVAL);
	CHECK_STR(unit_message(&e), "descriptor 0 refers to a directory of the old root");
	CHECK(dup2(in, 0) == 0 && dup2(err, 2) == 2);
}

static void dev_null_of_the_old_root_is_replaced(void)
{
	sandbox(0, replace_null);
}

static bool other_null; /* the new root has another /dev/null */

/* Replaces standard input, which is /dev/null. */
static int try_std_fds(void)
{
	struct nserr e = NSERR_INIT;
	int rc, null = open("/dev/null", O_RDWR | O_CLOEXEC);

	dup2(null, 0);
	close(null);
	if (other_null &&
	    (unshare(CLONE_NEWNS) < 0 || mount("/dev/zero", "/dev/null", NULL, MS_BIND, NULL) < 0))
		return 1;
	fault_begin();
	rc = root_pivot_std_fds(&e);
	return fault_result(rc, &e, true);
}

static void fail_to_replace_null(const char *dir)
{
	static const struct fault_row rows[] = {
		{ "dup2", try_std_fds, CALL_DUP2, 1, EMFILE, -EMFILE },
		{ "/dev/null is missing", try_std_fds, SYS_openat, 1, ENOENT, 0 },
	};

	(void)dir;
	fault_table(rows, ARRAY_SIZE(rows));
	fault_all("root_pivot_std_fds", try_std_fds, NULL);
	other_null = true;
	fault_all("another /dev/null", try_std_fds, NULL);
}

static void a_failed_call_leaves_the_old_null_or_is_reported(void)
{
	if (fault_require())
		sandbox(0, fail_to_replace_null);
}

/* ---- The initramfs */

static void on_a_file_system_that_is_not_in_memory(void)
{
	struct nserr e = NSERR_INIT;

	CHECK_INT(chroot("/proc"), 0);
	CHECK_INT(root_switch_check(&e), -EPERM);
	CHECK_STR(e.what, "/ is not an initramfs, and its files would be removed permanently");
}

static void as_another_process(void)
{
	struct nserr e = NSERR_INIT;

	CHECK_INT(root_switch_check(&e), -EPERM);
	CHECK_STR(e.what, "only process 1 can leave an initramfs");
}

static void check_initramfs(const char *dir)
{
	static const char missing[] =
		"/ is not an initramfs: /init and /etc/initrd-release are missing";
	struct nserr e = NSERR_INIT;

	CHECK_INT(unit_in_child(on_a_file_system_that_is_not_in_memory), 0);
	CHECK(chroot(dir) == 0 && chdir("/") == 0);
	if (unit_failures)
		return; /* what follows would change the root of the machine */
	CHECK_INT(root_switch_check(&e), -EPERM);
	CHECK_STR(e.what, missing);
	/* a directory with the name /init does not mark an initramfs */
	CHECK_INT(mkdir("/init", 0755), 0);
	CHECK_INT(root_switch_check(&e), -EPERM);
	CHECK_STR(e.what, missing);
	CHECK_INT(mkdir("/etc", 0755), 0);
	unit_put(AT_FDCWD, "/etc/initrd-release", "");
	CHECK_INT(root_switch_check(&e), 0);
	CHECK_INT(unlink("/etc/initrd-release"), 0);
	CHECK_INT(rmdir("/init"), 0);
	unit_put(AT_FDCWD, "/init", "");
	CHECK_INT(root_switch_check(&e), 0);
	CHECK_INT(unit_in_child(as_another_process), 0);
}

static void an_initramfs_has_init_or_initrd_release(void)
{
	sandbox(CLONE_NEWPID, check_initramfs);
}

/* ---- Detaching and emptying */

/* If not 0, umount2(2) is imitated: it decrements this number, and fails when it becomes 0. */
static int mounts;

int __real_sys_umount(const char *path, int flags);
int __wrap_sys_umount(const char *path, int flags);
int __wrap_sys_umount(const char *path, int flags)
{
	if (!mounts)
		return __real_sys_umount(path, flags);
	CHECK_STR(path, ".");
	CHECK_INT(flags, MNT_DETACH);
	return --mounts ? 0 : -EINVAL;
}

static void detach(const char *in)
{
	cleanup_fd int below = -1, fd = -1;
	char dir[64];

	snprintf(dir, sizeof(dir), "%s/sub", in);
	CHECK_INT(mkdir(dir, 0755), 0);
	below = open_dir(dir);
	/* two mounts on the same directory, and then the directory itself */
	CHECK_INT(mount("t", dir, "tmpfs", 0, NULL), 0);
	fd = open_dir(dir);
	CHECK_INT(mount("t", dir, "tmpfs", 0, NULL), 0);
	CHECK_INT(root_detach(fd), 0);
	CHECK(unit_is_at(below, dir));
	CHECK_INT(root_detach(below), -EINVAL);
	CHECK(unit_is_at(below, dir));
	CHECK_INT(root_detach(-1), -EBADF);
	/* root_detach() calls umount2(2) until it fails with EINVAL, but at most 1000 times */
	mounts = 1000;
	CHECK_INT(root_detach(below), 0);
	mounts = 1001;
	CHECK_INT(root_detach(below), -EBUSY);
	CHECK_INT(mounts, 1);
	mounts = 0;
}

static void empty(const char *dir)
{
	struct stat st;
	int fd;

	fd = open_dir(dir);
	CHECK(mkdirat(fd, "a", 0755) == 0 && mkdirat(fd, "a/b", 0755) == 0 &&
	      mkdirat(fd, "a/mount", 0755) == 0 && mkdirat(fd, "outside", 0755) == 0);
	unit_put(fd, "a/file", "");
	unit_put(fd, "a/.hidden", "");
	unit_put(fd, "outside/file", "");
	CHECK_INT(symlinkat("../outside", fd, "a/link"), 0);
	CHECK_INT(fchdir(fd), 0);
	CHECK_INT(mount("m", "a/mount", "tmpfs", 0, NULL), 0);
	unit_put(fd, "a/mount/file", "");
	close(fd);
	fd = open_dir("a");
	root_switch_empty(fd);
	CHECK(fstatat(fd, "mount/file", &st, 0) == 0 && unit_exists("outside/file"));
	CHECK(!unit_exists("a/b") && !unit_exists("a/file") && !unit_exists("a/.hidden") &&
	      !unit_exists("a/link"));
	close(fd);
	root_switch_empty(-1);
}

static void detaches_mounts_and_empties_directories(void)
{
	sandbox(0, detach);
	sandbox(0, empty);
}

/* ---- Remounting */

/* Returns the flags ST_RDONLY and ST_NOSUID of the mount. */
static unsigned long flags_at(const char *path)
{
	struct statvfs fs;

	CHECK_INT(statvfs(path, &fs), 0);
	return fs.f_flag & (ST_RDONLY | ST_NOSUID);
}

static void remount(const char *dir)
{
	static const char *const points[] = { "a", "a/b", "a/b/c", "a/hidden", "a/hidden/x", "aa" };
	static const struct mntopt ro = { .set = MOUNT_ATTR_RDONLY },
				   rw = { .clr = MOUNT_ATTR_RDONLY },
				   alone = { .set = MOUNT_ATTR_NOSUID, .norec = true };
	struct nserr e = NSERR_INIT;
	int fd;

	CHECK_INT(chdir(dir), 0);
	for (size_t i = 0; i < ARRAY_SIZE(points); i++)
		CHECK(mkdir(points[i], 0755) == 0 && mount("m", points[i], "tmpfs", 0, NULL) == 0);
	/* another mount covers two of them */
	CHECK_INT(mount("m", "a/hidden", "tmpfs", 0, NULL), 0);
	fd = open_dir("a");
	CHECK_INT(root_remount(fd, &ro, &e), 0);
	CHECK_STR(unit_message(&e), "");
	CHECK(flags_at("a") == ST_RDONLY && flags_at("a/b") == ST_RDONLY &&
	      flags_at("a/b/c") == ST_RDONLY && flags_at("a/hidden") == ST_RDONLY);
	CHECK(flags_at("aa") == 0 && flags_at(".") == 0);
	CHECK_INT(root_remount(fd, &alone, &e), 0);
	CHECK(flags_at("a") == (ST_RDONLY | ST_NOSUID) && flags_at("a/b") == ST_RDONLY);
	CHECK_INT(root_remount(fd, &rw, &e), 0);
	CHECK(flags_at("a") == ST_NOSUID && flags_at("a/b/c") == 0);
	/* the mount that was covered was skipped */
	CHECK_INT(umount2("a/hidden", MNT_DETACH), 0);
	CHECK(flags_at("a/hidden") == 0 && flags_at("a/hidden/x") == 0);
	CHECK_INT(root_remount(fd, &ro, &e), 0);
	CHECK_INT(fchdir(fd), 0);
	root_remount_writable(fd);
	CHECK(flags_at(".") == ST_NOSUID && flags_at("b") == ST_RDONLY);
	close(fd);
	CHECK(root_remount(-1, &ro, &e) < 0);
	CHECK_STR(e.what, "cannot set mount options");
}

static void remounts_a_mount_and_those_below_it(void)
{
	if (!USE_LIBMOUNT) {
		unit_skip("built without libmount");
		return;
	}
	sandbox(0, remount);
}

/* ---- Descriptors and attributes of a root */

static void keeps_at_most_half_of_the_descriptors_open(void)
{
	static const struct {
		rlim_t limit;
		int want;
	} rows[] = { { 0, 0 }, { 100, 50 }, { 1000, 500 }, { 1024, 512 }, { 4096, 512 } };
	struct rlimit before, now;

	CHECK_INT(getrlimit(RLIMIT_NOFILE, &before), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows) && rows[i].limit <= before.rlim_max; i++) {
		now = (struct rlimit){ rows[i].limit, before.rlim_max };
		CHECK_INT(setrlimit(RLIMIT_NOFILE, &now), 0);
		CHECK_INT(root_left_open(), rows[i].want);
	}
	CHECK_INT(setrlimit(RLIMIT_NOFILE, &before), 0);
}

static void closes_descriptors_above_the_limit(void)
{
	struct root r = ROOT_INIT;
	int fd = open_dir("/");

	r.left_open = fd + 1;
	root_done(&r, fd);
	CHECK(fcntl(fd, F_GETFD) >= 0);
	r.left_open = fd;
	root_done(&r, fd);
	CHECK(fcntl(fd, F_GETFD) < 0);
	root_done(&r, -1);
}

static void nodev_applies_to_new_mounts(void)
{
	static const struct mntopt ro = { .set = MOUNT_ATTR_RDONLY },
				   dev = { .clr = MOUNT_ATTR_NODEV };
	struct root r = ROOT_INIT;

	CHECK_INT(root_attributes(&r, &ro), MOUNT_ATTR_RDONLY);
	r.nodev = true;
	CHECK_INT(root_attributes(&r, &ro), MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV);
	CHECK_INT(root_attributes(&r, &dev), 0);
}

/* Creates the directory dir/covered, mounts two file systems on it, and undoes the directory with
 * root_log_undo(). Returns true if the directory remains. */
static bool remains(const char *dir, bool unmount)
{
	struct root_log log = ROOT_LOG_INIT;
	cleanup_fd int top = open_dir(dir);
	char path[64];

	snprintf(path, sizeof(path), "%s/covered", dir);
	CHECK_INT(mkdir(path, 0755), 0);
	CHECK_INT(root_log_note(&log, top, "covered", AT_REMOVEDIR), 0);
	for (int i = 0; i < 2; i++)
		CHECK_INT(mount("t", path, "tmpfs", 0, NULL), 0);
	root_log_undo(&log, unmount);
	while (umount2(path, MNT_DETACH) == 0)
		continue;
	return rmdir(path) == 0;
}

static void undo_covered(const char *dir)
{
	CHECK(!remains(dir, true));
	CHECK(remains(dir, false));
}

/* The mount attribute that try_remount() sets. */
static uint64_t attribute;

static int try_remount(void)
{
	const struct mntopt o = { .set = attribute, .norec = true };
	cleanup_fd int dir = open_dir("/tmp");
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = root_remount(dir, &o, &e);
	return fault_result(rc, &e, true);
}

/* Old kernels ignore some flags of mount(2). root_remount() must fail if a flag that restricts
 * access has no effect. */
static void remount_without_effect(const char *dir)
{
	static const uint64_t all[] = { MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV,
					MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOATIME };

	(void)dir;
	CHECK_INT(mount("t", "/tmp", "tmpfs", 0, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		attribute = all[i];
		CHECK_INT(fault_answer(try_remount, SYS_mount, 1, 0),
			  all[i] == MOUNT_ATTR_NOATIME ? 0 : -EPERM);
	}
}

/* root_remount_writable() makes only the mount writable, not its file system. */
static void make_writable(const char *dir)
{
	cleanup_fd int fd = -1;
	struct statvfs fs;

	for (int i = 0; i < 2; i++) {
		CHECK_INT(mount("t", dir, "tmpfs", 0, NULL), 0);
		CHECK_INT(mount(NULL, dir, NULL, MS_REMOUNT | MS_RDONLY | (i ? MS_BIND : 0), NULL),
			  0);
		util_close(&fd);
		fd = open_dir(dir);
		root_remount_writable(fd);
		CHECK(fstatvfs(fd, &fs) == 0);
		CHECK_INT(fs.f_flag & ST_RDONLY, i ? 0 : ST_RDONLY);
	}
	CHECK_INT(chdir("/"), 0);
}

static void a_remount_is_verified(void)
{
	sandbox(0, make_writable);
	if (fault_supported())
		sandbox(0, remount_without_effect);
}

static void mounts_on_created_directories_are_undone(void)
{
	sandbox(0, undo_covered);
}

UNIT_MAIN(CASE(finds_the_program_in_the_new_root), CASE(dev_null_of_the_old_root_is_replaced),
	  CASE(a_failed_call_leaves_the_old_null_or_is_reported),
	  CASE(an_initramfs_has_init_or_initrd_release),
	  CASE(detaches_mounts_and_empties_directories), CASE(remounts_a_mount_and_those_below_it),
	  CASE(keeps_at_most_half_of_the_descriptors_open),
	  CASE(closes_descriptors_above_the_limit), CASE(nodev_applies_to_new_mounts),
	  CASE(mounts_on_created_directories_are_undone), CASE(a_remount_is_verified))
