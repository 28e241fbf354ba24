// SPDX-License-Identifier: GPL-2.0-or-later
/* bytype: prints a small table with one row per selected type, as text or JSON. */
#include "nslist.h"

#include "common/cli.h"

void nslist_by_type(struct run *run, const char *key, const char *headings,
		    nslist_type_row *add_row)
{
	struct buf out = BUF_INIT;
	struct json json = JSON_INIT(&out, true), *j = NULL;

	if (run->o->format == NSLIST_JSON) {
		j = &json;
		json_object(j, NULL);
		json_array(j, key);
	} else if (run->o->headings) {
		buf_adds(&out, headings);
	}
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		if (!(run->o->types & NSTYPE_BIT(i)))
			continue;
		if (j) {
			json_object(j, NULL);
			json_str(j, "type", nstypes[i].name);
		}
		add_row(run, &nstypes[i], j, &out);
		if (j)
			json_object_end(j);
	}
	if (j) {
		json_array_end(j);
		nslist_json_end(run, j);
	}
	cli_print(&out);
}
