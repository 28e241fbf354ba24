// SPDX-License-Identifier: GPL-2.0-or-later
/* nstimeoffset --show: offsets and readings of the time namespaces that references name. */
#include <sys/stat.h>

#include "base/json.h"
#include "base/str.h"
#include "kernel/sys_ns.h"
#include "nstimeoffset.h"

struct row {
	const char *ref;
	uint64_t inode, id;                     /* 0: may not be seen, or the kernel has none */
	struct timespec off[TIMENS_CLOCKS];     /* from the initial namespace */
	struct timespec reading[TIMENS_CLOCKS]; /* of all rows at one moment */
};

static void name_ns(struct row *r, int ns)
{
	struct stat st;

	if (ns < 0 || fstat(ns, &st) < 0)
		return;
	r->inode = st.st_ino;
	if (sys_ns_id(ns, &r->id) < 0)
		r->id = 0;
}

static int look_at(const char *text, const struct timens_now *now, struct row *r, struct nserr *e)
{
	struct nsref_process p cleanup_nsref_process = NSREF_PROCESS_INIT;
	cleanup_fd int ns = -1;
	struct nsref ref;
	struct timens t;
	int rc = nsref_parse(text, &ref, e);

	if (rc < 0)
		return rc;
	r->ref = text;
	if (nsref_is_process(&ref)) {
		rc = nsref_open_process(&ref, &p, e);
		if (rc < 0 || (rc = nsref_check_living(&p, e)) < 0)
			return rc;
		/* the namespace of another user's process may be closed to us: then without name */
		ns = nsref_open_proc_ns(&p, &nstypes[NSTYPE_TIME], NULL);
		name_ns(r, ns);
		rc = timens_read_process(&p, &t, &r->inode, e);
	} else {
		ns = nsref_open_ns(&ref, &nstypes[NSTYPE_TIME], e);
		if (ns < 0)
			return ns;
		name_ns(r, ns);
		rc = timens_read_ns(ns, &t, e);
	}
	if (rc < 0)
		return rc;
	for (int c = 0; c < TIMENS_CLOCKS; c++) {
		r->off[c] = t.off[c];
		r->reading[c] = timens_add(now->initial[c], t.off[c]);
	}
	return 0;
}

/* ---- table: the references are the user's words, everything else is digits */

enum { COLUMNS = 7 };

static const char *const heads[COLUMNS] = { "REF",     "NS",        "ID",      "MONOOFF",
					    "BOOTOFF", "MONOTONIC", "BOOTTIME" };

static void add_cell(const struct row *r, int column, struct buf *b)
{
	char text[256];

	switch (column) {
	case 0:
		buf_add(b, text, str_escape(text, sizeof(text), r->ref, strlen(r->ref)));
		break;
	case 1:
	case 2:
		if (column == 1 ? r->inode : r->id)
			buf_addu(b, column == 1 ? r->inode : r->id);
		else
			buf_addc(b, '-');
		break;
	case 3:
	case 4:
		timens_add_seconds(b, r->off[column - 3], false);
		break;
	default:
		timens_add_seconds(b, r->reading[column - 5], false);
	}
}

static size_t cell_width(const struct row *rows, size_t n, int column)
{
	size_t width = strlen(heads[column]);

	for (size_t i = 0; i < n; i++) {
		cleanup_buf struct buf b = BUF_INIT;

		add_cell(&rows[i], column, &b);
		width = MAX(width, b.len);
	}
	return width;
}

static void add_table(const struct row *rows, size_t n, struct buf *out)
{
	size_t width[COLUMNS];

	for (int c = 0; c < COLUMNS; c++)
		width[c] = cell_width(rows, n, c);
	for (size_t i = 0; i <= n; i++) {
		for (int c = 0; c < COLUMNS; c++) {
			cleanup_buf struct buf b = BUF_INIT;

			if (i == 0)
				buf_adds(&b, heads[c]);
			else
				add_cell(&rows[i - 1], c, &b);
			if (b.err)
				out->err = b.err;
			else if (c == 0)
				buf_printf(out, "%-*s", (int)width[c], b.s);
			else
				buf_printf(out, " %*s", (int)width[c], b.s);
		}
		buf_addc(out, '\n');
	}
}

static void json_clocks(struct json *j, const char *key, const struct timespec *clocks)
{
	json_object(j, key);
	for (int c = 0; c < TIMENS_CLOCKS; c++) {
		json_object(j, timens_names[c]);
		json_s64(j, "secs", clocks[c].tv_sec);
		json_s64(j, "nsecs", clocks[c].tv_nsec);
		json_object_end(j);
	}
	json_object_end(j);
}

static void json_number(struct json *j, const char *key, uint64_t v)
{
	if (v)
		json_u64(j, key, v);
	else
		json_null(j, key);
}

static void add_json(const struct row *rows, size_t n, struct buf *out)
{
	struct json j = JSON_INIT(out, true);

	json_object(&j, NULL);
	json_array(&j, "clocks");
	for (size_t i = 0; i < n; i++) {
		json_object(&j, NULL);
		json_str(&j, "ref", rows[i].ref);
		json_number(&j, "ns", rows[i].inode);
		json_number(&j, "id", rows[i].id);
		json_clocks(&j, "offsets", rows[i].off);
		json_clocks(&j, "readings", rows[i].reading);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_bool(&j, "complete", true);
	json_object_end(&j);
	buf_addc(out, '\n');
}

int show_refs(char *const *refs, bool json, struct buf *out, struct nserr *e)
{
	static char *const self[] = { (char *)"self", NULL };
	cleanup_free struct row *rows = NULL;
	struct timens_now now;
	size_t n = 0;
	/* first of all: looking at a namespace without processes moves us into it */
	int rc = timens_look(TIMENS_ANCHOR_NOW, -1, &now, e);

	if (rc < 0)
		return rc;
	if (!refs[0])
		refs = self;
	while (refs[n])
		n++;
	rows = calloc(n, sizeof(*rows));
	if (!rows)
		return nserr_set(e, ENOMEM, "cannot show the clocks");
	/* "self" before anything else could be entered */
	for (int others = 0; others < 2; others++)
		for (size_t i = 0; i < n; i++)
			if (streq(refs[i], "self") != others &&
			    (rc = look_at(refs[i], &now, &rows[i], e)) < 0)
				return rc;
	if (json)
		add_json(rows, n, out);
	else
		add_table(rows, n, out);
	return 0;
}
