// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test-tree: checks a new root that is attached before it is complete, as on Linux 5.12 to 6.14,
 * and the detection of the initial mount namespace. The tests run in children in new user and mount
 * namespaces.
 */
#include "root/begin.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "../sandbox.h"
#include "../unit.h"
#include "base/file.h"
#include "root/pivot.h"
#include "root/place.h"
#include "root/populate.h"

static bool is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static const struct mntopt plain;

static int begin(struct root *r, const char *dir, struct nserr *e)
{
	cleanup_fd int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return root_begin(r, fd, false, e);
}

/* Adds to the new root what nspivot creates differently on kernels before 6.15: a mount, files, a
 * read-only directory and a masked file. */
static void furnish(struct root *r, struct nserr *e)
{
	int fd = root_place_mount(r, "tmpfs", "/t", &plain, e);

	CHECK(fd >= 0);
	close(fd);
	CHECK_INT(root_make_file(r, "/t/motd", "hello\n", 6, &plain, e), 0);
	CHECK_INT(root_make_dir(r, "/t/dir", 0700, e), 0);
	CHECK_INT(root_make_readonly(r, "/t/dir", false, e), 0);
	CHECK_INT(root_make_mask(r, "/t/motd", false, e), 0);
	CHECK_INT(root_make_file(r, "/t/motd2", "hello\n", 6, &plain, e), 0);
}

static void pivot_early(const char *dir)
{
	struct root r = ROOT_INIT;
	struct nserr e = NSERR_INIT;
	char text[16];

	CHECK_INT(begin(&r, dir, &e), 0);
	CHECK_INT(root_attach(&r, true, &e), 0);
	/* without mount_setattr(2) the tree was attached from the beginning */
	CHECK(r.state == ROOT_ATTACHED && r.files_attached);
	furnish(&r, &e);
	CHECK_STR(unit_message(&e), "");
	CHECK_INT(root_pivot(&r, NULL, &e), 0);
	CHECK_STR(unit_message(&e), "");
	CHECK(is_there("/t/dir") && !is_there("/usr") && !is_there("/proc"));
	CHECK_INT(file_read_at(AT_FDCWD, "/t/motd2", text, sizeof(text)), 6);
	CHECK(mkdir("/t/dir/x", 0755) < 0 && errno == EROFS);
	root_close(&r);
}

static void put_old_early(const char *dir)
{
	struct root r = ROOT_INIT;
	struct nserr e = NSERR_INIT;

	CHECK_INT(begin(&r, dir, &e), 0);
	CHECK_INT(root_attach(&r, true, &e), 0);
	furnish(&r, &e);
	CHECK_INT(root_pivot(&r, "/t/old", &e), 0);
	CHECK_STR(unit_message(&e), "");
	CHECK(is_there("/t/old/usr") && !is_there("/usr"));
	root_close(&r);
}

static void undo_early(const char *dir)
{
	char before[65536], after[65536], path[64];
	struct root r = ROOT_INIT;
	struct nserr e = NSERR_INIT;

	CHECK(file_read_at(AT_FDCWD, "/proc/self/mountinfo", before, sizeof(before)) > 0);
	CHECK_INT(begin(&r, dir, &e), 0);
	CHECK_INT(root_attach(&r, true, &e), 0);
	furnish(&r, &e);
	root_undo(&r);
	CHECK(file_read_at(AT_FDCWD, "/proc/self/mountinfo", after, sizeof(after)) > 0);
	CHECK_STR(after, before);
	snprintf(path, sizeof(path), "%s/t", dir);
	CHECK(!is_there(path));
}

static void pivots_into_a_root_attached_early(void)
{
	sandbox(0, pivot_early);
}

static void put_old_works_with_a_root_attached_early(void)
{
	sandbox(0, put_old_early);
}

static void undo_removes_a_root_attached_early(void)
{
	sandbox(0, undo_early);
}

static void is_not_the_initial_namespace(const char *dir)
{
	struct nserr e = NSERR_INIT;

	(void)dir;
	CHECK_INT(root_pivot_check_ns(&e), 0);
}

static void recognises_the_mount_namespace_of_the_machine(void)
{
	struct stat mine, kthreadd;
	struct nserr e = NSERR_INIT;
	char comm[32] = "";

	sandbox(0, is_not_the_initial_namespace);
	/* skip the test in a pid namespace, where process 2 is an ordinary process and not
	 * kthreadd */
	if (file_read_at(AT_FDCWD, "/proc/2/comm", comm, sizeof(comm)) < 0 ||
	    !streq(comm, "kthreadd\n"))
		return;
	if (stat("/proc/self/ns/mnt", &mine) < 0 || stat("/proc/2/ns/mnt", &kthreadd) < 0)
		return;
	CHECK_INT(root_pivot_check_ns(&e), mine.st_ino == kthreadd.st_ino ? -EPERM : 0);
	CHECK_STR(e.hint,
		  mine.st_ino == kthreadd.st_ino
			  ? "run 'nsunshare -m -- nspivot ...', or use --force to pivot here"
			  : "");
	CHECK(!strstr(e.hint, "use --force to skip this check"));
}

static void recognises_names_of_the_root(void)
{
	CHECK(root_place_is_root("/") && root_place_is_root("//") && root_place_is_root("/./..") &&
	      root_place_is_root("."));
	CHECK_STR(root_place_plain("/a/./b"), "/a/./b");
	CHECK_STR(root_place_plain("a"), "a");
	CHECK_STR(root_place_plain("/../.././a/..b"), "/a/..b");
	CHECK_STR(root_place_plain("/.."), "/");
	CHECK(!root_place_plain("/a/..") && !root_place_plain("../a/../b"));
	CHECK(!root_place_is_root("/a") && !root_place_is_root("/...") &&
	      !root_place_is_root(".a"));
}

UNIT_MAIN(CASE(pivots_into_a_root_attached_early), CASE(put_old_works_with_a_root_attached_early),
	  CASE(undo_removes_a_root_attached_early),
	  CASE(recognises_the_mount_namespace_of_the_machine), CASE(recognises_names_of_the_root))
