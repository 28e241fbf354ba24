// SPDX-License-Identifier: GPL-2.0-or-later
/* sysctl: reads and writes the files below /proc/sys. */
#include "kernel/sysctl.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include "base/file.h"

int64_t sysctl_get(const char *name)
{
	char path[96];
	uint64_t v;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	return file_read_u64(AT_FDCWD, path, &v) == 0 ? (int64_t)MIN(v, INT64_MAX) : -1;
}

const char *sysctl_split(const char *text, char *path, size_t size)
{
	size_t n = strcspn(text, "=");
	char *first;

	if (n == 0 || text[n] == '\0' || n >= size)
		return NULL;
	memcpy(path, text, n);
	path[n] = '\0';
	first = strpbrk(path, "./");
	if (first && *first == '.')
		for (char *c = first; c; c = strpbrk(c + 1, "./"))
			*c = *c == '.' ? '/' : '.';
	return *path == '/' || strstr(path, "..") || strstr(path, "//") ? NULL : text + n + 1;
}

int sysctl_set(const char *text, struct nserr *e)
{
	char name[PATH_MAX - sizeof("/proc/sys/")], path[PATH_MAX];
	const char *value = sysctl_split(text, name, sizeof(name));
	int rc;

	if (!value)
		return nserr_set(e, 0, "invalid '%s', expected <key>=<value>", text);
	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	rc = file_write_at(AT_FDCWD, path, value);
	return rc < 0 ? nserr_set(e, rc, "cannot write '%s' to '%s'", value, path) : 0;
}

void sysctl_hint_apparmor(struct nserr *e)
{
	if (sysctl_get("kernel/apparmor_restrict_unprivileged_userns") == 1)
		nserr_hint(e, "AppArmor restricts user namespaces to programs with a profile; set "
			      "sysctl kernel.apparmor_restrict_unprivileged_userns=0 to allow all");
}
