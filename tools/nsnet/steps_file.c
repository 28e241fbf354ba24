// SPDX-License-Identifier: GPL-2.0-or-later
/* steps_file: sets the sysctls of the namespace, and mounts files on files of /etc for the
 * program. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/file.h"
#include "kernel/sys_mount.h"
#include "kernel/sys_ns.h"
#include "kernel/sysctl.h"
#include "net/resolv_conf.h"
#include "nsnet.h"

#define RESOLV_CONF "/etc/resolv.conf"

/* ---- sysctls: /proc/sys/net shows the network namespace of the process that opens the file */

int run_sysctl(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	return sysctl_set(s->arg, e);
}

void show_sysctl(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct net *n = ctx;

	buf_printf(out, "%ssysctl -qw ", in_namespace(n->label, false));
	shell_word(out, s->arg);
	buf_addc(out, '\n');
}

/* ---- resolv.conf */

int dns_read(struct net *n, struct nserr *e)
{
	cleanup_buf struct buf host = BUF_INIT;
	char text[NET_ADDR_TEXT];
	int rc;

	buf_adds(&n->resolv, "# made by nsnet\n");
	if (n->dns == DNS_GIVEN) {
		for (size_t i = 0; i < n->dns_addr.n; i++)
			buf_printf(&n->resolv, "nameserver %s\n",
				   net_addr_format(&n->dns_addr.v[i], false, text));
		return n->resolv.err;
	}
	rc = resolv_conf_read(&host, e);
	if (rc > 0) {
		buf_add(&n->resolv, host.s, host.len);
		return n->resolv.err;
	}
	if (rc == 0)
		nserr_set(e, 0,
			  "no name server of this host can be reached from another network "
			  "namespace");
	nserr_hint(e, "specify another server with --dns <address>");
	return rc < 0 ? rc : -ENOENT;
}

void show_etc(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct net *n = ctx;

	(void)s;
	buf_printf(out, "mkdir -p %s/%s\nprintf %%s ", NETNS_ETC, n->label);
	shell_word(out, n->resolv.s);
	buf_printf(out, " >%s/%s/resolv.conf\n", NETNS_ETC, n->label);
}

static void etc_path(const struct net *n, const char *file, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%.*s/%s", NETNS_ETC, NET_NAME_MAX, n->name, file);
}

int run_etc(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct net *n = ctx;
	char path[PATH_MAX];
	int fd, rc;

	(void)s;
	mkdir(NETNS_ETC, 0755);
	etc_path(n, "", path);
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return nserr_set(e, errno, "cannot create '%s'", path);
	etc_path(n, "resolv.conf", path);
	fd = file_open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return nserr_set(e, fd, "cannot create '%s'", path);
	rc = file_write_all(fd, n->resolv.s, n->resolv.len);
	close(fd);
	return rc < 0 ? nserr_set(e, rc, "cannot write '%s'", path) : 0;
}

void undo_etc(void *ctx, const struct plan_step *s)
{
	struct net *n = ctx;
	char path[PATH_MAX];

	(void)s;
	if (n->target == TARGET_EXISTING)
		return;
	etc_path(n, "resolv.conf", path);
	unlink(path);
	etc_path(n, "", path);
	rmdir(path);
}

/* ---- mounts on the files of /etc */

/* Creates a mount namespace whose mounts do not propagate to the caller's mount namespace. Returns
 * 0, or a negative errno with e set. */
static int own_mounts(struct nserr *e)
{
	int rc = sys_unshare(CLONE_NEWNS);

	if (rc == 0)
		rc = sys_mount("none", "/", NULL, MS_REC | MS_SLAVE, NULL);
	return rc < 0 ? nserr_set(e, rc, "cannot create a mount namespace") : 0;
}

/*
 * Mounts the file of descriptor fd on target, even if target is a symbolic link. move_mount(2)
 * without MOVE_MOUNT_T_SYMLINKS mounts on the link itself. A mount on the target of the link would
 * vanish when rename(2) replaces that file, as systemd-resolved does. Returns 0, or a negative
 * errno with e set.
 */
static int mount_file(int fd, const char *target, struct nserr *e)
{
	char from[32];
	int tree, rc;

	snprintf(from, sizeof(from), "/proc/self/fd/%d", fd);
	tree = sys_open_tree(AT_FDCWD, from, OPEN_TREE_CLONE);
	rc = tree < 0 ? tree : sys_move_mount(tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH);
	if (tree >= 0)
		close(tree);
	if (rc == -ENOSYS)
		rc = sys_mount(from, target, NULL, MS_BIND, NULL);
	if (rc < 0) {
		nserr_set(e, rc, "cannot mount on '%s'", target);
		if (rc == -ENOENT)
			nserr_hint(e, "create the file '%s' as the mount point", target);
	}
	return rc;
}

/* Mounts the new resolv.conf. The source of a bind mount must have a name, so create the file on a
 * tmpfs that covers /tmp for a moment in the new mount namespace. The kernel removes the tmpfs with
 * its last mount, so the file cannot remain. */
int run_resolv(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const char *path = "/tmp/resolv.conf";
	struct net *n = ctx;
	cleanup_fd int fd = -1;
	int rc = own_mounts(e);

	(void)s;
	if (rc < 0)
		return rc;
	rc = sys_mount("nsnet", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755");
	if (rc < 0)
		return nserr_set(e, rc, "cannot mount a tmpfs on '/tmp'");
	fd = file_open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (fd < 0)
		return nserr_set(e, fd, "cannot create '%s'", path);
	/* the umask may have reduced the mode */
	rc = fchmod(fd, 0644) < 0 ? -errno : file_write_all(fd, n->resolv.s, n->resolv.len);
	if (rc < 0)
		return nserr_set(e, rc, "cannot write '%s'", path);
	rc = mount_file(fd, RESOLV_CONF, e);
	if (rc < 0)
		return rc;
	rc = sys_umount("/tmp", MNT_DETACH);
	return rc < 0 ? nserr_set(e, rc, "cannot unmount the tmpfs from '/tmp'") : 0;
}

/* Mounts each file of /etc/netns/NAME on the file of the same name in /etc, like ip-netns(8). */
int run_files(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct net *n = ctx;
	char dir[PATH_MAX], target[PATH_MAX];
	const struct dirent *d;
	int rc = own_mounts(e);
	DIR *list;

	(void)s;
	if (rc < 0)
		return rc;
	/* sysfs shows the network namespace in which it was mounted. A failure, as in a user
	 * namespace, is ignored. */
	(void)!sys_umount("/sys", MNT_DETACH);
	(void)!sys_mount("nsnet", "/sys", "sysfs", 0, NULL);
	etc_path(n, "", dir);
	list = opendir(dir);
	if (!list && errno != ENOENT && errno != ENOTDIR)
		return nserr_set(e, errno, "cannot list '%s'", dir);
	while (list && rc == 0 && (errno = 0, d = readdir(list))) {
		int fd;

		if (streq(d->d_name, ".") || streq(d->d_name, ".."))
			continue;
		fd = file_open_at(dirfd(list), d->d_name, O_PATH | O_NOFOLLOW, 0);
		snprintf(target, sizeof(target), "/etc/%s", d->d_name);
		rc = fd < 0 ? nserr_set(e, fd, "cannot open '%s%s'", dir, d->d_name)
			    : mount_file(fd, target, e);
		if (fd >= 0)
			close(fd);
	}
	if (!list)
		return 0;
	if (rc == 0 && errno)
		rc = nserr_set(e, errno, "cannot list '%s'", dir);
	closedir(list);
	return rc;
}
