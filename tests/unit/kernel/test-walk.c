// SPDX-License-Identifier: GPL-2.0-or-later
/* test-walk: visits directory trees that are deeper than the number of open directories, and trees
 * that change during the visit. */
#include "kernel/walk.h"

#include <fcntl.h>
#include <stdlib.h>

#include "../fault.h"
#include "../sandbox.h"

#define DEPTH 80 /* more than the 64 directories that the walk keeps open */

static int dir_fd = -1; /* the directory that make_tree() has filled */

/* The events of a walk. */
struct seen {
	unsigned files, mounts, errors;
	int err;        /* the errno of the last WALK_ERROR */
	char last[512]; /* path of the last file */
	/* the directory to move when a file with the name "deepest" is visited, or NULL */
	const char *move, *to;
	int end; /* the result of the function when this file is visited */
};

static int see(void *ctx, struct walk *w, enum walk_event event, int fd, const struct statx *st,
	       int err)
{
	struct seen *s = ctx;

	(void)fd;
	(void)st;
	s->files += event == WALK_FILE;
	s->mounts += event == WALK_MOUNT;
	s->errors += event == WALK_ERROR;
	s->err = event == WALK_ERROR ? err : s->err;
	snprintf(s->last, sizeof(s->last), "%s", walk_path(w));
	if (!strstr(s->last, "deepest"))
		return 0;
	if (s->move)
		CHECK_INT(renameat(dir_fd, s->move, dir_fd, s->to), 0);
	return s->end;
}

/* Walks the directory with the name `top` in messages. */
static int walk(struct seen *s, const char *top, bool cross, struct nserr *e)
{
	struct walk w = WALK_INIT(see, s);

	w.cross = cross;
	return walk_tree(&w, dir_fd, top, e);
}

/* Creates d/d/d/…/deepest in a new directory. */
static void make_tree(const char *dir)
{
	int fd;

	CHECK_INT(chdir(dir), 0);
	dir_fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < DEPTH; i++)
		CHECK(mkdir("d", 0755) == 0 && chdir("d") == 0);
	fd = open("deepest", O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	CHECK(fd >= 0);
	close(fd);
	CHECK_INT(fchdir(dir_fd), 0);
}

static void returns_from_a_deep_tree(const char *dir)
{
	struct nserr e = NSERR_INIT;
	struct seen s = { 0 };

	make_tree(dir);
	CHECK_INT(walk(&s, "top", false, &e), 0);
	CHECK_INT(s.files, DEPTH + 2);
	CHECK_INT(s.errors, 0);
	CHECK_STR(e.what, "");
	/* no slash is doubled, and an empty name of the top directory adds no slash */
	CHECK(str_after(s.last, "top/d/d/"));
	s = (struct seen){ 0 };
	CHECK_INT(walk(&s, "top/", false, &e), 0);
	CHECK(str_after(s.last, "top/d/d/"));
	s = (struct seen){ 0 };
	CHECK_INT(walk(&s, "", false, &e), 0);
	CHECK(str_after(s.last, "d/d/"));
	/* the result of the function ends the walk */
	s = (struct seen){ .end = -ECANCELED };
	CHECK_INT(walk(&s, "top", false, &e), -ECANCELED);
	CHECK_STR(e.what, "");
	util_close(&dir_fd);
}

static void stops_if_a_directory_was_moved(const char *dir)
{
	struct nserr e = NSERR_INIT;
	struct seen s = { .move = "d/d/d/d", .to = "other" };

	make_tree(dir);
	CHECK_INT(walk(&s, "top", false, &e), -ESTALE);
	CHECK(strstr(e.what, "was moved while the directory tree was read"));
	CHECK(str_after(e.what, "'top"));
	CHECK_INT(renameat(dir_fd, "other", dir_fd, "d/d/d/d"), 0);
	/* after the directory has returned to its place, the walk succeeds */
	s = (struct seen){ 0 };
	CHECK_INT(walk(&s, "top", false, &e), 0);
	CHECK_INT(s.files, DEPTH + 2);
	util_close(&dir_fd);
}

static void enters_a_mount_only_if_the_caller_asks(const char *dir)
{
	struct nserr e = NSERR_INIT;
	struct seen s = { 0 };

	make_tree(dir);
	CHECK_INT(mount("none", "d/d", "tmpfs", 0, NULL), 0);
	CHECK_INT(walk(&s, "top", false, &e), 0);
	CHECK_INT(s.files, 2);
	CHECK_INT(s.mounts, 1);
	CHECK_STR(s.last, "top/d/d");
	CHECK_INT(mkdir("d/d/in", 0755), 0);
	s = (struct seen){ 0 };
	CHECK_INT(walk(&s, "top", true, &e), 0);
	CHECK_INT(s.files, 4);
	CHECK_INT(s.mounts, 0);
	CHECK_STR(s.last, "top/d/d/in");
	CHECK_INT(umount2("d/d", MNT_DETACH), 0);
	util_close(&dir_fd);
}

/* Returns the result of the walk, or 1 if it reports an error for a file. */
static int try_deep(void)
{
	struct nserr e = NSERR_INIT;
	struct seen s = { 0 };
	int rc;

	fault_begin();
	rc = walk(&s, "top", false, &e);
	fault_end();
	return rc < 0 ? (e.what[0] ? rc : 1) : s.errors ? 1 : s.files == DEPTH + 2 ? 0 : 2;
}

static void reports_failed_calls(const char *dir)
{
	/* for each directory: open its path, open it for reading, statx(2); the first call that
	 * opens ".." follows those of the 80 directories, of the top directory and of the file */
	const int up = 2 * DEPTH + 3, up_statx = DEPTH + 3;

	make_tree(dir);
	CHECK_INT(try_deep(), 0);
	CHECK_INT(fault_answer(try_deep, SYS_openat, up, -EMFILE), -ESTALE);
	CHECK_INT(fault_answer(try_deep, SYS_statx, up_statx, -EIO), -ESTALE);
	CHECK_INT(fault_answer(try_deep, SYS_openat, 2, -EACCES), 1);
	CHECK_INT(fault_answer(try_deep, SYS_statx, 2, -EIO), 1);
	/* a file that vanishes during the walk is skipped */
	CHECK_INT(fault_answer(try_deep, SYS_openat, 2, -ENOENT), 2);
	CHECK_INT(fault_answer(try_deep, SYS_openat, 3, -ENOENT), 2);
	CHECK_INT(fault_answer(try_deep, SYS_openat, 3, -EACCES), 1);
	/* but the top directory must exist */
	CHECK_INT(fault_answer(try_deep, SYS_openat, 1, -ENOENT), 1);
	util_close(&dir_fd);
}

static void a_deep_tree_is_visited_completely(void)
{
	sandbox(0, returns_from_a_deep_tree);
}

static void a_moved_directory_ends_the_walk(void)
{
	sandbox(0, stops_if_a_directory_was_moved);
}

static void mounts_are_skipped_by_default(void)
{
	sandbox(0, enters_a_mount_only_if_the_caller_asks);
}

static void a_failed_call_is_reported(void)
{
	if (fault_require())
		sandbox(0, reports_failed_calls);
}

UNIT_MAIN(CASE(a_deep_tree_is_visited_completely), CASE(a_moved_directory_ends_the_walk),
	  CASE(mounts_are_skipped_by_default), CASE(a_failed_call_is_reported))
