// SPDX-License-Identifier: GPL-2.0-or-later
/* print: prints rows as JSON, or as a table or raw lines with libsmartcols. */
#include "nslist.h"

#include <langinfo.h>
#include <libsmartcols.h>
#include <locale.h>
#include <wctype.h>

#include "base/json.h"
#include "base/str.h"
#include "base/units.h"
#include "common/cli.h"

static _Noreturn void no_memory(void)
{
	cli_die(ENOMEM, "cannot print namespaces");
}

void nslist_fill(struct run *run, const struct row *r, const struct column *col, struct cell *cell)
{
	buf_reset(&cell->text);
	cell->kind = CELL_NONE;
	col->fill(run, r, cell);
	if (cell->text.err)
		no_memory();
}

/* ---- JSON ---- */

void nslist_json_cell(struct json *j, const struct column *col, const struct cell *cell)
{
	char key[32];

	str_lower(key, sizeof(key), col->name);
	switch (cell->kind) {
	case CELL_NONE:
		json_null(j, key);
		break;
	case CELL_NUM:
		json_u64(j, key, cell->num);
		break;
	case CELL_SIGNED:
		json_s64(j, key, (int64_t)cell->num);
		break;
	case CELL_BOOL:
		json_bool(j, key, cell->num);
		break;
	case CELL_TEXT:
		json_strn(j, key, cell->text.s ? cell->text.s : "", cell->text.len);
		break;
	case CELL_LIST:
		json_array(j, key);
		for (size_t at = 0; at < cell->text.len; at += strlen(cell->text.s + at) + 1)
			json_str(j, NULL, cell->text.s + at);
		json_array_end(j);
		break;
	}
}

/* Adds the rows as an array of objects; children are nested. */
static void json_rows(struct run *run, struct json *j, const char *key, const struct row *r,
		      struct cell *cell)
{
	json_array(j, key);
	for (; r; r = r->next) {
		json_object(j, NULL);
		for (size_t i = 0; i < run->o->n_cols; i++) {
			nslist_fill(run, r, run->o->cols[i], cell);
			nslist_json_cell(j, run->o->cols[i], cell);
		}
		if (r->first)
			json_rows(run, j, "children", r->first, cell);
		json_object_end(j);
	}
	json_array_end(j);
}

static void print_json(struct run *run, struct cell *cell)
{
	struct buf b = BUF_INIT;
	struct json j = JSON_INIT(&b, true);

	json_object(&j, NULL);
	json_rows(run, &j, run->view->key, run->roots, cell);
	nslist_json_end(run, &j);
	cli_print(&b);
}

/* ---- Raw cells of other views ---- */

void nslist_add_raw(struct buf *b, const struct cell *cell)
{
	if (cell->kind == CELL_NUM)
		buf_addu(b, cell->num);
	else if (cell->kind == CELL_SIGNED)
		buf_printf(b, "%lld", (long long)cell->num);
	else if (cell->kind == CELL_BOOL)
		buf_adds(b, cell->num ? "yes" : "no");
	for (size_t i = 0; i < cell->text.len; i++) {
		unsigned char c = (unsigned char)cell->text.s[i];

		if (c == '\0' && cell->kind == CELL_LIST)
			buf_adds(b, i + 1 < cell->text.len ? "," : "");
		else if (c <= ' ' || c >= 0x7f || c == '\\')
			buf_printf(b, "\\x%02x", c);
		else
			buf_addc(b, (char)c);
	}
}

/* ---- Table ---- */

void nslist_set_locale(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	setlocale(LC_CTYPE, "");
	if (!streq(nl_langinfo(CODESET), "UTF-8"))
		setlocale(LC_CTYPE, "C");
}

/* Returns true if a table shows the character at s unchanged. len is its length as str_utf8_len()
 * returns it. The backslash in "\x" is not shown unchanged, because "\x" begins an escape. */
static bool is_shown(const char *s, size_t len)
{
	if (*s >= ' ' && *s <= '~')
		return s[0] != '\\' || s[1] != 'x';
	if (*s & 0x80)
		nslist_set_locale();
	return len > 0 && len <= MB_CUR_MAX && !str_is_unsafe(s, len) &&
	       iswprint((wint_t)str_code_point(s, len));
}

/* Prepares text for libsmartcols, which escapes it only in raw output. Replaces NULs with sep. For
 * a table, replaces each byte of a character that is not shown unchanged with \xHH. */
static void sanitize(const struct opts *o, struct buf *b, char sep)
{
	struct buf safe = BUF_INIT;
	size_t done = 0, len;

	for (size_t i = 0; i < b->len; i += len) {
		size_t valid = str_utf8_len(b->s + i, b->len - i);

		len = MAX(valid, 1u);
		if (b->s[i] == '\0')
			b->s[i] = sep;
		else if (o->format != NSLIST_RAW && !is_shown(b->s + i, valid)) {
			buf_add(&safe, b->s + done, i - done);
			for (size_t k = 0; k < len; k++)
				buf_printf(&safe, "\\x%02x", (unsigned char)b->s[i + k]);
			done = i + len;
		}
	}
	if (done == 0)
		return;
	buf_add(&safe, b->s + done, b->len - done);
	buf_free(b);
	*b = safe;
}

/* Returns the text of a cell for the table, or NULL if it is unknown. The text belongs to the
 * cell. */
static const char *table_text(const struct run *run, const struct column *col, struct cell *cell)
{
	struct buf *b = &cell->text;

	switch (cell->kind) {
	case CELL_NONE:
		return NULL;
	case CELL_NUM:
		if (col->flags & COL_DURATION && run->o->format == NSLIST_TABLE)
			units_add_duration(b, cell->num);
		else if (col->flags & COL_SIZE && run->o->format == NSLIST_TABLE)
			units_add_size(b, cell->num);
		else
			buf_addu(b, cell->num);
		break;
	case CELL_SIGNED:
		buf_printf(b, "%lld", (long long)cell->num);
		break;
	case CELL_BOOL:
		buf_adds(b, cell->num ? "yes" : "no");
		break;
	case CELL_TEXT:
		sanitize(run->o, b, ' ');
		break;
	case CELL_LIST:
		sanitize(run->o, b, run->o->wrap && col->flags & COL_WRAP ? '\n' : ',');
		if (b->len > 0)
			b->s[b->len - 1] = '\0';
		break;
	}
	if (b->err)
		no_memory();
	return b->s;
}

/* The columns that are cut if the terminal is too narrow, in this order. */
static const char *const cut_order[] = { "COMMAND", "ROOTFS", "CGROUP" };

/* Returns the index of a column in cut_order, or the number of elements of cut_order if the column
 * is not in it. */
static size_t cut_position(const struct column *col)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(cut_order) && !streq(cut_order[i], col->name))
		i++;
	return i;
}

/* Cuts the text of a cell to the width of its heading. */
static void cut(const struct column *col, struct cell *cell)
{
	size_t width = strlen(col->name), at = 0;

	while (width-- > 0 && at < cell->text.len)
		at += MAX(str_utf8_len(cell->text.s + at, cell->text.len - at), 1u);
	if (cell->text.s)
		cell->text.s[MIN(at, cell->text.len)] = '\0';
}

/* Sets the colour of a line if its namespace is one of nslist itself, or has no process. */
static void color_line(struct run *run, const struct row *r, struct libscols_line *line)
{
	const struct nsmember *me = collect_member(&run->c, run->c.q.self);
	const char *color = NULL;

	if (r->box || r->is_member)
		return;
	if (!r->pid)
		color = run->orphan_color;
	else if (me && me->inode[nstype_index(r->ns->type)] == r->ns->inode)
		color = run->self_color;
	/* the library refuses an unknown colour, and the line stays as it is */
	if (color)
		(void)!scols_line_set_color(line, color);
}

/* Adds the rows. In the first `stage` columns of cut_order, cuts each text to the width of the
 * heading. */
static void table_rows(struct run *run, struct libscols_table *tb, struct libscols_line *parent,
		       const struct row *r, struct cell *cell, size_t stage)
{
	for (; r; r = r->next) {
		struct libscols_line *line = scols_table_new_line(tb, parent);

		if (!line)
			no_memory();
		color_line(run, r, line);
		for (size_t i = 0; i < run->o->n_cols; i++) {
			const char *s;

			nslist_fill(run, r, run->o->cols[i], cell);
			s = table_text(run, run->o->cols[i], cell);
			if (s && cut_position(run->o->cols[i]) < stage)
				cut(run->o->cols[i], cell);
			if (i + 1 == run->o->n_cols)
				s = nslist_tail(run, s);
			if (s && scols_line_set_data(line, i, s) != 0)
				no_memory();
		}
		if (r->first)
			table_rows(run, tb, line, r->first, cell, stage);
	}
}

/* Returns the flags of a column. The library cuts only the column cut_order[stage]. Raw output has
 * the order of a tree, but the tree is not drawn. */
static int column_flags(const struct opts *o, const struct column *col, size_t stage)
{
	bool draw = o->nested && o->format != NSLIST_RAW;
	int flags = 0;

	if (draw && streq(col->name, nslist_tree_column(o)))
		flags |= SCOLS_FL_TREE;
	else if (col->flags & COL_RIGHT)
		flags |= SCOLS_FL_RIGHT;
	if (o->truncate && col->flags & COL_TRUNC && cut_position(col) == stage)
		flags |= SCOLS_FL_TRUNC;
	if (o->wrap && col->flags & COL_WRAP)
		flags |= SCOLS_FL_WRAP;
	return flags;
}

static void add_columns(const struct opts *o, struct libscols_table *tb, size_t stage)
{
	for (size_t i = 0; i < o->n_cols; i++) {
		struct libscols_column *col = scols_table_new_column(
			tb, o->cols[i]->name, o->cols[i]->width,
			column_flags(o, o->cols[i], stage));

		if (!col)
			no_memory();
		if (o->wrap && o->cols[i]->flags & COL_WRAP)
			scols_column_set_wrapfunc(col, scols_wrapnl_chunksize,
						  scols_wrapnl_nextchunk, NULL);
	}
}

/* Returns true if a line of the text is wider than the terminal. */
static bool is_too_wide(const char *text, size_t width)
{
	size_t n = 0;

	for (; *text && n <= width; text++)
		if (*text == '\n')
			n = 0;
		else if (*text == '\033') /* skip a colour: "ESC [ … m" */
			text += strcspn(text, "m\n");
		else
			/* do not count the continuation bytes of a UTF-8 character */
			n += (*text & 0xc0) != 0x80;
	return n > width;
}

/* Returns the printed table as a string that the caller frees. Sets *width to the width of the
 * terminal, or to 0 if standard output is not a terminal. */
static char *render(struct run *run, struct cell *cell, size_t stage, size_t *width)
{
	struct libscols_table *tb = scols_new_table();
	char *text = NULL;

	if (!tb)
		no_memory();
	scols_table_enable_raw(tb, run->o->format == NSLIST_RAW);
	scols_table_enable_noheadings(tb, !run->o->headings);
	scols_table_enable_colors(tb, run->self_color != NULL);
	/* sanitize() escapes the text; the library would escape the backslashes of the escapes */
	scols_table_enable_noencoding(tb, 1);
	add_columns(run->o, tb, stage);
	nslist_tails_begin(run);
	/* a tree is drawn with characters beyond ASCII; raw output escapes them in all locales */
	if (run->o->format != NSLIST_RAW && run->o->nested)
		nslist_set_locale();
	table_rows(run, tb, NULL, run->roots, cell, stage);
	if (scols_print_table_to_string(tb, &text) != 0)
		no_memory();
	*width = isatty(STDOUT_FILENO) ? scols_table_get_termwidth(tb) : 0;
	scols_unref_table(tb);
	return text;
}

/* On a terminal that is too narrow, cuts COMMAND first and prints again with further columns cut
 * only if that is not enough. */
static void print_table(struct run *run, struct cell *cell)
{
	struct buf b = BUF_INIT;
	size_t width, stage = 0;
	char *text;

	if (run->o->format == NSLIST_TABLE && color_is_wanted(run->o->color, "nslist")) {
		run->orphan_color = color_of("nslist", "orphan", "yellow");
		run->self_color = color_of("nslist", "self", "halfbright");
	}
	text = render(run, cell, stage, &width);

	while (run->o->truncate && width > 0 && text && is_too_wide(text, width) &&
	       ++stage < ARRAY_SIZE(cut_order)) {
		free(text);
		text = render(run, cell, stage, &width);
	}
	nslist_tails_end(run, &b, text ? text : "");
	free(text);
	buf_free(&run->tails);
	free(run->orphan_color);
	free(run->self_color);
	/* the library omits the newline of the last line, which may be empty */
	if (run->n_rows > 0)
		buf_addc(&b, '\n');
	cli_print(&b);
}

void nslist_print(struct run *run)
{
	struct cell cell = { 0 };

	if (run->o->format == NSLIST_JSON)
		print_json(run, &cell);
	else
		print_table(run, &cell);
	buf_free(&cell.text);
}
