// SPDX-License-Identifier: GPL-2.0-or-later
/* nspivot: defines the table of verbs and their steps. */
#include "nspivot.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "base/file.h"
#include "base/num.h"
#include "base/stream.h"
#include "kernel/sys_mount.h"
#include "net/resolv_conf.h"
#include "root/copyup.h"
#include "root/place.h"
#include "root/populate.h"

static struct root *root_of(void *ctx)
{
	return &((struct run *)ctx)->root;
}

/* Closes fd, the descriptor of a mount, and returns 0. If fd is a negative errno, returns fd. */
static int done(void *ctx, int fd)
{
	root_done(root_of(ctx), fd);
	return fd < 0 ? fd : 0;
}

int source_open(const char *src, int flags, struct nserr *e)
{
	const char *number = str_after(src, "fd:");
	int fd;

	if (!number) {
		fd = file_open_at(AT_FDCWD, src, flags, 0);
		return fd < 0 ? nserr_set(e, fd, "cannot open '%s'", src) : fd;
	}
	if (num_fd(number, &fd) < 0)
		return nserr_set(e, 0, "invalid descriptor '%s'", src);
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return fd < 0 ? nserr_set(e, errno, "cannot duplicate descriptor '%s'", src) : fd;
}

static int run_bind(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct op *op = s->arg;
	int flags = O_PATH | (op->o.nofollow ? O_NOFOLLOW : 0);
	cleanup_fd int src = source_open(op->src, flags, e);

	if (src == -ENOENT && op->try) {
		*e = NSERR_INIT;
		return 0;
	}
	if (src < 0)
		return src;
	return done(ctx, root_place_bind(root_of(ctx), src, op->dst, &op->o, e));
}

/* Binds the terminal of the first of the descriptors 0 to 2 that is a terminal. /dev/tty is not
 * used, because it is another device node, which only processes with a controlling terminal can
 * open. */
static int run_console(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct op *op = s->arg;
	struct mntopt o = op->o;

	/* chmod(2) and chown(2) through the bind would change the terminal of the caller */
	o.set |= MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
	for (int fd = 0; fd <= 2; fd++) {
		cleanup_fd int src = isatty(fd) ? fcntl(fd, F_DUPFD_CLOEXEC, 3) : -1;

		if (src >= 0)
			return done(ctx, root_place_bind(root_of(ctx), src, op->dst, &o, e));
	}
	if (op->try)
		return 0;
	nserr_set(e, ENOTTY, "none of the descriptors 0 to 2 is a terminal");
	nserr_hint(e, "use --console=%s:try to continue without a terminal", op->dst);
	return -e->errnum;
}

static int run_mount(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct op *op = s->arg;

	return done(ctx, root_place_mount(root_of(ctx), op->verb->fstype, op->dst, &op->o, e));
}

static int run_tmpfs(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct op *op = s->arg;

	if (!op->copy_up)
		return run_mount(ctx, s, e);
	return root_mount_copy(root_of(ctx), op->dst, &op->o, strstr(op->arg, "mode=") != NULL, e);
}

/* Mounts sysfs, or binds the caller's /sys read-only: in a user namespace, the kernel refuses a new
 * sysfs if the network namespace belongs to another user namespace or if /sys is partly hidden. */
static int run_sysfs(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct op *op = s->arg;
	struct mntopt o = { .set = op->o.set, .clr = op->o.clr };
	int rc = root_place_mount(root_of(ctx), "sysfs", op->dst, &op->o, e);
	cleanup_fd int sys = -1;
	struct nserr unused;

	if (rc != -EPERM || !root_in_userns() || !(o.set & MOUNT_ATTR_RDONLY))
		return done(ctx, rc);
	sys = source_open("/sys", O_PATH | O_DIRECTORY, &unused);
	if (sys < 0)
		return rc;
	return done(ctx, root_place_bind(root_of(ctx), sys, op->dst, &o, e));
}

static int run_overlay(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const char *newroot = ((const struct run *)ctx)->o->newroot;
	int fd;

	/* use the directory newroot as the layer, because its detached clone cannot be a layer */
	if (newroot && str_after(newroot, "fd:") && num_fd(newroot + 3, &fd) == 0)
		return done(ctx, overlay_mount(root_of(ctx), s->arg, file_fd_path(fd).text, e));
	return done(ctx, overlay_mount(root_of(ctx), s->arg, newroot ? newroot : "/", e));
}

static int run_file(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct op *op = s->arg;
	cleanup_free char *text = NULL;
	ssize_t n = stream_read(op->src, &text, e);

	if (n < 0)
		return (int)n;
	return root_make_file(root_of(ctx), op->dst, text, (size_t)n, &op->o, e);
}

/* Returns true if the kernel refuses a devpts without any option, because user 0 is not mapped.
 * Otherwise mounts it at the path, where the caller's error removes it with the rest of the root.
 */
static bool cannot_mount_devpts(struct root *r, const char *path)
{
	static const struct mntopt plain;
	struct nserr unused;
	int fd = root_place_mount(r, "devpts", path, &plain, &unused);

	root_done(r, fd);
	return fd == -EINVAL;
}

/*
 * Mounts devpts, by default with gid=5, the group of terminals. If a user namespace does not map
 * that group, the kernel returns EINVAL. This function then mounts devpts without gid=5, so that a
 * terminal gets the group of the process that opens it. If user 0, the owner of ptmx, is not
 * mapped, the kernel returns EINVAL again, which is ignored with the option "try".
 */
static int run_devpts(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct op *op = s->arg;
	struct mntopt o = op->o;
	cleanup_free const char **param = NULL;
	int rc = root_place_mount(root_of(ctx), "devpts", op->dst, &o, e);
	size_t n = 0;

	if (rc != -EINVAL || !root_in_userns() || (op->arg && strstr(op->arg, "gid=")))
		return done(ctx, rc);
	param = calloc(o.n, sizeof(*param));
	if (!param)
		return nserr_set(e, ENOMEM, "cannot mount devpts");
	for (size_t i = 0; i < o.n; i++)
		if (!streq(o.param[i], "gid=5"))
			param[n++] = o.param[i];
	o.param = param;
	o.n = n;
	rc = root_place_mount(root_of(ctx), "devpts", op->dst, &o, e);
	if (rc == -EINVAL && op->try && cannot_mount_devpts(root_of(ctx), op->dst)) {
		*e = NSERR_INIT;
		return 0;
	}
	return done(ctx, rc);
}

static int run_dev(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct op *op = s->arg;

	return root_make_dev(root_of(ctx), op->dst, &op->o, e);
}

static int run_dev_node(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct op *op = s->arg;

	return root_make_node(root_of(ctx), op->dst, &op->node, e);
}

static int run_dir(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct op *op = s->arg;

	return root_make_dir(root_of(ctx), op->dst, op->o.has_mode ? op->o.mode : 0755, e);
}

static int run_symlink(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct op *op = s->arg;

	return root_make_symlink(root_of(ctx), op->src, op->dst, e);
}

static int run_mask(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct op *op = s->arg;

	return root_make_mask(root_of(ctx), op->dst, op->try, e);
}

static int run_readonly(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct op *op = s->arg;

	return root_make_readonly(root_of(ctx), op->dst, op->try, e);
}

/* Binds the file src read-only on dst. Returns 0 or a negative errno with e set. */
static int bind_etc(void *ctx, const char *src, const char *dst, struct nserr *e)
{
	static const struct mntopt ro = { .set = MOUNT_ATTR_RDONLY };
	cleanup_fd int fd = source_open(src, O_PATH, e);

	return fd < 0 ? fd : done(ctx, root_place_bind(root_of(ctx), fd, dst, &ro, e));
}

static int run_etc_hosts(void *ctx, const struct plan_step *s, struct nserr *e)
{
	static const struct mntopt plain;
	const struct op *op = s->arg;
	struct utsname uts;
	char text[320];
	int n;

	if (!streq(op->src, "auto"))
		return bind_etc(ctx, streq(op->src, "host") ? op->dst : op->src, op->dst, e);
	uname(&uts);
	n = snprintf(
		text, sizeof(text),
		"127.0.0.1\tlocalhost\n127.0.1.1\t%s\n::1\tlocalhost ip6-localhost ip6-loopback\n",
		uts.nodename);
	return root_make_file(root_of(ctx), op->dst, text, (size_t)n, &plain, e);
}

static int run_etc_hostname(void *ctx, const struct plan_step *s, struct nserr *e)
{
	static const struct mntopt plain;
	const struct op *op = s->arg;
	struct utsname uts;
	char text[80];
	int n;

	if (!streq(op->src, "auto"))
		return bind_etc(ctx, streq(op->src, "host") ? op->dst : op->src, op->dst, e);
	uname(&uts);
	n = snprintf(text, sizeof(text), "%s\n", uts.nodename);
	return root_make_file(root_of(ctx), op->dst, text, (size_t)n, &plain, e);
}

static int run_etc_resolv(void *ctx, const struct plan_step *s, struct nserr *e)
{
	static const struct mntopt plain;
	const struct op *op = s->arg;
	cleanup_buf struct buf text = BUF_INIT;
	int rc;

	if (!streq(op->src, "auto"))
		return bind_etc(ctx, streq(op->src, "host") ? op->dst : op->src, op->dst, e);
	rc = resolv_conf_read(&text, e);
	return rc < 0 ? rc
		      : root_make_file(root_of(ctx), op->dst, text.s ? text.s : "", text.len,
				       &plain, e);
}

/* Appends the verb and its argument, as on the command line, to the text of --explain. */
static void show_op(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct op *op = s->arg;

	(void)ctx;
	buf_printf(out, "--%s", op->verb->name);
	if (op->arg)
		buf_printf(out, "=%s", op->arg);
}

#define MOUNT_FS "fsopen(2), fsmount(2), move_mount(2)"
#define CLONE    "open_tree(2), mount_setattr(2), move_mount(2)"

#define KIND(name, call, run) \
	{ \
		name, call, run, NULL, show_op \
	}

/* clang-format off */
const struct verb verbs[VERB_COUNT] = {
	[VERB_BIND]     = { "bind", NULL, NULL, NULL, VERB_SRC_DST, KIND("bind", CLONE, run_bind) },
	[VERB_RO_BIND]  = { "ro-bind", NULL, NULL, "ro", VERB_SRC_DST, KIND("ro-bind", CLONE, run_bind) },
	[VERB_BIND_TRY]    = { "bind-try", NULL, NULL, "try", VERB_SRC_DST, KIND("bind-try", CLONE, run_bind) },
	[VERB_RO_BIND_TRY] = { "ro-bind-try", NULL, NULL, "ro,try", VERB_SRC_DST, KIND("ro-bind-try", CLONE, run_bind) },
	[VERB_TMPFS]    = { "tmpfs", NULL, "tmpfs", "mode=0755", VERB_DST, KIND("tmpfs", MOUNT_FS, run_tmpfs) },
	[VERB_PROC]     = { "proc", NULL, "proc", "nosuid,nodev,noexec", VERB_DST, KIND("proc", MOUNT_FS, run_mount) },
	[VERB_SYSFS]    = { "sysfs", "/sys", "sysfs", "ro,nosuid,nodev,noexec", VERB_DST, KIND("sysfs", MOUNT_FS, run_sysfs) },
	[VERB_DEV]      = { "dev", "/dev", "tmpfs", "nosuid,nodev,strictatime,mode=0755,size=64m", VERB_DST, KIND("dev", MOUNT_FS ", open_tree(2)", run_dev) },
	[VERB_DEV_NODE] = { "dev-node", NULL, NULL, NULL, VERB_NODE, KIND("dev-node", "mknodat(2), " CLONE, run_dev_node) },
	[VERB_DEVPTS]   = { "devpts", "/dev/pts", "devpts", "nosuid,dev,noexec,ptmxmode=0666,mode=0620,gid=5", VERB_DST, KIND("devpts", MOUNT_FS, run_devpts) },
	[VERB_CONSOLE]  = { "console", "/dev/console", NULL, NULL, VERB_DST, KIND("console", CLONE, run_console) },
	[VERB_SHM]      = { "shm", "/dev/shm", "tmpfs", "nosuid,nodev,noexec,mode=1777,size=64m", VERB_DST, KIND("shm", MOUNT_FS, run_mount) },
	[VERB_MQUEUE]   = { "mqueue", "/dev/mqueue", "mqueue", "nosuid,nodev,noexec", VERB_DST, KIND("mqueue", MOUNT_FS, run_mount) },
	[VERB_CGROUP2]  = { "cgroup2", "/sys/fs/cgroup", "cgroup2", "nosuid,nodev,noexec", VERB_DST, KIND("cgroup2", MOUNT_FS, run_mount) },
	[VERB_OVERLAY]  = { "overlay", NULL, "overlay", NULL, VERB_DST, KIND("overlay", MOUNT_FS, run_overlay) },
	[VERB_FILE]     = { "file", NULL, NULL, NULL, VERB_SRC_DST, KIND("file", "write(2), " CLONE, run_file) },
	[VERB_DIR]      = { "dir", NULL, NULL, NULL, VERB_DST, KIND("dir", "mkdirat(2)", run_dir), VERB_COVERS_NOTHING },
	[VERB_SYMLINK]  = { "symlink", NULL, NULL, NULL, VERB_SRC_DST, KIND("symlink", "symlinkat(2)", run_symlink), VERB_COVERS_NOTHING },
	[VERB_MASK]     = { "mask", NULL, NULL, NULL, VERB_DST, KIND("mask", MOUNT_FS, run_mask), VERB_HIDES_ON_PURPOSE },
	[VERB_READONLY] = { "readonly", NULL, NULL, NULL, VERB_DST, KIND("readonly", "mount_setattr(2)", run_readonly), VERB_HIDES_ON_PURPOSE },
	[VERB_ETC_HOSTS]       = { "etc-hosts", "/etc/hosts", NULL, NULL, VERB_SRC, KIND("etc-hosts", CLONE, run_etc_hosts) },
	[VERB_ETC_HOSTNAME]    = { "etc-hostname", "/etc/hostname", NULL, NULL, VERB_SRC, KIND("etc-hostname", CLONE, run_etc_hostname) },
	[VERB_ETC_RESOLV_CONF] = { "etc-resolv-conf", "/etc/resolv.conf", NULL, NULL, VERB_SRC, KIND("etc-resolv-conf", CLONE, run_etc_resolv) },
};
/* clang-format on */
