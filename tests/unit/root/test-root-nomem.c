// SPDX-License-Identifier: GPL-2.0-or-later
/* test-root-nomem: makes each memory allocation of functions in lib/root fail (nomem.h). */
#include <sys/mount.h>

#include "../nomem.h"
#include "../sandbox.h"
#include "root/begin.h"
#include "root/mntopt.h"
#include "root/pivot.h"
#include "root/place.h"
#include "root/populate.h"

static struct nserr e;
static int dir = -1; /* a directory with the file d/file and the link "link" to d */

/* Returns rc, or 1 if rc is negative and the message does not begin with `what`. */
static int result(int rc, const char *what)
{
	return rc < 0 && !str_after(e.what, what) ? 1 : rc;
}

/* ---- Lists of mounts and of absent paths */

/* Records 17 mounts, so that the list grows. */
static int try_note(void)
{
	struct root_mounts m = { 0 };
	int rc = 0;

	for (int i = 0; rc == 0 && i < 17; i++)
		rc = root_mounts_note(&m, "/m", dir, &e);
	if (rc == 0 && m.n != 17)
		rc = 1;
	root_mounts_forget(&m);
	return result(rc, "cannot allocate memory for the mount on '/m'");
}

static int try_absent(void)
{
	struct root_mounts m = { 0 };
	int rc = root_mounts_note_absent(&m, "/none", &e);

	if (m.nabsent != (rc == 0))
		rc = 1;
	root_mounts_forget(&m);
	return result(rc, "cannot allocate memory for the path '/none'");
}

static int try_options(void)
{
	struct mntopt o = MNTOPT_INIT;
	int rc = mntopt_parse(&o, "ro,size=1m", &e);

	if (rc == 0 && (o.n != 1 || !streq(o.param[0], "size=1m")))
		rc = 1;
	mntopt_free(&o);
	return result(rc, "cannot allocate memory for the mount options");
}

/* ---- Paths */

static int try_walk(void)
{
	int fd = root_resolve(dir, "link/file", ROOT_RESOLVE_SLOW, NULL);

	if (fd >= 0)
		close(fd);
	return MIN(fd, 0);
}

/* Creates a path of 17 levels, so that the lists grow, and removes it again. Returns 1 if a
 * directory remains. */
static int try_create(void)
{
	static const char path[] = "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q";
	struct root_log log = ROOT_LOG_INIT;
	int fd = root_resolve(dir, path, ROOT_RESOLVE_DIR | ROOT_RESOLVE_SLOW, &log);

	if (fd >= 0) {
		close(fd);
		fd = faccessat(dir, path, F_OK, 0) == 0 ? 0 : 1;
	}
	root_log_undo(&log, false);
	return faccessat(dir, "a", F_OK, 0) == 0 ? 1 : fd;
}

static int try_parent(void)
{
	const char *base;
	int fd = root_resolve_parent(dir, "d/new", 0, &base, NULL);

	if (fd >= 0)
		close(fd);
	return MIN(fd, 0);
}

/* Searches for a program in two directories. */
static int try_program(void)
{
	struct root r = ROOT_INIT;

	r.fd = dir;
	return root_pivot_check_program(&r, "/", "file", &e);
}

/* ---- A new root */

/* Makes a mount of the new root read-only, and records an absent path. */
static int try_root(void)
{
	struct root r = ROOT_INIT;
	static const struct mntopt plain;
	int rc;

	e = NSERR_INIT;
	rc = root_begin(&r, dir, false, &e);
	if (rc == 0)
		rc = root_place_mount(&r, "tmpfs", "/t", &plain, &e);
	if (rc >= 0) {
		root_done(&r, rc);
		rc = root_make_readonly(&r, "/t", false, &e);
	}
	if (rc == 0)
		rc = root_make_readonly(&r, "/none", true, &e);
	if (rc == 0)
		rc = r.nprotected == 1 && r.mounts.nabsent == 1 ? 0 : 1;
	root_undo(&r);
	return faccessat(dir, "t", F_OK, 0) == 0 ? 1 : result(rc, "cannot ");
}

static void allocations(const char *in)
{
	CHECK_INT(mount("t", in, "tmpfs", 0, "mode=755"), 0);
	dir = open(in, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK(mkdirat(dir, "d", 0755) == 0 && symlinkat("d", dir, "link") == 0);
	unit_put(dir, "d/file", "");
	CHECK_INT(fchmodat(dir, "d/file", 0755, 0), 0);
	CHECK_INT(setenv("PATH", "/none:/d", 1), 0);
	nomem_all("root_mounts_note", try_note);
	nomem_all("root_mounts_note_absent", try_absent);
	nomem_all("mntopt_parse", try_options);
	nomem_all("root_resolve without openat2(2)", try_walk);
	nomem_all("root_resolve that creates directories", try_create);
	nomem_all("root_resolve_parent", try_parent);
	nomem_all("root_pivot_check_program", try_program);
	/* if the fastest way to create /t fails, root_resolve() walks to /t, so some failed
	 * allocations are not reported */
	CHECK(nomem_count(try_root) >= 5);
	close(dir);
}

static void a_failed_allocation_is_reported(void)
{
	sandbox(0, allocations);
}

UNIT_MAIN(CASE(a_failed_allocation_is_reported))
