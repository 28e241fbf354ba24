// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz-nscgroup: checks that a name found in a cgroup path is a part of the path and not empty. */
#include "cgroup/cgroup.h"
#include "cgroup/name.h"
#include "fuzz.h"
#include "kernel/mountinfo.h"

static void in_hierarchies(const char *text)
{
	static const struct mountinfo_line mounts[] = {
		{ .fstype = "cgroup2", .super = "rw", .root = "/", .target = "/c" },
		{ .fstype = "cgroup",
		  .super = "rw,pids,name=systemd",
		  .root = "/",
		  .target = "/p" },
	};
	char buf[64];

	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++)
		if (cgroup_path_in(text, &mounts[i], buf, sizeof(buf)))
			HOLDS(strlen(buf) < sizeof(buf) && strstr(text, buf));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_buf struct buf container = BUF_INIT, unit = BUF_INIT;
	char *text = fuzz_string(data, size);
	size_t len = 0, first;
	const char *path = cgroup_name_path(text, &len);

	(void)cgroup_name_first(text, &first);
	HOLDS(first <= strlen(text));
	in_hierarchies(text);
	if (path) {
		HOLDS(len > 0 && path >= text && path + len <= text + strlen(text));
		HOLDS(!memchr(path, '\n', len));
		if (cgroup_name_container(path, len, &container)) {
			const char *name = memchr(container.s, ':', container.len);

			HOLDS(name && name > container.s);
			HOLDS(container.len <= len + 16);
		}
		if (cgroup_name_unit(path, len, &unit))
			HOLDS(unit.len > 0 && memmem(path, len, unit.s, unit.len));
	}
	free(text);
	return 0;
}
