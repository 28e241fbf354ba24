// SPDX-License-Identifier: GPL-2.0-or-later
/* test-cgroup-nomem: makes each memory allocation of functions in lib/cgroup fail (nomem.h).
 * Ordinary directories replace the hierarchies. */
#include <fcntl.h>
#include <sys/stat.h>

#include "../nomem.h"
#include "cgroup/cgroup.h"

static struct nserr e;
static char top[UNIT_DIR_SIZE], above[sizeof(top) + 2];

/* Finds the directories of a name in two hierarchies. */
static int try_place(void)
{
	static const char mounts[] = "31 20 0:27 / /cpu rw - cgroup cgroup rw,cpu\n"
				     "32 20 0:28 / /v2 rw - cgroup2 cgroup2 rw\n";
	struct cgroup c = { .name = "/a" };
	char text[sizeof(mounts)], own[] = "";
	struct mountinfo m = { .text = text, .at = text };
	bool right;
	int rc;

	memcpy(text, mounts, sizeof(mounts));
	e = NSERR_INIT;
	rc = cgroup_place(&c, own, &m, &e);
	right = rc < 0 ? streq(e.what, "cannot build the path of the cgroup") : c.n == 2;
	cgroup_free(&c);
	return right ? rc : 1;
}

/* Creates the cgroup top/a/b and removes it again. */
static int try_create(void)
{
	struct cgroup c = { .name = "a/b", .n = 1, .dir = { { .fd = -1, .v2 = true } } };
	char path[sizeof(above) + 2];
	bool right;
	int rc;

	snprintf(path, sizeof(path), "%s/b", above);
	c.dir[0].path = path;
	e = NSERR_INIT;
	rc = cgroup_open(&c, true, NULL, 0, &e);
	nomem_after = -1;
	right = unit_exists(path) == (rc == 0) &&
		(rc == 0 || str_after(e.what, "cannot create the cgroup '"));
	if (rc == 0)
		right = right && cgroup_remove(&c, &e) == 0;
	util_close(&c.dir[0].fd);
	return right && !unit_exists(above) ? rc : 1;
}

/* Creates the cgroup top/a in two hierarchies of version 1, one of which has the controller of the
 * setting. Returns 0 if the cgroup is created only in this hierarchy, otherwise -EAGAIN. */
static int try_setting(void)
{
	static const char *const settings[] = { "cpu.shares=1" };
	static char options[2][8] = { "rw,pids", "rw,cpu" };
	struct cgroup c = { .name = "a", .n = 2, .dir = { { .fd = -1 }, { .fd = -1 } } };
	bool right;

	for (size_t i = 0; i < c.n; i++) {
		c.dir[i].path = above;
		c.dir[i].options = options[i];
	}
	if (cgroup_open(&c, true, settings, 1, &e) < 0)
		return 1;
	right = c.dir[0].fd < 0 && c.dir[1].fd >= 0;
	util_close(&c.dir[1].fd);
	return cgroup_remove(&c, &e) == 0 && right ? 0 : -EAGAIN;
}

/* Removes the cgroup top/a/b, which cgroup_open() has created with its parent. Returns -ENOMEM if
 * only the parent remains. */
static int try_remove(void)
{
	struct cgroup c = { .name = "a/b", .n = 1, .dir = { { .fd = -1, .v2 = true } } };
	char path[sizeof(above) + 2];
	int after = nomem_after, rc;

	snprintf(path, sizeof(path), "%s/b", above);
	c.dir[0].path = path;
	nomem_after = -1;
	if (cgroup_open(&c, true, NULL, 0, &e) < 0)
		return 1;
	nomem_after = after;
	rc = cgroup_remove(&c, &e);
	nomem_after = -1;
	util_close(&c.dir[0].fd);
	if (rc < 0 || unit_exists(path))
		return 1;
	return rmdir(above) == 0 ? -ENOMEM : 0;
}

static void a_failed_allocation_is_reported(void)
{
	close(unit_directory(top));
	snprintf(above, sizeof(above), "%s/a", top);
	nomem_all("cgroup_place", try_place);
	/* three allocations must succeed, one for each mkdir(2): of b, of a, and of b again. If the
	 * allocation for the mark fails, the cgroup is created without the mark. */
	CHECK_INT(nomem_count(try_create), 3);
	/* if an allocation for the comparison of the controllers fails, the cgroup is not created,
	 * and cgroup_set() later reports the missing file */
	CHECK_INT(try_setting(), 0);
	CHECK_INT(nomem_one(try_setting, 1), 0);
	CHECK_INT(nomem_one(try_setting, 2), -EAGAIN);
	/* if the allocation fails, the cgroup is removed, but its parent remains */
	CHECK_INT(try_remove(), 0);
	CHECK_INT(nomem_one(try_remove, 1), -ENOMEM);
	CHECK_INT(rmdir(top), 0);
}

UNIT_MAIN(CASE(a_failed_allocation_is_reported))
