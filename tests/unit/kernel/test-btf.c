// SPDX-License-Identifier: GPL-2.0-or-later
/* test-btf: finds types and members in BTF that the test generates, and refuses invalid BTF. */
#include "kernel/btf.h"

#include "../unit.h"
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

UNIT_MAIN(CASE(finds_members_at_any_depth), CASE(follows_pointers_by_their_type),
	  CASE(refuses_paths_that_lead_nowhere), CASE(finds_functions_and_their_parameters),
	  CASE(knows_the_size_of_a_structure), CASE(refuses_every_truncation),
	  CASE(survives_every_damaged_byte), CASE(refuses_a_circle_of_types),
	  CASE(refuses_a_structure_inside_itself), CASE(refuses_an_unknown_kind_of_type),
	  CASE(opens_only_files_that_contain_btf))
