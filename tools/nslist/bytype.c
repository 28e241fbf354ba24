// SPDX-License-Identifier: GPL-2.0-or-later
/* bytype: prints a small table with one row per selected type, as text or JSON. */
#include "nslist.h"

#include "common/cli.h"

void nslist_by_type(struct nslist *l, const char *key, const char *headings,
		    nslist_type_row *add_row)
{
	struct buf out = BUF_INIT;
	struct json json = JSON_INIT(&out, true), *j = NULL;

	if (l->o->format == NSLIST_JSON) {
		j = &json;
		json_object(j, NULL);
		json_array(j, key);
	} else if (l->o->headings) {
		buf_adds(&out, headings);
	}
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		if (!(l->o->types & NSTYPE_BIT(i)))
			continue;
		if (j) {
			json_object(j, NULL);
			json_str(j, "type", nstypes[i].name);
		}
		add_row(l, &nstypes[i], j, &out);
		if (j)
			json_object_end(j);
	}
	if (j) {
		json_array_end(j);
		json_bool(j, "complete", collect_complete(&l->c));
		json_object_end(j);
		buf_addc(&out, '\n');
	}
	cli_print(&out);
}
