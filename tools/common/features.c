// SPDX-License-Identifier: GPL-2.0-or-later
/* features: prints the features of a tool as lines or as a JSON object. */
#include "common/features.h"

#include "common/cli.h"
#include "ns/type.h"

static void add(struct features *f, const char *name, const char *suffix, bool yes)
{
	char full[64];

	stpcpy(stpcpy(full, name), suffix);
	if (f->as_json)
		json_bool(&f->json, full, yes);
	else
		buf_printf(&f->out, "%-26s %s\n", full, yes ? "yes" : "no");
}

void features_add(struct features *f, const struct feature *feature)
{
	add(f, feature->name, "", feature_has(feature));
}

void features_add_namespaces(struct features *f)
{
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		uint64_t flag = nstypes[i].flag, user = nstypes[NSTYPE_USER].flag;

		add(f, nstypes[i].name, "", feature_has_unshare(flag));
		if (flag != user)
			add(f, nstypes[i].name, "-in-user", feature_has_unshare(flag | user));
	}
}

int features_print(void (*add_all)(struct features *), bool json)
{
	struct features f = { .out = BUF_INIT, .as_json = json };

	f.json = (struct json)JSON_INIT(&f.out, true);
	if (json)
		json_object(&f.json, NULL);
	add_all(&f);
	if (json) {
		json_object_end(&f.json);
		buf_addc(&f.out, '\n');
	}
	cli_print(&f.out);
	return 0;
}
