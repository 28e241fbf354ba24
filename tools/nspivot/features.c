// SPDX-License-Identifier: GPL-2.0-or-later
/* nspivot: --features: what this kernel and this user can do, found out by trying in a child. */
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "file.h"
#include "json.h"
#include "nspivot.h"
#include "sys_cap.h"
#include "sys_mount.h"
#include "sys_ns.h"

static int try_openat2(void)
{
	return sys_openat2(AT_FDCWD, "/", O_PATH, 0, SYS_RESOLVE_IN_ROOT);
}

static int detached_tmpfs(void)
{
	cleanup_fd int fs = sys_fsopen("tmpfs");
	int rc = fs < 0 ? fs : sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);

	return rc < 0 ? rc : sys_fsmount(fs, 0);
}

static int try_setattr(void)
{
	cleanup_fd int mnt = detached_tmpfs();

	return mnt < 0 ? mnt
		       : sys_mount_setattr(mnt, "", AT_EMPTY_PATH | AT_RECURSIVE, MOUNT_ATTR_RDONLY,
					   0, 0, -1);
}

static int try_detached_tree(void)
{
	cleanup_fd int tree = detached_tmpfs(), mnt = detached_tmpfs(), at = -1;

	if (tree < 0 || mnt < 0 || mkdirat(tree, "at", 0755) < 0)
		return -1;
	at = file_open_at(tree, "at", O_PATH, 0);
	return sys_move_mount(mnt, "", at, "", SYS_FD_TO_FD);
}

static int try_overlay(void)
{
	return sys_fsopen("overlay");
}

static int try_layers(void)
{
	cleanup_fd int fs = sys_fsopen("overlay");

	return fs < 0 ? fs : sys_fsconfig(fs, FSCONFIG_SET_STRING, "lowerdir+", "/", 0);
}

static int try_mknod(void)
{
	cleanup_fd int mnt = detached_tmpfs();

	return mnt < 0 ? mnt : mknodat(mnt, "null", S_IFCHR | 0666, makedev(1, 3));
}

/* In namespaces of its own: those of a user without privilege are a user namespace's. */
static bool try_in_child(int (*f)(void))
{
	uint64_t types = CLONE_NEWNS | (sys_cap_has(CAP_SYS_ADMIN) ? 0 : CLONE_NEWUSER);
	int wstatus = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(sys_unshare(types) < 0 || f() < 0);
	return pid > 0 && RETRY_EINTR(waitpid(pid, &wstatus, 0)) == pid && wstatus == 0;
}

void features_print(bool json)
{
	/* clang-format off */
	static const struct { const char *name; int (*try)(void); } features[] = {
		{ "openat2",         try_openat2 },       /* 5.6 */
		{ "mount-api",       detached_tmpfs },    /* 5.2 */
		{ "mount-setattr",   try_setattr },       /* 5.12 */
		{ "detached-tree",   try_detached_tree }, /* 6.15 */
		{ "overlay",         try_overlay },       /* in a user namespace 5.11 */
		{ "overlay-layers",  try_layers },        /* 6.5 */
		{ "device-nodes",    try_mknod },
	};
	/* clang-format on */
	struct buf out = BUF_INIT;
	struct json j = JSON_INIT(&out, true);

	if (json)
		json_object(&j, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
		bool yes = try_in_child(features[i].try);

		if (json)
			json_bool(&j, features[i].name, yes);
		else
			buf_printf(&out, "%-26s %s\n", features[i].name, yes ? "yes" : "no");
	}
	if (json) {
		json_object_end(&j);
		buf_addc(&out, '\n');
	}
	cli_print(&out);
}
