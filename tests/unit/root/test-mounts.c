// SPDX-License-Identifier: GPL-2.0-or-later
#include "root/mounts.h"

#include <fcntl.h>
#include <stdio.h>

#include "../unit.h"
#include "root/cause.h"

/* Records the mount of "/" as if it were mounted on `path`. */
static void note(struct root_mounts *m, const char *path)
{
	cleanup_fd int fd = open("/", O_PATH | O_CLOEXEC);
	struct nserr e = NSERR_INIT;

	CHECK_INT(root_mounts_note(m, path, fd, &e), 0);
}

/*
 * Returns the index of the mount through which the path leads, or -1. Sets *rest to the rest of the
 * path.
 */
static int find(const struct root_mounts *m, const char *path, const char **rest)
{
	const struct root_mount *found = root_mounts_find(m, path, rest);

	return found ? (int)(found - m->at) : -1;
}

static void path_is_split_at_its_mount(void)
{
	struct root_mounts m = { 0 };
	const char *rest;

	note(&m, "/proc");
	note(&m, "run//lock/");
	CHECK_INT(find(&m, "/proc/sys/kernel", &rest), 0);
	CHECK_STR(rest, "sys/kernel");
	CHECK_INT(find(&m, "//run/lock//x", &rest), 1);
	CHECK_STR(rest, "x");
	root_mounts_forget(&m);
	CHECK_INT(m.n, 0);
}

static void path_outside_of_mounts_is_not_split(void)
{
	static const char *const paths[] = { "/proc",      "/proc/", "/process/x", "/pro/c",
					     "/proc/../x", "..",     "/",          "" };
	struct root_mounts m = { 0 };
	const char *rest;

	note(&m, "/proc");
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		CHECK_INT(find(&m, paths[i], &rest), -1);
		CHECK_STR(rest, paths[i]);
	}
	root_mounts_forget(&m);
}

static void finds_the_deepest_and_last_mount(void)
{
	struct root_mounts m = { 0 };
	const char *rest;

	note(&m, "/dev/pts");
	note(&m, "/dev");
	CHECK_INT(find(&m, "/dev/pts/0", &rest), 0);
	CHECK_STR(rest, "0");
	note(&m, "/dev/pts");
	CHECK_INT(find(&m, "/dev/pts/0", &rest), 2);
	root_mounts_forget(&m);
}

/* The list of mounts must not have a maximum length: a path through a mount that is missing in the
 * list would be resolved by name, although mount points can be renamed. */
static void finds_each_of_hundreds_of_mounts(void)
{
	struct root_mounts m = { 0 };
	const char *rest;
	char path[32];

	for (int i = 0; i < 300; i++) {
		snprintf(path, sizeof(path), "/m%d", i);
		note(&m, path);
	}
	CHECK_INT(find(&m, "/m299/x", &rest), 299);
	root_mounts_forget(&m);
}

static void path_that_does_not_lead_to_its_mount_is_refused(void)
{
	cleanup_fd int root = open("/", O_PATH | O_CLOEXEC),
		       proc = open("/proc", O_PATH | O_CLOEXEC);
	struct root_mounts m = { 0 };
	struct nserr e = NSERR_INIT;
	const char *rest;
	int fd;

	CHECK_INT(root_mounts_note(&m, "/proc", proc, &e), 0);
	CHECK_INT(root_mounts_check(&m, root, &e), 0);
	fd = root_mounts_enter(&m, root, "/proc/sys", &rest);
	CHECK(fd >= 0);
	close(fd);
	CHECK_STR(rest, "sys");
	CHECK_INT(root_mounts_enter(&m, root, "/usr", &rest), -ENODATA);
	/* the list says that "/" is mounted on this path, but another mount is there */
	note(&m, "/proc/sys");
	CHECK_INT(root_mounts_enter(&m, root, "/proc/sys/fs", &rest), -ESTALE);
	/* the mount point has vanished; ENOENT would mean that the rest of the path is missing */
	note(&m, "/proc/none");
	CHECK_INT(root_mounts_enter(&m, root, "/proc/none/x", &rest), -ESTALE);
	note(&m, "/proc/version/x");
	CHECK_INT(root_mounts_enter(&m, root, "/proc/version/x/y", &rest), -ESTALE);
	note(&m, "/proc/self/root");
	CHECK_INT(root_mounts_enter(&m, root, "/proc/self/root/x", &rest), -ELOOP);
	CHECK(root_mounts_check(&m, root, &e) < 0);
	CHECK(strstr(e.what, "another process is changing the root"));
	root_mounts_forget(&m);
}

static void a_mount_covers_absent_paths(void)
{
	static const char *const paths[] = { "/a/b/c", "/a/bc", "//a//b/d", "/x", "/a/b" };
	struct root_mounts m = { 0 };
	struct nserr e = NSERR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		CHECK_INT(root_mounts_note_absent(&m, paths[i], &e), 0);
	note(&m, "/a/b");
	CHECK_INT(m.nabsent, 2);
	CHECK_STR(m.absent[0], "/a/bc");
	CHECK_STR(m.absent[1], "/x");
	root_mounts_forget(&m);
	CHECK_INT(m.nabsent, 0);
}

static void explains_only_a_wrong_type(void)
{
	cleanup_fd int dir = open("/", O_PATH | O_CLOEXEC),
		       file = open("/proc/version", O_PATH | O_CLOEXEC);
	const struct root_place on_dir = { .fd = dir, .path = "/d", .dir = true },
				on_file = { .fd = file, .path = "/f" },
				on_root = { .fd = -1, .path = "/" };
	const struct {
		int src, error;
		const struct root_place *place;
		const char *hint;
	} cases[] = {
		{ -1, ENOTDIR, &on_file, "specify a directory as the destination: '/f'" },
		{ dir, EINVAL, &on_file, "specify a file as the source, or another destination" },
		{ file, ENOTDIR, &on_dir, "specify a directory as the source, or '/d/<name>'" },
		{ file, EINVAL, &on_file, "" },
		{ dir, EINVAL, &on_dir, "" },
		{ dir, EPERM, &on_file, "" },
		{ dir, EINVAL, &on_root, "" },
		{ 9999, EINVAL, &on_file, "" }, /* the type of a closed descriptor is unknown */
	};
	struct nserr e = NSERR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		nserr_set(&e, cases[i].error, "cannot mount");
		root_explain_type(cases[i].src, cases[i].place, &e);
		CHECK(cases[i].hint[0] ? str_after(e.hint, cases[i].hint) != NULL : !e.hint[0]);
	}
	nserr_set(&e, EINVAL, "cannot mount");
	nserr_hint(&e, "known");
	root_explain_type(dir, &on_file, &e);
	CHECK_STR(e.hint, "known");
	root_explain_type(dir, &on_file, NULL);
}

static void names_the_mount_that_is_read_only(void)
{
	struct root r = ROOT_INIT;
	struct nserr e = NSERR_INIT;

	nserr_set(&e, EROFS, "cannot create");
	root_explain_readonly(&r, "/x", &e);
	CHECK_STR(e.hint, "create '/x' beforehand, because the root is read-only");
	note(&r.mounts, "/m");
	nserr_set(&e, EROFS, "cannot create");
	root_explain_readonly(&r, "/m/x", &e);
	CHECK(strstr(e.hint, "create '/m/x' in the source of the mount on '/m'"));
	root_explain_readonly(&r, "/x", &e);
	CHECK(strstr(e.hint, "/m/x"));
	nserr_set(&e, EACCES, "cannot create");
	root_explain_readonly(&r, "/x", &e);
	CHECK_STR(e.hint, "");
	root_explain_readonly(&r, "/x", NULL);
	root_mounts_forget(&r.mounts);
}

UNIT_MAIN(CASE(path_is_split_at_its_mount), CASE(path_outside_of_mounts_is_not_split),
	  CASE(finds_the_deepest_and_last_mount), CASE(finds_each_of_hundreds_of_mounts),
	  CASE(path_that_does_not_lead_to_its_mount_is_refused), CASE(a_mount_covers_absent_paths),
	  CASE(explains_only_a_wrong_type), CASE(names_the_mount_that_is_read_only))
