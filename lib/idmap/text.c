// SPDX-License-Identifier: GPL-2.0-or-later
/* text: parses and formats maps in three formats: the map files of the kernel, map streams with
 * lines such as "uid 0 1000 1", and the one-word form "u:0:1000:1,g:0:1000:1". */
#include "idmap/idmap.h"

#include "base/num.h"

struct word {
	const char *s;
	size_t n;
};

static bool word_is(struct word w, const char *s)
{
	return strlen(s) == w.n && memcmp(s, w.s, w.n) == 0;
}

/* Splits text at blanks or, if sep is not 0, at the character sep. Two adjacent separators enclose
 * an empty word. Stores up to max words. Returns the number of all words, which may be above
 * max. */
static size_t cut(const char *s, size_t n, char sep, struct word *words, size_t max)
{
	size_t found = 0, i = 0;

	/* a separator at the end precedes an empty word; after any other last word the loop has
	 * ended */
	while (i < n || (sep && found > 0)) {
		size_t start;

		while (!sep && i < n && (s[i] == ' ' || s[i] == '\t'))
			i++;
		if (!sep && i == n)
			break;
		start = i;
		while (i < n && (sep ? s[i] != sep : s[i] != ' ' && s[i] != '\t'))
			i++;
		if (found < max)
			words[found] = (struct word){ s + start, i - start };
		found++;
		if (sep && i++ == n)
			break;
	}
	return found;
}

static int parse_u32(struct word w, uint64_t *out, struct nserr *e)
{
	int rc = num_u64n(w.s, w.n, 0, UINT32_MAX, out);

	if (rc == 0)
		return 0;
	return nserr_set(e, 0,
			 rc == -ERANGE ? "'%.*s' does not fit in 32 bits"
				       : "'%.*s' is not a decimal number",
			 (int)MIN(w.n, 64), w.s);
}

/* Adds an extent from the words INSIDE OUTSIDE COUNT of a line. Returns 0, or a negative errno with
 * e set. */
static int add_words(struct idmap *m, const struct word w[3], uint32_t line, struct nserr *e)
{
	uint64_t v[3];
	int rc;

	for (int i = 0; i < 3; i++) {
		rc = parse_u32(w[i], &v[i], e);
		if (rc < 0)
			return rc;
	}
	rc = idmap_add(m, (uint32_t)v[0], (uint32_t)v[1], v[2], e);
	if (rc == 0)
		m->ext[m->n - 1].line = line;
	return rc;
}

static int set_setgroups(struct idmaps *m, struct word w, struct nserr *e)
{
	if (m->setgroups != IDMAP_SETGROUPS_UNSET)
		return nserr_set(e, 0, "setgroups is set twice");
	if (word_is(w, "allow"))
		m->setgroups = IDMAP_SETGROUPS_ALLOW;
	else if (word_is(w, "deny"))
		m->setgroups = IDMAP_SETGROUPS_DENY;
	else
		return nserr_set(e, 0, "invalid setgroups '%.*s', expected allow or deny",
				 (int)MIN(w.n, 64), w.s);
	return 0;
}

static int parse_line(struct idmaps *m, const char *s, size_t n, uint32_t line, struct nserr *e)
{
	struct word w[4];
	size_t found = cut(s, n, 0, w, 4);

	if (found == 0 || w[0].s[0] == '#')
		return 0;
	for (int k = 0; k < IDMAP_KINDS; k++) {
		if (!word_is(w[0], idmap_kind_names[k]))
			continue;
		if (found != 4)
			return nserr_set(e, 0, "expected '%s INSIDE OUTSIDE COUNT'",
					 idmap_kind_names[k]);
		return add_words(&m->map[k], w + 1, line, e);
	}
	if (!word_is(w[0], "setgroups"))
		return nserr_set(e, 0, "unknown word '%.*s', expected uid, gid or setgroups",
				 (int)MIN(w[0].n, 64), w[0].s);
	if (found != 2)
		return nserr_set(e, 0, "expected 'setgroups allow' or 'setgroups deny'");
	return set_setgroups(m, w[1], e);
}

/* Parses one part of a map in the one-word form into m: "u:0:1000:1", "g:0:1000:1" or "s:deny".
 * Returns 0, or a negative errno with e set. */
static int parse_item(struct idmaps *m, struct word item, struct nserr *e)
{
	struct word w[4];
	size_t found = item.n ? cut(item.s, item.n, ':', w, 4) : 0;

	if (found == 4 && word_is(w[0], "u"))
		return add_words(&m->map[IDMAP_UID], w + 1, 0, e);
	if (found == 4 && word_is(w[0], "g"))
		return add_words(&m->map[IDMAP_GID], w + 1, 0, e);
	if (found == 2 && word_is(w[0], "s"))
		return set_setgroups(m, w[1], e);
	return nserr_set(e, 0,
			 "invalid part '%.*s', expected u:INSIDE:OUTSIDE:COUNT, "
			 "g:INSIDE:OUTSIDE:COUNT, s:allow or s:deny",
			 (int)MIN(item.n, 64), item.s);
}

static int parse_arg(struct idmaps *m, const char *text, size_t n, struct nserr *e)
{
	for (size_t i = 0, end, number = 1; i <= n; i = end + 1, number++) {
		int rc;

		end = i;
		while (end < n && text[end] != ',')
			end++;
		rc = parse_item(m, (struct word){ text + i, end - i }, e);
		if (rc < 0) {
			nserr_prefix(e, "part %zu", number);
			return rc;
		}
	}
	return 0;
}

/* Sets `line` to the line at *at without its newline and advances *at. Returns false at the end. */
static bool next_line(const char *text, size_t n, size_t *at, struct word *line)
{
	const char *end;

	if (*at >= n)
		return false;
	end = memchr(text + *at, '\n', n - *at);
	line->s = text + *at;
	line->n = end ? (size_t)(end - line->s) : n - *at;
	*at += line->n + 1;
	return true;
}

static int parse_stream(struct idmaps *m, const char *text, size_t n, struct nserr *e)
{
	struct word line;
	uint32_t number = 0;

	for (size_t at = 0; next_line(text, n, &at, &line);) {
		int rc = parse_line(m, line.s, line.n, ++number, e);

		if (rc == 0)
			continue;
		/* report a carriage return separately: in a quoted word, it is hard to see */
		if (line.s[line.n - 1] == '\r')
			nserr_set(e, 0, "the line ends in a carriage return");
		nserr_prefix(e, "line %u", number);
		return rc;
	}
	return 0;
}

/* Returns true if the text is in the one-word form: a single line with a colon after the first
 * letter. */
static bool is_arg(const char *text, size_t n)
{
	return n > 1 && text[1] == ':' && !memchr(text, '\n', n);
}

/* Checks that the text has both maps. Returns 0, or a negative errno with e set. */
static int check_complete(const struct idmaps *m, struct nserr *e)
{
	if (m->map[IDMAP_UID].n == 0 && m->map[IDMAP_GID].n == 0)
		return nserr_set(e, 0, "the map is empty");
	for (int k = 0; k < IDMAP_KINDS; k++)
		if (m->map[k].n == 0)
			return nserr_set(e, 0, "the map has no %s line", idmap_kind_names[k]);
	return 0;
}

int idmaps_parse(struct idmaps *m, const char *text, size_t n, struct nserr *e)
{
	size_t word = n > 0 && text[n - 1] == '\n' ? n - 1 : n;
	int rc;

	*m = IDMAPS_INIT;
	rc = is_arg(text, word) ? parse_arg(m, text, word, e) : parse_stream(m, text, n, e);
	if (rc == 0)
		rc = check_complete(m, e);
	if (rc < 0)
		idmaps_free(m);
	return rc;
}

static int parse_kernel_line(struct idmap *m, struct word line, uint32_t number, struct nserr *e)
{
	struct word w[3];
	int rc;

	if (cut(line.s, line.n, 0, w, 3) != 3)
		return nserr_set(e, 0, "expected 'INSIDE OUTSIDE COUNT'");
	if (!word_is(w[1], "4294967295"))
		return add_words(m, w, number, e);
	/* the kernel prints (uid_t)-1 if the outside id is not mapped in the reader's user
	 * namespace; store it as IDMAP_NONE */
	w[1] = (struct word){ "0", 1 };
	rc = add_words(m, w, number, e);
	if (rc == 0)
		m->ext[m->n - 1].outside = IDMAP_NONE;
	return rc;
}

int idmap_parse_kernel(struct idmap *m, const char *text, size_t n, struct nserr *e)
{
	struct word line;
	uint32_t number = 0;

	*m = IDMAP_INIT;
	for (size_t at = 0; next_line(text, n, &at, &line);) {
		int rc = parse_kernel_line(m, line, ++number, e);

		if (rc == 0)
			continue;
		nserr_prefix(e, "line %u", number);
		idmap_free(m);
		return rc;
	}
	return 0;
}

static void add_extent(const struct idmap_extent *x, char sep, char end, struct buf *out)
{
	buf_addu(out, x->inside);
	buf_addc(out, sep);
	buf_addu(out, x->outside);
	buf_addc(out, sep);
	buf_addu(out, x->count);
	buf_addc(out, end);
}

void idmap_format_kernel(const struct idmap *m, struct buf *out)
{
	for (size_t i = 0; i < m->n; i++)
		add_extent(&m->ext[i], ' ', '\n', out);
}

static const char *setgroups_word(const struct idmaps *m)
{
	return m->setgroups == IDMAP_SETGROUPS_DENY ? "deny" : "allow";
}

void idmaps_format_stream(const struct idmaps *m, struct buf *out)
{
	/* write setgroups first, because the kernel requires this order */
	if (m->setgroups != IDMAP_SETGROUPS_UNSET)
		buf_printf(out, "setgroups %s\n", setgroups_word(m));
	for (int k = 0; k < IDMAP_KINDS; k++)
		for (size_t i = 0; i < m->map[k].n; i++) {
			buf_adds(out, idmap_kind_names[k]);
			buf_addc(out, ' ');
			add_extent(&m->map[k].ext[i], ' ', '\n', out);
		}
}

void idmaps_format_arg(const struct idmaps *m, struct buf *out)
{
	for (int k = 0; k < IDMAP_KINDS; k++)
		for (size_t i = 0; i < m->map[k].n; i++) {
			buf_addc(out, idmap_kind_names[k][0]);
			buf_addc(out, ':');
			add_extent(&m->map[k].ext[i], ':', ',', out);
		}
	if (m->setgroups != IDMAP_SETGROUPS_UNSET)
		buf_printf(out, "s:%s", setgroups_word(m));
	else if (out->len > 0)
		out->s[--out->len] = '\0';
}
