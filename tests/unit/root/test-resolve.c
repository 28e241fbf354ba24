// SPDX-License-Identifier: GPL-2.0-or-later
/* test-resolve: checks that path resolution with openat2(2) and component by component give the
 * same results. */
#include "root/resolve.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "../fault.h"

static char dir[UNIT_DIR_SIZE];
static int root = -1;

static void make_root(void)
{
	if (root >= 0)
		return;
	root = unit_directory(dir);
	CHECK(mkdirat(root, "a", 0755) == 0 && mkdirat(root, "a/b", 0755) == 0);
	CHECK(mkdirat(root, "etc", 0755) == 0);
	close(openat(root, "etc/hosts", O_CREAT | O_WRONLY, 0644));
	CHECK(symlinkat("/etc", root, "abs") == 0);
	CHECK(symlinkat("../../../../../etc", root, "a/b/up") == 0);
	CHECK(symlinkat("loop", root, "loop") == 0);
	CHECK(symlinkat("a/b", root, "rel") == 0);
	CHECK(symlinkat("/", root, "slash") == 0);
	CHECK(symlinkat("/new/dir", root, "dangling") == 0);
}

static void remove_root(void)
{
	unit_remove(dir);
	close(root);
}

/*
 * Returns the inode of path, or 0 if it does not exist. Checks that openat2(2) and the walk agree.
 */
static ino_t find(const char *path, unsigned flags, int *err)
{
	int fd[2] = { root_resolve(root, path, flags, NULL),
		      root_resolve(root, path, flags | ROOT_RESOLVE_SLOW, NULL) };
	struct stat st[2] = { 0 };

	for (int i = 0; i < 2; i++)
		if (fd[i] >= 0) {
			CHECK(fstat(fd[i], &st[i]) == 0);
			close(fd[i]);
		}
	CHECK_INT(fd[0] < 0 ? fd[0] : 0, fd[1] < 0 ? fd[1] : 0);
	CHECK(st[0].st_ino == st[1].st_ino);
	if (err)
		*err = fd[0] < 0 ? fd[0] : 0;
	return st[0].st_ino;
}

static ino_t inside(const char *path)
{
	struct stat st = { 0 };

	CHECK(fstatat(root, path, &st, AT_SYMLINK_NOFOLLOW) == 0);
	return st.st_ino;
}

static void links_and_dots_stay_inside(void)
{
	unit_keeps_fds = true; /* the root stays open until the last case */
	make_root();
	CHECK(find("abs/hosts", 0, NULL) == inside("etc/hosts"));
	CHECK(find("/a/b/up/hosts", 0, NULL) == inside("etc/hosts"));
	CHECK(find("rel/../../../../etc", 0, NULL) == inside("etc"));
	CHECK(find("slash/slash/etc", 0, NULL) == inside("etc"));
	CHECK(find("..", 0, NULL) == inside("."));
	CHECK(find("/", 0, NULL) == inside("."));
	CHECK(find("./a//b/", 0, NULL) == inside("a/b"));
	CHECK(find("abs", ROOT_RESOLVE_NOFOLLOW, NULL) == inside("abs"));
}

static void openat2_and_walk_return_the_same_error(void)
{
	int err;

	make_root();
	find("loop", 0, &err);
	CHECK_INT(err, -ELOOP);
	find("nothing/x", 0, &err);
	CHECK_INT(err, -ENOENT);
	find("dangling", 0, &err);
	CHECK_INT(err, -ENOENT);
	find("etc/hosts/x", 0, &err);
	CHECK_INT(err, -ENOTDIR);
	find("etc/hosts/..", 0, &err);
	CHECK_INT(err, -ENOTDIR);
}

static void magic_links_are_refused(void)
{
	int slash = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	/* the root is "/", because only it contains /proc */
	CHECK_INT(root_resolve(slash, "/proc/self/root", 0, NULL), -ELOOP);
	CHECK_INT(root_resolve(slash, "/proc/self/root", ROOT_RESOLVE_SLOW, NULL), -ELOOP);
	CHECK_INT(root_resolve(slash, "/proc/self/cwd/x", ROOT_RESOLVE_SLOW, NULL), -ELOOP);
	close(slash);
}

static void missing_components_are_created_inside_and_removed(void)
{
	struct root_log log = ROOT_LOG_INIT;
	struct stat st;
	int fd;

	make_root();
	fd = root_resolve(root, "/dangling/x/y", ROOT_RESOLVE_DIR, &log);
	CHECK(fd >= 0);
	close(fd);
	CHECK(fstatat(root, "new/dir/x/y", &st, 0) == 0 && S_ISDIR(st.st_mode));
	fd = root_resolve(root, "abs/deep/file", ROOT_RESOLVE_FILE, &log);
	CHECK(fd >= 0);
	close(fd);
	CHECK(fstatat(root, "etc/deep/file", &st, 0) == 0 && S_ISREG(st.st_mode));
	CHECK_INT(log.n, 6);
	root_log_undo(&log, false);
	CHECK(fstatat(root, "new", &st, 0) < 0);
	CHECK(fstatat(root, "etc/deep", &st, 0) < 0);
	CHECK(fstatat(root, "etc/hosts", &st, 0) == 0);
}

/* The log of created entries needs a descriptor of the directory. The process has no free
 * descriptor, so the entry cannot be logged and must be removed. */
static void entry_that_cannot_be_logged_is_removed(void)
{
	struct root_log log = ROOT_LOG_INIT;
	struct rlimit was, none;
	struct stat st;
	int rc;

	make_root();
	CHECK(mkdirat(root, "noted", 0755) == 0 && mkdirat(root, "unnoted", 0755) == 0);
	CHECK_INT(root_log_note(&log, root, "noted", AT_REMOVEDIR), 0);
	root_log_forget(&log);
	CHECK(getrlimit(RLIMIT_NOFILE, &was) == 0);
	none = (struct rlimit){ 0, was.rlim_max };
	CHECK(setrlimit(RLIMIT_NOFILE, &none) == 0);
	rc = root_log_note(&log, root, "unnoted", AT_REMOVEDIR);
	CHECK(setrlimit(RLIMIT_NOFILE, &was) == 0);
	CHECK(rc < 0);
	CHECK_INT(log.n, 0);
	CHECK(fstatat(root, "unnoted", &st, 0) < 0);
	CHECK(fstatat(root, "noted", &st, 0) == 0);
	root_log_forget(&log);
}

static void opens_the_parent_of_the_last_component(void)
{
	const char *base;
	struct stat st;
	int fd;

	make_root();
	fd = root_resolve_parent(root, "/abs/new", 0, &base, NULL);
	CHECK(fd >= 0 && fstat(fd, &st) == 0 && st.st_ino == inside("etc"));
	CHECK_STR(base, "new");
	close(fd);
	CHECK_INT(root_resolve_parent(root, "/etc/..", 0, &base, NULL), -EINVAL);
	CHECK_INT(root_resolve_parent(root, "/etc/", 0, &base, NULL), -EINVAL);
	CHECK_INT(root_resolve_parent(root, ".", 0, &base, NULL), -EINVAL);
}

/* Files and directories must be opened with O_PATH: opening a FIFO for reading would wait for a
 * writer, and opening a directory would need read permission. */
static void opens_no_component_for_reading(void)
{
	make_root();
	CHECK(mkfifoat(root, "fifo", 0644) == 0);
	CHECK(mkdirat(root, "locked", 0755) == 0 && mkdirat(root, "locked/in", 0755) == 0);
	CHECK(fchmodat(root, "locked/in", 0, 0) == 0 && fchmodat(root, "locked", 0111, 0) == 0);
	alarm(20);
	CHECK(find("fifo", 0, NULL) == inside("fifo"));
	CHECK(find("abs/../fifo", ROOT_RESOLVE_NOFOLLOW, NULL) == inside("fifo"));
	CHECK(find("locked/in", 0, NULL) == inside("locked/in"));
	alarm(0);
	CHECK(fchmodat(root, "locked", 0755, 0) == 0 &&
	      unlinkat(root, "locked/in", AT_REMOVEDIR) == 0);
}

/* Resolves a path with two links, one of which is absolute, without openat2(2). */
static int try_slow(void)
{
	struct stat st;
	int fd;

	fault_begin();
	fd = root_resolve(root, "rel/up/hosts", ROOT_RESOLVE_SLOW, NULL);
	fault_end();
	if (fd < 0)
		return fd;
	return fstat(fd, &st) == 0 && close(fd) == 0 && st.st_ino == inside("etc/hosts") ? 0 : 1;
}

static int try_absolute(void)
{
	int fd;

	fault_begin();
	fd = root_resolve(root, "abs/hosts", ROOT_RESOLVE_SLOW, NULL);
	fault_end();
	if (fd >= 0)
		close(fd);
	return MIN(fd, 0);
}

static void a_link_that_cannot_be_read_ends_the_walk(void)
{
	if (!fault_require())
		return;
	make_root();
	fault_all("root_resolve", try_slow, NULL);
	CHECK_INT(fault_answer(try_slow, SYS_readlinkat, 1, -EIO), -EIO);
	/* the file was replaced by one that is no link, or the target may be longer */
	CHECK_INT(fault_answer(try_slow, SYS_readlinkat, 1, 0), -ENOENT);
	CHECK_INT(fault_answer(try_slow, SYS_readlinkat, 2, PATH_MAX), -ENAMETOOLONG);
	CHECK_INT(fault_answer(try_absolute, SYS_fstatfs, 1, -EIO), -EIO);
}

static int try_fast(void)
{
	int fd;

	fault_begin();
	fd = root_resolve(root, "abs/hosts", 0, NULL);
	fault_end();
	if (fd >= 0)
		close(fd);
	return MIN(fd, 0);
}

static void the_walk_replaces_openat2(void)
{
	if (!fault_require())
		return;
	make_root();
	CHECK_INT(fault_answer(try_fast, SYS_openat2, 1, -ENOSYS), 0);
	CHECK_INT(fault_answer(try_fast, SYS_openat2, 1, -EPERM), 0);
	CHECK_INT(fault_answer(try_fast, SYS_openat2, 1, -EACCES), -EACCES);
	CHECK_INT(fault_answer(try_fast, SYS_openat2, 1, -ENOENT), -ENOENT);
}

static void a_path_must_not_grow_beyond_the_limit(void)
{
	char target[PATH_MAX], rest[PATH_MAX];
	int err;

	make_root();
	/* the target and the rest have 4095 bytes together with the slash, and then one more */
	memset(target, '/', 2000);
	strcpy(target + 2000, "etc");
	CHECK_INT(symlinkat(target, root, "long"), 0);
	memset(rest, '/', sizeof(rest));
	memcpy(rest, "long", 4);
	strcpy(rest + 4 + PATH_MAX - 2003 - 2 - 6, "hosts");
	CHECK(find(rest, ROOT_RESOLVE_SLOW, &err) == inside("etc/hosts"));
	strcpy(rest + 4 + PATH_MAX - 2003 - 2 - 3, "hosts");
	CHECK_INT(root_resolve(root, rest, ROOT_RESOLVE_SLOW, NULL), -ENAMETOOLONG);
	CHECK_INT(unlinkat(root, "long", 0), 0);
}

static void creates_a_path_of_forty_levels(void)
{
	struct root_log log = ROOT_LOG_INIT;
	char path[200] = "";
	int fd;

	unit_keeps_fds = true; /* remove_root() closes the root */
	make_root();
	for (int i = 0; i < 40; i++)
		strcat(path, "/d");
	fd = root_resolve(root, path, ROOT_RESOLVE_DIR, &log);
	CHECK(fd >= 0);
	close(fd);
	CHECK_INT(log.n, 40);
	root_log_undo(&log, false);
	remove_root();
}

UNIT_MAIN(CASE(links_and_dots_stay_inside), CASE(openat2_and_walk_return_the_same_error),
	  CASE(magic_links_are_refused), CASE(missing_components_are_created_inside_and_removed),
	  CASE(entry_that_cannot_be_logged_is_removed),
	  CASE(opens_the_parent_of_the_last_component), CASE(opens_no_component_for_reading),
	  CASE(a_link_that_cannot_be_read_ends_the_walk), CASE(the_walk_replaces_openat2),
	  CASE(a_path_must_not_grow_beyond_the_limit), CASE(creates_a_path_of_forty_levels))
