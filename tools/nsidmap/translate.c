// SPDX-License-Identifier: GPL-2.0-or-later
/* nsidmap: the verb translate, which translates ids of one user namespace to ids of another. */
#include "base/file.h"
#include "base/json.h"
#include "base/num.h"
#include "base/stream.h"
#include "common/table.h"
#include "idmap/stream.h"
#include "idmap/view.h"
#include "verb.h"

enum { OPT_FROM = CLI_LONG, OPT_TO, OPT_MAP };

/* clang-format off */
static const struct cli_opt table[] = {
	{ OPT_FROM, "from", CLI_ARG, "<ref>", "translate from this namespace (default: self)", 1 },
	{ OPT_TO, "to", CLI_ARG, "<ref>", "translate to this namespace (default: self)", 2 },
	{ OPT_MAP, "map", CLI_ARG, "<map>", "use this map to translate inside to outside ids", 1 | 2 },
	{ 'g', "gid", CLI_NONE, NULL, "translate gids instead of uids" },
	{ 'J', "json", CLI_NONE, NULL, "print JSON" },
	TABLE_STRICT_OPT,
	{ 0 },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "nsidmap translate",
	.synopsis = { "[options] [<id>...]" },
	.purpose = "Translate ids of one user namespace to ids of another.",
	.opts = table,
	.notes = "Without <id> ids are read from standard input, one per line. nsidmap forks to\n"
		 "enter a namespace that has no process.",
	.failed = CLI_EXIT_FAILED,
};

struct opts {
	const char *from, *to, *map; /* if map is not NULL, it is used instead of from and to */
	char **words;                /* ids, or NULL to read them from standard input */
	enum idmap_kind kind;
	bool json, strict;
};

static void parse(struct opts *o, int argc, char **argv)
{
	struct words w = { 0 };
	struct cli c;

	*o = (struct opts){ .from = "self", .to = "self", .kind = IDMAP_UID };
	cli_init(&c, &tool, argc, argv);
	for (int key; (key = verb_next(&c, &w)) >= 0;) {
		switch (key) {
		case OPT_FROM:
			o->from = c.arg;
			break;
		case OPT_TO:
			o->to = c.arg;
			break;
		case OPT_MAP:
			o->map = c.arg;
			break;
		case 'g':
			o->kind = IDMAP_GID;
			break;
		case 'J':
			o->json = true;
			break;
		case TABLE_STRICT:
			o->strict = true;
		}
	}
	verb_count(&w, 0, VERB_WORDS_MAX, "");
	o->words = w.n > 0 ? w.v : NULL;
}

/* Sets m to the map from ids of --from to ids of --to, sorted by inside id. */
static void load(const struct opts *r, struct idmap *m)
{
	cleanup_idmaps struct idmaps a = IDMAPS_INIT, b = IDMAPS_INIT;
	struct nserr e = NSERR_INIT;
	int rc;

	*m = IDMAP_INIT;
	if (r->map) {
		map_load(r->map, &a);
		if (idmaps_check_rules(&a, &e) < 0)
			cli_die_nserr(&e);
		rc = idmap_copy(m, &a.map[r->kind]);
		idmap_merge(m);
	} else {
		if (idmap_view_read(r->from, &a, &e) < 0 || idmap_view_read(r->to, &b, &e) < 0)
			cli_die_nserr(&e);
		rc = idmap_view_between(&a.map[r->kind], &b.map[r->kind], m);
	}
	if (rc < 0)
		cli_die(rc, "cannot allocate memory for the map");
}

/* Returns true if all maps are visible. If the caller's namespace is not an ancestor of the two
 * namespaces, only a part of their maps is visible. */
static bool sees_all(const struct opts *r)
{
	return r->map || (idmap_view_sees_all(r->from) && idmap_view_sees_all(r->to));
}

static int status(const struct opts *r, bool all)
{
	if (all)
		return 0;
	return r->strict && !sees_all(r) ? CLI_EXIT_INCOMPLETE : CLI_EXIT_FAILED;
}

#define NOT_SEEN "; only part of these maps is visible from this user namespace"

static int translate_words(char **words, const struct idmap *m, const struct opts *r)
{
	struct buf out = BUF_INIT;
	bool all = true;
	uint32_t id, to;

	for (char **w = words; *w; w++)
		if (num_id(*w, &id) < 0)
			cli_die_usage("invalid id '%s', expected 0 to 4294967294", *w);
	for (; *words; words++) {
		(void)!num_id(*words, &id);
		if (idmap_to_outside(m, id, &to) == 0) {
			buf_addu(&out, to);
			buf_addc(&out, '\n');
			continue;
		}
		all = false;
		buf_adds(&out, "-\n");
		cli_warn(0, "%s %u has no corresponding id%s", idmap_kind_names[r->kind], id,
			 sees_all(r) ? "" : NOT_SEEN);
	}
	cli_print(&out);
	return status(r, all);
}

/* Prints {"ids": [{"from": 0, "to": 1000}, {"from": 7, "to": null}]}. Returns the exit status. */
static int translate_json(char **words, const struct idmap *m, const struct opts *r)
{
	struct buf out = BUF_INIT;
	struct json j = JSON_INIT(&out, true);
	bool all = true;
	uint32_t id, to;

	json_object(&j, NULL);
	json_array(&j, "ids");
	for (; *words; words++) {
		if (num_id(*words, &id) < 0)
			cli_die_usage("invalid id '%s', expected 0 to 4294967294", *words);
		json_object(&j, NULL);
		json_u64(&j, "from", id);
		if (idmap_to_outside(m, id, &to) == 0) {
			json_u64(&j, "to", to);
		} else {
			json_null(&j, "to");
			all = false;
		}
		json_object_end(&j);
	}
	json_array_end(&j);
	json_bool(&j, "complete", all || sees_all(r));
	json_object_end(&j);
	buf_addc(&out, '\n');
	cli_print(&out);
	return status(r, all);
}

/*
 * Translates standard input to standard output. Writes the output for all complete lines before it
 * reads more input, so that another program can write an id and wait for the result. Returns the
 * exit status.
 */
static int translate_stream(const struct idmap *m, const struct opts *r)
{
	static char in[IDMAP_STREAM_CHUNK], out[IDMAP_STREAM_OUT];
	struct idmap_stream s;
	ssize_t n;
	size_t len;

	if (idmap_stream_init(&s, m) < 0)
		cli_die(ENOMEM, "cannot allocate memory for the map");
	do {
		n = RETRY_EINTR(read(0, in, sizeof(in)));
		if (n < 0)
			cli_die(errno, "cannot read standard input");
		len = n > 0 ? idmap_stream_feed(&s, in, (size_t)n, out) : idmap_stream_end(&s, out);
		if (file_write_all(1, out, len) < 0)
			cli_die(errno, "cannot write to standard output");
		if (s.bad)
			cli_die(0, "standard input: line %llu: invalid id",
				(unsigned long long)s.bad);
	} while (n > 0);
	idmap_stream_free(&s);
	if (s.unmapped > 0)
		cli_warn(0, "%llu of %llu ids have no corresponding id%s",
			 (unsigned long long)s.unmapped, (unsigned long long)s.lines,
			 sees_all(r) ? "" : NOT_SEEN);
	return status(r, s.unmapped == 0);
}

/* Reads words from standard input, for JSON. Returns an array that ends with NULL and is never
 * freed. */
static char **read_words(void)
{
	static const char blanks[] = " \t\n";
	struct nserr e = NSERR_INIT;
	char *text, **words, *save;
	ssize_t len = stream_read("-", &text, &e);
	size_t n = 0;

	if (len < 0)
		cli_die_nserr(&e);
	words = calloc((size_t)len / 2 + 2, sizeof(*words));
	if (!words)
		cli_die(ENOMEM, "cannot allocate memory for the ids");
	for (char *w = strtok_r(text, blanks, &save); w; w = strtok_r(NULL, blanks, &save))
		words[n++] = w;
	return words;
}

int verb_translate(int argc, char **argv)
{
	cleanup_idmap struct idmap m = IDMAP_INIT;
	struct opts o;

	parse(&o, argc, argv);
	load(&o, &m);
	if (o.json)
		return translate_json(o.words ? o.words : read_words(), &m, &o);
	return o.words ? translate_words(o.words, &m, &o) : translate_stream(&m, &o);
}
