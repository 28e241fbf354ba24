// SPDX-License-Identifier: GPL-2.0-or-later
/* test-feature: makes the system calls of the probes of kernel features fail. */
#include "root/feature.h"

#include "../fault.h"
#include "../sandbox.h"
#include "kernel/sys_mount.h"

static const struct feature *feature;

/* Probes for the feature. Closes the descriptor that some probes return. */
static int try_feature(void)
{
	int rc;

	fault_begin();
	rc = feature->probe(feature->arg);
	fault_end();
	if (rc > 2)
		close(rc);
	return MIN(rc, 0);
}

/* Returns true if this kernel knows the file system type. */
static bool has_type(const char *type)
{
	cleanup_fd int fd = sys_fsopen(type);

	return fd >= 0;
}

static void probe(const char *dir)
{
	static const struct {
		const struct feature *feature;
		int call, error, want;
	} rows[] = {
		{ &feature_mount_api, SYS_fsopen, ENOSYS, -ENOSYS },
		{ &feature_mount_api, SYS_fsconfig, EIO, -EIO },
		{ &feature_mount_api, SYS_fsmount, EIO, -EIO },
		{ &feature_mount_setattr, SYS_fsmount, EIO, -EIO },
		{ &feature_mount_setattr, SYS_mount_setattr, ENOSYS, -ENOSYS },
		{ &feature_detached_tree, SYS_fsmount, EIO, -1 },
		{ &feature_detached_tree, SYS_mkdirat, EIO, -1 },
		{ &feature_detached_tree, SYS_move_mount, EINVAL, -EINVAL },
		{ &feature_overlay, SYS_fsopen, ENODEV, -ENODEV },
		{ &feature_overlay, SYS_fsconfig, EINVAL, 0 },
		{ &feature_overlay, SYS_fsconfig, EPERM, -EPERM },
		{ &feature_overlay_layers, SYS_fsopen, ENODEV, -1 },
		{ &feature_overlay_layers, SYS_fsconfig, ENOENT, 0 },
		{ &feature_overlay_layers, SYS_fsconfig, EINVAL, -1 },
	};
	bool overlay = has_type("overlay");

	(void)dir;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int got;

		feature = rows[i].feature;
		/* without overlay file systems, the later calls are not made */
		if (!overlay && strstr(feature->name, "overlay") && rows[i].call != SYS_fsopen)
			continue;
		got = fault_answer(try_feature, rows[i].call, 1, -rows[i].error);
		if (got != rows[i].want)
			printf("# row %zu\n", i);
		CHECK_INT(got, rows[i].want);
	}
	if (!has_type("tmpfs"))
		return;
	feature = &feature_mount_api;
	CHECK_INT(try_feature(), 0);
}

static void an_error_decides_if_the_feature_is_present(void)
{
	if (fault_require())
		sandbox(0, probe);
}

/* Returns true for a failure of the undisturbed run, which is accepted, because the kernel may lack
 * the feature. */
static bool is_missing(const char *why, const struct fault_run *f)
{
	(void)why;
	return !f->target && f->result < 0 && !f->fds && !f->inherited;
}

static void probe_with_failures(const char *dir)
{
	static const struct feature *const features[] = {
		&feature_mount_api,   &feature_mount_setattr,  &feature_detached_tree,
		&feature_overlay,     &feature_overlay_layers, &feature_namespace_ids,
		&feature_setns_pidfd, &feature_openat2,        &feature_mount_namespace_next,
	};

	(void)dir;
	for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
		feature = features[i];
		fault_all(feature->name, try_feature, is_missing);
	}
}

static void a_probe_closes_its_descriptors(void)
{
	if (fault_require())
		sandbox(0, probe_with_failures);
}

UNIT_MAIN(CASE(an_error_decides_if_the_feature_is_present), CASE(a_probe_closes_its_descriptors))
