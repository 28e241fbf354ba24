// SPDX-License-Identifier: GPL-2.0-or-later
/* test-root-fds: checks that functions of lib/root close their descriptors, also if a system call
 * fails. */
#include <sys/mount.h>

#include "../fault.h"
#include "../sandbox.h"
#include "root/begin.h"
#include "root/feature.h"
#include "root/libmount.h"
#include "root/pivot.h"
#include "root/place.h"
#include "root/populate.h"

static const char *root_dir;
static const struct mntopt plain;

/* ---- The new root */

/* Begins a new root in a new mount namespace. Returns 0, or a negative errno with e set. */
static int begin(struct root *r, struct nserr *e)
{
	cleanup_fd int dir = -1;
	int rc;

	if (unshare(CLONE_NEWNS) < 0 || mount("t", root_dir, "tmpfs", 0, NULL) < 0)
		abort();
	dir = open(root_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	unit_put(dir, "program", "");
	fault_begin();
	rc = root_begin(r, dir, false, e);
	fault_end();
	return rc;
}

/* Begins a new root with the directory /d, while system calls fail. */
static int begin_with_directory(struct root *r, struct nserr *e)
{
	int rc = begin(r, e);

	fault_begin();
	return rc < 0 ? rc : root_make_dir(r, "/d", 0755, e);
}

/* Begins a new root on an empty tmpfs. */
static int try_tmpfs(void)
{
	struct root r = ROOT_INIT;
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = root_begin_tmpfs(&r, &plain, false, &e);
	if (rc == 0)
		root_undo(&r);
	root_close(&r);
	return fault_result(rc, &e, true);
}

/* Mounts a tmpfs, and then the directory /etc, on "/" of the new root. */
static int try_replace(void)
{
	cleanup_fd int etc = open("/etc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct root r = ROOT_INIT;
	struct nserr e = NSERR_INIT;
	int rc = begin(&r, &e);

	fault_begin();
	if (rc == 0)
		rc = root_place_mount(&r, "tmpfs", "/", &plain, &e);
	if (rc >= 0) {
		root_done(&r, rc);
		rc = root_place_bind(&r, etc, "/", &plain, &e);
	}
	root_done(&r, rc);
	root_undo(&r);
	return fault_result(rc, &e, true);
}

/* Creates a directory twice and one with the mode bit S_ISGID, and checks a program. */
static int try_existing(void)
{
	struct root r = ROOT_INIT;
	struct nserr e = NSERR_INIT;
	int rc = begin_with_directory(&r, &e);

	if (rc == 0)
		rc = root_make_dir(&r, "/d", 0755, &e);
	if (rc == 0)
		rc = root_make_dir(&r, "/s", 02755, &e); /* mkdir(2) ignores S_ISGID */
	if (rc == 0)
		rc = root_pivot_check_program(&r, "/", "/program", &e);
	root_undo(&r);
	return fault_result(rc, &e, true);
}

/* Mounts devpts, which is not a tmpfs, on a directory. */
static int try_above(void)
{
	struct root r = ROOT_INIT;
	struct nserr e = NSERR_INIT;
	int rc = begin_with_directory(&r, &e);

	if (rc == 0)
		rc = root_place_mount(&r, "devpts", "/d", &plain, &e);
	root_done(&r, rc);
	root_undo(&r);
	return fault_result(MIN(rc, 0), &e, true);
}

static void roots(const char *in)
{
	static const int mount_api[] = { SYS_open_tree, SYS_fsopen, SYS_move_mount,
					 SYS_mount_setattr };
	/* mount(2) fails with EBUSY if the directory already shows the same file system */
	static const struct fault_row busy[] = { { "mount_above_same", try_above, SYS_mount, 5,
						   EBUSY, 0 } };
	/* Linux before 6.15 cannot mount on a detached tree, so the tree must be attached first */
	static const struct fault_row detached[] = {
		{ "a detached tree", try_above, SYS_move_mount, 1, EINVAL, 0 },
		{ "a detached tree", try_above, SYS_move_mount, 1, EPERM, -EPERM },
	};

	root_dir = in;
	fault_all("another root with the mount API", try_replace, NULL);
	fault_all("an existing directory", try_existing, NULL);
	fault_all("root_begin_tmpfs", try_tmpfs, NULL);
	if (feature_has(&feature_mount_setattr))
		fault_table(detached, ARRAY_SIZE(detached));
	if (!USE_LIBMOUNT)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(mount_api); i++)
		fault_denied[i] = mount_api[i];
	fault_all("another root with mount(2)", try_replace, NULL);
	fault_table(busy, ARRAY_SIZE(busy));
	memset(fault_denied, 0, sizeof(fault_denied));
}

/* ---- Absent paths */

static const char *absent;

/* Checks three paths below two mounts. The first two paths are absent. */
static int try_absent(void)
{
	cleanup_fd int root = open("/", O_PATH | O_CLOEXEC),
		       proc = open("/proc", O_PATH | O_CLOEXEC),
		       sys = open("/proc/sys", O_PATH | O_CLOEXEC);
	struct root_mounts m = { 0 };
	struct nserr e = NSERR_INIT;
	int rc;

	if (root_mounts_note(&m, "/proc", proc, &e) < 0 ||
	    root_mounts_note(&m, "/proc/sys", sys, &e) < 0 ||
	    root_mounts_note_absent(&m, "/proc/none", &e) < 0 ||
	    root_mounts_note_absent(&m, "/proc/sys/none", &e) < 0 ||
	    root_mounts_note_absent(&m, absent, &e) < 0)
		return 1;
	fault_begin();
	rc = root_mounts_check(&m, root, &e);
	fault_end();
	root_mounts_forget(&m);
	if (streq(absent, "/proc/sys/kernel"))
		return rc < 0 && e.what[0] ? 0 : 1;
	return fault_result(rc, &e, true);
}

/* Returns true for ENOENT, which is accepted, because it means that the path is absent. */
static bool is_absent(const char *why, const struct fault_run *f)
{
	(void)why;
	return f->error == ENOENT && f->result == 1 && !f->fds;
}

static void absent_paths(const char *in)
{
	static const char *const paths[] = { "/proc/none", "/proc/sys/kernel" };

	(void)in;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		absent = paths[i];
		fault_all(absent, try_absent, is_absent);
	}
}

static void descriptors_are_closed(void)
{
	if (!fault_require())
		return;
	sandbox(0, roots);
	sandbox(0, absent_paths);
}

UNIT_MAIN(CASE(descriptors_are_closed))
