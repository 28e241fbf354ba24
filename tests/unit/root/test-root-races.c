// SPDX-License-Identifier: GPL-2.0-or-later
/* test-root-races: builds a new root while another process changes it between a check and a use
 * (race.h). */
#include <sys/mount.h>

#include "../race.h"
#include "../sandbox.h"
#include "root/begin.h"
#include "root/copyup.h"
#include "root/lookup.h"
#include "root/place.h"
#include "root/populate.h"
#include "root/switch_root.h"

static const struct mntopt plain;
static const char *top;
static struct nserr e;

/* Mounts a tmpfs on `top`, creates files in it, and calls root_begin() for it. Returns a descriptor
 * of the tmpfs. */
static int begin(struct root *r)
{
	int dir;

	CHECK_INT(mount("t", top, "tmpfs", 0, "mode=755"), 0);
	dir = open(top, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK_INT(mkdirat(dir, "src", 0755), 0);
	CHECK_INT(mkdirat(dir, "src/sub", 0755), 0);
	CHECK_INT(mkdirat(dir, "target", 0755), 0);
	unit_put(dir, "src/file", "text");
	unit_put(dir, "src/sub/inner", "text");
	unit_put(dir, "target/kept", "text");
	e = NSERR_INIT;
	*r = ROOT_INIT;
	CHECK_INT(root_begin(r, dir, false, &e), 0);
	return dir;
}

static void end(struct root *r, int dir)
{
	root_undo(r);
	close(dir);
	CHECK_INT(umount2(top, MNT_DETACH), 0);
}

/* ---- Functions that create files in the new root */

static int copy(struct root *r)
{
	return root_mount_copy(r, "/src", &plain, false, &e);
}

static int make_dir(struct root *r)
{
	return root_make_dir(r, "/new", 0755, &e);
}

static int make_sticky(struct root *r)
{
	return root_make_dir(r, "/new", 01700, &e);
}

static int make_file(struct root *r)
{
	return root_make_file(r, "/motd", "text", 4, &plain, &e);
}

static int make_dev(struct root *r)
{
	return root_make_dev(r, "/dev", &plain, &e);
}

/* Removes the new directory. */
static void remove_it(int dir, const char *path)
{
	CHECK(unlinkat(dir, path, AT_REMOVEDIR) == 0);
}

/* Replaces the new directory by an executable file. */
static void race_program(int dir, const char *path)
{
	race_file(dir, path);
	CHECK(fchmodat(dir, path, 0755, 0) == 0);
}

#define NOT_COPIED  "cannot copy the contents of '/src' to the tmpfs"
#define NOT_CREATED "directory '/new' in the new root is not the directory that was created"

static void replaced_files_are_not_used(void)
{
	static const struct {
		int (*f)(struct root *r);
		const char *name;
		int nth;
		void (*act)(int dir, const char *path);
		int want;
		const char *what;
	} rows[] = {
		{ copy, "file", 1, race_link, -ELOOP, NOT_COPIED },
		{ copy, "file", 1, race_fifo, -ESTALE, NOT_COPIED },
		{ copy, "file", 1, race_directory, -ESTALE, NOT_COPIED },
		{ copy, "sub", 1, race_link, -ENOTDIR, NOT_COPIED },
		{ copy, "sub", 1, race_fifo, -ENOTDIR, NOT_COPIED },
		/* another process changes the copy, not the source */
		{ copy, "file", 2, race_file, -EEXIST, NOT_COPIED },
		{ copy, "file", 2, race_link, -EEXIST, NOT_COPIED },
		{ copy, "sub", 2, race_link, -ENOTDIR, NOT_COPIED },
		{ make_dir, "new", 1, race_link, -ESTALE, NOT_CREATED },
		{ make_dir, "new", 1, race_file, -ESTALE, NOT_CREATED },
		{ make_dir, "new", 1, race_program, -ESTALE, NOT_CREATED },
		{ make_dir, "new", 1, remove_it, -ESTALE, NOT_CREATED },
		/* the mode of the other directory is 0700 */
		{ make_dir, "new", 1, race_directory, -ESTALE, NOT_CREATED },
		{ make_sticky, "new", 1, race_directory, -ESTALE, NOT_CREATED },
		{ make_file, "0", 1, race_file, -EEXIST, "cannot create the contents of '/motd'" },
		{ make_file, "0", 1, race_link, -EEXIST, "cannot create the contents of '/motd'" },
		{ make_dev, "null", 1, race_file, -EEXIST, "cannot create '/dev/null'" },
		{ make_dev, "null", 1, race_link, -EEXIST, "cannot create '/dev/null'" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct root r;
		int dir = begin(&r), got;

		alarm(20);
		race_begin(rows[i].name, rows[i].nth, rows[i].act);
		got = rows[i].f(&r);
		race_end();
		alarm(0);
		if (got != rows[i].want)
			printf("# row %zu\n", i);
		CHECK_INT(got, rows[i].want);
		CHECK_STR(e.what, rows[i].what);
		CHECK_INT(e.errnum,
			  rows[i].want == -ESTALE && rows[i].f != copy ? 0 : -rows[i].want);
		CHECK(faccessat(dir, "target/kept", F_OK, 0) == 0);
		end(&r, dir);
	}
}

/* The copy of a missing directory is empty, and has the mode of a new tmpfs. */
static void a_missing_directory_is_copied(void)
{
	struct root r;
	struct stat st;
	int dir = begin(&r), fd;

	CHECK_INT(root_mount_copy(&r, "/none", &plain, false, &e), 0);
	fd = root_open(&r, "/none", 0, NULL);
	CHECK(fd >= 0 && fstat(fd, &st) == 0);
	CHECK_INT(st.st_mode, S_IFDIR | 01777);
	close(fd);
	CHECK_INT(root_mount_copy(&r, "/src/file/x", &plain, false, &e), -ENOTDIR);
	end(&r, dir);
}

/* ---- The log of created files */

/* A file that another process has created is used, but it is not removed later. */
static void the_files_of_others_are_not_logged(void)
{
	for (int slow = 0; slow < 2; slow++) {
		struct root_log log = ROOT_LOG_INIT;
		struct root r;
		int dir = begin(&r), fd;

		race_begin("new", 1 + slow, race_file);
		fd = root_resolve(dir, "/new", ROOT_RESOLVE_FILE | (slow ? ROOT_RESOLVE_SLOW : 0),
				  &log);
		race_end();
		CHECK(fd >= 0);
		close(fd);
		CHECK_INT(log.n, 0);
		root_log_undo(&log, false);
		CHECK(faccessat(dir, "new", F_OK, 0) == 0);
		end(&r, dir);
	}
}

/* Makes the path a link whose target exists only in the new root. */
static void link_inside(int dir, const char *path)
{
	race_move(dir, path);
	CHECK(symlinkat("/target/kept", dir, path) == 0);
}

/* The target of a link that another process has created is looked up in the new root. */
static void links_stay_in_the_root(void)
{
	static const struct {
		const char *path, *name;
		unsigned flags;
		int nth;
	} rows[] = {
		{ "/src/file", "file", ROOT_RESOLVE_SLOW, 1 },
		/* the calls of file_open_at() look up the file, create it, and open it */
		{ "/new", "new", ROOT_RESOLVE_FILE | ROOT_RESOLVE_SLOW, 3 },
		/* the calls of file_open_at() create the file and open it */
		{ "/new", "new", ROOT_RESOLVE_FILE, 2 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct root_log log = ROOT_LOG_INIT;
		struct stat st, kept;
		struct root r;
		int dir = begin(&r), fd;

		race_begin(rows[i].name, rows[i].nth, link_inside);
		fd = root_resolve(dir, rows[i].path, rows[i].flags, &log);
		race_end();
		CHECK(fd >= 0 && fstat(fd, &st) == 0 && fstatat(dir, "target/kept", &kept, 0) == 0);
		CHECK(st.st_dev == kept.st_dev &&
		      (st.st_ino == kept.st_ino || S_ISLNK(st.st_mode)));
		close(fd);
		root_log_undo(&log, false);
		end(&r, dir);
	}
}

/* ---- Opening a file again */

/* Replaces the path of the file by a link to the file. */
static void link_to_it(int dir, const char *path)
{
	char moved[128];

	snprintf(moved, sizeof(moved), "%s.moved", path);
	race_move(dir, path);
	CHECK(symlinkat(moved, dir, path) == 0);
}

static void a_path_that_leads_elsewhere_is_not_opened_again(void)
{
	static void (*const acts[])(int, const char *) = { link_to_it, race_link, race_file,
							   race_move };
	char path[64];
	struct root r;
	int dir = begin(&r), file, fd;

	snprintf(path, sizeof(path), "%s/src/file", top);
	for (size_t i = 0; i < ARRAY_SIZE(acts); i++) {
		unit_put(dir, "src/file", "text");
		file = open(path, O_PATH | O_CLOEXEC);
		fd = root_reopen(file);
		CHECK(fd > 2 && fd != file && root_is_same_file(fd, file));
		close(fd);
		race_begin(path, 1, acts[i]);
		CHECK_INT(root_reopen(file), -EINVAL);
		race_end();
		close(file);
		(void)!unlinkat(dir, "src/file", 0);
		CHECK(unlinkat(dir, "src/file.moved", 0) == 0);
	}
	/* opening a FIFO for reading blocks until a writer opens it, so root_reopen() must avoid
	 * this */
	CHECK(mkfifoat(dir, "src/file", 0600) == 0);
	alarm(20);
	file = open(path, O_PATH | O_CLOEXEC);
	fd = root_reopen(file);
	alarm(0);
	CHECK(fd > 2 && root_is_same_file(fd, file));
	close(fd);
	close(file);
	end(&r, dir);
}

/* ---- Emptying an initramfs */

/* Replaces the directory by a symbolic link to another directory on the same mount. */
static void link_to_target(int dir, const char *path)
{
	CHECK(unlinkat(dir, "sub/inner", 0) == 0 && unlinkat(dir, "sub", AT_REMOVEDIR) == 0);
	CHECK(symlinkat("../target", dir, path) == 0);
}

static void a_link_is_removed_but_not_its_target(void)
{
	cleanup_fd int src = -1;
	struct root r;
	int dir = begin(&r);

	src = openat(dir, "src", O_PATH | O_DIRECTORY | O_CLOEXEC);
	race_begin("sub", 1, link_to_target);
	root_switch_empty(src);
	race_end();
	CHECK(faccessat(dir, "src/file", F_OK, 0) < 0);
	CHECK(faccessat(dir, "src/sub", F_OK, AT_SYMLINK_NOFOLLOW) < 0);
	CHECK(faccessat(dir, "target/kept", F_OK, 0) == 0);
	end(&r, dir);
}

static void races(const char *in)
{
	top = in;
	replaced_files_are_not_used();
	a_missing_directory_is_copied();
	the_files_of_others_are_not_logged();
	links_stay_in_the_root();
	a_path_that_leads_elsewhere_is_not_opened_again();
	a_link_is_removed_but_not_its_target();
}

static void a_file_of_another_process_is_not_used(void)
{
	sandbox(0, races);
}

UNIT_MAIN(CASE(a_file_of_another_process_is_not_used))
