// SPDX-License-Identifier: GPL-2.0-or-later
/* nsidmap: reads <map> arguments and prints maps in all formats. */
#include "base/json.h"
#include "idmap/view.h"
#include "verb.h"

static void add_stream(const struct idmaps *m, const struct map_out *o, struct buf *b)
{
	(void)o;
	idmaps_format_stream(m, b);
}

static void add_arg(const struct idmaps *m, const struct map_out *o, struct buf *b)
{
	(void)o;
	idmaps_format_arg(m, b);
	buf_addc(b, '\n');
}

static void add_kernel(const struct idmaps *m, const struct map_out *o, struct buf *b)
{
	idmap_format_kernel(&m->map[o->only], b);
}

/* Appends a line for newuidmap(1) and a line for newgidmap(1), or only one of them with --only.
 * Each line has the arguments that follow the pid. */
static void add_newuidmap(const struct idmaps *m, const struct map_out *o, struct buf *b)
{
	for (int k = 0; k < IDMAP_KINDS; k++) {
		if (o->only >= 0 && o->only != k)
			continue;
		for (size_t i = 0; i < m->map[k].n; i++)
			buf_printf(b, "%s%u %u %u", i ? " " : "", m->map[k].ext[i].inside,
				   m->map[k].ext[i].outside, m->map[k].ext[i].count);
		buf_addc(b, '\n');
	}
}

/* Appends the options for unshare(1) of util-linux 2.39 or later. */
static void add_unshare(const struct idmaps *m, const struct map_out *o, struct buf *b)
{
	static const char *const names[] = { "users", "groups" };
	const char *sep = "";

	(void)o;
	for (int k = 0; k < IDMAP_KINDS; k++)
		for (size_t i = 0; i < m->map[k].n; i++, sep = " ")
			buf_printf(b, "%s--map-%s=%u:%u:%u", sep, names[k], m->map[k].ext[i].inside,
				   m->map[k].ext[i].outside, m->map[k].ext[i].count);
	if (m->setgroups != IDMAP_SETGROUPS_UNSET)
		buf_printf(b, "%s--setgroups=%s", sep,
			   m->setgroups == IDMAP_SETGROUPS_DENY ? "deny" : "allow");
	buf_addc(b, '\n');
}

static void add_extents(struct json *j, const char *key, const struct idmap *m,
			const char *const names[3])
{
	json_array(j, key);
	for (size_t i = 0; i < m->n; i++) {
		json_object(j, NULL);
		json_u64(j, names[0], m->ext[i].inside);
		json_u64(j, names[1], m->ext[i].outside);
		json_u64(j, names[2], m->ext[i].count);
		json_object_end(j);
	}
	json_array_end(j);
}

/* Appends the maps in the form of config.json of the OCI runtime specification. */
static void add_oci(const struct idmaps *m, const struct map_out *o, struct buf *b)
{
	static const char *const keys[] = { "uidMappings", "gidMappings" };
	static const char *const names[] = { "containerID", "hostID", "size" };
	struct json j = JSON_INIT(b, true);

	json_object(&j, NULL);
	json_object(&j, "linux");
	for (int k = 0; k < IDMAP_KINDS; k++)
		if (o->only < 0 || o->only == k)
			add_extents(&j, keys[k], &m->map[k], names);
	json_object_end(&j);
	json_object_end(&j);
	buf_addc(b, '\n');
}

static void add_json(const struct idmaps *m, const struct map_out *o, struct buf *b)
{
	static const char *const names[] = { "inside", "outside", "count" };
	static const char *const words[] = { NULL, "allow", "deny" };
	struct json j = JSON_INIT(b, true);

	json_object(&j, NULL);
	json_str(&j, "setgroups", words[m->setgroups]);
	for (int k = 0; k < IDMAP_KINDS; k++)
		if (o->only < 0 || o->only == k)
			add_extents(&j, idmap_kind_names[k], &m->map[k], names);
	json_object_end(&j);
	buf_addc(b, '\n');
}

static const struct format {
	const char *name;
	void (*add)(const struct idmaps *m, const struct map_out *o, struct buf *b);
} formats[] = {
	{ "stream", add_stream },       { "arg", add_arg },         { "kernel", add_kernel },
	{ "newuidmap", add_newuidmap }, { "unshare", add_unshare }, { "oci", add_oci },
	{ "json", add_json },
};

static int find_kind(const char *arg)
{
	const char *const words[] = { idmap_kind_names[IDMAP_UID], idmap_kind_names[IDMAP_GID],
				      NULL };

	return (int)cli_word("--only", "kind", arg, words);
}

static int find_format(const char *arg)
{
	const char *words[ARRAY_SIZE(formats) + 1] = { NULL };

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		words[i] = formats[i].name;
	return (int)cli_word("--format", "format", arg, words);
}

bool map_out_option(struct map_out *o, int key, const char *arg)
{
	switch (key) {
	case MAP_OPT_ONLY:
		o->only = find_kind(arg);
		return true;
	case MAP_OPT_FORMAT:
		o->format = find_format(arg);
		return true;
	case 'J':
		o->format = find_format("json");
		return true;
	}
	return false;
}

void map_out_check(const struct map_out *o)
{
	/* the kernel format has no field that distinguishes the uid map from the gid map, so only
	 * one of them can be printed */
	if (formats[o->format].add == add_kernel && o->only < 0)
		cli_die_usage("--format kernel requires --only");
}

void map_print(const struct idmaps *m, const struct map_out *o)
{
	cleanup_idmaps struct idmaps part = IDMAPS_INIT;
	struct buf b = BUF_INIT;

	if (idmaps_copy(&part, m) < 0)
		cli_die(ENOMEM, "cannot allocate memory for the map");
	if (o->only >= 0)
		idmap_free(&part.map[!o->only]);
	if (o->only == IDMAP_UID)
		part.setgroups = IDMAP_SETGROUPS_UNSET;
	formats[o->format].add(&part, o, &b);
	cli_print(&b);
}

void map_load(const char *arg, struct idmaps *m)
{
	struct nserr e = NSERR_INIT;

	if (idmap_view_load(arg, m, &e) < 0)
		cli_die_nserr(&e);
}
