// SPDX-License-Identifier: GPL-2.0-or-later
/* nspivot: explains EINVAL of an overlay, which has many reasons (the kernel's
 * Documentation/filesystems/overlayfs.rst). */
#include <limits.h>
#include <sys/stat.h>

#include "kernel/mountinfo.h"
#include "kernel/sys_mount.h"
#include "nspivot.h"

/* Returns the value of the first option with that key, or NULL. */
static const char *value_of(const struct op *op, const char *key)
{
	for (size_t i = 0; i < op->o.n; i++) {
		const char *value = str_after(op->o.param[i], key);

		if (value)
			return value;
	}
	return NULL;
}

/* Returns true if the real path of `inner` is that of `outer` or below it. */
static bool contains(const char *outer, const char *inner)
{
	char a[PATH_MAX], b[PATH_MAX];
	size_t n;

	if (!realpath(outer, a) || !realpath(inner, b))
		return false;
	n = strlen(a);
	return strncmp(a, b, n) == 0 && (b[n] == '\0' || b[n] == '/' || n == 1);
}

/* Returns the mount id of the directory at path, or a negative errno. */
static int mount_of(const char *path)
{
	char real[PATH_MAX];

	return realpath(path, real) ? mountinfo_id_of(real) : -errno;
}

/* Explains a mistake in upper= and work=. Returns true if it set the hint. */
static bool explain_upper(const char *upper, const char *work, struct nserr *e)
{
	int a, b;

	if (upper && streq(upper, "tmpfs")) {
		if (work)
			nserr_hint(e, "omit work=, because upper=tmpfs has its own work directory");
		return work != NULL;
	}
	if (upper && !work) {
		nserr_hint(e, "add work=<dir>, an empty directory on the same mount as upper=%s",
			   upper);
		return true;
	}
	if (work && !upper) {
		nserr_hint(e, "add upper=<dir>, or omit work=");
		return true;
	}
	if (!upper)
		return false;
	if (contains(upper, work) || contains(work, upper)) {
		nserr_hint(e,
			   "use directories for upper= and work= that do not contain each other");
		return true;
	}
	a = mount_of(upper);
	b = mount_of(work);
	if (a >= 0 && b >= 0 && a != b)
		nserr_hint(e, "move work= to the mount of upper=%s: both must be on the same mount",
			   upper);
	return a >= 0 && b >= 0 && a != b;
}

/* Explains a lower layer that is not a directory or, in a user namespace, has mounts below it.
 * Returns true if it set the hint. */
static bool explain_lower(const char *lower, struct nserr *e)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line line;
	cleanup_fd int tree = -1;
	char path[PATH_MAX];
	struct stat st;

	if (stat(lower, &st) == 0 && !S_ISDIR(st.st_mode)) {
		nserr_hint(e, "use a directory as the layer instead of the file '%s'", lower);
		return true;
	}
	/* An overlay clones the mount of each layer. mount_namespaces(7): a mount inherited from
	 * another user namespace cannot be separated from the mounts below it, so a clone without
	 * them fails with EINVAL. */
	tree = sys_open_tree(AT_FDCWD, lower, OPEN_TREE_CLONE);
	if (tree != -EINVAL || !realpath(lower, path) || mountinfo_read(&m, NULL) < 0)
		return false;
	if (streq(path, "/"))
		path[0] = '\0';
	while (mountinfo_next(&m, &line)) {
		const char *below = str_after(line.target, path);

		if (!below || below[0] != '/' || below[1] == '\0')
			continue;
		nserr_hint(e,
			   "use a layer without mounts below it: in a user namespace, the mount "
			   "'%s' cannot be separated from '%s'",
			   line.target, lower);
		return true;
	}
	return false;
}

void overlay_explain(const struct op *op, const char *newroot, struct nserr *e)
{
	const char *upper = value_of(op, "upper="), *work = value_of(op, "work=");
	unsigned layers = 0;

	/* older kernels, such as 5.10, return ENOMEM if only work= is missing */
	if (e->errnum == ENOMEM && upper && !work)
		(void)explain_upper(upper, work, e);
	if (e->errnum != EINVAL || explain_upper(upper, work, e))
		return;
	for (size_t i = 0; i < op->o.n; i++)
		layers += str_after(op->o.param[i], "lower=") != NULL;
	for (size_t i = 0; i < op->o.n; i++) {
		const char *lower = str_after(op->o.param[i], "lower=");

		if (lower && (upper || layers > 1) && explain_lower(lower, e))
			return;
	}
	if (!upper && layers < 2)
		nserr_hint(e,
			   "add upper= and work=, or another lower=: an overlay needs two layers");
	else if (layers == 0)
		explain_lower(newroot, e);
}
