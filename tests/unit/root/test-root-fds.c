// SPDX-License-Identifier: GPL-2.0-or-later
/* test-root-fds: checks that functions of lib/root, and the probes of kernel features, close their
 * descriptors, also if a system call fails. */
#include <sys/mount.h>

#include "../fault.h"
#include "../sandbox.h"
#include "kernel/feature.h"
#include "root/begin.h"
#include "root/feature.h"
#include "root/libmount.h"
#include "root/pivot.h"
#include "root/place.h"
#include "root/populate.h"

static const char *root_dir;
static const struct mntopt plain;

/* ---- Features */

static const struct feature *feature;

/* Probes for the feature. Closes the descriptor that some probes return. */
static int try_probe(void)
{
	int rc;

	fault_begin();
	rc = feature->probe(feature->arg);
	fault_end();
	if (rc > 2)
		close(rc);
	return MIN(rc, 0);
}

/* Returns true for a failure of the undisturbed run, which is accepted, because the kernel may lack
 * the feature. */
static bool is_missing(const char *why, const struct fault_run *f)
{
	(void)why;
	return !f->target && f->result < 0 && !f->fds && !f->inherited;
}

static void probes(const char *in)
{
	static const struct feature *const features[] = {
		&feature_mount_api,   &feature_mount_setattr,  &feature_detached_tree,
		&feature_overlay,     &feature_overlay_layers, &feature_namespace_ids,
		&feature_setns_pidfd, &feature_openat2,        &feature_mount_namespace_next,
	};

	(void)in;
	for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
		feature = features[i];
		fault_all(feature->name, try_probe, is_missing);
	}
}

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
	int rc = begin(&r, &e);

	fault_begin();
	if (rc == 0)
		rc = root_make_dir(&r, "/d", 0755, &e);
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
	int rc = begin(&r, &e);

	fault_begin();
	if (rc == 0)
		rc = root_make_dir(&r, "/d", 0755, &e);
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

	root_dir = in;
	fault_all("another root with the mount API", try_replace, NULL);
	fault_all("an existing directory", try_existing, NULL);
	fault_all("root_begin_tmpfs", try_tmpfs, NULL);
	if (!USE_LIBMOUNT)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(mount_api); i++)
		fault_denied[i] = mount_api[i];
	fault_all("another root with mount(2)", try_replace, NULL);
	fault_table(busy, ARRAY_SIZE(busy));
	memset(fault_denied, 0, sizeof(fault_denied));
}

/* ---- Standard streams and absent paths */

/* Replaces standard input, which is /dev/null. */
static int try_streams(void)
{
	struct nserr e = NSERR_INIT;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), rc;

	dup2(null, 0);
	close(null);
	/* let /dev/null of the new root be another device */
	if (root_dir &&
	    (unshare(CLONE_NEWNS) < 0 || mount("/dev/zero", "/dev/null", NULL, MS_BIND, NULL) < 0))
		return 1;
	fault_begin();
	rc = root_pivot_std_fds(&e);
	return fault_result(rc, &e, true);
}

static void streams(const char *in)
{
	root_dir = NULL;
	fault_all("root_pivot_std_fds", try_streams, NULL);
	root_dir = in;
	fault_all("another /dev/null", try_streams, NULL);
}

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
	static void (*const tests[])(const char *) = { probes, roots, streams, absent_paths };

	if (!fault_supported()) {
		unit_skip("no faults here");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		sandbox(0, tests[i]);
}

UNIT_MAIN(CASE(descriptors_are_closed))
