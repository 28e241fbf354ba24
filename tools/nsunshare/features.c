// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: --features: what this kernel and this user can do, found out by trying. */
#include <fcntl.h>
#include <sys/wait.h>

#include "file.h"
#include "idmapio.h"
#include "json.h"
#include "nsunshare.h"
#include "sys_mount.h"
#include "sys_ns.h"
#include "sys_pidfd.h"

/* Whether f, run in a child, ends with 0. */
static bool try_in_child(int (*f)(uint64_t), uint64_t arg)
{
	int wstatus = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(f(arg) < 0);
	return pid > 0 && RETRY_EINTR(waitpid(pid, &wstatus, 0)) == pid && wstatus == 0;
}

static int try_unshare(uint64_t flags)
{
	return sys_unshare(flags);
}

/* A process in time for its own clocks: without fork or exec, 5.6. */
static int try_enter_time(uint64_t flags)
{
	int fd;

	if (sys_unshare(flags) < 0)
		return -1;
	fd = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -1 : sys_setns(fd, CLONE_NEWTIME);
}

static int try_clone3(uint64_t flags)
{
	int pidfd = -1;
	pid_t pid = sys_clone(flags, -1, &pidfd);

	if (pid == 0)
		_exit(0);
	return pid < 0 || pidfd < 0 ? -1 : 0;
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

static int try_mount_api(uint64_t unused)
{
	int fd = sys_fsopen("proc");

	(void)unused;
	return fd == -ENOSYS ? -1 : 0;
}

static int try_binfmt(uint64_t flags)
{
	char text[1024];
	ssize_t n = file_read_at(AT_FDCWD, "/proc/filesystems", text, sizeof(text));

	(void)flags;
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

struct feature {
	const char *name;
	int (*probe)(uint64_t);
	uint64_t arg;
};

static const struct feature others[] = {
	{ "time-without-fork", try_enter_time, CLONE_NEWTIME },
	{ "time-without-fork-in-user", try_enter_time, CLONE_NEWTIME | CLONE_NEWUSER },
	{ "clone3-pidfd", try_clone3, 0 },
	{ "map-more-than-own-id", try_newuidmap, 0 },
	{ "mount-api", try_mount_api, 0 },
	{ "binfmt_misc", try_binfmt, 0 },
	{ "cgroup-v2", try_cgroup, 1 },
	{ "cgroup-v1", try_cgroup, 0 },
};

static void add(struct json *j, struct buf *text, const char *name, const char *suffix, bool yes)
{
	char full[64];

	stpcpy(stpcpy(full, name), suffix);
	if (j)
		json_bool(j, full, yes);
	else
		buf_printf(text, "%-26s %s\n", full, yes ? "yes" : "no");
}

void features_print(bool as_json)
{
	struct buf out = BUF_INIT;
	struct json json = JSON_INIT(&out, true), *j = as_json ? &json : NULL;

	if (j)
		json_object(j, NULL);
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		uint64_t flag = nstypes[i].flag;

		add(j, &out, nstypes[i].name, "", try_in_child(try_unshare, flag));
		if (flag != CLONE_NEWUSER)
			add(j, &out, nstypes[i].name, "-in-user",
			    try_in_child(try_unshare, flag | CLONE_NEWUSER));
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		add(j, &out, others[i].name, "", try_in_child(others[i].probe, others[i].arg));
	if (j)
		json_object_end(j);
	if (j)
		buf_addc(&out, '\n');
	cli_print(&out);
}
