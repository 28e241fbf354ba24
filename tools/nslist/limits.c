// SPDX-License-Identifier: GPL-2.0-or-later
/* limits: how many namespaces of each type count against user.max_*_namespaces of our user
 * namespace. */
#include "nslist.h"

#include <stdio.h>

#include "cli.h"
#include "file.h"
#include "num.h"

/* What a namespace counts against: its owner and all above, namespaces(7). A user namespace against
 * its parent. */
static bool counts_against(const struct ns *ns, uint32_t user)
{
	const struct ns *in = ns->type == &nstypes[NSTYPE_USER] ? ns->parent : ns->owner;

	for (; in; in = in->parent)
		if (in->inode == user)
			return true;
	return false;
}

static uint64_t used(const struct nslist *l, const struct nstype *type, uint32_t user)
{
	uint64_t n = 0;

	for (size_t i = 0; i < l->c.tab.n; i++)
		n += l->c.tab.all[i]->type == type && counts_against(l->c.tab.all[i], user);
	return n;
}

static uint64_t limit(const struct nslist *l, const struct nstype *type)
{
	char path[64], text[32];
	uint64_t max;
	ssize_t n;

	snprintf(path, sizeof(path), "sys/user/%s", type->sysctl);
	n = file_read_at(l->c.proc, path, text, sizeof(text));
	if (n < 0)
		cli_die((int)n, "cannot read /proc/%s", path);
	text[strcspn(text, "\n")] = '\0';
	if (num_u64(text, 0, UINT64_MAX, &max) < 0)
		cli_die(0, "cannot read /proc/%s: '%s' is no number", path, text);
	return max;
}

void nslist_limits(struct nslist *l)
{
	uint32_t user = l->c.own_user;
	struct buf out = BUF_INIT;
	struct json j = JSON_INIT(&out, true);
	bool is_json = l->o->format == NSLIST_JSON;

	if (is_json) {
		json_object(&j, NULL);
		json_array(&j, "limits");
	} else if (l->o->headings) {
		buf_printf(&out, "%-6s %10s %10s\n", "TYPE", "USED", "MAX");
	}
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		if (!(l->o->types & NSTYPE_BIT(i)))
			continue;
		if (is_json) {
			json_object(&j, NULL);
			json_str(&j, "type", nstypes[i].name);
			json_u64(&j, "used", used(l, &nstypes[i], user));
			json_u64(&j, "max", limit(l, &nstypes[i]));
			json_object_end(&j);
		} else {
			buf_printf(&out, "%-6s %10llu %10llu\n", nstypes[i].name,
				   (unsigned long long)used(l, &nstypes[i], user),
				   (unsigned long long)limit(l, &nstypes[i]));
		}
	}
	if (is_json) {
		json_array_end(&j);
		json_bool(&j, "complete", nscollect_complete(&l->c));
		json_object_end(&j);
		buf_addc(&out, '\n');
	}
	cli_print(&out);
}
