// SPDX-License-Identifier: GPL-2.0-or-later
/* members: lists the processes that a scan reads (its members), and finds them by pid. */
#include "collect/worker.h"

/* Sets c->members to the processes that /proc lists. Returns 0 or a negative errno. */
static int list_members(struct collect *c, struct scan *pids)
{
	int rc = scan_dir(c->q.proc, ".", 0, pids);

	if (rc < 0)
		return rc;
	if (pids->n == 0)
		return -ENOENT;
	c->members = calloc(pids->n, sizeof(*c->members));
	if (!c->members)
		return -ENOMEM;
	for (; c->n < pids->n; c->n++)
		c->members[c->n].pid = pids->id[c->n];
	return 0;
}

/* Makes the requested process the only member. Returns 0 or -ENOMEM. */
static int one_member(struct collect *c)
{
	c->members = calloc(1, sizeof(*c->members));
	if (!c->members)
		return -ENOMEM;
	c->members[0].pid = c->q.only;
	c->n = 1;
	return 0;
}

int collect_list_members(struct collect *c, struct nserr *e)
{
	struct scan pids = { 0 };
	int rc = c->q.only ? one_member(c) : list_members(c, &pids);

	scan_free(&pids);
	return rc < 0 ? nserr_set(e, rc, "cannot list the processes in /proc") : 0;
}

/* Compares a pid with that of a member, for bsearch(3). Returns a negative number, 0 or a positive
 * number. */
static int by_pid(const void *key, const void *member)
{
	pid_t a = *(const pid_t *)key, b = ((const struct nsmember *)member)->pid;

	return a < b ? -1 : a > b;
}

const struct nsmember *collect_member(const struct collect *c, pid_t pid)
{
	return c->n ? bsearch(&pid, c->members, c->n, sizeof(*c->members), by_pid) : NULL;
}
