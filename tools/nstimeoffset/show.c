// SPDX-License-Identifier: GPL-2.0-or-later
/* nstimeoffset: prints the offsets and clocks of time namespaces for --show. */
#include <sys/stat.h>

#include "base/json.h"
#include "common/table.h"
#include "kernel/sys_ns.h"
#include "nstimeoffset.h"

struct row {
	const char *ref;
	/* inode and 64-bit id of the time namespace, or 0 if they cannot be read */
	uint64_t inode, id;
	/* offsets from the clocks of the initial namespace */
	struct timespec off[TIMENS_CLOCKS];
	/* readings of the clocks, at the same moment in all rows */
	struct timespec reading[TIMENS_CLOCKS];
};

/* Sets inode and id from the namespace ns. Does nothing if ns is negative. */
static void name_ns(struct row *r, int ns)
{
	struct stat st;

	if (ns < 0 || fstat(ns, &st) < 0)
		return;
	r->inode = st.st_ino;
	if (sys_ns_id(ns, &r->id) < 0)
		r->id = 0;
}

static int read_process(const struct nsref *ref, struct row *r, struct timens *t, struct nserr *e)
{
	struct nsref_process p cleanup_nsref_process = NSREF_PROCESS_INIT;
	cleanup_fd int ns = -1;
	int rc = nsref_open_process(ref, &p, e);

	if (rc < 0)
		return rc;
	rc = nsref_check_living(&p, e);
	if (rc < 0)
		return rc;
	/* the caller may be unable to open the namespace of another user's process; inode and id
	 * are unknown then */
	ns = nsref_open_proc_ns(&p, &nstypes[NSTYPE_TIME], NULL);
	name_ns(r, ns);
	return timens_read_process(&p, t, &r->inode, e);
}

static int read_ns(const struct nsref *ref, struct row *r, struct timens *t, struct nserr *e)
{
	cleanup_fd int ns = nsref_open_ns(ref, &nstypes[NSTYPE_TIME], e);

	if (ns < 0)
		return ns;
	name_ns(r, ns);
	return timens_read_ns(ns, t, e);
}

static int fill_row(const char *text, const struct timens_now *now, struct row *r, struct nserr *e)
{
	struct nsref ref;
	struct timens t;
	int rc = nsref_parse(text, &ref, e);

	if (rc < 0)
		return rc;
	r->ref = text;
	rc = nsref_is_process(&ref) ? read_process(&ref, r, &t, e) : read_ns(&ref, r, &t, e);
	if (rc < 0)
		return rc;
	for (int c = 0; c < TIMENS_CLOCKS; c++) {
		r->off[c] = t.off[c];
		r->reading[c] = timens_add(now->initial[c], t.off[c]);
	}
	return 0;
}

/* ---- the output of --show */

static const struct table_col columns[] = {
	{ "REF", false, NULL },     { "NS", true, NULL },      { "ID", true, NULL },
	{ "MONOOFF", true, NULL },  { "BOOTOFF", true, NULL }, { "MONOTONIC", true, NULL },
	{ "BOOTTIME", true, NULL },
};

static void cell_number(struct table *t, uint64_t v)
{
	if (v)
		table_cell_u64(t, v);
	else
		table_cell(t, NULL);
}

static void cell_seconds(struct table *t, struct timespec ts)
{
	cleanup_buf struct buf b = BUF_INIT;

	timens_add_seconds(&b, ts, false);
	table_cell(t, b.err ? NULL : b.s);
}

static void print_table(const struct row *rows, size_t n)
{
	struct table t;

	table_init(&t, columns, ARRAY_SIZE(columns),
		   "REF,NS,ID,MONOOFF,BOOTOFF,MONOTONIC,BOOTTIME");
	for (size_t i = 0; i < n; i++) {
		table_cell(&t, rows[i].ref);
		cell_number(&t, rows[i].inode);
		cell_number(&t, rows[i].id);
		for (int c = 0; c < TIMENS_CLOCKS; c++)
			cell_seconds(&t, rows[i].off[c]);
		for (int c = 0; c < TIMENS_CLOCKS; c++)
			cell_seconds(&t, rows[i].reading[c]);
	}
	table_print(&t, "clocks");
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

static void print_json(const struct row *rows, size_t n)
{
	struct buf out = BUF_INIT;
	struct json j = JSON_INIT(&out, true);

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
	buf_addc(&out, '\n');
	cli_print(&out);
}

int show_refs(char *const *refs, bool json, struct nserr *e)
{
	static char *const self[] = { (char *)"self", NULL };
	cleanup_free struct row *rows = NULL;
	struct timens_now now;
	size_t n = 0;
	/* read the clocks first, because reading a namespace without processes moves this process
	 * into it */
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
	/* read "self" first, because this process may enter another namespace */
	for (int others = 0; others < 2; others++)
		for (size_t i = 0; i < n; i++)
			if (streq(refs[i], "self") != others &&
			    (rc = fill_row(refs[i], &now, &rows[i], e)) < 0)
				return rc;
	if (json)
		print_json(rows, n);
	else
		print_table(rows, n);
	return 0;
}
