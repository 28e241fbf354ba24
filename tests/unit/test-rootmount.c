// SPDX-License-Identifier: GPL-2.0-or-later
#include "rootmount.h"

#include <fcntl.h>
#include <stdio.h>

#include "unit.h"

/* Notes the mount that "/" lies on under that path. */
static void note(struct rootmounts *m, const char *path)
{
	cleanup_fd int fd = open("/", O_PATH | O_CLOEXEC);
	struct nserr e = NSERR_INIT;

	CHECK_INT(rootmount_note(m, path, fd, &e), 0);
}

/* The place in the list of the mount that path leads through, or -1; *rest is the rest of path. */
static int find(const struct rootmounts *m, const char *path, const char **rest)
{
	const struct rootmount *found = rootmount_find(m, path, rest);

	return found ? (int)(found - m->at) : -1;
}

static void a_path_is_cut_below_its_mount(void)
{
	struct rootmounts m = { 0 };
	const char *rest;

	note(&m, "/proc");
	note(&m, "run//lock/");
	CHECK_INT(find(&m, "/proc/sys/kernel", &rest), 0);
	CHECK_STR(rest, "sys/kernel");
	CHECK_INT(find(&m, "//run/lock//x", &rest), 1);
	CHECK_STR(rest, "x");
	rootmount_forget(&m);
	CHECK_INT(m.n, 0);
}

static void other_paths_stay_whole(void)
{
	static const char *const paths[] = { "/proc",      "/proc/", "/process/x", "/pro/c",
					     "/proc/../x", "..",     "/",          "" };
	struct rootmounts m = { 0 };
	const char *rest;

	note(&m, "/proc");
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		CHECK_INT(find(&m, paths[i], &rest), -1);
		CHECK_STR(rest, paths[i]);
	}
	rootmount_forget(&m);
}

static void the_deepest_and_the_last_mount_counts(void)
{
	struct rootmounts m = { 0 };
	const char *rest;

	note(&m, "/dev/pts");
	note(&m, "/dev");
	CHECK_INT(find(&m, "/dev/pts/0", &rest), 0);
	CHECK_STR(rest, "0");
	note(&m, "/dev/pts");
	CHECK_INT(find(&m, "/dev/pts/0", &rest), 2);
	rootmount_forget(&m);
}

/* The list has no end beyond which paths are resolved by name. */
static void hundreds_of_mounts_are_known(void)
{
	struct rootmounts m = { 0 };
	const char *rest;
	char path[32];

	for (int i = 0; i < 300; i++) {
		snprintf(path, sizeof(path), "/m%d", i);
		note(&m, path);
	}
	CHECK_INT(find(&m, "/m299/x", &rest), 299);
	rootmount_forget(&m);
}

static void a_path_that_leads_elsewhere_is_refused(void)
{
	cleanup_fd int root = open("/", O_PATH | O_CLOEXEC),
		       proc = open("/proc", O_PATH | O_CLOEXEC);
	struct rootmounts m = { 0 };
	struct nserr e = NSERR_INIT;
	const char *rest;
	int fd;

	CHECK_INT(rootmount_note(&m, "/proc", proc, &e), 0);
	CHECK_INT(rootmount_check(&m, root, &e), 0);
	fd = rootmount_enter(&m, root, "/proc/sys", &rest);
	CHECK(fd >= 0);
	close(fd);
	CHECK_STR(rest, "sys");
	CHECK_INT(rootmount_enter(&m, root, "/usr", &rest), -ENODATA);
	/* what is noted there is the mount of "/" */
	note(&m, "/proc/sys");
	CHECK_INT(rootmount_enter(&m, root, "/proc/sys/fs", &rest), -ESTALE);
	CHECK(rootmount_check(&m, root, &e) < 0);
	CHECK(strstr(e.what, "is being changed"));
	rootmount_forget(&m);
}

UNIT_MAIN(CASE(a_path_is_cut_below_its_mount), CASE(other_paths_stay_whole),
	  CASE(the_deepest_and_the_last_mount_counts), CASE(hundreds_of_mounts_are_known),
	  CASE(a_path_that_leads_elsewhere_is_refused))
