// SPDX-License-Identifier: GPL-2.0-or-later
/* translate: ids of one user namespace as ids of another. */
#include "base/file.h"
#include "base/json.h"
#include "base/num.h"
#include "base/stream.h"
#include "idmap/stream.h"
#include "idmap/view.h"
#include "verb.h"

enum { OPT_FROM = CLI_LONG, OPT_TO, OPT_MAP };

/* clang-format off */
static const struct cli_opt opts[] = {
	{ OPT_FROM, "from", CLI_ARG, "<ref>", "whose ids they are (default self)", 1 },
	{ OPT_TO, "to", CLI_ARG, "<ref>", "whose ids are asked for (default self)", 2 },
	{ OPT_MAP, "map", CLI_ARG, "<map>", "from inside to outside of a map instead", 1 | 2 },
	{ 'g', "gid", CLI_NONE, NULL, "they are gids, not uids" },
	{ 'J', "json", CLI_NONE, NULL, "print JSON" },
	STRICT_OPT,
	{ 0 },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "nsidmap translate",
	.synopsis = { "[options] [<id>...]" },
	.purpose = "Tell what ids of one user namespace are in another.",
	.opts = opts,
	.notes = "Without <id> ids are read from standard input, a line each. It forks to enter a\n"
		 "namespace that has no process.",
	.failed = CLI_EXIT_FAILED,
};

struct request {
	const char *from, *to, *map;
	enum idmap_kind kind;
	bool json, strict;
};

/* The one map from the first namespace to the second, sorted by inside id. */
static void load(const struct request *r, struct idmap *m)
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
		cli_die(rc, "cannot hold the map");
}

/* From beside or below a namespace only a part of its maps is seen. */
static bool sees_all(const struct request *r)
{
	return r->map || (idmap_view_sees_all(r->from) && idmap_view_sees_all(r->to));
}

static int status(const struct request *r, bool all)
{
	if (all)
		return 0;
	return r->strict && !sees_all(r) ? CLI_EXIT_INCOMPLETE : CLI_EXIT_FAILED;
}

#define NOT_SEEN "; from this user namespace only a part of these maps is seen"

static int translate_words(char **words, const struct idmap *m, const struct request *r)
{
	struct buf out = BUF_INIT;
	bool all = true;
	uint32_t id, to;

	for (char **w = words; *w; w++)
		if (num_id(*w, &id) < 0)
			cli_die_usage("'%s' is not an id", *w);
	for (; *words; words++) {
		(void)!num_id(*words, &id);
		if (idmap_to_outside(m, id, &to) == 0) {
			buf_addu(&out, to);
			buf_addc(&out, '\n');
			continue;
		}
		all = false;
		buf_adds(&out, "-\n");
		cli_warn(0, "%s %u has no id there%s", idmap_kind_names[r->kind], id,
			 sees_all(r) ? "" : NOT_SEEN);
	}
	cli_print(&out);
	return status(r, all);
}

/* {"ids": [{"from": 0, "to": 1000}, {"from": 7, "to": null}]} */
static int translate_json(char **words, const struct idmap *m, const struct request *r)
{
	struct buf out = BUF_INIT;
	struct json j = JSON_INIT(&out, true);
	bool all = true;
	uint32_t id, to;

	json_object(&j, NULL);
	json_array(&j, "ids");
	for (; *words; words++) {
		if (num_id(*words, &id) < 0)
			cli_die_usage("'%s' is not an id", *words);
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

/* Standard input to standard output, as it comes: what was read is answered before more is awaited.
 */
static int translate_stream(const struct idmap *m, const struct request *r)
{
	static char in[IDMAP_STREAM_CHUNK], out[IDMAP_STREAM_OUT];
	struct idmap_stream s;
	ssize_t n;
	size_t len;

	if (idmap_stream_init(&s, m) < 0)
		cli_die(ENOMEM, "cannot hold the map");
	do {
		n = RETRY_EINTR(read(0, in, sizeof(in)));
		if (n < 0)
			cli_die(errno, "cannot read standard input");
		len = n > 0 ? idmap_stream_feed(&s, in, (size_t)n, out) : idmap_stream_end(&s, out);
		if (file_write_all(1, out, len) < 0)
			cli_die(errno, "cannot write to standard output");
		if (s.bad)
			cli_die(0, "line %llu of standard input is not an id",
				(unsigned long long)s.bad);
	} while (n > 0);
	idmap_stream_free(&s);
	if (s.unmapped > 0)
		cli_warn(0, "%llu of %llu ids have no id there%s", (unsigned long long)s.unmapped,
			 (unsigned long long)s.lines, sees_all(r) ? "" : NOT_SEEN);
	return status(r, s.unmapped == 0);
}

/* Standard input as words, for JSON. The text stays: the process ends soon. */
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
		cli_die(ENOMEM, "cannot hold the ids");
	for (char *w = strtok_r(text, blanks, &save); w; w = strtok_r(NULL, blanks, &save))
		words[n++] = w;
	return words;
}

int verb_translate(int argc, char **argv)
{
	struct request r = { "self", "self", NULL, IDMAP_UID, false, false };
	cleanup_idmap struct idmap m = IDMAP_INIT;
	struct words w = { 0 };
	struct cli c;

	cli_init(&c, &tool, argc, argv);
	for (int key; (key = verb_next(&c, &w)) >= 0;) {
		switch (key) {
		case OPT_FROM:
			r.from = c.arg;
			break;
		case OPT_TO:
			r.to = c.arg;
			break;
		case OPT_MAP:
			r.map = c.arg;
			break;
		case 'g':
			r.kind = IDMAP_GID;
			break;
		case 'J':
			r.json = true;
			break;
		case OPT_STRICT:
			r.strict = true;
		}
	}
	verb_count(&w, 0, VERB_WORDS_MAX, "");
	load(&r, &m);
	if (r.json)
		return translate_json(w.n ? w.v : read_words(), &m, &r);
	return w.n ? translate_words(w.v, &m, &r) : translate_stream(&m, &r);
}
