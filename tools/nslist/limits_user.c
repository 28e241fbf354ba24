// SPDX-License-Identifier: GPL-2.0-or-later
/* limits_user: prints how many namespaces count against the limits for each user. */
#include "nslist.h"

#include <stdio.h>

#include "base/file.h"
#include "base/num.h"
#include "common/cli.h"
#include "kernel/sys_ns.h"

uint64_t nslist_limit(const struct run *run, const struct nstype *type)
{
	char path[64], text[32];
	uint64_t max;
	ssize_t n;

	snprintf(path, sizeof(path), "sys/user/%s", type->sysctl);
	n = file_read_at(run->proc, path, text, sizeof(text));
	if (n < 0)
		cli_die((int)n, "cannot read /proc/%s", path);
	text[strcspn(text, "\n")] = '\0';
	if (num_u64(text, 0, UINT64_MAX, &max) < 0)
		cli_die(0, "cannot read /proc/%s: '%s' is not a number", path, text);
	return max;
}

/* The namespaces of one user that count against the limits. */
struct usage {
	uid_t uid;
	unsigned n[NSTYPE_COUNT];
};

struct usages {
	struct usage *v;
	size_t n;
};

static struct usage *usage_of(struct usages *u, uid_t uid)
{
	for (size_t i = 0; i < u->n; i++)
		if (u->v[i].uid == uid)
			return &u->v[i];
	u->v = reallocarray(u->v, u->n + 1, sizeof(*u->v));
	if (!u->v)
		cli_die(ENOMEM, "cannot count the namespaces");
	u->v[u->n] = (struct usage){ .uid = uid };
	return &u->v[u->n++];
}

/*
 * Sets *uid to the user for whom ns counts in the user namespace `user`. A namespace counts for its
 * creator in its owner and, in each user namespace above, for the creator of the user namespace
 * below (user_namespaces(7), the kernel's inc_ucount()). The kernel does not report the creator of
 * a namespace of another type. In the owning user namespace, root is assumed to be this creator,
 * because root has the capability to create the namespace. Returns false if ns does not count
 * in `user`.
 */
static bool counts_for(const struct ns *ns, uint32_t user, uid_t *uid)
{
	const struct ns *below = ns, *in = ns->type->flag == CLONE_NEWUSER ? ns->parent : ns->owner;

	for (; in && in->inode != user; in = in->parent)
		below = in;
	if (!in)
		return false;
	*uid = below->type->flag == CLONE_NEWUSER ? below->creator : 0;
	return true;
}

static int by_uid(const void *a, const void *b)
{
	uid_t x = ((const struct usage *)a)->uid, y = ((const struct usage *)b)->uid;

	return x < y ? -1 : x > y;
}

static void add_row(struct run *run, const struct usage *u, size_t type, struct json *j,
		    struct buf *out)
{
	uint64_t max = nslist_limit(run, &nstypes[type]);

	if (!j) {
		buf_printf(out, "%10u %-16s %-6s %10u %10llu\n", u->uid, nslist_user(run, u->uid),
			   nstypes[type].name, u->n[type], (unsigned long long)max);
		return;
	}
	json_object(j, NULL);
	json_u64(j, "uid", u->uid);
	json_str(j, "user", nslist_user(run, u->uid));
	json_str(j, "type", nstypes[type].name);
	json_u64(j, "used", u->n[type]);
	json_u64(j, "max", max);
	json_object_end(j);
}

void nslist_limits_of_users(struct run *run)
{
	struct usages u = { 0 };
	struct buf out = BUF_INIT;
	struct json json = JSON_INIT(&out, true), *j = NULL;
	uid_t uid;

	for (size_t i = 0; i < run->c.tab.n; i++)
		if (counts_for(run->c.tab.all[i], run->c.own_user, &uid))
			usage_of(&u, uid)->n[nstype_index(run->c.tab.all[i]->type)]++;
	if (u.n > 0)
		qsort(u.v, u.n, sizeof(*u.v), by_uid);
	if (run->o->format == NSLIST_JSON) {
		j = &json;
		json_object(j, NULL);
		json_array(j, "limits");
	} else if (run->o->headings) {
		buf_printf(&out, "%10s %-16s %-6s %10s %10s\n", "UID", "USER", "TYPE", "USED",
			   "MAX");
	}
	for (size_t i = 0; i < u.n; i++)
		for (size_t type = 0; type < NSTYPE_COUNT; type++)
			if (u.v[i].n[type] > 0 && run->o->types & NSTYPE_BIT(type))
				add_row(run, &u.v[i], type, j, &out);
	free(u.v);
	if (j) {
		json_array_end(j);
		nslist_json_end(run, j);
	}
	cli_print(&out);
}
