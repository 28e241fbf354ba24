// SPDX-License-Identifier: GPL-2.0-or-later
/* test-node: creates files, directories, links and device nodes in a new root, and new file
 * systems. */
#include "root/node.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "../fault.h"
#include "../sandbox.h"
#include "kernel/sys_mount.h"
#include "root/begin.h"
#include "root/lookup.h"
#include "root/place.h"
#include "root/populate.h"

static const struct root_node null_node = { S_IFCHR, 1, 3, 0666, 0, 0 };
static const struct mntopt plain;

static int try_open_node(void)
{
	struct nserr e = NSERR_INIT;
	int fd;

	fault_begin();
	fd = root_open_node("/dev/null", &null_node, &e);
	fault_end();
	if (fd >= 0)
		close(fd);
	return fault_result(fd, &e, true);
}

static void opens_only_the_right_device(void)
{
	static const struct fault_row failures[] = {
		{ "root_open_node", try_open_node, SYS_openat, 1, EACCES, -EACCES },
		{ "root_open_node", try_open_node, SYS_newfstatat, 1, EIO, -EIO },
	};
	static const struct {
		const char *path;
		struct root_node node;
		int want;
		const char *message;
	} rows[] = {
		{ "/dev/null", { S_IFCHR, 1, 3 }, 0, "" },
		{ "/dev/null", { 0 }, 0, "" },
		{ "/dev/null",
		  { S_IFCHR, 1, 5 },
		  -EINVAL,
		  "'/dev/null' is not the character device 1:5" },
		{ "/dev/null",
		  { S_IFBLK, 1, 3 },
		  -EINVAL,
		  "'/dev/null' is not the block device 1:3" },
		{ "/proc/version",
		  { S_IFCHR, 1, 3 },
		  -EINVAL,
		  "'/proc/version' is not a device node" },
		{ "/proc/self/exe", { 0 }, -EINVAL, "'/proc/self/exe' is not a device node" },
		{ "/proc/none",
		  { 0 },
		  -ENOENT,
		  "cannot open '/proc/none': No such file or directory" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct nserr e = NSERR_INIT;
		cleanup_fd int fd = root_open_node(rows[i].path, &rows[i].node, &e);

		CHECK_INT(MIN(fd, 0), rows[i].want);
		CHECK_STR(unit_message(&e), rows[i].message);
	}
	if (fault_supported())
		fault_table(failures, ARRAY_SIZE(failures));
}

static void a_link_to_a_device_is_refused(void)
{
	char dir[UNIT_DIR_SIZE], path[UNIT_PATH_SIZE], want[UNIT_PATH_SIZE + 32];
	struct nserr e = NSERR_INIT;

	close(unit_directory(dir));
	snprintf(path, sizeof(path), "%s/null", dir);
	snprintf(want, sizeof(want), "'%s' is not a device node", path);
	CHECK_INT(symlink("/dev/null", path), 0);
	CHECK_INT(root_open_node(path, &null_node, &e), -EINVAL);
	CHECK_STR(unit_message(&e), want);
	CHECK(unlink(path) == 0 && rmdir(dir) == 0);
}

static int begin(struct root *r, const char *dir)
{
	cleanup_fd int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct nserr e = NSERR_INIT;

	*r = ROOT_INIT;
	CHECK_INT(root_begin(r, fd, false, &e), 0);
	CHECK_STR(unit_message(&e), "");
	return r->fd;
}

/* Returns the status of a file in the new root. */
static struct stat status(const struct root *r, const char *path)
{
	struct stat st = { 0 };
	cleanup_fd int fd = root_open(r, path, ROOT_RESOLVE_NOFOLLOW, NULL);

	CHECK(fd >= 0 && fstat(fd, &st) == 0);
	return st;
}

/* Returns the flags of the mount that contains a file in the new root. */
static unsigned long flags(const struct root *r, const char *path)
{
	struct statvfs fs = { 0 };
	cleanup_fd int fd = root_open(r, path, 0, NULL);

	CHECK(fd >= 0 && fstatvfs(fd, &fs) == 0);
	return fs.f_flag;
}

/* ---- Read-only mounts */

/* Tries to create files on a read-only mount of the new root. */
static void create_on_read_only(const char *dir)
{
	static const struct mntopt ro = { .set = MOUNT_ATTR_RDONLY };
	static const struct {
		char kind; /* d: directory, l: symbolic link, m: mount */
		const char *path, *what;
	} rows[] = {
		{ 'd', "/m/x", "cannot create directory '/m/x' in the new root" },
		{ 'd', "/m/x/y", "cannot create directory '/m/x/y' in the new root" },
		{ 'l', "/m/x", "cannot create symbolic link '/m/x' in the new root" },
		{ 'l', "/m/x/y", "cannot create symbolic link '/m/x/y' in the new root" },
		{ 'm', "/m/x", "cannot create '/m/x' in the new root" },
	};
	struct nserr e = NSERR_INIT;
	struct root r;
	char hint[64];
	int fd;

	CHECK_INT(mount("t", dir, "tmpfs", 0, NULL), 0);
	begin(&r, dir);
	fd = root_place_mount(&r, "tmpfs", "/m", &ro, &e);
	CHECK(fd >= 0);
	root_done(&r, fd);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *path = rows[i].path;
		int rc;

		e = NSERR_INIT;
		if (rows[i].kind == 'd')
			rc = root_make_dir(&r, path, 0755, &e);
		else if (rows[i].kind == 'l')
			rc = root_make_symlink(&r, "t", path, &e);
		else
			rc = root_place_mount(&r, "tmpfs", path, &plain, &e);
		CHECK_INT(rc, -EROFS);
		CHECK_STR(e.what, rows[i].what);
		CHECK_INT(e.errnum, EROFS);
		snprintf(hint, sizeof(hint), "create '%s' in the source of the mount on '/m'",
			 path);
		CHECK(strstr(e.hint, hint));
	}
	root_undo(&r);
}

static void a_read_only_mount_is_named(void)
{
	sandbox(0, create_on_read_only);
}

/* ---- Device nodes */

/* A process that may not create device nodes bind-mounts those of the old root. */
static void bind_nodes(const char *dir)
{
	static const struct root_node any = { 0 };
	struct root_node zero = { S_IFCHR, 1, 5, 0600, 0, 0 };
	struct nserr e = NSERR_INIT;
	struct stat st;
	struct root r;

	begin(&r, dir);
	CHECK_INT(root_make_node(&r, "/dev/null", &null_node, &e), 0);
	CHECK_INT(root_make_node(&r, "/dev/zero", &any, &e), 0);
	st = status(&r, "/dev/null");
	CHECK(S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3));
	CHECK_INT(flags(&r, "/dev/null") & (ST_RDONLY | ST_NOSUID | ST_NOEXEC),
		  ST_RDONLY | ST_NOSUID | ST_NOEXEC);
	CHECK(status(&r, "/dev/zero").st_rdev == makedev(1, 5));
	CHECK_INT(root_make_node(&r, "/dev/full", &zero, &e), -EINVAL);
	CHECK_STR(unit_message(&e), "'/dev/full' is not the character device 1:5");
	root_close(&r);
}

/* A process that may create device nodes creates them. */
static void create_nodes(void)
{
	static const struct root_node node = { S_IFCHR, 1, 5, 0640, 5, 6 },
				      block = { S_IFBLK, 7, 300, 0600, 0, 0 };
	struct nserr e = NSERR_INIT;
	struct root r;
	struct stat st;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return;
	sandbox_tmpfs(SANDBOX_DIR);
	begin(&r, SANDBOX_DIR);
	CHECK_INT(root_make_node(&r, "/x", &node, &e), 0);
	st = status(&r, "/x");
	CHECK(S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 5) && st.st_uid == 5 &&
	      st.st_gid == 6 && (st.st_mode & ALLPERMS) == 0640);
	CHECK_INT(flags(&r, "/x") & (ST_RDONLY | ST_NODEV | ST_NOSUID | ST_NOEXEC),
		  ST_NOSUID | ST_NOEXEC);
	CHECK_INT(root_make_node(&r, "/y", &block, &e), 0);
	st = status(&r, "/y");
	CHECK(S_ISBLK(st.st_mode) && st.st_rdev == makedev(7, 300));
	root_close(&r);
}

static void nodes_are_created_or_bind_mounted(void)
{
	sandbox(0, bind_nodes);
	/* CAP_MKNOD counts only in the initial user namespace */
	if (geteuid() == 0 && !root_in_userns())
		CHECK_INT(unit_in_child(create_nodes), 0);
}

/* ---- Directories and links */

static void populate(const char *dir)
{
	struct nserr e = NSERR_INIT;
	struct root r;
	struct stat st;
	int fd;

	fd = begin(&r, dir);
	CHECK_INT(root_make_dir(&r, "/a/sub", 0700, &e), 0);
	umask(077);
	CHECK_INT(root_make_dir(&r, "/a/b", 07751, &e), 0);
	CHECK_INT(status(&r, "/a/b").st_mode & ALLPERMS, 07751);
	CHECK_INT(status(&r, "/a").st_mode & ALLPERMS, 0755);
	/* missing parents do not depend on the umask either */
	CHECK_INT(root_make_dir(&r, "/a/new/b", 0700, &e), 0);
	CHECK_INT(status(&r, "/a/new").st_mode & ALLPERMS, 0755);
	CHECK_INT(umask(022), 077);
	/* an existing directory stays as it is */
	CHECK_INT(root_make_dir(&r, "/a/b", 0700, &e), 0);
	CHECK_INT(status(&r, "/a/b").st_mode & ALLPERMS, 07751);
	CHECK_INT(root_make_symlink(&r, "b", "/a/link", &e), 0);
	CHECK_INT(root_make_dir(&r, "/a/link", 0700, &e), 0);
	CHECK_INT(root_make_symlink(&r, "b", "/a/link", &e), 0);
	CHECK_STR(unit_message(&e), "");
	CHECK_INT(root_make_symlink(&r, "c", "/a/link", &e), -EEXIST);
	CHECK_STR(e.what, "cannot create symbolic link '/a/link' in the new root");
	CHECK_INT(root_make_symlink(&r, "bb", "/a/link", &e), -EEXIST);
	CHECK_INT(root_make_symlink(&r, "b", "/a/b", &e), -EEXIST);
	unit_put(fd, "a/file", "");
	CHECK_INT(root_make_dir(&r, "/a/file", 0700, &e), -EEXIST);
	CHECK_STR(e.what, "cannot create directory '/a/file' in the new root");
	CHECK_INT(root_make_dir(&r, "/a/file/x", 0700, &e), -ENOTDIR);
	CHECK_STR(e.what, "cannot create directory '/a/file/x' in the new root");
	CHECK_INT(root_make_symlink(&r, "x", "/a/file/x", &e), -ENOTDIR);
	/* a default ACL changes the mode of a new directory */
	if (setxattr(file_fd_path(fd).text, "system.posix_acl_default",
		     "\2\0\0\0"
		     "\1\0\7\0\377\377\377\377\4\0\0\0\377\377\377\377\40\0\0\0\377\377\377\377",
		     28, 0) == 0) {
		e = NSERR_INIT;
		CHECK_INT(root_make_dir(&r, "/d", 0755, &e), -ESTALE);
		CHECK_STR(e.what,
			  "directory '/d' in the new root is not the directory that was created");
		CHECK_STR(e.hint, "remove the default ACL of the parent directory");
	}
	/* everything that was created is removed, in the reverse order */
	root_undo(&r);
	fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK(fstatat(fd, "a/b", &st, 0) < 0 &&
	      fstatat(fd, "a/link", &st, AT_SYMLINK_NOFOLLOW) < 0 &&
	      fstatat(fd, "a/file", &st, 0) == 0 && fstatat(fd, "d", &st, 0) < 0);
	close(fd);
}

static const char *target;

static int try_make_dir(void)
{
	struct nserr e = NSERR_INIT;
	struct root r;
	int rc;

	begin(&r, target);
	fault_begin();
	rc = root_make_dir(&r, "/new", 0755, &e);
	fault_end();
	root_undo(&r);
	return fault_result(rc, &e, true);
}

static int try_make_file(void)
{
	struct nserr e = NSERR_INIT;
	struct root r;
	int rc;

	begin(&r, target);
	fault_begin();
	rc = root_make_file(&r, "/file", "text", 4, &plain, &e);
	fault_end();
	root_undo(&r);
	return fault_result(rc, &e, true);
}

static void fail_to_populate(const char *dir)
{
	static const struct fault_row rows[] = {
		/* another process has replaced the new directory */
		{ "root_make_dir", try_make_dir, SYS_openat, 1, ENOENT, -ESTALE },
		{ "root_make_dir", try_make_dir, SYS_openat, 1, ENOTDIR, -ESTALE },
		{ "root_make_dir", try_make_dir, SYS_openat, 1, ELOOP, -ESTALE },
		{ "root_make_dir", try_make_dir, SYS_openat, 1, EACCES, -EACCES },
		{ "root_make_dir", try_make_dir, SYS_mkdirat, 1, ENOSPC, -ENOSPC },
		{ "root_make_file", try_make_file, SYS_fchmod, 1, EPERM, -EPERM },
		{ "root_make_file", try_make_file, SYS_write, 1, ENOSPC, -ENOSPC },
		{ "root_make_file", try_make_file, SYS_openat, 1, ENOSPC, -ENOSPC },
	};

	target = dir;
	fault_table(rows, ARRAY_SIZE(rows));
}

static void hide(const char *dir)
{
	struct nserr e = NSERR_INIT;
	struct root r;
	int fd;

	fd = begin(&r, dir);
	unit_put(fd, "file", "secret");
	CHECK(mkdirat(fd, "dir", 0755) == 0 && mkdirat(fd, "dir/x", 0755) == 0);
	CHECK_INT(root_make_mask(&r, "/file", false, &e), 0);
	CHECK(status(&r, "/file").st_rdev == makedev(1, 3));
	CHECK_INT(flags(&r, "/file") & (ST_RDONLY | ST_NOSUID | ST_NOEXEC),
		  ST_RDONLY | ST_NOSUID | ST_NOEXEC);
	CHECK_INT(root_make_mask(&r, "/dir", false, &e), 0);
	CHECK_INT(root_open(&r, "/dir/x", 0, NULL), -ENOENT);
	CHECK_INT(status(&r, "/dir").st_mode & ALLPERMS, 0555);
	CHECK_INT(flags(&r, "/dir") & (ST_RDONLY | ST_NOSUID | ST_NODEV | ST_NOEXEC),
		  ST_RDONLY | ST_NOSUID | ST_NODEV | ST_NOEXEC);
	CHECK_INT(root_make_mask(&r, "/", false, &e), -EINVAL);
	CHECK_STR(unit_message(&e), "cannot mask '/'");
	CHECK_INT(root_make_mask(&r, "/none", false, &e), -ENOENT);
	CHECK_INT(root_make_mask(&r, "/none", true, &e), 0);
	CHECK_STR(e.what, "");
	CHECK_INT(root_make_readonly(&r, "/none", false, &e), -ENOENT);
	CHECK_INT(root_make_readonly(&r, "/", false, &e), 0);
	CHECK(r.readonly);
	CHECK_INT(root_finish(&r, &e), 0);
	CHECK(flags(&r, "/") & ST_RDONLY);
	root_close(&r);
}

static void creates_and_masks_paths(void)
{
	sandbox(0, populate);
	sandbox(0, hide);
	if (fault_supported())
		sandbox(0, fail_to_populate);
}

/* ---- New file systems */

static void make_file_systems(const char *dir)
{
	static const char *sizes[] = { "size=64k", "mode=0711" }, *bad[] = { "size=x" },
			  *flag[] = { "nonsense" };
	struct mntopt o = { .param = sizes, .n = 2, .set = MOUNT_ATTR_NOEXEC };
	struct root r = ROOT_INIT;
	struct nserr e = NSERR_INIT;
	struct statvfs fs;
	struct stat st;
	int fd = sys_fsopen("tmpfs");

	(void)dir;
	if (fd < 0)
		return;
	close(fd);
	fd = root_new_fs(&r, "tmpfs", &o, &e);
	CHECK(fd >= 0 && fstatvfs(fd, &fs) == 0 && fs.f_blocks * fs.f_frsize == 65536 &&
	      fs.f_flag & ST_NOEXEC && !(fs.f_flag & ST_RDONLY));
	CHECK(fstat(fd, &st) == 0 && (st.st_mode & ALLPERMS) == 0711);
	close(fd);
	o = (struct mntopt){ .param = bad, .n = 1 };
	CHECK_INT(root_new_fs(&r, "tmpfs", &o, &e), -EINVAL);
	CHECK_STR(e.what, "cannot mount tmpfs");
	CHECK(str_after(e.hint, "the kernel reports: tmpfs: Bad value for 'size'"));
	o.param = flag;
	e = NSERR_INIT;
	CHECK_INT(root_new_fs(&r, "tmpfs", &o, &e), -EINVAL);
	CHECK(strstr(e.hint, "nonsense"));
	e = NSERR_INIT;
	CHECK_INT(root_new_fs(&r, "nonsense", &plain, &e), -ENODEV);
	CHECK_STR(e.what, "cannot create a file system of type 'nonsense'");
	CHECK_STR(e.hint, "see /proc/filesystems for the types that this kernel supports");
}

static void a_file_system_has_the_requested_parameters(void)
{
	sandbox(0, make_file_systems);
}

UNIT_MAIN(CASE(opens_only_the_right_device), CASE(a_link_to_a_device_is_refused),
	  CASE(a_read_only_mount_is_named), CASE(nodes_are_created_or_bind_mounted),
	  CASE(creates_and_masks_paths), CASE(a_file_system_has_the_requested_parameters))
