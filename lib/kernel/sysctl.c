// SPDX-License-Identifier: GPL-2.0-or-later
/* sysctl: reads the files below /proc/sys. */
#include "kernel/sysctl.h"

#include <fcntl.h>
#include <stdio.h>

#include "base/file.h"

int64_t sysctl_get(const char *name)
{
	char path[96];
	uint64_t v;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	return file_read_u64(AT_FDCWD, path, &v) == 0 ? (int64_t)MIN(v, INT64_MAX) : -1;
}

void sysctl_hint_apparmor(struct nserr *e)
{
	if (sysctl_get("kernel/apparmor_restrict_unprivileged_userns") == 1)
		nserr_hint(e, "AppArmor restricts user namespaces to programs with a profile; set "
			      "sysctl kernel.apparmor_restrict_unprivileged_userns=0 to allow all");
}
