// SPDX-License-Identifier: GPL-2.0-or-later
/* test-memory: checks which file of a control group is read for the memory of a process. A
 * directory with plain files replaces the hierarchy. */
#include "cgroup/memory.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "../unit.h"

/* Returns the memory usage in bytes that cgroup_memory_read() reads for a process with this text in
 * /proc/PID/cgroup, or a negative errno. */
static long long bytes_of(const struct cgroup_memory *m, const char *text)
{
	uint64_t bytes = 0;
	int rc = cgroup_memory_read(m, text, &bytes);

	return rc < 0 ? rc : (long long)bytes;
}

static void reads_the_file_of_each_version(void)
{
	char path[UNIT_DIR_SIZE], outside[UNIT_PATH_SIZE];
	struct cgroup_memory m = CGROUP_MEMORY_INIT;

	m.dir = unit_directory(path);
	CHECK_INT(mkdirat(m.dir, "a", 0700), 0);
	CHECK_INT(mkdirat(m.dir, "a/b", 0700), 0);
	unit_put(m.dir, "a/memory.current", "42\n");
	unit_put(m.dir, "a/b/memory.current", "7\n");
	unit_put(m.dir, "a/memory.usage_in_bytes", "1000000000000\n");

	m.v2 = true;
	strcpy(m.root, "/");
	strcpy(m.own, "/a/own");
	CHECK_INT(bytes_of(&m, "0::/a\n"), 42);
	CHECK_INT(bytes_of(&m, "1:memory:/x\n0::/a/b\n"), 7);
	CHECK_INT(bytes_of(&m, "0::/a/init.scope\n"), 42);
	/* /init.scope is the cgroup of process 1, and not the root */
	CHECK_INT(mkdirat(m.dir, "init.scope", 0700), 0);
	unit_put(m.dir, "init.scope/memory.current", "5\n");
	CHECK_INT(bytes_of(&m, "0::/init.scope\n"), 5);
	CHECK_INT(unlinkat(m.dir, "init.scope/memory.current", 0), 0);
	CHECK_INT(unlinkat(m.dir, "init.scope", AT_REMOVEDIR), 0);
	CHECK_INT(bytes_of(&m, "0::\n"), -ENOENT);
	CHECK_INT(bytes_of(&m, "0::/\n"), -ENOENT);
	CHECK_INT(bytes_of(&m, "0::/../a\n"), -ENOENT);
	snprintf(outside, sizeof(outside), "0::/..%s/a\n", strrchr(path, '/'));
	CHECK_INT(bytes_of(&m, outside), -ENOENT);
	strcpy(m.own, "/a/b");
	CHECK_INT(bytes_of(&m, "0::/a/b\n"), -ENOENT);
	CHECK_INT(bytes_of(&m, "0::/a/missing\n"), -ENOENT);
	CHECK_INT(bytes_of(&m, "1:cpu:/a\n"), -ENOENT);

	/* only the group /x of the hierarchy is visible */
	strcpy(m.root, "/x");
	CHECK_INT(bytes_of(&m, "0::/x/a\n"), 42);
	CHECK_INT(bytes_of(&m, "0::/y/a\n"), -ENOENT);
	CHECK_INT(bytes_of(&m, "0::/xa\n"), -ENOENT);
	CHECK_INT(bytes_of(&m, "0::/x\n"), -ENOENT);

	m.v2 = false;
	strcpy(m.root, "/");
	strcpy(m.options, "rw,memory");
	CHECK_INT(bytes_of(&m, "0::/b\n5:memory:/a\n"), 1000000000000);

	CHECK_INT(unlinkat(m.dir, "a/memory.current", 0), 0);
	CHECK_INT(unlinkat(m.dir, "a/b/memory.current", 0), 0);
	CHECK_INT(unlinkat(m.dir, "a/memory.usage_in_bytes", 0), 0);
	CHECK_INT(unlinkat(m.dir, "a/b", AT_REMOVEDIR), 0);
	CHECK_INT(unlinkat(m.dir, "a", AT_REMOVEDIR), 0);
	CHECK_INT(rmdir(path), 0);
	util_close(&m.dir);
	CHECK_INT(bytes_of(&m, "0::/a\n"), -ENOENT);
}

UNIT_MAIN(CASE(reads_the_file_of_each_version))
