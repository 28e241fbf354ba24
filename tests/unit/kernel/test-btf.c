// SPDX-License-Identifier: GPL-2.0-or-later
/* test-btf: finds types and members in BTF that the test generates, and refuses invalid BTF. */
#include "kernel/btf.h"

#include <sys/mman.h>

#include "../fault.h"
#include "base/file.h"
#include "btf-build.h"

static const char example[] = "struct outer 64\n"
			      "\tfirst 0 u4\n"
			      "\t- 8 =#1\n"
			      "\t- 24 =tree\n"
			      "\tinner 32 =inner\n"
			      "\tto 48 *inner\n"
			      "\tnothing 56 *\n"
			      "union #1 16\n"
			      "\tbyte 0 u1\n"
			      "\t- 8 =#2\n"
			      "struct #2 8\n"
			      "\tdeep 4 u2\n"
			      "struct tree 8\n"
			      "\tid 0 u8\n"
			      "struct inner 16\n"
			      "\tx 8 u4\n"
			      "\tmany 12 [item\n"
			      "struct item 4\n"
			      "\tvalue 0 u4\n"
			      "struct fields 8 bits\n"
			      "\tbit 0 b3\n"
			      "\tword 4 u4\n"
			      "func call *outer u4\n"
			      "func other *\n";

static struct buf bytes;
static struct btf btf;

/* Generates the BTF of `example` and opens it. Returns the id of struct outer. */
static uint32_t open_example(void)
{
	struct btf_name name = { "outer", BTF_STRUCT, 0 };

	bytes = btf_build(example);
	CHECK_INT(btf_borrow(&btf, bytes.s, bytes.len), 0);
	CHECK_INT(btf_find(&btf, &name, 1), 0);
	CHECK(name.id);
	return name.id;
}

static void close_example(void)
{
	btf_close(&btf);
	buf_free(&bytes);
}

static struct btf_field field(uint32_t type, const char *path)
{
	struct btf_field f;

	CHECK_INT(btf_member(&btf, type, path, strlen(path), &f), 0);
	return f;
}

static int error(uint32_t type, const char *path)
{
	struct btf_field f;

	return btf_member(&btf, type, path, strlen(path), &f);
}

static void finds_members_at_any_depth(void)
{
	uint32_t outer = open_example();

	CHECK_INT(field(outer, "first").offset, 0);
	CHECK_INT(field(outer, "byte").offset, 8);
	CHECK_INT(field(outer, "byte").size, 1);
	CHECK_INT(field(outer, "deep").offset, 20);
	CHECK_INT(field(outer, "deep").size, 2);
	CHECK_INT(field(outer, "id").offset, 24);
	CHECK_INT(field(outer, "inner.x").offset, 40);
	CHECK_INT(field(outer, "inner.many.value").offset, 44);
	close_example();
}

static void follows_pointers_by_their_type(void)
{
	uint32_t outer = open_example();
	struct btf_field to = field(outer, "to");

	CHECK(to.pointer);
	CHECK_INT(to.offset, 48);
	CHECK_INT(to.size, 8);
	CHECK_INT(field(to.type, "x").offset, 8);
	CHECK(field(outer, "nothing").pointer);
	CHECK_INT(field(outer, "nothing").type, 0);
	CHECK_INT(field(outer, "inner").type, to.type);
	CHECK_INT(field(outer, "inner").size, 0);
	close_example();
}

static void refuses_paths_that_lead_nowhere(void)
{
	uint32_t outer = open_example();
	struct btf_name fields = { "fields", BTF_STRUCT, 0 };

	CHECK_INT(error(outer, "absent"), -ENOENT);
	CHECK_INT(error(outer, "tree"), -ENOENT);
	CHECK_INT(error(outer, "fir"), -ENOENT);
	CHECK_INT(error(outer, "first.x"), -ENOENT);
	CHECK_INT(error(outer, "to.x"), -ENOENT);
	CHECK_INT(error(outer, ""), -ENOENT);
	CHECK_INT(error(outer, "inner."), -ENOENT);
	CHECK_INT(error(0, "first"), -ENOENT);
	CHECK_INT(error(9999, "first"), -EBADMSG);
	CHECK_INT(btf_find(&btf, &fields, 1), 0);
	CHECK_INT(error(fields.id, "bit"), -EINVAL);
	CHECK_INT(field(fields.id, "word").offset, 4);
	close_example();
}

static void finds_functions_and_their_parameters(void)
{
	uint32_t outer = open_example(), type;
	struct btf_name names[] = { { "call", BTF_FUNC, 0 },
				    { "other", BTF_FUNC, 0 },
				    { "call", BTF_STRUCT, 0 },
				    { "cal", BTF_FUNC, 0 } };

	CHECK_INT(btf_find(&btf, names, ARRAY_SIZE(names)), 0);
	CHECK(names[0].id && names[1].id);
	CHECK_INT(names[2].id, 0);
	CHECK_INT(names[3].id, 0);
	CHECK_INT(btf_param(&btf, names[0].id, 0, &type), 0);
	CHECK_INT(type, outer);
	CHECK_INT(btf_param(&btf, names[0].id, 1, &type), -ENOENT);
	CHECK_INT(btf_param(&btf, names[0].id, 2, &type), -ENOENT);
	CHECK_INT(btf_param(&btf, names[1].id, 0, &type), -ENOENT);
	CHECK_INT(btf_param(&btf, outer, 0, &type), -EBADMSG);
	close_example();
}

static void knows_the_size_of_a_structure(void)
{
	uint32_t outer = open_example(), size;

	CHECK_INT(btf_size(&btf, outer, &size), 0);
	CHECK_INT(size, 64);
	CHECK_INT(btf_size(&btf, 0, &size), -EBADMSG);
	CHECK_INT(btf_size(&btf, 9999, &size), -EBADMSG);
	close_example();
}

/* Looks for a name that is not there, so that every type is read. Returns the result. */
static int read_all(const void *data, size_t n)
{
	struct btf_name name = { "absent", BTF_STRUCT, 0 };
	int rc = btf_borrow(&btf, data, n);

	if (rc == 0)
		rc = btf_find(&btf, &name, 1);
	btf_close(&btf);
	return rc;
}

static void refuses_every_truncation(void)
{
	bytes = btf_build(example);
	CHECK_INT(read_all(bytes.s, bytes.len), 0);
	for (size_t n = 0; n < bytes.len; n++) {
		/* make a copy of exactly this size, so that a sanitizer reports a read beyond its
		 * end */
		char *copy = malloc(n + 1);

		memcpy(copy, bytes.s, n);
		CHECK_INT(read_all(copy, n), -EBADMSG);
		free(copy);
	}
	buf_free(&bytes);
}

/* A damaged byte may be refused or change the answer, but must never cause a read beyond the
 * end. */
static void survives_every_damaged_byte(void)
{
	static const unsigned char values[] = { 0, 1, 0x7f, 0xff };
	struct btf_name name = { "outer", BTF_STRUCT, 0 };
	uint32_t size, type;
	unsigned refused = 0;

	bytes = btf_build(example);
	for (size_t at = 0; at < bytes.len; at++) {
		for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
			char *copy = malloc(bytes.len);
			struct btf_field f;
			int rc;

			memcpy(copy, bytes.s, bytes.len);
			copy[at] = (char)values[i];
			name.id = 0;
			rc = read_all(copy, bytes.len);
			refused += rc == -EBADMSG;
			CHECK(rc == 0 || rc == -EBADMSG);
			if (btf_borrow(&btf, copy, bytes.len) == 0 &&
			    btf_find(&btf, &name, 1) == 0 && name.id) {
				rc = btf_member(&btf, name.id, "first", 5, &f);
				CHECK(rc == 0 || rc == -EBADMSG || rc == -ENOENT || rc == -EINVAL);
				rc = btf_size(&btf, name.id, &size);
				CHECK(rc == 0 || rc == -EBADMSG);
				CHECK_INT(btf_param(&btf, name.id, 0, &type), -EBADMSG);
			}
			btf_close(&btf);
			free(copy);
		}
	}
	CHECK(refused > bytes.len / 8);
	buf_free(&bytes);
}

static void refuses_a_circle_of_types(void)
{
	uint32_t outer = open_example(), itself;
	struct btf_field f = field(outer, "first");

	/* the type of the first member is a qualifier, which now refers to itself */
	(void)f;
	memcpy(&itself, bytes.s + 24 + 12 + 4, sizeof(itself));
	for (size_t at = 24; at + 12 <= bytes.len; at += 4) {
		uint32_t words[3];

		memcpy(words, bytes.s + at, sizeof(words));
		if (words[0] == 0 && words[1] == 10u << 24 && words[2] == itself - 1) {
			memcpy(bytes.s + at + 8, &itself, sizeof(itself));
			break;
		}
	}
	CHECK_INT(error(outer, "first"), -EBADMSG);
	close_example();
}

static void refuses_a_structure_inside_itself(void)
{
	struct btf_name name = { "outer", BTF_STRUCT, 0 };

	bytes = btf_build("struct outer 8\n\t- 0 =#1\n"
			  "struct #1 8\n\t- 0 =#1\n\t- 0 =#1\n");
	CHECK_INT(btf_borrow(&btf, bytes.s, bytes.len), 0);
	CHECK_INT(btf_find(&btf, &name, 1), 0);
	CHECK_INT(error(name.id, "absent"), -EBADMSG);
	close_example();
}

static void refuses_an_unknown_kind_of_type(void)
{
	/* the most significant byte of the second word of the first type */
	const size_t kind = 24 + 4 + (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 3 : 0);

	bytes = btf_build(example);
	bytes.s[kind] = 31;
	CHECK_INT(read_all(bytes.s, bytes.len), -EBADMSG);
	bytes.s[kind] = 0;
	CHECK_INT(read_all(bytes.s, bytes.len), -EBADMSG);
	buf_free(&bytes);
}

static void opens_only_files_that_contain_btf(void)
{
	CHECK_INT(btf_open(&btf, "/proc/self/status", true), -EBADMSG);
	btf_close(&btf);
	CHECK_INT(btf_open(&btf, "/proc/self/status", false), -ENODEV);
	btf_close(&btf);
	CHECK_INT(btf_open(&btf, "/dev/null", true), -EBADMSG);
	btf_close(&btf);
	CHECK_INT(btf_open(&btf, "/proc/absent", true), -ENOENT);
	btf_close(&btf);
}

/* ---- Types that btf-build.h does not make ---- */

/* The kinds of types in the kernel's Documentation/bpf/btf.rst. */
enum {
	INT = 1,
	PTR,
	ARRAY,
	STRUCT,
	UNION,
	ENUM,
	FWD,
	TYPEDEF,
	VOLATILE,
	CONST,
	RESTRICT,
	FUNC,
	FUNC_PROTO,
	FLOAT = 16,
	TYPE_TAG = 18,
	ENUM64,
};

static struct buf words, names;
static uint32_t last_id;

static void word(uint32_t v)
{
	buf_add(&words, &v, sizeof(v));
}

/* Adds a type with n members or parameters, which the caller adds as words. `size` is its size, or
 * the id of the type that it refers to. Returns its id. */
static uint32_t type(unsigned kind, const char *name, unsigned n, uint32_t size)
{
	word(name ? (uint32_t)names.len : 0);
	if (name)
		buf_add(&names, name, strlen(name) + 1);
	word(kind << 24 | n);
	word(size);
	return ++last_id;
}

static void member(const char *name, uint32_t id, uint32_t offset)
{
	word(name ? (uint32_t)names.len : 0);
	if (name)
		buf_add(&names, name, strlen(name) + 1);
	word(id);
	word(8 * offset);
}

static uint32_t integer(uint32_t size)
{
	uint32_t id = type(INT, "integer", 0, size);

	word(8 * size);
	return id;
}

static void begin_types(void)
{
	words = names = BUF_INIT;
	buf_add(&names, "", 1);
	last_id = 0;
}

/* Opens the types that were added since begin_types(). */
static void open_types(void)
{
	const uint32_t head[] = { 24, 0, (uint32_t)words.len, (uint32_t)words.len,
				  (uint32_t)names.len };
	const uint16_t magic = 0xeb9f;

	bytes = BUF_INIT;
	buf_add(&bytes, &magic, sizeof(magic));
	buf_add(&bytes, "\1\0", 2);
	buf_add(&bytes, head, sizeof(head));
	buf_add(&bytes, words.s, words.len);
	buf_add(&bytes, names.s, names.len);
	buf_free(&words);
	buf_free(&names);
	CHECK_INT(btf_borrow(&btf, bytes.s, bytes.len), 0);
}

static void looks_through_every_kind_of_modifier(void)
{
	static const unsigned kinds[] = { TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		uint32_t s;

		begin_types();
		type(kinds[i], NULL, 0, integer(4));
		s = type(STRUCT, "s", 1, 8);
		member("m", 2, 4);
		open_types();
		CHECK_INT(field(s, "m").size, 4);
		CHECK_INT(field(s, "m").offset, 4);
		close_example();
	}
}

static void only_integers_and_enumerations_have_a_size(void)
{
	static const struct {
		unsigned kind;
		uint32_t size;
	} kinds[] = { { ENUM, 4 }, { ENUM64, 8 }, { FLOAT, 0 }, { UNION, 0 }, { FWD, 0 } };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		uint32_t s;

		begin_types();
		type(kinds[i].kind, "x", 0, kinds[i].kind == ENUM64 ? 8 : 4);
		s = type(STRUCT, "s", 1, 8);
		member("m", 1, 0);
		open_types();
		CHECK_INT(field(s, "m").size, kinds[i].size);
		/* only a union has members */
		CHECK_INT(field(s, "m").type, kinds[i].kind == UNION ? 1 : 0);
		CHECK(!field(s, "m").pointer);
		close_example();
	}
}

static void a_pointer_has_a_type_only_if_it_points_to_a_structure(void)
{
	uint32_t number, pointer, s;

	begin_types();
	number = integer(4);
	pointer = type(PTR, NULL, 0, number);
	s = type(STRUCT, "s", 2, 16);
	member("number", pointer, 0);
	member("wrong", 4, 8);
	type(PTR, NULL, 0, 99); /* there is no type 99 */
	open_types();
	CHECK(field(s, "number").pointer);
	CHECK_INT(field(s, "number").type, 0);
	CHECK_INT(error(s, "wrong"), -EBADMSG);
	/* a type without members */
	CHECK_INT(error(number, "x"), -EBADMSG);
	CHECK_INT(btf_size(&btf, number, &s), -EBADMSG);
	close_example();
}

static void searches_only_anonymous_structures(void)
{
	uint32_t s;

	begin_types();
	integer(4);
	s = type(STRUCT, "s", 4, 16);
	member(NULL, 0, 0);  /* void */
	member(NULL, 99, 0); /* there is no type 99 */
	member(NULL, 1, 0);  /* an unnamed bit field */
	member("m", 1, 12);
	open_types();
	CHECK_INT(field(s, "m").offset, 12);
	CHECK_INT(error(s, "absent"), -ENOENT);
	close_example();
}

static void refuses_too_many_nested_structures(void)
{
	uint32_t found, size;

	/* 17 levels below the first structure; 16 are permitted */
	begin_types();
	for (uint32_t i = 1; i <= 17; i++) {
		type(STRUCT, NULL, 1, 4);
		member(NULL, i + 1, 0);
	}
	type(STRUCT, NULL, 1, 4);
	member("m", 19, 0);
	integer(4);
	open_types();
	CHECK_INT(error(1, "m"), -EBADMSG);
	CHECK_INT(field(2, "m").size, 4);
	close_example();
	/* 1001 anonymous structures; 1000 are permitted */
	for (unsigned n = 1000; n <= 1001; n++) {
		begin_types();
		type(STRUCT, NULL, 0, 0);
		found = type(STRUCT, "s", n, 4);
		for (unsigned i = 0; i < n; i++)
			member(NULL, 1, 0);
		open_types();
		CHECK_INT(error(found, "absent"), n == 1000 ? -ENOENT : -EBADMSG);
		CHECK_INT(btf_size(&btf, found, &size), 0);
		CHECK_INT(size, 4);
		close_example();
	}
}

static void refuses_invalid_functions(void)
{
	uint32_t id, good, no_proto, missing, wrong;

	begin_types();
	type(STRUCT, "s", 0, 4); /* 1 */
	type(PTR, NULL, 0, 1);   /* 2 */
	type(FUNC_PROTO, NULL, 2, 0);
	word(0);
	word(2);
	word(0);
	word(99); /* there is no type 99 */
	good = type(FUNC, "good", 0, 3);
	no_proto = type(FUNC, "no_proto", 0, 1);
	missing = type(FUNC, "missing", 0, 99);
	wrong = type(STRUCT, "wrong", 0, 4);
	open_types();
	CHECK_INT(btf_param(&btf, good, 0, &id), 0);
	CHECK_INT(id, 1);
	CHECK_INT(btf_param(&btf, good, 1, &id), -EBADMSG);
	CHECK_INT(btf_param(&btf, no_proto, 0, &id), -EBADMSG);
	CHECK_INT(btf_param(&btf, missing, 0, &id), -EBADMSG);
	CHECK_INT(btf_param(&btf, wrong, 0, &id), -EBADMSG);
	CHECK_INT(btf_param(&btf, 99, 0, &id), -EBADMSG);
	close_example();
}

static void refuses_types_that_have_changed(void)
{
	uint32_t outer = open_example(), size;

	/* clear the kind of the first type, which was valid when it was added to the index */
	memset(bytes.s + 24 + 4, 0, 4);
	CHECK_INT(btf_size(&btf, outer, &size), -EBADMSG);
	CHECK_INT(btf_size(&btf, outer + 1, &size), -EBADMSG);
	close_example();
}

static int try_open(void)
{
	struct btf b;
	int rc;

	fault_begin();
	rc = btf_open(&b, "/proc/self/status", false);
	fault_end();
	btf_close(&b);
	return rc;
}

static void refuses_files_that_are_too_large(void)
{
	const off_t most = 64 << 20;
	int fd = memfd_create("btf", MFD_CLOEXEC);
	struct file_fd_path path = file_fd_path(fd);

	CHECK(fd >= 0 && ftruncate(fd, most + 1) == 0);
	CHECK_INT(btf_open(&btf, path.text, false), -ENODEV);
	btf_close(&btf);
	CHECK_INT(btf_open(&btf, path.text, true), -EFBIG);
	btf_close(&btf);
	CHECK_INT(ftruncate(fd, most), 0);
	CHECK_INT(btf_open(&btf, path.text, false), -EBADMSG);
	btf_close(&btf);
	close(fd);
	CHECK_INT(btf_borrow(&btf, "", (size_t)most + 1), -EBADMSG);
	if (fault_supported())
		CHECK_INT(fault_answer(try_open, SYS_newfstatat, 1, -EIO), -ENODEV);
}

UNIT_MAIN(CASE(finds_members_at_any_depth), CASE(follows_pointers_by_their_type),
	  CASE(refuses_paths_that_lead_nowhere), CASE(finds_functions_and_their_parameters),
	  CASE(knows_the_size_of_a_structure), CASE(refuses_every_truncation),
	  CASE(survives_every_damaged_byte), CASE(refuses_a_circle_of_types),
	  CASE(refuses_a_structure_inside_itself), CASE(refuses_an_unknown_kind_of_type),
	  CASE(opens_only_files_that_contain_btf), CASE(looks_through_every_kind_of_modifier),
	  CASE(only_integers_and_enumerations_have_a_size),
	  CASE(a_pointer_has_a_type_only_if_it_points_to_a_structure),
	  CASE(searches_only_anonymous_structures), CASE(refuses_too_many_nested_structures),
	  CASE(refuses_invalid_functions), CASE(refuses_types_that_have_changed),
	  CASE(refuses_files_that_are_too_large))
