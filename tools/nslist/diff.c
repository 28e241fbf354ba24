// SPDX-License-Identifier: GPL-2.0-or-later
/* diff: the namespaces of two processes, side by side. */
#include "nslist.h"

#include "cli.h"

static void json_inode(struct json *j, const char *key, uint32_t inode)
{
	if (inode)
		json_u64(j, key, inode);
	else
		json_null(j, key);
}

void nslist_diff(struct nslist *l)
{
	const struct nsmember *a = nscollect_member(&l->c, l->o->targets[0].pid);
	const struct nsmember *b = nscollect_member(&l->c, l->o->targets[1].pid);
	struct buf out = BUF_INIT;
	struct json j = JSON_INIT(&out, true);
	bool is_json = l->o->format == NSLIST_JSON;

	if (is_json) {
		json_object(&j, NULL);
		json_array(&j, "namespaces");
	} else if (l->o->headings) {
		buf_printf(&out, "%-6s %10d %10d\n", "TYPE", (int)a->pid, (int)b->pid);
	}
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		if (!(l->o->types & NSTYPE_BIT(i)))
			continue;
		if (is_json) {
			json_object(&j, NULL);
			json_str(&j, "type", nstypes[i].name);
			json_inode(&j, "a", a->inode[i]);
			json_inode(&j, "b", b->inode[i]);
			json_bool(&j, "same", a->inode[i] == b->inode[i]);
			json_object_end(&j);
		} else {
			buf_printf(&out, "%-6s %10u %10u %s\n", nstypes[i].name, a->inode[i],
				   b->inode[i], a->inode[i] == b->inode[i] ? "same" : "differs");
		}
	}
	if (is_json) {
		json_array_end(&j);
		json_object_end(&j);
		buf_addc(&out, '\n');
	}
	cli_print(&out);
}
