// SPDX-License-Identifier: GPL-2.0-or-later
/* find_mount: finds the mount namespaces in which a file system is mounted. */
#include "find.h"

#include <stdio.h>

#include "kernel/mountinfo.h"

/* Sets `device` to the device of the last mount on the path in the caller's mount namespace.
 * Returns false if nothing is mounted on the path. */
static bool own_device(const struct run *run, const char *path, char device[24])
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line l;
	bool found = false;

	if (mountinfo_read_at(&m, run->proc, "self/mountinfo") < 0)
		return false;
	while (mountinfo_next(&m, &l)) {
		if (!streq(l.target, path))
			continue;
		snprintf(device, 24, "%s", l.device);
		found = true;
	}
	return found;
}

/* Adds a result for the first matching mount of a mount namespace. Further mounts are counted. */
static void look(struct run *run, struct ns *ns, const char *path, const char *device)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	cleanup_free char *first = NULL;
	struct mountinfo_line l;
	unsigned more = 0;
	int rc = collect_mountinfo(&run->c, ns, &m);

	if (rc < 0) {
		nslist_missed(run, ns->pid, rc);
		return;
	}
	while (mountinfo_next(&m, &l)) {
		if (!(path && streq(l.target, path)) && !(device && streq(l.device, device)))
			continue;
		if (!first)
			first = strdup(l.target);
		else
			more++;
	}
	if (first && more)
		find_add(run, ns, ns->pid, "%s and %u more", first, more);
	else if (first)
		find_add(run, ns, ns->pid, "%s", first);
}

/*
 * A path selects the mounts on that path in any mount namespace. If a file system is mounted on the
 * path in the caller's mount namespace, the path also selects the other mounts of this file system.
 */
void find_mount(struct run *run, const struct find *f)
{
	const char *path = f->is_device ? NULL : f->text, *device = f->is_device ? f->text : NULL;
	char own[24];

	if (path && own_device(run, path, own))
		device = own;
	for (size_t i = 0; i < run->c.tab.n; i++)
		if (run->c.tab.all[i]->type == &nstypes[NSTYPE_MNT])
			look(run, run->c.tab.all[i], path, device);
}
