// SPDX-License-Identifier: GPL-2.0-or-later
/* memory: reads how much memory the processes of a control group use. */
#include "cgroup/memory.h"

#include <fcntl.h>
#include <stdio.h>

#include "base/file.h"
#include "base/str.h"
#include "cgroup/cgroup.h"

/* Returns true if the mount may have the memory controller: it is a version 2 hierarchy, or its
 * options name the controller. */
static bool may_have(const struct mountinfo_line *l)
{
	return streq(l->fstype, "cgroup2") ||
	       (streq(l->fstype, "cgroup") && mountinfo_has_option(l->super, "memory"));
}

/* Opens the mount point. Returns 0 or a negative errno. */
static int open_mount(struct cgroup_memory *m, const struct mountinfo_line *l)
{
	int fd;

	if (strlen(l->super) >= sizeof(m->options) || strlen(l->root) >= sizeof(m->root))
		return 0;
	fd = file_open_at(AT_FDCWD, l->target, O_PATH | O_DIRECTORY, 0);
	if (fd < 0)
		return fd;
	util_close(&m->dir);
	m->dir = fd;
	m->v2 = streq(l->fstype, "cgroup2");
	snprintf(m->options, sizeof(m->options), "%s", l->super);
	snprintf(m->root, sizeof(m->root), "%s", l->root);
	return 0;
}

/* Sets `path` to the path of the process's cgroup in the hierarchy. Returns false if the process
 * has no path there. */
static bool path_of(const struct cgroup_memory *m, const char *text, char *path, size_t size)
{
	const struct mountinfo_line mount = { .fstype = m->v2 ? "cgroup2" : "cgroup",
					      .super = m->options };

	return cgroup_path_in(text, &mount, path, size);
}

int cgroup_memory_open(struct cgroup_memory *m)
{
	cleanup_mountinfo struct mountinfo mi = MOUNTINFO_INIT;
	struct mountinfo_line l;
	char text[16384];
	ssize_t n;
	int rc = mountinfo_read(&mi, NULL);

	*m = CGROUP_MEMORY_INIT;
	while (rc == 0 && mountinfo_next(&mi, &l))
		/* prefer a version 1 hierarchy, because version 2 does not have the controller if a
		 * version 1 hierarchy has it */
		if (may_have(&l) && (m->dir < 0 || m->v2))
			rc = open_mount(m, &l);
	if (rc < 0)
		return rc;
	n = file_read_at(AT_FDCWD, "/proc/self/cgroup", text, sizeof(text));
	if (n < 0 || !path_of(m, text, m->own, sizeof(m->own)))
		m->own[0] = '\0';
	return m->dir < 0 ? -ENOENT : 0;
}

int cgroup_memory_read(const struct cgroup_memory *m, const char *text, uint64_t *bytes)
{
	char path[1024], file[1024 + 32], *last;
	const char *below = path;

	if (m->dir < 0 || !path_of(m, text, path, sizeof(path)))
		return -ENOENT;
	last = strrchr(path, '/');
	if (last && last != path && streq(last, "/init.scope"))
		*last = '\0';
	/* refuse a path with "..", because the cgroup is outside of the caller's cgroup namespace
	 * (cgroup_namespaces(7)) */
	if (!path[0] || streq(path, "/") || streq(path, m->own) || strstr(path, "/.."))
		return -ENOENT;
	if (!streq(m->root, "/")) {
		below = str_after(path, m->root);
		if (!below || *below != '/')
			return -ENOENT;
	}
	snprintf(file, sizeof(file), "%s/%s", below + 1,
		 m->v2 ? "memory.current" : "memory.usage_in_bytes");
	return file_read_u64(m->dir, file, bytes);
}
