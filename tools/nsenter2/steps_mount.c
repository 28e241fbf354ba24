// SPDX-License-Identifier: GPL-2.0-or-later
/* steps_mount: the steps that mount file systems for the program alone. */
#include <dirent.h>
#include <stdio.h>
#include <sys/mount.h>

#include "base/str.h"
#include "kernel/sys_mount.h"
#include "kernel/sys_ns.h"
#include "nsenter2.h"

#define FLAGS (MS_NOSUID | MS_NOEXEC | MS_NODEV)

const char *mount_netns_name(const struct opts *o)
{
	const char *file = o->files[NSTYPE_NET], *name = NULL;

	if (file) {
		name = str_after(file, "/run/netns/");
		if (!name)
			name = str_after(file, "/var/run/netns/");
	} else if (o->target && o->ref.kind == NSREF_NETNS && o->ref.n_ups == 0) {
		name = o->ref.name;
	}
	return name && *name && !strchr(name, '/') ? name : NULL;
}

static int run_private(void *ctx, const struct plan_step *s, struct nserr *e)
{
	int rc = sys_unshare(CLONE_NEWNS);

	(void)ctx;
	(void)s;
	if (rc < 0)
		return nserr_set(e, rc, "cannot create a mount namespace");
	/* with slave propagation, mounts and unmounts outside become visible to the program, but
	 * those of the program do not become visible outside */
	rc = sys_mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL);
	return rc < 0 ? nserr_set(e, rc, "cannot make the mounts slaves") : 0;
}

const struct plan_kind step_private = {
	.name = "private",
	.call = "unshare(2), mount(2)",
	.run = run_private,
	.what = "create a mount namespace for the program",
};

static int run_proc(void *ctx, const struct plan_step *s, struct nserr *e)
{
	int rc = sys_mount("proc", "/proc", "proc", FLAGS, NULL);

	(void)ctx;
	(void)s;
	return rc < 0 ? nserr_set(e, rc, "cannot mount proc on '/proc'") : 0;
}

/* A proc file system shows the pid namespace of the process that mounts it, proc(5). */
const struct plan_kind step_proc = {
	.name = "proc",
	.call = "mount(2)",
	.run = run_proc,
	.what = "mount proc on /proc",
};

static int run_sys(void *ctx, const struct plan_step *s, struct nserr *e)
{
	int rc = sys_mount("sysfs", "/sys", "sysfs", FLAGS, NULL);

	(void)ctx;
	(void)s;
	return rc < 0 ? nserr_set(e, rc, "cannot mount sysfs on '/sys'") : 0;
}

/* /sys/class/net shows the network namespace of the process that mounts sysfs, sysfs(5). */
const struct plan_kind step_sys = {
	.name = "sys",
	.call = "mount(2)",
	.run = run_sys,
	.what = "mount sysfs on /sys",
};

/* Mounts one file of the directory on the file of the same name in /etc. A name that /etc lacks is
 * ignored, as in ip-netns(8). Returns 0, or a negative errno with e set. */
static int bind_file(const char *dir, const char *name, struct nserr *e)
{
	char from[4096], to[512];
	int rc;

	if (streq(name, ".") || streq(name, ".."))
		return 0;
	snprintf(from, sizeof(from), "%s/%s", dir, name);
	snprintf(to, sizeof(to), "/etc/%s", name);
	rc = sys_mount(from, to, NULL, MS_BIND, NULL);
	return rc < 0 && rc != -ENOENT ? nserr_set(e, rc, "cannot mount '%s' on '%s'", from, to)
				       : 0;
}

static int run_etc(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct dirent *entry;
	char dir[3072];
	DIR *d;
	int rc = 0;

	(void)ctx;
	snprintf(dir, sizeof(dir), "/etc/netns/%s", (const char *)s->arg);
	d = opendir(dir);
	if (!d)
		return errno == ENOENT ? 0 : nserr_set(e, errno, "cannot open '%s'", dir);
	/* readdir(3) returns NULL at the end of the directory and after an error, which sets errno
	 */
	while (rc == 0 && (errno = 0, entry = readdir(d)))
		rc = bind_file(dir, entry->d_name, e);
	if (rc == 0 && errno)
		rc = nserr_set(e, errno, "cannot read '%s'", dir);
	closedir(d);
	return rc;
}

const struct plan_kind step_etc = {
	.name = "etc",
	.call = "mount(2)",
	.run = run_etc,
	.what = "mount the files of /etc/netns/%s on those in /etc",
};
