/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * btf-build: makes BTF from a description, one item on each line:
 *
 *	struct NAME SIZE
 *	union NAME SIZE
 *		MEMBER OFFSET TYPE
 *	func NAME TYPE…
 *
 * A structure or union without a name has a NAME that begins with "#", and a member without a
 * name is called "-". A function has one TYPE for each parameter. TYPE is u1 to u8 for an
 * integer, bN for a bit field of N bits, =NAME for a structure, [NAME for an array of structures,
 * and "*NAME" or "*" for a pointer. A structure with bit fields has the word "bits" after its
 * size.
 */
#ifndef NSU_UNIT_BTF_BUILD_H
#define NSU_UNIT_BTF_BUILD_H

#include <stdio.h>

#include "base/buf.h"

struct btf_build {
	/* `more` contains the types that are added after the structures */
	struct buf types, more, strings;
	char names[128][64];
	size_t n_names;
	uint32_t n; /* number of all types that have been added so far */
};

static inline void build_word(struct buf *b, uint32_t v)
{
	buf_add(b, &v, sizeof(v));
}

static inline uint32_t build_string(struct btf_build *b, const char *s)
{
	uint32_t at = (uint32_t)b->strings.len;

	buf_add(&b->strings, s, strlen(s) + 1);
	return at;
}

/* Appends a type after the structures. Returns its id. */
static inline uint32_t build_more(struct btf_build *b, unsigned kind, unsigned n, uint32_t name,
				  uint32_t type)
{
	build_word(&b->more, name);
	build_word(&b->more, kind << 24 | n);
	build_word(&b->more, type);
	return ++b->n;
}

static inline uint32_t build_struct_id(const struct btf_build *b, const char *name)
{
	for (size_t i = 0; i < b->n_names; i++)
		if (streq(b->names[i], name))
			return (uint32_t)i + 1;
	printf("# no structure %s\n", name);
	abort();
}

/* Adds the type that the string t describes, such as "u4" for a 4-byte integer, and returns its id.
 * Wraps integers in "const" and pointers in a typedef, which the code under test must skip. */
static inline uint32_t build_type(struct btf_build *b, const char *t)
{
	uint32_t id;

	switch (*t) {
	case 'u':
	case 'b':
		id = build_more(b, 1, 0, build_string(b, t),
				(uint32_t)(*t == 'u' ? t[1] - '0' : 4));
		build_word(&b->more, 32);
		return build_more(b, 10, 0, 0, id); /* const */
	case '*':
		id = build_more(b, 2, 0, 0, t[1] ? build_struct_id(b, t + 1) : 0);
		return build_more(b, 8, 0, build_string(b, "alias"), id); /* typedef */
	case '[':
		id = build_more(b, 3, 0, 0, 0);
		build_word(&b->more, build_struct_id(b, t + 1));
		build_word(&b->more, 0);
		build_word(&b->more, 1);
		return id;
	default:
		return build_struct_id(b, t + 1);
	}
}

/* Calls f for each line of the description. */
static inline void build_lines(struct btf_build *b, const char *text,
			       void (*f)(struct btf_build *b, const char *line, bool member))
{
	while (*text) {
		size_t n = strcspn(text, "\n");
		char line[256];

		memcpy(line, text, n);
		line[n] = '\0';
		f(b, line + (line[0] == '\t'), line[0] == '\t');
		text += n + (text[n] != '\0');
	}
}

static inline void build_name(struct btf_build *b, const char *line, bool member)
{
	if (!member && strncmp(line, "func", 4) != 0)
		sscanf(line, "%*s %63s", b->names[b->n_names++]);
}

static inline void build_function(struct btf_build *b, const char *line)
{
	char word[16][64] = { "" };
	uint32_t types[16], proto;
	int n = sscanf(line, "%*s %63s %63s %63s %63s %63s", word[0], word[1], word[2], word[3],
		       word[4]);

	for (int i = 1; i < n; i++)
		types[i] = build_type(b, word[i]);
	proto = build_more(b, 13, (unsigned)n - 1, 0, 0);
	for (int i = 1; i < n; i++) {
		build_word(&b->more, 0);
		build_word(&b->more, types[i]);
	}
	build_more(b, 12, 0, build_string(b, word[0]), proto);
}

static size_t build_open; /* offset in `types` of the structure that gets the next members */

static inline void build_item(struct btf_build *b, const char *line, bool member)
{
	char word[4][64] = { "" };
	uint32_t info;

	if (strncmp(line, "func", 4) == 0) {
		build_function(b, line);
		return;
	}
	sscanf(line, "%63s %63s %63s %63s", word[0], word[1], word[2], word[3]);
	if (!member) {
		build_open = b->types.len;
		build_word(&b->types, word[1][0] == '#' ? 0 : build_string(b, word[1]));
		build_word(&b->types, (streq(word[0], "union") ? 5u : 4u) << 24 |
					      (streq(word[3], "bits") ? 1u << 31 : 0));
		build_word(&b->types, (uint32_t)atoi(word[2]));
		return;
	}
	memcpy(&info, b->types.s + build_open + 4, sizeof(info));
	info++;
	memcpy(b->types.s + build_open + 4, &info, sizeof(info));
	build_word(&b->types, streq(word[0], "-") ? 0 : build_string(b, word[0]));
	build_word(&b->types, build_type(b, word[2]));
	build_word(&b->types, (uint32_t)atoi(word[1]) * 8 |
				      (word[2][0] == 'b' ? (uint32_t)atoi(word[2] + 1) << 24 : 0));
}

/* Returns the BTF in memory. The caller releases it with buf_free(). */
static inline struct buf btf_build(const char *text)
{
	struct btf_build b = { 0 };
	struct buf out = BUF_INIT;
	const uint16_t magic = 0xeb9f;
	uint32_t len;

	build_string(&b, "");
	build_lines(&b, text, build_name);
	b.n = (uint32_t)b.n_names;
	build_lines(&b, text, build_item);
	len = (uint32_t)(b.types.len + b.more.len);
	buf_add(&out, &magic, sizeof(magic));
	buf_add(&out, "\1\0", 2); /* BTF header: version 1, no flags */
	build_word(&out, 24);
	build_word(&out, 0);
	build_word(&out, len);
	build_word(&out, len);
	build_word(&out, (uint32_t)b.strings.len);
	buf_add(&out, b.types.s, b.types.len);
	if (b.more.len)
		buf_add(&out, b.more.s, b.more.len);
	buf_add(&out, b.strings.s, b.strings.len);
	buf_free(&b.types);
	buf_free(&b.more);
	buf_free(&b.strings);
	return out;
}

#endif
