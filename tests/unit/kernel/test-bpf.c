// SPDX-License-Identifier: GPL-2.0-or-later
/* test-bpf: generates single BPF instructions, and checks the errors of programs that cannot be
 * generated. collect/test-bpf-prog compares whole programs. */
#include "kernel/bpf.h"

#include "../unit.h"
#include "btf-build.h"

static const char example[] = "struct outer 64\n"
			      "\tbyte 0 u1\n"
			      "\thalf 2 u2\n"
			      "\tword 4 u4\n"
			      "\tlong 8 u8\n"
			      "\todd 16 u3\n"
			      "\tinner 24 =inner\n"
			      "\tto 48 *inner\n"
			      "\tnothing 56 *\n"
			      "\tfar 40000 u4\n"
			      "struct inner 16\n"
			      "\tx 8 u4\n";

static struct buf bytes;
static struct btf btf;
static struct bpf p;
static uint32_t outer;

static void begin(void)
{
	struct btf_name name = { "outer", BTF_STRUCT, 0 };

	bytes = btf_build(example);
	CHECK_INT(btf_borrow(&btf, bytes.s, bytes.len), 0);
	CHECK_INT(btf_find(&btf, &name, 1), 0);
	outer = name.id;
	bpf_init(&p, &btf, 0);
	p.reg[R6] = (struct bpf_reg){ .type = outer };
}

static void end(void)
{
	btf_close(&btf);
	buf_free(&bytes);
}

static void loads_a_member_with_the_width_of_its_type(void)
{
	static const struct {
		const char *member;
		int width;
		int16_t offset;
	} cases[] = { { "byte", BPF_B, 0 },    { "half", BPF_H, 2 }, { "word", BPF_W, 4 },
		      { "long", BPF_DW, 8 },   { "to", BPF_DW, 48 }, { "nothing", BPF_DW, 56 },
		      { "inner.x", BPF_W, 32 } };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		begin();
		bpf_get(&p, R7, R6, cases[i].member);
		CHECK_INT(bpf_finish(&p), 0);
		CHECK_INT(p.n, 1);
		CHECK_INT(p.insn[0].code, BPF_LDX | BPF_MEM | cases[i].width);
		CHECK_INT(p.insn[0].off, cases[i].offset);
		CHECK_INT(p.insn[0].dst_reg, R7);
		CHECK_INT(p.insn[0].src_reg, R6);
		end();
	}
}

static void refuses_members_that_no_instruction_can_load(void)
{
	static const struct {
		const char *path;
		int want;
	} cases[] = {
		{ "inner", -ERANGE }, /* a structure has no size */
		{ "odd", -ERANGE },   /* 3 bytes */
		{ "far", -ERANGE },   /* the offset has more than 16 bits */
		{ "absent", -ENOENT },     { "word->x", -ENOENT }, /* not a pointer */
		{ "nothing->x", -ENOENT }, /* a pointer to an unknown type */
		{ "to->absent", -ENOENT },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		begin();
		CHECK_INT(bpf_has(&p, outer, cases[i].path), cases[i].want == -ERANGE);
		bpf_get(&p, R7, R6, cases[i].path);
		CHECK_INT(bpf_finish(&p), cases[i].want);
		CHECK_STR(p.missing, cases[i].path);
		end();
	}
	begin();
	CHECK(bpf_has(&p, outer, "to->x"));
	CHECK(!bpf_has(&p, 0, "to->x"));
	end();
}

static void reports_the_first_missing_member(void)
{
	uint32_t size = 99;

	begin();
	CHECK_INT(bpf_offset(&p, outer, "word", &size), 4);
	CHECK_INT(size, 4);
	CHECK_INT(bpf_offset(&p, outer, "half", NULL), 2);
	CHECK_INT(p.err, 0);
	CHECK_INT(bpf_offset(&p, outer, "absent", NULL), 0);
	bpf_offset(&p, outer, "other", &size);
	CHECK_INT(bpf_finish(&p), -ENOENT);
	CHECK_STR(p.missing, "absent");
	/* nothing is appended after the error */
	bpf_exit(&p);
	CHECK_INT(p.n, 0);
	end();
}

static void refuses_a_program_that_is_too_long(void)
{
	begin();
	for (int i = 0; i < BPF_MAX_INSNS; i++)
		bpf_set(&p, R0, 0);
	CHECK_INT(p.err, 0);
	bpf_jump(&p, 1);
	CHECK_INT(p.n, BPF_MAX_INSNS);
	CHECK_INT(bpf_finish(&p), -E2BIG);
	end();
	/* the offset of a store has 16 bits */
	begin();
	bpf_put(&p, INT16_MAX, R0, 8);
	CHECK_INT(p.err, 0);
	bpf_put(&p, INT16_MAX + 1, R0, 8);
	CHECK_INT(bpf_finish(&p), -ERANGE);
	end();
	/* a jump to a label that was never set */
	begin();
	bpf_jump(&p, 3);
	CHECK_INT(bpf_finish(&p), -EINVAL);
	end();
}

UNIT_MAIN(CASE(loads_a_member_with_the_width_of_its_type),
	  CASE(refuses_members_that_no_instruction_can_load),
	  CASE(reports_the_first_missing_member), CASE(refuses_a_program_that_is_too_long))
