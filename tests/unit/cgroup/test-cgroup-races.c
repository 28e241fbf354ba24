// SPDX-License-Identifier: GPL-2.0-or-later
/* test-cgroup-races: removes a cgroup while another process replaces one of its directories
 * (race.h). Ordinary directories replace the hierarchy. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "../race.h"
#include "cgroup/cgroup.h"

/* Replaces the directory by a symbolic link to the directory `outside`. */
static void link_to_outside(int dir, const char *path)
{
	CHECK(renameat(dir, path, dir, ".moved") == 0);
	CHECK(symlinkat("../outside", dir, path) == 0);
}

static void nothing_is_removed_through_a_link(void)
{
	char top[UNIT_DIR_SIZE], path[UNIT_PATH_SIZE];
	struct cgroup_dir d = { .path = path, .v2 = true };
	int dir = unit_directory(top);

	for (const char *const *name =
		     (const char *const[]){ "outside", "outside/kept", "a", "a/b", "a/b/c", NULL };
	     *name; name++)
		CHECK_INT(mkdirat(dir, *name, 0755), 0);
	snprintf(path, sizeof(path), "%s/a", top);
	d.fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	race_begin("b", 1, link_to_outside);
	CHECK_INT(cgroup_remove_dir(&d), -ENOTEMPTY);
	race_end();
	CHECK(faccessat(dir, "outside/kept", F_OK, 0) == 0);
	CHECK(faccessat(dir, "a/.moved/c", F_OK, 0) == 0);
	close(d.fd);
	close(dir);
	unit_remove(top);
}

UNIT_MAIN(CASE(nothing_is_removed_through_a_link))
