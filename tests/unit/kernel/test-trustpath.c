// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/trustpath.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "../fault.h"

/*
 * Returns the result of trustpath_resolve() as "DIRECTORY NAME", with a '*' after a link of the
 * proc file system, or the text of the error.
 */
static const char *resolve(const char *path, unsigned flags)
{
	static char text[8192];
	char dir[4096] = "", link[32];
	struct nserr e = NSERR_INIT;
	struct trustpath t;
	int rc = trustpath_resolve(path, flags, &t, &e);

	if (rc < 0) {
		snprintf(text, sizeof(text), "%s", strerror(-rc));
		return text;
	}
	snprintf(link, sizeof(link), "/proc/self/fd/%d", t.dir);
	CHECK(readlink(link, dir, sizeof(dir) - 1) > 0);
	snprintf(text, sizeof(text), "%s %s%s", dir, t.name, t.is_proc_link ? "*" : "");
	trustpath_free(&t);
	return text;
}

static void begin(void)
{
	char dir[UNIT_DIR_SIZE];

	close(unit_directory(dir));
	CHECK(chdir(dir) == 0);
	CHECK(mkdir("a", 0755) == 0 && mkdir("a/b", 0755) == 0);
	CHECK(symlink("a/b", "link") == 0 && symlink("../b/new", "a/b/far") == 0);
	CHECK(symlink("loop", "loop") == 0 && symlink("/", "root") == 0);
}

static void end(void)
{
	static const char *const files[] = { "a/b/far", "link", "loop", "root" };
	char dir[4096];

	CHECK(getcwd(dir, sizeof(dir)));
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		CHECK(unlink(files[i]) == 0);
	CHECK(rmdir("a/b") == 0 && rmdir("a") == 0);
	CHECK(chdir("/") == 0 && rmdir(dir) == 0);
}

static const char *below(const char *rest)
{
	static char text[8192];
	char dir[4096];

	CHECK(getcwd(dir, sizeof(dir)));
	snprintf(text, sizeof(text), "%s%s", dir, rest);
	return text;
}

static void follows_links(void)
{
	begin();
	CHECK_STR(resolve("a/file", 0), below("/a file"));
	CHECK_STR(resolve("./a/..//a/./file", 0), below("/a file"));
	CHECK_STR(resolve("link/file", 0), below("/a/b file"));
	CHECK_STR(resolve("link", 0), below("/a b"));
	CHECK_STR(resolve("a/b/far", 0), below("/a/b new"));
	CHECK_STR(resolve("link/..", 0), below("/a ."));
	CHECK_STR(resolve("root/tmp", 0), "/ tmp");
	CHECK_STR(resolve("/", 0), "/ .");
	end();
}

static void reports_links_of_proc(void)
{
	CHECK_STR(resolve("/proc/self/fd/0/x", 0), strerror(ENOTDIR));
	CHECK(strstr(resolve("/proc/self/fd/0", 0), "/fd 0*"));
	CHECK_STR(resolve("/proc/self/root/tmp", 0), "/ tmp");
}

static void refuses_a_path_that_leads_nowhere(void)
{
	begin();
	CHECK_STR(resolve("", 0), strerror(ENOENT));
	CHECK_STR(resolve("none/file", 0), strerror(ENOENT));
	CHECK_STR(resolve("loop", 0), strerror(ELOOP));
	CHECK_STR(resolve("loop/file", 0), strerror(ELOOP));
	end();
}

static void refuses_a_directory_that_others_can_write_to(void)
{
	begin();
	CHECK_STR(resolve("a/b/new", TRUSTPATH_DIRS), below("/a/b new"));
	CHECK(chmod("a", 0777) == 0);
	CHECK_STR(resolve("a/b/new", TRUSTPATH_DIRS), strerror(EACCES));
	CHECK_STR(resolve("link/new", TRUSTPATH_DIRS), strerror(EACCES));
	CHECK_STR(resolve("a/b/new", 0), below("/a/b new"));
	CHECK(chmod("a", 01777) == 0);
	CHECK_STR(resolve("a/b/new", TRUSTPATH_DIRS), below("/a/b new"));
	end();
}

static void refuses_a_file_in_place_of_a_directory(void)
{
	begin();
	CHECK_INT(close(open("a/file", O_CREAT | O_WRONLY, 0644)), 0);
	CHECK_STR(resolve("a/file", 0), below("/a file"));
	CHECK_STR(resolve("a/file/x", 0), strerror(ENOTDIR));
	CHECK_STR(resolve("a/file/", 0), strerror(ENOTDIR));
	CHECK_INT(unlink("a/file"), 0);
	end();
}

/* Returns the result of trustpath_check_dir() for a directory with this mode and group. */
static int check(mode_t mode, gid_t gid)
{
	struct nserr e = NSERR_INIT;
	int fd, rc;

	CHECK_INT(chown("a", (uid_t)-1, gid), 0);
	CHECK_INT(chmod("a", mode), 0);
	fd = open("a", O_PATH | O_CLOEXEC);
	rc = trustpath_check_dir(fd, "a", &e);
	close(fd);
	CHECK_STR(unit_message(&e), rc ? "cannot trust 'a': other users can write to it" : "");
	return rc;
}

static void trusts_only_the_own_group_and_group_0(void)
{
	const gid_t other = 12345;

	begin();
	CHECK_INT(check(0775, getegid()), 0);
	CHECK_INT(check(0777, getegid()), -EACCES);
	if (geteuid() == 0) {
		CHECK_INT(check(0755, other), 0);
		CHECK_INT(check(0775, other), -EACCES);
		CHECK_INT(check(01775, other), 0);
		CHECK_INT(setegid(other), 0);
		CHECK_INT(check(0775, other), 0);
		CHECK_INT(check(0775, 0), 0);
		CHECK_INT(check(0775, other + 1), -EACCES);
		CHECK_INT(setegid(0), 0);
	}
	end();
}

/* Resolves a path with a symbolic link. */
static int try_resolve(void)
{
	struct nserr e = NSERR_INIT;
	struct trustpath t;
	int rc;

	fault_begin();
	rc = trustpath_resolve("link/new", 0, &t, &e);
	fault_end();
	if (rc == 0)
		trustpath_free(&t);
	return rc < 0 && !e.what[0] ? 1 : rc;
}

static void refuses_a_link_that_cannot_be_read(void)
{
	if (!fault_require())
		return;
	begin();
	CHECK_INT(try_resolve(), 0);
	CHECK_INT(fault_answer(try_resolve, SYS_readlinkat, 1, -EIO), -EIO);
	/* the target fills the whole buffer, so it may be longer */
	CHECK_INT(fault_answer(try_resolve, SYS_readlinkat, 1, PATH_MAX), -ENAMETOOLONG);
	CHECK_INT(fault_answer(try_resolve, SYS_fstatfs, 1, -EIO), -EIO);
	CHECK_INT(fault_answer(try_resolve, SYS_newfstatat, 1, -EIO), -EIO);
	end();
}

UNIT_MAIN(CASE(follows_links), CASE(reports_links_of_proc), CASE(refuses_a_path_that_leads_nowhere),
	  CASE(refuses_a_directory_that_others_can_write_to),
	  CASE(refuses_a_file_in_place_of_a_directory), CASE(trusts_only_the_own_group_and_group_0),
	  CASE(refuses_a_link_that_cannot_be_read))
