// SPDX-License-Identifier: GPL-2.0-or-later
/* nspivot: mounts the overlay of --overlay, with its layers in a form that the kernel accepts. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "nspivot.h"
#include "root/place.h"

#define PARAM_MAX 256

struct layers {
	const char *param[PARAM_MAX]; /* parameters of the overlay file system */
	char *text[PARAM_MAX];        /* malloc()ed strings of param */
	int fd[PARAM_MAX];            /* descriptors whose /proc names are in param */
	size_t n, ntext, nfd;
	struct buf lower; /* all lower layers, if they are joined in one parameter */
	/* All lower layers are joined in one parameter, because kernels before Linux 6.5 have no
	 * separate parameter for each layer. */
	bool joined;
	bool one_string; /* options must be joined by commas, see struct root_ops */
};

/* Adds the parameter key followed by value. Returns 0, or a negative errno with e set. */
static int add(struct layers *l, struct nserr *e, const char *key, const char *value)
{
	char *text;

	if (l->n == PARAM_MAX)
		return nserr_set(e, E2BIG, "too many layers");
	if (asprintf(&text, "%s%s", key, value) < 0)
		return nserr_set(e, ENOMEM, "cannot allocate memory for the layers");
	l->text[l->ntext++] = text;
	l->param[l->n++] = text;
	return 0;
}

static void done(struct layers *l)
{
	while (l->ntext > 0)
		free(l->text[--l->ntext]);
	while (l->nfd > 0)
		close(l->fd[--l->nfd]);
	buf_free(&l->lower);
}

/*
 * Returns a path without a comma that leads to `path`: before Linux 6.5, fsconfig(2) refuses commas
 * in the parameters of an overlay, even escaped ones. If `path` has a comma, opens it and returns
 * the /proc path of the descriptor, which is stored in buf. Returns `path` if it has no comma or if
 * that fails.
 */
static const char *no_comma(struct layers *l, const char *path, struct file_fd_path *buf)
{
	int fd = -1;

	if (l->joined && !l->one_string && strchr(path, ',') && l->nfd < PARAM_MAX)
		fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return path;
	l->fd[l->nfd++] = fd;
	*buf = file_fd_path(fd);
	return buf->text;
}

/* Appends a path to an option of overlayfs. Escapes backslashes, and colons, which separate the
 * lower layers. If `commas` is set, also escapes commas, which separate the options of mount(2).
 */
static void escape(struct buf *out, const char *path, bool commas)
{
	for (; *path; path++) {
		if (*path == ':' || *path == '\\' || (commas && *path == ','))
			buf_addc(out, '\\');
		buf_addc(out, *path);
	}
}

/* Creates an upper layer and a work directory on a tmpfs. Returns 0, or a negative errno with e
 * set. */
static int memory_upper(struct root *r, struct layers *l, struct nserr *e)
{
	char name[40], path[80];
	int dir = root_scratch(r, e), rc = 0;

	if (dir < 0)
		return dir;
	for (int work = 0; work < 2 && rc == 0; work++) {
		snprintf(name, sizeof(name), "%s%u", work ? "work" : "upper", r->nfiles);
		if (mkdirat(dir, name, 0755) < 0)
			return nserr_set(e, errno, "cannot create the upper layer in memory");
		snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", dir, name);
		rc = add(l, e, work ? "workdir=" : "upperdir=", path);
	}
	r->nfiles++;
	return rc;
}

/* Adds a lower layer. Returns 0 or a negative errno with e set. */
static int add_lower(struct layers *l, const char *path, struct nserr *e)
{
	struct file_fd_path buf;

	if (!l->joined)
		return add(l, e, "lowerdir+=", path);
	if (l->lower.len > 0)
		buf_addc(&l->lower, ':');
	escape(&l->lower, no_comma(l, path, &buf), l->one_string);
	return l->lower.err ? nserr_set(e, l->lower.err, "cannot allocate memory for the layers")
			    : 0;
}

/* Adds the upper layer or the work directory; key is upperdir= or workdir=. Escapes the path,
 * because overlayfs removes backslashes from it. Returns 0, or a negative errno with e set. */
static int add_dir(struct layers *l, const char *key, const char *path, struct nserr *e)
{
	cleanup_buf struct buf value = BUF_INIT;
	struct file_fd_path buf;

	escape(&value, no_comma(l, path, &buf), l->one_string);
	return value.err ? nserr_set(e, value.err, "cannot allocate memory for the layers")
			 : add(l, e, key, value.s ? value.s : "");
}

/* Adds one option of the overlay. Returns 0, or a negative errno with e set. */
static int add_option(struct root *r, struct layers *l, const char *word, struct nserr *e)
{
	const char *path = str_after(word, "lower=");

	if (path)
		return add_lower(l, path, e);
	if (streq(word, "upper=tmpfs"))
		return memory_upper(r, l, e);
	path = str_after(word, "upper=");
	if (path)
		return add_dir(l, "upperdir=", path, e);
	path = str_after(word, "work=");
	if (path)
		return add_dir(l, "workdir=", path, e);
	return add(l, e, "", word);
}

/* Collects the parameters of the overlay. newroot is the lower layer if op has no lower= option.
 * Returns 0, or a negative errno with e set. */
static int collect(struct root *r, const struct op *op, const char *newroot, struct layers *l,
		   struct nserr *e)
{
	int rc = 0;

	for (size_t i = 0; i < op->o.n && rc == 0; i++)
		rc = add_option(r, l, op->o.param[i], e);
	if (rc == 0 && !mntopt_get(&op->o, "lower"))
		rc = add_lower(l, newroot, e);
	if (rc == 0 && l->joined)
		rc = add(l, e, "lowerdir=", l->lower.s ? l->lower.s : "");
	/* in a user namespace, overlayfs cannot write trusted.* attributes */
	if (rc == 0 && root_in_userns() && !mntopt_get(&op->o, "userxattr"))
		rc = add(l, e, "", "userxattr");
	return rc;
}

/* Sets e to a message that names the missing layer, because the error of the kernel does not name
 * it. */
static void name_missing(const struct op *op, struct nserr *e)
{
	static const char *const words[] = { "lower=", "upper=", "work=" };

	for (size_t i = 0; i < op->o.n; i++) {
		for (size_t k = 0; k < ARRAY_SIZE(words); k++) {
			const char *path = str_after(op->o.param[i], words[k]);

			if (path && !streq(op->o.param[i], "upper=tmpfs") &&
			    access(path, F_OK) < 0) {
				nserr_set(e, errno, "%s: cannot open layer '%s'", op->dst, path);
				if (strstr(path, ":upper=") || strstr(path, ":work=") ||
				    strstr(path, ":lower="))
					nserr_hint(e,
						   "separate lower=, upper= and work= by commas");
				return;
			}
		}
	}
}

static int try_mount(struct root *r, const struct op *op, const char *newroot, bool joined,
		     struct nserr *e)
{
	struct layers l = { .joined = joined, .one_string = r->ops->one_string, .lower = BUF_INIT };
	struct mntopt o = { .set = op->o.set, .clr = op->o.clr };
	int rc = collect(r, op, newroot, &l, e);

	if (rc == 0) {
		o.param = l.param;
		o.n = l.n;
		rc = root_place_mount(r, "overlay", op->dst, &o, e);
	}
	if (rc == -ELOOP)
		nserr_hint(e, "use directories for lower=, upper= and work= that do not contain "
			      "each other");
	/* before Linux 6.5, EINVAL for too few layers comes before ENOENT for a missing layer */
	else if (rc == -ENOENT || rc == -EINVAL)
		name_missing(op, e);
	done(&l);
	return rc;
}

/*
 * Mounts the overlay with one parameter for each layer (Linux 6.5), which limits neither the number
 * nor the names of the layers. On older kernels, mounts it with one parameter for all layers.
 * Returns a descriptor, or a negative errno with e set.
 */
static int try_both(struct root *r, const struct op *op, const char *newroot, struct nserr *e)
{
	int rc = -EINVAL;

	if (!r->ops->one_string)
		rc = try_mount(r, op, newroot, false, e);
	return rc == -EINVAL ? try_mount(r, op, newroot, true, e) : rc;
}

int overlay_mount(struct root *r, const struct op *op, const char *newroot, struct nserr *e)
{
	int rc = try_both(r, op, newroot, e);

	/* before Linux 6.15 a layer cannot be in a detached mount, so attach the tree with the
	 * upper layer */
	if (rc == -EINVAL && r->state == ROOT_DETACHED && r->files >= 0) {
		rc = root_attach(r, true, e);
		if (rc == 0)
			rc = try_both(r, op, newroot, e);
	}
	if (rc < 0 && e)
		overlay_explain(op, newroot, e);
	return rc;
}
