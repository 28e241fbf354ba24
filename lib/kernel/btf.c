// SPDX-License-Identifier: GPL-2.0-or-later
/* btf: parses BTF, whose format is described in the kernel's Documentation/bpf/btf.rst. The few
 * constants that are needed are defined here, because linux/btf.h of older systems lacks the newer
 * kinds. */
#include "kernel/btf.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include "base/file.h"

#define BTF_MAGIC   0xeb9f
#define BTF_VERSION 1
#define MAX_SIZE    (64u << 20) /* ten times the size of the BTF of current kernels, in bytes */
#define STEP        64          /* number of types per entry of the index */
/* maximum number of typedefs, qualifiers and arrays before a type */
#define MAX_CHAIN   32
#define MAX_NESTED  16 /* maximum depth of nested anonymous structures */
/* maximum number of anonymous structures that are searched for one member */
#define MAX_VISITS  1000

enum {
	KIND_INT = 1,
	KIND_PTR,
	KIND_ARRAY,
	KIND_STRUCT,
	KIND_UNION,
	KIND_ENUM,
	KIND_FWD,
	KIND_TYPEDEF,
	KIND_VOLATILE,
	KIND_CONST,
	KIND_RESTRICT,
	KIND_FUNC,
	KIND_FUNC_PROTO,
	KIND_VAR,
	KIND_DATASEC,
	KIND_FLOAT,
	KIND_DECL_TAG,
	KIND_TYPE_TAG,
	KIND_ENUM64,
	KINDS
};

/* Number of bytes that follow the three 32-bit words of a type: a fixed number, and a number for
 * each member. */
static const struct {
	uint8_t fixed, each;
} extra[KINDS] = {
	[KIND_INT] = { 4, 0 },     [KIND_ARRAY] = { 12, 0 },   [KIND_STRUCT] = { 0, 12 },
	[KIND_UNION] = { 0, 12 },  [KIND_ENUM] = { 0, 8 },     [KIND_FUNC_PROTO] = { 0, 8 },
	[KIND_VAR] = { 4, 0 },     [KIND_DATASEC] = { 0, 12 }, [KIND_DECL_TAG] = { 4, 0 },
	[KIND_ENUM64] = { 0, 12 },
};

/* A decoded type. */
struct type {
	/* size: the size of a structure, or the id of the type to which this type refers */
	uint32_t name, info, size;
	uint32_t after;   /* position of the data that follows the three 32-bit words of a type */
	unsigned kind, n; /* kind: BTF_KIND_*; n: number of members or parameters */
};

static uint32_t word_at(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Decodes the type at a position, which must not be after the end of the types. Returns the
 * position of the next type, or 0 if the type is invalid. */
static uint32_t decode(const struct btf *b, uint32_t at, struct type *t)
{
	const unsigned char *p = b->types + at;
	uint64_t end;

	if (b->types_len - at < 12)
		return 0;
	t->name = word_at(p);
	t->info = word_at(p + 4);
	t->size = word_at(p + 8);
	t->after = at + 12;
	t->kind = t->info >> 24 & 0x1f;
	t->n = t->info & 0xffff;
	if (t->kind == 0 || t->kind >= KINDS)
		return 0;
	end = (uint64_t)t->after + extra[t->kind].fixed + (uint64_t)extra[t->kind].each * t->n;
	return end > b->types_len ? 0 : (uint32_t)end;
}

/* Decodes the next type of the section and adds it to the index. Returns 1, 0 at the end of the
 * section, or -EBADMSG. */
static int decode_next(struct btf *b, struct type *t)
{
	uint32_t after;

	if (b->next == b->types_len)
		return 0;
	after = decode(b, b->next, t);
	if (!after)
		return -EBADMSG;
	if (b->n % STEP == 0)
		b->index[b->n / STEP] = b->next;
	b->n++;
	b->next = after;
	return 1;
}

/* Decodes the type with the given id. Returns 0 or -EBADMSG. */
static int type_of(struct btf *b, uint32_t id, struct type *t)
{
	uint32_t at;

	if (id == 0)
		return -EBADMSG;
	while (id > b->n)
		if (decode_next(b, t) <= 0)
			return -EBADMSG;
	at = b->index[(id - 1) / STEP];
	for (uint32_t skip = (id - 1) % STEP;; skip--) {
		uint32_t after = decode(b, at, t);

		if (!after)
			return -EBADMSG;
		if (skip == 0)
			return 0;
		at = after;
	}
}

/* Returns true if the name at the position is equal to the n bytes at s. */
static bool is_name(const struct btf *b, uint32_t at, const char *s, size_t n)
{
	return at < b->strings_len && b->strings_len - at > n &&
	       memcmp(b->strings + at, s, n) == 0 && !b->strings[at + n];
}

/* ---- Opening ---- */

int btf_borrow(struct btf *b, const void *data, size_t n)
{
	const unsigned char *p = data;
	uint32_t head, types, strings, start = 0;
	uint16_t magic;

	*b = (struct btf){ .data = p, .size = n };
	if (n < 24 || n > MAX_SIZE)
		return -EBADMSG;
	memcpy(&magic, p, sizeof(magic));
	head = word_at(p + 4);
	types = word_at(p + 8);
	strings = word_at(p + 16);
	b->types_len = word_at(p + 12);
	b->strings_len = word_at(p + 20);
	if (magic != BTF_MAGIC || p[2] != BTF_VERSION || head < 24 || head > n)
		return -EBADMSG;
	n -= start = head;
	if (types > n || b->types_len > n - types || strings > n || b->strings_len > n - strings)
		return -EBADMSG;
	b->types = p + start + types;
	b->strings = (const char *)p + start + strings;
	/* each type has at least 12 bytes, which limits the number of types */
	b->index = calloc(b->types_len / 12 / STEP + 1, sizeof(*b->index));
	return b->index ? 0 : -ENOMEM;
}

/* Maps the file into memory. Returns its address. If the kernel cannot map the file, returns NULL
 * and sets *size, so that the caller can read the file. */
static void *map_file(int fd, size_t *size)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st) < 0 || st.st_size <= 0 || st.st_size > (off_t)MAX_SIZE)
		return NULL;
	*size = (size_t)st.st_size;
	p = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
	return p == MAP_FAILED ? NULL : p;
}

int btf_open(struct btf *b, const char *path, bool read)
{
	cleanup_fd int fd = file_open_at(AT_FDCWD, path, O_RDONLY, 0);
	size_t size = 0;
	ssize_t n;
	char *text;
	void *p;
	int rc;

	*b = (struct btf){ 0 };
	if (fd < 0)
		return fd;
	p = map_file(fd, &size);
	if (p) {
		rc = btf_borrow(b, p, size);
		b->memory = BTF_MAPPED;
		return rc;
	}
	if (!read)
		return -ENODEV;
	n = file_slurp(fd, MAX_SIZE, &text);
	if (n < 0)
		return (int)n;
	rc = btf_borrow(b, text, (size_t)n);
	b->memory = BTF_READ;
	return rc;
}

void btf_close(struct btf *b)
{
	if (b->memory == BTF_MAPPED)
		munmap((void *)(uintptr_t)b->data, b->size);
	else if (b->memory == BTF_READ)
		free((void *)(uintptr_t)b->data);
	free(b->index);
	*b = (struct btf){ 0 };
}

/* ---- Looking for names ---- */

/* Compares a type with the names that have no id yet, and sets their ids. Returns the number of new
 * ids. */
static size_t match(const struct btf *b, const struct type *t, struct btf_name *names, size_t n)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		struct btf_name *name = &names[i];

		if (name->id || name->kind != t->kind ||
		    !is_name(b, t->name, name->name, strlen(name->name)))
			continue;
		name->id = b->n;
		found++;
	}
	return found;
}

int btf_find(struct btf *b, struct btf_name *names, size_t n)
{
	bool first[256] = { false };
	size_t left = n;
	struct type t;
	int rc = 1;

	for (size_t i = 0; i < n; i++) {
		names[i].id = 0;
		first[(unsigned char)names[i].name[0]] = true;
	}
	b->n = b->next = 0;
	while (left > 0 && (rc = decode_next(b, &t)) > 0) {
		if ((t.kind == KIND_STRUCT || t.kind == KIND_FUNC) && t.name < b->strings_len &&
		    first[(unsigned char)b->strings[t.name]])
			left -= match(b, &t, names, n);
	}
	return MIN(rc, 0);
}

/* ---- Members ---- */

/* Returns true if the type is a typedef or a qualifier of another type. */
static bool is_modifier(unsigned kind)
{
	return kind == KIND_TYPEDEF || kind == KIND_VOLATILE || kind == KIND_CONST ||
	       kind == KIND_RESTRICT || kind == KIND_TYPE_TAG;
}

/* Resolves typedefs, qualifiers and, if `arrays` is set, arrays. Decodes the resulting type and
 * sets *id to its id. Returns 0, -ENOENT for void, or -EBADMSG. */
static int strip(struct btf *b, uint32_t *id, bool arrays, struct type *t)
{
	for (int i = 0; i < MAX_CHAIN; i++) {
		if (*id == 0)
			return -ENOENT;
		if (type_of(b, *id, t) < 0)
			return -EBADMSG;
		if (is_modifier(t->kind))
			*id = t->size;
		else if (arrays && t->kind == KIND_ARRAY)
			*id = word_at(b->types + t->after);
		else
			return 0;
	}
	return -EBADMSG;
}

/* Returns true for a structure or union. */
static bool has_members(const struct type *t)
{
	return t->kind == KIND_STRUCT || t->kind == KIND_UNION;
}

struct found {
	uint32_t type, bits;
	bool bit_field;
	unsigned visits; /* number of anonymous members that were searched */
};

/* Finds the member of the structure t whose name is the n bytes at `name`, also inside anonymous
 * members. Sets the type of *out and adds the offset in bits. Returns 0, -ENOENT or -EBADMSG. */
static int find_member(struct btf *b, const struct type *t, const char *name, size_t n, int depth,
		       struct found *out)
{
	for (unsigned i = 0; i < t->n; i++) {
		const unsigned char *p = b->types + t->after + 12 * i;
		uint32_t label = word_at(p), type = word_at(p + 4), bits = word_at(p + 8);
		struct type inner;
		int rc;

		out->bit_field = t->info >> 31 && bits >> 24;
		if (t->info >> 31)
			bits &= 0xffffff;
		if (is_name(b, label, name, n)) {
			out->type = type;
			out->bits += bits;
			return 0;
		}
		if (!is_name(b, label, "", 0))
			continue;
		rc = strip(b, &type, false, &inner);
		if (rc < 0 || !has_members(&inner))
			continue;
		if (depth == 0 || out->visits++ == MAX_VISITS)
			return -EBADMSG;
		out->bits += bits;
		rc = find_member(b, &inner, name, n, depth - 1, out);
		if (rc != -ENOENT)
			return rc;
		out->bits -= bits;
	}
	return -ENOENT;
}

/* Sets the size and the type of a member from the id of its type. Returns 0 or -EBADMSG. */
static int describe(struct btf *b, uint32_t type, struct btf_field *out)
{
	struct type t;
	int rc = strip(b, &type, true, &t);

	if (rc < 0)
		return -EBADMSG;
	out->pointer = t.kind == KIND_PTR;
	out->type = has_members(&t) ? type : 0;
	if (t.kind == KIND_INT || t.kind == KIND_ENUM || t.kind == KIND_ENUM64)
		out->size = t.size;
	if (!out->pointer)
		return 0;
	out->size = 8;
	type = t.size;
	rc = strip(b, &type, false, &t);
	out->type = rc == 0 && t.kind == KIND_STRUCT ? type : 0;
	return rc == -ENOENT ? 0 : rc;
}

int btf_member(struct btf *b, uint32_t type, const char *path, size_t n, struct btf_field *out)
{
	const char *end = path + n;

	*out = (struct btf_field){ .type = type };
	for (;;) {
		const char *dot = memchr(path, '.', (size_t)(end - path));
		size_t length = (size_t)((dot ? dot : end) - path);
		struct found found = { 0 };
		struct type t;
		int rc;

		if (length == 0 || out->pointer || out->type == 0)
			return -ENOENT;
		if (type_of(b, out->type, &t) < 0 || !has_members(&t))
			return -EBADMSG;
		rc = find_member(b, &t, path, length, MAX_NESTED, &found);
		if (rc < 0)
			return rc;
		if (found.bit_field || found.bits % 8)
			return -EINVAL;
		*out = (struct btf_field){ .offset = out->offset + found.bits / 8 };
		rc = describe(b, found.type, out);
		if (rc < 0 || !dot)
			return rc;
		path = dot + 1;
	}
}

int btf_size(struct btf *b, uint32_t type, uint32_t *size)
{
	struct type t;

	if (type_of(b, type, &t) < 0 || !has_members(&t))
		return -EBADMSG;
	*size = t.size;
	return 0;
}

int btf_param(struct btf *b, uint32_t function, unsigned i, uint32_t *type)
{
	struct btf_field field = { 0 };
	struct type t;
	int rc;

	if (type_of(b, function, &t) < 0 || t.kind != KIND_FUNC || type_of(b, t.size, &t) < 0 ||
	    t.kind != KIND_FUNC_PROTO)
		return -EBADMSG;
	if (i >= t.n)
		return -ENOENT;
	rc = describe(b, word_at(b->types + t.after + 8 * i + 4), &field);
	*type = field.type;
	return rc < 0 ? rc : field.pointer && field.type ? 0 : -ENOENT;
}
