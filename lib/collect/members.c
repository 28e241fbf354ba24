// SPDX-License-Identifier: GPL-2.0-or-later
/* members: lists the processes of a run and finds them by pid. */
#include "collect/worker.h"

int collect_list_members(struct collect *c, struct nserr *e)
{
	struct procfs_ids ids = { 0 };
	int rc = 0;

	if (!c->only)
		rc = lseek(c->proc, 0, SEEK_SET) < 0 ? -errno : procfs_numbers(c->proc, 0, &ids);
	if (rc == 0 && !c->only && ids.n == 0)
		rc = -ENOENT;
	if (rc == 0) {
		c->n = c->only ? 1 : ids.n;
		c->members = calloc(c->n, sizeof(*c->members));
		if (!c->members)
			rc = -ENOMEM;
	}
	if (rc < 0) {
		procfs_ids_free(&ids);
		return nserr_set(e, rc, "cannot list the processes in /proc");
	}
	for (size_t i = 0; i < c->n; i++)
		c->members[i].pid = c->only ? c->only : ids.id[i];
	procfs_ids_free(&ids);
	return 0;
}

static int by_pid(const void *key, const void *member)
{
	pid_t a = *(const pid_t *)key, b = ((const struct nsmember *)member)->pid;

	return a < b ? -1 : a > b;
}

const struct nsmember *collect_member(const struct collect *c, pid_t pid)
{
	return c->n ? bsearch(&pid, c->members, c->n, sizeof(*c->members), by_pid) : NULL;
}
