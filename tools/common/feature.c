// SPDX-License-Identifier: GPL-2.0-or-later
/* feature: the table of what can be tried, and the trying. */
#include "common/feature.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/json.h"
#include "cgroup/cgroup.h"
#include "idmap/procfile.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_fd.h"
#include "kernel/sys_mount.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_pidfd.h"
#include "ns/file.h"
#include "ns/type.h"
#include "root/tree.h"

static int try_unshare(uint64_t flags)
{
	return sys_unshare(flags);
}

/* A process in time for its own clocks: without fork or exec, 5.6. */
static int try_enter_time(uint64_t flags)
{
	cleanup_fd int fd = -1;

	if (sys_unshare(flags) < 0)
		return -1;
	fd = nsfile_open_proc(AT_FDCWD, "/proc/self/ns/time_for_children");
	return fd < 0 ? fd : sys_setns(fd, CLONE_NEWTIME);
}

static int try_clone3(uint64_t flags)
{
	int pidfd = -1;
	pid_t pid = sys_clone(flags, -1, &pidfd);

	if (pid == 0)
		_exit(0);
	return pid < 0 || pidfd < 0 ? -1 : 0;
}

static int try_pidfd(uint64_t unused)
{
	(void)unused;
	return sys_pidfd_open(getpid());
}

static int try_setns_pidfd(uint64_t unused)
{
	cleanup_fd int pidfd = sys_pidfd_open(getpid());

	(void)unused;
	return pidfd < 0 ? pidfd : sys_setns(pidfd, CLONE_NEWNS);
}

/* Whether one program more than libc can map ids for an ordinary user. */
static int try_newuidmap(uint64_t unused)
{
	struct nserr e = NSERR_INIT;
	struct idmap_extent two[2] = { { 0, 0, 1, 0 }, { 1, 1, 1, 0 } };
	struct idmaps m = { { { two, 2, 2 }, { two, 2, 2 } }, IDMAP_SETGROUPS_UNSET };
	enum idmap_way way;

	(void)unused;
	return idmaps_way(&m, &way, &e);
}

static int try_binfmt(uint64_t unused)
{
	char text[1024];
	ssize_t n = file_read_at(AT_FDCWD, "/proc/filesystems", text, sizeof(text));

	(void)unused;
	return n > 0 && strstr(text, "\tbinfmt_misc\n") ? 0 : -1;
}

static int try_cgroup(uint64_t v2)
{
	struct nserr e = NSERR_INIT;
	struct cgroup c;

	if (cgroup_find(&c, "/", &e) < 0)
		return -1;
	for (size_t i = 0; i < c.n; i++)
		if (c.dir[i].v2 == (v2 != 0))
			return 0;
	return -1;
}

static int try_close_range(uint64_t unused)
{
	(void)unused;
	return sys_fd_has_range();
}

static int try_subreaper(uint64_t unused)
{
	(void)unused;
	return prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* proc_pid_task(5): with CONFIG_PROC_CHILDREN, and where there is a /proc. */
static int try_children_file(uint64_t unused)
{
	(void)unused;
	return access("/proc/thread-self/children", R_OK);
}

static int try_namespace_id(uint64_t unused)
{
	cleanup_fd int ns = nsfile_open_proc(AT_FDCWD, "/proc/self/ns/mnt");
	uint64_t id;

	(void)unused;
	return ns < 0 ? ns : sys_ns_id(ns, &id);
}

/* The last one has none behind it. */
static int try_mount_namespace_next(uint64_t unused)
{
	cleanup_fd int ns = nsfile_open_proc(AT_FDCWD, "/proc/self/ns/mnt"), next = -1;

	(void)unused;
	next = ns < 0 ? ns : sys_ns_mnt_next(ns);
	return next == -ENOENT ? 0 : next;
}

static int try_listns(uint64_t unused)
{
	const struct sys_ns_id_req req = { .size = sizeof(req) };
	uint64_t id;

	(void)unused;
	return (int)sys_listns(&req, &id, 1);
}

static int try_openat2(uint64_t unused)
{
	(void)unused;
	return sys_openat2(AT_FDCWD, "/", O_PATH, 0, SYS_RESOLVE_IN_ROOT);
}

static int detached_tmpfs(void)
{
	cleanup_fd int fs = sys_fsopen("tmpfs");
	int rc = fs < 0 ? fs : sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);

	return rc < 0 ? rc : sys_fsmount(fs, 0);
}

static int try_mount_api(uint64_t unused)
{
	(void)unused;
	return detached_tmpfs();
}

static int try_setattr(uint64_t unused)
{
	cleanup_fd int mnt = detached_tmpfs();

	(void)unused;
	return mnt < 0 ? mnt
		       : sys_mount_setattr(mnt, "", AT_EMPTY_PATH | AT_RECURSIVE, MOUNT_ATTR_RDONLY,
					   0, 0, -1);
}

static int try_detached_tree(uint64_t unused)
{
	cleanup_fd int tree = detached_tmpfs(), mnt = detached_tmpfs(), at = -1;

	(void)unused;
	if (tree < 0 || mnt < 0 || mkdirat(tree, "at", 0755) < 0)
		return -1;
	at = file_open_at(tree, "at", O_PATH, 0);
	return sys_move_mount(mnt, "", at, "", SYS_FD_TO_FD);
}

/* A user namespace may be denied it (before 5.11) when it is to be made, which without a layer is
 * merely invalid. */
static int try_overlay(uint64_t unused)
{
	cleanup_fd int fs = sys_fsopen("overlay");
	int rc;

	(void)unused;
	if (fs < 0 || !root_in_userns())
		return MIN(fs, 0);
	rc = sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	return rc == -EINVAL ? 0 : rc;
}

/* A kernel that knows them looks for the layer at once; before 6.5 any word passes until the mount
 * is to be made. */
static int try_layers(uint64_t unused)
{
	cleanup_fd int fs = sys_fsopen("overlay");
	int rc = fs < 0 ? fs
			: sys_fsconfig(fs, FSCONFIG_SET_STRING, "lowerdir+", "/proc/self/none", 0);

	(void)unused;
	return rc == -ENOENT ? 0 : -1;
}

/* mounts: in a mount namespace of its own, that of a user without privilege a user namespace's. */
/* clang-format off */
static const struct {
	const char *name;
	int (*probe)(uint64_t arg);
	uint64_t arg;
	bool mounts;
} table[FEATURE_COUNT] = {
	[FEATURE_USER]                      = { "user",                      try_unshare, CLONE_NEWUSER, false },
	[FEATURE_TIME_WITHOUT_FORK]         = { "time-without-fork",         try_enter_time, CLONE_NEWTIME, false },
	[FEATURE_TIME_WITHOUT_FORK_IN_USER] = { "time-without-fork-in-user", try_enter_time, CLONE_NEWTIME | CLONE_NEWUSER, false },
	[FEATURE_CLONE3_PIDFD]              = { "clone3-pidfd",              try_clone3, 0, false },         /* 5.3 */
	[FEATURE_PIDFD]                     = { "pidfd",                     try_pidfd, 0, false },          /* 5.3 */
	[FEATURE_SETNS_PIDFD]               = { "setns-pidfd",               try_setns_pidfd, 0, true },     /* 5.8 */
	[FEATURE_MAP_MORE_THAN_OWN_ID]      = { "map-more-than-own-id",      try_newuidmap, 0, false },
	[FEATURE_BINFMT_MISC]               = { "binfmt_misc",               try_binfmt, 0, false },
	[FEATURE_CGROUP_V2]                 = { "cgroup-v2",                 try_cgroup, 1, false },
	[FEATURE_CGROUP_V1]                 = { "cgroup-v1",                 try_cgroup, 0, false },
	[FEATURE_CLOSE_RANGE]               = { "close-range",               try_close_range, 0, false },    /* 5.9 */
	[FEATURE_SUBREAPER]                 = { "subreaper",                 try_subreaper, 0, false },      /* 3.4 */
	[FEATURE_CHILDREN_FILE]             = { "children-file",             try_children_file, 0, false },  /* 4.2 */
	[FEATURE_NAMESPACE_IDS]             = { "namespace-ids",             try_namespace_id, 0, false },         /* 6.11 for mnt */
	[FEATURE_MOUNT_NAMESPACE_NEXT]      = { "mount-namespace-next",      try_mount_namespace_next, 0, false }, /* 6.12 */
	[FEATURE_LISTNS]                    = { "listns",                    try_listns, 0, false },               /* 6.19 */
	[FEATURE_OPENAT2]                   = { "openat2",                   try_openat2, 0, false },        /* 5.6 */
	[FEATURE_MOUNT_API]                 = { "mount-api",                 try_mount_api, 0, true },       /* 5.2 */
	[FEATURE_MOUNT_SETATTR]             = { "mount-setattr",             try_setattr, 0, true },         /* 5.12 */
	[FEATURE_DETACHED_TREE]             = { "detached-tree",             try_detached_tree, 0, true },   /* 6.15 */
	[FEATURE_OVERLAY]                   = { "overlay",                   try_overlay, 0, true },         /* in a user namespace 5.11 */
	[FEATURE_OVERLAY_LAYERS]            = { "overlay-layers",            try_layers, 0, true },          /* 6.5 */
};
/* clang-format on */

static bool try_in_child(int (*probe)(uint64_t), uint64_t arg, bool mounts)
{
	uint64_t types = CLONE_NEWNS | (sys_cap_has(CAP_SYS_ADMIN) ? 0 : CLONE_NEWUSER);
	int wstatus = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit((mounts && sys_unshare(types) < 0) || probe(arg) < 0);
	return pid > 0 && RETRY_EINTR(waitpid(pid, &wstatus, 0)) == pid && wstatus == 0;
}

bool feature_has(enum feature f)
{
	return try_in_child(table[f].probe, table[f].arg, table[f].mounts);
}

static void add(struct json *j, struct buf *out, const char *name, const char *suffix, bool yes)
{
	char full[64];

	stpcpy(stpcpy(full, name), suffix);
	if (j)
		json_bool(j, full, yes);
	else
		buf_printf(out, "%-26s %s\n", full, yes ? "yes" : "no");
}

static void add_namespaces(struct json *j, struct buf *out)
{
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		uint64_t flag = nstypes[i].flag;

		add(j, out, nstypes[i].name, "", try_in_child(try_unshare, flag, false));
		if (flag != CLONE_NEWUSER)
			add(j, out, nstypes[i].name, "-in-user",
			    try_in_child(try_unshare, flag | CLONE_NEWUSER, false));
	}
}

void feature_format(const enum feature *list, size_t n, bool as_json, struct buf *out)
{
	struct json json = JSON_INIT(out, true), *j = as_json ? &json : NULL;

	if (j)
		json_object(j, NULL);
	for (size_t i = 0; i < n; i++)
		if (list[i] == FEATURE_NAMESPACES)
			add_namespaces(j, out);
		else
			add(j, out, table[list[i]].name, "", feature_has(list[i]));
	if (!j)
		return;
	json_object_end(j);
	buf_addc(out, '\n');
}
